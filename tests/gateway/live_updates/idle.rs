//! Thousands who listen while nothing happens: what they cost the gateway, and that they cost the APIs what one would.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{lead_at, stage_of, status_of};
use crate::gateway::{World, until};
use crate::socket::Socket;
use crate::writes::{lead, mutation, onboard};

const SOCKETS: usize = 50;
const EACH: usize = 100;
const ONBOARDS: u32 = 20;
const LEADS: u32 = 10;
const INTERVAL: Duration = Duration::from_millis(500);

const SETTINGS: &[(&str, &str)] = &[
    ("ONRAMP__LIVE__LEADS_MS", "500"),
    ("ONRAMP__LIVE__ONBOARDS_MS", "500"),
    ("ONRAMP__LIVE__SUBSCRIPTIONS_PER_CALLER", "5000"),
    ("ONRAMP__SUBSCRIPTIONS__OPERATIONS_PER_CONNECTION", "100"),
    // Whoever is not heard here for long answers no ping.
    ("ONRAMP__SUBSCRIPTIONS__PING_INTERVAL_MS", "3600000"),
];

/// A socket with many subscriptions, by turns to an onboard and to a lead, each of which has had its first event.
async fn listening(world: &World) -> Socket {
    let mut socket = Socket::ready(&world.gateway).await;
    for number in 0..EACH {
        let record = u32::try_from(number / 2).unwrap();
        let query = if number % 2 == 0 {
            status_of(&onboard(record % ONBOARDS))
        } else {
            stage_of(&lead(u128::from(record % LEADS)))
        };
        socket.subscribe(&number.to_string(), &query).await;
    }
    for _ in 0..EACH {
        let said = socket.said().await;
        assert_eq!((&said["type"], &said["payload"]["errors"]), (&json!("next"), &json!(null)), "{said}");
    }
    socket
}

#[tokio::test(flavor = "multi_thread")]
async fn five_thousand_who_hear_nothing_cost_one_read_a_record_and_interval() {
    let world = World::bare_with(SETTINGS).await;
    // The first to listen to a record makes what all who do share.
    let mut sockets = vec![listening(&world).await];
    let before = world.gateway.resident_kilobytes();
    while sockets.len() < SOCKETS {
        sockets.push(listening(&world).await);
    }
    let grown = world.gateway.resident_kilobytes().saturating_sub(before);
    let more = u64::try_from((SOCKETS - 1) * EACH).unwrap();
    println!(
        "{} subscriptions over {SOCKETS} sockets: {grown} kB for {more}, {} bytes each",
        SOCKETS * EACH,
        grown * 1024 / more
    );

    let (leads, onboards) = (world.sandbox.connect(), world.sandbox.leadconduit());
    let start = Instant::now();
    leads.forget_calls();
    onboards.forget_calls();
    let reads_of_leads = || {
        let mut reads: BTreeMap<String, u128> = BTreeMap::new();
        leads.calls().into_iter().for_each(|call| *reads.entry(call.query.unwrap_or_default()).or_default() += 1);
        reads
    };
    until("all were polled several times", || {
        let reads = reads_of_leads();
        reads.len() == LEADS as usize && reads.values().all(|reads| *reads >= 4) && onboards.calls().len() >= 4
    })
    .await;
    let (reads, lists) = (reads_of_leads(), onboards.calls());
    let most = 1 + start.elapsed().as_millis() / INTERVAL.as_millis();
    println!("in {most} intervals: {} reads of all onboards, {reads:?}", lists.len());
    assert!(lists.iter().all(|call| call.method == "GET" && call.path == "/onboards"), "{lists:?}");
    assert!(u128::try_from(lists.len()).unwrap() <= most, "{} reads of all onboards where {most} are due", lists.len());
    assert!(reads.values().all(|reads| *reads <= most), "{reads:?} where {most} are due");

    // What each hears next is the first thing that has changed.
    world.data(&mutation(&format!("leadReview(id: \"{}\")", lead(0)))).await;
    for socket in &mut sockets {
        let of_lead = (0..EACH).filter(|number| number % 2 == 1 && (number / 2) % LEADS as usize == 0);
        let mut expected: Vec<_> = of_lead.map(|number| lead_at(&number.to_string(), "REVIEWED")).collect();
        let mut said = Vec::new();
        for _ in 0..expected.len() {
            said.push(socket.said().await);
        }
        [&mut said, &mut expected].into_iter().for_each(|messages| messages.sort_by_key(ToString::to_string));
        assert_eq!(said, expected);
    }
}
