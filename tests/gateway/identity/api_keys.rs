//! Callers by API keys, of which the settings hold digests.

use std::io::Write;
use std::process::Stdio;

use onramp::identity::digest;
use reqwest::StatusCode;

use super::{INVALID, QUERY, ask, bearing, denied, ok};
use crate::gateway::{NO_CALLS, World, command};

async fn with_keys() -> World {
    let keys = [digest(b"old-key"), digest(b"new-key")].join(",");
    let other = digest(b"other-key");
    World::start_with(&[
        ("ONRAMP__IDENTITY__MODE", "api_key"),
        ("ONRAMP__PROFILES__BFF__RIGHTS", "account:read, onboards:read"),
        ("ONRAMP__PROFILES__BFF__API_KEYS", &keys),
        ("ONRAMP__PROFILES__OTHER__RIGHTS", "account:read"),
        ("ONRAMP__PROFILES__OTHER__API_KEYS", &other),
        ("ONRAMP__SERVER__CORS_ORIGINS", "https://app.example"),
    ])
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_of_a_callers_keys_lets_him_in_by_either_header_and_nothing_else_does() {
    let world = with_keys().await;
    for key in ["old-key", "new-key", "other-key"] {
        assert_eq!(bearing(&world, key).await, ok());
        assert_eq!(ask(&world, &[("authorization", &format!("bearer  {key}"))]).await, ok());
        assert_eq!(ask(&world, &[("x-api-key", key)]).await, ok());
    }
    world.calls();
    let missing = denied("", "An API key is needed, as \"Authorization: Bearer …\" or as x-api-key.");
    assert_eq!(ask(&world, &[]).await, missing);
    for nothing in ["Bearer", "Bearer ", "Basic b2xkLWtleTo=", "old-key"] {
        assert_eq!(ask(&world, &[("authorization", nothing)]).await, missing, "{nothing}");
    }
    let invalid = denied(INVALID, "The API key is not valid.");
    let digest = digest(b"old-key");
    for wrong in ["old-ke", "old-keys", "OLD-KEY", digest.as_str()] {
        assert_eq!(bearing(&world, wrong).await, invalid, "{wrong}");
        assert_eq!(ask(&world, &[("x-api-key", wrong)]).await, invalid, "{wrong}");
    }
    assert_eq!(world.calls(), NO_CALLS);
}

#[tokio::test(flavor = "multi_thread")]
async fn health_the_explorer_and_preflights_are_open_and_the_graph_is_not_by_any_method() {
    let world = with_keys().await;
    let (client, base) = (world.gateway.client(), &world.gateway.base_url);
    for path in ["/", "/health/live", "/health/ready"] {
        assert_eq!(client.get(format!("{base}{path}")).send().await.unwrap().status(), StatusCode::OK, "{path}");
    }
    let preflight = client.request(reqwest::Method::OPTIONS, format!("{base}/graphql"));
    let preflight = preflight.header("origin", "https://app.example").header("access-control-request-method", "POST");
    let preflight = preflight.header("access-control-request-headers", "authorization").send().await.unwrap();
    assert_eq!(preflight.status(), StatusCode::OK);
    assert_eq!(preflight.headers()["access-control-allow-origin"], "https://app.example");
    let get = || client.get(format!("{base}/graphql?query=%7B__typename%7D")).header("accept", "application/json");
    assert_eq!(get().send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    assert_eq!(get().bearer_auth("old-key").send().await.unwrap().status(), StatusCode::OK);
    // A page of the allowed origin has to be able to read why it was turned away.
    let answer = client.post(format!("{base}/graphql")).header("origin", "https://app.example").body(QUERY);
    let answer = answer.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(answer.headers()["access-control-allow-origin"], "https://app.example");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_known_is_turned_away_before_his_body_is_read() {
    let world = with_keys().await;
    let answer = world.gateway.client().post(format!("{}/graphql", world.gateway.base_url));
    let answer = answer.header("content-type", "text/plain").body("no request").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
}

#[test]
fn the_program_makes_the_digest_of_a_key() {
    let run = |key: &[u8]| {
        let mut process = command(&[]);
        let process = process.arg("digest").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = process.spawn().unwrap();
        process.stdin.take().unwrap().write_all(key).unwrap();
        let output = process.wait_with_output().unwrap();
        [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap())
    };
    let digest = "2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683\n";
    assert_eq!(run(b"key\n"), [digest.to_owned(), String::new()]);
    assert_eq!(run(b"\n"), [String::new(), "onramp: there is no key on standard input\n".to_owned()]);
}
