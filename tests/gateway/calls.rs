//! What a query costs, counted at the upstreams.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::gateway::{Calls, NO_CALLS, World, requests};

const LEAD: u128 = 0x9c30a205_a60e_47cb_94b4_6d45cd4c2179;

fn onboarding(calls: usize) -> Calls {
    Calls { onboarding: calls, ..NO_CALLS }
}

/// The distinct values of a member among rows, nulls left out, in the order in which they come.
fn distinct(rows: &Value, member: &str) -> Vec<String> {
    let mut seen = HashSet::new();
    let values = rows.as_array().unwrap().iter().filter_map(|row| row[member].as_str());
    values.filter(|value| seen.insert(*value)).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_selected_nothing_called() {
    let world = World::start().await;
    world.data("{ __typename transitionRules { action } __schema { queryType { name } } }").await;
    assert_eq!(world.calls(), NO_CALLS);
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_onboards_with_their_account_are_two_calls() {
    let world = World::start().await;
    let data = world.data("{ onboards(first: 60) { nodes { id account { name } } } }").await;
    assert_eq!(data["onboards"]["nodes"].as_array().unwrap().len(), 60);
    assert_eq!(world.calls(), onboarding(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_onboards_with_their_flows_are_two_calls() {
    let world = World::start().await;
    let data = world.data("{ onboards(first: 60) { nodes { flowId flow { objectId } } } }").await;
    assert!(distinct(&data["onboards"]["nodes"], "flowId").len() > 10);
    assert_eq!(requests(world.sandbox.leadconduit()), ["GET /flows", "GET /onboards"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_onboards_with_their_links_are_a_call_for_each_link() {
    let world = World::start().await;
    let data = world.data("{ onboards(first: 60) { nodes { connectionId link { objectId } } } }").await;
    let mut links = distinct(&data["onboards"]["nodes"], "connectionId");
    // Seven links, and an id behind which there is none.
    assert_eq!(links.len(), 8);
    links.sort();
    let mut expected: Vec<String> = links.iter().map(|link| format!("GET /connections/{link}")).collect();
    expected.push("GET /onboards".to_owned());
    assert_eq!(requests(world.sandbox.leadconduit()), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn any_number_of_onboards_by_id_is_one_call() {
    let world = World::start().await;
    let query = r#"{
        a: onboard(id: "5fd4371e940df5a34a3888b2") { id }
        b: onboard(id: "onboard_5fd4371e940df5a34a3888b3") { id }
        c: node(id: "onboard_5fd4371e940df5a34a3888b4") { id }
        d: onboards(first: 1) { totalCount }
    }"#;
    world.data(query).await;
    assert_eq!(requests(world.sandbox.leadconduit()), ["GET /onboards"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_or_two_flows_are_read_by_id_and_three_by_list() {
    let world = World::bare().await;
    let rows = world.data("{ onboards(first: 60) { nodes { flowId id } } }").await["onboards"]["nodes"].take();
    let flows = distinct(&rows, "flowId");
    let owner = |flow: &String| rows.as_array().unwrap().iter().find(|row| row["flowId"] == flow.as_str()).unwrap();
    world.calls();
    for (count, by_id) in [(1, true), (2, true), (3, false)] {
        let asked = &flows[..count];
        let fields = asked.iter().enumerate().map(|(n, flow)| {
            let id = &owner(flow)["id"];
            format!("a{n}: onboard(id: {id}) {{ flow {{ name }} }} b{n}: onboard(id: {id}) {{ flow {{ enabled }} }}")
        });
        world.data(&format!("{{ {} }}", fields.collect::<String>())).await;
        let mut expected = vec!["GET /onboards".to_owned()];
        match by_id {
            true => expected.extend(asked.iter().map(|flow| format!("GET /flows/{flow}"))),
            false => expected.push("GET /flows".to_owned()),
        }
        expected.sort();
        assert_eq!(requests(world.sandbox.leadconduit()), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_ids_of_five_leads_are_five_calls_and_twenty_answers_in_order() {
    let world = World::start().await;
    let uuid = |number: usize| uuid::Uuid::from_u128(LEAD + number as u128).to_string();
    let numbers: Vec<usize> = (0..20).map(|place| place * 3 % 5).collect();
    let ids: Vec<String> = numbers.iter().map(|number| uuid(*number)).collect();
    let query = "query ($ids: [ID!]!) { leads(ids: $ids) { uuid } }";
    let answer = world.ask_with(query, json!({ "ids": ids })).await;
    let rows: Vec<Value> = ids.iter().map(|id| json!({ "uuid": id })).collect();
    assert_eq!(answer, json!({ "data": { "leads": rows } }));
    assert_eq!(world.calls(), Calls { leads: 5, ..NO_CALLS });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_asked_for_in_every_way_is_one_call() {
    let world = World::start().await;
    let query = r#"{
        a: lead(id: "9c30a205-a60e-47cb-94b4-6d45cd4c2179") { stage }
        b: lead(id: "lead_9C30A205A60E47CB94B46D45CD4C2179") { rawStage }
        c: leads(ids: ["9c30a205a60e47cb94b46d45cd4c2179"]) { id }
        d: node(id: "lead_9c30a205-a60e-47cb-94b4-6d45cd4c2179") { id }
    }"#;
    world.data(query).await;
    assert_eq!(world.calls(), Calls { leads: 1, ..NO_CALLS });
}

#[tokio::test(flavor = "multi_thread")]
async fn each_upstream_is_probed_once_and_only_where_the_probe_is_selected() {
    let world = World::start().await;
    world.data("{ upstreams { name configured sandboxed } }").await;
    assert_eq!(world.calls(), NO_CALLS);
    let data = world.data("{ upstreams { name reachable latencyMs again: reachable } }").await;
    for upstream in data["upstreams"].as_array().unwrap() {
        assert_eq!((&upstream["reachable"], &upstream["again"]), (&json!(true), &json!(true)));
        assert!(upstream["latencyMs"].as_f64().unwrap() > 0.0, "{upstream}");
    }
    assert_eq!(world.calls(), Calls { onboarding: 1, verification: 1, leads: 1 });
}

#[tokio::test(flavor = "multi_thread")]
async fn counting_verifications_is_one_call_without_rows() {
    let world = World::start().await;
    let all = "GET /api/onboarding-verifications/?page=1&page_size=25";
    let head = "HEAD /api/onboarding-verifications/";
    for (query, expected) in [
        ("{ verifications { totalCount } }", head),
        ("{ verifications { ...Count } } fragment Count on VerificationConnection { n: totalCount __typename }", head),
        ("{ verifications { totalCount nodes { id } } }", all),
        ("{ verifications { totalCount ...Rows } } fragment Rows on VerificationConnection { edges { cursor } }", all),
        ("{ verifications { totalCount ... on VerificationConnection { pageInfo { hasNextPage } } } }", all),
    ] {
        let data = world.data(query).await;
        let count = data["verifications"].get("totalCount").or(data["verifications"].get("n"));
        assert_eq!(count, Some(&json!(36)), "{query}");
        assert_eq!(requests(world.sandbox.waldur()), [expected], "{query}");
    }
}
