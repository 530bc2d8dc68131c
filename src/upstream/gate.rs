//! The bulkhead: how many calls an API gets at once, and how many may wait for their turn. An API that hangs holds up no
//! more than that.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::pace::{Kind, Pace};

/// A bound on calls at once, with a queue that has an end.
pub(super) struct Gate {
    permits: Semaphore,
    state: Mutex<State>,
    waiting: AtomicUsize,
    longest_queue: usize,
}

struct State {
    /// The permits that there are, given out or not.
    permits: usize,
    /// What finds out how many there are to be; none where that is set.
    pace: Option<Pace>,
}

/// Why there is no way through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shut {
    /// As many wait as may.
    Full,
    /// The turn did not come in time.
    Late,
}

impl Gate {
    /// A gate that always lets as many through.
    pub(super) fn fixed(size: usize, longest_queue: usize) -> Self {
        Self::new(size.min(Semaphore::MAX_PERMITS), None, longest_queue)
    }

    /// A gate that lets as many through as the API bears, up to the widest.
    pub(super) fn paced(widest: usize, longest_queue: usize) -> Self {
        let pace = Pace::new(widest.min(Semaphore::MAX_PERMITS));
        Self::new(pace.bound(), Some(pace), longest_queue)
    }

    fn new(permits: usize, pace: Option<Pace>, longest_queue: usize) -> Self {
        let state = Mutex::new(State { permits, pace });
        Self { permits: Semaphore::new(permits), state, waiting: AtomicUsize::new(0), longest_queue }
    }

    /// The permit to make a call, where nobody has to be waited for.
    pub(super) fn enter_at_once(&self) -> Option<Permit<'_>> {
        self.permits.try_acquire().ok().map(|permit| Permit { gate: self, permit: Some(permit) })
    }

    /// The permit to make a call, until it is dropped. What `wait` makes is held as long as the turn is waited for.
    pub(super) async fn enter<G>(&self, patience: Duration, wait: impl FnOnce() -> G) -> Result<Permit<'_>, Shut> {
        if let Some(permit) = self.enter_at_once() {
            return Ok(permit);
        }
        let _place = Place::take(&self.waiting, self.longest_queue).ok_or(Shut::Full)?;
        let _waiting = wait();
        match tokio::time::timeout(patience, self.permits.acquire()).await {
            Ok(Ok(permit)) => Ok(Permit { gate: self, permit: Some(permit) }),
            _ => Err(Shut::Late),
        }
    }

    /// The most calls at once, as things are.
    pub(super) fn size(&self) -> usize {
        let state = self.state();
        state.pace.as_ref().map_or(state.permits, Pace::bound)
    }

    pub(super) fn in_flight(&self) -> usize {
        self.state().permits.saturating_sub(self.permits.available_permits())
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Takes note of how long a call took, and widens the gate where that says so. Answers another bound than before.
    fn note(&self, kind: Kind, took: Duration, now: Instant) -> Option<usize> {
        let mut state = self.state();
        let under_way = state.permits.saturating_sub(self.permits.available_permits());
        let pace = state.pace.as_mut()?;
        let before = pace.bound();
        pace.note(kind, took, under_way, now);
        let bound = pace.bound();
        let missing = bound.saturating_sub(state.permits);
        state.permits += missing;
        self.permits.add_permits(missing);
        (bound != before).then_some(bound)
    }

    /// Gives a permit back, or does away with it where there are more than there are to be.
    fn give_back(&self, permit: SemaphorePermit<'_>) {
        let mut state = self.state();
        if state.pace.as_ref().is_some_and(|pace| pace.bound() < state.permits) {
            state.permits -= 1;
            permit.forget();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The leave to make one call.
pub(super) struct Permit<'a> {
    gate: &'a Gate,
    permit: Option<SemaphorePermit<'a>>,
}

impl Permit<'_> {
    /// Says how long the call took from when it was sent until now. Answers how many are let through from now on, where
    /// that has changed.
    pub(super) fn took(&self, kind: Kind, took: Duration, now: Instant) -> Option<usize> {
        self.gate.note(kind, took, now)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if let Some(permit) = self.permit.take() {
            self.gate.give_back(permit);
        }
    }
}

/// A place in the queue, given up by being dropped.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize, longest: usize) -> Option<Self> {
        let take = |taken| (taken < longest).then_some(taken + 1);
        waiting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).ok().map(|_| Self(waiting))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use futures_util::future::join_all;

    use super::{Gate, Kind, Permit, Shut};

    const ACCOUNT: Kind = (false, "/account");
    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn who_finds_no_place_in_the_queue_is_turned_away_and_who_waited_too_long_as_well() {
        let gate = Gate::fixed(1, 1);
        let held = gate.enter(SECOND, || ()).await.unwrap();
        let (waited, turned_away) = tokio::join!(gate.enter(SECOND, || ()), gate.enter(SECOND, || ()));
        assert_eq!((waited.err(), turned_away.err()), (Some(Shut::Late), Some(Shut::Full)));
        assert_eq!((gate.in_flight(), gate.waiting()), (1, 0));
        drop(held);
        assert!(gate.enter(Duration::ZERO, || ()).await.is_ok());
    }

    /// As many permits as there are, and whether there is one more.
    async fn enter_all(gate: &Gate) -> Vec<Permit<'_>> {
        let held = join_all((0..gate.size()).map(|_| gate.enter(Duration::ZERO, || ()))).await;
        assert_eq!(gate.enter(Duration::ZERO, || ()).await.err(), Some(Shut::Late), "more than {}", gate.size());
        held.into_iter().map(|permit| permit.unwrap_or_else(|shut| panic!("{shut:?}"))).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn the_gate_is_as_wide_as_the_pace_says_while_it_widens_and_while_it_narrows() {
        let gate = Gate::paced(200, 1);
        let narrowest = gate.size();
        let mut widths = vec![narrowest];
        for took in [10, 10, 10, 10, 10, 100, 100, 100, 100, 100, 100] {
            let held = enter_all(&gate).await;
            let told =
                held.iter().filter_map(|permit| permit.took(ACCOUNT, Duration::from_millis(took), Instant::now()));
            assert!(told.fold(None, |_, told| Some(told)).is_none_or(|told| told == gate.size()));
            drop(held);
            assert_eq!(gate.in_flight(), 0);
            widths.push(gate.size());
        }
        assert!(widths[..6].is_sorted() && widths[5] == 200, "{widths:?}");
        assert!(widths[5..].is_sorted_by(|a, b| a >= b) && widths.last() == Some(&narrowest), "{widths:?}");
        enter_all(&gate).await;
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_gets_in_when_the_gate_widens() {
        let gate = Gate::paced(1000, 1);
        let held = enter_all(&gate).await;
        let widen = async { held.iter().filter_map(|permit| permit.took(ACCOUNT, SECOND, Instant::now())).count() };
        let (waited, _) = tokio::join!(gate.enter(SECOND, || ()), widen);
        assert!(waited.is_ok());
        assert_eq!(gate.in_flight(), held.len() + 1);
    }
}
