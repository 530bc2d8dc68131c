//! How much one client may take: connections, operations, bytes, and the time of whoever writes to him.

use std::time::Duration;

use onramp::sandbox::{Effect, Fault};
use serde_json::json;

use super::{closed, refused, subscribe, with_keys};
use crate::gateway::{World, until};
use crate::socket::{Heard, Socket, complete};

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_has_so_many_connections_and_no_other_caller_is_kept_from_his() {
    let world = with_keys(&[("ONRAMP__SUBSCRIPTIONS__CONNECTIONS_PER_CALLER", "2")]).await;
    let open = async |key: &str| {
        let mut socket = Socket::open(&world.gateway).await;
        socket.say(json!({ "type": "connection_init", "payload": { "x-api-key": key } })).await;
        let heard = socket.hear().await;
        (socket, heard)
    };
    let ack = Heard::Said(json!({ "type": "connection_ack" }));
    let (first, second) = (open("one").await, open("one").await);
    assert_eq!([&first.1, &second.1], [&ack, &ack]);
    let full = r#"Forbidden: The limit "connections_per_caller" is 2, and this request goes over it."#;
    assert_eq!(open("one").await.1, closed(4403, full));
    assert_eq!(open("two").await.1, ack);
    drop(first);
    until("the seat", || world.gateway.log().matches("a WebSocket was closed").count() >= 2).await;
    let mut again = open("one").await;
    while again.1 != ack {
        again = open("one").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_are_bounded_at_once_and_by_the_callers_rate() {
    let settings = [("ONRAMP__SUBSCRIPTIONS__OPERATIONS_PER_CONNECTION", "2")];
    let world = World::start_with(&settings).await;
    world.sandbox.leadconduit().fault(Fault::always(Effect::HangBefore));
    let mut socket = Socket::ready(&world.gateway).await;
    for id in ["1", "2", "3"] {
        socket.subscribe(id, &format!("{{ account {{ name }} a{id}: __typename }}")).await;
    }
    let extensions = json!({ "code": "LIMIT_EXCEEDED", "limit": "operations_per_connection", "allowed": 2 });
    let message = r#"The limit "operations_per_connection" is 2, and this request goes over it."#;
    let payload = json!([{ "message": message, "extensions": extensions }]);
    assert_eq!(refused(socket.said().await), json!({ "id": "3", "type": "error", "payload": payload }));
    socket.say(complete("1")).await;
    socket.subscribe("4", "{ __typename }").await;
    assert_eq!(socket.said().await["id"], "4");
    let world = World::start_with(&[("ONRAMP__RATE__REQUESTS_PER_SECOND", "1"), ("ONRAMP__RATE__BURST", "2")]).await;
    let mut socket = Socket::ready(&world.gateway).await;
    let mut refusals = 0;
    for number in 0..10 {
        socket.subscribe(&number.to_string(), "{ __typename }").await;
        let answer = socket.said().await;
        if answer["type"] == "error" {
            assert_eq!(answer["payload"][0]["extensions"]["code"], "RATE_LIMITED");
            refusals += 1;
        } else {
            assert_eq!(socket.said().await["type"], "complete");
        }
    }
    assert!(refusals >= 1, "nothing was refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_too_large_ends_it() {
    let world = World::start_with(&[("ONRAMP__SUBSCRIPTIONS__MESSAGE_BYTES", "1000")]).await;
    let mut socket = Socket::ready(&world.gateway).await;
    socket.subscribe("1", &format!("{{ __typename }} # {}", "x".repeat(800))).await;
    assert_eq!(socket.said().await["type"], "next");
    assert_eq!(socket.said().await, complete("1"));
    socket.subscribe("1", &format!("{{ __typename }} # {}", "x".repeat(1000))).await;
    assert_eq!(
        socket.hear().await,
        closed(1009, r#"The limit "message_bytes" is 1000, and this request goes over it."#)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_stops_reading_is_dropped_and_delays_nobody() {
    let world = World::start_with(&[
        ("ONRAMP__SUBSCRIPTIONS__WRITE_TIMEOUT_MS", "500"),
        ("ONRAMP__SUBSCRIPTIONS__OPERATIONS_PER_CONNECTION", "10000"),
    ])
    .await;
    let query = "{ onboards(first: 60) { nodes { id status link { partner { name } } flow { name } } } }";
    let mut deaf = Socket::ready(&world.gateway).await;
    let mut lively = Socket::ready(&world.gateway).await;
    let before = world.gateway.peak_kilobytes();
    let mut sent = 0;
    while !world.gateway.log().contains("Messages are not taken fast enough.") && sent < 20_000 {
        // Once the gateway takes nothing more either, it has to notice by itself.
        let said =
            tokio::time::timeout(Duration::from_millis(50), deaf.try_say(subscribe(&sent.to_string(), query))).await;
        if said.is_ok_and(|said| !said) {
            break;
        }
        sent += 1;
        if sent % 50 == 0 {
            lively.subscribe("1", "{ __typename }").await;
            assert_eq!(lively.said().await["type"], "next");
            assert_eq!(lively.said().await, complete("1"));
        }
    }
    until("the close", || world.gateway.log().contains("Messages are not taken fast enough.")).await;
    let grown = world.gateway.peak_kilobytes().saturating_sub(before);
    assert!(grown < 300_000, "{grown} kB for one client");
}
