//! What must never be seen: secrets, other people's codes, markup and addresses, in no response and in no line of the log.

use onramp::sandbox::{Answer, Effect, Fault, connect, leadconduit, waldur};
use serde_json::{Value, json};

use crate::gateway::{World, settled, until};
use crate::secrets::encoded;

/// A verification whose register named persons.
const VERIFIED: &str = "6fde46b5-a931-45d7-8fdd-5920b518f16f";

/// Everything that a client may select of what holds secrets upstream.
const WIDE: &str = "{
    account { id ssoId name timeZone type state productId dataRetentionInDays dataTruncatedAt billingType financialState
        leadPingEnabled pricingComponents subscriptions { base { objectId } } features { firehose }
        connectedBuyers { objectId ssoId name } connectedSellers { name } pendingBuyers { name } pendingSellers { name } }
    onboards(first: 100) { nodes { id rawStatus account { name } flow { name } link { createdBy partner { name } } } }
    verifications(first: 100) { nodes {
        id rawStatus legalName verifiedUserRoles verifiedCompanyData rawErrorCode onboardingMetadata
        userSubmittedCustomerData rawResponse errorTraceback } }
    lead(id: \"9c30a205-a60e-47cb-94b4-6d45cd4c2179\") { rawStage requestedAmount }
    upstreams { name reachable }
}";

/// What is planted upstream, and what the gateway holds itself.
fn secrets() -> Vec<String> {
    let basic = encoded(leadconduit::API_KEY);
    let codes = ["48806260018", "47605120235", "39002170041", "36712240219", "38001085718"];
    let held = [leadconduit::PLANTED_SECRET, leadconduit::API_KEY, waldur::OWNER_TOKEN, connect::API_KEY, &basic];
    let hosts = ["db-7.internal", "10.0.0.5", "10.1.2.3", "fd00::17", "onboards.prod.svc.cluster.local", "hunter2"];
    let markup = ["<h1", "<html", "Traceback (", "nginx", "/srv/app"];
    [&codes[..], &held, &hosts, &markup].concat().into_iter().map(str::to_owned).collect()
}

fn assert_clean(what: &str, text: &str) {
    for secret in secrets() {
        assert!(!text.contains(&secret), "{what} shows {secret}: {text}");
    }
}

/// A gateway that logs all that it can, and shows every fault at once.
async fn talkative() -> World {
    World::bare_with(&[("ONRAMP__SERVER__LOG", "trace")]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_widest_query_shows_no_secret() {
    let world = talkative().await;
    let response = world.ask(WIDE).await;
    assert_eq!(response["data"]["onboards"]["nodes"].as_array().unwrap().len(), 60);
    assert_clean("a response", &response.to_string());
    assert_clean("the log", &world.gateway.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schema_knows_no_secret_member() {
    let world = World::start().await;
    let data = world.data("{ __schema { types { name fields { name } inputFields { name } } } }").await;
    let text = data.to_string().to_lowercase();
    for word in ["apikey", "keen", "token", "leadconduit\"", "waldur", "crfusa"] {
        assert!(!text.contains(word), "{word}");
    }
}

/// Bodies that no vendor should send and some do; `key` is what the gateway calls the vendor with.
fn indiscretions(key: &str) -> Vec<Answer> {
    let told_key = format!("the key {key} is not known");
    let words = [
        "connection to db-7.internal:5432 refused",
        "cannot reach http://hunter2:hunter2@10.0.0.5:8080/x",
        "host=10.1.2.3, port=5432",
        "upstream (10.0.0.5) timed out; see onboards.prod.svc.cluster.local",
        "peer [fd00::17]:443 closed",
        "<h1>Server Error</h1>",
        "Traceback (most recent call last): File \"/srv/app/x.py\"",
        &told_key,
    ];
    let mut answers: Vec<Answer> = words.into_iter().flat_map(refusals).collect();
    for page in ["<html><body>nginx at 10.0.0.5</body></html>", "Traceback (: /srv/app hunter2 38001085718"] {
        answers.extend([Answer::html(502, page), Answer::text(400, page), Answer::html(200, page)]);
        answers.extend([Answer::text(200, page), Answer::raw("application/json", page)]);
    }
    answers.push(Answer::empty(301).header("location", "http://db-7.internal/hunter2"));
    answers.push(Answer::empty(200).header("content-type", "text/x-hunter2; host=db-7.internal"));
    answers
}

/// The same words with every status that a body may come with.
fn refusals(words: &str) -> [Answer; 7] {
    let body = json!({ "error": words, "detail": words });
    [400, 401, 404, 409, 429, 500, 503].map(|status| Answer::json(status, body.clone()))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_fault_makes_the_gateway_repeat_what_an_upstream_must_not_say() {
    let world = talkative().await;
    let query = format!(
        "{{ account {{ name }} verification(id: \"{VERIFIED}\") {{ rawStatus }}
            lead(id: \"9c30a205-a60e-47cb-94b4-6d45cd4c2179\") {{ rawStage }} }}"
    );
    let onboarding_key = format!("{} as {}", leadconduit::API_KEY, encoded(leadconduit::API_KEY));
    let apis = [
        (world.sandbox.leadconduit(), onboarding_key.as_str()),
        (world.sandbox.waldur(), waldur::OWNER_TOKEN),
        (world.sandbox.connect(), connect::API_KEY),
    ];
    for number in 0..indiscretions("").len() {
        for (api, key) in apis {
            api.fault(Fault::once(Effect::Status(indiscretions(key).swap_remove(number))));
        }
        let response = world.ask(&query).await;
        assert_eq!(response["data"]["account"], Value::Null, "{response}");
        assert_clean("a response", &response.to_string());
    }
    assert_clean("the log", &world.gateway.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_breaks_inside_of_persons_names_none_of_them() {
    let world = talkative().await;
    let bodies = [
        r#"{"uuid": "6fde46b5a93145d78fdd5920b518f16f", "raw_response": {"persons": {"38001085718": {"role": "#,
        r#"{"uuid": "6fde46b5a93145d78fdd5920b518f16f", "raw_response": {"38001085718": nonsense}}"#,
        r#"{"uuid": "38001085718"}"#,
        r#"{"uuid": "6fde46b5a93145d78fdd5920b518f16f", "country": 38001085718}"#,
    ];
    for body in bodies {
        let fault = Fault::once(Effect::Status(Answer::raw("application/json", body)));
        world.sandbox.waldur().fault(fault);
        let response = world.ask(&format!("{{ verification(id: \"{VERIFIED}\") {{ rawStatus }} }}")).await;
        assert_eq!(response["errors"][0]["extensions"]["code"], "UPSTREAM_MALFORMED");
        assert_clean("a response", &response.to_string());
    }
    assert_clean("the log", &world.gateway.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_names_persons_is_forbidden_and_its_siblings_stand() {
    let world = World::start().await;
    let query = format!("{{ verification(id: \"{VERIFIED}\") {{\nrawResponse\nrawStatus\nerrorTraceback }} }}");
    let expected = json!({
        "data": { "verification": { "rawResponse": null, "rawStatus": "verified", "errorTraceback": null } },
        "errors": [{
            "message": "The right verifications:sensitive is needed here.",
            "locations": [{ "line": 2, "column": 1 }],
            "path": ["verification", "rawResponse"],
            "extensions": { "code": "FORBIDDEN", "right": "verifications:sensitive" },
        }],
    });
    assert_eq!(settled(world.ask(&query).await), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_calls_carry_their_credential_and_the_log_their_routes_alone() {
    let world = talkative().await;
    world.data("{ account { id } lead(id: \"9c30a205-a60e-47cb-94b4-6d45cd4c2179\") { id } }").await;
    let calls = [world.sandbox.leadconduit().calls(), world.sandbox.connect().calls()].concat();
    assert!(calls.len() == 2 && calls.iter().all(|call| call.carries_credential), "{calls:?}");
    until("the line of the call", || world.gateway.log().contains("/api/v1/{servicepartner}/leads")).await;
    let log = world.gateway.log();
    let ours: Vec<&str> = log.lines().filter(|line| line.contains("\"target\":\"onramp")).collect();
    assert!(ours.iter().all(|line| !line.contains(connect::PARTNER_ROUTE)), "{ours:?}");
}
