//! Live updates as clients see them, from a change wherever it is made to the message that tells it.

mod idle;

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::gateway::{Gateway, World, until};
use crate::socket::{Socket, next};
use crate::writes::{lead, mutation, onboard};

/// Polls that come too late for any test: what is told was told by somebody.
const NO_POLLS: [(&str, &str); 2] = [("ONRAMP__LIVE__LEADS_MS", "3600000"), ("ONRAMP__LIVE__ONBOARDS_MS", "3600000")];
const SECRET: (&str, &str) = ("ONRAMP__WEBHOOKS__LEADS_SECRET", "secret");

fn stage_of(id: &str) -> String {
    format!("subscription {{ leadChanged(id: \"{id}\") {{ stage }} }}")
}

fn status_of(id: &str) -> String {
    format!("subscription {{ onboardChanged(id: \"{id}\") {{ status }} }}")
}

fn lead_at(id: &str, stage: &str) -> Value {
    next(id, json!({ "data": { "leadChanged": { "stage": stage } } }))
}

fn onboard_at(id: &str, status: &str) -> Value {
    next(id, json!({ "data": { "onboardChanged": { "status": status } } }))
}

fn review() -> String {
    mutation(&format!("leadReview(id: \"{}\")", lead(0)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_through_the_gateway_is_told_at_once_to_everybody() {
    let world = World::bare_with(&NO_POLLS).await;
    let mut sockets = [Socket::ready(&world.gateway).await, Socket::ready(&world.gateway).await];
    for socket in &mut sockets {
        socket.subscribe("lead", &stage_of(&lead(0))).await;
        assert_eq!(socket.said().await, lead_at("lead", "MATCHED"));
        socket.subscribe("onboard", &status_of(&onboard(4))).await;
        assert_eq!(socket.said().await, onboard_at("onboard", "IN_PROGRESS"));
    }
    world.data(&review()).await;
    for socket in &mut sockets {
        assert_eq!(socket.said().await, lead_at("lead", "REVIEWED"));
    }
    world.data(&mutation(&format!("onboardComplete(id: \"{}\")", onboard(4)))).await;
    for socket in &mut sockets {
        assert_eq!(socket.said().await, onboard_at("onboard", "COMPLETED"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_past_the_gateway_is_told_by_the_next_poll() {
    let world = World::bare_with(&[("ONRAMP__LIVE__LEADS_MS", "50")]).await;
    let mut socket = Socket::ready(&world.gateway).await;
    socket.subscribe("1", &stage_of(&lead(0))).await;
    assert_eq!(socket.said().await, lead_at("1", "MATCHED"));
    review_past_the_gateway(&world).await;
    assert_eq!(socket.said().await, lead_at("1", "REVIEWED"));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_setting_the_sandbox_shows_what_its_controls_do() {
    let gateway = Gateway::start(&[("ONRAMP__LIVE__ONBOARDS_MS".to_owned(), "100".to_owned())]);
    let mut socket = Socket::ready(&gateway).await;
    socket.subscribe("1", &status_of(&onboard(4))).await;
    assert_eq!(socket.said().await, onboard_at("1", "IN_PROGRESS"));
    gateway.ask(&mutation(&format!("onboardComplete(id: \"{}\")", onboard(4))), json!({})).await;
    assert_eq!(socket.said().await, onboard_at("1", "COMPLETED"));
    let reset = gateway.client().post(format!("{}/sandbox/onboarding/reset", gateway.base_url));
    assert_eq!(reset.header("x-onramp-csrf", "1").send().await.unwrap().status(), 204);
    assert_eq!(socket.said().await, onboard_at("1", "IN_PROGRESS"));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_clients_cost_one_read_a_record_and_interval() {
    const INTERVAL: Duration = Duration::from_millis(500);
    let world = World::bare_with(&[("ONRAMP__LIVE__LEADS_MS", "500")]).await;
    let mut sockets = Vec::new();
    for _ in 0..4 {
        sockets.push(Socket::ready(&world.gateway).await);
    }
    let start = Instant::now();
    for number in 0..50 {
        for socket in &mut sockets {
            socket.subscribe(&number.to_string(), &stage_of(&lead(0))).await;
            assert_eq!(socket.said().await, lead_at(&number.to_string(), "MATCHED"));
        }
    }
    let reads = || world.sandbox.connect().calls().len();
    until("it is polled", || reads() >= 4).await;
    let most = 1 + start.elapsed().as_millis() / INTERVAL.as_millis();
    assert!(u128::try_from(reads()).unwrap() <= most, "{} reads where {most} are due", reads());
    review_past_the_gateway(&world).await;
    for socket in &mut sockets {
        let mut told: Vec<String> = Vec::new();
        for _ in 0..50 {
            let message = socket.said().await;
            let id = message["id"].as_str().unwrap().to_owned();
            assert_eq!(message, lead_at(&id, "REVIEWED"));
            told.push(id);
        }
        told.sort_unstable();
        told.dedup();
        assert_eq!(told.len(), 50, "each hears it once");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_is_told_as_soon_as_the_lead_is_read_and_what_changed_nothing_is_not() {
    let world = World::bare_with(&[NO_POLLS[0], SECRET]).await;
    let mut socket = Socket::ready(&world.gateway).await;
    socket.subscribe("1", &stage_of(&lead(0))).await;
    assert_eq!(socket.said().await, lead_at("1", "MATCHED"));
    review_past_the_gateway(&world).await;
    assert_eq!(push(&world).await, StatusCode::ACCEPTED);
    assert_eq!(socket.said().await, lead_at("1", "REVIEWED"), "as it is read, and not as the push says");
    // Once more, and late: it is read again, and there is nothing to tell before the next change.
    let reads = world.sandbox.connect().calls().len();
    assert_eq!(push(&world).await, StatusCode::ACCEPTED);
    until("it is read again", || world.sandbox.connect().calls().len() > reads).await;
    world.data(&mutation(&format!("leadContact(id: \"{}\")", lead(0)))).await;
    assert_eq!(socket.said().await, lead_at("1", "CONTACTED"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_of_pushes_makes_few_reads() {
    let world = World::bare_with(&[NO_POLLS[0], SECRET]).await;
    let mut socket = Socket::ready(&world.gateway).await;
    socket.subscribe("1", &stage_of(&lead(0))).await;
    assert_eq!(socket.said().await, lead_at("1", "MATCHED"));
    review_past_the_gateway(&world).await;
    world.sandbox.connect().forget_calls();
    // A read takes longer than all of the pushes, or those that come after it make the next.
    world.sandbox.connect().set_latency(Duration::from_secs(2));
    let start = Instant::now();
    let pushes = futures_util::future::join_all((0..100).map(|_| push(&world))).await;
    assert!(pushes.iter().all(|status| *status == StatusCode::ACCEPTED), "{pushes:?}");
    let rounds = 2 + start.elapsed().as_secs() / 2;
    assert_eq!(socket.said().await, lead_at("1", "REVIEWED"));
    let reads = u64::try_from(world.sandbox.connect().calls().len()).unwrap();
    assert!((1..=rounds).contains(&reads), "{reads} reads");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_events_tells_the_same() {
    let world = World::bare_with(&NO_POLLS).await;
    let request = world.gateway.client().post(format!("{}/graphql", world.gateway.base_url));
    let request = request.header("accept", "text/event-stream").json(&json!({ "query": stage_of(&lead(0)) }));
    let mut stream = request.send().await.unwrap();
    let mut heard = String::new();
    for stage in ["MATCHED", "REVIEWED"] {
        while !heard.contains(stage) {
            let chunk = tokio::time::timeout(Duration::from_secs(30), stream.chunk()).await;
            heard.push_str(std::str::from_utf8(&chunk.expect("nothing comes").unwrap().unwrap()).unwrap());
        }
        world.data(&review()).await;
    }
    let events = crate::event_streams::events(&heard);
    let event = |stage: &str| ("next".to_owned(), json!({ "data": { "leadChanged": { "stage": stage } } }));
    assert_eq!(events, [event("MATCHED"), event("REVIEWED")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_again_after_new_settings_goes_on_listening() {
    let world = World::bare_with(&NO_POLLS).await;
    let mut socket = Socket::ready(&world.gateway).await;
    socket.subscribe("1", &stage_of(&lead(0))).await;
    assert_eq!(socket.said().await, lead_at("1", "MATCHED"));
    world.gateway.signal("HUP");
    until("the settings", || world.gateway.log().contains("the settings were read anew")).await;
    // Whoever has not been asked yet to come again hears of what is written under the new settings.
    let mut again = Socket::ready(&world.gateway).await;
    again.subscribe("1", &stage_of(&lead(0))).await;
    assert_eq!(again.said().await, lead_at("1", "MATCHED"));
    world.data(&review()).await;
    assert_eq!(again.said().await, lead_at("1", "REVIEWED"));
    let (said, (code, _)) = socket.until_closed().await;
    assert!(said.is_empty() || said == [lead_at("1", "REVIEWED")], "{said:?}");
    assert_eq!(code, 1012);
}

async fn push(world: &World) -> StatusCode {
    let request = world.gateway.client().post(format!("{}/webhooks/leads", world.gateway.base_url));
    let body = json!({ "Id": lead(0), "status": "Funded" }).to_string();
    request.header("x-webhook-secret", SECRET.1).body(body).send().await.unwrap().status()
}

/// Moves the first lead at the API itself.
pub async fn review_past_the_gateway(world: &World) {
    let connect = world.sandbox.connect();
    let url = format!("{}/api/v1/{}/leads", connect.base_url(), onramp::sandbox::connect::PARTNER_ROUTE);
    let request = world.gateway.client().post(url).header("x-api-key", onramp::sandbox::connect::API_KEY);
    let answer = request.json(&json!({ "id": lead(0), "status": "Reviewed" })).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}
