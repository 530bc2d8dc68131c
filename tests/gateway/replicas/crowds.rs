//! Hundreds of clients complete the same onboards through three replicas, whatever happens meanwhile: each is sent once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::http::Method;
use futures_util::future::join_all;
use onramp::sandbox::{Effect, Fault};
use serde_json::{Value, json};

use super::{completion, mutate, puts};
use crate::gateway::until;
use crate::redis::{Redis, Replicas};

const CLIENTS: usize = 300;
const REPLICAS: usize = 3;
const ONBOARDS: usize = 20;
/// How many of them each client completes: whoever does waits for all others who do.
const EACH: usize = 4;
const READERS: usize = 12;
/// When a client asks again who was refused, or found nobody.
const AGAIN_AFTER: Duration = Duration::from_millis(20);

/// A crowd on a busy machine may wait for longer than anybody else would.
const PATIENT: (&str, &str) = ("ONRAMP__LIMITS__REQUEST_TIMEOUT_MS", "600000");

/// Calls that cannot take long, so that what is lost with Redis or a replica is over soon.
const SETTINGS: &[(&str, &str)] = &[
    PATIENT,
    ("ONRAMP__REDIS__LOCK_MS", "2000"),
    ("ONRAMP__WALDUR__VALIDATION_TIMEOUT_MS", "3000"),
    ("ONRAMP__WALDUR__TIMEOUT_MS", "3000"),
    ("ONRAMP__CONNECT__TIMEOUT_MS", "3000"),
    ("ONRAMP__LEADCONDUIT__TIMEOUT_MS", "3000"),
];

/// Onboards that can be completed: those that are under way, and as many of the others as it takes, begun for it.
async fn to_be_completed(replicas: &Replicas) -> Vec<String> {
    let api = replicas.sandbox.leadconduit();
    let records = api.records()["main"]["onboards"].as_array().unwrap().clone();
    let linked = |status: &str| {
        let is_linked = |record: &&Value| {
            record["status"] == status
                && ["connection_id", "invitation_id", "flow_id"].iter().all(|id| record[id].is_string())
        };
        let ids = records.iter().filter(is_linked).map(|record| record["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    let mut onboards = linked("in_progress");
    for id in linked("created").into_iter().take(ONBOARDS - onboards.len()) {
        let begun = mutate(replicas, 0, &format!(r#"onboardStart(id: "{id}")"#)).await;
        assert_eq!(begun["userErrors"], json!([]));
        onboards.push(id);
    }
    assert_eq!(onboards.len(), ONBOARDS);
    api.forget_calls();
    onboards
}

/// What the clients have in common: where they ask, and how often somebody did.
struct Crowd {
    addresses: Vec<String>,
    onboards: Vec<String>,
    asked: AtomicUsize,
}

impl Crowd {
    async fn of(replicas: &Replicas) -> Arc<Self> {
        let onboards = to_be_completed(replicas).await;
        let addresses = replicas.gateways.iter().map(|gateway| format!("{}/graphql", gateway.base_url)).collect();
        Arc::new(Self { addresses, onboards, asked: AtomicUsize::new(0) })
    }

    /// Each client completes some of the onboards, others than its neighbour and at another replica, and asks again,
    /// elsewhere, until it is told how the onboard stands. What it was told on the way comes back.
    async fn go(self: Arc<Self>) -> Vec<Value> {
        let client = reqwest::Client::new();
        let clients = (0..CLIENTS).map(|number| {
            let (crowd, client) = (Arc::clone(&self), client.clone());
            tokio::spawn(async move {
                let mut told = Vec::new();
                for place in 0..EACH {
                    let onboard = &crowd.onboards[(number + place) % ONBOARDS];
                    crowd.complete(&client, number, onboard, &mut told).await;
                }
                told
            })
        });
        join_all(clients.collect::<Vec<_>>()).await.into_iter().flat_map(Result::unwrap).collect()
    }

    async fn complete(&self, client: &reqwest::Client, number: usize, onboard: &str, told: &mut Vec<Value>) {
        for attempt in 0..2000 {
            let address = &self.addresses[(number + attempt) % self.addresses.len()];
            let request = client.post(address).json(&json!({ "query": completion(onboard) }));
            self.asked.fetch_add(1, Ordering::SeqCst);
            // A replica that is gone answers nothing.
            if let Ok(response) = request.send().await
                && let Ok(response) = response.json::<Value>().await
            {
                let is_settled = response.get("errors").is_none();
                told.push(response);
                if is_settled {
                    return;
                }
            }
            tokio::time::sleep(AGAIN_AFTER).await;
        }
        panic!("client {number} was never told how onboard {onboard} stands");
    }
}

/// Reads through all replicas until it is over; what they were answered comes back, each answer once.
async fn read(replicas: &Replicas, is_over: &AtomicBool) -> Vec<Value> {
    let readers = (0..READERS).map(|reader| async move {
        let (mut answers, mut took) = (Vec::new(), Vec::new());
        while !is_over.load(Ordering::SeqCst) {
            let asked = Instant::now();
            let mut answer = replicas.ask((reader + took.len()) % REPLICAS, "{ account { name } }").await;
            took.push(asked.elapsed());
            // That it was kept for longer than half a minute is said where it was.
            answer.as_object_mut().unwrap().remove("extensions");
            if !answers.contains(&answer) {
                answers.push(answer);
            }
        }
        assert!(!took.is_empty(), "nothing was read");
        (answers, took)
    });
    let (answers, took): (Vec<_>, Vec<_>) = join_all(readers).await.into_iter().unzip();
    let (mut answers, mut took) = (answers.concat(), took.concat());
    took.sort_unstable();
    println!("{} reads: {:?} at the median, {:?} at most", took.len(), took[took.len() / 2], took[took.len() - 1]);
    answers.sort_by_key(Value::to_string);
    answers.dedup();
    answers
}

/// Each onboard once, and nothing else.
fn each_once(onboards: &[String]) -> Vec<String> {
    let mut paths: Vec<String> = onboards.iter().map(|id| format!("/onboards/{id}")).collect();
    paths.sort();
    paths
}

/// The errors that a crowd was told, by code and message, each once.
fn refusals(told: &[Value]) -> Vec<String> {
    let refusals = told.iter().filter_map(|response| {
        let error = response.get("errors")?.get(0)?;
        Some(format!("{}: {}", error["extensions"]["code"], error["message"]))
    });
    let mut refusals: Vec<String> = refusals.collect();
    refusals.sort_unstable();
    refusals.dedup();
    refusals
}

/// Whether all that a crowd was told besides how its onboards stand is that nothing was sent and it may ask again.
fn assert_refused_at_most(told: &[Value]) {
    let strange: Vec<String> =
        refusals(told).into_iter().filter(|refusal| !refusal.starts_with("\"COORDINATION_UNAVAILABLE\"")).collect();
    assert_eq!(strange, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn three_hundred_clients_of_three_replicas_complete_twenty_onboards_by_twenty_writes() {
    let Some(replicas) = Replicas::start(REPLICAS, &[PATIENT, ("ONRAMP__REDIS__TIMEOUT_MS", "30000")]).await else {
        return;
    };
    let crowd = Crowd::of(&replicas).await;
    let told = Arc::clone(&crowd).go().await;
    assert_eq!(puts(&replicas.sandbox), each_once(&crowd.onboards));
    assert_eq!((refusals(&told), told.len()), (Vec::<String>::new(), CLIENTS * EACH));
}

#[tokio::test(flavor = "multi_thread")]
async fn while_redis_is_started_anew_each_write_is_still_made_once_and_reads_go_on() {
    let Some(mut replicas) = Replicas::start(REPLICAS, SETTINGS).await else { return };
    // Slow enough that writes are under way when Redis goes.
    let api = replicas.sandbox.leadconduit();
    api.fault(Fault::always(Effect::Latency(Duration::from_millis(100))).method(Method::PUT));
    let crowd = Crowd::of(&replicas).await;
    let mut redis = std::mem::replace(&mut replicas.redis, Redis::none());
    let is_over = AtomicBool::new(false);
    let writing = async {
        let clients = tokio::spawn(Arc::clone(&crowd).go());
        until("some writes", || puts(&replicas.sandbox).len() >= 5).await;
        redis.kill();
        let is_noticed = || replicas.gateways.iter().all(|each| each.log().contains("writes are refused"));
        until("the end of Redis", is_noticed).await;
        redis.go_on();
        let told = clients.await.unwrap();
        is_over.store(true, Ordering::SeqCst);
        told
    };
    let (told, read) = tokio::join!(writing, read(&replicas, &is_over));
    assert_eq!(puts(&replicas.sandbox), each_once(&crowd.onboards));
    assert_refused_at_most(&told);
    assert!(!refusals(&told).is_empty(), "nobody was refused while there was no Redis");
    assert_eq!(read, [json!({ "data": { "account": { "name": "Summit Funding Partners" } } })]);
    assert!(replicas.gateways[0].log().contains("Redis has lost what it held"));
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_replica_that_holds_locks_is_killed_each_write_is_still_made_once() {
    // Long enough for the crowd to be there, and to wait, before the write is given up and its lock with it.
    let settings = [SETTINGS, &[("ONRAMP__LEADCONDUIT__TIMEOUT_MS", "8000")]].concat();
    let Some(replicas) = Replicas::start(REPLICAS, &settings).await else { return };
    let api = replicas.sandbox.leadconduit();
    let crowd = Crowd::of(&replicas).await;
    // It is done and never answered; whoever made it is killed while it waits.
    api.fault(Fault::once(Effect::HangAfter).method(Method::PUT));
    let first = replicas.gateways[0].begin(&json!({ "query": completion(&crowd.onboards[0]) }));
    until("the write that hangs", || !puts(&replicas.sandbox).is_empty()).await;
    let clients = tokio::spawn(Arc::clone(&crowd).go());
    until("the crowd", || crowd.asked.load(Ordering::SeqCst) >= CLIENTS).await;
    replicas.gateways[0].signal("KILL");
    let told = clients.await.unwrap();
    assert!(first.await.is_err(), "whoever held the lock was answered");
    assert_eq!(puts(&replicas.sandbox), each_once(&crowd.onboards));
    assert_refused_at_most(&told);
}
