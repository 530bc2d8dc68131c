//! What fails is null, by itself: its siblings, its rows' neighbours and the other APIs stand.

use onramp::sandbox::{Answer, Effect, Fault};
use serde_json::{Value, json};

use crate::gateway::{World, requests, settled};

const FIRST_LEAD: &str = "9c30a205-a60e-47cb-94b4-6d45cd4c2179";
const SECOND_LEAD: &str = "9c30a205-a60e-47cb-94b4-6d45cd4c217a";
const NEWEST: [&str; 3] =
    ["0845b42f774149a2b4c89c2cc0674b79", "6fde46b5a93145d78fdd5920b518f16f", "2093adb4ca1b4e3d80fcdc95a76be2e9"];

fn failing() -> Effect {
    Effect::Status(Answer::html(500, "<h1>no</h1>"))
}

fn failed(upstream: &str, path: &Value, column: usize) -> Value {
    json!({
        "message": format!("The {upstream} API failed with status 500."),
        "locations": [{ "line": 1, "column": column }],
        "path": path,
        "extensions": {
            "code": "UPSTREAM_UNAVAILABLE", "upstream": upstream, "httpStatus": 500, "retryable": true,
        },
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_fails_is_null_in_every_row_with_an_error_for_each() {
    let world = World::bare().await;
    world.sandbox.leadconduit().fault(Fault::always(failing()).path("/account"));
    let row = |id: &str| json!({ "id": id, "account": null, "link": { "relationship": "SELLER" } });
    let filter = r#"filter: {connectionId: "5fd5a0c2940df5a34a38a103"}"#;
    let query =
        format!("{{ onboards(first: 2, {filter}) {{ nodes {{ id account {{ name }} link {{ relationship }} }} }} }}");
    let response = settled(world.ask(&query).await);
    let ids: Vec<&str> = (0..2).map(|row| response["data"]["onboards"]["nodes"][row]["id"].as_str().unwrap()).collect();
    let column = query.find("account").unwrap() + 1;
    let expected = json!({
        "data": { "onboards": { "nodes": [row(ids[0]), row(ids[1])] } },
        "errors": [
            failed("onboarding", &json!(["onboards", "nodes", 0, "account"]), column),
            failed("onboarding", &json!(["onboards", "nodes", 1, "account"]), column),
        ],
    });
    assert_eq!(response, expected);
    assert_eq!(requests(world.sandbox.leadconduit()).iter().filter(|call| call.ends_with("/account")).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_lead_leaves_the_others_of_its_list() {
    let world = World::bare().await;
    world.sandbox.connect().fault(Fault::once(failing()));
    let missing = "00000000-0000-4000-8000-000000000000";
    let query = format!(r#"{{ bad: lead(id: "{FIRST_LEAD}") {{ stage }} }}"#);
    let bad = settled(world.ask(&query).await);
    assert_eq!(bad, json!({ "data": { "bad": null }, "errors": [failed("leads", &json!(["bad"]), 3)] }));
    let query = format!(r#"{{ leads(ids: ["nonsense", "{SECOND_LEAD}", "{missing}"]) {{ stage }} }}"#);
    let expected = json!({
        "data": { "leads": [null, { "stage": "REVIEWED" }, null] },
        "errors": [{
            "message": "Argument \"ids\" holds \"nonsense\", which is no id of this kind (lead_…).",
            "locations": [{ "line": 1, "column": 3 }],
            "path": ["leads", 0],
            "extensions": { "code": "BAD_USER_INPUT", "argument": "ids" },
        }],
    });
    assert_eq!(settled(world.ask(&query).await), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_verification_that_fails_leaves_the_others_of_its_batch() {
    let world = World::bare().await;
    for (spoiled, index) in NEWEST.iter().zip(0..) {
        world.sandbox.waldur().fault(Fault::once(failing()).path(*spoiled));
        let ids = NEWEST.map(|id| format!("verification_{id}"));
        let query = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename } }";
        let mut rows = vec![json!({ "__typename": "Verification" }); 3];
        rows[index] = Value::Null;
        let expected =
            json!({ "data": { "nodes": rows }, "errors": [failed("verification", &json!(["nodes", index]), 24)] });
        assert_eq!(settled(world.ask_with(query, json!({ "ids": ids })).await), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_checklist_that_fails_leaves_the_others_of_its_batch() {
    let world = World::bare().await;
    world.sandbox.waldur().fault(Fault::once(failing()).path(format!("{}/checklist", NEWEST[0])));
    let query = r#"{ verifications(first: 8, filter: {country: "EE"}) { nodes { checklist { name } } } }"#;
    let response = settled(world.ask(query).await);
    let mut rows = vec![json!({ "checklist": { "name": "Estonian onboarding" } }); 8];
    rows[0] = json!({ "checklist": null });
    let path = json!(["verifications", "nodes", 0, "checklist"]);
    let errors = [failed("verification", &path, query.find("checklist").unwrap() + 1)];
    assert_eq!(response, json!({ "data": { "verifications": { "nodes": rows } }, "errors": errors }));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_went_away_is_not_asked_for_the_rest_of_a_batch() {
    let world = World::bare().await;
    let api = world.sandbox.waldur();
    api.fault(Fault::always(Effect::ResetBefore).path("/checklist/"));
    let query = r#"{ verifications(first: 6, filter: {country: "EE"}) { nodes { checklist { name } } } }"#;
    let response = world.ask(query).await;
    let null = json!({ "checklist": null });
    assert_eq!(response["data"], json!({ "verifications": { "nodes": vec![null; 6] } }));
    assert_eq!(response["errors"].as_array().unwrap().len(), 6);
    assert_eq!(requests(api).iter().filter(|call| call.ends_with("/checklist/")).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn three_links_fail_and_the_fourth_stands() {
    let world = World::start().await;
    world.sandbox.leadconduit().fault(Fault::always(failing()).path("/connections/5fd5a0c2940df5a34a38a103"));
    let query = "{ onboards(first: 60) { nodes { connectionId link { objectId } } } }";
    let response = world.ask(query).await;
    for row in response["data"]["onboards"]["nodes"].as_array().unwrap() {
        let is_there = match row["connectionId"].as_str() {
            // One fails, and behind the other there is nothing.
            None | Some("5fd5a0c2940df5a34a38a103" | "5fd5a0c2940df5a34a38ffff") => Value::Null,
            Some(id) => json!({ "objectId": id }),
        };
        assert_eq!(row["link"], is_there, "{row}");
    }
    let errors = response["errors"].as_array().unwrap();
    assert!(!errors.is_empty() && errors.iter().all(|error| error["extensions"]["httpStatus"] == 500), "{errors:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_null_without_an_error() {
    let world = World::start().await;
    let query = r#"{
        onboard(id: "5fd4371e940df5a34a38ffff") { id }
        verification(id: "00000000-0000-4000-8000-000000000000") { id }
        lead(id: "00000000-0000-4000-8000-000000000000") { id }
        leads(ids: ["00000000-0000-4000-8000-000000000000"]) { id }
        a: node(id: "onboard_5fd4371e940df5a34a38ffff") { id }
        b: node(id: "account_5fd4371e940df5a34a38ffff") { id }
        c: node(id: "verification_00000000-0000-4000-8000-000000000000") { id }
        d: node(id: "lead_00000000-0000-4000-8000-000000000000") { id }
        nodes(ids: ["onboard_5fd4371e940df5a34a38ffff"]) { id }
        nowhere: onboard(id: "5fd4371e940df5a34a3888db") { link { objectId } }
        without: onboard(id: "5fd4371e940df5a34a3888bf") { flow { name } }
    }"#;
    let expected = json!({
        "onboard": null, "verification": null, "lead": null, "leads": [null],
        "a": null, "b": null, "c": null, "d": null, "nodes": [null],
        "nowhere": { "link": null }, "without": { "flow": null },
    });
    assert_eq!(world.data(query).await, expected);
}
