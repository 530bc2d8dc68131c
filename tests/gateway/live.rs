//! What a subscription tells of a record, and what that costs the APIs: asked of the graph itself, whatever brings it to a
//! client.

mod scene;

use onramp::live::Change;
use serde_json::json;

use crate::gateway::{requests, until};
use scene::{LEAD, ONBOARD, Scene, VERIFICATION, stage};

#[tokio::test(flavor = "multi_thread")]
async fn the_first_event_is_the_present_state_at_the_price_of_one_call() {
    let scene = Scene::start(&[]).await;
    let mut lead = scene.open(&format!("subscription {{ leadChanged(id: \"{LEAD}\") {{ stage }} }}"));
    assert_eq!(lead.next().await, json!({ "data": { "leadChanged": { "stage": "MATCHED" } } }));
    let mut onboard = scene.open(&format!("subscription {{ onboardChanged(id: \"onboard_{ONBOARD}\") {{ status }} }}"));
    assert_eq!(onboard.next().await, json!({ "data": { "onboardChanged": { "status": "CREATED" } } }));
    let mut verification =
        scene.open(&format!("subscription {{ verificationChanged(id: \"{VERIFICATION}\") {{ status }} }}"));
    assert_eq!(verification.next().await, json!({ "data": { "verificationChanged": { "status": "PENDING" } } }));
    let made = [scene.sandbox.connect(), scene.sandbox.leadconduit(), scene.sandbox.waldur()].map(requests);
    let expected = [
        format!("GET /api/v1/my-finances/leads?leadId={LEAD}"),
        "GET /onboards".to_owned(),
        format!("GET /api/onboarding-verifications/{}/", VERIFICATION.replace('-', "")),
    ];
    assert_eq!(made, expected.map(|call| vec![call]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_of_the_gateways_own_is_told_without_waiting_for_a_poll() {
    let scene = Scene::start(&[]).await;
    let mut events = scene.open(&stage(LEAD));
    assert_eq!(events.next().await, json!({ "data": { "leadChanged": { "stage": "MATCHED" } } }));
    scene.ask(&format!("mutation {{ leadReview(id: \"{LEAD}\") {{ lead {{ stage }} }} }}")).await;
    assert_eq!(events.next().await, json!({ "data": { "leadChanged": { "stage": "REVIEWED" } } }));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_is_read_again_and_an_unchanged_record_sends_nothing() {
    let scene = Scene::start(&[]).await;
    let mut events = scene.open(&stage(LEAD));
    assert_eq!(events.next().await, json!({ "data": { "leadChanged": { "stage": "MATCHED" } } }));
    requests(scene.sandbox.connect());
    scene.hub().tell(Change::of(&format!("lead_{LEAD}")));
    until("the lead is read again", || scene.sandbox.connect().calls().len() == 1).await;
    scene.behind(&format!("mutation {{ leadReview(id: \"{LEAD}\") {{ lead {{ stage }} }} }}")).await;
    scene.hub().tell(Change::of(&format!("lead_{LEAD}")));
    assert_eq!(events.next().await, json!({ "data": { "leadChanged": { "stage": "REVIEWED" } } }));
}
