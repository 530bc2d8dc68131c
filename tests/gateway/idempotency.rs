//! An idempotency key stands for one mutation and one input: it is sent once, whoever asks again and however often.

use std::time::Duration;

use axum::http::Method;
use futures_util::future::join_all;
use onramp::sandbox::{Answer, Effect, Fault};
use serde_json::{Value, json};

use crate::gateway::{World, settled, until};
use crate::writes::{
    FLOW, held_lead, held_onboard, input_problem, lead, link, mutate, mutation, onboard, with, writes, written,
};

fn start(number: u32, key: &str) -> String {
    format!(r#"onboardStart(id: "{}", idempotencyKey: "{key}")"#, onboard(number))
}

fn complete(number: u32, key: &str) -> String {
    format!(r#"onboardComplete(id: "{}", idempotencyKey: "{key}")"#, onboard(number))
}

fn started(number: u32) -> Value {
    let shown = json!({ "id": format!("onboard_{}", onboard(number)), "status": "IN_PROGRESS" });
    json!({ "onboard": shown, "userErrors": [], "dryRun": false })
}

fn conflict(record: &str) -> Value {
    let message = "This idempotency key was used with another input.";
    json!({ record: null, "userErrors": [input_problem("CONFLICT", &["idempotencyKey"], message)], "dryRun": false })
}

/// The path of the write of an onboard, with its method.
fn put(number: u32) -> String {
    format!("PUT /onboards/{}", onboard(number))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_and_input_is_one_write_with_one_payload() {
    let world = World::start().await;
    for _ in 0..3 {
        assert_eq!(mutate(&world, &start(0, "a")).await, started(0));
    }
    assert_eq!(written(&world), [put(0)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_at_once_share_the_one_that_is_under_way() {
    let world = World::start().await;
    let api = world.sandbox.leadconduit();
    api.fault(Fault::once(Effect::Latency(Duration::from_millis(500))).method(Method::PUT));
    let call = start(0, "a");
    assert_eq!(join_all((0..20).map(|_| mutate(&world, &call))).await, vec![started(0); 20]);
    assert_eq!(written(&world), [put(0)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_input_under_the_key_is_a_conflict_and_no_write() {
    let world = World::start().await;
    let update = |flow: &str| {
        format!(r#"onboardUpdate(id: "{}", input: {{ flowId: "{flow}" }}, idempotencyKey: "a")"#, onboard(0))
    };
    assert_eq!(mutate(&world, &update(FLOW)).await["userErrors"], json!([]));
    assert_eq!(written(&world), [put(0)]);
    assert_eq!(mutate(&world, &update("5fd43b7a940df5a34a77aa02")).await, conflict("onboard"));
    assert_eq!(mutate(&world, &start(0, "a")).await, conflict("onboard"), "another mutation");
    assert_eq!(mutate(&world, &start(3, "a")).await, conflict("onboard"), "another record");
    let review = format!(r#"leadReview(id: "{}", idempotencyKey: "a")"#, lead(0));
    assert_eq!(mutate(&world, &review).await, conflict("lead"), "another API");
    assert_eq!(written(&world), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_input_conflicts_also_while_the_first_is_under_way() {
    let world = World::start().await;
    let api = world.sandbox.leadconduit();
    api.fault(Fault::once(Effect::Latency(Duration::from_secs(2))).method(Method::PUT));
    let is_under_way = || api.calls().iter().any(|call| call.method == "PUT" && call.status.is_none());
    let (first, second) = (start(0, "a"), start(10, "a"));
    let overtaking = async {
        until("the first write", is_under_way).await;
        let answer = mutate(&world, &second).await;
        (answer, is_under_way())
    };
    let (first, (second, was_under_way)) = tokio::join!(mutate(&world, &first), overtaking);
    assert_eq!((first, second, was_under_way), (started(0), conflict("onboard"), true));
    assert_eq!(written(&world), [put(0)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_different_text_are_different_keys() {
    let world = World::start().await;
    assert_eq!(mutate(&world, &start(0, "a")).await, started(0));
    let again = mutate(&world, &start(0, "A")).await;
    assert_eq!(again["userErrors"][0]["code"], "TRANSITION_REFUSED");
    assert_eq!(written(&world), [put(0)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_not_remembered() {
    let world = World::start().await;
    // It has no link yet.
    let refused = mutate(&world, &complete(24, "a")).await;
    assert_eq!(refused["userErrors"][0]["missing"], json!(["connectionId"]));
    let update = format!(r#"onboardUpdate(id: "{}", input: {{ connectionId: "{}" }})"#, onboard(24), link(3));
    assert_eq!(mutate(&world, &update).await["userErrors"], json!([]));
    let done = mutate(&world, &complete(24, "a")).await;
    assert_eq!(done["onboard"]["status"], "COMPLETED");
    assert_eq!(mutate(&world, &complete(24, "a")).await, done, "what was done is remembered");
    assert_eq!(written(&world), [put(24), put(24)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_without_any_call_is_not_remembered_either() {
    let world = World::start().await;
    let world = &world;
    let begin = |country: &str, key: usize| {
        format!(r#"verificationStart(input: {{ country: "{country}" }}, idempotencyKey: "{key}")"#)
    };
    // It is over so soon that it may come to its end before its key is entered: so, many times.
    join_all((0..200).map(|key| async move {
        let (first, second) = (begin("ee", key), begin("at", key));
        for call in [first, second] {
            assert_eq!(mutate(world, &call).await["userErrors"][0]["code"], "INVALID_INPUT", "{call}");
        }
    }))
    .await;
    assert_eq!(written(world), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_sent_is_not_remembered() {
    let world = World::start().await;
    let api = world.sandbox.leadconduit();
    let code = |response: Value| response["errors"][0]["extensions"]["code"].clone();
    api.go_down().await;
    assert_eq!(code(world.ask(&mutation(&start(0, "a"))).await), "UPSTREAM_UNAVAILABLE");
    api.come_back().await.unwrap();
    // Turned away at the door, before it was read.
    api.fault(Fault::once(Effect::Status(Answer::empty(429))).method(Method::PUT));
    assert_eq!(code(world.ask(&mutation(&start(0, "a"))).await), "UPSTREAM_RATE_LIMITED");
    assert_eq!(held_onboard(&world, 0)["status"], "created");
    assert_eq!(mutate(&world, &start(0, "a")).await, started(0));
    assert_eq!(written(&world), [put(0), put(0)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_outcome_is_remembered() {
    let world = World::start().await;
    world.sandbox.leadconduit().fault(Fault::once(Effect::ResetBefore).method(Method::PUT));
    let unknown = mutate(&world, &start(0, "a")).await;
    assert_eq!(unknown["userErrors"][0]["code"], "OUTCOME_UNKNOWN");
    assert_eq!(mutate(&world, &start(0, "a")).await, unknown);
    assert_eq!(written(&world), [put(0)]);
    // Whoever wants to try again takes another key.
    assert_eq!(mutate(&world, &start(0, "b")).await, started(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_whose_record_could_not_be_read_is_remembered() {
    let world = World::bare().await;
    let api = world.sandbox.connect();
    // The read before the write comes through, the one after it does not.
    api.fault(Fault::once(Effect::Status(Answer::empty(500))).method(Method::GET).after(1));
    let review = mutation(&format!(r#"leadReview(id: "{}", idempotencyKey: "a")"#, lead(0)));
    let response = settled(world.ask(&review).await);
    assert_eq!(response["data"]["result"], json!({ "lead": null, "userErrors": [], "dryRun": false }));
    assert_eq!(response["errors"][0]["path"], json!(["result", "lead"]));
    assert_eq!(settled(world.ask(&review).await), response);
    assert_eq!(writes(api).len(), 1);
    assert_eq!(held_lead(&world, 0)["status"], "Reviewed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_has_one_to_two_hundred_and_fifty_five_bytes() {
    let world = World::start().await;
    // 128 letters of two bytes each are 256 bytes.
    for (key, bytes) in [(String::new(), 0), ("k".repeat(256), 256), ("õ".repeat(128), 256)] {
        let error = json!({
            "message": format!("Argument \"idempotencyKey\" has {bytes} bytes, which is not in 1..=255."),
            "path": ["result"],
            "extensions": { "code": "BAD_USER_INPUT", "argument": "idempotencyKey" },
        });
        let mut response = settled(world.ask(&mutation(&start(0, &key))).await);
        response["errors"][0].as_object_mut().unwrap().remove("locations");
        assert_eq!(response, json!({ "data": { "result": null }, "errors": [error] }));
    }
    assert_eq!(written(&world), [""; 0]);
    assert_eq!(mutate(&world, &start(0, &"k".repeat(255))).await, started(0));
    assert_eq!(mutate(&world, &start(10, "k")).await, started(10));
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_order_nor_variables_make_another_input() {
    let world = World::start().await;
    let (id, link) = (onboard(0), link(4));
    let one = format!(
        r#"onboardUpdate(id: "{id}", input: {{ flowId: "{FLOW}", connectionId: "{link}" }}, idempotencyKey: "a")"#
    );
    let other = format!(
        r#"onboardUpdate(idempotencyKey: "a", input: {{ connectionId: "{link}", flowId: "{FLOW}" }}, id: "{id}")"#
    );
    let done = mutate(&world, &one).await;
    assert_eq!(done["userErrors"], json!([]));
    assert_eq!(mutate(&world, &other).await, done);
    let by_variables = mutation("onboardUpdate(id: $id, input: $input, idempotencyKey: $key)");
    let declared = "mutation ($id: ID!, $input: OnboardUpdateInput!, $key: String)";
    let variables = json!({ "key": "a", "input": { "connectionId": link, "flowId": FLOW }, "id": id });
    let response = world.ask_with(&by_variables.replacen("mutation", declared, 1), variables).await;
    assert_eq!(response, json!({ "data": { "result": done } }));
    assert_eq!(written(&world), [put(0)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_neither_takes_a_key_nor_heeds_one() {
    let world = World::start().await;
    let dry = |number| with(&start(number, "a"), "dryRun: true");
    let permitted = json!({
        "onboard": { "id": format!("onboard_{}", onboard(10)), "status": "CREATED" }, "userErrors": [], "dryRun": true,
    });
    assert_eq!(mutate(&world, &dry(10)).await, permitted);
    assert_eq!(mutate(&world, &start(0, "a")).await, started(0), "the key was not taken");
    assert_eq!(mutate(&world, &dry(10)).await, permitted, "the key is not heeded");
    let refused = mutate(&world, &dry(0)).await;
    assert_eq!(refused["userErrors"][0]["code"], "TRANSITION_REFUSED", "what would happen now, and not what did");
    assert_eq!(written(&world), [put(0)]);
}
