//! The metrics: their names, what they count, and how they are shown to Prometheus.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use metrics::{Unit, gauge};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

use super::build;

/// What kind of number a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
    /// Durations in seconds, by how many were how long.
    Histogram,
}

/// A metric as it is documented.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// What kind it is.
    pub kind: Kind,
    /// The labels that it has.
    pub labels: &'static [&'static str],
    /// What it tells.
    pub meaning: &'static str,
}

/// Declares metrics: a constant for each name, and the list of them all.
macro_rules! metrics {
    ($($name:ident = $text:literal, $kind:ident, [$($label:literal),*], $meaning:literal;)+) => {
        $(#[doc = $meaning] pub const $name: &str = $text;)+

        /// Every metric that there is.
        pub const METRICS: &[Metric] = &[$(Metric {
            name: $text,
            kind: Kind::$kind,
            labels: &[$($label),*],
            meaning: $meaning,
        }),+];
    };
}

metrics! {
    HTTP_DURATION = "http_server_request_duration_seconds", Histogram,
        ["http_request_method", "http_route", "http_response_status_code"],
        "How long requests took.";
    IN_FLIGHT = "onramp_requests_in_flight", Gauge, [], "Requests that are being answered.";
    OPERATIONS = "onramp_graphql_operations_total", Counter, ["type", "outcome"],
        "Operations by type (query, mutation, subscription, unknown) and outcome (ok, errors, unread, over_limit, invalid, overdue).";
    OPERATIONS_SHARED = "onramp_operations_shared_total", Counter, [],
        "Operations that got the answer to an identical one that was under way.";
    ERRORS = "onramp_graphql_errors_total", Counter, ["code"], "Errors in answers, by their code.";
    OVERHEAD = "onramp_graphql_overhead_seconds", Histogram, [], "Time of an operation that was not spent waiting for APIs.";
    WRITES = "onramp_writes_total", Counter, ["mutation", "outcome"],
        "Attempted writes by outcome (done, refused, not_sent, unknown).";
    REPLAYS = "onramp_idempotent_replays_total", Counter, [],
        "Mutations that were answered by what their idempotency key stands for.";
    WEBSOCKETS = "onramp_websocket_connections", Gauge, [], "Open WebSockets.";
    WEBSOCKET_MESSAGES = "onramp_websocket_messages_total", Counter, ["direction", "type"],
        "Messages over WebSockets by direction (in, out) and type (such as subscribe, next, invalid).";
    WEBSOCKET_CLOSES = "onramp_websocket_closes_total", Counter, ["code"],
        "WebSockets that ended, by the code that the gateway closed them with; `client` where the client left.";
    EVENT_STREAMS = "onramp_event_streams", Gauge, [], "Open event streams.";
    EVENTS = "onramp_event_stream_events_total", Counter, ["event"], "Events of event streams (next, complete).";
    EVENT_STREAM_ENDS = "onramp_event_stream_ends_total", Counter, ["cause"],
        "Event streams that ended, by cause (complete, client, too_slow, expired, closing, replaced).";
    DOCUMENTS = "onramp_document_cache_total", Counter, ["outcome"],
        "Documents by whether they were known (hit) or had to be parsed and validated (miss).";
    SUBSCRIPTIONS = "onramp_subscriptions", Gauge, [], "Subscriptions that are open.";
    WATCH_READS = "onramp_watch_reads_total", Counter, ["kind"],
        "Reads for the sake of subscriptions, by the kind of record: one for all who listen under one credential.";
    UPSTREAM_DURATION = "http_client_request_duration_seconds", Histogram,
        ["upstream", "http_request_method", "url_template", "http_response_status_code", "error_type"],
        "How long calls to the APIs took, by route.";
    UPSTREAM_READS = "onramp_upstream_reads_total", Counter, ["upstream", "via"],
        "Reads of the APIs, by whether they were made, shared or cached.";
    UPSTREAM_RETRIES = "onramp_upstream_retries_total", Counter, ["upstream"], "Reads that were made again.";
    UPSTREAM_IN_FLIGHT = "onramp_upstream_in_flight", Gauge, ["upstream"], "Calls that are under way.";
    UPSTREAM_ALLOWED = "onramp_upstream_reads_allowed", Gauge, ["upstream"],
        "Reads that are let through at once, since that has first changed.";
    UPSTREAM_QUEUED = "onramp_upstream_queued", Gauge, ["upstream"], "Calls that wait for their turn.";
    BREAKER_STATE = "onramp_upstream_breaker_state", Gauge, ["upstream"],
        "The circuit breaker: 0 closed, 1 half open, 2 open.";
    REDIS_UP = "onramp_redis_up", Gauge, [], "Whether the Redis that replicas share answers; absent where there is none.";
    REDIS_DURATION = "onramp_redis_request_duration_seconds", Histogram, ["question", "outcome"],
        "How long questions to Redis took, by what was asked and outcome (ok, error).";
    BUILD = "onramp_build_info", Gauge, ["version", "commit"], "Always 1; the labels say which build this is.";
    START = "process_start_time_seconds", Gauge, [], "When the process started, in seconds since 1970.";
    MEMORY = "process_resident_memory_bytes", Gauge, [], "Memory that the process holds.";
}

/// Bounds for what takes as long as a network does.
const OF_NETWORKS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];
/// Bounds for what is the gateway's own work.
const OF_OWN_WORK: &[f64] =
    &[0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0];
/// How often what was recorded is folded into what is shown, so that it does not pile up where nobody asks.
const UPKEEP: Duration = Duration::from_secs(5);

static IS_COUNTING: AtomicBool = AtomicBool::new(false);

/// Whether anything is counted: where it is not, labels need not be written.
pub fn is_counting() -> bool {
    IS_COUNTING.load(Ordering::Relaxed)
}

/// What counts from now on.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
}

impl Metrics {
    /// Begins to count; before, nothing is counted, and counting costs next to nothing.
    ///
    /// # Errors
    /// Something counts already.
    pub fn install() -> Result<Self, BuildError> {
        let handle = PrometheusBuilder::new()
            .set_buckets(OF_NETWORKS)?
            .set_buckets_for_metric(Matcher::Full(OVERHEAD.to_owned()), OF_OWN_WORK)?
            .install_recorder()?;
        IS_COUNTING.store(true, Ordering::Relaxed);
        METRICS.iter().for_each(describe);
        METRICS.iter().filter(|metric| metric.labels.is_empty() && !MEASURED.contains(&metric.name)).for_each(begin);
        gauge!(BUILD, "version" => build::VERSION, "commit" => build::COMMIT).set(1.0);
        let start = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        gauge!(START).set(start.as_secs_f64());
        Ok(Self { handle })
    }

    /// Keeps what was recorded from piling up, for as long as it is polled.
    pub async fn upkeep(&self) {
        loop {
            tokio::time::sleep(UPKEEP).await;
            self.handle.run_upkeep();
        }
    }

    /// Everything as Prometheus reads it.
    pub fn render(&self) -> String {
        if let Some(bytes) = resident_memory() {
            gauge!(MEMORY).set(bytes);
        }
        self.handle.render()
    }
}

/// What is a measurement rather than a count, and not there before it was made.
const MEASURED: [&str; 3] = [REDIS_UP, START, MEMORY];

/// What has not happened yet has happened no time.
fn begin(metric: &Metric) {
    match metric.kind {
        Kind::Counter => metrics::counter!(metric.name).increment(0),
        Kind::Gauge => gauge!(metric.name).set(0.0),
        Kind::Histogram => {}
    }
}

fn describe(metric: &Metric) {
    let unit = if metric.name.ends_with("_seconds") { Unit::Seconds } else { Unit::Count };
    match metric.kind {
        Kind::Counter => metrics::describe_counter!(metric.name, unit, metric.meaning),
        Kind::Gauge => metrics::describe_gauge!(metric.name, unit, metric.meaning),
        Kind::Histogram => metrics::describe_histogram!(metric.name, unit, metric.meaning),
    }
}

/// What the system says; nothing where it does not say it in Linux's way.
fn resident_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: f64 = line.trim().trim_end_matches("kB").trim_end().parse().ok()?;
    Some(kibibytes * 1024.0)
}
