//! Which connections are kept, and which calls go over them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hyper::Method;
use hyper::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use hyper_util::client::legacy::connect::HttpConnector;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::upstream::line::Lost;
use crate::upstream::room::{Bound, Room};
use crate::upstream::wire::idle::{is_open, is_silent};
use crate::upstream::wire::{Request, Wire};

const ANSWER: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

static CREDENTIAL: HeaderValue = HeaderValue::from_static("Basic x");

/// A call in somebody's name.
fn request<'a>(method: &'a Method, target: &'a str, headers: &'a HeaderMap, body: Option<&'a [u8]>) -> Request<'a> {
    Request { method, target, credential: (&AUTHORIZATION, &CREDENTIAL), headers, body }
}

/// A server that answers each request with the same text, and counts its connections.
struct Server {
    wire: Wire,
    connections: Arc<AtomicUsize>,
}

impl Server {
    /// Answers so many requests on each connection, and closes it then.
    async fn start(answer: &'static str, requests: usize) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = format!("http://{}/base/", listener.local_addr().expect("an address"));
        let connections: Arc<AtomicUsize> = Arc::default();
        let counted = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, answer, requests));
            }
        });
        let base = address.parse().expect("an address");
        let wire = Wire::new(HttpConnector::new(), Duration::from_secs(5), &base, "x-every: call\r\n").expect("a wire");
        Self { wire, connections }
    }

    async fn call(&self, method: Method) -> Result<u16, Lost> {
        let headers = HeaderMap::new();
        let request = request(&method, "/a?b=c", &headers, None);
        self.wire
            .call(&request, Bound { limit: 100, room: &Room::new(100) })
            .await
            .map(|response| response.status.as_u16())
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

async fn serve(mut stream: TcpStream, answer: &str, requests: usize) {
    for _ in 0..requests {
        let mut seen = Vec::new();
        while !seen.ends_with(b"\r\n\r\n") {
            match stream.read_buf(&mut seen).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        }
        stream.write_all(answer.as_bytes()).await.expect("somebody listens");
    }
}

#[tokio::test]
async fn calls_one_after_the_other_go_over_one_connection() {
    let server = Server::start(ANSWER, 100).await;
    for method in [Method::GET, Method::PUT, Method::GET] {
        assert_eq!(server.call(method).await.expect("an answer"), 200);
        assert_eq!(server.connections(), 1);
    }
}

#[tokio::test]
async fn a_connection_that_was_closed_meanwhile_is_no_reason_to_fail() {
    let server = Server::start(ANSWER, 1).await;
    for number in 1..=20 {
        let call = server.call(Method::GET).await;
        // That it was closed may not be known here yet; then it is a broken one, and never somebody else's answer.
        assert!(matches!(call, Ok(200) | Err(Lost::Broken)), "{number}: {call:?}");
    }
    assert!(server.connections() > 10);
}

#[tokio::test]
async fn what_nobody_asked_for_is_nobodys_answer() {
    let server = Server::start("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}HTTP/1.1 500 No\r\n\r\n", 2).await;
    for number in 1..=3 {
        assert_eq!(server.call(Method::GET).await.expect("an answer"), 200);
        assert_eq!(server.connections(), number);
    }
}

#[tokio::test]
async fn a_write_goes_over_a_connection_that_was_just_in_use() {
    let server = Server::start(ANSWER, 100).await;
    let idle_for = |seconds| {
        let mut stack = server.wire.idle.own().stack();
        for (_, since) in &mut stack.connections {
            *since = Instant::now() - Duration::from_secs(seconds);
        }
    };
    for (method, seconds, connections) in
        [(Method::GET, 0, 1), (Method::POST, 0, 1), (Method::PATCH, 2, 2), (Method::GET, 2, 2), (Method::GET, 91, 3)]
    {
        idle_for(seconds);
        assert_eq!(server.call(method.clone()).await.expect("an answer"), 200);
        assert_eq!(server.connections(), connections, "{method} behind {seconds} s");
    }
    idle_for(91);
    assert!(!server.wire.idle.own().sweep());
    assert!(server.wire.idle.own().stack().connections.is_empty());
}

#[tokio::test]
async fn a_write_sees_that_a_connection_was_closed_before_the_runtime_does() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let stream = TcpStream::connect(listener.local_addr().expect("an address")).await.expect("a connection");
    let (other, _) = listener.accept().expect("a connection");
    assert!(is_open(&stream) && is_silent(&stream));
    drop(other);
    let deadline = Instant::now() + Duration::from_secs(30);
    // Nothing is awaited here, so that the runtime hears of nothing.
    while is_silent(&stream) {
        assert!(Instant::now() < deadline, "it never saw that");
    }
    assert!(is_open(&stream));
}

#[tokio::test]
async fn only_a_failed_connection_proves_that_nothing_was_sent() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address")).parse().expect("an address");
    let wire = Wire::new(HttpConnector::new(), Duration::from_secs(5), &base, "").expect("a wire");
    let headers = HeaderMap::new();
    let request = request(&Method::GET, "/", &headers, None);
    let room = Room::new(100);
    let bound = Bound { limit: 100, room: &room };
    let closed = async {
        let (stream, _) = listener.accept().await.expect("a connection");
        drop(stream);
    };
    let (broken, ()) = tokio::join!(wire.call(&request, bound), closed);
    assert!(matches!(broken, Err(Lost::Broken)), "{broken:?}");
    drop(listener);
    let refused = wire.call(&request, bound).await;
    assert!(matches!(refused, Err(Lost::Unsent)), "{refused:?}");
}

#[tokio::test]
async fn a_request_is_one_line_and_its_headers_and_nothing_else() {
    let server = Server::start(ANSWER, 1).await;
    let mut headers = HeaderMap::new();
    headers.insert("traceparent", "00-1".parse().expect("a value"));
    let (method, body) = (&Method::PUT, Some(b"{}".as_slice()));
    let written = server.wire.written(&request(method, "/a?b=c", &headers, body)).expect("a request");
    let host = server.wire.address.authority().expect("an authority");
    let expected = format!(
        "PUT /base/a?b=c HTTP/1.1\r\nhost: {host}\r\nx-every: call\r\nauthorization: Basic x\r\n\
         traceparent: 00-1\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{{}}"
    );
    assert_eq!(String::from_utf8(written).expect("text"), expected);
    for target in ["/a b", "/a\r\nx: y", "/ä"] {
        let request = request(method, target, &headers, None);
        assert!(matches!(server.wire.written(&request), Err(Lost::Unsent)), "{target}");
    }
}
