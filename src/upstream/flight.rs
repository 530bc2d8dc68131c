//! Coalescing: identical reads in flight under one credential share one upstream call, across requests.
//!
//! A write ends what may be joined: it bumps the generation, and a read joins only calls of its own generation. So a
//! read that starts after a write has finished never sees what was on its way before that write.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};

use super::Answer;
use crate::caller::RequestId;
use crate::error::Error;

pub(super) type Outcome = Result<Arc<Answer>, Error>;
pub(super) type Flight = Shared<BoxFuture<'static, Outcome>>;

/// A flight, and how one came by it.
pub(super) enum Boarded {
    /// It set out for this caller.
    Departed(Flight),
    /// It was under way already.
    Joined(Flight),
}

/// What makes two reads the same: who asks, and for what.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) credential: [u8; 32],
    pub(super) method: reqwest::Method,
    pub(super) url: String,
    /// The request that keeps the call to itself, where it does.
    pub(super) request: Option<RequestId>,
}

/// The reads of one API that are on their way.
#[derive(Default)]
pub(super) struct Flights {
    generation: AtomicU64,
    serial: AtomicU64,
    under_way: Mutex<HashMap<(Key, u64), Entry>>,
}

struct Entry {
    serial: u64,
    flight: WeakShared<BoxFuture<'static, Outcome>>,
}

impl Flights {
    /// The number of writes so far: what was read before one is nobody's any more.
    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }

    /// The flight with this key, or the call that `depart` makes; and which of the two it is.
    ///
    /// # Errors
    /// Why there is no setting out, where there was nothing to join.
    pub(super) fn join<F>(
        self: &Arc<Self>,
        key: (Key, u64),
        depart: impl FnOnce() -> Result<F, Error>,
    ) -> Result<Boarded, Error>
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = under_way.get(&key).and_then(|entry| entry.flight.upgrade()) {
            return Ok(Boarded::Joined(flight));
        }
        let call = depart()?;
        let serial = self.serial.fetch_add(1, Ordering::Relaxed);
        let landing = Landing { flights: Arc::clone(self), key: key.clone(), serial };
        let flight = async move {
            let _landing = landing;
            call.await
        }
        .boxed()
        .shared();
        if let Some(weak) = flight.downgrade() {
            under_way.insert(key, Entry { serial, flight: weak });
        }
        Ok(Boarded::Departed(flight))
    }

    /// Lets nobody join any more what is in flight now.
    pub(super) fn abandon(&self) {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Says that a write has touched this API: what is in flight now is joined by nobody any more.
    pub(super) fn end_generation(&self) {
        self.generation.fetch_add(1, Ordering::SeqCst);
    }
}

/// Takes the flight off the board when it has landed, and also when everybody who waited for it has gone.
struct Landing {
    flights: Arc<Flights>,
    key: (Key, u64),
    serial: u64,
}

impl Drop for Landing {
    fn drop(&mut self) {
        let mut under_way = self.flights.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        // Another flight may have taken the place between this one's last waiter leaving and this drop.
        if under_way.get(&self.key).is_some_and(|entry| entry.serial == self.serial) {
            under_way.remove(&self.key);
        }
    }
}
