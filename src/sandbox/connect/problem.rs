//! How Connect says no: ASP.NET's ProblemDetails.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

/// Traces are told apart in the real thing; a fixed one keeps answers comparable, and still has to be masked.
const TRACE: &str = "00-8f1c6c5d2b7a4e0f9d3a1b2c4e5f6071-5b0f3f4a9c2d1e60-00";

/// One refusal.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    body: Value,
}

impl Problem {
    /// A member of the request is wrong: 400.
    pub(super) fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::invalid_fields([(field, message.into())])
    }

    /// Several members are wrong: 400.
    pub(super) fn invalid_fields<'a>(errors: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        let title = "One or more validation errors occurred.";
        let errors =
            errors.into_iter().map(|(field, message)| (field.to_owned(), json!([message]))).collect::<Map<_, _>>();
        let mut problem = Self::new(StatusCode::BAD_REQUEST, "15.5.1", title);
        problem.set("errors", errors);
        problem
    }

    pub(super) fn not_found(detail: Option<String>) -> Self {
        let mut problem = Self::new(StatusCode::NOT_FOUND, "15.5.5", "Not Found");
        if let Some(detail) = detail {
            problem.set("detail", detail);
        }
        problem
    }

    pub(super) fn conflict(detail: String) -> Self {
        let mut problem = Self::new(StatusCode::CONFLICT, "15.5.10", "Conflict");
        problem.set("detail", detail);
        problem
    }

    pub(super) fn unsupported_media_type() -> Self {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        Self::new(status, "15.5.16", "Unsupported Media Type")
    }

    fn new(status: StatusCode, section: &str, title: &str) -> Self {
        let body = json!({
            "type": format!("https://tools.ietf.org/html/rfc9110#section-{section}"),
            "title": title,
            "status": status.as_u16(),
            "traceId": TRACE,
        });
        Self { status, body }
    }

    fn set(&mut self, member: &str, value: impl Into<Value>) {
        if let Some(members) = self.body.as_object_mut() {
            members.insert(member.to_owned(), value.into());
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let json = HeaderValue::from_static("application/problem+json; charset=utf-8");
        let headers = [(header::CONTENT_TYPE, json)];
        (self.status, headers, self.body.to_string()).into_response()
    }
}

/// For every path that is none of Connect's.
pub(super) async fn no_such_page() -> Problem {
    Problem::not_found(None)
}
