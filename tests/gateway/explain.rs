//! A response tells the calls behind it where that is asked for: which, for which fields, and how each was come by.

use onramp::sandbox::{Ports, Sandbox};
use serde_json::{Value, json};

use crate::gateway::{Gateway, World, pointed_at};
use crate::secrets::assert_no_secret;

/// A gateway that plays its own sandbox.
fn played() -> Gateway {
    Gateway::start(&[])
}

async fn explained(gateway: &Gateway, query: &str) -> Value {
    let body = json!({ "query": query, "extensions": { "onramp": { "explain": true } } });
    let mut response: Value = gateway.post(&body).await.json().await.unwrap();
    response["extensions"]["onramp"].take()
}

/// The calls without what differs from run to run, which must be there, and without what was sent and what came back.
fn settled_calls(explanation: &Value) -> Vec<Value> {
    let mut calls = explanation["calls"].as_array().unwrap().clone();
    for call in &mut calls {
        let call = call.as_object_mut().unwrap();
        for time in ["startMs", "durationMs"] {
            assert!(call.remove(time).unwrap().as_f64().unwrap() >= 0.0);
        }
        assert!(call.remove("bytes").unwrap().is_u64());
        call.remove("request");
        call.remove("response");
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
async fn an_older_answer_is_told_beside_the_calls_that_failed() {
    let world = World::start_with(&[
        ("ONRAMP__IDENTITY__DEFAULT_PROFILE", "all"),
        ("ONRAMP__PROFILES__ALL__RIGHTS", "explain,account:read"),
        ("ONRAMP__LEADCONDUIT__CACHE_ACCOUNT_MS", "1"),
        ("ONRAMP__LEADCONDUIT__CACHE_REFRESH_MS", "0"),
        ("ONRAMP__LEADCONDUIT__RETRY_DELAY_MS", "1"),
    ])
    .await;
    explained(&world.gateway, "{ account { name } }").await;
    world.sandbox.leadconduit().set_error_rate(1.0);
    let mut calls = settled_calls(&explained(&world.gateway, "{ account { name } }").await);
    calls.sort_by_key(|call| (call["via"] == "stale", call["attempt"].as_u64()));
    let failed = |attempt: usize| {
        let mut call = call("/account", "network", 1, &["account"]);
        let differing = [("status", json!(503)), ("error", json!("UPSTREAM_UNAVAILABLE")), ("attempt", json!(attempt))];
        differing.into_iter().for_each(|(member, value)| call[member] = value);
        call
    };
    assert_eq!(calls, [failed(1), failed(2), failed(3), call("/account", "stale", 1, &["account"])]);
}

/// The call of an explanation with this method and route.
fn told<'a>(explanation: &'a Value, method: &str, route: &str) -> &'a Value {
    let mut calls = explanation["calls"].as_array().unwrap().iter();
    calls.find(|call| call["method"] == method && call["route"] == route).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_played_api_was_sent_and_answered_is_told_without_its_secrets() {
    let gateway = played();
    let query = r#"{
        account { name }
        lead(id: "9c30a205-a60e-47cb-94b4-6d45cd4c2179") { stage }
        onboards(first: 1) { totalCount }
        verifications(first: 1) { totalCount }
    }"#;
    let explanation = explained(&gateway, query).await;
    assert_no_secret("an explanation", &explanation.to_string());
    let account = told(&explanation, "GET", "/account");
    assert_eq!(account.get("request"), None);
    let members = ["name", "api_key", "keen_read_api_key", "keen_write_api_key"].map(|name| &account["response"][name]);
    let redacted = "[redacted]";
    assert_eq!(members, ["Summit Funding Partners", redacted, redacted, redacted]);
    let onboards = told(&explanation, "GET", "/onboards")["response"].as_array().unwrap();
    let (last, rows) = onboards.split_last().unwrap();
    assert_eq!(last, &json!(format!("… {} more", 60 - rows.len())));
    assert!(told(&explanation, "GET", "/onboards")["bytes"].as_u64().unwrap() > 10_000);
    assert!(json!(onboards).to_string().len() < 10_000, "{onboards:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_mutation_sent_is_told_as_it_was_sent() {
    let gateway = played();
    let query = r#"mutation {
        onboardStart(id: "onboard_5fd4371e940df5a34a3888bc", input: {flowId: "5fd43b7a940df5a34a77aa01"}) { userErrors { code } }
    }"#;
    let explanation = explained(&gateway, query).await;
    let sent = told(&explanation, "PUT", "/onboards/{id}");
    let calls = gateway.client().get(format!("{}/sandbox/onboarding/calls", gateway.base_url));
    let calls = calls.header("x-onramp-csrf", "1").send().await.unwrap().json::<Value>().await.unwrap();
    let write = calls.as_array().unwrap().iter().find(|call| call["method"] == "PUT").unwrap();
    assert_eq!((&sent["request"], &sent["status"]), (&write["body"], &write["status"]));
    assert!(sent["response"]["status"].is_string(), "{sent:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_real_api_beside_a_played_one_nothing_is_told_that_was_sent_or_answered() {
    let sandbox = Sandbox::start(Ports::free()).await.unwrap();
    let mut variables = pointed_at(&sandbox);
    variables.retain(|(name, _)| name.contains("LEADCONDUIT") || name.contains("IDENTITY"));
    let rights = "explain,account:read,account:write,leads:read";
    let further = [("ONRAMP__IDENTITY__DEFAULT_PROFILE", "all"), ("ONRAMP__PROFILES__ALL__RIGHTS", rights)];
    variables.extend(further.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let gateway = Gateway::start_with(&variables, &["--sandbox"]);
    let query = r#"{ account { name } lead(id: "9c30a205-a60e-47cb-94b4-6d45cd4c2179") { stage } }"#;
    for via in ["network", "cached"] {
        let explanation = explained(&gateway, query).await;
        let account = told(&explanation, "GET", "/account");
        assert_eq!((&account["via"], account.get("request"), account.get("response")), (&json!(via), None, None));
        let played = told(&explanation, "GET", "/api/v1/{servicepartner}/leads");
        assert!(played["response"].is_array() || played["response"].is_object(), "{played:#}");
    }
    let write = "mutation { accountUpdate(input: {features: {firehose: false}}) { userErrors { code } } }";
    let explanation = explained(&gateway, write).await;
    assert!(told(&explanation, "PUT", "/account").get("request").is_none(), "{explanation:#}");
    assert!(!explanation["calls"].to_string().contains("response"), "{explanation:#}");
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
