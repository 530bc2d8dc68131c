//! Whoever listens at one replica hears of what was done at another, or told to it.

use std::time::{Duration, Instant};

use onramp::sandbox::{self, Sandbox};
use serde_json::{Value, json};

use super::mutate;
use crate::client::plain;
use crate::redis::Replicas;
use crate::socket::{Socket, next};
use crate::writes::lead;

/// Polls that come too late for any test, and a secret for pushes.
const SETTINGS: &[(&str, &str)] =
    &[("ONRAMP__LIVE__LEADS_MS", "3600000"), ("ONRAMP__WEBHOOKS__LEADS_SECRET", "secret")];

fn stage_of(id: &str) -> String {
    format!("subscription {{ leadChanged(id: \"{id}\") {{ stage }} }}")
}

fn at(stage: &str) -> Value {
    next("1", json!({ "data": { "leadChanged": { "stage": stage } } }))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_at_one_replica_is_told_to_whoever_listens_at_another() {
    let Some(replicas) = Replicas::start(2, SETTINGS).await else { return };
    let mut took = Vec::new();
    for number in [0, 8, 16] {
        let mut socket = Socket::ready(&replicas.gateways[0]).await;
        socket.subscribe("1", &stage_of(&lead(number))).await;
        assert_eq!(socket.said().await, at("MATCHED"));
        for (by, stage) in [("leadReview", "REVIEWED"), ("leadContact", "CONTACTED"), ("leadQualify", "QUALIFIED")] {
            let written = mutate(&replicas, 1, &format!("{by}(id: \"{}\")", lead(number))).await;
            let answered = Instant::now();
            assert_eq!(written["userErrors"], json!([]));
            assert_eq!(socket.said().await, at(stage));
            took.push(answered.elapsed());
        }
    }
    took.sort();
    let [median, most]: [Duration; 2] = [took[took.len() / 2], took[took.len() - 1]];
    println!(
        "from the answer to a write at one replica to the event at another: {median:?} at the median, {most:?} at most"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_to_one_replica_is_told_to_whoever_listens_at_another() {
    let Some(replicas) = Replicas::start(2, SETTINGS).await else { return };
    let mut socket = Socket::ready(&replicas.gateways[0]).await;
    socket.subscribe("1", &stage_of(&lead(0))).await;
    assert_eq!(socket.said().await, at("MATCHED"));
    let gateway = &replicas.gateways[1];
    review_past_the_gateways(&replicas.sandbox).await;
    let push = gateway.client().post(format!("{}/webhooks/leads", gateway.base_url));
    let push = push.header("x-webhook-secret", "secret").body(json!({ "Id": lead(0) }).to_string());
    assert_eq!(push.send().await.unwrap().status(), 202);
    assert_eq!(socket.said().await, at("REVIEWED"));
}

/// Moves the first lead at the API itself.
async fn review_past_the_gateways(sandbox: &Sandbox) {
    let url = format!("{}/api/v1/{}/leads", sandbox.connect().base_url(), sandbox::connect::PARTNER_ROUTE);
    let request = plain().post(url).header("x-api-key", sandbox::connect::API_KEY);
    let answer = request.json(&json!({ "id": lead(0), "status": "Reviewed" })).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}
