//! An API that is down or slow is tried again within bounds, then left alone, and taken up again when it is back; meanwhile
//! the others answer as ever.

use std::time::Duration;

use axum::http::Method;
use futures_util::future::join_all;
use onramp::sandbox::{Answer, Effect, Fault};
use serde_json::{Value, json};

use crate::gateway::{World, requests, settled, until, until_so};

const LEAD: &str = r#"{ lead(id: "9c30a205-a60e-47cb-94b4-6d45cd4c2179") { stage } }"#;

fn lead() -> Value {
    json!({ "data": { "lead": { "stage": "MATCHED" } } })
}

fn failing(status: u16) -> Effect {
    Effect::Status(Answer::json(status, json!({ "title": "no" })))
}

/// How an API is, as the graph tells it.
async fn breaker(world: &World, api: &str) -> Value {
    let data = world.data("{ upstreams { name breaker } }").await;
    let upstreams = data["upstreams"].as_array().unwrap();
    upstreams.iter().find(|upstream| upstream["name"] == api).unwrap()["breaker"].clone()
}

async fn verifications(world: &World, number: usize) -> Value {
    // A page of its own, so that no two share a call.
    settled(world.ask(&format!("{{ verifications(first: {}) {{ nodes {{ country }} }} }}", number + 1)).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_that_fails_twice_is_answered_by_its_third_attempt() {
    let world = World::start().await;
    let api = world.sandbox.connect();
    for effect in [failing(503), failing(429), Effect::ResetBefore] {
        api.fault(Fault { times: 2, ..Fault::once(effect) });
        assert_eq!(world.ask(LEAD).await, lead());
        assert_eq!(requests(api).len(), 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_fail_again_and_what_has_no_time_left_is_not_tried_again() {
    let world = World::start_with(&[("ONRAMP__CONNECT__TIMEOUT_MS", "1000")]).await;
    let api = world.sandbox.connect();
    let refusals = [400, 401, 403, 409, 422].map(failing);
    let asks_for_time = Effect::Status(Answer::json(503, json!({})).header("retry-after", "2"));
    let unreadable = Effect::Status(Answer::html(200, "<html>"));
    for effect in refusals.into_iter().chain([asks_for_time, unreadable, Effect::HangBefore]) {
        api.fault(Fault::once(effect.clone()));
        assert_eq!(world.ask(LEAD).await["data"], json!({ "lead": null }), "{effect:?}");
        assert_eq!(requests(api).len(), 1, "{effect:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_asks_for_time_gets_it() {
    let world = World::start().await;
    let api = world.sandbox.connect();
    api.fault(Fault::once(Effect::Status(Answer::empty(429).header("retry-after", "1"))));
    let start = std::time::Instant::now();
    assert_eq!(world.ask(LEAD).await, lead());
    assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
    assert_eq!(requests(api).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_is_never_tried_again() {
    let world = World::start().await;
    let api = world.sandbox.connect();
    api.fault(Fault::always(failing(503)).method(Method::POST));
    let review = r#"mutation { leadReview(id: "9c30a205-a60e-47cb-94b4-6d45cd4c2179") { userErrors { code } } }"#;
    assert_eq!(world.ask(review).await["data"]["leadReview"]["userErrors"], json!([{ "code": "OUTCOME_UNKNOWN" }]));
    assert_eq!(requests(api).iter().filter(|request| request.starts_with("POST ")).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn retries_are_a_bounded_share_of_the_reads() {
    let world = World::start_with(&[("ONRAMP__CONNECT__BREAKER_MIN_CALLS", "0")]).await;
    let api = world.sandbox.connect();
    api.fault(Fault::always(failing(500)));
    for number in 0..50 {
        world.ask(&LEAD.replace("2179", &format!("21{number:02}"))).await;
    }
    // Fifty reads, the reserve of ten, and a tenth of the reads, of which the first finds the reserve full.
    assert_eq!(requests(api).len(), 50 + 10 + 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_keeps_failing_is_left_alone_until_it_is_back() {
    // Between two probes there is time for a read that is no probe, however slow the machine.
    let world =
        World::start_with(&[("ONRAMP__WALDUR__RETRY_ATTEMPTS", "1"), ("ONRAMP__WALDUR__BREAKER_PROBE_MS", "3000")])
            .await;
    let api = world.sandbox.waldur();
    api.fault(Fault::always(Effect::Status(Answer::html(502, "<html>"))));
    assert_eq!(breaker(&world, "verification").await, "CLOSED");
    for number in 0..20 {
        let code = verifications(&world, number).await["errors"][0]["extensions"]["httpStatus"].clone();
        assert_eq!(code, 502);
    }
    api.forget_calls();
    let mut refused = verifications(&world, 0).await;
    let wait = refused["errors"][0]["extensions"]["retryAfterMs"].take().as_u64().unwrap();
    assert!((1..=3000).contains(&wait), "{wait}");
    let expected = json!({
        "data": { "verifications": null },
        "errors": [{
            "message": "The verification API keeps failing and is left alone for now.",
            "locations": [{ "line": 1, "column": 3 }],
            "path": ["verifications"],
            "extensions": {
                "code": "UPSTREAM_UNAVAILABLE", "upstream": "verification", "retryable": true, "retryAfterMs": null,
            },
        }],
    });
    assert_eq!(refused, expected);
    assert_eq!(requests(api), [""; 0]);
    assert_eq!(breaker(&world, "verification").await, "OPEN");
    assert_eq!(breaker(&world, "onboarding").await, "CLOSED");
    api.clear_faults();
    recovered(&world).await;
    for line in ["the circuit breaker opened", "the circuit breaker closed"] {
        until(line, || world.gateway.log().contains(line)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_is_not_ready_without_an_api_that_it_requires_and_finds_out_by_itself_that_it_is_back() {
    let world = World::start_with(&[
        ("ONRAMP__SERVER__REQUIRED_UPSTREAMS", "waldur"),
        ("ONRAMP__WALDUR__RETRY_ATTEMPTS", "1"),
        ("ONRAMP__WALDUR__BREAKER_PROBE_MS", "600000"),
        ("ONRAMP__LIMITS__REQUEST_TIMEOUT_MS", "700000"),
    ])
    .await;
    let ready = async || {
        let response = world.gateway.client().get(format!("{}/health/ready", world.gateway.base_url)).send().await;
        let response = response.unwrap();
        (response.status().as_u16(), response.json::<serde_json::Value>().await.unwrap())
    };
    assert_eq!(ready().await, (200, json!({ "ready": true })));
    let api = world.sandbox.waldur();
    api.fault(Fault::always(Effect::Status(Answer::html(502, "<html>"))));
    for number in 0..21 {
        verifications(&world, number).await;
    }
    let not_ready = json!({ "ready": false, "reason": "UPSTREAM_UNAVAILABLE", "upstreams": ["verification"] });
    assert_eq!(ready().await, (503, not_ready));
    // Nobody asks for verifications any more, as where a load balancer has taken the gateway out.
    api.clear_faults();
    until_so("that it is ready", async || ready().await.0 == 200).await;
}

/// Reads until the API answers, as a client would.
async fn recovered(world: &World) {
    until_so("an answer", async || verifications(world, 0).await.get("errors").is_none()).await;
    assert_eq!(breaker(world, "verification").await, "CLOSED");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_cannot_be_read_open_the_breaker_and_refusals_do_not() {
    let world = World::start_with(&[("ONRAMP__CONNECT__BREAKER_PROBE_MS", "60000")]).await;
    let api = world.sandbox.connect();
    let unreadable = Effect::Status(Answer::json(200, json!(7)));
    // Enough each time to be judged by, and in the end so many that what came before is the lesser part.
    for (effect, reads, state) in [(failing(404), 25, "CLOSED"), (failing(422), 25, "CLOSED"), (unreadable, 75, "OPEN")]
    {
        api.fault(Fault::always(effect));
        for _ in 0..reads {
            world.ask(LEAD).await;
        }
        api.clear_faults();
        assert_eq!(breaker(&world, "leads").await, state);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_whose_answer_cannot_be_read_finds_nobody_back() {
    let world =
        World::start_with(&[("ONRAMP__CONNECT__BREAKER_PROBE_MS", "1"), ("ONRAMP__CONNECT__RETRY_ATTEMPTS", "1")])
            .await;
    let api = world.sandbox.connect();
    api.fault(Fault::always(failing(500)));
    while breaker(&world, "leads").await == "CLOSED" {
        world.ask(LEAD).await;
    }
    // A page says at once that nobody is back, and JSON of another form when it is read.
    for answer in [Answer::html(200, "<html>"), Answer::raw("application/json", "{"), Answer::json(200, json!(7))] {
        api.clear_faults();
        api.fault(Fault::always(Effect::Status(answer.clone())));
        api.forget_calls();
        while api.calls().is_empty() {
            world.ask(LEAD).await;
        }
        assert_eq!(breaker(&world, "leads").await, "OPEN", "{answer:?}");
    }
    let turned = |to: &str| world.gateway.log().matches(&format!("the circuit breaker {to}")).count();
    until("the lines", || turned("opened") == 2 && turned("closed") == 1).await;
    api.clear_faults();
    let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
    while world.ask(LEAD).await != lead() {
        assert!(tokio::time::Instant::now() < deadline, "it never recovered");
    }
    assert_eq!(breaker(&world, "leads").await, "CLOSED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_to_an_api_that_is_left_alone_is_not_sent() {
    let world = World::start_with(&[("ONRAMP__CONNECT__BREAKER_PROBE_MS", "60000")]).await;
    let api = world.sandbox.connect();
    api.fault(Fault::always(failing(500)));
    while breaker(&world, "leads").await == "CLOSED" {
        world.ask(LEAD).await;
    }
    api.clear_faults();
    api.forget_calls();
    let review = r#"mutation { leadReview(id: "9c30a205-a60e-47cb-94b4-6d45cd4c2179") { userErrors { code } } }"#;
    let answer = world.ask(review).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UPSTREAM_UNAVAILABLE", "{answer:#}");
    assert_eq!(requests(api), [""; 0]);
    // To ask how it is goes through always, and finds out that it is back.
    world.data("{ upstreams { reachable } }").await;
    assert_eq!(breaker(&world, "leads").await, "CLOSED");
    assert_eq!(world.data(review).await, json!({ "leadReview": { "userErrors": [] } }));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_hangs_holds_nobody_else_up_and_is_found_again_when_it_is_back() {
    let world = World::start_with(&[
        ("ONRAMP__WALDUR__TIMEOUT_MS", "2000"),
        ("ONRAMP__WALDUR__MAX_IN_FLIGHT", "20"),
        ("ONRAMP__WALDUR__MAX_QUEUED", "20"),
    ])
    .await;
    let api = world.sandbox.waldur();
    api.fault(Fault::always(Effect::HangBefore));
    let asking: Vec<_> = (0..60)
        .map(|number| format!("{{ verifications(first: {}) {{ nodes {{ country }} }} }}", number + 1))
        .map(|query| world.gateway.begin(&json!({ "query": query })))
        .collect();
    let is_full = || api.calls().len() >= 20;
    until("as many calls as may be under way", is_full).await;
    // Onboards, the account and leads answer while the queue is full.
    let data = world.data("{ onboards(first: 1) { totalCount } account { name } upstreams { name inFlight } }").await;
    assert_eq!(data["onboards"]["totalCount"], 60);
    assert_eq!(world.ask(LEAD).await, lead());
    let mut messages: Vec<String> = Vec::new();
    for response in join_all(asking).await {
        let answer: Value = response.unwrap().json().await.unwrap();
        messages.push(answer["errors"][0]["message"].as_str().unwrap().to_owned());
    }
    let of = |message: &str| messages.iter().filter(|told| **told == message).count();
    let busy = of("The verification API has 20 calls under way and too many waiting.");
    let late = of("The verification API did not answer within 2000 ms.");
    let open = of("The verification API keeps failing and is left alone for now.");
    // Twenty are under way and twenty wait; what came on top was turned away at once.
    assert_eq!((busy, late + open), (20, 40), "{messages:#?}");
    assert_ne!(breaker(&world, "verification").await, "CLOSED");
    api.clear_faults();
    recovered(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_that_hang_do_not_hold_up_writes() {
    let world = World::start_with(&[("ONRAMP__CONNECT__MAX_IN_FLIGHT", "1")]).await;
    let api = world.sandbox.connect();
    api.fault(Fault::once(Effect::Latency(Duration::from_secs(5))));
    let reading = world.gateway.begin(&json!({ "query": LEAD }));
    until("the read is under way", || api.calls().len() == 1).await;
    let review = r#"mutation { leadReview(id: "9c30a205-a60e-47cb-94b4-6d45cd4c2179") { userErrors { code } } }"#;
    assert_eq!(world.data(review).await, json!({ "leadReview": { "userErrors": [] } }));
    assert!(api.calls().iter().any(|call| call.status.is_none()), "the read was over before the write");
    reading.abort();
}
