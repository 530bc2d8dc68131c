//! An input that cannot be read is refused before anything is written, the mutations before it included.

use serde_json::json;

use crate::gateway::World;
use crate::writes::{lead, written};

const STRANGER: &str = "00000000-0000-4000-8000-000000000000";

/// A mutation that would be done, and behind it one that cannot be read.
fn behind_another(call: &str) -> String {
    format!(r#"mutation {{ done: leadReview(id: "{}") {{ dryRun }} result: {call} {{ dryRun }} }}"#, lead(0))
}

fn answer(question: &str, value: &str) -> String {
    let answer = format!("{{ questionId: {question:?}, value: {{ {value} }} }}");
    format!(r#"verificationSubmitAnswers(id: "{STRANGER}", input: {{ answers: [{answer}] }})"#)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_where_a_later_input_cannot_be_read() {
    let world = World::start().await;
    for call in [
        answer("no uuid", "boolean: true"),
        answer(STRANGER, r#"date: "2027-02-30""#),
        answer(STRANGER, r#"options: ["no uuid"]"#),
        answer(STRANGER, r#"boolean: true, text: "x""#),
        answer(STRANGER, ""),
        r#"onboardCreate(input: { invitationId: "no object id" })"#.to_owned(),
        r#"accountUpdate(input: { dataTruncatedAt: "yesterday" })"#.to_owned(),
        "accountUpdate(input: { subscriptions: { base: SUSPENDED } })".to_owned(),
        "accountUpdate(input: { dataRetentionInDays: 1.5 })".to_owned(),
    ] {
        let response = world.ask(&behind_another(&call)).await;
        let code = &response["errors"][0]["extensions"]["code"];
        assert_eq!([code, &json!(written(&world))], [&json!("GRAPHQL_VALIDATION_FAILED"), &json!([])], "{call}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_where_a_later_variable_cannot_be_read() {
    let world = World::start().await;
    let call = "onboardUpdate(id: $id, input: $input)";
    let query = behind_another(call).replacen("mutation", "mutation ($id: ID!, $input: OnboardUpdateInput!)", 1);
    let response = world.ask_with(&query, json!({ "id": STRANGER, "input": { "flowId": "no object id" } })).await;
    assert_eq!(response["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    assert_eq!(written(&world), [""; 0]);
}
