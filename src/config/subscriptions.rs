//! What an operator may set about connections that stay: WebSockets and event streams.

use std::num::{NonZeroU64, NonZeroUsize};

use serde::Deserialize;

use crate::setting::Setting;

/// The keys of the section `subscriptions`.
pub const SUBSCRIPTIONS: &[Setting] = &[
    Setting::new(
        "init_timeout_ms",
        "3000",
        "How long a WebSocket may be open without a `connection_init`, in milliseconds: `connectionInitWaitTimeout`. \
         Over it the gateway closes it with 4408.",
    ),
    Setting::new(
        "ping_interval_ms",
        "12000",
        "How often a WebSocket is pinged, in milliseconds. One from which nothing has come until the next ping is closed \
         with 4008. An event stream has a comment as often.",
    ),
    Setting::new(
        "write_timeout_ms",
        "10000",
        "How long a message may wait for its client to take it, in milliseconds. A client who is slower than that is \
         dropped, a WebSocket with 4008.",
    ),
    Setting::new(
        "message_bytes",
        "1048576",
        "Largest message that is taken over a WebSocket, in bytes. A larger one closes it with 1009.",
    ),
    Setting::new(
        "connections_per_caller",
        "1000",
        "Most WebSockets and event streams of one caller at once; 0 for as many as he likes. Unknown callers are told \
         apart by their addresses.",
    ),
    Setting::new(
        "operations_per_connection",
        "100",
        "Most operations at once over one WebSocket: subscriptions, and queries and mutations that are being answered.",
    ),
];

/// The values of [`SUBSCRIPTIONS`].
#[derive(Debug, Clone, Deserialize)]
pub struct Subscriptions {
    /// How long a connection may be without its first message, in milliseconds.
    pub init_timeout_ms: NonZeroU64,
    /// How often it is looked after, in milliseconds.
    pub ping_interval_ms: NonZeroU64,
    /// How long a message may wait to be taken, in milliseconds.
    pub write_timeout_ms: NonZeroU64,
    /// Largest message that is taken, in bytes.
    pub message_bytes: NonZeroUsize,
    /// Most connections of one caller; 0 for no bound.
    pub connections_per_caller: usize,
    /// Most operations of one connection.
    pub operations_per_connection: NonZeroUsize,
}
