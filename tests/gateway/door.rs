//! What a client that never asks can take: one connection of a bounded number, for a bounded time, with bounded headers.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::gateway::{World, hurried, until};

async fn connection(world: &World) -> TcpStream {
    TcpStream::connect(world.gateway.base_url.trim_start_matches("http://")).await.unwrap()
}

/// What a connection says until it ends.
async fn told(mut connection: TcpStream) -> String {
    let mut told = Vec::new();
    // A reset is an end like any other.
    let _ = connection.read_to_end(&mut told).await;
    String::from_utf8_lossy(&told).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_without_a_whole_request_is_closed() {
    let world = World::start_with(&[("ONRAMP__SERVER__IDLE_TIMEOUT_MS", "100")]).await;
    // Nothing; what both versions begin with; half a request; the preface of HTTP/2 and no more.
    for sent in ["", "P", "POST /graphql HTTP/1.1\r\nhost: x\r\nx-slow: ", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
        let mut connection = connection(&world).await;
        connection.write_all(sent.as_bytes()).await.unwrap();
        let end = tokio::time::timeout(Duration::from_secs(20), told(connection)).await;
        assert!(end.is_ok(), "{sent:?} keeps a connection for ever");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_connection_is_kept_for_as_long_as_it_is_of_use() {
    let world = World::start_with(&[("ONRAMP__SERVER__IDLE_TIMEOUT_MS", "1000")]).await;
    // The answer takes longer than a connection may be idle.
    let slow = onramp::sandbox::Effect::Latency(Duration::from_millis(2500));
    world.sandbox.leadconduit().fault(onramp::sandbox::Fault::once(slow));
    let expected = json!({ "data": { "account": { "name": "Summit Funding Partners" } } });
    assert_eq!(world.ask("{ account { name } }").await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_over_the_limit_are_refused() {
    let world = World::start_with(&[("ONRAMP__SERVER__MAX_HEADER_BYTES", "8192")]).await;
    for (bytes, status) in [(4_000, "200"), (9_000, "431")] {
        let mut connection = connection(&world).await;
        let filling = "a".repeat(bytes);
        let request = format!("GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-long: {filling}\r\n\r\n");
        connection.write_all(request.as_bytes()).await.unwrap();
        let told = told(connection).await;
        assert!(told.starts_with(&format!("HTTP/1.1 {status} ")), "{bytes}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_too_many_waits_for_another_to_end() {
    let world = World::start_with(&[("ONRAMP__SERVER__MAX_CONNECTIONS", "1")]).await;
    let mut first = connection(&world).await;
    first.write_all(b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert_ne!(first.read(&mut [0; 64]).await.unwrap(), 0, "the first was answered");
    let body = json!({ "query": "{ account { name } }" });
    let second = world.gateway.begin(&body);
    // Long enough for a request that nothing holds up, many times over.
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!second.is_finished() && world.calls() == crate::gateway::NO_CALLS, "the second was not held up");
    drop(first);
    let answer: Value = second.await.unwrap().json().await.unwrap();
    assert_eq!(answer, json!({ "data": { "account": { "name": "Summit Funding Partners" } } }));
    until("the call", || !world.sandbox.leadconduit().calls().is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let settings = hurried("300", "200");
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let world = World::start_with(&settings).await;
    let mut connection = connection(&world).await;
    let head =
        "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"query\"";
    connection.write_all(head.as_bytes()).await.unwrap();
    let end = tokio::time::timeout(Duration::from_secs(20), told(connection)).await.unwrap();
    assert!(end.starts_with("HTTP/1.1 408 "), "{end}");
    assert!(end.contains("The body did not come within 300 ms."), "{end}");
}
