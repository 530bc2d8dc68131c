//! Coalescing: identical reads in flight under one credential share one upstream call, across requests.
//!
//! A write ends what may be joined: it bumps the generation, and a read joins only calls of its own generation. So a
//! read that starts after a write has finished never sees what was on its way before that write.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Answer;
use crate::caller::RequestId;
use crate::error::Error;
use crate::flight;

pub(super) use crate::flight::Boarded;

pub(super) type Outcome = Result<Arc<Answer>, Error>;

/// What makes two reads the same: who asks for what, after which write.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) credential: [u8; 32],
    pub(super) method: reqwest::Method,
    pub(super) url: String,
    pub(super) generation: u64,
    /// The request that keeps the call to itself, where it does.
    pub(super) request: Option<RequestId>,
}

/// What a read is known by, in all places that know it.
pub(super) type Place = Arc<Key>;

/// The reads of one API that are on their way.
#[derive(Default)]
pub(super) struct Flights {
    generation: AtomicU64,
    abandoned: AtomicU64,
    under_way: Arc<flight::Flights<Place, Outcome>>,
}

impl Flights {
    /// The number of writes so far: what was read before one is nobody's any more.
    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }

    /// How often it was said, besides, that nobody joins any more what is in flight.
    pub(super) fn abandoned(&self) -> u64 {
        self.abandoned.load(Ordering::SeqCst)
    }

    /// The flight with this place, or the call that `depart` makes; and which of the two it is.
    ///
    /// # Errors
    /// Why there is no setting out, where there was nothing to join.
    pub(super) fn join<F>(
        &self,
        place: Place,
        depart: impl FnOnce() -> Result<F, Error>,
    ) -> Result<Boarded<Outcome>, Error>
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        self.under_way.join(place, depart)
    }

    /// Lets nobody join any more what is in flight now.
    pub(super) fn abandon(&self) {
        self.abandoned.fetch_add(1, Ordering::SeqCst);
        self.under_way.abandon();
    }

    /// Says that a write has touched this API: what is in flight now is joined by nobody any more.
    pub(super) fn end_generation(&self) {
        self.generation.fetch_add(1, Ordering::SeqCst);
    }
}
