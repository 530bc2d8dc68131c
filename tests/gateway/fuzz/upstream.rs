//! Three APIs that answer as they are told: as the sandbox does, or as it once did, with one of its answers spoiled.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::Response;
use onramp::sandbox::Sandbox;
use tokio::net::TcpListener;

use crate::client::plain;

/// What an API says to a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn json(body: &'static str) -> Self {
        let headers = [("content-type", "application/json")];
        let headers = headers.map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        Self { status: 200, headers: HeaderMap::from_iter(headers), body: Bytes::from_static(body.as_bytes()) }
    }
}

/// A request, by its method, path and query, and what was answered to it.
#[derive(Debug, Clone)]
pub struct Exchange {
    pub request: String,
    pub answer: Answer,
}

/// What the APIs are to say.
enum Script {
    /// The same, whatever they are asked.
    Always(Answer),
    /// What the sandbox says, written down.
    Live { bases: Vec<String>, client: reqwest::Client, written: Vec<Exchange> },
    /// What was written down, the same request's answers in their order and the last one ever after.
    Played { exchanges: Vec<Exchange>, asked: HashMap<String, usize> },
}

type Shared = Arc<Mutex<Script>>;

/// An address for each of the three. They end with the runtime that they run on.
pub struct Upstream {
    pub base_urls: Vec<String>,
    script: Shared,
}

impl Upstream {
    pub async fn start() -> Self {
        let script: Shared = Arc::new(Mutex::new(Script::Always(Answer::json("[]"))));
        let mut base_urls = Vec::new();
        for api in 0..3 {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            base_urls.push(format!("http://{}", listener.local_addr().unwrap()));
            let router = Router::new().fallback(answer).with_state((api, Arc::clone(&script)));
            tokio::spawn(async move { axum::serve(listener, router).await });
        }
        Self { base_urls, script }
    }

    /// From here on they say what the sandbox says.
    pub fn follow(&self, sandbox: &Sandbox) {
        let bases = [sandbox.leadconduit(), sandbox.waldur(), sandbox.connect()].map(|api| api.base_url()).to_vec();
        *self.script.lock().unwrap() = Script::Live { bases, client: plain(), written: Vec::new() };
    }

    /// What the sandbox has said since the last time that this was asked.
    pub fn written(&self) -> Vec<Exchange> {
        match &mut *self.script.lock().unwrap() {
            Script::Live { written, .. } => std::mem::take(written),
            Script::Always(_) | Script::Played { .. } => Vec::new(),
        }
    }

    /// From here on they say this.
    pub fn play(&self, exchanges: Vec<Exchange>) {
        *self.script.lock().unwrap() = Script::Played { exchanges, asked: HashMap::new() };
    }
}

async fn answer(State((api, script)): State<(usize, Shared)>, request: Request) -> Response {
    let target = request.uri().path_and_query().unwrap().as_str().to_owned();
    let asked = format!("{} {target}", request.method());
    let live = match &mut *script.lock().unwrap() {
        Script::Always(answer) => return said(answer.clone()),
        Script::Played { exchanges, asked: before } => return said(played(exchanges, before, asked)),
        Script::Live { bases, client, .. } => (client.clone(), format!("{}{target}", bases[api])),
    };
    let answer = passed_on(live, request).await;
    if let Script::Live { written, .. } = &mut *script.lock().unwrap() {
        written.push(Exchange { request: asked, answer: answer.clone() });
    }
    said(answer)
}

fn played(exchanges: &[Exchange], before: &mut HashMap<String, usize>, asked: String) -> Answer {
    let answers: Vec<&Answer> =
        exchanges.iter().filter(|exchange| exchange.request == asked).map(|exchange| &exchange.answer).collect();
    let place = before.entry(asked).or_default();
    let answer = answers.get(*place).or(answers.last()).map(|answer| (*answer).clone());
    *place += 1;
    // A spoiled answer may lead to where nobody has been.
    answer.unwrap_or_else(|| Answer { status: 404, ..Answer::json("{}") })
}

async fn passed_on((client, url): (reqwest::Client, String), request: Request) -> Answer {
    let (mut parts, body) = request.into_parts();
    parts.headers.remove("host");
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let answer = client.request(parts.method, url).headers(parts.headers).body(body).send().await.unwrap();
    let (status, mut headers) = (answer.status().as_u16(), answer.headers().clone());
    for of_the_connection in ["content-length", "transfer-encoding", "connection", "date"] {
        headers.remove(of_the_connection);
    }
    Answer { status, headers, body: answer.bytes().await.unwrap() }
}

fn said(answer: Answer) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    // The statuses below 200 are no answers, and the server would not send them.
    *response.status_mut() = StatusCode::from_u16(answer.status.max(200)).unwrap();
    *response.headers_mut() = answer.headers;
    response
}
