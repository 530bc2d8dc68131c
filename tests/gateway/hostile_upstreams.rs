//! An upstream that means harm, or might as well: it costs bounded memory and time, its answer is an error with a code, and
//! the credential goes nowhere else.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use onramp::sandbox::{Ports, Sandbox};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::gateway::{Gateway, bare, pointed_at, settled};

const QUERY: &str = r#"{ lead(id: "9c30a205-a60e-47cb-94b4-6d45cd4c2179") { stage } account { name } }"#;

/// What the gateway may come to hold at most while it is under attack, in kilobytes: a fraction of eight such bodies.
const MOST_KILOBYTES: u64 = 128_000;

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";

type Answering = fn(TcpStream) -> BoxFuture<'static, ()>;

/// A server that answers each connection's first request in its own way.
struct Hostile {
    address: String,
    requests: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

impl Hostile {
    async fn start(answer: Answering) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&requests);
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let seen = Arc::clone(&seen);
                tokio::spawn(async move {
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") {
                        match stream.read_u8().await {
                            Ok(byte) => head.push(byte),
                            Err(_) => return,
                        }
                    }
                    seen.fetch_add(1, Ordering::SeqCst);
                    answer(stream).await;
                });
            }
        });
        Self { address, requests, task }
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Writes until the other side has had enough.
async fn send_for_ever(mut stream: TcpStream, start: &[u8], piece: &[u8], pause: Duration) {
    let mut outcome = stream.write_all(start).await;
    while outcome.is_ok() {
        tokio::time::sleep(pause).await;
        outcome = stream.write_all(piece).await;
    }
}

async fn send(mut stream: TcpStream, answer: &[u8]) {
    // It may have been hung up on.
    let _ = stream.write_all(answer).await;
    let _ = stream.shutdown().await;
}

/// A gateway in front of a sandbox in which the API of leads is another.
async fn gateway_before(leads: &str, settings: &[(&str, &str)]) -> (Sandbox, Gateway) {
    let sandbox = Sandbox::start(Ports::free()).await.unwrap();
    let mut variables = pointed_at(&sandbox);
    variables.extend(bare());
    variables.retain(|(name, _)| name != "ONRAMP__CONNECT__BASE_URL");
    variables.push(("ONRAMP__CONNECT__BASE_URL".to_owned(), leads.to_owned()));
    variables.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let gateway = Gateway::start(&variables);
    (sandbox, gateway)
}

/// The answer where the lead failed like this: the other field stands.
fn failed(message: &str, extensions: &Value) -> Value {
    let mut extensions = extensions.clone();
    extensions["upstream"] = json!("leads");
    json!({
        "data": { "lead": null, "account": { "name": "Summit Funding Partners" } },
        "errors": [{
            "message": format!("The leads API {message}"),
            "locations": [{ "line": 1, "column": 3 }],
            "path": ["lead"],
            "extensions": extensions,
        }],
    })
}

fn malformed(what: &str) -> Value {
    let extensions = json!({ "code": "UPSTREAM_MALFORMED", "retryable": false });
    failed(&format!("gave an answer that cannot be read: {what}."), &extensions)
}

fn malformed_body(what: &str) -> Value {
    let extensions = json!({ "code": "UPSTREAM_MALFORMED", "retryable": false, "httpStatus": 200 });
    failed(&format!("gave an answer that cannot be read: {what}."), &extensions)
}

fn broken() -> Value {
    failed("broke off its answer.", &json!({ "code": "UPSTREAM_UNAVAILABLE", "retryable": true }))
}

fn late(milliseconds: u32) -> Value {
    let extensions = json!({ "code": "UPSTREAM_TIMEOUT", "retryable": true });
    failed(&format!("did not answer within {milliseconds} ms."), &extensions)
}

/// Asks eight times at once, so that memory adds up where it is not bounded, and compares each answer.
async fn check(answer: Answering, settings: &[(&str, &str)], expected: Value) {
    let hostile = Hostile::start(answer).await;
    let (_sandbox, gateway) = gateway_before(&hostile.address, settings).await;
    // Ids of their own, so that no two share a call.
    let queries = (0..8).map(|number| QUERY.replace("6d45cd4c2179", &format!("6d45cd4c210{number}")));
    let queries: Vec<String> = queries.collect();
    let answers = futures_util::future::join_all(queries.iter().map(|query| gateway.ask(query, json!({})))).await;
    for answer in answers {
        assert_eq!(settled(answer), expected, "{settings:?}");
    }
    assert_eq!(hostile.requests.load(Ordering::SeqCst), 8);
    let peak = gateway.peak_kilobytes();
    assert!(peak < MOST_KILOBYTES, "it held {peak} kB");
}

const SMALL: (&str, &str) = ("ONRAMP__CONNECT__MAX_BODY_BYTES", "1000000");
const IMPATIENT: (&str, &str) = ("ONRAMP__CONNECT__TIMEOUT_MS", "700");

#[tokio::test(flavor = "multi_thread")]
async fn a_body_without_end_is_read_to_the_limit() {
    fn endless(stream: TcpStream) -> BoxFuture<'static, ()> {
        Box::pin(async {
            let chunk = format!("2000\r\n{}\r\n", " ".repeat(0x2000));
            let head = format!("{HEAD}transfer-encoding: chunked\r\n\r\n");
            send_for_ever(stream, head.as_bytes(), chunk.as_bytes(), Duration::ZERO).await;
        })
    }
    check(endless, &[SMALL], malformed("the body is larger than 1000000 bytes")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_says_itself_that_it_is_too_large_is_not_begun() {
    fn huge(stream: TcpStream) -> BoxFuture<'static, ()> {
        Box::pin(async {
            let head = format!("{HEAD}content-length: 104857600\r\n\r\n");
            send_for_ever(stream, head.as_bytes(), &[b' '; 65_536], Duration::ZERO).await;
        })
    }
    check(huge, &[], malformed("the body is larger than 33554432 bytes")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_unpacks_without_end_is_read_to_the_limit() {
    fn bomb(stream: TcpStream) -> BoxFuture<'static, ()> {
        Box::pin(async {
            // Each piece stands for a million zeros, and may follow itself.
            let mut packing = flate2::Compress::new(flate2::Compression::best(), false);
            let mut piece = Vec::with_capacity(10_000);
            packing.compress_vec(&vec![0; 1_000_000], &mut piece, flate2::FlushCompress::Full).unwrap();
            let mut start = format!("{HEAD}content-encoding: gzip\r\nconnection: close\r\n\r\n").into_bytes();
            start.extend([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
            send_for_ever(stream, &start, &piece, Duration::ZERO).await;
        })
    }
    check(bomb, &[SMALL], malformed("the body is larger than 1000000 bytes")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_long_answers_at_once_share_the_room_that_there_is_for_them() {
    fn long(mut stream: TcpStream) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            let head = format!("{HEAD}content-length: 9000000\r\n\r\n");
            let mut outcome = stream.write_all(head.as_bytes()).await;
            for _ in 0..135 {
                if outcome.is_ok() {
                    outcome = stream.write_all(&[b' '; 65_536]).await;
                }
            }
            // It stops before its end, so that the room is taken until all of the others have found none.
            let _ = stream.read(&mut [0]).await;
        })
    }
    let hostile = Hostile::start(long).await;
    let room = ("ONRAMP__CONNECT__MAX_BODIES_BYTES", "10000000");
    let for_ever = [("ONRAMP__CONNECT__TIMEOUT_MS", "600000"), ("ONRAMP__LIMITS__REQUEST_TIMEOUT_MS", "700000")];
    let (_sandbox, gateway) = gateway_before(&hostile.address, &[room, for_ever[0], for_ever[1]]).await;
    let asking = (0..48).map(|number| {
        // Nothing else is asked for, which might be late on a busy machine.
        let query = format!("{{ lead(id: \"9c30a205-a60e-47cb-94b4-6d45cd4c21{number:02}\") {{ stage }} }}");
        gateway.begin(&json!({ "query": query }))
    });
    let mut asking: futures_util::stream::FuturesUnordered<_> = asking.collect();
    let extensions = json!({ "code": "UPSTREAM_UNAVAILABLE", "retryable": true });
    let mut crowded = failed("sends more at once than the 10000000 bytes that there is room for.", &extensions);
    crowded["data"] = json!({ "lead": null });
    // One at most has found room for all of it, and waits for what does not come.
    for _ in 0..47 {
        let answer = futures_util::StreamExt::next(&mut asking).await.unwrap().unwrap();
        assert_eq!(settled(answer.json().await.unwrap()), crowded);
    }
    // Half of what the answers come to: beside the room there is what connections read ahead.
    let peak = gateway.peak_kilobytes();
    assert!(peak < 48 * 9_000 / 2, "it held {peak} kB");
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_drip_do_not_outlast_the_deadline() {
    fn dripping_head(stream: TcpStream) -> BoxFuture<'static, ()> {
        Box::pin(send_for_ever(stream, b"HTTP/1.1 200 OK\r\nx-slow: ", b"a", Duration::from_millis(20)))
    }
    fn dripping_body(stream: TcpStream) -> BoxFuture<'static, ()> {
        Box::pin(async {
            let head = format!("{HEAD}content-length: 100000\r\n\r\n");
            send_for_ever(stream, head.as_bytes(), b" ", Duration::from_millis(20)).await;
        })
    }
    for answer in [dripping_head as Answering, dripping_body] {
        check(answer, &[IMPATIENT], late(700)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_without_end_are_given_up() {
    fn headers_without_end(stream: TcpStream) -> BoxFuture<'static, ()> {
        Box::pin(send_for_ever(stream, b"HTTP/1.1 200 OK\r\n", b"x-more: and more and more\r\n", Duration::ZERO))
    }
    check(headers_without_end, &[], broken()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn json_too_deep_to_follow_is_not_followed() {
    fn deep(stream: TcpStream) -> BoxFuture<'static, ()> {
        Box::pin(async {
            let body = format!("{{\"id\": {}", "[".repeat(900_000));
            let answer = format!("{HEAD}content-length: {}\r\n\r\n{body}", body.len());
            send(stream, answer.as_bytes()).await;
        })
    }
    check(deep, &[], malformed_body("id is not of the documented type")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_length_that_is_not_the_bodys_is_told() {
    fn too_long(stream: TcpStream) -> BoxFuture<'static, ()> {
        Box::pin(async { send(stream, format!("{HEAD}content-length: 100\r\n\r\n{{}}").as_bytes()).await })
    }
    fn too_short(stream: TcpStream) -> BoxFuture<'static, ()> {
        Box::pin(async { send(stream, format!("{HEAD}content-length: 5\r\n\r\n{{\"id\": 1}}").as_bytes()).await })
    }
    fn nonsense(stream: TcpStream) -> BoxFuture<'static, ()> {
        Box::pin(async { send(stream, format!("{HEAD}content-length: many\r\n\r\n{{}}").as_bytes()).await })
    }
    check(too_long, &[], broken()).await;
    check(too_short, &[], malformed_body("the body breaks off")).await;
    check(nonsense, &[], broken()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_http_is_told() {
    fn greeting(stream: TcpStream) -> BoxFuture<'static, ()> {
        Box::pin(send(stream, b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"))
    }
    fn invalid_header(stream: TcpStream) -> BoxFuture<'static, ()> {
        Box::pin(send(stream, b"HTTP/1.1 200 OK\r\nconte\x00nt: x\r\n\r\n{}"))
    }
    for answer in [greeting as Answering, invalid_header] {
        check(answer, &[], broken()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_follows_an_answer_is_not_taken_for_the_next_one() {
    fn two_for_one(mut stream: TcpStream) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            let second = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";
            let answers = format!("{HEAD}content-length: 2\r\n\r\n[]{second}");
            stream.write_all(answers.as_bytes()).await.unwrap();
            // It stays open, as if it could be used again.
            let _ = stream.read_u8().await;
        })
    }
    let hostile = Hostile::start(two_for_one).await;
    let (_sandbox, gateway) = gateway_before(&hostile.address, &[]).await;
    for number in 1..=3 {
        let expected = malformed_body("the body is not of the documented type");
        assert_eq!(settled(gateway.ask(QUERY, json!({})).await), expected);
        assert_eq!(hostile.requests.load(Ordering::SeqCst), number);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_takes_the_credential_nowhere() {
    fn never(_: TcpStream) -> BoxFuture<'static, ()> {
        Box::pin(async {})
    }
    static ELSEWHERE: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    fn redirect(stream: TcpStream) -> BoxFuture<'static, ()> {
        Box::pin(async {
            let elsewhere = ELSEWHERE.get().unwrap();
            let head = format!("HTTP/1.1 307 Temporary Redirect\r\nlocation: {elsewhere}\r\ncontent-length: 0\r\n\r\n");
            send(stream, head.as_bytes()).await;
        })
    }
    let elsewhere = Hostile::start(never).await;
    ELSEWHERE.set(elsewhere.address.clone()).unwrap();
    let extensions = json!({ "code": "UPSTREAM_MALFORMED", "retryable": false, "httpStatus": 307 });
    let message = "gave an answer that cannot be read: status 307 is neither a success nor an error.";
    check(redirect, &[], failed(message, &extensions)).await;
    assert_eq!(elsewhere.requests.load(Ordering::SeqCst), 0);
}
