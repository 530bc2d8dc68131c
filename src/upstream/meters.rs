//! What is told of every call: a line in the log, the metrics, and the record for a request that is explained. Names are
//! OpenTelemetry's where it has them. Nothing here tells a header or an address with somebody's id in it, and a body only of
//! an API that is played, in the record alone.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use metrics::{Counter, Gauge, SharedString};
use reqwest::Method;

use super::line::{Lost, Order};
use super::{Answer, Settings, body};
use crate::context::explain::{Bodies, CallRecord, Via};
use crate::telemetry::metric;

/// The meters of one API. They are made when the first call wants them, which is after whoever collects them was set up.
pub(super) struct Meters {
    upstream: &'static str,
    is_played: bool,
    handles: OnceLock<Handles>,
}

struct Handles {
    in_flight: Gauge,
    queued: Gauge,
    allowed: Gauge,
    retries: Counter,
    network: Counter,
    coalesced: Counter,
    cached: Counter,
    stale: Counter,
}

/// Something that is going on, counted until it is dropped.
pub(super) struct GoingOn<'a>(&'a Gauge);

impl<'a> GoingOn<'a> {
    fn new(gauge: &'a Gauge) -> Self {
        gauge.increment(1.0);
        Self(gauge)
    }
}

impl Drop for GoingOn<'_> {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

impl Meters {
    pub(super) fn new(upstream: &'static str, settings: &Settings) -> Self {
        Self { upstream, is_played: settings.is_played, handles: OnceLock::new() }
    }

    fn handles(&self) -> &Handles {
        let upstream = self.upstream;
        let reads = |via: Via| metrics::counter!(metric::UPSTREAM_READS, "upstream" => upstream, "via" => via.word());
        self.handles.get_or_init(|| Handles {
            in_flight: metrics::gauge!(metric::UPSTREAM_IN_FLIGHT, "upstream" => upstream),
            queued: metrics::gauge!(metric::UPSTREAM_QUEUED, "upstream" => upstream),
            allowed: metrics::gauge!(metric::UPSTREAM_ALLOWED, "upstream" => upstream),
            retries: metrics::counter!(metric::UPSTREAM_RETRIES, "upstream" => upstream),
            network: reads(Via::Network),
            coalesced: reads(Via::Coalesced),
            cached: reads(Via::Cached),
            stale: reads(Via::Stale),
        })
    }

    /// Counts a call as under way.
    pub(super) fn in_flight(&self) -> GoingOn<'_> {
        GoingOn::new(&self.handles().in_flight)
    }

    /// Counts a call as waiting for its turn.
    pub(super) fn queued(&self) -> GoingOn<'_> {
        GoingOn::new(&self.handles().queued)
    }

    /// Tells how many reads are let through at once.
    pub(super) fn allowed(&self, reads: usize) {
        self.handles().allowed.set(reads as f64);
    }

    pub(super) fn retry(&self) {
        self.handles().retries.increment(1);
    }

    /// Counts a read by how its answer was come by.
    pub(super) fn read(&self, via: Via) {
        let handles = self.handles();
        match via {
            Via::Network => &handles.network,
            Via::Coalesced => &handles.coalesced,
            Via::Cached => &handles.cached,
            Via::Stale => &handles.stale,
        }
        .increment(1);
    }

    /// Tells of a call that went over the network.
    pub(super) fn called(
        &self,
        order: &Order<'_>,
        attempt: usize,
        start: Instant,
        took: Duration,
        outcome: &Result<Answer, Lost>,
    ) {
        let outcome = outcome.as_ref().map_err(|lost| lost.kind().code());
        let seen = Seen::of(outcome);
        self.measure(order, took, seen);
        self.log(order, attempt, took, seen);
        self.tell(order, Via::Network, attempt, start, took, outcome);
    }

    /// Tells of a read that was spared a call of its own.
    pub(super) fn spared(&self, order: &Order<'_>, via: Via, start: Instant, outcome: Result<&Answer, &'static str>) {
        self.read(via);
        self.tell(order, via, 1, start, start.elapsed(), outcome);
    }

    fn tell(
        &self,
        order: &Order<'_>,
        via: Via,
        attempt: usize,
        start: Instant,
        took: Duration,
        outcome: Result<&Answer, &'static str>,
    ) {
        order.request.record(|| {
            let seen = Seen::of(outcome);
            CallRecord {
                api: order.api,
                method: method(&order.call.method),
                route: order.call.route,
                status: seen.status,
                error: seen.error,
                start: order.request.offset(start),
                duration: took,
                bytes: seen.bytes,
                attempt,
                via,
                served: order.served.clone(),
                bodies: if self.is_played { bodies(order, outcome) } else { Bodies::default() },
            }
        });
    }

    fn measure(&self, order: &Order<'_>, took: Duration, seen: Seen) {
        if !metric::is_counting() {
            return;
        }
        metrics::histogram!(
            metric::UPSTREAM_DURATION,
            "upstream" => self.upstream,
            "http_request_method" => method(&order.call.method),
            "url_template" => order.call.route,
            "http_response_status_code" => seen.status.map_or(SharedString::const_str(""), code),
            "error_type" => seen.error.unwrap_or(""),
        )
        .record(took);
    }

    /// A call that went well is worth a line only to whoever looks for it; the request's own line is there for all.
    fn log(&self, order: &Order<'_>, attempt: usize, took: Duration, seen: Seen) {
        let milliseconds = took.as_secs_f64() * 1000.0;
        let (method, route) = (method(&order.call.method), order.call.route);
        let (id, trace) = (&*order.request.id().0, order.request.trace());
        match seen.error {
            None => tracing::debug!(
                request_id = id,
                trace_id = trace.id(),
                upstream = self.upstream,
                http.request.method = method,
                url.template = route,
                http.response.status_code = seen.status,
                attempt,
                bytes = seen.bytes,
                duration_ms = milliseconds,
                "call"
            ),
            Some(error) => tracing::info!(
                request_id = id,
                trace_id = trace.id(),
                upstream = self.upstream,
                http.request.method = method,
                url.template = route,
                http.response.status_code = seen.status,
                error.r#type = error,
                attempt,
                bytes = seen.bytes,
                duration_ms = milliseconds,
                "call"
            ),
        }
    }
}

/// What there is to see of an outcome.
#[derive(Clone, Copy)]
struct Seen {
    status: Option<u16>,
    error: Option<&'static str>,
    bytes: usize,
}

impl Seen {
    fn of(outcome: Result<&Answer, &'static str>) -> Self {
        match outcome {
            Ok(answer) => {
                Self { status: Some(answer.status.as_u16()), error: answer.error_code(), bytes: answer.body.len() }
            }
            Err(code) => Self { status: None, error: Some(code), bytes: 0 },
        }
    }
}

/// The bodies of a call to an API that is played.
fn bodies(order: &Order<'_>, outcome: Result<&Answer, &'static str>) -> Bodies {
    let secrets = &order.credential.secrets;
    Bodies {
        request: order.call.body.as_ref().map(|sent| body::told(sent.clone(), secrets)),
        response: outcome.ok().and_then(|answer| body::told_of(&answer.body, secrets)),
    }
}

/// The method's name, as long as it is one of those that any API is called with.
fn method(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        _ => "_OTHER",
    }
}

fn code(status: u16) -> SharedString {
    match status {
        200 => SharedString::const_str("200"),
        404 => SharedString::const_str("404"),
        other => SharedString::from_owned(other.to_string()),
    }
}
