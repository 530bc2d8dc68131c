//! Traces: taken from the caller, kept through loaders and shared calls, passed on to the APIs, and exported.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderMap;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use prost::Message;
use serde_json::json;
use tokio::net::TcpListener;

use crate::gateway::{Gateway, World, until};
use crate::secrets::assert_no_secret;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Something that listens and writes down what it is sent.
struct Listener<T> {
    address: String,
    seen: Arc<Mutex<Vec<T>>>,
}

async fn listen<T: Send + 'static>(
    read: impl Fn(HeaderMap, Bytes) -> T + Clone + Send + Sync + 'static,
) -> Listener<T> {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let written = Arc::clone(&seen);
    let router = Router::new().fallback(move |headers: HeaderMap, body: Bytes| async move {
        written.lock().unwrap().push(read(headers, body));
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    Listener { address, seen }
}

/// A collector of what is exported, with the header that it was sent with.
async fn collector() -> Listener<(HeaderMap, ExportTraceServiceRequest)> {
    listen(|headers, body| {
        assert_no_secret("what is exported", &String::from_utf8_lossy(&body));
        (headers, ExportTraceServiceRequest::decode(body).unwrap())
    })
    .await
}

impl Listener<(HeaderMap, ExportTraceServiceRequest)> {
    fn spans(&self) -> Vec<Span> {
        let seen = self.seen.lock().unwrap();
        let resources = seen.iter().flat_map(|(_, request)| &request.resource_spans);
        resources.flat_map(|resource| &resource.scope_spans).flat_map(|scope| scope.spans.clone()).collect()
    }
}

async fn ask_in_trace(gateway: &Gateway, query: &str, parent: &str) {
    let request = gateway.client().post(format!("{}/graphql", gateway.base_url)).json(&json!({ "query": query }));
    let request = request.header("traceparent", parent).header("tracestate", "vendor=1");
    assert_eq!(request.send().await.unwrap().status(), 200);
}

fn sampled() -> String {
    format!("00-{TRACE}-{CALLER}-01")
}

/// A query whose flows and links come by loaders, in tasks of their own.
const LOADED: &str = "query Loaded { onboards(first: 3) { nodes { flow { name } link { partner { name } } } } }";

#[tokio::test(flavor = "multi_thread")]
async fn every_call_of_a_loader_is_a_part_of_its_requests_trace() {
    let collector = collector().await;
    let settings = [
        ("ONRAMP__TELEMETRY__OTLP_ENDPOINT", collector.address.as_str()),
        ("ONRAMP__TELEMETRY__OTLP_AUTHORIZATION", "Bearer of-the-collector"),
        ("ONRAMP__TELEMETRY__SERVICE_NAME", "gate-of-test"),
    ];
    let mut world = World::start_with(&settings).await;
    ask_in_trace(&world.gateway, LOADED, &sampled()).await;
    let calls: Vec<String> = crate::gateway::requests(world.sandbox.leadconduit());
    // The end sends what has not been sent.
    world.gateway.signal("TERM");
    assert!(world.gateway.ended().await.success());
    let spans = collector.spans();
    assert!(spans.iter().all(|span| hex(&span.trace_id) == TRACE), "{spans:#?}");
    let only = |name: &str| {
        let named: Vec<&Span> = spans.iter().filter(|span| span.name == name).collect();
        assert_eq!(named.len(), 1, "{name}: {spans:#?}");
        named[0]
    };
    let (request, operation) = (only("POST /graphql"), only("query"));
    assert_eq!((hex(&request.parent_span_id).as_str(), request.kind()), (CALLER, SpanKind::Server));
    assert_eq!(operation.parent_span_id, request.span_id);
    let made: Vec<&Span> = spans.iter().filter(|span| span.kind() == SpanKind::Client).collect();
    assert_eq!(made.len(), calls.len(), "{spans:#?}");
    assert!(made.iter().all(|call| call.parent_span_id == operation.span_id), "{spans:#?}");
    let names: BTreeSet<&str> = made.iter().map(|span| span.name.as_str()).collect();
    assert!(names.len() >= 3 && names.contains("GET /onboards"), "{names:?}");
    let seen = collector.seen.lock().unwrap();
    let resource = format!("{:?}", seen[0].1.resource_spans[0].resource);
    assert!(resource.contains("gate-of-test"), "{resource}");
    assert_eq!(seen[0].0["authorization"], "Bearer of-the-collector");
    assert!(!world.gateway.log().contains("of-the-collector"));
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_carry_the_trace_on_and_the_log_names_it() {
    for is_exported in [false, true] {
        let collector = collector().await;
        let api = listen(|headers, _| headers).await;
        let mut settings = vec![
            ("ONRAMP__IDENTITY__MODE".to_owned(), "open".to_owned()),
            ("ONRAMP__LEADCONDUIT__BASE_URL".to_owned(), api.address.clone()),
            ("ONRAMP__LEADCONDUIT__API_KEY".to_owned(), "k".to_owned()),
        ];
        if is_exported {
            settings.push(("ONRAMP__TELEMETRY__OTLP_ENDPOINT".to_owned(), collector.address.clone()));
        }
        let gateway = Gateway::start(&settings);
        ask_in_trace(&gateway, "{ account { name } }", &sampled()).await;
        let headers = api.seen.lock().unwrap()[0].clone();
        let parent = headers["traceparent"].to_str().unwrap().to_owned();
        assert!(parent.starts_with(&format!("00-{TRACE}-")) && parent.ends_with("-01"), "{parent}");
        assert_eq!(headers["tracestate"], "vendor=1");
        // Whoever is no part of the trace hands on what he was handed.
        assert_eq!(parent.contains(CALLER), !is_exported, "{parent}");
        let is_told =
            |line: &str| line.contains("onramp::request") && line.contains(&format!("\"trace_id\":\"{TRACE}\""));
        until("the request's line", || gateway.log().lines().any(is_told)).await;
        // Without a caller's trace there is none to carry on, unless one is exported.
        gateway.ask("{ account { name } }", json!({})).await;
        let begins = api.seen.lock().unwrap()[1].contains_key("traceparent");
        assert_eq!(begins, is_exported);
        gateway.ask("{ __typename }", json!({})).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_share_decides_where_the_caller_does_not() {
    let collector = collector().await;
    let settings =
        [("ONRAMP__TELEMETRY__OTLP_ENDPOINT", collector.address.as_str()), ("ONRAMP__TELEMETRY__SAMPLE_RATIO", "0")];
    let mut world = World::start_with(&settings).await;
    for _ in 0..5 {
        world.ask("{ account { name } }").await;
    }
    ask_in_trace(&world.gateway, "{ account { name } }", &format!("00-{}-{CALLER}-00", "1".repeat(32))).await;
    ask_in_trace(&world.gateway, "{ account { name } }", &sampled()).await;
    world.gateway.signal("TERM");
    assert!(world.gateway.ended().await.success());
    let traces: BTreeSet<String> = collector.spans().iter().map(|span| hex(&span.trace_id)).collect();
    assert_eq!(traces, BTreeSet::from([TRACE.to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_not_there_holds_nothing_up() {
    // Nothing listens where a listener has just been.
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let endpoint = format!("http://{gone}");
    let mut world = World::start_with(&[("ONRAMP__TELEMETRY__OTLP_ENDPOINT", &endpoint)]).await;
    for _ in 0..20 {
        world.data("{ account { name } }").await;
    }
    world.gateway.signal("TERM");
    assert!(world.gateway.ended().await.success());
}
