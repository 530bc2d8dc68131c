//! What an operator may set about subscriptions and the polls behind them.

use std::num::{NonZeroU64, NonZeroUsize};
use std::time::Duration;

use serde::Deserialize;

use crate::setting::Setting;

/// The keys of the section `live`, besides how often each API is polled.
pub const LIVE: &[Setting] = &[
    Setting::new(
        "subscriptions_per_caller",
        "1000",
        "Most subscriptions that one caller has at once; 0 for as many as he likes. All who are anonymous are one caller.",
    ),
    Setting::new(
        "backoff_ms",
        "60000",
        "Longest wait for the next poll while an API fails, in milliseconds: with each failure in a row the interval doubles \
         up to this.",
    ),
];

/// The values of [`LIVE`].
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Settings {
    subscriptions_per_caller: usize,
    backoff_ms: NonZeroU64,
}

impl Settings {
    /// How one kind of record is polled.
    pub(crate) fn pace(self, interval_ms: NonZeroU64) -> Pace {
        let interval = Duration::from_millis(interval_ms.get());
        Pace {
            interval,
            longest: Duration::from_millis(self.backoff_ms.get()).max(interval),
            per_caller: NonZeroUsize::new(self.subscriptions_per_caller),
        }
    }
}

/// How often records are polled.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    interval: Duration,
    longest: Duration,
    /// Most subscriptions of one caller; none where there is no bound.
    pub(super) per_caller: Option<NonZeroUsize>,
}

impl Default for Pace {
    fn default() -> Self {
        let interval = Duration::from_secs(15);
        Self { interval, longest: interval, per_caller: None }
    }
}

impl Pace {
    /// The wait for the next poll after so many failures in a row; `chance` is from 0 to 1. A tenth of the wait is chance,
    /// so that those who began together do not go on together.
    pub(super) fn wait(self, failures: u32, chance: f64) -> Duration {
        let doubled = self.interval.saturating_mul(2_u32.saturating_pow(failures.min(31)));
        doubled.min(self.longest).mul_f64(1.0 + chance / 10.0)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Pace;

    #[test]
    fn the_wait_doubles_with_each_failure_up_to_the_longest_and_is_never_shorter_than_the_interval() {
        let (interval, longest) = (Duration::from_secs(10), Duration::from_secs(60));
        let pace = Pace { interval, longest, per_caller: None };
        let waits = [0, 1, 2, 3, 400].map(|failures| pace.wait(failures, 0.0).as_secs());
        assert_eq!(waits, [10, 20, 40, 60, 60]);
        assert_eq!(pace.wait(0, 1.0), Duration::from_secs(11));
    }
}
