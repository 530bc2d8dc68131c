//! The sandbox's own side, over HTTP: `/_sandbox/` on every played API, neither journaled nor disturbed.
//!
//! | call | answer |
//! |---|---|
//! | `GET /_sandbox/calls` | 200, the [calls](super::Call), oldest first: `[{"method", "path", "query", "body", "carries_credential", "status"}]` |
//! | `DELETE /_sandbox/calls` | 204, the journal is empty |
//! | `GET /_sandbox/faults` | 200, the [settings](Settings) as they stand, with the faults that still wait: `{"latency_ms", "error_rate", "faults"}` |
//! | `PUT /_sandbox/faults` | 200, the same after replacing all of it; what is left out is off. 400 `{"error"}` names what is wrong and where |
//! | `DELETE /_sandbox/faults` | 204, nothing disturbs |
//! | `POST /_sandbox/reset` | 204, the world is its seed again, nothing disturbs, the journal is empty |
//! | `GET /_sandbox/records` | 200, everything on record, also what the vendor's API never shows |
//!
//! An API that has gone down cannot be reached here either.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::backstage::Backstage;
use super::fault::Settings;
use super::journal::Call;

pub(super) fn routes(backstage: Backstage) -> Router {
    Router::new()
        .route("/calls", get(calls).delete(forget_calls))
        .route("/faults", get(faults).put(replace_faults).delete(clear_faults))
        .route("/reset", post(reset))
        .route("/records", get(records))
        .fallback(nothing_here)
        .with_state(backstage)
}

async fn calls(State(backstage): State<Backstage>) -> Json<Vec<Call>> {
    Json(backstage.journal.calls())
}

async fn forget_calls(State(backstage): State<Backstage>) -> StatusCode {
    backstage.journal.forget();
    StatusCode::NO_CONTENT
}

async fn faults(State(backstage): State<Backstage>) -> Json<Settings> {
    Json(backstage.faults.settings())
}

async fn replace_faults(State(backstage): State<Backstage>, body: Bytes) -> Response {
    let json = &mut serde_json::Deserializer::from_slice(&body);
    match serde_path_to_error::deserialize(json) {
        Ok(settings) => {
            backstage.faults.replace(settings);
            faults(State(backstage)).await.into_response()
        }
        Err(error) => refused(&error.to_string()),
    }
}

async fn clear_faults(State(backstage): State<Backstage>) -> StatusCode {
    backstage.faults.clear();
    StatusCode::NO_CONTENT
}

async fn reset(State(backstage): State<Backstage>) -> StatusCode {
    backstage.reset();
    StatusCode::NO_CONTENT
}

async fn records(State(backstage): State<Backstage>) -> Json<Value> {
    Json(backstage.play.records())
}

async fn nothing_here() -> Response {
    let known = "the sandbox has calls, faults, reset and records here";
    (StatusCode::NOT_FOUND, Json(json!({"error": known}))).into_response()
}

fn refused(reason: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({"error": reason}))).into_response()
}
