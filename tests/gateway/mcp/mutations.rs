//! Agents only read unless they are told otherwise, and then try what they do before they do it.

use std::time::Duration;

use axum::http::Method;
use onramp::sandbox::{Effect, Fault};
use serde_json::{Value, json};

use super::agent::{self, Trusted, asked, called, names, request, tools, world};
use crate::dry_run::{permitted, question};
use crate::gateway::{NO_CALLS, World, settled, until};
use crate::trail::Trail;
use crate::writes::{USER_ERRORS, held_onboard, lead, mutation, onboard, written};

const START: &str = "mutation StartOnboard($id: ID!) { onboardStart(id: $id) { onboard { status } dryRun } }";

fn started(status: &str, dry_run: bool) -> (Value, bool) {
    (json!({ "data": { "onboardStart": { "onboard": { "status": status }, "dryRun": dry_run } } }), false)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mutation_that_is_not_listed_is_no_tool() {
    let world = world(json!({ "s": START, "n": super::NAME }), "", &[]).await;
    assert_eq!(names(&world.gateway).await, ["AccountName"]);
    let params = json!({ "name": "StartOnboard", "arguments": { "id": onboard(0), "dryRun": false } });
    let error = json!({ "code": -32602, "message": "There is no tool \"StartOnboard\"." });
    assert_eq!(asked(&world.gateway, "tools/call", params).await, json!({ "error": error }));
    assert_eq!(world.calls(), NO_CALLS);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_unless_the_agent_says_so() {
    let world = world(json!({ "s": START }), "StartOnboard", &[]).await;
    let id = onboard(0);
    for arguments in [
        json!({ "id": id }),
        json!({ "id": id, "dryRun": null }),
        json!({ "id": id, "dryRun": true, "idempotencyKey": "k" }),
    ] {
        assert_eq!(called(&world.gateway, "StartOnboard", arguments).await, started("CREATED", true));
    }
    assert_eq!(written(&world), [""; 0]);
    assert_eq!(held_onboard(&world, 0)["status"], "created");
    let real = json!({ "id": id, "dryRun": false, "idempotencyKey": "k" });
    assert_eq!(called(&world.gateway, "StartOnboard", real).await, started("IN_PROGRESS", false));
    assert_eq!(written(&world).len(), 1);
}

/// Every mutation that there is, as one would write it for a front end, which says nothing of dry runs.
#[tokio::test(flavor = "multi_thread")]
async fn no_mutation_of_the_schema_writes_unless_the_agent_says_so() {
    let first = World::start().await;
    let question = question(&first).await;
    let calls = permitted(&first, &question);
    let name = |place: usize| format!("Mutation{place}");
    let text = |(place, call): (usize, &String)| {
        (name(place), json!(mutation(call).replacen("mutation", &format!("mutation {}", name(place)), 1)))
    };
    let documents: serde_json::Map<String, Value> = calls.iter().enumerate().map(text).collect();
    let names = documents.keys().cloned().collect::<Vec<_>>().join(",");
    let world = world(Value::Object(documents), &names, &[]).await;
    assert_eq!(calls.len(), 20);
    // The same seeds in another world: what is a permitted move in one is so in the other.
    assert_eq!(crate::dry_run::question(&world).await, question);
    let told = async |place: usize, arguments: Value| {
        let (answer, is_error) = called(&world.gateway, &name(place), arguments).await;
        assert!(!is_error, "{}: {answer:#}", calls[place]);
        let payload = &answer["data"]["result"];
        assert_eq!(payload["userErrors"], json!([]), "{}", calls[place]);
        payload["dryRun"].clone()
    };
    for (place, call) in calls.iter().enumerate() {
        assert_eq!(told(place, json!({})).await, true, "{call}");
    }
    assert_eq!(written(&world), [""; 0]);
    for (place, call) in calls.iter().enumerate() {
        assert_eq!(told(place, json!({ "dryRun": false })).await, false, "{call}");
        assert_eq!(written(&world).len(), 1, "{call}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_rules_refuse_is_told_in_a_dry_run_already() {
    let text = format!("mutation Complete($id: ID!) {{ onboardComplete(id: $id) {{ dryRun {USER_ERRORS} }} }}");
    let world = world(json!({ "c": text }), "Complete", &[]).await;
    let foretold = called(&world.gateway, "Complete", json!({ "id": onboard(0) })).await;
    assert_eq!(foretold.0["data"]["onboardComplete"]["userErrors"][0]["code"], "TRANSITION_REFUSED");
    let (mut real, is_error) = called(&world.gateway, "Complete", json!({ "id": onboard(0), "dryRun": false })).await;
    assert_eq!(real["data"]["onboardComplete"]["dryRun"].take(), false);
    real["data"]["onboardComplete"]["dryRun"] = json!(true);
    assert_eq!((real, is_error), foretold);
    assert_eq!(written(&world), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_one_write_however_often_the_tool_is_called() {
    let world = world(json!({ "s": START }), "StartOnboard", &[]).await;
    let real = |number: u32| json!({ "id": onboard(number), "dryRun": false, "idempotencyKey": "one" });
    for _ in 0..3 {
        assert_eq!(called(&world.gateway, "StartOnboard", real(0)).await, started("IN_PROGRESS", false));
    }
    assert_eq!(written(&world).len(), 1);
    // The key stands for another input, so that this one is refused.
    let (answer, _) = called(&world.gateway, "StartOnboard", real(10)).await;
    assert_eq!(answer["data"]["onboardStart"]["onboard"], Value::Null);
    assert_eq!(written(&world), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_fields_each_is_tried_and_each_is_done_once() {
    let text = "mutation Both($onboard: ID!, $lead: ID!) {
        ...Start
        leadReview(id: $lead) { dryRun userErrors { code } }
    }
    fragment Start on Mutation { onboardStart(id: $onboard) { dryRun userErrors { code } } }";
    let world = world(json!({ "b": text }), "Both", &[]).await;
    let said = |dry_run: bool| {
        let payload = json!({ "dryRun": dry_run, "userErrors": [] });
        (json!({ "data": { "onboardStart": payload, "leadReview": payload } }), false)
    };
    let ids = json!({ "onboard": onboard(0), "lead": lead(0) });
    assert_eq!(called(&world.gateway, "Both", ids).await, said(true));
    assert_eq!(written(&world), [""; 0]);
    let real = json!({ "onboard": onboard(0), "lead": lead(0), "dryRun": false, "idempotencyKey": "both" });
    for _ in 0..2 {
        assert_eq!(called(&world.gateway, "Both", real.clone()).await, said(false));
    }
    assert_eq!(written(&world).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_documents_own_variable_decides_where_it_has_one_and_is_a_dry_run_too_unless_told() {
    let text = "mutation Start($id: ID!, $try: Boolean = false, $key: String) {
        onboardStart(id: $id, dryRun: $try, idempotencyKey: $key) { onboard { status } dryRun } }";
    let world = world(json!({ "s": text }), "Start", &[]).await;
    let [tool] = <[Value; 1]>::try_from(tools(&world.gateway).await).unwrap();
    let properties = tool["inputSchema"]["properties"].as_object().unwrap();
    assert_eq!(properties.keys().collect::<Vec<_>>(), ["id", "key", "try"]);
    assert_eq!(properties["try"]["default"], true);
    assert!(tool["description"].as_str().unwrap().contains("Unless `try` is false"), "{tool:#}");
    assert_eq!(called(&world.gateway, "Start", json!({ "id": onboard(0) })).await, started("CREATED", true));
    assert_eq!(written(&world), [""; 0]);
    let real = json!({ "id": onboard(0), "try": false, "key": "k" });
    assert_eq!(called(&world.gateway, "Start", real).await, started("IN_PROGRESS", false));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_only_tries_is_a_tool_that_only_reads() {
    let text = "mutation Try($id: ID!) { onboardStart(id: $id, dryRun: true) { onboard { status } dryRun } }";
    let world = world(json!({ "t": text }), "Try", &[]).await;
    let [tool] = <[Value; 1]>::try_from(tools(&world.gateway).await).unwrap();
    assert_eq!(tool["annotations"], json!({ "readOnlyHint": true, "destructiveHint": false, "idempotentHint": true }));
    assert_eq!(called(&world.gateway, "Try", json!({ "id": onboard(0) })).await, started("CREATED", true));
    let (answer, is_error) = called(&world.gateway, "Try", json!({ "id": onboard(0), "dryRun": false })).await;
    assert_eq!((settled(answer)["errors"][0]["extensions"]["argument"].clone(), is_error), (json!("dryRun"), true));
    assert_eq!(written(&world), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tools_name_does_not_bring_its_terms_to_graphql() {
    let world = agent::world(json!({ "s": START }), "StartOnboard", &[]).await;
    called(&world.gateway, "StartOnboard", json!({ "id": onboard(0) })).await;
    // The same document by its id, as a front end sends it: nothing makes a dry run of that.
    let body = json!({ "documentId": "s", "variables": { "id": onboard(0) } });
    let answer: Value = world.gateway.post(&body).await.json().await.unwrap();
    assert_eq!(answer, started("IN_PROGRESS", false).0);
    assert_eq!(written(&world).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_is_finished_and_recorded_though_its_agent_has_gone() {
    let trusted = Trusted::new(json!({ "s": START }));
    let trail = Trail::start("agent-gone", &trusted.settings("StartOnboard")).await;
    let api = trail.world.sandbox.leadconduit();
    api.fault(Fault::once(Effect::Latency(Duration::from_secs(1))).method(Method::PUT));
    let call = json!({ "name": "StartOnboard", "arguments": { "id": onboard(0), "dryRun": false } });
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call });
    let leaving = tokio::spawn(request(&trail.world.gateway).json(&message).send());
    until("the write", || api.calls().iter().any(|call| call.method == "PUT")).await;
    leaving.abort();
    until("the audit event", || !trail.text().is_empty()).await;
    assert_eq!(trail.events()[0]["outcome"], "done");
    assert_eq!(held_onboard(&trail.world, 0)["status"], "in_progress");
    assert_eq!(written(&trail.world).len(), 1);
}
