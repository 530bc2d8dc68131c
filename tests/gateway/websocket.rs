//! Operations over a WebSocket, by the letter of `graphql-transport-ws`, with the same callers, rights and limits as any other.

use std::time::Duration;

use axum::http::Method;
use onramp::identity::digest;
use onramp::sandbox::{Effect, Fault};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::gateway::{NO_CALLS, World, settled, until};
use crate::socket::{Heard, PROTOCOL, Socket, complete, next};
use crate::trail::Trail;
use crate::writes::{held_onboard, mutation, onboard, written};

const ACCOUNT: &str = "{ account { name } }";

fn account() -> Value {
    json!({ "data": { "account": { "name": "Summit Funding Partners" } } })
}

fn init() -> Value {
    json!({ "type": "connection_init" })
}

fn subscribe(id: &str, query: &str) -> Value {
    json!({ "id": id, "type": "subscribe", "payload": { "query": query } })
}

fn closed(code: u16, reason: &str) -> Heard {
    Heard::Closed(code, reason.to_owned())
}

/// An `error` message with the request's ids taken out.
fn refused(message: Value) -> Value {
    let Value::Object(mut members) = message else { panic!("{message}") };
    let errors = settled(json!({ "errors": members["payload"].take() }));
    json!({ "id": members["id"], "type": members["type"], "payload": errors["errors"] })
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_and_mutations_have_one_result_and_are_complete() {
    let world = World::start().await;
    let mut socket = Socket::ready(&world.gateway).await;
    socket.subscribe("a", ACCOUNT).await;
    assert_eq!([socket.said().await, socket.said().await], [next("a", account()), complete("a")]);
    // What is over leaves its id to others.
    let write = mutation(&format!(r#"onboardComplete(id: "{}")"#, onboard(1)));
    socket.subscribe("a", &write).await;
    let payload = json!({ "data": { "result": {
        "onboard": { "id": format!("onboard_{}", onboard(1)), "status": "COMPLETED" }, "userErrors": [], "dryRun": false,
    } } });
    assert_eq!([socket.said().await, socket.said().await], [next("a", payload), complete("a")]);
    assert_eq!(held_onboard(&world, 1)["status"], "completed");
    // The rules hold here as anywhere.
    socket.subscribe("a", &write).await;
    let answer = socket.said().await;
    assert_eq!(answer["payload"]["data"]["result"]["userErrors"][0]["code"], "TRANSITION_REFUSED", "{answer}");
    assert_eq!(socket.said().await, complete("a"));
    assert_eq!(written(&world).len(), 1);
    // A field that failed is a part of the result.
    socket.subscribe("b", r#"{ lead(id: "x") { stage } account { name } }"#).await;
    let answer = socket.said().await;
    assert_eq!(
        (&answer["type"], &answer["payload"]["errors"][0]["path"]),
        (&json!("next"), &json!(["lead"])),
        "{answer}"
    );
    assert_eq!(socket.said().await, complete("b"));
}

fn watch(onboard: &str) -> String {
    format!(r#"subscription {{ onboardChanged(id: "{onboard}") {{ status }} }}"#)
}

fn status(id: &str, status: &str) -> Value {
    next(id, json!({ "data": { "onboardChanged": { "status": status } } }))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_tells_what_is_and_what_becomes_of_it_until_it_is_completed() {
    let world = World::start().await;
    let (mut one, mut two) = (Socket::ready(&world.gateway).await, Socket::ready(&world.gateway).await);
    one.subscribe("1", &watch(&onboard(1))).await;
    two.subscribe("a", &watch(&onboard(1))).await;
    two.subscribe("b", &watch(&onboard(1))).await;
    assert_eq!(one.said().await, status("1", "IN_PROGRESS"));
    let mut firsts = [two.said().await, two.said().await];
    firsts.sort_by_key(|said| said["id"].to_string());
    assert_eq!(firsts, [status("a", "IN_PROGRESS"), status("b", "IN_PROGRESS")]);
    two.say(complete("a")).await;
    two.say(json!({ "type": "ping" })).await;
    assert_eq!(two.said().await, json!({ "type": "pong" }));
    // Written by another way in than the one that listens.
    world.data(&mutation(&format!(r#"onboardComplete(id: "{}")"#, onboard(1)))).await;
    assert_eq!(one.said().await, status("1", "COMPLETED"));
    assert_eq!(two.said().await, status("b", "COMPLETED"));
    let refused = [r#"subscription { onboardChanged(id: "lead_1") { status } }"#, "subscription { nothing }"];
    for query in refused {
        one.subscribe("2", query).await;
        assert_eq!(one.said().await["type"], "error", "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_needs_the_rights_of_what_it_tells() {
    let world = with_keys(&[]).await;
    let mut socket = Socket::open(&world.gateway).await;
    socket.say(json!({ "type": "connection_init", "payload": { "x-api-key": "one" } })).await;
    assert_eq!(socket.said().await, json!({ "type": "connection_ack" }));
    socket.subscribe("1", &watch(&onboard(1))).await;
    let answer = refused(socket.said().await);
    let extensions = json!({ "code": "FORBIDDEN", "right": "onboards:read" });
    assert_eq!((&answer["type"], &answer["payload"][0]["extensions"]), (&json!("error"), &extensions), "{answer}");
    assert_eq!(world.calls(), NO_CALLS);
}

#[tokio::test(flavor = "multi_thread")]
async fn variables_names_and_persisted_documents_go_as_over_http() {
    let world = World::start().await;
    let mut socket = Socket::ready(&world.gateway).await;
    let query = "query A($n: Int) { onboards(first: $n) { nodes { id } } } query B { account { name } }";
    let payload = json!({ "query": query, "operationName": "B", "variables": null, "extensions": null });
    socket.say(json!({ "id": "1", "type": "subscribe", "payload": payload })).await;
    assert_eq!([socket.said().await, socket.said().await], [next("1", account()), complete("1")]);
    let payload = json!({ "query": query, "operationName": "A", "variables": { "n": 0 } });
    socket.say(json!({ "id": "2", "type": "subscribe", "payload": payload })).await;
    let answer = socket.said().await;
    assert_eq!(answer["payload"]["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
    assert_eq!(socket.said().await, complete("2"));
    let persisted = json!({ "version": 1, "sha256Hash": digest(ACCOUNT.as_bytes()) });
    for payload in [
        json!({ "query": ACCOUNT, "extensions": { "persistedQuery": persisted } }),
        json!({ "extensions": { "persistedQuery": persisted } }),
    ] {
        socket.say(json!({ "id": "3", "type": "subscribe", "payload": payload })).await;
        assert_eq!([socket.said().await, socket.said().await], [next("3", account()), complete("3")]);
    }
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
async fn a_client_that_completes_an_operation_hears_no_more_of_it() {
    let world = World::bare().await;
    let api = world.sandbox.leadconduit();
    api.fault(Fault::once(Effect::HangBefore).method(Method::GET));
    let mut socket = Socket::ready(&world.gateway).await;
    socket.subscribe("1", ACCOUNT).await;
    until("the read", || !api.calls().is_empty()).await;
    socket.say(complete("1")).await;
    // Of what is not there nothing is said either.
    socket.say(complete("never")).await;
    socket.subscribe("1", "{ __typename }").await;
    assert_eq!(socket.said().await, next("1", json!({ "data": { "__typename": "Query" } })));
    assert_eq!(socket.said().await, complete("1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_is_finished_and_recorded_though_its_operation_was_completed_or_its_socket_is_gone() {
    let trail = Trail::start("socket", &[]).await;
    let api = trail.world.sandbox.leadconduit();
    for (number, stays) in [(1, true), (4, false)] {
        api.fault(Fault::once(Effect::Latency(Duration::from_millis(300))).method(Method::PUT));
        let mut socket = Socket::ready(&trail.world.gateway).await;
        socket.subscribe("1", &mutation(&format!(r#"onboardComplete(id: "{}")"#, onboard(number)))).await;
        until("the write", || api.calls().iter().any(|call| call.method == "PUT")).await;
        api.forget_calls();
        if stays {
            socket.say(complete("1")).await;
        } else {
            drop(socket);
        }
        until("the audit event", || trail.text().lines().any(|line| line.contains(&onboard(number)))).await;
        assert_eq!(held_onboard(&trail.world, number)["status"], "completed");
    }
    assert!(trail.events().iter().all(|event| event["outcome"] == "done"), "{}", trail.text());
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

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_that_is_refused_has_an_error_and_the_socket_goes_on() {
    let world = World::start_with(&[
        ("ONRAMP__LIMITS__ROOT_FIELDS", "2"),
        ("ONRAMP__LIMITS__SUGGESTIONS", "false"),
        ("ONRAMP__LIMITS__REQUEST_TIMEOUT_MS", "20000"),
    ])
    .await;
    let mut socket = Socket::ready(&world.gateway).await;
    let error = |code: &str, message: &str, locations: Value| {
        let mut error = json!({ "message": message, "extensions": { "code": code } });
        if !locations.is_null() {
            error["locations"] = locations;
        }
        json!({ "id": "1", "type": "error", "payload": [error] })
    };
    socket.subscribe("1", "{ account { nothing } }").await;
    let message = r#"Unknown field "nothing" on type "Account"."#;
    let expected = error("GRAPHQL_VALIDATION_FAILED", message, json!([{ "line": 1, "column": 13 }]));
    assert_eq!(refused(socket.said().await), expected);
    socket.subscribe("1", "{ a: __typename b: __typename c: __typename }").await;
    let message = r#"The limit "root_fields" is 2, and this request comes to 3."#;
    let mut expected = error("LIMIT_EXCEEDED", message, Value::Null);
    expected["payload"][0]["extensions"] =
        json!({ "code": "LIMIT_EXCEEDED", "limit": "root_fields", "allowed": 2, "asked": 3 });
    assert_eq!(refused(socket.said().await), expected);
    socket.subscribe("1", "{").await;
    let answer = refused(socket.said().await);
    assert_eq!(
        (&answer["type"], &answer["payload"][0]["extensions"]["code"]),
        (&json!("error"), &json!("GRAPHQL_PARSE_FAILED"))
    );
    let payload = json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": digest(b"unknown") } } });
    socket.say(json!({ "id": "1", "type": "subscribe", "payload": payload })).await;
    assert_eq!(refused(socket.said().await), error("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound", Value::Null));
    socket.subscribe("1", ACCOUNT).await;
    assert_eq!([socket.said().await, socket.said().await], [next("1", account()), complete("1")]);
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

async fn with_keys(more: &[(&str, &str)]) -> World {
    let (one, two) = (digest(b"one"), digest(b"two"));
    let mut settings = vec![
        ("ONRAMP__IDENTITY__MODE", "api_key"),
        ("ONRAMP__PROFILES__ONE__RIGHTS", "account:read"),
        ("ONRAMP__PROFILES__ONE__API_KEYS", one.as_str()),
        ("ONRAMP__PROFILES__TWO__RIGHTS", "verifications:read"),
        ("ONRAMP__PROFILES__TWO__API_KEYS", two.as_str()),
        ("ONRAMP__PROFILES__TWO__WALDUR_TOKEN_HEADER", "x-waldur-token"),
    ];
    settings.extend(more);
    World::start_with(&settings).await
}

/// What a query is answered with over a socket of these headers and this payload, or how the socket is closed.
async fn ask_as(world: &World, headers: &[(&str, &str)], payload: Value, query: &str) -> Heard {
    let headers: Vec<_> = headers.iter().copied().chain([PROTOCOL]).collect();
    let mut socket = Socket::open_with(&world.gateway, &headers).await.unwrap();
    socket.say(json!({ "type": "connection_init", "payload": payload })).await;
    match socket.hear().await {
        Heard::Said(said) => assert_eq!(said, json!({ "type": "connection_ack" })),
        closed @ Heard::Closed(..) => return closed,
    }
    socket.subscribe("1", query).await;
    let mut said = socket.said().await;
    Heard::Said(said["payload"].take())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_is_known_by_the_handshakes_headers_or_by_what_stands_for_them() {
    let world = with_keys(&[]).await;
    let nothing = json!({});
    for (headers, payload) in [
        (&[("authorization", "Bearer one")][..], nothing.clone()),
        (&[("x-api-key", "one")], nothing.clone()),
        (&[], json!({ "authorization": "Bearer one" })),
        (&[], json!({ "Authorization": "Bearer one", "other": { "than": "a text" } })),
        (&[], json!({ "x-api-key": "one" })),
        // Whoever set headers means them: a page behind a proxy is who the proxy says.
        (&[("x-api-key", "one")], json!({ "authorization": "Bearer two" })),
        (&[("x-api-key", "one")], json!({ "x-api-key": "two" })),
    ] {
        assert_eq!(
            ask_as(&world, headers, payload.clone(), ACCOUNT).await,
            Heard::Said(account()),
            "{headers:?} {payload}"
        );
    }
    for (headers, payload, why) in [
        (&[][..], nothing.clone(), "An API key is needed, as \"Authorization: Bearer …\" or as x-api-key."),
        (&[], json!({ "x-api-key": "three" }), "The API key is not valid."),
        (&[("x-api-key", "three")], json!({ "x-api-key": "one" }), "The API key is not valid."),
    ] {
        let expected = closed(4403, &format!("Forbidden: {why}"));
        assert_eq!(ask_as(&world, headers, payload, ACCOUNT).await, expected, "{headers:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_and_credentials_that_are_passed_on_hold_as_over_http() {
    let world = with_keys(&[]).await;
    let Heard::Said(answer) = ask_as(&world, &[], json!({ "x-api-key": "two" }), ACCOUNT).await else { panic!() };
    assert_eq!(settled(answer)["errors"][0]["extensions"], json!({ "code": "FORBIDDEN", "right": "account:read" }));
    let verifications = "{ verifications(first: 1) { totalCount } }";
    let token = onramp::sandbox::waldur::OWNER_TOKEN;
    let payload = json!({ "x-api-key": "two" });
    let Heard::Said(answer) = ask_as(&world, &[], payload.clone(), verifications).await else { panic!() };
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{answer}");
    let of_payload = json!({ "x-api-key": "two", "X-Waldur-Token": token });
    for (headers, payload) in [(&[][..], of_payload), (&[("x-waldur-token", token)], payload)] {
        let Heard::Said(answer) = ask_as(&world, headers, payload, verifications).await else { panic!() };
        assert!(answer["data"]["verifications"]["totalCount"].is_u64(), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_of_another_site_opens_one() {
    let world = World::start_with(&[("ONRAMP__SERVER__CORS_ORIGINS", "https://app.example")]).await;
    let own = world.gateway.base_url.clone();
    for origin in [own.as_str(), "https://app.example"] {
        assert!(Socket::open_with(&world.gateway, &[PROTOCOL, ("origin", origin)]).await.is_ok(), "{origin}");
    }
    let message = "Pages of this origin may not open a WebSocket here; server.cors_origins names those that may.";
    let expected = json!({ "errors": [{ "message": message, "extensions": { "code": "BAD_USER_INPUT" } }] });
    for origin in ["https://evil.example", "http://127.0.0.1:1", "null", "https://app.example.evil.example"] {
        let refusal = Socket::open_with(&world.gateway, &[PROTOCOL, ("origin", origin)]).await.err().unwrap();
        assert_eq!((refusal.0, settled(refusal.1)), (403, expected.clone()), "{origin}");
    }
}

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

#[tokio::test(flavor = "multi_thread")]
async fn at_the_end_what_runs_is_answered_and_the_socket_is_told_to_go_elsewhere() {
    let mut world = World::bare().await;
    let api = world.sandbox.leadconduit();
    api.fault(Fault::once(Effect::Latency(Duration::from_secs(1))).method(Method::GET));
    let mut idle = Socket::ready(&world.gateway).await;
    let mut socket = Socket::ready(&world.gateway).await;
    // What has no end is not waited for, nor called complete: it is to be asked for again elsewhere.
    let lead = r#"subscription { leadChanged(id: "9c30a205-a60e-47cb-94b4-6d45cd4c2179") { stage } }"#;
    idle.subscribe("0", lead).await;
    assert_eq!(idle.said().await["type"], "next");
    socket.subscribe("1", ACCOUNT).await;
    until("the read", || !api.calls().is_empty()).await;
    world.gateway.signal("TERM");
    let away = (1001, "The gateway is ending.".to_owned());
    assert_eq!(idle.until_closed().await, (Vec::new(), away.clone()));
    assert_eq!(socket.until_closed().await, (vec![next("1", account()), complete("1")], away));
    assert!(world.gateway.ended().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn over_the_deadline_of_the_end_a_socket_is_cut() {
    let mut world = World::bare_with(&[("ONRAMP__SERVER__DRAIN_TIMEOUT_MS", "100")]).await;
    let api = world.sandbox.leadconduit();
    api.fault(Fault::once(Effect::HangBefore).method(Method::GET));
    let mut socket = Socket::ready(&world.gateway).await;
    socket.subscribe("1", ACCOUNT).await;
    until("the read", || !api.calls().is_empty()).await;
    world.gateway.signal("TERM");
    assert_eq!(socket.until_closed().await, (Vec::new(), (1001, "The gateway is ending.".to_owned())));
    assert!(world.gateway.ended().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn after_new_settings_everybody_is_asked_to_come_again() {
    let world = World::start().await;
    let mut socket = Socket::ready(&world.gateway).await;
    world.gateway.signal("HUP");
    assert_eq!(socket.until_closed().await, (Vec::new(), (1012, "The settings were read anew.".to_owned())));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_opened_and_closed_is_in_the_log_and_so_is_each_operation() {
    let world = World::start().await;
    let headers = [PROTOCOL, ("x-request-id", "mine")];
    let mut socket = Socket::open_with(&world.gateway, &headers).await.unwrap();
    socket.say(init()).await;
    assert_eq!(socket.said().await, json!({ "type": "connection_ack" }));
    socket.subscribe("1", "query Named { account { name } }").await;
    assert_eq!([socket.said().await, socket.said().await], [next("1", account()), complete("1")]);
    drop(socket);
    until("the line", || world.gateway.log().contains("a WebSocket was closed")).await;
    let log = world.gateway.log();
    let line = |said: &str, id: &str| {
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let mut own = lines.filter(|line| line["message"] == said && line["request_id"] == id);
        own.next().unwrap_or_else(|| panic!("{said} {id}: {log}"))
    };
    assert_eq!(line("a WebSocket was opened", "mine")["level"], "DEBUG");
    let answered = line("answered", "mine.1");
    assert_eq!(
        [
            &answered["transport"],
            &answered["operation"],
            &answered["type"],
            &answered["caller"],
            &answered["upstream_calls"]
        ],
        [&json!("websocket"), &json!("Named"), &json!("query"), &json!("anonymous"), &json!(1)]
    );
    let end = line("a WebSocket was closed", "mine");
    assert_eq!(
        [&end["level"], &end["code"], &end["operations"], &end["caller"]],
        [&json!("INFO"), &json!("client"), &json!(1), &json!("anonymous")]
    );
}
