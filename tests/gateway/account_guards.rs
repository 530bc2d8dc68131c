//! What the account is kept from: losing data by oversight, data promised back, and switches that nobody knows.

use axum::http::Method;
use onramp::sandbox::{self, Answer, Effect, Fault};
use serde_json::{Value, json};

use crate::gateway::World;
use crate::writes::{input_problem, mutate, writes, written};

const RETENTION: &[&str] = &["input", "dataRetentionInDays"];
const TRUNCATION: &[&str] = &["input", "dataTruncatedAt"];
/// As it is seeded: ninety-one days before the sandbox's clock starts.
const TRUNCATED_AT: &str = "2025-10-06T09:00:00Z";

fn update(input: &str) -> String {
    format!("accountUpdate(input: {{ {input} }})")
}

fn acknowledged(input: &str) -> String {
    format!("accountUpdate(input: {{ {input} }}, acknowledgeDataLoss: true)")
}

fn payload(days: u32, user_errors: &Value) -> Value {
    let account = json!({ "dataRetentionInDays": days, "dataTruncatedAt": TRUNCATED_AT });
    json!({ "account": account, "userErrors": user_errors, "dryRun": false })
}

/// What the one write that was made said.
fn put(world: &World) -> Value {
    let mut writes = writes(world.sandbox.leadconduit());
    assert_eq!(writes.len(), 1, "{writes:#?}");
    assert_eq!([writes[0].method.as_str(), writes[0].path.as_str()], ["PUT", "/account"]);
    writes.remove(0).body.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn retention_is_kept_in_its_bounds_even_where_the_loss_is_acknowledged() {
    let world = World::start().await;
    for asked in [-1, 0, 3651] {
        let problem = input_problem("INVALID_INPUT", RETENTION, &format!("{asked} days are not in 1..=3650."));
        let input = format!("dataRetentionInDays: {asked}");
        assert_eq!(mutate(&world, &update(&input)).await, payload(90, &json!([problem])));
        assert_eq!(mutate(&world, &acknowledged(&input)).await, payload(90, &json!([problem])));
    }
    assert_eq!(written(&world), [""; 0]);
    for asked in [3650, 1] {
        let answer = mutate(&world, &acknowledged(&format!("dataRetentionInDays: {asked}"))).await;
        assert_eq!(answer, payload(asked, &json!([])));
        assert_eq!(put(&world), json!({ "data_retention_in_days": asked }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn retention_is_shortened_only_by_who_acknowledges_the_loss() {
    let world = World::start().await;
    let message = "Going from 90 days to 89 deletes older events for good; acknowledgeDataLoss has to be true.";
    let loss = input_problem("DATA_LOSS_UNACKNOWLEDGED", RETENTION, message);
    assert_eq!(mutate(&world, &update("dataRetentionInDays: 89")).await, payload(90, &json!([loss])));
    assert_eq!(written(&world), [""; 0]);
    assert_eq!(mutate(&world, &acknowledged("dataRetentionInDays: 89")).await, payload(89, &json!([])));
    assert_eq!(put(&world), json!({ "data_retention_in_days": 89 }));
    // Longer, or the same, loses nothing.
    assert_eq!(mutate(&world, &update("dataRetentionInDays: 89")).await, payload(89, &json!([])));
    assert_eq!(mutate(&world, &update("dataRetentionInDays: 90")).await, payload(90, &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retention_that_is_not_told_may_be_longer() {
    let world = World::start().await;
    let mut account = world.sandbox.leadconduit().records()["main"]["account"].clone();
    account["data_retention_in_days"] = Value::Null;
    let untold = Fault::always(Effect::Status(Answer::json(200, account))).method(Method::GET).path("/account");
    world.sandbox.leadconduit().fault(untold);
    let answer = mutate(&world, &update("dataRetentionInDays: 3650")).await;
    let message = "Going from an unknown number of days to 3650 deletes older events for good; acknowledgeDataLoss has to be true.";
    assert_eq!(answer["userErrors"], json!([input_problem("DATA_LOSS_UNACKNOWLEDGED", RETENTION, message)]));
    assert_eq!(written(&world), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn truncation_moves_forward_and_not_past_the_present() {
    let world = World::start().await;
    let back = format!("Data is cut off at {TRUNCATED_AT} already, and what is cut off does not come back.");
    for (asked, message) in [
        ("2025-10-06T08:59:59Z", back.as_str()),
        // The same instant as the one before, by another clock.
        ("2025-10-06T10:59:59+02:00", back.as_str()),
        ("2999-01-01T00:00:00Z", "The instant lies in the future."),
    ] {
        let answer = mutate(&world, &acknowledged(&format!(r#"dataTruncatedAt: "{asked}""#))).await;
        assert_eq!(answer, payload(90, &json!([input_problem("INVALID_INPUT", TRUNCATION, message)])), "{asked}");
    }
    assert_eq!(written(&world), [""; 0]);
    assert_eq!(
        mutate(&world, &update(&format!(r#"dataTruncatedAt: "{TRUNCATED_AT}""#))).await,
        payload(90, &json!([]))
    );
    written(&world);
    let answer = mutate(&world, &update(r#"dataTruncatedAt: "2025-10-07T00:00:00Z""#)).await;
    let account = json!({ "dataRetentionInDays": 90, "dataTruncatedAt": "2025-10-07T00:00:00Z" });
    assert_eq!(answer, json!({ "account": account, "userErrors": [], "dryRun": false }));
    assert_eq!(put(&world), json!({ "data_truncated_at": "2025-10-07T00:00:00Z" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_stands_against_a_change_is_told_at_once() {
    let world = World::start().await;
    let asked = r#"dataRetentionInDays: 0, dataTruncatedAt: "2999-01-01T00:00:00Z", features: { firehose: false }"#;
    let problems = json!([
        input_problem("INVALID_INPUT", RETENTION, "0 days are not in 1..=3650."),
        input_problem("INVALID_INPUT", TRUNCATION, "The instant lies in the future."),
    ]);
    assert_eq!(mutate(&world, &update(asked)).await, payload(90, &problems));
    assert_eq!(written(&world), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_nothing_is_refused() {
    let world = World::start().await;
    let problem = input_problem("INVALID_INPUT", &["input"], "The input names nothing to change.");
    for input in ["", "features: {}", "subscriptions: {}", "dataRetentionInDays: null"] {
        assert_eq!(mutate(&world, &update(input)).await, payload(90, &json!([problem])), "{input}");
    }
    assert_eq!(written(&world), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn subscriptions_are_switched_on_and_off() {
    let world = World::start().await;
    let answer = mutate(&world, &update("subscriptions: { pro: INACTIVE, partner: ACTIVE }")).await;
    assert_eq!(answer, payload(90, &json!([])));
    let held = &world.sandbox.leadconduit().records()["main"]["account"]["subscriptions"];
    let states = ["base", "pro", "partner"].map(|name| held[name]["state"].as_str().unwrap());
    assert_eq!(states, ["active", "inactive", "active"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_that_is_not_there_cannot_be_switched() {
    let second = ("ONRAMP__LEADCONDUIT__API_KEY", sandbox::leadconduit::SECOND_API_KEY);
    let world = World::start_with(&[second]).await;
    let answer = mutate(&world, &update("subscriptions: { base: ACTIVE }")).await;
    let path = ["input", "subscriptions", "base"];
    let problem = input_problem("INVALID_INPUT", &path, "The account has no such subscription.");
    let account = json!({ "dataRetentionInDays": 30, "dataTruncatedAt": null });
    assert_eq!(answer, json!({ "account": account, "userErrors": [problem], "dryRun": false }));
    assert_eq!(written(&world), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_in_an_unknown_state_is_left_alone() {
    let world = World::start().await;
    let mut account = world.sandbox.leadconduit().records()["main"]["account"].clone();
    account["subscriptions"]["pro"]["state"] = json!("suspended");
    let other = Fault::once(Effect::Status(Answer::json(200, account))).method(Method::GET).path("/account");
    world.sandbox.leadconduit().fault(other);
    let answer = mutate(&world, &update("subscriptions: { pro: ACTIVE }")).await;
    let path = ["input", "subscriptions", "pro"];
    let message = "The subscription is \"suspended\", from which no switch is known.";
    assert_eq!(answer, payload(90, &json!([input_problem("INVALID_INPUT", &path, message)])));
    assert_eq!(written(&world), [""; 0]);
}
