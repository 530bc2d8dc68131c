//! A lock a record: whoever holds it is the only one of this gateway who writes to the record.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;

/// How long a write waits for the writes before it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The locks of the records that are being written to.
#[derive(Default)]
pub(crate) struct Locks {
    held: Mutex<HashMap<String, Weak<tokio::sync::Mutex<()>>>>,
}

/// Holds a record until it is dropped.
#[derive(Debug)]
pub(crate) struct Guard {
    _held: OwnedMutexGuard<()>,
}

impl Locks {
    /// Waits for a record's turn; none where the writes before it take too long.
    pub(crate) async fn acquire(&self, record: &str) -> Option<Guard> {
        let lock = self.lock_of(record);
        tokio::time::timeout(PATIENCE, lock.lock_owned()).await.ok().map(|held| Guard { _held: held })
    }

    fn lock_of(&self, record: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = held.get(record).and_then(Weak::upgrade) {
            return lock;
        }
        // Records that nobody holds any more are let go here, where the list would otherwise grow.
        held.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::new(tokio::sync::Mutex::new(()));
        held.insert(record.to_owned(), Arc::downgrade(&lock));
        lock
    }
}

#[cfg(test)]
mod tests {
    use super::Locks;

    #[tokio::test(start_paused = true)]
    async fn a_record_has_one_holder_and_another_record_its_own() {
        let locks = Locks::default();
        let first = locks.acquire("a").await;
        assert!(first.is_some());
        assert!(locks.acquire("b").await.is_some());
        // The clock is paused, so the whole patience passes at once.
        assert!(locks.acquire("a").await.is_none());
        drop(first);
        assert!(locks.acquire("a").await.is_some());
    }
}
