//! A query that has been asked before goes a shorter way than one that has not, and is answered alike.

use std::sync::Arc;

use async_graphql::Variables;
use onramp::caller::{Caller, Profile, RequestId};
use onramp::context::RequestContext;
use onramp::documents;
use onramp::graph::Parameters;
use onramp::sandbox::{Answer, Effect, Fault};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::gateway::{Gateway, World, requests, settled, told};
use crate::live::scene::alone;
use crate::writes::onboard;

/// The ways of saying a query that its execution has to understand, each with what is sent beside it.
fn ways() -> Vec<Value> {
    let id = onboard(0);
    let ask = |query: &str| json!({ "query": query });
    let with = |query: &str, variables: Value| json!({ "query": query, "variables": variables });
    let several =
        "query A { account { name } } query B($id: ID!) { onboard(id: $id) { ...O } } fragment O on Onboard { id }";
    vec![
        ask("{ __typename }"),
        ask(
            "{ a: __typename account { __typename ...P } b: account { n: name } } fragment P on Account { id timeZone }",
        ),
        ask("{ account { name } account { id connectedBuyers { name } } ... on Query { account { state } } }"),
        ask(
            "query Q { onboards(first: 3) { pageInfo { hasNextPage } nodes { status account { name } link { objectId } } } }",
        ),
        ask("{ node(id: \"nothing\") { id } account { name } }"),
        ask("{ leads(ids: [\"lead_1\", \"no id\"]) { id } onboards(first: 0) { totalCount } }"),
        ask("{ leads(ids: []) { id } }"),
        ask("{ transitionRules(lifecycle: ONBOARD) { action from to needs } }"),
        ask(
            "{ account @skip(if: true) { name } onboards(first: 1) @include(if: true) { nodes { id @skip(if: true) status } } }",
        ),
        ask("{ account { name } __type(name: \"Account\") { name kind } }"),
        ask("{ __schema { queryType { name } } account { name } }"),
        ask("query ($n: Int = 2) { onboards(first: $n) { nodes { id } } }"),
        with("query ($n: Int = 2) { onboards(first: $n) { nodes { id } } }", json!({ "n": 1 })),
        with("query ($n: Int = 2) { onboards(first: $n) { nodes { id } } }", json!({ "n": null })),
        with("query ($n: Int = 2) { onboards(first: $n) { nodes { id } } }", json!({ "n": "two" })),
        with("query ($id: ID!) { onboard(id: $id) { id } }", json!({})),
        with(
            "query ($id: ID!) { onboard(id: $id) { id } node(id: $id) { ... on Onboard { status } } }",
            json!({ "id": id }),
        ),
        with("query ($no: Boolean!) { account { name id @skip(if: $no) } }", json!({ "no": true })),
        with("query ($no: Boolean!) { account { name id @skip(if: $no) } }", json!({ "no": false })),
        json!({ "query": several, "operationName": "B", "variables": { "id": id } }),
        json!({ "query": several, "operationName": "A" }),
        json!({ "query": several, "operationName": "C" }),
        json!({ "query": several }),
        json!({ "query": "{ account { name } }", "operationName": "A" }),
        json!({ "query": "query A { account { name } }", "operationName": "A" }),
        ask("query A { account { name } }"),
    ]
}

async fn answered(world: &World, body: &Value) -> (Value, Vec<String>) {
    let mut answer: Value = world.gateway.post(body).await.json().await.unwrap();
    answer.as_object_mut().unwrap().remove("extensions");
    // In whichever order the calls came back.
    if let Some(errors) = answer.get_mut("errors").and_then(Value::as_array_mut) {
        errors.sort_by_key(|error| error["path"].to_string());
    }
    let apis = [world.sandbox.leadconduit(), world.sandbox.waldur(), world.sandbox.connect()];
    (settled(answer), apis.into_iter().flat_map(requests).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_again_is_answered_alike_for_the_same_calls() {
    let world = World::bare().await;
    let (mut ways, examples) = (ways(), crate::examples::queries());
    ways.extend(examples.into_iter().map(|(query, variables)| json!({ "query": query, "variables": variables })));
    for body in ways {
        let first = answered(&world, &body).await;
        // Its document is known the second time, and the whole request the third time.
        for time in 2..=3 {
            assert_eq!(answered(&world, &body).await, first, "{time}: {body:#}");
        }
        let mut explained = body.clone();
        explained["extensions"] = json!({ "onramp": { "explain": true } });
        assert_eq!(answered(&world, &explained).await.0, first.0, "{body:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_again_fails_alike() {
    let world = World::bare().await;
    let failing = Effect::Status(Answer::html(500, "<html>"));
    world.sandbox.leadconduit().fault(Fault::always(failing).path("/account"));
    for query in ["{ account { name } }", "{ onboards(first: 2) { nodes { id account { name } } } a: account { id } }"]
    {
        let body = json!({ "query": query });
        let first = answered(&world, &body).await;
        assert_eq!(answered(&world, &body).await, first);
        assert_eq!(first.0["errors"][0]["extensions"]["code"], "UPSTREAM_UNAVAILABLE", "{:#}", first.0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_beside_a_body_counts_however_often_the_body_has_come() {
    let gateway = Gateway::start(&[]);
    let body = json!({ "query": "{ account { name } }" });
    for _ in 0..3 {
        gateway.post(&body).await;
    }
    let request = || gateway.client().post(format!("{}/graphql", gateway.base_url)).body(body.to_string());
    let refused = request().header("content-type", "text/plain").send().await.unwrap();
    assert_eq!(refused.status(), 415);
    let unfit =
        request().header("content-type", "application/json").header("accept", "text/html").send().await.unwrap();
    assert_eq!(unfit.status(), 406);
    let request = || request().header("content-type", "application/json");
    let id = request().header("x-request-id", "again-1").send().await.unwrap();
    assert_eq!(id.headers()["x-request-id"], "again-1");
    let explained: Value = request().header("x-onramp-explain", "1").send().await.unwrap().json().await.unwrap();
    assert_eq!(explained["extensions"]["onramp"]["calls"].as_array().map(Vec::len), Some(1), "{explained:#}");
    let plain: Value = request().send().await.unwrap().json().await.unwrap();
    assert_eq!((&plain["data"], &plain["extensions"]), (&explained["data"], &Value::Null));
}

/// A graph by itself, and whether it would read a request again that came twice before.
async fn is_repeatable(body: &Value) -> bool {
    let graph = alone();
    let text = |name: &str| body[name].as_str().map(str::to_owned);
    let object = |name: &str| body[name].as_object().cloned().unwrap_or_default();
    let parameters = || Parameters {
        document: documents::Asked {
            text: text("query"),
            digest: documents::persisted(&object("extensions")).unwrap(),
            ..documents::Asked::default()
        },
        operation_name: text("operationName"),
        variables: Variables::from_json(object("variables").into()),
        extensions: object("extensions"),
    };
    let id = RequestId("1".into());
    let Ok(admitted) = graph.admit(parameters(), &id) else { return false };
    assert!(!admitted.is_repeatable(), "its document is not known yet: {body:#}");
    let context = RequestContext::new(
        id.clone(),
        Caller::anonymous(Arc::new(Profile::new(String::new(), Vec::new(), Vec::new()))),
    );
    graph.execute(&admitted, &Arc::new(context)).await;
    graph.admit(parameters(), &id).is_ok_and(|admitted| admitted.is_repeatable())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_read_once_where_its_text_says_everything() {
    let digest = onramp::caller::hex(&Sha256::digest("{ __typename }"));
    for (body, expected) in [
        (json!({ "query": "{ __typename }" }), true),
        (json!({ "query": "{ __typename }", "variables": {} }), true),
        (json!({ "query": "query A { __typename }", "operationName": "A" }), true),
        (json!({ "query": "query A { __typename }", "operationName": "B" }), false),
        (json!({ "query": "{ __typename }", "operationName": "A" }), false),
        (json!({ "query": "query A { __typename } query B { __typename }", "operationName": "A" }), false),
        (json!({ "query": "{ __typename }", "variables": { "unused": 1 } }), false),
        (json!({ "query": "query ($a: Int = 1) { onboards(first: $a) { totalCount } }" }), false),
        (json!({ "query": "{ __typename }", "extensions": { "onramp": { "explain": true } } }), false),
        (json!({ "query": "mutation { onboardStart(id: \"onboard_1\") { changed } }" }), false),
        (
            json!({ "query": "{ __typename }", "extensions": { "persistedQuery": { "version": 1, "sha256Hash": digest } } }),
            false,
        ),
    ] {
        assert_eq!(is_repeatable(&body).await, expected, "{body:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_counts_as_known_however_often_its_request_has_come() {
    let world = World::start_with(&[("ONRAMP__TELEMETRY__METRICS_LISTEN", "127.0.0.1:0")]).await;
    for _ in 0..5 {
        world.data("{ account { name } }").await;
    }
    let text =
        world.gateway.client().get(told(&world.gateway.banner, "metrics")).send().await.unwrap().text().await.unwrap();
    for line in ["onramp_document_cache_total{outcome=\"hit\"} 4", "onramp_document_cache_total{outcome=\"miss\"} 1"] {
        assert!(text.lines().any(|written| written == line), "{line}: {text}");
    }
}
