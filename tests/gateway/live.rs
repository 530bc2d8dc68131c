//! What a subscription tells of a record, and what that costs the APIs: asked of the graph itself, whatever brings it to a
//! client.

mod opening;
mod outage;
mod polling;
mod replicas;
pub mod scene;

use onramp::live::Change;
use serde_json::{Value, json};

use crate::gateway::{requests, until};
use crate::writes::{lead, onboard};
use scene::{Scene, at, gone, moved, stage_of};

#[tokio::test(flavor = "multi_thread")]
async fn the_first_event_is_the_present_state_at_the_price_of_one_call() {
    let scene = Scene::start(&[]).await;
    let verification = one_pending(&scene).await;
    let (lead, onboard) = (lead(0), onboard(1));
    scene.sandbox.waldur().forget_calls();
    for (field, id, shown) in [
        ("leadChanged", format!("lead_{lead}"), json!({ "id": format!("lead_{lead}") })),
        ("onboardChanged", format!("onboard_{onboard}"), json!({ "id": format!("onboard_{onboard}") })),
        ("verificationChanged", verification.clone(), json!({ "id": verification })),
    ] {
        let mut events = scene.open(&format!("subscription {{ {field}(id: \"{id}\") {{ id }} }}"));
        assert_eq!(events.next().await, json!({ "data": { field: shown } }));
    }
    let made = [scene.sandbox.connect(), scene.sandbox.leadconduit(), scene.sandbox.waldur()].map(requests);
    let own = verification.strip_prefix("verification_").unwrap().replace('-', "");
    let expected = [
        format!("GET /api/v1/my-finances/leads?leadId={lead}"),
        "GET /onboards".to_owned(),
        format!("GET /api/onboarding-verifications/{own}/"),
    ];
    assert_eq!(made, expected.map(|call| vec![call]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_of_the_gateways_own_is_told_without_waiting_for_a_poll() {
    let scene = Scene::start(&[]).await;
    let mut events = scene.open(&stage_of(&lead(0)));
    assert_eq!(events.next().await, at("MATCHED"));
    scene.ask(&moved("leadReview", &lead(0))).await;
    assert_eq!(events.next().await, at("REVIEWED"));
    let mut onboards = scene.open(&format!("subscription {{ onboardChanged(id: \"{}\") {{ status }} }}", onboard(4)));
    assert_eq!(onboards.next().await, json!({ "data": { "onboardChanged": { "status": "IN_PROGRESS" } } }));
    let complete = format!("mutation {{ onboardComplete(id: \"{}\") {{ onboard {{ status }} }} }}", onboard(4));
    scene.ask(&complete).await;
    assert_eq!(onboards.next().await, json!({ "data": { "onboardChanged": { "status": "COMPLETED" } } }));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_after_a_write_is_told_nothing_older() {
    let scene = Scene::start(&[]).await;
    let mut first = scene.open(&stage_of(&lead(0)));
    assert_eq!(first.next().await, at("MATCHED"));
    for (by, stage) in [("leadReview", "REVIEWED"), ("leadContact", "CONTACTED"), ("leadQualify", "QUALIFIED")] {
        scene.ask(&moved(by, &lead(0))).await;
        assert_eq!(scene.open(&stage_of(&lead(0))).next().await, at(stage));
    }
    // The first one was not looking: what lies between is left out.
    assert_eq!(first.next().await, at("QUALIFIED"));
    assert!(!first.has_news());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_read_holds_up_nobody() {
    let scene = Scene::start(&[]).await;
    let mut slow: Vec<_> = (0..50).map(|_| scene.open(&stage_of(&lead(0)))).collect();
    let mut quick = scene.open(&stage_of(&lead(0)));
    for events in slow.iter_mut().chain([&mut quick]) {
        assert_eq!(events.next().await, at("MATCHED"));
    }
    for (by, stage) in [("leadReview", "REVIEWED"), ("leadContact", "CONTACTED"), ("leadQualify", "QUALIFIED")] {
        scene.ask(&moved(by, &lead(0))).await;
        assert_eq!(quick.next().await, at(stage));
    }
    for events in &mut slow {
        assert_eq!(events.next().await, at("QUALIFIED"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_is_read_again_and_an_unchanged_record_sends_nothing() {
    let scene = Scene::start(&[]).await;
    let mut events = scene.open(&stage_of(&lead(0)));
    assert_eq!(events.next().await, at("MATCHED"));
    scene.hub().tell(Change::of(&format!("lead_{}", lead(0))));
    until("the lead is read again", || scene.reads(&lead(0)) == 2).await;
    scene.behind(&moved("leadReview", &lead(0))).await;
    scene.hub().tell(Change::of(&format!("lead_{}", lead(0))));
    assert_eq!(events.next().await, at("REVIEWED"));
    // Of another record, another kind, and what is no record.
    for told in [format!("lead_{}", lead(1)), format!("onboard_{}", onboard(0)), "lead_x".to_owned(), "x".to_owned()] {
        scene.hub().tell(Change::of(&told));
    }
    assert!(!events.has_news());
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_told_in_a_burst_are_read_together() {
    let scene = Scene::start(&[]).await;
    let mut events = scene.open(&stage_of(&lead(0)));
    assert_eq!(events.next().await, at("MATCHED"));
    scene.behind(&moved("leadReview", &lead(0))).await;
    let before = scene.reads(&lead(0));
    scene.sandbox.connect().set_latency(std::time::Duration::from_millis(200));
    for _ in 0..100 {
        scene.hub().tell(Change::of(&format!("lead_{}", lead(0))));
    }
    assert_eq!(events.next().await, at("REVIEWED"));
    let made = scene.reads(&lead(0)) - before;
    assert!((1..=2).contains(&made), "{made} reads for what one or two tell");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_told_in_this_process_can_be_observed_and_none_told_by_another() {
    let scene = Scene::start(&[]).await;
    let mut observed = scene.hub().observe();
    let mut events = scene.open(&stage_of(&lead(0)));
    assert_eq!(events.next().await, at("MATCHED"));
    scene.behind(&moved("leadReview", &lead(0))).await;
    let change = Change { kind: "lead".to_owned(), id: lead(0) };
    scene.hub().hear(&change);
    assert_eq!(events.next().await, at("REVIEWED"));
    assert!(observed.try_recv().is_err(), "what another process told would be told on for ever");
    scene.ask(&moved("leadContact", &lead(0))).await;
    assert_eq!(observed.recv().await.unwrap(), change);
    // What was refused before anything was sent is no change.
    scene.ask(&moved("leadReview", &lead(0))).await;
    assert!(observed.try_recv().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn that_there_is_no_such_record_is_said_and_ends_it() {
    let scene = Scene::start(&[]).await;
    let mut events = scene.open(&stage_of("00000000-0000-4000-8000-000000000000"));
    assert_eq!((events.last().await, events.last().await), (Some(gone()), None));
    let verification = one_pending(&scene).await;
    let mut events = scene.open(&format!("subscription {{ verificationChanged(id: \"{verification}\") {{ id }} }}"));
    assert_eq!(events.next().await, json!({ "data": { "verificationChanged": { "id": verification } } }));
    scene.ask(&format!("mutation {{ verificationDelete(id: \"{verification}\") {{ dryRun }} }}")).await;
    let gone = json!({ "data": { "verificationChanged": null } });
    assert_eq!((events.last().await, events.last().await), (Some(gone), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_event_reads_anew_what_hangs_on_the_record() {
    let scene = Scene::start(&[]).await;
    let mut events = scene.open(&format!(
        "subscription {{ onboardChanged(id: \"{}\") {{ status account {{ dataRetentionInDays }} }} }}",
        onboard(4)
    ));
    let event = |status: &str, days: u32| {
        let account = json!({ "dataRetentionInDays": days });
        json!({ "data": { "onboardChanged": { "status": status, "account": account } } })
    };
    assert_eq!(events.next().await, event("IN_PROGRESS", 90));
    scene.ask("mutation { accountUpdate(input: { dataRetentionInDays: 91 }) { dryRun } }").await;
    scene.ask(&format!("mutation {{ onboardComplete(id: \"{}\") {{ dryRun }} }}", onboard(4))).await;
    assert_eq!(events.next().await, event("COMPLETED", 91));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_event_has_the_budget_of_a_request_and_the_watch_takes_none_of_it() {
    let scene = Scene::start(&[("ONRAMP__LEADCONDUIT__CALLS_PER_OPERATION", "1")]).await;
    let mut events = scene.open(&format!(
        "subscription {{ onboardChanged(id: \"{}\") {{ status account {{ dataRetentionInDays }} }} }}",
        onboard(4)
    ));
    let event = |status: &str| {
        let account = json!({ "dataRetentionInDays": 90 });
        json!({ "data": { "onboardChanged": { "status": status, "account": account } } })
    };
    assert_eq!(events.next().await, event("IN_PROGRESS"));
    // Only now: beside the first it could join that one's read of the account, and a joined read costs nothing.
    let mut wide = scene.open(&format!(
        "subscription {{ onboardChanged(id: \"{}\") {{ account {{ name }} flow {{ name }} }} }}",
        onboard(4)
    ));
    let spent = wide.next().await;
    assert_eq!(spent["errors"][0]["extensions"]["code"], "UPSTREAM_BUDGET_EXCEEDED", "{spent:#}");
    scene.ask(&format!("mutation {{ onboardComplete(id: \"{}\") {{ dryRun }} }}", onboard(4))).await;
    assert_eq!(events.next().await, event("COMPLETED"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_gateway_ends_every_subscription_and_lets_none_begin() {
    let scene = Scene::start(&[]).await;
    let mut events = scene.open(&stage_of(&lead(0)));
    assert_eq!(events.next().await, at("MATCHED"));
    scene.hub().end();
    assert_eq!(events.last().await, None);
    assert_eq!(scene.open(&stage_of(&lead(1))).last().await, None);
}

/// The global id of a verification that may still be deleted.
async fn one_pending(scene: &Scene) -> String {
    let found = scene.ask("{ verifications(first: 1, filter: { status: PENDING }) { nodes { id } } }").await;
    let Value::String(id) = &found["data"]["verifications"]["nodes"][0]["id"] else { panic!("{found:#}") };
    id.clone()
}
