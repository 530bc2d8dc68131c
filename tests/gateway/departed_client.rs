//! A write belongs to no connection: a client that goes away takes nothing along, and neither does the program's end.

use std::time::Duration;

use axum::http::Method;
use onramp::sandbox::{Effect, Fault};
use serde_json::{Value, json};

use crate::gateway::until;
use crate::trail::Trail;
use crate::writes::{held_onboard, mutation, onboard, writes};

fn completion() -> Value {
    json!({ "query": mutation(&format!(r#"onboardComplete(id: "{}")"#, onboard(1))) })
}

/// The event of the completion, by the status that it was answered with.
fn event(status: Option<u16>) -> Value {
    json!({
        "time": "*", "request_id": "*", "caller": "anonymous", "mutation": "onboardComplete",
        "record": format!("onboard_{}", onboard(1)), "from": "IN_PROGRESS", "to": "COMPLETED",
        "outcome": "done", "reason": null, "upstream_status": status, "milliseconds": "*",
    })
}

/// Sends a completion, and goes away as soon as its write has reached the upstream.
async fn leave_during_the_write(trail: &Trail, effect: Effect) {
    let api = trail.world.sandbox.leadconduit();
    api.fault(Fault::once(effect).method(Method::PUT));
    let leaving = trail.world.gateway.begin(&completion());
    until("the write", || api.calls().iter().any(|call| call.method == "PUT")).await;
    leaving.abort();
    assert!(leaving.await.unwrap_err().is_cancelled(), "it was answered before it could go");
    assert_eq!(trail.text(), "", "it was over before the client could go");
}

/// The write was made, once, and is on record.
fn assert_done_once(trail: &Trail, status: Option<u16>) {
    assert_eq!(trail.events(), [event(status)]);
    assert_eq!(held_onboard(&trail.world, 1)["status"], "completed");
    assert_eq!(writes(trail.world.sandbox.leadconduit()).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_is_finished_and_recorded_though_its_client_has_gone() {
    let trail = Trail::start("gone", &[]).await;
    leave_during_the_write(&trail, Effect::Latency(Duration::from_secs(1))).await;
    until("the audit event", || !trail.text().is_empty()).await;
    assert_done_once(&trail, Some(200));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_looked_for_though_the_client_has_gone() {
    let trail = Trail::start("lost", &[("ONRAMP__LEADCONDUIT__TIMEOUT_MS", "1000")]).await;
    leave_during_the_write(&trail, Effect::HangAfter).await;
    until("the audit event", || !trail.text().is_empty()).await;
    assert_done_once(&trail, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_waits_for_the_write_of_a_client_that_has_gone() {
    ends_after_the_write("INT").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn termination_waits_for_the_write_of_a_client_that_has_gone() {
    ends_after_the_write("TERM").await;
}

async fn ends_after_the_write(signal: &str) {
    let mut trail = Trail::start(signal, &[]).await;
    leave_during_the_write(&trail, Effect::Latency(Duration::from_secs(1))).await;
    trail.world.gateway.signal(signal);
    assert!(trail.world.gateway.ended().await.success());
    assert_done_once(&trail, Some(200));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_waits_is_answered_before_the_end() {
    let mut trail = Trail::start("waits", &[]).await;
    let api = trail.world.sandbox.leadconduit();
    api.fault(Fault::once(Effect::Latency(Duration::from_secs(1))).method(Method::PUT));
    let waiting = trail.world.gateway.begin(&completion());
    until("the write", || api.calls().iter().any(|call| call.method == "PUT")).await;
    trail.world.gateway.signal("TERM");
    let answer: Value = waiting.await.unwrap().json().await.unwrap();
    let shown = json!({ "id": format!("onboard_{}", onboard(1)), "status": "COMPLETED" });
    let payload = json!({ "onboard": shown, "userErrors": [], "dryRun": false });
    assert_eq!(answer, json!({ "data": { "result": payload } }));
    assert!(trail.world.gateway.ended().await.success());
    assert_done_once(&trail, Some(200));
}
