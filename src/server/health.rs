//! What a load balancer asks: whether the process lives, and whether it should be sent requests.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::Gateway;

pub(super) async fn live() -> StatusCode {
    StatusCode::OK
}

pub(super) async fn ready(State(gateway): State<Arc<Gateway>>) -> Response {
    let unavailable = gateway.graph.unavailable(&gateway.required);
    if gateway.life.is_draining() {
        return not_ready(json!({ "ready": false, "reason": "DRAINING" }));
    }
    if !unavailable.is_empty() {
        return not_ready(json!({ "ready": false, "reason": "UPSTREAM_UNAVAILABLE", "upstreams": unavailable }));
    }
    fresh(StatusCode::OK, ready_with(gateway.replicas.is_reachable()))
}

/// Without Redis reads are answered as ever, so that a gateway without it is ready; it says how it is.
fn ready_with(redis: Option<bool>) -> Value {
    match redis {
        None => json!({ "ready": true }),
        Some(true) => json!({ "ready": true, "redis": "up" }),
        Some(false) => json!({ "ready": true, "redis": "down" }),
    }
}

fn not_ready(reason: Value) -> Response {
    fresh(StatusCode::SERVICE_UNAVAILABLE, reason)
}

/// What was so a moment ago is of no use to whoever asks.
fn fresh(status: StatusCode, body: Value) -> Response {
    (status, [(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
