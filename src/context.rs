//! One request's way through the gateway: who asks, under which id, and what it has cost the APIs so far.

pub(crate) mod explain;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use foldhash::fast::RandomState;

use crate::caller::{Caller, RequestId};
use crate::error::Error;
use crate::telemetry::trace::Trace;
use explain::{CallRecord, Explanation, Served};

/// What everything done for one request shares.
#[derive(Debug)]
pub struct RequestContext {
    id: RequestId,
    caller: Caller,
    trace: Trace,
    start: Instant,
    tally: Mutex<Tally>,
    explanation: Option<Mutex<Explanation>>,
}

/// An answer in the response that is older than its time, because the API is down or a new one is still being fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stale {
    pub(crate) upstream: &'static str,
    pub(crate) route: &'static str,
    pub(crate) age: Duration,
}

#[derive(Debug, Default)]
struct Tally {
    calls: HashMap<&'static str, usize, RandomState>,
    waits: usize,
    since: Option<Instant>,
    waited: Duration,
    stale: Vec<Stale>,
}

impl RequestContext {
    /// A request that comes in now.
    pub fn new(id: RequestId, caller: Caller) -> Self {
        Self { id, caller, trace: Trace::default(), start: Instant::now(), tally: Mutex::default(), explanation: None }
    }

    /// A request that comes in now as a part of a trace, and of which every call is told in the response, or none.
    pub(crate) fn traced(id: RequestId, caller: Caller, trace: Trace, is_explained: bool) -> Arc<Self> {
        let explanation = is_explained.then(Mutex::default);
        // Made where it stays: it is large.
        Arc::new(Self { id, caller, trace, start: Instant::now(), tally: Mutex::default(), explanation })
    }

    /// The same request once more, which has cost nothing yet: what a subscription answers with for one of its events.
    #[must_use]
    pub(crate) fn anew(&self) -> Self {
        Self { trace: self.trace.clone(), ..Self::new(self.id.clone(), self.caller.clone()) }
    }

    /// A request of the gateway's own in this one's caller's name.
    #[must_use]
    pub(crate) fn behind(&self, id: &str) -> Self {
        Self::new(RequestId(id.into()), self.caller.clone())
    }

    /// The trace that it is a part of.
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// How many calls it has made.
    pub fn spent_in_all(&self) -> usize {
        self.tally().calls.values().sum()
    }

    /// Whether every call is told.
    pub(crate) fn is_explained(&self) -> bool {
        self.explanation.is_some()
    }

    /// How long the request has been under way at a moment.
    pub(crate) fn offset(&self, moment: Instant) -> Duration {
        moment.saturating_duration_since(self.start)
    }

    /// Takes note of a call, where calls are told.
    pub(crate) fn record(&self, call: impl FnOnce() -> CallRecord) {
        if self.is_explained() {
            // Made before anybody else has to wait for it.
            let call = call();
            self.explain(|explanation| explanation.calls.push(call));
        }
    }

    /// The calls so far in the order in which they began, each with the paths of the fields that it served.
    pub(crate) fn calls(&self) -> Vec<(CallRecord, Vec<Arc<str>>)> {
        let mut calls = Vec::new();
        self.explain(|explanation| {
            let told = |call: &CallRecord| (call.clone(), explanation.paths(&call.served));
            calls = explanation.calls.iter().map(told).collect();
        });
        calls.sort_by_key(|(call, _)| call.start);
        calls
    }

    /// What the calls that are made now are made for; nothing, where that is not told.
    pub(crate) fn served(&self) -> Served {
        if self.is_explained() { explain::served() } else { Served::default() }
    }

    fn explain(&self, tell: impl FnOnce(&mut Explanation)) {
        if let Some(explanation) = &self.explanation {
            tell(&mut explanation.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// Notes that the response holds something older than its time. Each read is told once, with the greatest age.
    pub(crate) fn note_stale(&self, stale: Stale) {
        let mut tally = self.tally();
        let same = |other: &&mut Stale| (other.upstream, other.route) == (stale.upstream, stale.route);
        match tally.stale.iter_mut().find(same) {
            Some(noted) => noted.age = noted.age.max(stale.age),
            None => tally.stale.push(stale),
        }
    }

    /// What in the response is older than its time.
    pub(crate) fn stale(&self) -> Vec<Stale> {
        self.tally().stale.clone()
    }

    /// The calls that the request has made to an API so far.
    pub(crate) fn spent(&self, api: &'static str) -> usize {
        self.tally().calls.get(api).copied().unwrap_or_default()
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
        self.times().1
    }

    /// How long the request has been under way, and how much of that without waiting for any API.
    pub(crate) fn times(&self) -> (Duration, Duration) {
        let tally = self.tally();
        let now = Instant::now();
        let under_way = tally.since.map(|since| now.duration_since(since)).unwrap_or_default();
        let total = now.duration_since(self.start);
        (total, total.saturating_sub(tally.waited + under_way))
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

    /// The same for a request that has done nothing yet but wait: it began to when it came.
    pub(crate) fn wait_from_the_start(&self) -> Wait<'_> {
        let mut tally = self.tally();
        tally.waits += 1;
        let has_waited = !tally.waited.is_zero();
        tally.since.get_or_insert_with(|| if has_waited { Instant::now() } else { self.start });
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
