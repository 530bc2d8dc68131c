//! What is counted of connections that stay is counted from the start on: of what begins with its first event nobody can
//! tell how often it has come.

use metrics::counter;

use super::close::Close;
use super::message::{Received, Sent};
use super::stream::{ENDS, EVENTS};
use crate::telemetry::metric;

/// Begins every count at zero; what was counted before stays.
pub(super) fn begin() {
    for name in Received::NAMES {
        counter!(metric::WEBSOCKET_MESSAGES, "direction" => "in", "type" => name).increment(0);
    }
    for name in Sent::NAMES {
        counter!(metric::WEBSOCKET_MESSAGES, "direction" => "out", "type" => name).increment(0);
    }
    for label in Close::labels() {
        counter!(metric::WEBSOCKET_CLOSES, "code" => label).increment(0);
    }
    for name in EVENTS {
        counter!(metric::EVENTS, "event" => name).increment(0);
    }
    for end in ENDS {
        counter!(metric::EVENT_STREAM_ENDS, "cause" => end).increment(0);
    }
}
