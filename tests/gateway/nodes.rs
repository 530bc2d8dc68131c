//! Anything by its global id, alone or with others, of whichever API.

use serde_json::{Value, json};

use crate::gateway::{Calls, NO_CALLS, World, requests, settled};

const ONBOARD: &str = "onboard_5fd4371e940df5a34a3888b2";
const ACCOUNT: &str = "account_5fd2c1a8940df5a34a387f01";
const VERIFICATION: &str = "verification_6fde46b5-a931-45d7-8fdd-5920b518f16f";
const LEAD: &str = "lead_9c30a205-a60e-47cb-94b4-6d45cd4c2179";

const NODES: &str = "query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename ...Words } }
    fragment Words on Node {
        id
        ... on Onboard { word: rawStatus }
        ... on Account { name }
        ... on Verification { word: rawStatus }
        ... on Lead { word: rawStage }
    }";

#[tokio::test(flavor = "multi_thread")]
async fn things_of_every_kind_come_in_the_order_asked_for() {
    let world = World::start().await;
    let onboard = json!({ "id": ONBOARD, "__typename": "Onboard", "word": "created" });
    let account = json!({ "id": ACCOUNT, "__typename": "Account", "name": "Summit Funding Partners" });
    let verification = json!({ "id": VERIFICATION, "__typename": "Verification", "word": "verified" });
    let lead = json!({ "id": LEAD, "__typename": "Lead", "word": "Matched" });
    let ids = [LEAD, ONBOARD, VERIFICATION, ACCOUNT, LEAD, ONBOARD];
    let rows = [&lead, &onboard, &verification, &account, &lead, &onboard];
    let answer = world.ask_with(NODES, json!({ "ids": ids })).await;
    assert_eq!(answer, json!({ "data": { "nodes": rows } }));
    assert_eq!(world.calls(), Calls { onboarding: 2, verification: 1, leads: 1 });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_alone_is_what_its_own_field_gives() {
    let world = World::start().await;
    let query = format!(
        r#"{{
            a: node(id: "{LEAD}") {{ __typename ... on Lead {{ stage requestedAmount }} ... on Onboard {{ status }} }}
            b: node(id: "{ONBOARD}") {{ ... on Onboard {{ account {{ id }} }} }}
        }}"#
    );
    let expected = json!({
        "a": { "__typename": "Lead", "stage": "MATCHED", "requestedAmount": 50_000.0 },
        "b": { "account": { "id": ACCOUNT } },
    });
    assert_eq!(world.data(&query).await, expected);
    assert_eq!(requests(world.sandbox.leadconduit()), ["GET /account", "GET /onboards"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_prefix_and_an_unreadable_id_fail_by_themselves() {
    let world = World::start().await;
    let ids = json!({ "ids": [ONBOARD, "customer_1", "lead_x", "5fd4371e940df5a34a3888b2"] });
    let error = |place: usize, what: &str| {
        json!({
            "message": format!("Argument \"ids\" holds {what}."),
            "locations": [{ "line": 1, "column": 24 }],
            "path": ["nodes", place],
            "extensions": { "code": "BAD_USER_INPUT", "argument": "ids" },
        })
    };
    let mut response = settled(world.ask_with("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids).await);
    response["errors"].as_array_mut().unwrap().sort_by_key(|error| error["path"][1].as_u64());
    let expected = json!({
        "data": { "nodes": [{ "id": ONBOARD }, null, null, null] },
        "errors": [
            error(1, r#""customer_1", which is no global id"#),
            error(2, r#""lead_x", which is no id of this kind (lead_…)"#),
            error(3, r#""5fd4371e940df5a34a3888b2", which is no global id"#),
        ],
    });
    assert_eq!(response, expected);
    assert_eq!(world.calls(), Calls { onboarding: 1, ..NO_CALLS });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_ids_are_looked_up_and_more_are_refused() {
    let world = World::start().await;
    let answer = world.ask_with(NODES, json!({ "ids": vec![ONBOARD; 100] })).await;
    assert_eq!(answer["data"]["nodes"].as_array().unwrap().len(), 100);
    assert_eq!(world.calls(), Calls { onboarding: 1, ..NO_CALLS });
    for field in ["nodes", "leads"] {
        let query = format!("query ($ids: [ID!]!) {{ {field}(ids: $ids) {{ id }} }}");
        let expected = json!({
            "data": null,
            "errors": [{
                "message": "Argument \"ids\" holds 101 ids, and at most 100 are looked up at once.",
                "locations": [{ "line": 1, "column": 24 }],
                "path": [field],
                "extensions": { "code": "BAD_USER_INPUT", "argument": "ids" },
            }],
        });
        assert_eq!(settled(world.ask_with(&query, json!({ "ids": vec![LEAD; 101] })).await), expected);
    }
    assert_eq!(world.calls(), NO_CALLS);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_ids_are_no_rows_and_no_calls() {
    let world = World::start().await;
    let data = world.data("{ nodes(ids: []) { id } leads(ids: []) { id } }").await;
    assert_eq!(data, json!({ "nodes": [], "leads": [] }));
    assert_eq!(world.calls(), NO_CALLS);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_interface_names_the_types_behind_it() {
    let world = World::start().await;
    let data = world.data(r#"{ __type(name: "Node") { kind fields { name } possibleTypes { name } } }"#).await;
    let names = |rows: &Value| {
        let mut names: Vec<String> =
            rows.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(data["__type"]["kind"], "INTERFACE");
    assert_eq!(names(&data["__type"]["fields"]), ["id"]);
    assert_eq!(names(&data["__type"]["possibleTypes"]), ["Account", "Lead", "Onboard", "Verification"]);
}
