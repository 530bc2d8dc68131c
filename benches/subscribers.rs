//! What it takes to have five thousand clients listening who hear nothing: the memory of each, and what the APIs are asked
//! for all of them. And what a client who stops reading does to the others: how long an event takes, alone and beside him.
//!
//! `cargo bench --bench subscribers`, or with `--profile dev` for a look. Each side needs a file for every client.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a measurement that fails shall stop")]
#![allow(clippy::disallowed_types, reason = "a measurement is a client of the gateway")]

#[path = "gateway.rs"]
mod gateway;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use gateway::Gateway;
use onramp::sandbox::{self, Ports, Sandbox};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::{WebSocketStream, client_async};

const LISTENERS: usize = 5000;
/// So many onboards and leads are listened to, by turns.
const ONBOARDS: usize = 60;
const LEADS: usize = 20;
/// What the APIs are asked is counted for so long, in intervals of one second.
const SPAN: Duration = Duration::from_secs(20);
/// Long enough for all that the client who does not read has asked for to be ready for him.
const SETTLED: Duration = Duration::from_secs(5);
const INTERVAL_MS: &str = "1000";

type Socket = WebSocketStream<TcpStream>;

#[tokio::main]
async fn main() {
    let sandbox = Sandbox::start(Ports::free()).await.unwrap();
    let gateway = Gateway::start(&[
        ("ONRAMP__SUBSCRIPTIONS__CONNECTIONS_PER_CALLER", "0"),
        ("ONRAMP__SUBSCRIPTIONS__OPERATIONS_PER_CONNECTION", "1000"),
        ("ONRAMP__SUBSCRIPTIONS__WRITE_TIMEOUT_MS", "600000"),
        ("ONRAMP__LIVE__SUBSCRIPTIONS_PER_CALLER", "100000"),
        ("ONRAMP__LIVE__ONBOARDS_MS", INTERVAL_MS),
        ("ONRAMP__LIVE__LEADS_MS", INTERVAL_MS),
        ("ONRAMP__LEADCONDUIT__BASE_URL", &sandbox.leadconduit().base_url()),
        ("ONRAMP__LEADCONDUIT__API_KEY", sandbox::leadconduit::API_KEY),
        ("ONRAMP__CONNECT__BASE_URL", &sandbox.connect().base_url()),
        ("ONRAMP__CONNECT__API_KEY", sandbox::connect::API_KEY),
        ("ONRAMP__CONNECT__PARTNER_ROUTE", sandbox::connect::PARTNER_ROUTE),
    ]);
    // The first listener of each record makes what all of its listeners share.
    let heard = Arc::new(AtomicUsize::new(0));
    listen_all(&gateway, &heard, ONBOARDS + LEADS).await;
    let before = gateway.memory("VmRSS");
    listen_all(&gateway, &heard, LISTENERS).await;
    let behind = gateway.memory("VmRSS");
    let each =
        f64::from(u32::try_from(behind.saturating_sub(before)).unwrap()) / f64::from(u32::try_from(LISTENERS).unwrap());
    println!(
        "{LISTENERS} subscriptions, a WebSocket each:   {before} kB before, {behind} kB behind: {each:.1} kB each"
    );

    for played in [sandbox.leadconduit(), sandbox.connect()] {
        played.forget_calls();
    }
    let events = heard.load(Ordering::Relaxed);
    tokio::time::sleep(SPAN).await;
    let onboards = sandbox.leadconduit().calls().len();
    let mut of_leads: BTreeMap<String, usize> = BTreeMap::new();
    for call in sandbox.connect().calls() {
        *of_leads.entry(call.query.unwrap_or_default()).or_default() += 1;
    }
    let most = of_leads.values().max().copied().unwrap_or_default();
    let (span, quiet) = (SPAN.as_secs(), heard.load(Ordering::Relaxed) - events);
    println!(
        "calls in {span} intervals:                     {onboards} for all onboards, at most {most} for one of {} leads",
        of_leads.len()
    );
    println!("events meanwhile, in which nothing changed: {quiet}");
    let due = usize::try_from(span).unwrap() + 1;
    assert!(onboards <= due && most <= due, "more than one read a record and interval");
    assert_eq!(quiet, 0, "an unchanged record was told");

    let alone = latencies(&gateway, 0..4).await;
    let deaf = deaf(&gateway).await;
    // His queries take what they take, as anybody's do. It is what becomes of their answers that is measured.
    tokio::time::sleep(SETTLED).await;
    let beside = latencies(&gateway, 4..8).await;
    println!("a mutation sent to its event heard, alone:  {}", shown(&alone));
    println!("beside a client who does not read:          {}", shown(&beside));
    println!("resident memory with him:                   {} kB", gateway.memory("VmRSS"));
    drop(deaf);
}

fn lead(number: usize) -> String {
    uuid::Uuid::from_u128(0x9c30a205_a60e_47cb_94b4_6d45cd4c2179 + u128::try_from(number).unwrap()).to_string()
}

/// The subscription of a listener: half of them listen to onboards, and half to leads.
fn subscription(number: usize) -> String {
    if number.is_multiple_of(2) {
        let onboard = format!("5fd4371e940df5a34a{:06x}", 0x38_88b2 + (number / 2) % ONBOARDS);
        return format!("subscription {{ onboardChanged(id: \"{onboard}\") {{ id status }} }}");
    }
    // Every eighth lead can be moved, and those are for the events that are measured.
    let movable = |lead: &usize| lead.is_multiple_of(8);
    let quiet: Vec<usize> = (0..60).filter(|lead| !movable(lead)).take(LEADS).collect();
    format!("subscription {{ leadChanged(id: \"{}\") {{ id stage }} }}", lead(quiet[(number / 2) % LEADS]))
}

/// Opens sockets that listen, and waits until each has heard what is.
async fn listen_all(gateway: &Gateway, heard: &Arc<AtomicUsize>, listeners: usize) {
    let opened = futures_util::stream::iter(0..listeners).map(|number| async move {
        let mut socket = open(gateway).await;
        say(&mut socket, &subscribe("1", &subscription(number))).await;
        assert_eq!(hear(&mut socket).await["type"], "next");
        socket
    });
    let sockets: Vec<Socket> = opened.buffer_unordered(64).collect().await;
    for socket in sockets {
        tokio::spawn(stay(socket, Arc::clone(heard)));
    }
}

/// A client who answers pings, and counts what he hears besides, for as long as there is a gateway.
async fn stay(mut socket: Socket, heard: Arc<AtomicUsize>) {
    while let Some(Ok(message)) = socket.next().await {
        let message: Value = serde_json::from_str(message.to_text().unwrap()).unwrap();
        if message["type"] == "ping" {
            let _ = socket.send(Message::text(json!({ "type": "pong" }).to_string())).await;
        } else {
            heard.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// A client who asks for far more than fits on the way to him, and reads nothing of it.
async fn deaf(gateway: &Gateway) -> Socket {
    let mut socket = open(gateway).await;
    let query = "{ onboards(first: 60) { nodes { id status link { partner { name } } flow { name } } } }";
    for number in 0..200 {
        say(&mut socket, &subscribe(&number.to_string(), query)).await;
    }
    socket
}

/// How long it takes from a mutation's being sent to its event's being heard, by leads that nobody else listens to.
async fn latencies(gateway: &Gateway, leads: std::ops::Range<usize>) -> Vec<Duration> {
    let mut latencies = Vec::new();
    for number in leads {
        let id = lead(number * 8);
        let mut socket = open(gateway).await;
        say(&mut socket, &subscribe("1", &format!("subscription {{ leadChanged(id: \"{id}\") {{ stage }} }}"))).await;
        assert_eq!(hear(&mut socket).await["payload"]["data"]["leadChanged"]["stage"], "MATCHED");
        for (mutation, stage) in
            [("leadReview", "REVIEWED"), ("leadContact", "CONTACTED"), ("leadQualify", "QUALIFIED")]
        {
            let sent = Instant::now();
            let query = format!("mutation {{ {mutation}(id: \"{id}\") {{ lead {{ stage }} }} }}");
            let (client, url) = (gateway.client.clone(), gateway.url.clone());
            let asked = tokio::spawn(client.post(url).json(&json!({ "query": query })).send());
            loop {
                let said = hear(&mut socket).await;
                if said["type"] == "next" {
                    assert_eq!(said["payload"]["data"]["leadChanged"]["stage"], stage);
                    break;
                }
                say(&mut socket, &json!({ "type": "pong" })).await;
            }
            latencies.push(sent.elapsed());
            asked.await.unwrap().unwrap();
        }
    }
    latencies.sort_unstable();
    latencies
}

fn shown(latencies: &[Duration]) -> String {
    let ms = |duration: Duration| duration.as_secs_f64() * 1000.0;
    let (median, longest) = (latencies[latencies.len() / 2], latencies[latencies.len() - 1]);
    format!("median {:.1} ms, longest {:.1} ms ({} events)", ms(median), ms(longest), latencies.len())
}

fn subscribe(id: &str, query: &str) -> Value {
    json!({ "id": id, "type": "subscribe", "payload": { "query": query } })
}

async fn say(socket: &mut Socket, message: &Value) {
    socket.send(Message::text(message.to_string())).await.unwrap();
}

async fn hear(socket: &mut Socket) -> Value {
    match socket.next().await.unwrap().unwrap() {
        Message::Text(text) => serde_json::from_str(&text).unwrap(),
        other => panic!("{other:?}"),
    }
}

/// A socket that is acknowledged.
async fn open(gateway: &Gateway) -> Socket {
    let address = gateway.url.strip_prefix("http://").unwrap();
    let mut request = format!("ws://{address}").into_client_request().unwrap();
    let protocol = HeaderValue::from_static("graphql-transport-ws");
    request.headers_mut().insert("sec-websocket-protocol", protocol);
    let stream = TcpStream::connect(address.strip_suffix("/graphql").unwrap()).await.unwrap();
    let (mut socket, _) = client_async(request, stream).await.unwrap();
    say(&mut socket, &json!({ "type": "connection_init" })).await;
    assert_eq!(hear(&mut socket).await["type"], "connection_ack");
    socket
}
