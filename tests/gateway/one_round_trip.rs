//! Calls that a selection shows to be needed start beside the one that they decorate, never twice, and never where they
//! might not be needed.

use std::time::Duration;

use onramp::identity::digest;
use onramp::sandbox::{Answer, Effect, Fault, Played};
use serde_json::{Value, json};

use crate::gateway::{Gateway, World, requests, settled, until};

const ONBOARD: &str = "5fd4371e940df5a34a3888b2";
const ESTONIAN: &str = "6fde46b5a93145d78fdd5920b518f16f";
/// Longer than any test waits: nothing is answered.
const NEVER: Duration = Duration::from_secs(3600);

fn verification(selection: &str) -> String {
    format!(r#"{{ verification(id: "{ESTONIAN}") {{ {selection} }} }}"#)
}

/// What an API is asked by a query before it has answered anything, where that is this many calls.
async fn before_any_answer(world: &World, api: &Played, query: &str, calls: usize) -> Vec<String> {
    api.set_latency(NEVER);
    let asked = world.gateway.begin(&json!({ "query": query }));
    until("the calls of one turn", || api.calls().len() >= calls).await;
    asked.abort();
    requests(api)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_calls_of_onboards_are_under_way_at_the_same_time() {
    let onboard = format!("{{ onboard(id: \"{ONBOARD}\") {{ mine: account {{ id }} }} }}");
    for (query, expected) in [
        ("{ onboards(first: 100) { nodes { id account { name } } } }", &["GET /account", "GET /onboards"][..]),
        (
            "{ onboards { edges { node { ... on Onboard { ...A } } } } } fragment A on Onboard { account { id } }",
            &["GET /account", "GET /onboards"],
        ),
        ("{ onboards(last: 10) { nodes { flow { name } } } }", &["GET /flows", "GET /onboards"]),
        ("{ onboards { nodes { flow { name } account { id } } } }", &["GET /account", "GET /flows", "GET /onboards"]),
        ("{ account { name onboards(first: 2) { nodes { id } } } }", &["GET /account", "GET /onboards"]),
        (onboard.as_str(), &["GET /account", "GET /onboards"]),
    ] {
        let world = World::bare().await;
        let asked = before_any_answer(&world, world.sandbox.leadconduit(), query, expected.len()).await;
        assert_eq!(asked, expected, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verification_and_its_questions_are_under_way_at_the_same_time() {
    let of = |part: &str| format!("GET /api/onboarding-verifications/{ESTONIAN}/{part}");
    for (selection, part) in [
        ("legalName checklist { name }", "checklist/"),
        ("completionStatus { isCompleted }", "completion_status/"),
        ("completionStatus { isCompleted } ... on Verification { q: checklist { name } }", "checklist/"),
    ] {
        let world = World::bare().await;
        let asked = before_any_answer(&world, world.sandbox.waldur(), &verification(selection), 2).await;
        assert_eq!(asked, [of(""), of(part)], "{selection}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_asked_twice() {
    let world = World::bare().await;
    let query = "{ account { name onboards(first: 3) { nodes { account { id } } } } \
                 onboards { nodes { account { name } flow { name } } } \
                 few: onboards(first: 2) { nodes { flow { enabled } } } }";
    world.data(query).await;
    assert_eq!(requests(world.sandbox.leadconduit()), ["GET /account", "GET /flows", "GET /onboards"]);
    world
        .data(&verification("checklist { name } completionStatus { isCompleted } availableTransitions { action }"))
        .await;
    assert_eq!(world.calls().verification, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_might_not_be_needed_is_not_asked() {
    let world = World::bare().await;
    let behind = world.data("{ onboards(last: 1) { pageInfo { endCursor } } }").await;
    let behind = behind["onboards"]["pageInfo"]["endCursor"].as_str().unwrap();
    let (none, rows) = ("000000000000000000000000", "nodes { account { id } flow { id: objectId } }");
    let missing = "00000000-0000-4000-8000-000000000000";
    world.calls();
    let onboards = &["GET /onboards"][..];
    for (query, expected) in [
        (format!("{{ onboards(filter: {{ flowId: \"{none}\" }}) {{ {rows} }} }}"), onboards),
        (format!("{{ onboards(after: \"{behind}\") {{ {rows} }} }}"), onboards),
        (format!("{{ onboards(first: 0) {{ {rows} }} }}"), &[]),
        (format!("{{ onboards @skip(if: true) {{ {rows} }} __typename }}"), &[]),
        ("{ onboards { nodes { id account @skip(if: true) { id } ... on Onboard @include(if: false) { flow { name } } } } }".to_owned(), onboards),
        ("{ onboards { totalCount } }".to_owned(), onboards),
        ("{ onboard(id: \"no id\") { account { id } } }".to_owned(), &[]),
        ("{ account { id onboards @include(if: false) { totalCount } } }".to_owned(), &["GET /account"]),
    ] {
        world.ask(&query).await;
        assert_eq!(requests(world.sandbox.leadconduit()), expected, "{query}");
    }
    let several = format!(r#"{{ a: verification(id: "{missing}") {{ checklist {{ name }} }} __typename }}"#);
    let listed = format!("{{ ...V }} fragment V on Query {}", several);
    for query in [several, listed] {
        assert_eq!(world.ask(&query).await, json!({ "data": { "a": null, "__typename": "Query" } }), "{query}");
        assert_eq!(world.calls().verification, 1, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_caller_may_not_have_is_not_asked() {
    let key = digest(b"clerk");
    let settings = [
        ("ONRAMP__IDENTITY__MODE", "api_key"),
        ("ONRAMP__PROFILES__CLERK__RIGHTS", "onboards:read"),
        ("ONRAMP__PROFILES__CLERK__API_KEYS", key.as_str()),
    ];
    let world = World::bare_with(&settings).await;
    let request =
        world.gateway.client().post(format!("{}/graphql", world.gateway.base_url)).header("x-api-key", "clerk");
    let query = json!({ "query": "{ onboards(first: 1) { nodes { account { id } } } }" });
    let answer: Value = request.json(&query).send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["data"], json!({ "onboards": { "nodes": [{ "account": null }] } }));
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
    assert_eq!(requests(world.sandbox.leadconduit()), ["GET /onboards"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_fails_fails_its_own_field_alone() {
    for path in ["/account", "/flows", "/onboards"] {
        let world = World::bare().await;
        let query = "{ onboards(first: 10) { nodes { id account { name } flow { name } } } }";
        let mut expected = world.data(query).await;
        world.calls();
        world.sandbox.leadconduit().fault(Fault::always(Effect::Status(Answer::empty(500))).path(path));
        let mut answer = world.ask(query).await;
        let spoiled = path.trim_start_matches('/').trim_end_matches('s');
        if path == "/onboards" {
            expected["onboards"] = Value::Null;
        } else {
            for row in expected["onboards"]["nodes"].as_array_mut().unwrap() {
                row[spoiled] = Value::Null;
            }
        }
        assert_eq!(answer["data"].take(), expected, "{path}");
        let field = if path == "/onboards" { "onboards" } else { spoiled };
        let failed = |error: &Value| error["path"].as_array().unwrap().last().unwrap() == field;
        assert!(answer["errors"].as_array().unwrap().iter().all(failed), "{path}: {answer:#}");
        // Where the list fails, the answer waits for neither of the other two.
        until("the three calls", || world.sandbox.leadconduit().calls().len() >= 3).await;
        assert_eq!(requests(world.sandbox.leadconduit()), ["GET /account", "GET /flows", "GET /onboards"], "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_budget_is_small_what_is_needed_goes_first() {
    let one = [("ONRAMP__LEADCONDUIT__CALLS_PER_OPERATION", "1"), ("ONRAMP__WALDUR__CALLS_PER_OPERATION", "1")];
    let world = World::bare_with(&one).await;
    let over = |upstream: &str, path: Value, column: usize| {
        json!({
            "message": format!("A request may make 1 calls to the {upstream} API, and this one would make more."),
            "locations": [{ "line": 1, "column": column }],
            "path": path,
            "extensions": { "code": "UPSTREAM_BUDGET_EXCEEDED", "upstream": upstream, "allowed": 1 },
        })
    };
    let query = "{ onboards(first: 1) { nodes { rawStatus account { id } } } }";
    let status =
        world.data("{ onboards(first: 1) { nodes { rawStatus } } }").await["onboards"]["nodes"][0]["rawStatus"].take();
    world.calls();
    let answer = settled(world.ask(query).await);
    let expected = json!({
        "data": { "onboards": { "nodes": [{ "rawStatus": status, "account": null }] } },
        "errors": [over("onboarding", json!(["onboards", "nodes", 0, "account"]), query.find("account").unwrap() + 1)],
    });
    assert_eq!(answer, expected);
    assert_eq!(requests(world.sandbox.leadconduit()), ["GET /onboards"]);
    let query = verification("uuid checklist { name }");
    let answer = settled(world.ask(&query).await);
    assert_eq!(answer["data"]["verification"]["checklist"], Value::Null);
    let path = json!(["verification", "checklist"]);
    assert_eq!(answer["errors"], json!([over("verification", path, query.find("checklist").unwrap() + 1)]));
    assert_eq!(world.calls().verification, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_explained_by_the_fields_that_it_served_and_counts_against_the_budget() {
    let gateway = Gateway::start(&[]);
    let query = "{ onboards(first: 10) { nodes { accountId flowId account { id } flow { name } } } }";
    let body = json!({ "query": query, "extensions": { "onramp": { "explain": true } } });
    let answer: Value = gateway.post(&body).await.json().await.unwrap();
    let rows = answer["data"]["onboards"]["nodes"].as_array().unwrap();
    let paths = |key: &str, field: &str| {
        let asked = rows.iter().enumerate().filter(|(_, row)| row[key].is_string());
        asked.map(|(row, _)| format!("onboards.nodes.{row}.{field}")).collect::<Vec<_>>()
    };
    let explanation = &answer["extensions"]["onramp"];
    let mut told: Vec<Value> = explanation["calls"].as_array().unwrap().clone();
    told.sort_by_key(|call| call["route"].as_str().unwrap().to_owned());
    let told: Vec<(&Value, &Value, &Value)> =
        told.iter().map(|call| (&call["route"], &call["via"], &call["paths"])).collect();
    let network = json!("network");
    let expected = [
        (json!("/account"), json!(paths("accountId", "account"))),
        (json!("/flows"), json!(paths("flowId", "flow"))),
        (json!("/onboards"), json!(["onboards"])),
    ];
    let expected: Vec<(&Value, &Value, &Value)> =
        expected.iter().map(|(route, paths)| (route, &network, paths)).collect();
    assert_eq!(told, expected);
    assert_eq!(explanation["budget"], json!([{ "api": "onboarding", "used": 3, "allowed": 200 }]));
}
