//! What an API that hangs for a minute does to the others: the latency of onboards with and without two hundred clients who
//! wait for verifications, the memory that this takes, and how long after the API is back it is found again. It fails where
//! onboards take over twice as long at the 99th percentile, or the API is not found again within five seconds.
//!
//! `cargo bench --bench hanging`, or with `--profile dev` for a look. Only ratios inside of one run count.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a measurement that fails shall stop")]
#![allow(clippy::disallowed_types, reason = "a measurement is a client of the gateway")]

#[path = "gateway.rs"]
mod gateway;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use gateway::Gateway;
use onramp::sandbox::{self, Effect, Fault, Ports, Sandbox};
use serde_json::{Value, json};

const READERS: usize = 20;
const WAITING: usize = 200;
/// How long onboards are read alone.
const ALONE: Duration = Duration::from_secs(20);
/// How long the other API hangs: the first calls reach their deadline meanwhile, and the breaker is open for the rest.
const HANGING: Duration = Duration::from_secs(60);
/// How many times the latency that they have alone reads may have beside an API that hangs.
const SLOWEST: f64 = 2.0;
/// How soon an API that is back has to be found again.
const SOON: Duration = Duration::from_secs(5);
const ONBOARDS: &str = "{ onboards(first: 20) { nodes { id status account { name } } } }";

#[tokio::main]
async fn main() {
    let sandbox = Sandbox::start(Ports::free()).await.unwrap();
    sandbox.leadconduit().set_latency(Duration::from_millis(20));
    let gateway = Gateway::start(&[
        ("ONRAMP__LEADCONDUIT__BASE_URL", &sandbox.leadconduit().base_url()),
        ("ONRAMP__LEADCONDUIT__API_KEY", sandbox::leadconduit::API_KEY),
        ("ONRAMP__WALDUR__BASE_URL", &sandbox.waldur().base_url()),
        ("ONRAMP__WALDUR__TOKEN", sandbox::waldur::OWNER_TOKEN),
    ]);
    measure(&gateway, Duration::from_secs(2)).await;
    let alone = measure(&gateway, ALONE).await;
    let memory_before = gateway.memory("VmHWM");

    sandbox.waldur().fault(Fault::always(Effect::HangBefore));
    let stop = Arc::new(AtomicBool::new(false));
    let waiting: Vec<_> = (0..WAITING)
        .map(|_| tokio::spawn(wait_for_verifications(gateway.url.clone(), gateway.client.clone(), Arc::clone(&stop))))
        .collect();
    let beside = measure(&gateway, HANGING).await;
    let memory_behind = gateway.memory("VmHWM");

    // It was started anew: what hung is broken off, and would else keep the played API's queue waiting.
    sandbox.waldur().clear_faults();
    sandbox.waldur().go_down().await;
    sandbox.waldur().come_back().await.unwrap();
    let back = Instant::now();
    let query = "{ verifications(first: 1) { nodes { country } } }";
    while ask_with(&gateway.client, &gateway.url, query).await.get("errors").is_some() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let recovery = back.elapsed();
    stop.store(true, Ordering::Relaxed);
    futures_util::future::join_all(waiting).await;

    println!("onboards alone:                       {alone}");
    println!("onboards beside {WAITING} hanging clients: {beside}");
    let slower = beside.p99.as_secs_f64() / alone.p99.as_secs_f64();
    println!("p99 beside over p99 alone:            {slower:.2}");
    println!("peak memory before and behind:        {memory_before} kB, {memory_behind} kB");
    println!("from the API's recovery to an answer: {:.2} s", recovery.as_secs_f64());
    assert!(slower <= SLOWEST, "an API that hangs makes the others {slower:.2} times as slow");
    assert!(recovery <= SOON, "an API that is back was not found for {recovery:?}");
}

/// Latencies of many reads.
struct Latencies {
    reads: usize,
    p50: Duration,
    p99: Duration,
}

impl std::fmt::Display for Latencies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ms = |duration: Duration| duration.as_secs_f64() * 1000.0;
        write!(f, "p50 {:6.1} ms  p99 {:6.1} ms  ({} reads)", ms(self.p50), ms(self.p99), self.reads)
    }
}

async fn measure(gateway: &Gateway, span: Duration) -> Latencies {
    let readers = (0..READERS).map(|_| {
        let (url, client) = (gateway.url.clone(), gateway.client.clone());
        tokio::spawn(async move {
            let (start, mut latencies) = (Instant::now(), Vec::new());
            while start.elapsed() < span {
                let sent = Instant::now();
                let answer = ask_with(&client, &url, ONBOARDS).await;
                assert!(answer.get("errors").is_none(), "{answer}");
                latencies.push(sent.elapsed());
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            latencies
        })
    });
    let mut latencies: Vec<Duration> = Vec::new();
    for reader in readers.collect::<Vec<_>>() {
        latencies.extend(reader.await.unwrap());
    }
    latencies.sort_unstable();
    let at = |share: usize| latencies[latencies.len() * share / 100];
    Latencies { reads: latencies.len(), p50: at(50), p99: at(99) }
}

/// A client that asks for something of its own, and again soon after it was answered.
async fn wait_for_verifications(url: String, client: reqwest::Client, stop: Arc<AtomicBool>) {
    while !stop.load(Ordering::Relaxed) {
        let query = format!("{{ verification(id: \"{}\") {{ status }} }}", uuid::Uuid::new_v4());
        ask_with(&client, &url, &query).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

async fn ask_with(client: &reqwest::Client, url: &str, query: &str) -> Value {
    client.post(url).json(&json!({ "query": query })).send().await.unwrap().json().await.unwrap()
}
