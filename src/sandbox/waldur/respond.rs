//! What the server can answer, and the one place where that becomes an HTTP response.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, Response, StatusCode, header};
use serde_json::{Value, json};

/// What an operation comes to.
pub(super) type Outcome = Result<Answer, Refusal>;

/// A success.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: Vec<(HeaderName, String)>,
    pub(super) body: Option<Value>,
}

impl Answer {
    pub(super) fn ok(body: Value) -> Self {
        Self::with(StatusCode::OK, Some(body))
    }

    pub(super) fn created(body: Value) -> Self {
        Self::with(StatusCode::CREATED, Some(body))
    }

    pub(super) fn gone() -> Self {
        Self::with(StatusCode::NO_CONTENT, None)
    }

    fn with(status: StatusCode, body: Option<Value>) -> Self {
        Self { status, headers: Vec::new(), body }
    }
}

/// Why nothing was done.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The path without its trailing slash: go there.
    Moved(String),
    /// No such page of this site at all; Django's own page says so.
    NoSuchPage,
    NotAcceptable,
    Unauthenticated(&'static str),
    Forbidden(Value),
    MethodNotAllowed(Method),
    UnsupportedMediaType(String),
    /// Not there, or not yours: the server makes no difference.
    NotFound(&'static str),
    /// 400 in whichever shape the operation has.
    Invalid(Value),
    /// 500 that the operation itself reports, as JSON.
    Failed(String),
    /// 500 that nobody caught: an HTML page.
    Crashed,
}

impl Refusal {
    /// 400 with a `detail`.
    pub(super) fn detail(message: &str) -> Self {
        Self::Invalid(json!({ "detail": message }))
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Moved(_) => StatusCode::MOVED_PERMANENTLY,
            Self::NoSuchPage | Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::Unauthenticated(_) => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::UnsupportedMediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::Failed(_) | Self::Crashed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn content(self) -> Content {
        match self {
            Self::Moved(_) => Content::Page(""),
            Self::NoSuchPage => Content::Page(NOT_FOUND_PAGE),
            Self::Crashed => Content::Page(CRASH_PAGE),
            Self::NotAcceptable => detail("Could not satisfy the request Accept header."),
            Self::Unauthenticated(message) | Self::NotFound(message) => detail(message),
            Self::MethodNotAllowed(method) => detail(&format!("Method \"{method}\" not allowed.")),
            Self::UnsupportedMediaType(media) => detail(&format!("Unsupported media type \"{media}\" in request.")),
            Self::Failed(message) => detail(&message),
            Self::Forbidden(body) | Self::Invalid(body) => Content::Json(body),
        }
    }
}

/// How the caller wants to read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rendering {
    Json,
    /// The browsable API: any answer, wrapped into a web page, under the same status.
    Browsable,
}

enum Content {
    Json(Value),
    Page(&'static str),
    Nothing,
}

const CRASH_PAGE: &str = "\n<!doctype html>\n<html lang=\"en\">\n<head>\n  <title>Server Error (500)</title>\n</head>\n\
<body>\n  <h1>Server Error (500)</h1><p></p>\n</body>\n</html>\n";
const NOT_FOUND_PAGE: &str = "\n<!doctype html>\n<html lang=\"en\">\n<head>\n  <title>Not Found</title>\n</head>\n\
<body>\n  <h1>Not Found</h1><p>The requested resource was not found on this server.</p>\n</body>\n</html>\n";
const BROWSABLE_PAGE: &str = "<!DOCTYPE html>\n<html>\n  <head>\n    <title>\n    Waldur MasterMind REST API\n\
</title>\n  </head>\n  <body></body>\n</html>\n";
const HTML: &str = "text/html; charset=utf-8";

fn detail(message: &str) -> Content {
    Content::Json(json!({ "detail": message }))
}

/// The response to a caller who wants to read it as `rendering`.
pub(super) fn response(outcome: Outcome, rendering: Rendering) -> Response<Body> {
    match outcome {
        Ok(answer) => {
            let content = answer.body.map_or(Content::Nothing, Content::Json);
            rendered(answer.status, &answer.headers, content, rendering)
        }
        Err(refusal) => {
            let headers = refusal_headers(&refusal);
            rendered(refusal.status(), &headers, refusal.content(), rendering)
        }
    }
}

fn refusal_headers(refusal: &Refusal) -> Vec<(HeaderName, String)> {
    match refusal {
        Refusal::Unauthenticated(_) => vec![(header::WWW_AUTHENTICATE, "Token".to_owned())],
        Refusal::Moved(target) => vec![(header::LOCATION, target.clone())],
        _ => Vec::new(),
    }
}

fn rendered(
    status: StatusCode,
    headers: &[(HeaderName, String)],
    content: Content,
    rendering: Rendering,
) -> Response<Body> {
    let (kind, text) = match (content, rendering) {
        (Content::Nothing, _) => (None, String::new()),
        (Content::Json(_), Rendering::Browsable) => (Some(HTML), BROWSABLE_PAGE.to_owned()),
        (Content::Json(value), Rendering::Json) => (Some("application/json"), value.to_string()),
        (Content::Page(page), _) => (Some(HTML), page.to_owned()),
    };
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    if let Some(kind) = kind {
        let kind = HeaderValue::from_static(kind);
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name.clone(), value);
        }
    }
    response
}
