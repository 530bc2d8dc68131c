//! Who is let in, by key or by token; everybody else gets a 401 that helps nobody who guesses.

mod api_keys;
mod issuer;
mod keys_change;
mod starts;
mod tokens;

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::gateway::{World, settled};
use issuer::{AUDIENCE, ISSUER};

const QUERY: &str = r#"{"query": "{ account { name } }"}"#;

fn answered() -> Value {
    json!({ "data": { "account": { "name": "Summit Funding Partners" } } })
}

/// What comes back of a query with these headers: status, challenge, body.
async fn ask(world: &World, headers: &[(&str, &str)]) -> (StatusCode, Option<String>, Value) {
    let request = world.gateway.client().post(format!("{}/graphql", world.gateway.base_url));
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let answer = request.header("content-type", "application/json").body(QUERY).send().await.unwrap();
    let challenge = answer.headers().get("www-authenticate").map(|value| value.to_str().unwrap().to_owned());
    (answer.status(), challenge, settled(answer.json().await.unwrap()))
}

async fn bearing(world: &World, token: &str) -> (StatusCode, Option<String>, Value) {
    ask(world, &[("authorization", &format!("Bearer {token}"))]).await
}

fn denied(challenge: &str, message: &str) -> (StatusCode, Option<String>, Value) {
    let body = json!({ "errors": [{ "message": message, "extensions": { "code": "UNAUTHENTICATED" } }] });
    (StatusCode::UNAUTHORIZED, Some(format!("Bearer realm=\"onramp\"{challenge}")), body)
}

fn ok() -> (StatusCode, Option<String>, Value) {
    (StatusCode::OK, None, answered())
}

const INVALID: &str = ", error=\"invalid_token\"";

/// The settings of a gateway that takes tokens.
fn for_tokens<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut settings = vec![
        ("ONRAMP__IDENTITY__MODE", "jwt"),
        ("ONRAMP__IDENTITY__ISSUER", ISSUER),
        ("ONRAMP__IDENTITY__AUDIENCE", AUDIENCE),
        ("ONRAMP__IDENTITY__ALGORITHMS", "EdDSA,ES256,RS256"),
        ("ONRAMP__PROFILES__READER__RIGHTS", "account:read,onboards:read"),
        ("ONRAMP__PROFILES__WRITER__RIGHTS", "onboards:read,onboards:write,account:read"),
    ];
    settings.extend(more);
    settings
}

#[tokio::test(flavor = "multi_thread")]
async fn in_open_a_profile_decides_what_everybody_may() {
    let settings =
        [("ONRAMP__IDENTITY__DEFAULT_PROFILE", "all"), ("ONRAMP__PROFILES__ALL__RIGHTS", "leads:read,explain")];
    let world = World::start_with(&settings).await;
    let answer = settled(world.ask("{\naccount { name } }").await);
    let error = json!({
        "message": "The right account:read is needed here.",
        "locations": [{ "line": 2, "column": 1 }],
        "path": ["account"],
        "extensions": { "code": "FORBIDDEN", "right": "account:read" },
    });
    assert_eq!(answer, json!({ "data": { "account": null }, "errors": [error] }));
}
