//! What is changed past the gateway, and how often anybody looks.

use std::time::Instant;

use futures_util::future::join_all;
use serde_json::json;

use super::scene::{Scene, at, moved, stage_of};
use crate::gateway::{requests, until};
use crate::writes::{lead, onboard};

const EVERY_20_MS: [(&str, &str); 3] =
    [("ONRAMP__LIVE__ONBOARDS_MS", "20"), ("ONRAMP__LIVE__VERIFICATIONS_MS", "20"), ("ONRAMP__LIVE__LEADS_MS", "20")];

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_past_the_gateway_is_seen_by_the_next_poll() {
    let scene = Scene::start(&EVERY_20_MS).await;
    let mut leads = scene.open(&stage_of(&lead(0)));
    assert_eq!(leads.next().await, at("MATCHED"));
    scene.behind(&moved("leadReview", &lead(0))).await;
    assert_eq!(leads.next().await, at("REVIEWED"));

    let mut onboards = scene.open(&format!("subscription {{ onboardChanged(id: \"{}\") {{ status }} }}", onboard(4)));
    assert_eq!(onboards.next().await, json!({ "data": { "onboardChanged": { "status": "IN_PROGRESS" } } }));
    scene.behind(&format!("mutation {{ onboardComplete(id: \"{}\") {{ dryRun }} }}", onboard(4))).await;
    assert_eq!(onboards.next().await, json!({ "data": { "onboardChanged": { "status": "COMPLETED" } } }));

    let id = super::one_pending(&scene).await;
    let mut verifications =
        scene.open(&format!("subscription {{ verificationChanged(id: \"{id}\") {{ legalName }} }}"));
    verifications.next().await;
    let rename = format!("verificationUpdate(id: \"{id}\", input: {{ legalName: \"Renamed\" }})");
    scene.behind(&format!("mutation {{ {rename} {{ dryRun }} }}")).await;
    assert_eq!(verifications.next().await, json!({ "data": { "verificationChanged": { "legalName": "Renamed" } } }));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_sandboxs_own_controls_change_is_seen_too() {
    let scene = Scene::polling_leads("20").await;
    scene.ask(&moved("leadReview", &lead(0))).await;
    let mut events = scene.open(&stage_of(&lead(0)));
    assert_eq!(events.next().await, at("REVIEWED"));
    scene.sandbox.connect().reset();
    assert_eq!(events.next().await, at("MATCHED"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_record_sends_nothing_however_often_it_is_read() {
    let scene = Scene::start(&EVERY_20_MS).await;
    let verification = super::one_pending(&scene).await;
    let mut others = [("onboardChanged", onboard(4)), ("verificationChanged", verification)]
        .map(|(field, id)| scene.open(&format!("subscription {{ {field}(id: \"{id}\") {{ id status }} }}")));
    for events in &mut others {
        events.next().await;
    }
    let mut events = scene.open(&stage_of(&lead(0)));
    assert_eq!(events.next().await, at("MATCHED"));
    for played in [scene.sandbox.leadconduit(), scene.sandbox.waldur(), scene.sandbox.connect()] {
        until("it is read ten times", || played.calls().len() >= 10).await;
    }
    assert!(!events.has_news() && !others.iter_mut().any(super::scene::Listening::has_news));
    scene.behind(&moved("leadReview", &lead(0))).await;
    assert_eq!(events.next().await, at("REVIEWED"));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_who_listen_cost_one_read_a_record_and_interval() {
    const INTERVAL: u128 = 100;
    let settings = [("ONRAMP__LIVE__LEADS_MS", "100"), ("ONRAMP__LIVE__ONBOARDS_MS", "100")];
    let scene = Scene::start(&settings).await;
    let start = Instant::now();
    let mut listening: Vec<_> = (0..200).map(|_| scene.open(&stage_of(&lead(0)))).collect();
    for events in join_all(listening.iter_mut().map(super::scene::Listening::next)).await {
        assert_eq!(events, at("MATCHED"));
    }
    // Twenty onboards, ten for each.
    let mut onboards: Vec<_> = (0..200)
        .map(|number| {
            scene.open(&format!("subscription {{ onboardChanged(id: \"{}\") {{ id }} }}", onboard(number % 20)))
        })
        .collect();
    join_all(onboards.iter_mut().map(super::scene::Listening::next)).await;
    until("both were polled", || {
        let calls = |played: &onramp::sandbox::Played| played.calls().len();
        calls(scene.sandbox.connect()) > 3 && calls(scene.sandbox.leadconduit()) > 3
    })
    .await;
    // The newcomers of one moment are read together, and whoever came while they were read makes one more read.
    let joined = 2 + usize::try_from(start.elapsed().as_millis() / INTERVAL).unwrap();
    let (leads, lists) = (requests(scene.sandbox.connect()), requests(scene.sandbox.leadconduit()));
    assert!(leads.len() <= joined, "{} reads of one lead", leads.len());
    assert!(lists.len() <= joined + 20 && lists.iter().all(|call| call == "GET /onboards"), "{lists:?}");

    scene.ask(&moved("leadReview", &lead(0))).await;
    for event in join_all(listening.iter_mut().map(super::scene::Listening::next)).await {
        assert_eq!(event, at("REVIEWED"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn polling_ends_with_the_last_who_listens() {
    let scene = Scene::start(&[("ONRAMP__LIVE__LEADS_MS", "5"), ("ONRAMP__LIVE__ONBOARDS_MS", "5")]).await;
    let mut first = scene.open(&stage_of(&lead(0)));
    let mut second = scene.open(&stage_of(&lead(0)));
    let mut clock = scene.open(&format!("subscription {{ onboardChanged(id: \"{}\") {{ id }} }}", onboard(0)));
    for events in [&mut first, &mut second, &mut clock] {
        events.next().await;
    }
    drop(first);
    let goes_on = scene.reads(&lead(0)) + 5;
    until("the lead is still polled for the second", || scene.reads(&lead(0)) >= goes_on).await;
    drop(second);
    let ticks = || scene.sandbox.leadconduit().calls().len();
    let (reads, soon) = (scene.reads(&lead(0)), ticks() + 20);
    until("the onboards are polled on", || ticks() >= soon).await;
    // One may have been on its way.
    assert!(scene.reads(&lead(0)) <= reads + 1, "it is polled for nobody");
    assert_eq!(scene.open(&stage_of(&lead(0))).next().await, at("MATCHED"), "and read again for whoever comes");
}
