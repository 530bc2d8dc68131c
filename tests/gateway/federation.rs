//! The graph as a subgraph: entities by what other subgraphs know of them, and the schema that a router composes.

use serde_json::{Value, json};

use crate::gateway::{Calls, NO_CALLS, World, command, settled};

const FEDERATION: (&str, &str) = ("ONRAMP__GRAPH__FEDERATION", "true");

const ONBOARD: &str = "onboard_5fd4371e940df5a34a3888b2";
const OTHER_ONBOARD: &str = "onboard_5fd4371e940df5a34a3888b3";
const NO_ONBOARD: &str = "onboard_000000000000000000000000";
const ACCOUNT: &str = "account_5fd2c1a8940df5a34a387f01";
const VERIFICATION: &str = "verification_6fde46b5-a931-45d7-8fdd-5920b518f16f";
const LEAD: &str = "lead_9c30a205-a60e-47cb-94b4-6d45cd4c2179";

const FIELDS: &str = "__typename
    ... on Onboard { id word: rawStatus }
    ... on Account { id name }
    ... on Verification { id word: rawStatus }
    ... on Lead { id word: rawStage }";

fn entities() -> String {
    format!("query ($representations: [_Any!]!) {{ _entities(representations: $representations) {{ {FIELDS} }} }}")
}

fn nodes() -> String {
    format!("query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ {FIELDS} }} }}")
}

/// An entity as a router passes it on.
fn known(name: &str, id: &str) -> Value {
    json!({ "__typename": name, "id": id })
}

fn error(place: usize, message: &str, extensions: Value) -> Value {
    let locations = json!([{ "line": 1, "column": 38 }]);
    json!({ "message": message, "locations": locations, "path": ["_entities", place], "extensions": extensions })
}

#[tokio::test(flavor = "multi_thread")]
async fn entities_cost_what_their_ids_cost_and_a_missing_one_is_null() {
    let all = [
        ("Lead", LEAD),
        ("Onboard", ONBOARD),
        ("Onboard", NO_ONBOARD),
        ("Verification", VERIFICATION),
        ("Account", ACCOUNT),
        ("Onboard", OTHER_ONBOARD),
        ("Lead", LEAD),
    ];
    let ids = all.map(|(_, id)| id);
    let by_ids = World::start_with(&[FEDERATION]).await;
    let mut expected = by_ids.ask_with(&nodes(), json!({ "ids": ids })).await;
    let rows = expected["data"]["nodes"].take();
    assert_eq!(rows[1], json!({ "__typename": "Onboard", "id": ONBOARD, "word": "created" }));
    assert_eq!(rows[2], Value::Null);

    let by_representations = World::start_with(&[FEDERATION]).await;
    let representations = all.map(|(name, id)| known(name, id));
    let answer = by_representations.ask_with(&entities(), json!({ "representations": representations })).await;
    assert_eq!(answer, json!({ "data": { "_entities": rows } }));
    let calls = by_representations.calls();
    assert_eq!(calls, by_ids.calls());
    assert_eq!(calls, Calls { onboarding: 2, verification: 1, leads: 1 });
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_representation_fails_by_itself() {
    let world = World::start_with(&[FEDERATION]).await;
    let representations = json!([
        known("Onboard", ONBOARD),
        { "id": ONBOARD },
        known("Flow", "flow_1"),
        { "__typename": "Lead" },
        { "__typename": "Lead", "id": 7 },
        known("Lead", ONBOARD),
        known("Lead", "lead_x"),
    ]);
    let mut answer = settled(world.ask_with(&entities(), json!({ "representations": representations })).await);
    answer["errors"].as_array_mut().unwrap().sort_by_key(|error| error["path"][1].as_u64());
    let error = |place, problem: &str| {
        let message = format!("Argument \"representations\" {problem}.");
        error(place, &message, json!({ "code": "BAD_USER_INPUT", "argument": "representations" }))
    };
    let expected = json!({
        "data": { "_entities": [{ "__typename": "Onboard", "id": ONBOARD, "word": "created" }, null, null, null, null, null, null] },
        "errors": [
            error(1, "holds one without __typename"),
            error(2, "holds one of \"Flow\", which is no entity here"),
            error(3, "holds one without id"),
            error(4, "holds one whose id is no text"),
            error(5, &format!("holds \"{ONBOARD}\" as an id of Lead, which is no global id of this kind (lead_…)")),
            error(6, "holds \"lead_x\", which is no id of this kind (lead_…)"),
        ],
    });
    assert_eq!(answer, expected);
    assert_eq!(world.calls(), Calls { onboarding: 1, ..NO_CALLS });
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entity_needs_the_right_of_its_kind() {
    let profile = ("ONRAMP__IDENTITY__DEFAULT_PROFILE", "desk");
    let rights = ("ONRAMP__PROFILES__DESK__RIGHTS", "onboards:read");
    let world = World::start_with(&[FEDERATION, profile, rights]).await;
    let representations = json!([known("Lead", LEAD), known("Onboard", ONBOARD)]);
    let expected = json!({
        "data": { "_entities": [null, { "__typename": "Onboard", "id": ONBOARD, "word": "created" }] },
        "errors": [error(0, "The right leads:read is needed here.", json!({ "code": "FORBIDDEN", "right": "leads:read" }))],
    });
    assert_eq!(settled(world.ask_with(&entities(), json!({ "representations": representations })).await), expected);
    assert_eq!(world.calls(), Calls { onboarding: 1, ..NO_CALLS });
}

#[tokio::test(flavor = "multi_thread")]
async fn representations_are_held_against_the_limits_as_ids_are() {
    let few = ("ONRAMP__CONNECT__CALLS_PER_OPERATION", "2");
    let world = World::start_with(&[FEDERATION, few, ("ONRAMP__LIMITS__COMPLEXITY", "31")]).await;
    let lead = |number: usize| known("Lead", &format!("lead_00000000-0000-4000-8000-{number:012}"));
    let told = |code: &str, message: &str, more: Value| {
        let mut extensions = more;
        extensions["code"] = json!(code);
        json!({ "errors": [{ "message": message, "extensions": extensions }] })
    };
    let three = json!({ "representations": [lead(1), lead(2), lead(3), lead(1)] });
    let expected = told(
        "UPSTREAM_BUDGET_EXCEEDED",
        "A request may make 2 calls to the leads API, and this one would make 3.",
        json!({ "upstream": "leads", "allowed": 2, "asked": 3 }),
    );
    let query = "query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename } }";
    assert_eq!(settled(world.ask_with(query, three).await), expected);
    let written = "query ($id: ID!) { _entities(representations: [{ __typename: \"Lead\", id: $id }, \
         { __typename: \"Lead\", id: \"lead_00000000-0000-4000-8000-000000000002\" }, \
         { __typename: \"Lead\", id: \"lead_00000000-0000-4000-8000-000000000003\" }]) { __typename } }";
    assert_eq!(settled(world.ask_with(written, json!({ "id": lead(1)["id"] })).await), expected);
    let many = json!({ "representations": vec![known("Onboard", ONBOARD); 31] });
    let answer = settled(world.ask_with(query, many).await);
    assert_eq!(
        answer["errors"][0]["extensions"],
        json!({ "code": "LIMIT_EXCEEDED", "limit": "complexity", "allowed": 31, "asked": 32 })
    );
    assert_eq!(world.calls(), NO_CALLS);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schema_for_routers_is_served_and_printed_alike() {
    let world = World::start_with(&[FEDERATION]).await;
    let served = world.data("{ _service { sdl } }").await;
    let printed = command(&[]).args(["schema", "--federation"]).output().unwrap();
    let printed = String::from_utf8(printed.stdout).unwrap();
    assert_eq!(served["_service"]["sdl"], printed.as_str());
    let keys: String = ["Onboard", "Account", "Verification", "Lead"]
        .map(|name| format!("extend type {name} @key(fields: \"id\")\n"))
        .concat();
    let link = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])"#;
    assert_eq!(printed, format!("{}\n{link}\n\n{keys}", onramp::graph::sdl()));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_subgraph_has_what_routers_ask_for() {
    let query = "{ __type(name: \"Query\") { name fields { name } } any: __type(name: \"_Any\") { name } \
        entity: __type(name: \"_Entity\") { possibleTypes { name } } }";
    let named = |rows: &Value| -> Vec<String> {
        rows.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
    };
    let alone = World::start().await.data(query).await;
    assert_eq!((&alone["any"], &alone["entity"]), (&Value::Null, &Value::Null));
    let subgraph = World::start_with(&[FEDERATION]).await.data(query).await;
    let mut expected = named(&alone["__type"]["fields"]);
    expected.extend(["_service", "_entities"].map(str::to_owned));
    assert_eq!(named(&subgraph["__type"]["fields"]), expected);
    assert_eq!(subgraph["any"]["name"], "_Any");
    let mut kinds = named(&subgraph["entity"]["possibleTypes"]);
    kinds.sort();
    assert_eq!(kinds, ["Account", "Lead", "Onboard", "Verification"]);
    let refused = settled(World::start().await.ask("{ _service { sdl } }").await);
    assert_eq!(refused["errors"][0]["extensions"], json!({ "code": "GRAPHQL_VALIDATION_FAILED" }));
}
