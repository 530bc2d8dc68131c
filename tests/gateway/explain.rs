//! A response tells the calls behind it where that is asked for: which, for which fields, and how each was come by.

use serde_json::{Value, json};

use crate::gateway::{Gateway, World};

/// A gateway that plays its own sandbox.
fn played() -> Gateway {
    Gateway::start(&[])
}

async fn explained(gateway: &Gateway, query: &str) -> Value {
    let body = json!({ "query": query, "extensions": { "onramp": { "explain": true } } });
    let mut response: Value = gateway.post(&body).await.json().await.unwrap();
    response["extensions"]["onramp"].take()
}

/// The calls without what differs from run to run, which must be there.
fn settled_calls(explanation: &Value) -> Vec<Value> {
    let mut calls = explanation["calls"].as_array().unwrap().clone();
    for call in &mut calls {
        let call = call.as_object_mut().unwrap();
        for time in ["startMs", "durationMs"] {
            assert!(call.remove(time).unwrap().as_f64().unwrap() >= 0.0);
        }
        assert!(call.remove("bytes").unwrap().is_u64());
    }
    calls.sort_by_key(|call| call["route"].as_str().unwrap().to_owned());
    calls
}

fn call(route: &str, via: &str, batch: usize, paths: &[&str]) -> Value {
    json!({
        "api": "onboarding", "method": "GET", "route": route, "status": 200, "attempt": 1, "via": via, "error": null,
        "paths": paths, "batch": batch,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn each_call_is_told_with_the_fields_that_it_served() {
    let gateway = played();
    let query = r#"{ account { name } onboards(first: 3, filter: {status: COMPLETED}) { nodes { account { id } flow { name } } } }"#;
    let explanation = explained(&gateway, query).await;
    let rows = |field: &str| (0..3).map(|row| format!("onboards.nodes.{row}.{field}")).collect::<Vec<_>>();
    let accounts = rows("account");
    let mut paths: Vec<&str> = accounts.iter().map(String::as_str).collect();
    paths.insert(0, "account");
    let calls = settled_calls(&explanation);
    assert_eq!(calls[0], call("/account", "network", 1, &paths));
    let flows: Vec<&Value> =
        calls.iter().filter(|call| call["route"].as_str().unwrap().starts_with("/flows")).collect();
    assert!(!flows.is_empty(), "{calls:#?}");
    let mut served: Vec<&str> =
        flows.iter().flat_map(|call| call["paths"].as_array().unwrap()).map(|path| path.as_str().unwrap()).collect();
    served.sort_unstable();
    assert!(served.iter().all(|path| rows("flow").iter().any(|row| row == path)), "{served:?}");
    assert_eq!(calls.last().unwrap(), &call("/onboards", "network", 1, &["onboards"]));
    // What was tried again was spent once.
    let used = calls.iter().filter(|call| call["attempt"] == 1 && call["via"] == "network").count();
    assert_eq!(explanation["budget"], json!([{ "api": "onboarding", "used": used, "allowed": 200 }]), "{calls:#?}");
    let ms = |name: &str| explanation[name].as_f64().unwrap();
    assert!((ms("upstreamMs") + ms("overheadMs") - ms("totalMs")).abs() < 0.01, "{explanation:#}");
    let members: Vec<&String> = explanation.as_object().unwrap().keys().collect();
    assert_eq!(members, ["budget", "calls", "overheadMs", "totalMs", "upstreamMs"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_that_is_spared_its_call_is_told_too() {
    let gateway = played();
    explained(&gateway, "{ account { name } }").await;
    let again = explained(&gateway, "{ mine: account { name } }").await;
    assert_eq!(settled_calls(&again), [call("/account", "cached", 1, &["mine"])]);
    assert_eq!(again["budget"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_calls_of_a_mutation_are_told() {
    let gateway = played();
    let query = r#"mutation { leadReview(id: "9c30a205-a60e-47cb-94b4-6d45cd4c2179") { userErrors { code } } }"#;
    let explanation = explained(&gateway, query).await;
    let told: Vec<(&str, &Value)> = explanation["calls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|call| (call["method"].as_str().unwrap(), &call["paths"]))
        .collect();
    let path = json!(["leadReview"]);
    assert_eq!(told, [("GET", &path), ("POST", &path), ("GET", &path)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_asks_as_well_and_nobody_is_told_unasked() {
    let gateway = played();
    let body = json!({ "query": "{ account { name } }" });
    let plain: Value = gateway.post(&body).await.json().await.unwrap();
    assert_eq!(plain.get("extensions"), None);
    let request = gateway.client().post(format!("{}/graphql", gateway.base_url)).header("x-onramp-explain", "1");
    let told: Value = request.json(&body).send().await.unwrap().json().await.unwrap();
    assert!(told["extensions"]["onramp"]["calls"].is_array(), "{told:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_front_of_a_real_api_nobody_is_told() {
    let world = World::start().await;
    let body = json!({ "query": "{ account { name } }", "extensions": { "onramp": { "explain": true } } });
    let response: Value = world.gateway.post(&body).await.json().await.unwrap();
    assert_eq!(response, json!({ "data": { "account": { "name": "Summit Funding Partners" } } }));
}
