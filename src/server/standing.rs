//! What an answer that goes on and on knows of the connection that it goes over.

use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::front::Front;

/// A connection's place among those that are open. Whoever holds it counts as that connection: he takes up its slot, and
/// is waited for at the end.
pub(super) struct Place {
    _slot: Option<OwnedSemaphorePermit>,
    _waited_for: TaskTrackerToken,
    cut: CancellationToken,
}

impl Place {
    pub(super) fn new(slot: Option<OwnedSemaphorePermit>, waited_for: TaskTrackerToken) -> Arc<Self> {
        Arc::new(Self { _slot: slot, _waited_for: waited_for, cut: CancellationToken::new() })
    }

    /// Waits until somebody gives the connection up.
    pub(super) async fn is_cut(&self) {
        self.cut.cancelled().await;
    }
}

/// What a request's connection is to its answer.
#[derive(Clone)]
pub(super) struct Standing {
    place: Arc<Place>,
    is_one_at_a_time: bool,
    front: Arc<Front>,
}

impl Standing {
    /// `is_one_at_a_time` tells whether the connection carries no other request meanwhile, and `front` is
    /// what the request came in by.
    pub(super) fn new(place: &Arc<Place>, is_one_at_a_time: bool, front: Arc<Front>) -> Self {
        Self { place: Arc::clone(place), is_one_at_a_time, front }
    }

    /// Gives the connection up, where it carries nothing else.
    pub(super) fn cut(&self) {
        if self.is_one_at_a_time {
            self.place.cut.cancel();
        }
    }

    /// Waits until other settings are in force.
    pub(super) async fn replaced(&self) {
        self.front.replaced().await;
    }
}
