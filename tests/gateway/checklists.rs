//! What a verification's checklist costs, and what it is where there is none.

use onramp::sandbox::{Effect, Fault};
use serde_json::{Value, json};

use crate::gateway::{World, requests};

const ESTONIAN: &str = "6fde46b5a93145d78fdd5920b518f16f";
const BASE: &str = "GET /api/onboarding-verifications";

async fn first_of(world: &World, country: &str) -> Value {
    let query = "query ($country: String) { verifications(first: 1, filter: {country: $country}) { nodes { uuid } } }";
    let mut answer = world.ask_with(query, json!({ "country": country })).await;
    world.calls();
    answer["data"]["verifications"]["nodes"][0]["uuid"].take()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_completion_beside_the_checklist_costs_nothing_however_it_is_selected() {
    let world = World::start().await;
    let queries = [
        "{ checklist { name } completionStatus { isCompleted } }",
        "{ completionStatus { isCompleted } checklist { name } }",
        "{ a: completionStatus { isCompleted } b: checklist { name } c: completionStatus { percentage } }",
        "{ ...Done ... on Verification { checklist { name } } }",
        "{ checklist { name completion { isCompleted } } ...Done availableTransitions { action } }",
    ];
    for selection in queries {
        let query = format!(
            r#"{{ verification(id: "{ESTONIAN}") {selection} }}
               fragment Done on Verification {{ completionStatus {{ isCompleted }} }}"#
        );
        // A fragment that nobody uses is refused.
        let query = if selection.contains("...Done") { query } else { query.lines().next().unwrap().to_owned() };
        world.data(&query).await;
        let expected = [format!("{BASE}/{ESTONIAN}/"), format!("{BASE}/{ESTONIAN}/checklist/")];
        assert_eq!(requests(world.sandbox.waldur()), expected, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_completion_alone_is_asked_for_alone() {
    let world = World::start().await;
    world.data(&format!(r#"{{ verification(id: "{ESTONIAN}") {{ completionStatus {{ isCompleted }} }} }}"#)).await;
    let expected = [format!("{BASE}/{ESTONIAN}/"), format!("{BASE}/{ESTONIAN}/completion_status/")];
    assert_eq!(requests(world.sandbox.waldur()), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_checklist_and_the_completion_tell_the_same() {
    let world = World::start().await;
    let part = "{ uuid isCompleted percentage checklistName unansweredRequiredQuestions { uuid type } createdAt }";
    let query = |selection: String| format!(r#"{{ verification(id: "{ESTONIAN}") {{ {selection} }} }}"#);
    let beside = world.data(&query(format!("checklist {{ completion {part} }} completionStatus {part}"))).await;
    let alone = world.data(&query(format!("completionStatus {part}"))).await;
    let beside = &beside["verification"];
    assert_eq!(beside["completionStatus"], beside["checklist"]["completion"]);
    assert_eq!(beside["completionStatus"], alone["verification"]["completionStatus"]);
    assert_eq!(alone["verification"]["completionStatus"]["isCompleted"], json!(true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_country_without_a_checklist_has_none_and_that_is_no_error() {
    let world = World::start().await;
    let uuid = first_of(&world, "SE").await;
    let query = format!(
        "{{ a: verification(id: {uuid}) {{ country checklist {{ name }} completionStatus {{ isCompleted }} }}
            b: verification(id: {uuid}) {{ completionStatus {{ isCompleted }} }} }}"
    );
    let expected = json!({
        "a": { "country": "SE", "checklist": null, "completionStatus": null },
        "b": { "completionStatus": null },
    });
    assert_eq!(world.data(&query).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_verification_may_do_costs_a_call_only_where_a_customer_may_be_made() {
    let world = World::start().await;
    let moves = |id: &str| format!(r#"{{ verification(id: "{id}") {{ status availableTransitions {{ action }} }} }}"#);
    let verified = world.data(&moves(ESTONIAN)).await;
    assert_eq!(verified["verification"]["status"], "VERIFIED");
    let expected = [format!("{BASE}/{ESTONIAN}/"), format!("{BASE}/{ESTONIAN}/completion_status/")];
    assert_eq!(requests(world.sandbox.waldur()), expected);
    let pending = "0845b42f774149a2b4c89c2cc0674b79";
    let answer = world.data(&moves(pending)).await;
    assert_eq!(answer["verification"]["status"], "PENDING");
    assert_eq!(requests(world.sandbox.waldur()), [format!("{BASE}/{pending}/")]);
}

/// A verified company of the seed that has answered everything and has no customer.
const COMPLETE: &str = "a48cb98b6c284e9cbe4653a2bf0e93eb";

#[tokio::test(flavor = "multi_thread")]
async fn moves_are_told_where_the_checklist_cannot_be_read_and_the_customer_waits_for_it() {
    let world = World::start().await;
    let query =
        format!(r#"{{ verification(id: "{COMPLETE}") {{ availableTransitions {{ action ready missing }} }} }}"#);
    let moves = |is_ready: bool| {
        let missing: &[&str] = if is_ready { &[] } else { &["checklist"] };
        json!({ "verification": { "availableTransitions": [
            { "action": "SUBMIT_ANSWERS", "ready": false, "missing": ["answers"] },
            { "action": "CREATE_CUSTOMER", "ready": is_ready, "missing": missing },
        ] } })
    };
    assert_eq!(world.data(&query).await, moves(true));
    world.sandbox.waldur().fault(Fault::always(Effect::ResetBefore).path("/completion_status/"));
    let response = world.ask(&query).await;
    assert_eq!(response["data"], moves(false));
    assert_eq!(response["errors"].as_array().map(Vec::len), Some(1));
    assert_eq!(response["errors"][0]["path"], json!(["verification", "availableTransitions"]));
    assert_eq!(response["errors"][0]["extensions"]["code"], "UPSTREAM_UNAVAILABLE");
}
