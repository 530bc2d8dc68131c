//! What an operator may set about the calls to one API, the same for each of them.

use std::num::{NonZeroU64, NonZeroUsize};
use std::time::Duration;

use serde::Deserialize;

use super::breaker::Rules;
use super::cache::Ages;
use crate::replicas::Replicas;
use crate::setting::Setting;
use crate::tape::Tape;

/// The settings that every API's section has besides its address and credential.
pub const SETTINGS: &[Setting] = &[
    Setting::new(
        "timeout_ms",
        "10000",
        "Deadline of one call, in milliseconds, from its start to the last byte of its answer.",
    ),
    Setting::new("connect_timeout_ms", "2000", "Deadline of making a connection, in milliseconds."),
    Setting::new(
        "max_in_flight",
        "1024",
        "Most reads under way at once. As many are let through as the API answers in no more than twice the time that it takes \
         at best, which is found out, 256 to begin with and never fewer; further ones wait for their turn, within their deadline.",
    ),
    Setting::new(
        "max_writes_in_flight",
        "64",
        "The same for writes and the reads that they decide by, so that other reads never hold them up.",
    ),
    Setting::new(
        "max_queued",
        "8192",
        "Most calls that wait for their turn, reads and writes each. What comes on top fails at once.",
    ),
    Setting::new(
        "retry_attempts",
        "3",
        "Most attempts at a read that finds no connection, a broken one, a 5xx or a 429, within its deadline. At 1 nothing is \
         tried again; writes never are.",
    ),
    Setting::new(
        "retry_delay_ms",
        "100",
        "Wait before the second attempt, in milliseconds. It doubles with each, chance adds up to as much again, and a \
         longer `Retry-After` is kept to.",
    ),
    Setting::new(
        "retry_percent",
        "10",
        "Most retries for a hundred reads, besides a reserve of ten, so that an API that is down is not asked all the more.",
    ),
    Setting::new(
        "breaker_min_calls",
        "20",
        "Fewest calls within the window by which the circuit breaker judges the API. At 0 there is no breaker.",
    ),
    Setting::new(
        "breaker_failure_percent",
        "50",
        "Share of calls within the window from which on the breaker opens: 5xx, timeouts, failed connections, answers that \
         cannot be read.",
    ),
    Setting::new("breaker_window_ms", "10000", "How far back the breaker looks, in milliseconds."),
    Setting::new(
        "breaker_probe_ms",
        "1000",
        "While the breaker is open, calls fail at once; after each such time one goes through, in milliseconds. The first \
         that is answered closes it.",
    ),
    Setting::new("cache_bytes", "16777216", "Most memory for answers that are kept, in bytes."),
    Setting::new(
        "cache_refresh_ms",
        "10000",
        "How much longer than its time a kept answer is still given while a new one is fetched, in milliseconds.",
    ),
    Setting::new(
        "cache_stale_if_error_ms",
        "300000",
        "How old a kept answer may be to be given while the API is down, in milliseconds. At 0 none is.",
    ),
    Setting::new(
        "calls_per_operation",
        "200",
        "Most reads that one request may cost this API. What would take more is null with UPSTREAM_BUDGET_EXCEEDED.",
    ),
    Setting::new(
        "coalescing",
        "true",
        "Whether identical reads in flight under one credential share one call across requests.",
    ),
    Setting::new("max_body_bytes", "33554432", "Largest answer that is read, in bytes after decompression."),
    Setting::new(
        "max_bodies_bytes",
        "268435456",
        "Most bytes of answers that are being read at once, besides the first 65536 of each. What finds no room is an error.",
    ),
];

/// The values of [`SETTINGS`].
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Settings {
    timeout_ms: NonZeroU64,
    connect_timeout_ms: NonZeroU64,
    pub(super) max_in_flight: NonZeroUsize,
    pub(super) max_writes_in_flight: NonZeroUsize,
    pub(super) max_queued: usize,
    pub(super) retry_attempts: NonZeroUsize,
    retry_delay_ms: u64,
    pub(super) retry_percent: u32,
    breaker_min_calls: u32,
    breaker_failure_percent: u32,
    breaker_window_ms: NonZeroU64,
    breaker_probe_ms: NonZeroU64,
    pub(super) cache_bytes: u64,
    cache_refresh_ms: u64,
    cache_stale_if_error_ms: u64,
    pub(super) calls_per_operation: NonZeroUsize,
    pub(super) coalescing: bool,
    pub(super) max_body_bytes: NonZeroUsize,
    pub(super) max_bodies_bytes: NonZeroUsize,
    /// No setting: what is played is known once all of them were read.
    #[serde(skip)]
    pub(super) is_played: bool,
}

/// On which terms an API is called: what is set about its calls, and whom it is shared with.
#[derive(Clone)]
pub struct Terms {
    /// What is set about its calls.
    pub settings: Settings,
    /// The other replicas.
    pub replicas: Replicas,
    /// What is done with its calls besides.
    pub tape: Tape,
}

impl Settings {
    /// The same for an API that the gateway's own sandbox plays.
    #[must_use]
    pub(crate) fn of_played(self) -> Self {
        Self { is_played: true, ..self }
    }

    /// The deadlines, by their keys, which are of no use where they are longer than the request's.
    pub fn deadlines(self) -> [(&'static str, Duration); 2] {
        [("timeout_ms", self.deadline()), ("connect_timeout_ms", self.connect_deadline())]
    }

    pub(super) fn retry_delay(self) -> Duration {
        Duration::from_millis(self.retry_delay_ms)
    }

    pub(super) fn breaker(self) -> Rules {
        Rules {
            window: Duration::from_millis(self.breaker_window_ms.get()),
            min_calls: self.breaker_min_calls,
            failure_percent: self.breaker_failure_percent,
            probe_after: Duration::from_millis(self.breaker_probe_ms.get()),
        }
    }

    pub(super) fn ages(self) -> Ages {
        Ages {
            while_refreshing: Duration::from_millis(self.cache_refresh_ms),
            while_down: Duration::from_millis(self.cache_stale_if_error_ms),
        }
    }

    pub(super) fn deadline(self) -> Duration {
        Duration::from_millis(self.timeout_ms.get())
    }

    pub(super) fn connect_deadline(self) -> Duration {
        Duration::from_millis(self.connect_timeout_ms.get())
    }
}
