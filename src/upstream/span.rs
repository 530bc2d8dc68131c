//! A call as a part of a trace.

use tracing::Span;
use tracing::field::Empty;

use super::line::Lost;
use super::{Answer, Call};

/// The span of a call, for those who get it exported.
pub(super) fn of(upstream: &'static str, call: &Call) -> Span {
    tracing::debug_span!(
        target: "onramp::trace",
        "call",
        otel.name = format!("{} {}", call.method, call.route),
        otel.kind = "client",
        upstream,
        http.request.method = call.method.as_str(),
        url.template = call.route,
        http.response.status_code = Empty,
        error.r#type = Empty,
        otel.status_code = Empty
    )
}

/// Says on the span how the call ended.
pub(super) fn note(span: &Span, outcome: &Result<Answer, Lost>) {
    let error = match outcome {
        Ok(answer) => {
            span.record("http.response.status_code", answer.status.as_u16());
            if !answer.status.is_client_error() && !answer.status.is_server_error() {
                return;
            }
            answer.status.as_str()
        }
        Err(Lost::Unsent) => "connect",
        Err(Lost::Broken) => "broken",
        Err(Lost::Late(_)) => "timeout",
        Err(Lost::Large(_)) => "too_large",
        Err(Lost::Crowded(_)) => "crowded",
        Err(Lost::Open(_)) => "breaker_open",
        Err(Lost::Busy(_)) => "busy",
        Err(Lost::Unrecorded(_)) => "unrecorded",
    };
    span.record("error.type", error);
    span.record("otel.status_code", "ERROR");
}
