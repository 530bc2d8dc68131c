//! Callers at once, each under a credential of his own: no row, total, record, key or lock of one reaches the other.

use std::time::Duration;

use futures_util::future::join_all;
use onramp::identity::digest;
use onramp::sandbox::{connect, leadconduit, waldur};
use serde_json::{Value, json};

use crate::gateway::{World, settled, until, writes as written};
use crate::writes::{lead, onboard};

const ALL: &str = "onboards:read,onboards:write,account:read,account:write,verifications:read,verifications:write,leads:read,leads:write";
/// The first lead of the second partner.
const LEAD_OF_SECOND: &str = "4be1f7d8-2c95-4d0a-8e63-0a7c51d3b640";

/// The second of everything that the sandbox has two of.
const SECOND: [(&str, &str); 4] = [
    ("LEADCONDUIT_API_KEY", leadconduit::SECOND_API_KEY),
    ("WALDUR_TOKEN", waldur::OTHER_TOKEN),
    ("CONNECT_API_KEY", connect::SECOND_API_KEY),
    ("CONNECT_PARTNER_ROUTE", connect::SECOND_PARTNER_ROUTE),
];

/// A gateway with the callers `one`, who has the gateway's own credentials, and `two`, who has others.
async fn both() -> World {
    let mut settings = vec![("ONRAMP__IDENTITY__MODE".to_owned(), "api_key".to_owned())];
    for name in ["one", "two"] {
        let profile = format!("ONRAMP__PROFILES__{}", name.to_uppercase());
        settings.push((format!("{profile}__RIGHTS"), ALL.to_owned()));
        settings.push((format!("{profile}__API_KEYS"), digest(name.as_bytes())));
    }
    settings.extend(SECOND.map(|(key, value)| (format!("ONRAMP__PROFILES__TWO__{key}"), value.to_owned())));
    with(&settings).await
}

async fn with(settings: &[(String, String)]) -> World {
    World::start_with(&settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>()).await
}

/// A gateway whose own credentials are the second ones, and nobody else's are there.
async fn second_alone() -> World {
    let own = SECOND.map(|(key, value)| (format!("ONRAMP__{}", key.replacen('_', "__", 1)), value));
    World::start_with(&own.iter().map(|(name, value)| (name.as_str(), *value)).collect::<Vec<_>>()).await
}

async fn ask_as(world: &World, key: &str, token: Option<&str>, query: &str) -> Value {
    let request = world.gateway.client().post(format!("{}/graphql", world.gateway.base_url)).header("x-api-key", key);
    let request = token.into_iter().fold(request, |request, token| request.header("x-waldur-token", token));
    settled(request.json(&json!({ "query": query })).send().await.unwrap().json().await.unwrap())
}

/// Rows, totals, records by their ids, and nodes, of both callers' things.
fn wide() -> String {
    format!(
        r#"{{
            account {{ id name onboards(first: 3) {{ totalCount }} }}
            onboards(first: 5) {{ totalCount nodes {{ id link {{ objectId }} }} }}
            verifications(first: 5) {{ totalCount nodes {{ id }} }}
            a: lead(id: "{}") {{ id stage }}
            b: lead(id: "{LEAD_OF_SECOND}") {{ id stage }}
            nodes(ids: ["onboard_{}", "lead_{LEAD_OF_SECOND}", "verification_6fde46b5-a931-45d7-8fdd-5920b518f16f"]) {{ id }}
        }}"#,
        lead(0),
        onboard(1),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_at_once_see_what_each_sees_alone() {
    let (one_alone, two_alone) = (World::start().await, second_alone().await);
    let (one, two) = (settled(one_alone.ask(&wide()).await), settled(two_alone.ask(&wide()).await));
    for (alone, total, a, b) in [(&one, 60, true, false), (&two, 3, false, true)] {
        let data = &alone["data"];
        assert_eq!(data["onboards"]["totalCount"], total);
        assert_eq!([data["a"].is_object(), data["b"].is_object()], [a, b], "{alone}");
        assert!(alone.get("errors").is_none(), "{alone}");
    }
    assert_ne!(one["data"]["verifications"], two["data"]["verifications"]);
    let world = both().await;
    for api in [world.sandbox.leadconduit(), world.sandbox.waldur(), world.sandbox.connect()] {
        // Long enough that the reads of both are on their way at once.
        api.set_latency(Duration::from_millis(50));
    }
    let wide = wide();
    let answers = join_all((0..40).map(|number| ask_as(&world, ["one", "two"][number % 2], None, &wide))).await;
    for (number, answer) in answers.iter().enumerate() {
        assert_eq!(answer, [&one, &two][number % 2], "{number}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idempotency_key_is_each_callers_own() {
    let world = both().await;
    let mutation = r#"mutation { verificationStart(idempotencyKey: "k", input: { country: "EE", legalPersonIdentifier: "14900001" })
        { verification { id } userErrors { message } } }"#;
    let asked = ["one", "two", "one", "two"].map(|key| ask_as(&world, key, None, mutation));
    let ids: Vec<String> = join_all(asked).await.iter().map(id_of).collect();
    assert_eq!((&ids[0], &ids[1]), (&ids[2], &ids[3]));
    assert_ne!(ids[0], ids[1]);
    assert_eq!(written(world.sandbox.waldur()).len(), 2);
}

fn id_of(answer: &Value) -> String {
    let id = &answer["data"]["verificationStart"]["verification"]["id"];
    id.as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_has_one_writer_whoever_writes() {
    let mut settings = vec![("ONRAMP__IDENTITY__MODE".to_owned(), "api_key".to_owned())];
    for name in ["one", "two"] {
        settings.push((format!("ONRAMP__PROFILES__{}__RIGHTS", name.to_uppercase()), ALL.to_owned()));
        settings.push((format!("ONRAMP__PROFILES__{}__API_KEYS", name.to_uppercase()), digest(name.as_bytes())));
    }
    let world = with(&settings).await;
    let mutation = format!(r#"mutation {{ onboardComplete(id: "{}") {{ userErrors {{ code }} }} }}"#, onboard(1));
    let answers = join_all((0..20).map(|number| ask_as(&world, ["one", "two"][number % 2], None, &mutation))).await;
    let done = json!({ "data": { "onboardComplete": { "userErrors": [] } } });
    assert_eq!(answers.iter().filter(|answer| **answer == done).count(), 1);
    assert_eq!(written(world.sandbox.leadconduit()), [format!("PUT /onboards/{}", onboard(1))]);
}

/// A front end that passes its users' own tokens on.
async fn front_end() -> World {
    let key = digest(b"bff");
    World::start_with(&[
        ("ONRAMP__IDENTITY__MODE", "api_key"),
        ("ONRAMP__PROFILES__BFF__RIGHTS", ALL),
        ("ONRAMP__PROFILES__BFF__API_KEYS", &key),
        ("ONRAMP__PROFILES__BFF__WALDUR_TOKEN_HEADER", "X-Waldur-Token"),
    ])
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_users_own_token_decides_what_he_sees_and_without_one_nobody_else_does() {
    let world = front_end().await;
    let query = "{ verifications(first: 3) { totalCount nodes { id } } }";
    let tokens = [waldur::OWNER_TOKEN, waldur::OTHER_TOKEN, waldur::STAFF_TOKEN];
    let mut alone = Vec::new();
    for token in tokens {
        let gateway = World::start_with(&[("ONRAMP__WALDUR__TOKEN", token)]).await;
        alone.push(gateway.ask(query).await);
    }
    assert!(alone[0] != alone[1] && alone[1] != alone[2] && alone[0] != alone[2], "{alone:?}");
    world.sandbox.waldur().set_latency(Duration::from_millis(50));
    let answers = join_all((0..18).map(|number| ask_as(&world, "bff", Some(tokens[number % 3]), query))).await;
    for (number, answer) in answers.iter().enumerate() {
        assert_eq!(*answer, alone[number % 3], "{number}");
    }
    world.sandbox.waldur().forget_calls();
    for token in [None, Some(""), Some("  ")] {
        let answer = ask_as(&world, "bff", token, "{\nverifications { totalCount } account { name } }").await;
        let error = json!({
            "message": "The verification API is called with your own credential, and the header x-waldur-token has none.",
            "locations": [{ "line": 2, "column": 1 }],
            "path": ["verifications"],
            "extensions": { "code": "UNAUTHENTICATED", "upstream": "verification", "retryable": false },
        });
        let data = json!({ "verifications": null, "account": { "name": "Summit Funding Partners" } });
        assert_eq!(answer, json!({ "data": data, "errors": [error] }));
    }
    assert_eq!(world.sandbox.waldur().calls().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idempotency_key_of_a_front_end_is_each_of_its_users_own() {
    let world = front_end().await;
    let mutation = r#"mutation { verificationStart(idempotencyKey: "k", input: { country: "EE", legalPersonIdentifier: "14900001" })
        { verification { id } userErrors { message } } }"#;
    let tokens = [waldur::OWNER_TOKEN, waldur::OTHER_TOKEN];
    let asked = [0, 1, 0, 1].map(|user: usize| ask_as(&world, "bff", Some(tokens[user]), mutation));
    let ids: Vec<String> = join_all(asked).await.iter().map(id_of).collect();
    assert_eq!((&ids[0], &ids[1]), (&ids[2], &ids[3]));
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_token_that_was_passed_on_is_logged() {
    let key = digest(b"bff");
    let world = World::start_with(&[
        ("ONRAMP__SERVER__LOG", "trace"),
        ("ONRAMP__IDENTITY__MODE", "api_key"),
        ("ONRAMP__PROFILES__BFF__RIGHTS", ALL),
        ("ONRAMP__PROFILES__BFF__API_KEYS", &key),
        ("ONRAMP__PROFILES__BFF__WALDUR_TOKEN_HEADER", "x-waldur-token"),
    ])
    .await;
    let answer = ask_as(&world, "bff", Some(waldur::OTHER_TOKEN), "{ verifications { totalCount } }").await;
    assert!(answer["data"]["verifications"].is_object(), "{answer}");
    let answer = ask_as(&world, "bff-s3cret-and-wrong", None, "{ __typename }").await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    until("the line of the call", || world.gateway.log().contains("/api/onboarding-verifications/")).await;
    let log = world.gateway.log();
    for secret in [waldur::OTHER_TOKEN, "bff-s3cret-and-wrong", key.as_str()] {
        assert!(!log.contains(secret), "{secret}");
    }
}
