//! Agents: the Model Context Protocol over HTTP, at `POST /mcp`.
//!
//! <https://modelcontextprotocol.io/specification/2025-11-25/basic/transports>. No session is kept and every answer is one
//! JSON object, so that any replica answers any request. Each request passes what one of `/graphql` passes: who asks is
//! known and counted before the body is read, and an operation goes the way that all go.

mod call;
mod guard;
mod handler;

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Extension, FromRequestParts, Request, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE, HOST};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use http_body_util::Full;
use rmcp::ErrorData;
use rmcp::model::{ClientJsonRpcMessage, JsonRpcError};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};

use super::Gateway;
use super::report::Report;
use super::request::{Refusal, check_content_type};
use super::response::Responder;
use super::visitor::{Visitor, id_of};
use crate::caller::RequestId;
use crate::config::Server;
use crate::mcp::{Hosts, Tools};
use call::Calls;
use guard::Guard;
use handler::Handler;

/// What agents are answered with.
pub struct Agents {
    /// What they can call.
    pub tools: Tools,
    /// The hosts by which they may call the gateway, where some were named.
    pub allowed_hosts: Option<Hosts>,
}

/// What every request of an agent meets.
struct Endpoint {
    guard: Guard,
    service: StreamableHttpService<Handler, NeverSessionManager>,
}

/// Answers agents.
pub(super) fn route(agents: Agents, settings: &Server) -> MethodRouter<Arc<Gateway>> {
    let handler = Handler::new(Arc::new(agents.tools));
    // Host and Origin are looked at here, the body is bounded here, and nothing is remembered between requests.
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(usize::MAX)
        .disable_allowed_hosts()
        .disable_allowed_origins();
    let service = StreamableHttpService::new(move || Ok(handler.clone()), Arc::default(), config);
    let guard = Guard::new(agents.allowed_hosts, settings);
    let endpoint = Extension(Arc::new(Endpoint { guard, service }));
    post(answer).fallback(other_method).layer(endpoint)
}

async fn answer(
    State(gateway): State<Arc<Gateway>>,
    Extension(endpoint): Extension<Arc<Endpoint>>,
    request: Request,
) -> Response {
    let (mut parts, body) = request.into_parts();
    if let Err(refusal) = endpoint.guard.check(&parts) {
        return Responder::json().refuse(refusal, &id_of(&parts));
    }
    let visitor = match Visitor::from_request_parts(&mut parts, &gateway).await {
        // What an agent is told goes to a model: how the gateway asks its upstreams is not for it.
        Ok(visitor) => Visitor { asks_for_explanation: false, ..visitor },
        Err(response) => return response,
    };
    let headers = &parts.headers;
    let received = gateway.largest_body.receive(body, gateway.graph.limits().deadline()).await;
    let message = match received.and_then(|body| check_content_type(headers).map(|()| body)) {
        Ok(body) => body,
        Err(refusal) => return Responder::json().refuse(refusal, &visitor.id),
    };
    if let Err(error) = check_message(&message) {
        return (StatusCode::BAD_REQUEST, axum::Json(error)).into_response();
    }
    let calls = Arc::new(Calls::new(gateway, visitor));
    let response = endpoint.service.handle(passed_on(headers, message, Arc::clone(&calls))).await;
    let mut response = response.map(Body::new);
    response.extensions_mut().insert(Report(calls.told()));
    response
}

/// Tells what is no JSON from what is no message.
fn check_message(body: &[u8]) -> Result<(), JsonRpcError> {
    match serde_json::from_slice::<ClientJsonRpcMessage>(body) {
        Ok(_) => Ok(()),
        Err(_) => Err(JsonRpcError::new(
            None,
            match serde_json::from_slice::<serde::de::IgnoredAny>(body) {
                Ok(_) => ErrorData::invalid_request("The body is no message of JSON-RPC.", None),
                Err(error) => ErrorData::parse_error(format!("The body is no JSON: {error}."), None),
            },
        )),
    }
}

/// The request as the protocol's own service takes it. It may log what it sees, so that no credential goes along.
fn passed_on(headers: &HeaderMap, message: Bytes, calls: Arc<Calls>) -> axum::http::Request<Full<Bytes>> {
    let is_of_protocol =
        |name: &HeaderName| [ACCEPT, CONTENT_TYPE, HOST].contains(name) || name.as_str().starts_with("mcp-");
    let mut request = axum::http::Request::new(Full::new(message));
    *request.method_mut() = axum::http::Method::POST;
    let kept = headers.iter().filter(|(name, _)| is_of_protocol(name));
    request.headers_mut().extend(kept.map(|(name, value)| (name.clone(), value.clone())));
    // Over HTTP/2 a request need not have it, and who was meant is known by now.
    request.headers_mut().entry(HOST).or_insert(axum::http::HeaderValue::from_static("localhost"));
    request.extensions_mut().insert(calls);
    request
}

async fn other_method(Extension(id): Extension<RequestId>) -> Response {
    let message = "Agents ask by POST; there are neither sessions nor streams here.";
    Responder::json().refuse(Refusal::method("POST", message), &id)
}

/// What the protocol's service has of the request that a call came in.
fn calls_of(parts: Option<&Parts>) -> Option<Arc<Calls>> {
    parts?.extensions.get::<Arc<Calls>>().cloned()
}
