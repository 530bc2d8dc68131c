//! What Prometheus fetches: every metric that is documented, on a port of its own, with labels that nobody can blow up.

use std::collections::BTreeSet;
use std::time::Duration;

use onramp::sandbox::{Answer, Effect, Fault};
use onramp::telemetry::metric::{Kind, METRICS};
use serde_json::json;

use crate::gateway::{World, told, until, until_so};
use crate::redis::{Redis, at};
use crate::secrets::assert_no_secret;
use crate::socket::Socket;
use crate::writes::{lead, mutation};

const SETTINGS: [(&str, &str); 2] =
    [("ONRAMP__TELEMETRY__METRICS_LISTEN", "127.0.0.1:0"), ("ONRAMP__LIMITS__BATCH", "2")];

async fn start() -> World {
    World::start_with(&SETTINGS).await
}

async fn scrape(world: &World) -> String {
    let response = world.gateway.client().get(told(&world.gateway.banner, "metrics")).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    let text = response.text().await.unwrap();
    assert_no_secret("the metrics", &text);
    text
}

/// The samples of a metric, with their labels and values.
fn samples<'a>(scraped: &'a str, name: &str) -> Vec<&'a str> {
    let is_of = |line: &&str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['{', ' ']));
    scraped.lines().filter(is_of).collect()
}

/// Traffic of every kind that a metric counts.
async fn ask_everything(world: &World) {
    world.data("query Chosen { account { name } }").await;
    world.ask("{ account { nothing } }").await;
    let same = json!({ "query": "{ onboards(first: 1) { totalCount } }" });
    world.gateway.post(&json!([same, same])).await;
    world.ask("{ lead(id: \"no id\") { stage } }").await;
    let review = mutation(&format!(r#"leadReview(id: "{}", idempotencyKey: "again")"#, lead(0)));
    world.ask(&review).await;
    world.ask(&review).await;
    ask_over_what_stays(world).await;
    let odd = reqwest::Method::from_bytes(b"ODD").unwrap();
    for path in ["/graphql", "/no/such/path", "/health/ready"] {
        world.gateway.client().request(odd.clone(), format!("{}{path}", world.gateway.base_url)).send().await.unwrap();
    }
}

/// A subscription over a socket, of which nothing but its first event is waited for, and a query as a stream of events.
async fn ask_over_what_stays(world: &World) {
    let mut socket = Socket::ready(&world.gateway).await;
    socket.subscribe("1", &format!("subscription {{ leadChanged(id: \"{}\") {{ stage }} }}", lead(1))).await;
    assert_eq!(socket.said().await["type"], "next");
    drop(socket);
    let url = format!("{}/graphql", world.gateway.base_url);
    let request = world.gateway.client().post(url).header("accept", "text/event-stream");
    let answer = request.json(&json!({ "query": "{ __typename }" })).send().await.unwrap();
    assert!(answer.text().await.unwrap().ends_with("event: complete\ndata: \n\n"));
    for end in ["a WebSocket was closed", "an event stream ended"] {
        until(end, || world.gateway.log().contains(end)).await;
    }
}

/// The metrics that this side of the APIs brings.
fn label_names(sample: &str) -> BTreeSet<&str> {
    let labels = sample.split_once('{').map_or("", |(_, rest)| rest.rsplit_once('}').unwrap().0);
    labels.split("\",").filter_map(|label| label.split_once('=')).map(|(name, _)| name).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_metric_is_there_after_traffic_with_its_documented_labels() {
    let redis = Redis::start();
    let of_redis = redis.as_ref().map(|redis| at(&redis.url())).unwrap_or_default();
    let of_redis = of_redis.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let world = World::start_with(&SETTINGS.into_iter().chain(of_redis).collect::<Vec<_>>()).await;
    ask_everything(&world).await;
    let scraped = scrape(&world).await;
    let is_there = |name: &str| redis.is_some() || !name.starts_with("onramp_redis_");
    for metric in METRICS.iter().filter(|metric| is_there(metric.name)) {
        let kind = format!("{:?}", metric.kind).to_lowercase();
        assert!(scraped.contains(&format!("# TYPE {} {kind}\n", metric.name)), "{}: {scraped}", metric.name);
        assert!(scraped.contains(&format!("# HELP {} {}\n", metric.name, metric.meaning)), "{}", metric.name);
        let suffix = if metric.kind == Kind::Histogram { "_bucket" } else { "" };
        let samples = samples(&scraped, &format!("{}{suffix}", metric.name));
        assert!(!samples.is_empty(), "{}: {scraped}", metric.name);
        let expected: BTreeSet<&str> =
            metric.labels.iter().copied().chain((metric.kind == Kind::Histogram).then_some("le")).collect();
        assert!(samples.iter().all(|sample| label_names(sample) == expected), "{samples:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_counted_of_connections_that_stay_is_counted_from_zero() {
    let names = METRICS.iter().map(|metric| metric.name);
    let names = names.filter(|name| ["onramp_websocket_", "onramp_event_stream"].iter().any(|of| name.starts_with(of)));
    let names: Vec<&str> = names.chain(["onramp_subscriptions"]).collect();
    let world = start().await;
    let before = scrape(&world).await;
    ask_everything(&world).await;
    let after = scrape(&world).await;
    assert_eq!(names.len(), 7);
    for name in names {
        let series = |scraped| samples(scraped, name).into_iter().map(|line| line.rsplit_once(' ').unwrap()).collect();
        let (before, after): (Vec<_>, Vec<_>) = (series(&before), series(&after));
        assert!(!before.is_empty() && before.iter().all(|(_, count)| *count == "0"), "{before:?}");
        let labels =
            |series: &[(&str, &str)]| series.iter().map(|(labels, _)| (*labels).to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(labels(&after), labels(&before));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_counted_is_what_happened() {
    let world = start().await;
    ask_everything(&world).await;
    let scraped = scrape(&world).await;
    let expected = [
        "onramp_graphql_operations_total{type=\"mutation\",outcome=\"ok\"} 2",
        "onramp_graphql_operations_total{type=\"query\",outcome=\"invalid\"} 1",
        "onramp_graphql_operations_total{type=\"query\",outcome=\"errors\"} 1",
        "onramp_graphql_operations_total{type=\"query\",outcome=\"ok\"} 4",
        "onramp_graphql_operations_total{type=\"subscription\",outcome=\"ok\"} 1",
        "onramp_websocket_connections 0",
        "onramp_websocket_messages_total{direction=\"in\",type=\"subscribe\"} 1",
        "onramp_websocket_closes_total{code=\"client\"} 1",
        "onramp_event_streams 0",
        "onramp_event_stream_events_total{event=\"next\"} 1",
        "onramp_event_stream_ends_total{cause=\"complete\"} 1",
        "onramp_graphql_errors_total{code=\"BAD_USER_INPUT\"} 1",
        "onramp_graphql_errors_total{code=\"GRAPHQL_VALIDATION_FAILED\"} 1",
        "onramp_writes_total{mutation=\"leadReview\",outcome=\"done\"} 1",
        "onramp_idempotent_replays_total 1",
        "onramp_requests_in_flight 0",
        "onramp_graphql_overhead_seconds_count 9",
        "onramp_operations_shared_total 1",
    ];
    assert_scraped(&scraped, &expected);
}

/// Fails where a sample is not among those that are scraped.
fn assert_scraped(scraped: &str, expected: &[&str]) {
    for sample in expected {
        assert!(scraped.lines().any(|line| line == *sample), "{sample}: {scraped}");
    }
}

async fn start_with(settings: &[(&str, &str)]) -> World {
    World::start_with(&[&SETTINGS, settings].concat()).await
}

fn failing() -> Effect {
    Effect::Status(Answer::json(500, json!({ "message": "no" })))
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_are_counted_by_how_they_were_come_by_and_calls_by_route_and_outcome() {
    let world = start_with(&[
        // Old at once, and not to be given but for want of another.
        ("ONRAMP__LEADCONDUIT__CACHE_ACCOUNT_MS", "1"),
        ("ONRAMP__LEADCONDUIT__CACHE_REFRESH_MS", "0"),
        ("ONRAMP__LEADCONDUIT__RETRY_ATTEMPTS", "1"),
        ("ONRAMP__CONNECT__CACHE_LEADS_MS", "600000"),
    ])
    .await;
    let (onboarding, leads) = (world.sandbox.leadconduit(), world.sandbox.connect());
    let account = "{ account { name } }";
    world.data(account).await;
    // What is kept for a millisecond is old after five.
    tokio::time::sleep(Duration::from_millis(5)).await;
    onboarding.fault(Fault::once(failing()));
    world.data(account).await;
    onboarding.fault(Fault::once(Effect::Latency(Duration::from_secs(5))));
    onboarding.forget_calls();
    let first = world.gateway.begin(&json!({ "query": "{ onboards(first: 1) { totalCount } }" }));
    until("the first one's call", || !onboarding.calls().is_empty()).await;
    world.data("{ onboards(first: 2) { totalCount } }").await;
    first.await.unwrap();
    leads.fault(Fault::once(failing()));
    let lead = format!("{{ lead(id: \"{}\") {{ stage }} }}", lead(0));
    world.data(&lead).await;
    world.data(&lead).await;
    let call = |upstream: &str, route: &str, status: u16, error: &str, count: usize| {
        format!(
            "http_client_request_duration_seconds_count{{upstream=\"{upstream}\",http_request_method=\"GET\",\
             url_template=\"{route}\",http_response_status_code=\"{status}\",error_type=\"{error}\"}} {count}"
        )
    };
    let calls = [
        call("onboarding", "/account", 200, "", 1),
        call("onboarding", "/account", 500, "UPSTREAM_UNAVAILABLE", 1),
        call("onboarding", "/onboards", 200, "", 1),
        call("leads", "/api/v1/{servicepartner}/leads", 500, "UPSTREAM_UNAVAILABLE", 1),
        call("leads", "/api/v1/{servicepartner}/leads", 200, "", 1),
    ];
    let mut expected: Vec<&str> = calls.iter().map(String::as_str).collect();
    expected.extend([
        "onramp_upstream_reads_total{upstream=\"onboarding\",via=\"network\"} 3",
        "onramp_upstream_reads_total{upstream=\"onboarding\",via=\"stale\"} 1",
        "onramp_upstream_reads_total{upstream=\"onboarding\",via=\"coalesced\"} 1",
        "onramp_upstream_reads_total{upstream=\"leads\",via=\"cached\"} 1",
        "onramp_upstream_retries_total{upstream=\"onboarding\"} 0",
        "onramp_upstream_retries_total{upstream=\"leads\"} 1",
    ]);
    assert_scraped(&scrape(&world).await, &expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_hangs_and_one_that_is_left_alone_can_be_seen() {
    let world = start_with(&[
        ("ONRAMP__WALDUR__BREAKER_MIN_CALLS", "2"),
        ("ONRAMP__WALDUR__BREAKER_PROBE_MS", "600000"),
        ("ONRAMP__WALDUR__RETRY_ATTEMPTS", "1"),
        ("ONRAMP__CONNECT__MAX_IN_FLIGHT", "1"),
        ("ONRAMP__CONNECT__TIMEOUT_MS", "600000"),
        ("ONRAMP__LIMITS__REQUEST_TIMEOUT_MS", "700000"),
    ])
    .await;
    world.sandbox.waldur().fault(Fault::always(failing()));
    for rows in 1..3 {
        world.ask(&format!("{{ verifications(first: {rows}) {{ nodes {{ country }} }} }}")).await;
    }
    world.sandbox.connect().fault(Fault::always(Effect::HangBefore));
    let asking = [0, 1].map(|number| {
        let query = format!("{{ lead(id: \"{}\") {{ stage }} }}", lead(number));
        world.gateway.begin(&json!({ "query": query }))
    });
    let expected = [
        "onramp_upstream_breaker_state{upstream=\"verification\"} 2",
        "onramp_upstream_breaker_state{upstream=\"onboarding\"} 0",
        "onramp_upstream_in_flight{upstream=\"leads\"} 1",
        "onramp_upstream_queued{upstream=\"leads\"} 1",
        "onramp_requests_in_flight 2",
    ];
    let is_there = |scraped: &str| expected.iter().all(|sample| scraped.lines().any(|line| line == *sample));
    until_so("each of the samples", async || is_there(&scrape(&world).await)).await;
    asking.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_label_holds_what_a_client_chose() {
    let world = start().await;
    ask_everything(&world).await;
    let scraped = scrape(&world).await;
    for chosen in ["Chosen", "again", "ODD", "no/such/path", "no id", &lead(0)] {
        let said = |line: &str| !line.starts_with('#') && line.contains(chosen);
        assert!(!scraped.lines().any(said), "{chosen}: {scraped}");
    }
    let routes: BTreeSet<&str> = samples(&scraped, "http_server_request_duration_seconds_count")
        .into_iter()
        .filter_map(|sample| sample.split("http_route=\"").nth(1)?.split('"').next())
        .collect();
    assert_eq!(routes, BTreeSet::from(["", "/graphql", "/health/ready"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_public_port_shows_no_metrics() {
    let world = start().await;
    let response = world.gateway.client().get(format!("{}/metrics", world.gateway.base_url)).send().await.unwrap();
    assert_eq!(response.status(), 404);
    assert_eq!(world.ask("{ __typename }").await, json!({ "data": { "__typename": "Query" } }));
}
