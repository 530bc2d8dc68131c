//! When a read is tried again, and after how long. Retries are a bounded share of the calls, so that an API which is down
//! is not asked several times as often as one that is well.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

/// What one retry costs, in the unit in which calls earn them.
const COST: u32 = 1000;
/// Retries that are there before any call has earned one.
const RESERVE: u32 = 10 * COST;

/// A token bucket: each call puts a share of a retry in, each retry takes a whole one out.
#[derive(Debug)]
pub(super) struct Budget {
    tokens: AtomicU32,
    earned_by_a_call: u32,
}

impl Budget {
    /// A budget of this many retries for a hundred calls.
    pub(super) fn new(percent: u32) -> Self {
        let earned_by_a_call = percent.saturating_mul(COST / 100);
        Self { tokens: AtomicU32::new(if percent == 0 { 0 } else { RESERVE }), earned_by_a_call }
    }

    pub(super) fn earn(&self) {
        self.change(|tokens| {
            Some(tokens.saturating_add(self.earned_by_a_call).min(RESERVE.max(self.earned_by_a_call)))
        });
    }

    /// Takes a retry, where there is one.
    pub(super) fn spend(&self) -> bool {
        self.change(|tokens| tokens.checked_sub(COST))
    }

    fn change(&self, change: impl FnMut(u32) -> Option<u32>) -> bool {
        self.tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, change).is_ok()
    }
}

/// The waits before the second, the third … attempt: doubling, and each longer by chance by up to as much again.
pub(super) fn waits(attempts: usize, first: Duration) -> ExponentialBackoff {
    let waits = ExponentialBuilder::default().with_min_delay(first).with_factor(2.0).with_max_delay(first * 32);
    waits.with_max_times(attempts.saturating_sub(1)).with_jitter().build()
}

/// How long to wait for the next attempt: as long as the API asks for, if that is longer; none where no time would be left.
pub(super) fn wait(planned: Duration, asked: Option<Duration>, left: Duration) -> Option<Duration> {
    let wait = asked.map_or(planned, |asked| asked.max(planned));
    (wait < left).then_some(wait)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Budget, wait, waits};

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn retries_are_a_share_of_the_calls_behind_a_reserve() {
        let budget = Budget::new(10);
        let mut retries = 0;
        for _ in 0..1000 {
            budget.earn();
            while budget.spend() {
                retries += 1;
            }
        }
        assert_eq!(retries, 10 + 99);
    }

    #[test]
    fn without_a_share_there_is_no_retry() {
        let budget = Budget::new(0);
        budget.earn();
        assert!(!budget.spend());
    }

    #[test]
    fn the_waits_double_with_chance_on_top() {
        let waits: Vec<Duration> = waits(4, 100 * MS).collect();
        assert_eq!(waits.len(), 3);
        for (wait, least) in waits.into_iter().zip([100, 200, 400]) {
            assert!((least * MS..=2 * least * MS).contains(&wait), "{wait:?}");
        }
        assert_eq!(super::waits(1, MS).count(), 0);
    }

    #[test]
    fn an_api_that_asks_for_time_gets_it_where_it_fits() {
        let second = Duration::from_secs(1);
        assert_eq!(wait(100 * MS, Some(second), 2 * second), Some(second));
        assert_eq!(wait(100 * MS, Some(second), second), None);
        assert_eq!(wait(100 * MS, None, second), Some(100 * MS));
        assert_eq!(wait(second, Some(100 * MS), 2 * second), Some(second));
    }
}
