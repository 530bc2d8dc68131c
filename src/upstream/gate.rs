//! The bulkhead: how many calls an API gets at once, and how many may wait for their turn. An API that hangs holds up no
//! more than that.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

/// A bound on calls at once, with a queue that has an end.
pub(super) struct Gate {
    permits: Semaphore,
    size: usize,
    waiting: AtomicUsize,
    longest_queue: usize,
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
    pub(super) fn new(size: usize, longest_queue: usize) -> Self {
        let size = size.min(Semaphore::MAX_PERMITS);
        Self { permits: Semaphore::new(size), size, waiting: AtomicUsize::new(0), longest_queue }
    }

    /// The permit to make a call, until it is dropped. What `wait` makes is held as long as the turn is waited for.
    pub(super) async fn enter<G>(
        &self,
        patience: Duration,
        wait: impl FnOnce() -> G,
    ) -> Result<SemaphorePermit<'_>, Shut> {
        if let Ok(permit) = self.permits.try_acquire() {
            return Ok(permit);
        }
        let _place = Place::take(&self.waiting, self.longest_queue).ok_or(Shut::Full)?;
        let _waiting = wait();
        match tokio::time::timeout(patience, self.permits.acquire()).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(Shut::Late),
        }
    }

    /// The most calls at once.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    pub(super) fn in_flight(&self) -> usize {
        self.size.saturating_sub(self.permits.available_permits())
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
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
    use std::time::Duration;

    use super::{Gate, Shut};

    #[tokio::test(start_paused = true)]
    async fn who_finds_no_place_in_the_queue_is_turned_away_and_who_waited_too_long_as_well() {
        let (gate, second) = (Gate::new(1, 1), Duration::from_secs(1));
        let held = gate.enter(second, || ()).await.unwrap();
        let (waited, turned_away) = tokio::join!(gate.enter(second, || ()), gate.enter(second, || ()));
        assert_eq!((waited.err(), turned_away.err()), (Some(Shut::Late), Some(Shut::Full)));
        assert_eq!((gate.in_flight(), gate.waiting()), (1, 0));
        drop(held);
        assert!(gate.enter(Duration::ZERO, || ()).await.is_ok());
    }
}
