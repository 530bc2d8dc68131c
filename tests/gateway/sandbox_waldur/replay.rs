//! Plays recorded requests against the sandbox, with what happened between them and was not recorded.

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, header};
use onramp::sandbox::waldur::{Status, Waldur};
use serde_json::{Value, json};
use tower::ServiceExt as _;
use uuid::Uuid;

use super::compare::{self, Ids};
use super::exchange::{Exchange, Response};
use super::world;

/// The host that the recorded server was asked under; its links begin with it.
const HOST: &str = "127.0.0.1:8019";
const LIST: &str = "/api/onboarding-verifications/";

pub(super) struct Replay {
    waldur: Waldur,
    router: Router,
    pub(super) ids: Ids,
}

impl Replay {
    pub(super) fn new() -> Self {
        let waldur = Waldur::with_world(world::recorded());
        let router = waldur.routes();
        Self { waldur, router, ids: Ids::new() }
    }

    pub(super) async fn play(&mut self, exchange: &Exchange) -> Response {
        self.catch_up(exchange).await;
        let recorded = &exchange.request;
        let path = compare::translated(&recorded.path, &self.ids);
        let uri = if recorded.query.is_empty() { path } else { format!("{path}?{}", recorded.query) };
        let mut request = Request::builder().method(recorded.method.as_str()).uri(uri).header(header::HOST, HOST);
        for (name, value) in &recorded.headers {
            request = request.header(name, value);
        }
        if let Some(authorization) = authorization(exchange) {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let body = match &recorded.body {
            None => String::new(),
            Some(Value::String(raw)) => raw.clone(),
            Some(json) => compare::translated(&json.to_string(), &self.ids),
        };
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    async fn send(&self, request: Request<Body>) -> Response {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let headers = response.headers().iter();
        let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
        let status = response.status().as_u16();
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let body = (!text.is_empty()).then(|| serde_json::from_str(&text).unwrap_or(Value::String(text)));
        Response { status, headers, body }
    }

    /// What happened before an exchange: in the server's database, as the recording notes, or in exchanges that it
    /// leaves out and whose traces it shows.
    async fn catch_up(&self, exchange: &Exchange) {
        match exchange.n {
            166 => {
                let change = json!({ "legal_name": "Changed", "country": "AT" });
                let record = self.here(exchange);
                self.ask(Method::PATCH, &record, "alice", &change).await;
                self.ask(Method::PATCH, &record, "alice", &json!({ "country": "EE" })).await;
                let answer = json!([{ "question_uuid": world::ee(1), "answer_data": "late@example.ee" }]);
                let path = format!("{record}submit_answers/");
                self.ask(Method::POST, &path, "alice", &answer).await;
            }
            208 => self.waldur.set_status(self.record(exchange), Status::Failed),
            209 => self.waldur.set_status(self.record(exchange), Status::Expired),
            213 => self.waldur.set_status(self.record(exchange), Status::Escalated),
            215 => self.waldur.set_status(self.record(exchange), Status::Verified),
            _ => self.top_up(exchange).await,
        }
    }

    /// As many records as the recorded list had.
    async fn top_up(&self, exchange: &Exchange) {
        let recorded = exchange.response.headers.get("x-result-count").and_then(|count| count.parse::<usize>().ok());
        let (Some(recorded), Some(user), LIST) = (recorded, &exchange.request.user, exchange.request.path.as_str())
        else {
            return;
        };
        let played = self.ask(Method::HEAD, LIST, user, &json!({})).await.headers["x-result-count"].parse().unwrap();
        for _ in recorded.min(played)..recorded {
            let record = json!({ "user": world::pk(user), "country": "EE" });
            self.ask(Method::POST, LIST, user, &record).await;
        }
    }

    async fn ask(&self, method: Method, path: &str, user: &str, body: &Value) -> Response {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Token {}", world::token(user)));
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    fn here(&self, exchange: &Exchange) -> String {
        compare::translated(&exchange.request.path, &self.ids)
    }

    fn record(&self, exchange: &Exchange) -> Uuid {
        let path = self.here(exchange);
        path.split('/').find_map(|segment| Uuid::parse_str(segment).ok()).unwrap()
    }
}

/// Credentials were taken out of the recording. Of these three its `case` tells what was sent.
fn authorization(exchange: &Exchange) -> Option<String> {
    match (exchange.n, &exchange.request.user) {
        (8, _) => Some(format!("Token {}", "0".repeat(40))),
        (10, _) => Some("Token".to_owned()),
        (12, _) => Some(format!("token {}", world::token("alice"))),
        (_, user) => user.as_ref().map(|user| format!("Token {}", world::token(user))),
    }
}
