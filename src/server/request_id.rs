//! The request's id: taken from the caller where it is fit to be logged, made here otherwise, and given back.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use async_graphql::ServerError;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use tracing::Instrument;

use crate::caller::RequestId;
use crate::error::Error;
use crate::error::response::{Stage, refused};

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// Longer ids are no ids.
const LONGEST: usize = 64;

/// Gives the request its id, the log its line, and the caller the id back.
///
/// A panic is caught here, where the id is known: a bug must not take the connection along, and has to be found by the
/// id that the client was told.
pub(super) async fn carry(mut request: Request, next: Next) -> Response {
    let id = request.headers().get(&HEADER).and_then(fit).unwrap_or_else(|| uuid::Uuid::now_v7().to_string());
    let span = tracing::info_span!("request", id);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    request.extensions_mut().insert(RequestId(id.clone()));
    async {
        let start = Instant::now();
        // Nothing that the request held is looked at after a panic.
        let outcome = AssertUnwindSafe(next.run(request)).catch_unwind().await;
        let mut response = outcome.unwrap_or_else(|_| panicked(&id));
        let milliseconds = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(%method, path, status = response.status().as_u16(), milliseconds, "answered");
        if let Ok(value) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(HEADER, value);
        }
        response
    }
    .instrument(span)
    .await
}

/// The answer where answering panicked: the log has the cause, the client the id to report.
fn panicked(id: &str) -> Response {
    tracing::error!("a request panicked");
    let mut error = ServerError::new(Error::Internal.to_string(), None);
    error.source = Some(Arc::new(Error::Internal));
    let response = refused(error, Stage::Execution, id);
    let body = axum::Json(serde_json::json!({ "errors": response.errors }));
    (StatusCode::INTERNAL_SERVER_ERROR, body).into_response()
}

fn fit(value: &HeaderValue) -> Option<String> {
    let id = value.to_str().ok()?;
    let is_fit = (1..=LONGEST).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    is_fit.then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::http::{Request, StatusCode};
    use axum::middleware::from_fn;
    use axum::routing::get;
    use serde_json::{Value, json};
    use tower::ServiceExt;

    async fn broken() {
        panic!("on purpose");
    }

    #[tokio::test]
    async fn a_panic_is_answered_with_the_id_to_report() {
        let router = Router::new().route("/", get(broken)).layer(from_fn(super::carry));
        let request = Request::get("/").header("x-request-id", "a-1").body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()["x-request-id"], "a-1");
        let body: Value = serde_json::from_slice(&to_bytes(response.into_body(), 1000).await.unwrap()).unwrap();
        let expected = json!({ "errors": [{
            "message": "Something went wrong inside the gateway.",
            "extensions": { "code": "INTERNAL_SERVER_ERROR", "requestId": "a-1" },
        }] });
        assert_eq!(body, expected);
    }
}
