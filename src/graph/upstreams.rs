//! How the APIs are: named by settings, played, reachable.

use std::time::Duration;

use async_graphql::Object;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};

use crate::error::Error;

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

/// An API behind the graph.
pub(crate) struct Upstream {
    pub(super) name: &'static str,
    pub(super) configured: bool,
    pub(super) sandboxed: bool,
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
