//! The letter of the protocol: its handshake, its messages, its pings, and the codes of whoever breaks it.

use onramp::sandbox::{Effect, Fault};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use super::{ACCOUNT, account, closed, init, subscribe};
use crate::gateway::{NO_CALLS, World, settled};
use crate::socket::{Heard, PROTOCOL, Socket, next};

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_that_offers_no_protocol_of_ours_is_refused_and_says_which_it_is() {
    let world = World::start().await;
    let name = "sec-websocket-protocol";
    let message = "The subprotocol of a WebSocket is graphql-transport-ws here.";
    let expected = json!({ "errors": [{ "message": message, "extensions": { "code": "BAD_USER_INPUT" } }] });
    for headers in [&[][..], &[(name, "graphql-ws")], &[(name, "graphql-transport-ws2")]] {
        let refusal = Socket::open_with(&world.gateway, headers).await.err().unwrap();
        assert_eq!((refusal.0, settled(refusal.1)), (400, expected.clone()), "{headers:?}");
    }
    assert!(Socket::open_with(&world.gateway, &[(name, "graphql-ws, graphql-transport-ws")]).await.is_ok());
    let refusal = Socket::open_with(&world.gateway, &[PROTOCOL, ("sec-websocket-version", "12")]).await.err().unwrap();
    assert_eq!(refusal.0, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_breach_of_the_protocol_ends_it_with_its_own_code() {
    let world = World::start().await;
    let bad = |message: &str| json!(message);
    let invalid = |reason: &str| (4400, format!("Invalid message: {reason}"));
    let unauthorized = || (4401, "Unauthorized".to_owned());
    for (messages, expected) in [
        (vec![subscribe("1", ACCOUNT)], unauthorized()),
        (vec![subscribe("1", "no GraphQL")], unauthorized()),
        (vec![init(), init()], (4429, "Too many initialisation requests".to_owned())),
        (vec![bad("no object")], invalid("it is no JSON object")),
        (vec![json!({ "type": "start" })], invalid(r#"type is "start", which a client does not send"#)),
        (vec![json!({ "type": "connection_init", "payload": 1 })], invalid("payload is no object")),
        (
            vec![json!({ "type": "connection_init", "payload": { "authorization": "\n" } })],
            invalid("payload.authorization cannot be the value of a header"),
        ),
        (vec![init(), json!({ "type": "subscribe", "id": "1" })], invalid("payload is missing")),
        (vec![init(), json!({ "type": "subscribe", "payload": { "query": ACCOUNT } })], invalid("id is missing")),
        (
            vec![init(), json!({ "type": "subscribe", "id": "1", "payload": {} })],
            invalid(r#"The parameter "query" is missing."#),
        ),
        (
            vec![init(), json!({ "type": "subscribe", "id": "1", "payload": { "query": 1 } })],
            invalid("The body is no GraphQL request: invalid type: integer `1`, expected a string."),
        ),
        (vec![init(), json!({ "type": "complete" })], invalid("id is missing")),
        (vec![init(), json!({ "type": "ping", "payload": "x" })], invalid("payload is no object")),
    ] {
        let mut socket = Socket::open(&world.gateway).await;
        for message in &messages {
            socket.say(message.clone()).await;
        }
        let (said, close) = socket.until_closed().await;
        assert_eq!(close, expected, "{messages:?}");
        let acknowledged = if messages.len() > 1 { vec![json!({ "type": "connection_ack" })] } else { Vec::new() };
        assert_eq!(said, acknowledged, "{messages:?}");
    }
    let mut socket = Socket::ready(&world.gateway).await;
    socket.send(Message::Binary(init().to_string().into_bytes().into())).await;
    assert_eq!(socket.hear().await, closed(4400, "Invalid message: it is binary"));
    let mut socket = Socket::ready(&world.gateway).await;
    socket.send(Message::text("{")).await;
    let Heard::Closed(4400, reason) = socket.hear().await else { panic!("it goes on") };
    assert!(reason.starts_with("Invalid message: it is no JSON, EOF while parsing"), "{reason}");
    assert_eq!(world.calls(), NO_CALLS);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_connection_init_in_time_it_is_closed() {
    let world = World::start_with(&[("ONRAMP__SUBSCRIPTIONS__INIT_TIMEOUT_MS", "100")]).await;
    let mut socket = Socket::open(&world.gateway).await;
    // To be alive is not to be initialised.
    socket.say(json!({ "type": "ping" })).await;
    assert_eq!(socket.hear().await, Heard::Said(json!({ "type": "pong" })));
    assert_eq!(socket.hear().await, closed(4408, "Connection initialisation timeout"));
    let (mut socket, mut late) = (Socket::ready(&world.gateway).await, Socket::open(&world.gateway).await);
    // What comes later is closed in time, and so its own time is over for what came before.
    assert_eq!(late.hear().await, closed(4408, "Connection initialisation timeout"));
    socket.subscribe("1", ACCOUNT).await;
    assert_eq!(socket.said().await, next("1", account()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_is_one_operations_until_it_is_over() {
    let world = World::start().await;
    world.sandbox.leadconduit().fault(Fault::always(Effect::HangBefore));
    let mut socket = Socket::ready(&world.gateway).await;
    socket.subscribe("twice", ACCOUNT).await;
    socket.subscribe("twice", ACCOUNT).await;
    assert_eq!(socket.hear().await, closed(4409, "Subscriber for twice already exists"));
}

#[tokio::test(flavor = "multi_thread")]
async fn pings_are_answered_with_what_they_brought_at_any_time() {
    let world = World::start().await;
    let mut socket = Socket::open(&world.gateway).await;
    for payload in [json!(null), json!({ "at": [1, "ä"] })] {
        socket.say(json!({ "type": "ping", "payload": payload })).await;
        let pong = socket.said().await;
        assert_eq!((&pong["type"], &pong["payload"]), (&json!("pong"), &payload));
        socket.say(json!({ "type": "pong", "payload": payload })).await;
    }
    socket.say(init()).await;
    assert_eq!(socket.said().await, json!({ "type": "connection_ack" }));
    socket.say(json!({ "type": "ping" })).await;
    assert_eq!(socket.said().await, json!({ "type": "pong" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_answers_no_ping_is_dropped_and_whoever_does_stays() {
    let world = World::start_with(&[("ONRAMP__SUBSCRIPTIONS__PING_INTERVAL_MS", "500")]).await;
    let mut silent = Socket::ready(&world.gateway).await;
    assert_eq!(silent.hear_all().await, Heard::Said(json!({ "type": "ping" })));
    assert_eq!(silent.hear_all().await, closed(4008, "No pong came in time."));
    let mut lively = Socket::ready(&world.gateway).await;
    for _ in 0..4 {
        assert_eq!(lively.hear_all().await, Heard::Said(json!({ "type": "ping" })));
        lively.say(json!({ "type": "pong" })).await;
    }
}
