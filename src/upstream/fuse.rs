//! The breaker as calls share it: its lock, its line in the log where it turns, its gauge.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::breaker::{Breaker, BreakerState, Pass, Rules, Sign};
use super::flight::Flights;
use crate::telemetry::metric;

/// One API's breaker, shared by its calls.
pub(super) struct Fuse {
    upstream: &'static str,
    breaker: Mutex<Breaker>,
    flights: Arc<Flights>,
}

impl Fuse {
    pub(super) fn new(upstream: &'static str, rules: Rules, flights: Arc<Flights>) -> Self {
        let fuse = Self { upstream, breaker: Mutex::new(Breaker::new(rules, Instant::now())), flights };
        fuse.show(BreakerState::Closed);
        fuse
    }

    pub(super) fn state(&self) -> BreakerState {
        self.breaker().state()
    }

    /// Leave to make a call, or how long until the next probe.
    pub(super) fn admit(self: &Arc<Self>, now: Instant) -> Result<Passage, Duration> {
        let pass = self.breaker().admit(now)?;
        if pass.is_probe {
            self.show(BreakerState::HalfOpen);
        }
        Ok(Passage { fuse: Arc::clone(self), pass, end: None })
    }

    /// Leave to make a call whatever the state.
    pub(super) fn admit_anyway(self: &Arc<Self>) -> Passage {
        Passage { fuse: Arc::clone(self), pass: self.breaker().admit_anyway(), end: None }
    }

    /// Takes the good sign of an answer back, whose body cannot be read; its call had its leave in an epoch.
    pub(super) fn take_back(&self, epoch: u64) {
        self.turned_by(|breaker| breaker.take_back(epoch, Instant::now()));
    }

    fn turned_by(&self, change: impl FnOnce(&mut Breaker)) {
        let (before, after) = {
            let mut breaker = self.breaker();
            let before = breaker.state();
            change(&mut breaker);
            (before, breaker.state())
        };
        if before == after {
            return;
        }
        self.show(after);
        match (before, after) {
            (BreakerState::Closed, _) => {
                tracing::warn!(upstream = self.upstream, "the circuit breaker opened: the API keeps failing");
            }
            (_, BreakerState::Closed) => {
                // Who comes now must not wait for what has been hanging since before.
                self.flights.abandon();
                tracing::info!(upstream = self.upstream, "the circuit breaker closed: the API answers");
            }
            _ => {}
        }
    }

    fn show(&self, state: BreakerState) {
        let value = match state {
            BreakerState::Closed => 0.0,
            BreakerState::HalfOpen => 1.0,
            BreakerState::Open => 2.0,
        };
        metrics::gauge!(metric::BREAKER_STATE, "upstream" => self.upstream).set(value);
    }

    fn breaker(&self) -> std::sync::MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call that the breaker let through. A call that is given up on its way gives its leave back by being dropped.
pub(super) struct Passage {
    fuse: Arc<Fuse>,
    pass: Pass,
    end: Option<(Sign, Instant)>,
}

impl Passage {
    pub(super) fn is_probe(&self) -> bool {
        self.pass.is_probe
    }

    /// How often the breaker had turned when the call was let through.
    pub(super) fn epoch(&self) -> u64 {
        self.pass.epoch
    }

    /// Whether the breaker has not turned meanwhile.
    pub(super) fn holds(&self) -> bool {
        self.fuse.breaker().holds(self.pass)
    }

    /// Says how the call went, which has come to its end now.
    pub(super) fn end(mut self, sign: Sign, now: Instant) {
        self.end = Some((sign, now));
    }
}

impl Drop for Passage {
    fn drop(&mut self) {
        let (sign, now) = self.end.unwrap_or_else(|| (Sign::None, Instant::now()));
        self.fuse.turned_by(|breaker| breaker.note(self.pass, sign, now));
    }
}
