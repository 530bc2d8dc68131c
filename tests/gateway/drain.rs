//! The end loses nothing that was begun: requests finish, up to a deadline, and writes in any case.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::Method;
use axum::http::header::CONNECTION;
use onramp::sandbox::{Effect, Fault};
use reqwest::Client;
use serde_json::{Value, json};
use std::time::Duration;

use crate::gateway::{World, until};
use crate::trail::Trail;
use crate::writes::{FLOW, held_onboard, mutation, onboard, writes};

/// Longer than any test.
const FOR_EVER: &str = "600000";

async fn status(world: &World, path: &str) -> (u16, Value) {
    let response = world.gateway.client().get(format!("{}{path}", world.gateway.base_url)).send().await.unwrap();
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or_default())
}

/// Signals, and waits until the program has heard it.
async fn begin_to_drain(world: &World) {
    world.gateway.signal("TERM");
    until("the draining", || world.gateway.log().contains("\"draining\"")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_it_drains_it_is_alive_and_not_ready_and_answers_for_the_last_time_on_a_connection() {
    let mut world = World::start_with(&[("ONRAMP__SERVER__DRAIN_DELAY_MS", FOR_EVER)]).await;
    assert_eq!(status(&world, "/health/ready").await, (200, json!({ "ready": true })));
    begin_to_drain(&world).await;
    assert_eq!(status(&world, "/health/ready").await, (503, json!({ "ready": false, "reason": "DRAINING" })));
    assert_eq!(status(&world, "/health/live").await, (200, Value::Null));
    let answer = world.gateway.post(&json!({ "query": "{ account { name } }" })).await;
    assert_eq!(answer.headers()[CONNECTION], "close");
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer, json!({ "data": { "account": { "name": "Summit Funding Partners" } } }));
    world.gateway.signal("INT");
    assert!(world.gateway.ended().await.success());
}

/// What clients saw of a gateway that ended while they were asking.
#[derive(Default)]
struct Seen {
    answered: AtomicUsize,
    done: AtomicUsize,
}

/// Asks until no connection can be made any more. Whatever else goes wrong is a request that was lost.
async fn ask_on(client: Client, url: String, body: Value, expected: Value, seen: Arc<Seen>) {
    loop {
        let answer = match client.post(&url).json(&body).send().await {
            Ok(answer) => answer,
            Err(error) if error.is_connect() => return,
            Err(error) => panic!("a request was lost: {error:?}"),
        };
        let answer: Value = answer.json().await.expect("a whole answer");
        assert_eq!(answer, expected);
        seen.answered.fetch_add(1, Ordering::SeqCst);
        if expected["data"].get("result").is_some() {
            seen.done.fetch_add(1, Ordering::SeqCst);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn termination_under_load_loses_no_request_and_cuts_no_write() {
    let mut world = World::start().await;
    let seen = Arc::new(Seen::default());
    let url = format!("{}/graphql", world.gateway.base_url);
    let mut clients = Vec::new();
    // Some keep their connections and some make one a request: both kinds may be under way at any moment.
    for (number, kept) in [(0, 1), (3, 1), (10, 0), (13, 0)] {
        let client = || Client::builder().pool_max_idle_per_host(kept).build().unwrap();
        let update = format!(r#"onboardUpdate(id: "{}", input: {{ flowId: "{FLOW}" }})"#, onboard(number));
        let record = json!({ "id": format!("onboard_{}", onboard(number)), "status": "CREATED" });
        let written = json!({ "data": { "result": { "onboard": record, "userErrors": [], "dryRun": false } } });
        let write = json!({ "query": mutation(&update) });
        clients.push(tokio::spawn(ask_on(client(), url.clone(), write, written, Arc::clone(&seen))));
        let read = json!({ "query": "{ account { name } }" });
        let account = json!({ "data": { "account": { "name": "Summit Funding Partners" } } });
        clients.push(tokio::spawn(ask_on(client(), url.clone(), read, account, Arc::clone(&seen))));
    }
    until("the load", || seen.answered.load(Ordering::SeqCst) > 100 && seen.done.load(Ordering::SeqCst) > 20).await;
    world.gateway.signal("TERM");
    for client in clients {
        client.await.unwrap();
    }
    assert!(world.gateway.ended().await.success());
    assert_eq!(writes(world.sandbox.leadconduit()).len(), seen.done.load(Ordering::SeqCst));
}

/// Sends a completion whose write takes a while, and waits until it is being written.
async fn begin_write(trail: &Trail) -> tokio::task::JoinHandle<Result<reqwest::Response, reqwest::Error>> {
    let api = trail.world.sandbox.leadconduit();
    api.fault(Fault::once(Effect::Latency(Duration::from_secs(1))).method(Method::PUT));
    let completion = json!({ "query": mutation(&format!(r#"onboardComplete(id: "{}")"#, onboard(1))) });
    let gateway = &trail.world.gateway;
    let asked = gateway.client().post(format!("{}/graphql", gateway.base_url)).json(&completion).send();
    let asking = tokio::spawn(asked);
    until("the write", || api.calls().iter().any(|call| call.method == "PUT")).await;
    asking
}

fn assert_written(trail: &Trail) {
    assert_eq!(held_onboard(&trail.world, 1)["status"], "completed");
    let events = trail.events();
    assert_eq!((events.len(), &events[0]["outcome"]), (1, &json!("done")));
}

#[tokio::test(flavor = "multi_thread")]
async fn over_the_deadline_a_request_is_cut_and_its_write_is_finished() {
    let mut trail = Trail::start("cut", &[("ONRAMP__SERVER__DRAIN_TIMEOUT_MS", "0")]).await;
    let asking = begin_write(&trail).await;
    trail.world.gateway.signal("TERM");
    assert!(asking.await.unwrap().is_err(), "it was answered in spite of the deadline");
    assert!(trail.world.gateway.ended().await.success());
    assert_written(&trail);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_cuts_requests_and_no_write() {
    let mut trail = Trail::start("second", &[("ONRAMP__SERVER__DRAIN_TIMEOUT_MS", FOR_EVER)]).await;
    let asking = begin_write(&trail).await;
    begin_to_drain(&trail.world).await;
    assert!(!asking.is_finished(), "a request under way was not waited for");
    trail.world.gateway.signal("TERM");
    assert!(asking.await.unwrap().is_err(), "it was answered in spite of the second signal");
    assert!(trail.world.gateway.ended().await.success());
    assert_written(&trail);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_third_signal_waits_for_nothing_and_says_what_it_left() {
    let settings = [
        ("ONRAMP__SERVER__DRAIN_TIMEOUT_MS", FOR_EVER),
        ("ONRAMP__LEADCONDUIT__TIMEOUT_MS", FOR_EVER),
        ("ONRAMP__LIMITS__REQUEST_TIMEOUT_MS", "700000"),
    ];
    let mut trail = Trail::start("third", &settings).await;
    let api = trail.world.sandbox.leadconduit();
    api.fault(Fault::once(Effect::HangBefore).method(Method::PUT));
    let completion = json!({ "query": mutation(&format!(r#"onboardComplete(id: "{}")"#, onboard(1))) });
    let gateway = &trail.world.gateway;
    let asked = gateway.client().post(format!("{}/graphql", gateway.base_url)).json(&completion).send();
    let asking = tokio::spawn(asked);
    until("the write", || api.calls().iter().any(|call| call.method == "PUT")).await;
    begin_to_drain(&trail.world).await;
    trail.world.gateway.signal("TERM");
    assert!(asking.await.unwrap().is_err());
    trail.world.gateway.signal("TERM");
    assert!(trail.world.gateway.ended().await.success());
    let log = trail.world.gateway.log();
    assert!(log.lines().any(|line| line.contains("\"writes\":1") && line.contains("are cut")), "{log}");
}
