//! Any operation goes over a socket: what it answers, how it is refused, and what becomes of it when nobody waits any more.

use std::time::Duration;

use axum::http::Method;
use onramp::identity::digest;
use onramp::sandbox::{Effect, Fault};
use serde_json::{Value, json};

use super::{ACCOUNT, account, refused};
use crate::gateway::{World, until};
use crate::socket::{Socket, complete, next};
use crate::trail::Trail;
use crate::writes::{held_onboard, mutation, onboard, written};

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
