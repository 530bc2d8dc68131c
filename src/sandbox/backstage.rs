//! What the plays have in common: what a play must offer, and what is kept around it.

use std::sync::Arc;

use axum::Router;
use serde_json::Value;

use super::fault::Faults;
use super::journal::Journal;

/// One API as the shared middle sees it.
pub(super) trait Play: Send + Sync + 'static {
    /// The vendor's routes, its access checks included.
    fn routes(&self) -> Router;

    /// Makes calls wait for each other where the vendor does; most vendors do not.
    fn serialised(&self, inner: Router) -> Router {
        inner
    }

    /// Back to the seed.
    fn reset(&self);

    /// Everything the play has on record, also what the vendor's own API never shows.
    fn records(&self) -> Value;
}

/// A play together with its journal and its faults.
#[derive(Clone)]
pub(super) struct Backstage {
    pub(super) play: Arc<dyn Play>,
    pub(super) journal: Journal,
    pub(super) faults: Faults,
}

impl Backstage {
    pub(super) fn new(play: impl Play) -> Self {
        Self { play: Arc::new(play), journal: Journal::default(), faults: Faults::default() }
    }

    /// The world back to its seed, no faults, an empty journal.
    pub(super) fn reset(&self) {
        self.play.reset();
        self.faults.clear();
        self.journal.forget();
    }
}

impl std::fmt::Debug for Backstage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Backstage").finish_non_exhaustive()
    }
}
