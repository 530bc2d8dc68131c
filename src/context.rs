//! One request's way through the gateway: who asks, under which id, and what it has cost the APIs so far.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::caller::{Caller, RequestId};
use crate::error::Error;
use crate::telemetry::trace::Trace;

/// What everything done for one request shares.
#[derive(Debug)]
pub struct RequestContext {
    id: RequestId,
    caller: Caller,
    trace: Trace,
    start: Instant,
    tally: Mutex<Tally>,
}

#[derive(Debug, Default)]
struct Tally {
    calls: HashMap<&'static str, usize>,
    waits: usize,
    since: Option<Instant>,
    waited: Duration,
}

impl RequestContext {
    /// A request that comes in now.
    pub fn new(id: RequestId, caller: Caller) -> Self {
        Self { id, caller, trace: Trace::default(), start: Instant::now(), tally: Mutex::default() }
    }

    /// The same as a part of a trace.
    #[must_use]
    pub fn traced(self, trace: Trace) -> Self {
        Self { trace, ..self }
    }

    /// The trace that it is a part of.
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// How many calls it has made.
    pub fn calls(&self) -> usize {
        self.tally().calls.values().sum()
    }

    /// The request's id.
    pub fn id(&self) -> &RequestId {
        &self.id
    }

    /// Who asks.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// How long the request has been under way without waiting for any API.
    pub fn overhead(&self) -> Duration {
        let tally = self.tally();
        let under_way = tally.since.map(|since| since.elapsed()).unwrap_or_default();
        self.start.elapsed().saturating_sub(tally.waited + under_way)
    }

    /// Counts a read against the request's budget for an API.
    ///
    /// # Errors
    /// `UPSTREAM_BUDGET_EXCEEDED`, where that many calls were made before.
    pub(crate) fn spend(&self, api: &'static str, allowed: usize) -> Result<(), Error> {
        let mut tally = self.tally();
        let spent = tally.spent(api);
        if *spent >= allowed {
            return Err(Error::Budget { upstream: api, allowed, asked: None });
        }
        *spent += 1;
        Ok(())
    }

    /// Counts a call that is made whatever was spent: a write, and the reads that it decides by, are never cut off.
    pub(crate) fn count(&self, api: &'static str) {
        *self.tally().spent(api) += 1;
    }

    /// Marks the time until the guard is dropped as spent waiting for an API.
    pub(crate) fn wait(&self) -> Wait<'_> {
        let mut tally = self.tally();
        tally.waits += 1;
        tally.since.get_or_insert_with(Instant::now);
        Wait { request: self }
    }

    fn tally(&self) -> std::sync::MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tally {
    fn spent(&mut self, api: &'static str) -> &mut usize {
        self.calls.entry(api).or_default()
    }
}

/// A wait for an API. Waits at the same time count once.
pub(crate) struct Wait<'a> {
    request: &'a RequestContext,
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        let mut tally = self.request.tally();
        tally.waits -= 1;
        if tally.waits == 0
            && let Some(since) = tally.since.take()
        {
            tally.waited += since.elapsed();
        }
    }
}
