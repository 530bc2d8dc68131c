//! Whoever asks too often is told when to come again, before anything of his request is read; the others are not disturbed.

use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::client::RequestBuilder;
use crate::gateway::{World, settled};

fn asked(world: &World, key: &str) -> RequestBuilder {
    let request = world.gateway.client().post(format!("{}/graphql", world.gateway.base_url));
    request.header("x-api-key", key).header("content-type", "application/json")
}

async fn two_callers(more: &[(&str, &str)]) -> World {
    let (one, two) = (onramp::identity::digest(b"one"), onramp::identity::digest(b"two"));
    let mut settings = vec![
        ("ONRAMP__IDENTITY__MODE", "api_key"),
        ("ONRAMP__PROFILES__ONE__API_KEYS", one.as_str()),
        ("ONRAMP__PROFILES__ONE__RIGHTS", "account:read"),
        ("ONRAMP__PROFILES__TWO__API_KEYS", two.as_str()),
        ("ONRAMP__PROFILES__TWO__RIGHTS", "account:read"),
        ("ONRAMP__RATE__REQUESTS_PER_SECOND", "1"),
        ("ONRAMP__RATE__BURST", "2"),
    ];
    settings.extend(more);
    World::start_with(&settings).await
}

/// The statuses of so many requests at once.
async fn statuses(world: &World, key: &str, requests: usize) -> Vec<StatusCode> {
    let sent = (0..requests).map(|_| asked(world, key).body(r#"{"query": "{ __typename }"}"#).send());
    join_all(sent).await.into_iter().map(|answer| answer.unwrap().status()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn over_the_rate_the_answer_is_429_and_says_when_to_come_again() {
    let world = two_callers(&[]).await;
    // What is no request is not looked at either: it is the caller who is refused.
    let sent = join_all((0..30).map(|_| asked(&world, "one").body("no request").send())).await;
    let mut refused = 0;
    for answer in sent {
        let answer = answer.unwrap();
        if answer.status() == StatusCode::BAD_REQUEST {
            continue;
        }
        refused += 1;
        assert_eq!(
            (answer.status(), answer.headers()["retry-after"].to_str().unwrap()),
            (StatusCode::TOO_MANY_REQUESTS, "1")
        );
        let mut body: Value = settled(answer.json().await.unwrap());
        let wait = body["errors"][0]["extensions"]["retryAfterMs"].take().as_u64().unwrap();
        assert!((1..=1000).contains(&wait), "{wait}");
        let expected = json!({ "errors": [{
            "message": format!("Too many requests; the next one is welcome in {wait} ms."),
            "extensions": { "code": "RATE_LIMITED", "retryAfterMs": null },
        }] });
        assert_eq!(body, expected);
    }
    assert!(refused >= 1, "nothing was refused");
    assert_eq!(statuses(&world, "two", 2).await, [StatusCode::OK; 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_has_a_rate_of_its_own() {
    let world = two_callers(&[("ONRAMP__PROFILES__TWO__REQUESTS_PER_SECOND", "0")]).await;
    assert_eq!(statuses(&world, "two", 50).await, [StatusCode::OK; 50]);
    assert!(statuses(&world, "one", 50).await.contains(&StatusCode::TOO_MANY_REQUESTS));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_counts_as_many_as_it_holds_and_is_done_whole_or_not_at_all() {
    let world = two_callers(&[("ONRAMP__LIMITS__BATCH", "10"), ("ONRAMP__RATE__BURST", "5")]).await;
    let batch = |size: usize| json!(vec![json!({ "query": "{ account { id } }" }); size]).to_string();
    let answer = asked(&world, "one").body(batch(6)).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(world.calls().onboarding, 0);
    let answer = asked(&world, "two").body(batch(5)).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_open_nobody_is_counted_unless_told_and_then_by_address() {
    let world = World::start().await;
    let all = join_all((0..300).map(|_| world.ask("{ __typename }"))).await;
    assert!(all.iter().all(|answer| answer["data"]["__typename"] == "Query"));
    let settings = [("ONRAMP__RATE__REQUESTS_PER_SECOND", "1"), ("ONRAMP__RATE__BURST", "1")];
    let world = World::start_with(&settings).await;
    let all = join_all((0..30).map(|_| world.ask("{ __typename }"))).await;
    assert!(all.iter().any(|answer| answer["errors"][0]["extensions"]["code"] == "RATE_LIMITED"), "{all:?}");
}
