//! The request's id: taken from the caller where it is fit to be logged, made here otherwise, and given back.

use std::borrow::Cow;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use async_graphql::ServerError;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use metrics::gauge;
use tracing::field::Empty;
use tracing::{Instrument, Span};
use uuid::{NoContext, Timestamp, Uuid};

use super::report::{Exchange, Report};
use crate::caller::RequestId;
use crate::error::Error;
use crate::error::response::{Stage, refused};
use crate::telemetry::metric;
use crate::telemetry::trace::{self, Trace};

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// Longer ids are no ids.
const LONGEST: usize = 64;

/// Gives the request its id and its trace, the log its line, and the caller the id back.
pub(super) async fn carry(mut request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let path = request.uri().path().to_owned();
    let begun = Begun::new(request.method(), path.into(), request.headers(), route.map(Cow::Owned));
    request.extensions_mut().insert(begun.id.clone());
    request.extensions_mut().insert(begun.trace.clone());
    let answer = next.run(request).map(|mut response| {
        let report = response.extensions_mut().remove::<Report>().unwrap_or_default();
        (response, report)
    });
    begun.answered(answer).await
}

/// A request that has begun.
pub(super) struct Begun {
    pub(super) id: RequestId,
    pub(super) trace: Trace,
    start: Instant,
    method: Method,
    path: Cow<'static, str>,
    route: Option<Cow<'static, str>>,
    _in_flight: InFlight,
}

impl Begun {
    /// `route` is the template of the path; none where there is nothing.
    pub(super) fn new(
        method: &Method,
        path: Cow<'static, str>,
        headers: &HeaderMap,
        route: Option<Cow<'static, str>>,
    ) -> Self {
        let (start, _in_flight) = (Instant::now(), InFlight::begin());
        let id = headers.get(&HEADER).and_then(fit).unwrap_or_else(new_id);
        let trace = Trace::begin(span(&id.0, method, route.as_deref()), headers);
        Self { id, trace, start, method: method.clone(), path, route, _in_flight }
    }

    /// Waits for the answer, tells what there is to be told of it, and sends the id along.
    ///
    /// A panic is caught here, where the id is known: a bug must not take the connection along, and has to be found by the
    /// id that the client was told.
    pub(super) async fn answered(self, answer: impl Future<Output = (Response, Report)>) -> Response {
        let Self { id, trace, start, method, path, route, _in_flight } = self;
        // Nothing that the request held is looked at after a panic.
        let outcome = AssertUnwindSafe(answer).catch_unwind().instrument(trace.span().clone()).await;
        let (mut response, report) = outcome.unwrap_or_else(|_| (panicked(&id.0), Report::default()));
        let status = response.status();
        note(trace.span(), status);
        let (id, trace_id, duration) = (&*id.0, trace.id(), start.elapsed());
        report.tell(&Exchange {
            id,
            trace_id,
            method: &method,
            path: &path,
            route: route.as_deref(),
            status,
            duration,
        });
        if let Ok(value) = HeaderValue::from_str(id) {
            response.headers_mut().insert(HEADER, value);
        }
        response
    }
}

/// The request's span: what is logged inside of it has the id, and whoever gets it exported has the rest. It costs half as
/// much as a line does, so without either there is none.
fn span(id: &str, method: &Method, route: Option<&str>) -> Span {
    if !trace::is_exported() {
        return tracing::debug_span!("request", request_id = id);
    }
    tracing::debug_span!(
        "request",
        request_id = id,
        otel.name = format!("{method} {}", route.unwrap_or_default()).trim_end(),
        otel.kind = "server",
        http.request.method = method.as_str(),
        http.route = route,
        http.response.status_code = Empty,
        otel.status_code = Empty
    )
}

fn note(span: &Span, status: StatusCode) {
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
}

/// A request that is being answered, or was until its client left.
struct InFlight {
    is_counted: bool,
}

impl InFlight {
    fn begin() -> Self {
        let is_counted = metric::is_counting();
        if is_counted {
            gauge!(metric::IN_FLIGHT).increment(1);
        }
        Self { is_counted }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if self.is_counted {
            gauge!(metric::IN_FLIGHT).decrement(1);
        }
    }
}

/// The answer where answering panicked: the log has the cause, the client the id to report.
fn panicked(id: &str) -> Response {
    tracing::error!(request_id = id, "a request panicked");
    let mut error = ServerError::new(Error::Internal.to_string(), None);
    error.source = Some(Arc::new(Error::Internal));
    let response = refused(error, Stage::Execution, id);
    let body = axum::Json(serde_json::json!({ "errors": response.errors }));
    (StatusCode::INTERNAL_SERVER_ERROR, body).into_response()
}

/// An id that sorts by the millisecond. Among those of one millisecond chance decides: to number them takes a lock.
fn new_id() -> RequestId {
    let id = Uuid::new_v7(Timestamp::now(NoContext));
    RequestId((&*id.hyphenated().encode_lower(&mut Uuid::encode_buffer())).into())
}

fn fit(value: &HeaderValue) -> Option<RequestId> {
    let id = value.to_str().ok()?;
    let is_fit = (1..=LONGEST).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    is_fit.then(|| RequestId(id.into()))
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
