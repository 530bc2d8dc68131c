//! What a request may cost each API: what can be seen in its document is refused at once, and the rest while it runs.

use std::time::Duration;

use serde_json::{Value, json};

use crate::gateway::{NO_CALLS, World, requests, settled, until};

const FEW: (&str, &str) = ("ONRAMP__CONNECT__CALLS_PER_OPERATION", "2");

fn over(upstream: &str, allowed: u64, asked: u64) -> Value {
    let message = format!("A request may make {allowed} calls to the {upstream} API, and this one would make {asked}.");
    let extensions =
        json!({ "code": "UPSTREAM_BUDGET_EXCEEDED", "upstream": upstream, "allowed": allowed, "asked": asked });
    json!({ "errors": [{ "message": message, "extensions": extensions }] })
}

fn lead(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

#[tokio::test(flavor = "multi_thread")]
async fn more_ids_than_calls_are_refused_before_any_call() {
    let world = World::start_with(&[FEW]).await;
    let ids = json!({ "ids": [lead(1), lead(2)], "id": format!("lead_{}", lead(3)) });
    let queries = [
        "query ($ids: [ID!]!, $id: ID!) { leads(ids: $ids) { stage } lead(id: $id) { stage } }".to_owned(),
        format!(
            "query ($ids: [ID!]!) {{ ...Some node(id: \"lead_{}\") {{ id }} }} fragment Some on Query {{ a: leads(ids: $ids) {{ stage }} }}",
            lead(3)
        ),
        format!("query ($id: ID!) {{ nodes(ids: [$id, \"lead_{}\", \"lead_{}\"]) {{ id }} }}", lead(1), lead(2)),
    ];
    for query in queries {
        assert_eq!(settled(world.ask_with(&query, ids.clone()).await), over("leads", 2, 3), "{query}");
    }
    assert_eq!(world.calls(), NO_CALLS);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_thing_in_several_forms_is_one_call() {
    let world = World::start_with(&[FEW]).await;
    let id = lead(1);
    let short = id.replace('-', "").to_uppercase();
    let query = format!(
        "{{ a: lead(id: \"{id}\") {{ id }} b: lead(id: \"lead_{id}\") {{ id }} c: leads(ids: [\"{short}\", \"{}\"]) {{ id }} \
         node(id: \"verification_{id}\") {{ id }} }}",
        lead(2)
    );
    let data = json!({ "a": null, "b": null, "c": [null, null], "node": null });
    assert_eq!(world.ask(&query).await, json!({ "data": data }));
    assert_eq!(world.calls().leads, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_directive_leaves_out_is_not_counted() {
    let world = World::start_with(&[FEW]).await;
    let query = "query ($ids: [ID!]!, $more: Boolean!) { leads(ids: $ids) { id } more: leads(ids: [\"x\"]) @include(if: $more) { id } \
                 lead(id: \"00000000-0000-4000-8000-000000000003\") @skip(if: true) { id } }";
    let variables = json!({ "ids": [lead(1), lead(2)], "more": false });
    assert_eq!(world.ask_with(query, variables).await, json!({ "data": { "leads": [null, null] } }));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_the_answers_tell_is_cut_off_at_the_budget() {
    let world = World::start_with(&[("ONRAMP__LEADCONDUIT__CALLS_PER_OPERATION", "3")]).await;
    let whole = World::start().await.data("{ onboards(first: 60) { nodes { id link { partner { name } } } } }").await;
    let answer =
        settled(world.ask("{ onboards(first: 60) { nodes { id link { partner { name } } } } account { name } }").await);
    assert_eq!(world.calls().onboarding, 3);
    let rows = answer["data"]["onboards"]["nodes"].as_array().unwrap();
    let errors = answer["errors"].as_array().unwrap();
    for (index, (row, whole)) in rows.iter().zip(whole["onboards"]["nodes"].as_array().unwrap()).enumerate() {
        let path = json!(["onboards", "nodes", index, "link"]);
        let Some(error) = errors.iter().find(|error| error["path"] == path) else {
            assert_eq!(row, whole);
            continue;
        };
        assert_eq!(row, &json!({ "id": whole["id"], "link": null }));
        assert_eq!(error["message"], "A request may make 3 calls to the onboarding API, and this one would make more.");
        let extensions = json!({ "code": "UPSTREAM_BUDGET_EXCEEDED", "upstream": "onboarding", "allowed": 3 });
        assert_eq!(error["extensions"], extensions);
    }
    assert!((1..60).contains(&errors.len()), "{}", errors.len());
    assert_eq!(answer["data"]["account"]["name"], "Summit Funding Partners");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_call_costs_him_alone_who_made_it() {
    let world = World::start_with(&[("ONRAMP__LEADCONDUIT__CALLS_PER_OPERATION", "1")]).await;
    let api = world.sandbox.leadconduit();
    api.set_latency(Duration::from_millis(1000));
    let first = world.ask("{ account { name } }");
    let second = async {
        until("the first one's call", || !api.calls().is_empty()).await;
        world.ask("{ account { name } onboards(first: 1) { totalCount } }").await
    };
    let (first, second) = futures_util::future::join(first, second).await;
    let account = json!({ "name": "Summit Funding Partners" });
    assert_eq!(first, json!({ "data": { "account": account } }));
    assert_eq!(second, json!({ "data": { "account": account, "onboards": { "totalCount": 60 } } }));
    assert_eq!(requests(api), ["GET /account", "GET /onboards"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_and_the_reads_that_it_decides_by_are_never_cut_off() {
    let world = World::start_with(&[("ONRAMP__LEADCONDUIT__CALLS_PER_OPERATION", "1")]).await;
    let found = world.data("{ onboards(first: 1, filter: { status: [CREATED] }) { nodes { id } } }").await;
    let id = &found["onboards"]["nodes"][0]["id"];
    let other = world.data("{ onboards(last: 1, filter: { status: [CREATED] }) { nodes { id } } }").await;
    let mutation = "mutation ($one: ID!, $other: ID!) { \
        one: onboardUpdate(id: $one, input: {}) { userErrors { code } } \
        other: onboardUpdate(id: $other, input: {}) { userErrors { code } } }";
    let variables = json!({ "one": id, "other": other["onboards"]["nodes"][0]["id"] });
    let answer = world.ask_with(mutation, variables).await;
    assert!(answer.get("errors").is_none(), "{answer:#}");
}
