//! Who has heard that a write is over. It is answered when all replicas have: whoever reads after that, at whichever of them,
//! is given nothing older.
//!
//! Redis says how many it has told, and each of those says that it has heard. One that is stopped, or cut off, says nothing;
//! but what it has seen of writes holds good for a second at most, and so nobody waits for it longer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::looks::CURRENT;

/// What is waited for, by its name.
#[derive(Default)]
pub(super) struct Hearings(Mutex<HashMap<String, watch::Sender<i64>>>);

/// One thing that was told, until it is waited for no more.
pub(super) struct Hearing {
    hearings: Arc<Hearings>,
    name: String,
    heard: watch::Receiver<i64>,
}

impl Hearings {
    /// Is going to tell something under that name.
    pub(super) fn begin(self: &Arc<Self>, name: String) -> Hearing {
        let (sender, heard) = watch::channel(0);
        self.waited_for().insert(name.clone(), sender);
        Hearing { hearings: Arc::clone(self), name, heard }
    }

    /// One more has heard it.
    pub(super) fn note(&self, name: &str) {
        if let Some(heard) = self.waited_for().get(name) {
            heard.send_modify(|heard| *heard += 1);
        }
    }

    fn waited_for(&self) -> MutexGuard<'_, HashMap<String, watch::Sender<i64>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hearing {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Waits until all have heard it that were told, or know by themselves that they have not heard of late what there is.
    /// `told` is their number; where nobody knows whether they were, there is none.
    pub(super) async fn by_all(mut self, told: Option<i64>) {
        let is_heard = |heard: &i64| told.is_some_and(|told| *heard >= told);
        let _ = tokio::time::timeout(CURRENT, self.heard.wait_for(is_heard)).await;
    }
}

impl Drop for Hearing {
    fn drop(&mut self) {
        self.hearings.waited_for().remove(&self.name);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::time::Instant;

    use super::super::looks::CURRENT;
    use super::Hearings;

    #[tokio::test(start_paused = true)]
    async fn it_is_waited_for_until_all_have_heard_it_and_no_longer_than_what_they_saw_holds_good() {
        let hearings: Arc<Hearings> = Arc::default();
        let start = Instant::now();
        let hearing = hearings.begin("a".to_owned());
        hearings.note("a");
        hearings.note("b");
        hearings.note("a");
        hearing.by_all(Some(2)).await;
        hearings.begin("b".to_owned()).by_all(Some(0)).await;
        assert_eq!(start.elapsed().as_millis(), 0, "nobody is missing");
        let hearing = hearings.begin("a".to_owned());
        hearings.note("a");
        hearing.by_all(Some(2)).await;
        assert_eq!(start.elapsed(), CURRENT, "one is missing");
        hearings.begin("a".to_owned()).by_all(None).await;
        assert_eq!(start.elapsed(), CURRENT * 2, "nobody knows who was told");
        assert!(hearings.waited_for().is_empty());
    }
}
