//! What is told while an API is out of order.

use std::time::{Duration, Instant};

use onramp::live::Change;
use serde_json::json;

use super::scene::{Scene, at, moved, stage_of};
use crate::gateway::until;
use crate::writes::lead;

#[tokio::test(flavor = "multi_thread")]
async fn who_knows_the_record_hears_nothing_of_an_outage_and_all_that_came_of_it() {
    let scene = Scene::polling_leads("5").await;
    let mut events = scene.open(&stage_of(&lead(0)));
    assert_eq!(events.next().await, at("MATCHED"));
    scene.sandbox.connect().set_error_rate(1.0);
    let reads = scene.reads(&lead(0)) + 3;
    until("reads fail", || scene.reads(&lead(0)) >= reads).await;
    assert!(!events.has_news());
    scene.sandbox.connect().clear_faults();
    scene.behind(&moved("leadReview", &lead(0))).await;
    assert_eq!(events.next().await, at("REVIEWED"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_during_an_outage_is_told_of_it_once_and_then_what_there_is() {
    let scene = Scene::polling_leads("5").await;
    scene.sandbox.connect().set_error_rate(1.0);
    let mut events = scene.open(&stage_of(&lead(0)));
    let told = events.next().await;
    assert_eq!(told["data"], json!({ "leadChanged": null }));
    assert_eq!(told["errors"][0]["extensions"]["code"], "UPSTREAM_UNAVAILABLE", "{told:#}");
    assert_eq!(told["errors"][0]["path"], json!(["leadChanged"]));
    let reads = scene.reads(&lead(0)) + 2;
    until("reads fail", || scene.reads(&lead(0)) >= reads).await;
    assert!(!events.has_news());
    scene.sandbox.connect().clear_faults();
    assert_eq!(events.next().await, at("MATCHED"));
}

#[tokio::test(flavor = "multi_thread")]
async fn polls_become_rarer_while_they_fail() {
    let scene = Scene::start(&[("ONRAMP__LIVE__LEADS_MS", "5"), ("ONRAMP__LIVE__BACKOFF_MS", "3600000")]).await;
    let mut failing = scene.open(&stage_of(&lead(0)));
    assert_eq!(failing.next().await, at("MATCHED"));
    scene.sandbox.connect().set_error_rate(1.0);
    let before = scene.reads(&lead(0));
    let start = Instant::now();
    until("six polls have failed", || scene.reads(&lead(0)) >= before + 6).await;
    // 10, 20, 40, 80 and 160 milliseconds lie between the first of them and the sixth.
    assert!(start.elapsed() >= Duration::from_millis(310), "{:?}", start.elapsed());
    // What is told does not wait for the next poll, which is far away.
    scene.sandbox.connect().clear_faults();
    scene.behind(&moved("leadReview", &lead(0))).await;
    scene.hub().tell(Change::of(&format!("lead_{}", lead(0))));
    assert_eq!(failing.next().await, at("REVIEWED"));
}
