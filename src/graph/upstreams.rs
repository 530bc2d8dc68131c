//! How the APIs are: named by settings, played, reachable.

use std::time::Duration;

use async_graphql::{Enum, Object};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};

use crate::error::Error;
use crate::upstream::{self, Vitals};

/// One question whether an API answers, asked at most once a request.
pub(super) type Probe = Lazy;

/// A shared probe that nobody has to ask.
#[derive(Clone)]
pub(super) struct Lazy(Shared<BoxFuture<'static, Result<Duration, Error>>>);

impl Lazy {
    pub(super) fn new(probe: BoxFuture<'static, Result<Duration, Error>>) -> Self {
        Self(probe.shared())
    }
}

/// Whether calls to an API go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "upstream::BreakerState")]
pub(crate) enum BreakerState {
    /// They do.
    Closed,
    /// They fail at once, and one that was let through is finding out how the API is.
    HalfOpen,
    /// They fail at once, since too many of the latest have failed.
    Open,
}

/// An API behind the graph.
pub(crate) struct Upstream {
    pub(super) name: &'static str,
    pub(super) configured: bool,
    pub(super) sandboxed: bool,
    pub(super) replayed: bool,
    pub(super) vitals: Option<Vitals>,
    pub(super) probe: Probe,
}

/// An API behind the graph, and how it is.
#[Object]
impl Upstream {
    /// The role in the graph, as errors name it: `onboarding`, `verification` or `leads`.
    async fn name(&self) -> &str {
        self.name
    }

    /// Whether the settings name a real API for this role.
    async fn configured(&self) -> bool {
        self.configured
    }

    /// Whether the gateway's own sandbox plays this role.
    async fn sandboxed(&self) -> bool {
        self.sandboxed
    }

    /// Whether a recording is played in place of this role's API, as by `onramp serve --replay`.
    async fn replayed(&self) -> bool {
        self.replayed
    }

    /// Whether calls to the API go through; null where it is not configured.
    async fn breaker(&self) -> Option<BreakerState> {
        self.vitals.map(|vitals| vitals.breaker.into())
    }

    /// The calls that are under way; null where the API is not configured.
    async fn in_flight(&self) -> Option<usize> {
        self.vitals.map(|vitals| vitals.in_flight)
    }

    /// The calls that wait for their turn; null where the API is not configured.
    async fn queued(&self) -> Option<usize> {
        self.vitals.map(|vitals| vitals.queued)
    }

    /// Whether the API answers just now, whatever it answers. Asking is a call to the API.
    async fn reachable(&self) -> bool {
        self.probe.0.clone().await.is_ok()
    }

    /// How long the API took to answer just now, in milliseconds; null where it did not. Asking is a call to the API,
    /// the same one as for reachable.
    async fn latency_ms(&self) -> Option<f64> {
        self.probe.0.clone().await.ok().map(|latency| latency.as_secs_f64() * 1000.0)
    }
}
