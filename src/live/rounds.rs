//! When a watch polls: in rounds, each of which waits from the end of the one before, and longer while they fail.

use tokio::time::Instant;

use super::Pace;

/// The polls of a watch: each is a round through its records, and the next one waits from its end.
pub(super) struct Rounds<I> {
    pace: Pace,
    pub(super) next: Instant,
    /// Failed rounds in a row.
    failures: u32,
    is_under_way: bool,
    has_failed: bool,
    /// The records that the round has still to read.
    pub(super) left: Vec<I>,
}

impl<I> Rounds<I> {
    pub(super) fn new(pace: Pace) -> Self {
        let next = Instant::now() + pace.wait(0, chance());
        Self { pace, next, failures: 0, is_under_way: false, has_failed: false, left: Vec::new() }
    }

    pub(super) fn begin_if_due(&mut self, ids: impl FnOnce() -> Vec<I>) {
        if !self.is_under_way && Instant::now() >= self.next {
            (self.is_under_way, self.has_failed, self.left) = (true, false, ids());
        }
    }

    /// A read was made; one of everything is a round of its own. After one that failed the rest would meet the same.
    pub(super) fn note(&mut self, has_failed: bool, is_of_everything: bool) {
        if is_of_everything {
            (self.is_under_way, self.has_failed) = (true, false);
        }
        if has_failed {
            self.has_failed = true;
            self.left.clear();
        }
    }

    pub(super) fn end_if_done(&mut self) {
        if self.is_under_way && self.left.is_empty() {
            self.is_under_way = false;
            self.failures = if self.has_failed { self.failures + 1 } else { 0 };
            self.next = Instant::now() + self.pace.wait(self.failures, chance());
        }
    }
}

/// A number from 0 to 1.
fn chance() -> f64 {
    f64::from(uuid::Uuid::new_v4().as_fields().0) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;
    use std::time::Duration;

    use super::Rounds;
    use crate::live::Settings;

    const INTERVAL: Duration = Duration::from_secs(10);

    fn rounds() -> Rounds<u8> {
        let settings: Settings =
            serde_json::from_str(r#"{ "subscriptions_per_caller": 0, "backoff_ms": 15000 }"#).unwrap();
        Rounds::new(settings.pace(NonZeroU64::new(10_000).unwrap()))
    }

    /// How long the next round is away, without what chance adds.
    fn wait(rounds: &Rounds<u8>) -> u64 {
        (rounds.next - tokio::time::Instant::now()).as_secs() / 5 * 5
    }

    #[tokio::test(start_paused = true)]
    async fn a_round_is_waited_for_from_the_end_of_the_one_before() {
        let mut rounds = rounds();
        rounds.begin_if_due(|| vec![1, 2]);
        assert!(rounds.left.is_empty(), "the first one is a whole interval away");
        tokio::time::advance(INTERVAL * 2).await;
        rounds.begin_if_due(|| vec![1, 2]);
        rounds.left.pop();
        rounds.note(false, false);
        rounds.end_if_done();
        tokio::time::advance(INTERVAL * 2).await;
        rounds.begin_if_due(|| panic!("a round within a round"));
        assert_eq!(rounds.left, [1]);
        rounds.left.pop();
        rounds.end_if_done();
        assert_eq!(wait(&rounds), 10);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_ends_the_round_and_the_next_one_waits_longer() {
        let mut rounds = rounds();
        for (has_failed, expected) in [(true, 15), (true, 15), (false, 10)] {
            tokio::time::advance(INTERVAL * 2).await;
            rounds.begin_if_due(|| vec![1, 2]);
            rounds.note(has_failed, false);
            assert_eq!(rounds.left.is_empty(), has_failed);
            rounds.left.clear();
            rounds.end_if_done();
            assert_eq!(wait(&rounds), expected);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_read_of_everything_is_a_round() {
        let mut rounds = rounds();
        tokio::time::advance(INTERVAL / 2).await;
        rounds.note(false, true);
        rounds.end_if_done();
        assert_eq!(wait(&rounds), 10);
    }
}
