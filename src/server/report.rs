//! What is told of a request when it has been answered: a line in the log, and what is counted.
//!
//! Neither holds a document, a variable or anything that was answered. What a client chose, such as the name of an
//! operation, stands in the log alone.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use metrics::{counter, histogram};

use crate::context::RequestContext;
use crate::graph::{Answer, Operation, Reach};
use crate::telemetry::metric;

/// Longer names are cut in the log.
const LONGEST_NAME: usize = 64;

/// What became of one operation.
#[derive(Debug, Clone)]
pub(super) struct Told {
    caller: Option<Arc<str>>,
    operation: Operation,
    codes: Vec<String>,
    upstream_calls: usize,
    overhead: Duration,
}

/// What became of the operations of one request.
#[derive(Debug, Clone, Default)]
pub(super) struct Report(pub(super) Vec<Told>);

/// Writes a line at a level that the macro has to know, with fields of its own among those that every line has.
macro_rules! answered {
    ($level:ident, $report:expr, $id:expr, $trace_id:expr, $duration:expr, $($own:tt)+) => {{
        let report: &Report = &$report;
        tracing::$level!(
            target: "onramp::request",
            parent: None,
            request_id = $id,
            trace_id = $trace_id,
            $($own)+,
            milliseconds = milliseconds($duration),
            caller = report.0.iter().find_map(|told| told.caller.as_deref()),
            operation = report.operations(),
            "type" = report.kinds(),
            overhead_ms = report.overhead().map(milliseconds),
            upstream_calls = report.0.first().map(|_| report.upstream_calls()),
            errors = report.codes(),
            "answered"
        )
    }};
}

/// The same of what HTTP sees.
macro_rules! line {
    ($level:ident, $exchange:expr, $report:expr) => {{
        let exchange: &Exchange<'_> = $exchange;
        answered!(
            $level, $report, exchange.id, exchange.trace_id, exchange.duration,
            method = %exchange.method,
            path = exchange.path,
            status = exchange.status.as_u16()
        )
    }};
}

impl Told {
    /// Counts an operation that was executed, and tells of it.
    pub(super) fn executed(operation: Operation, answer: &Answer, context: &RequestContext) -> Self {
        let overhead = context.overhead();
        if metric::is_counting() {
            histogram!(metric::OVERHEAD).record(overhead.as_secs_f64());
        }
        let (caller, upstream_calls) = (Some(context.caller().shared_name()), context.spent_in_all());
        Self { caller, upstream_calls, overhead, ..Self::refused(operation, answer) }
    }

    /// Writes the line of an operation that came over a connection that stays.
    pub(super) fn tell(&self, id: &str, trace_id: Option<&str>, transport: &str, duration: Duration) {
        let report = Report(vec![self.clone()]);
        if report.is_worth_a_line() {
            answered!(info, report, id, trace_id, duration, transport = transport);
        } else {
            answered!(debug, report, id, trace_id, duration, transport = transport);
        }
    }

    /// Counts an operation that never came to be executed, and tells of it.
    pub(super) fn refused(operation: Operation, answer: &Answer) -> Self {
        let codes = codes(answer);
        if metric::is_counting() {
            counter!(metric::OPERATIONS, "type" => operation.kind, "outcome" => outcome(answer)).increment(1);
            for code in &codes {
                counter!(metric::ERRORS, "code" => code.clone()).increment(1);
            }
        }
        Self { caller: None, operation, codes, upstream_calls: 0, overhead: Duration::ZERO }
    }
}

fn outcome(answer: &Answer) -> &'static str {
    match answer.reach {
        Reach::Unread => "unread",
        Reach::OverLimit => "over_limit",
        Reach::Invalid => "invalid",
        Reach::Overdue => "overdue",
        Reach::Executed if answer.response.errors.is_empty() => "ok",
        Reach::Executed => "errors",
    }
}

fn codes(answer: &Answer) -> Vec<String> {
    let code = |error: &async_graphql::ServerError| match error.extensions.as_ref()?.get("code")? {
        async_graphql::Value::String(code) => Some(code.clone()),
        _ => None,
    };
    answer.response.errors.iter().filter_map(code).collect()
}

/// A request as HTTP sees it.
pub(super) struct Exchange<'a> {
    pub(super) id: &'a str,
    pub(super) trace_id: Option<String>,
    pub(super) method: &'a Method,
    pub(super) path: &'a str,
    /// The path's template; none where there is nothing.
    pub(super) route: Option<&'a str>,
    pub(super) status: StatusCode,
    pub(super) duration: Duration,
}

impl Report {
    /// Writes the request's line and counts it. What cost no API anything and went well is told in detail alone: it is
    /// what comes in thousands a second, health checks among it.
    pub(super) fn tell(&self, exchange: &Exchange<'_>) {
        if self.is_worth_a_line() || exchange.status.is_client_error() || exchange.status.is_server_error() {
            line!(info, exchange, *self);
        } else {
            line!(debug, exchange, *self);
        }
        if metric::is_counting() {
            histogram!(
                metric::HTTP_DURATION,
                "http_request_method" => known_method(exchange.method),
                "http_route" => exchange.route.unwrap_or_default().to_owned(),
                "http_response_status_code" => exchange.status.as_str().to_owned()
            )
            .record(exchange.duration.as_secs_f64());
        }
    }

    fn is_worth_a_line(&self) -> bool {
        let is_told = |told: &Told| told.operation.kind == "mutation" || !told.codes.is_empty();
        self.upstream_calls() > 0 || self.0.iter().any(is_told)
    }

    fn upstream_calls(&self) -> usize {
        self.0.iter().map(|told| told.upstream_calls).sum()
    }

    /// Operations of one request are executed side by side, so the longest tells.
    fn overhead(&self) -> Option<Duration> {
        self.0.iter().filter(|told| told.caller.is_some()).map(|told| told.overhead).max()
    }

    fn operations(&self) -> Option<String> {
        let short = |name: &String| name.chars().take(LONGEST_NAME).collect::<String>();
        listed(self.0.iter().filter_map(|told| told.operation.name.as_ref().map(short)))
    }

    fn kinds(&self) -> Option<String> {
        listed(self.0.iter().map(|told| told.operation.kind))
    }

    fn codes(&self) -> Option<String> {
        let mut codes: Vec<String> = self.0.iter().flat_map(|told| told.codes.clone()).collect();
        codes.sort();
        codes.dedup();
        listed(codes.into_iter())
    }
}

fn listed<W: Into<String> + AsRef<str>>(mut words: impl Iterator<Item = W>) -> Option<String> {
    let mut list = words.next()?.into();
    for word in words {
        list.push(',');
        list.push_str(word.as_ref());
    }
    Some(list)
}

/// A method may be any word, and a label must not.
fn known_method(method: &Method) -> &'static str {
    let known = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"];
    known.into_iter().find(|known| *known == method.as_str()).unwrap_or("_OTHER")
}

/// To the microsecond.
fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
