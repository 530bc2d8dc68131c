//! How LeadConduit says no: a status and `{"error": "<text>"}`.

use axum::Json;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::json;

#[derive(Debug)]
pub(super) struct Refusal(StatusCode, String);

impl Refusal {
    pub(super) fn bad_request(reason: impl Into<String>) -> Self {
        Self(StatusCode::BAD_REQUEST, reason.into())
    }

    pub(super) fn unauthorized(reason: &str) -> Self {
        Self(StatusCode::UNAUTHORIZED, reason.to_owned())
    }

    pub(super) fn csrf() -> Self {
        let text = "misconfigured csrf: check Accept header is set properly";
        Self(StatusCode::FORBIDDEN, text.to_owned())
    }

    pub(super) fn not_found(what: &str) -> Self {
        Self(StatusCode::NOT_FOUND, format!("{what} not found"))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"error": self.1}))).into_response()
    }
}

/// The server knows no routes that a method is not allowed on: to it, such a route does not exist.
pub(super) async fn no_such_route(method: Method, uri: Uri) -> Refusal {
    Refusal(StatusCode::NOT_FOUND, format!("Cannot {method} {}", uri.path()))
}
