//! How long ago it was last seen in Redis how things stand. News may get lost; a look shows what was missed.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// For how long a look holds good.
pub(super) const CURRENT: Duration = Duration::from_secs(1);

/// When the last look was begun that is over; none since there is a connection.
#[derive(Default)]
pub(super) struct Looks(Mutex<Option<Instant>>);

/// A look that is under way.
pub(super) struct Look(Instant);

impl Looks {
    /// What a look sees is as old as its beginning.
    pub(super) fn begin(&self) -> Look {
        Look(Instant::now())
    }

    pub(super) fn done(&self, Look(begun): Look) {
        *self.last() = Some(begun);
    }

    /// What was seen by another connection says nothing of what was told since, and not heard.
    pub(super) fn forget(&self) {
        *self.last() = None;
    }

    /// Whether all is known but what has happened within the last second.
    pub(super) fn are_current(&self) -> bool {
        self.last().is_some_and(|last| last.elapsed() < CURRENT)
    }

    fn last(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Looks;

    #[tokio::test(start_paused = true)]
    async fn a_look_holds_good_for_a_second_from_its_beginning_and_for_one_connection() {
        let looks = Looks::default();
        assert!(!looks.are_current(), "nobody has looked yet");
        let look = looks.begin();
        assert!(!looks.are_current(), "nothing has been seen yet");
        tokio::time::advance(Duration::from_millis(600)).await;
        looks.done(look);
        assert!(looks.are_current());
        tokio::time::advance(Duration::from_millis(399)).await;
        assert!(looks.are_current());
        tokio::time::advance(Duration::from_millis(1)).await;
        assert!(!looks.are_current());
        looks.done(looks.begin());
        assert!(looks.are_current());
        looks.forget();
        assert!(!looks.are_current());
    }
}
