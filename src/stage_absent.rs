//! The stage of a build without the feature `sandbox`: nothing is played, and an API that is not configured is absent.

use std::future::Future;

use axum::Router;
use onramp::config::{Settings, Sources};

use crate::startup;

/// Why nothing can be played.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    #[error("this build has no sandbox; it was made without the feature \"sandbox\"")]
    NoSandbox,
}

/// Nothing.
pub(crate) struct Stage;

impl Stage {
    /// Refuses to play what was asked for by name; what is merely missing stays absent.
    pub(crate) async fn set(_: &Settings, fill_gaps: bool) -> Result<Self, Problem> {
        if fill_gaps { Err(Problem::NoSandbox) } else { Ok(Self) }
    }

    /// The same.
    pub(crate) fn rehearse(_: &Settings, fill_gaps: bool) -> Result<Self, Problem> {
        if fill_gaps { Err(Problem::NoSandbox) } else { Ok(Self) }
    }

    pub(crate) fn empty() -> Self {
        Self
    }

    pub(crate) fn played(&self) -> &[&'static str] {
        &[]
    }

    pub(crate) fn fill(&self, sources: Sources, _: &[&str]) -> Sources {
        sources
    }

    pub(crate) fn controls(&self) -> Router {
        Router::new()
    }

    pub(crate) async fn clear(self) {}
}

pub(crate) async fn play(_: &Settings, _: u16, _: impl Future<Output = ()>) -> Result<(), startup::Problem> {
    Err(Problem::NoSandbox.into())
}

/// There is nothing that the settings of a sandbox could disturb.
pub(crate) fn check(_: &Settings) -> Result<(), Problem> {
    Ok(())
}
