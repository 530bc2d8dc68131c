//! The vendor does not say whether a `PUT` keeps what it is not told: so all of it is sent, with the change laid over it.

use axum::http::Method;
use onramp::sandbox::{Answer, Effect, Fault, Played};
use serde_json::{Value, json};

use crate::gateway::World;
use crate::writes::{FLOW, held_onboard, input_problem, link, mutate, onboard, writes, written};

/// The next read of this path finds this.
fn find(api: &Played, path: &str, body: Value) {
    api.fault(Fault::once(Effect::Status(Answer::json(200, body))).method(Method::GET).path(path));
}

/// The body of the one write that was made.
fn put(world: &World) -> Value {
    let mut writes = writes(world.sandbox.leadconduit());
    assert_eq!(writes.len(), 1, "{writes:#?}");
    assert_eq!(writes[0].method, "PUT");
    writes.remove(0).body.unwrap()
}

fn update(number: u32, input: &str) -> String {
    format!(r#"onboardUpdate(id: "{}", input: {{ {input} }})"#, onboard(number))
}

#[tokio::test(flavor = "multi_thread")]
async fn features_are_sent_whole_with_the_one_that_changes() {
    let world = World::start().await;
    let api = world.sandbox.leadconduit();
    let mut account = api.records()["main"]["account"].clone();
    account["features"]["holograms"] = json!(true);
    find(api, "/account", account.clone());
    let answer = mutate(&world, "accountUpdate(input: { features: { consentDecisions: false } })").await;
    assert_eq!(answer["userErrors"], json!([]));
    let mut features = account["features"].clone();
    features["leadconduit_trustedform_decisions"] = json!(false);
    assert_eq!(put(&world), json!({ "features": features }));
    assert_eq!(api.records()["main"]["account"]["features"], features);
}

#[tokio::test(flavor = "multi_thread")]
async fn subscriptions_are_sent_whole_without_what_the_vendor_sets() {
    let world = World::start().await;
    let api = world.sandbox.leadconduit();
    let mut account = api.records()["main"]["account"].clone();
    account["subscriptions"]["pro"]["trial"] = json!({ "days": 14 });
    find(api, "/account", account.clone());
    mutate(&world, "accountUpdate(input: { subscriptions: { pro: INACTIVE } })").await;
    let mut subscriptions = account["subscriptions"].clone();
    subscriptions["pro"]["state"] = json!("inactive");
    for component in ["base", "pro", "partner"] {
        let members = subscriptions[component].as_object_mut().unwrap();
        assert!(members.remove("id").is_some() && members.remove("product_offering_id").is_some());
    }
    assert_eq!(put(&world), json!({ "subscriptions": subscriptions }));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_holds_what_it_held_but_for_the_change() {
    let world = World::start().await;
    let held = || world.sandbox.leadconduit().records()["main"]["account"].clone();
    let mut expected = held();
    mutate(&world, "accountUpdate(input: { features: { firehose: false }, subscriptions: { partner: ACTIVE } })").await;
    expected["features"]["firehose"] = json!(false);
    expected["subscriptions"]["partner"]["state"] = json!("active");
    assert_eq!(held(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_onboard_is_sent_whole_with_what_the_gateway_does_not_know() {
    let world = World::start().await;
    let mut body = held_onboard(&world, 1);
    body["campaign"] = json!({ "name": "spring", "tags": [1, null] });
    find(world.sandbox.leadconduit(), "/onboards", json!([held_onboard(&world, 2), body, held_onboard(&world, 3)]));
    let answer = mutate(&world, &format!(r#"onboardComplete(id: "{}")"#, onboard(1))).await;
    assert_eq!(answer["userErrors"], json!([]));
    let members = body.as_object_mut().unwrap();
    for read_only in ["id", "created_at", "updated_at"] {
        assert!(members.remove(read_only).is_some());
    }
    body["status"] = json!("completed");
    assert_eq!(put(&world), body);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_onboard_holds_what_it_held_but_for_the_change() {
    let world = World::start().await;
    let mut expected = held_onboard(&world, 0);
    mutate(&world, &update(0, &format!(r#"flowId: "{FLOW}""#))).await;
    expected["flow_id"] = json!(FLOW);
    let mut held = held_onboard(&world, 0);
    held["updated_at"] = expected["updated_at"].clone();
    assert_eq!(held, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn null_takes_an_id_away_and_leaving_it_out_keeps_it() {
    let world = World::start().await;
    let before = held_onboard(&world, 1);
    let answer = mutate(&world, &update(1, &format!(r#"connectionId: null, flowId: "{FLOW}""#))).await;
    assert_eq!(answer["userErrors"], json!([]));
    let sent = put(&world);
    assert_eq!(
        sent,
        json!({
            "invitation_id": before["invitation_id"], "account_id": before["account_id"],
            "connection_id": null, "flow_id": FLOW, "status": "in_progress",
        })
    );
    assert_eq!(held_onboard(&world, 1)["connection_id"], Value::Null);
    mutate(&world, &update(1, &format!(r#"connectionId: "{}""#, link(4)))).await;
    assert_eq!(put(&world), {
        let mut restored = sent;
        restored["connection_id"] = json!(link(4));
        restored
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_of_nothing_is_refused() {
    let world = World::start().await;
    let shown = json!({ "id": format!("onboard_{}", onboard(0)), "status": "CREATED" });
    let problem = input_problem("INVALID_INPUT", &["input"], "The input names nothing to change.");
    let refused = json!({ "onboard": shown, "userErrors": [problem], "dryRun": false });
    for input in ["", "invitationId: null", "accountId: null"] {
        assert_eq!(mutate(&world, &update(0, input)).await, refused, "{input}");
    }
    assert_eq!(written(&world), [""; 0]);
}
