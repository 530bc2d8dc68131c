//! What an operator may set about the calls to one API, the same for each of them.

use std::num::{NonZeroU64, NonZeroUsize};
use std::time::Duration;

use serde::Deserialize;

use crate::setting::Setting;

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
        "256",
        "Reads under way at once; further ones wait for their turn, within their deadline.",
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
];

/// The values of [`SETTINGS`].
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Settings {
    timeout_ms: NonZeroU64,
    connect_timeout_ms: NonZeroU64,
    pub(super) max_in_flight: NonZeroUsize,
    pub(super) calls_per_operation: NonZeroUsize,
    pub(super) coalescing: bool,
    pub(super) max_body_bytes: NonZeroUsize,
}

impl Settings {
    pub(super) fn deadline(self) -> Duration {
        Duration::from_millis(self.timeout_ms.get())
    }

    pub(super) fn connect_deadline(self) -> Duration {
        Duration::from_millis(self.connect_timeout_ms.get())
    }
}
