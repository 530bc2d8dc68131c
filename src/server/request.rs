//! From HTTP to the graph's requests: parameters by body or URL, and every reason to refuse them before the graph is asked.

use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use async_graphql::{Response, ServerError, Variables};
use axum::body::{Bytes, HttpBody};
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use futures_util::poll;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::body::{self, Stopped};
use crate::caller::RequestId;
use crate::documents::{self, Asked};
use crate::error::response::{Stage, refused, turned_away};
use crate::error::{Breach, Denial, Error};
use crate::graph::Parameters;
use crate::limits::Limits;

const JSON: &str = "application/json";

/// The parameters of a request, by the names that GraphQL over HTTP gives them.
#[derive(Debug, Deserialize)]
struct Members {
    query: Option<String>,
    #[serde(rename = "documentId")]
    document_id: Option<String>,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
    variables: Option<Map<String, Value>>,
    extensions: Option<Map<String, Value>>,
}

/// The same in a URL, where two of them are JSON text.
#[derive(Debug, Deserialize)]
pub(super) struct UrlParameters {
    query: Option<String>,
    #[serde(rename = "documentId")]
    document_id: Option<String>,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

/// A request that never reaches the graph.
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) cause: Cause,
    /// What the answer's headers say besides: the methods that would have been let through, or when to come again.
    pub(super) header: Option<Header>,
}

/// A header of the answer to a request that is refused.
pub(super) enum Header {
    Allow(&'static str),
    Challenge(&'static str),
    RetryAfterSeconds(u64),
}

impl Header {
    pub(super) fn written(&self) -> (HeaderName, HeaderValue) {
        match self {
            Self::Allow(methods) => (ALLOW, HeaderValue::from_static(methods)),
            Self::Challenge(challenge) => (WWW_AUTHENTICATE, HeaderValue::from_static(challenge)),
            Self::RetryAfterSeconds(seconds) => (RETRY_AFTER, HeaderValue::from(*seconds)),
        }
    }
}

/// Why a request is refused.
pub(super) enum Cause {
    Wrong(String),
    Known(Error),
}

impl Refusal {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, cause: Cause::Wrong(message.into()), header: None }
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(super) fn method(allow: &'static str, message: &str) -> Self {
        let header = Some(Header::Allow(allow));
        Self { header, ..Self::new(StatusCode::METHOD_NOT_ALLOWED, message) }
    }

    /// Nobody knows who asks.
    pub(super) fn unauthenticated(denial: Denial) -> Self {
        let challenge = match denial {
            Denial::NoKey | Denial::NoToken | Denial::NoSecret => "Bearer realm=\"onramp\"",
            Denial::InvalidKey | Denial::InvalidToken => "Bearer realm=\"onramp\", error=\"invalid_token\"",
            Denial::ExpiredToken => "Bearer realm=\"onramp\", error=\"invalid_token\", error_description=\"expired\"",
        };
        Self {
            status: StatusCode::UNAUTHORIZED,
            cause: Cause::Known(Error::Unauthenticated(denial)),
            header: Some(Header::Challenge(challenge)),
        }
    }

    /// Nobody knows where a push comes from. What it lacks is no credential of HTTP's own.
    pub(super) fn unknown_push(denial: Denial) -> Self {
        Self::known(StatusCode::UNAUTHORIZED, Error::Unauthenticated(denial))
    }

    /// The caller asks too often.
    pub(super) fn too_often(error: Error) -> Self {
        let seconds = match &error {
            // A client that comes as soon as it may has to be let in.
            Error::RateLimited { retry_after } => retry_after.as_secs() + u64::from(retry_after.subsec_nanos() > 0),
            _ => 0,
        };
        let header = Some(Header::RetryAfterSeconds(seconds));
        Self { status: StatusCode::TOO_MANY_REQUESTS, cause: Cause::Known(error), header }
    }

    pub(super) fn known(status: StatusCode, error: impl Into<Error>) -> Self {
        Self { status, cause: Cause::Known(error.into()), header: None }
    }
}

impl Cause {
    /// What GraphQL says of it to the request of this id.
    pub(super) fn response(self, id: &RequestId) -> Response {
        match self {
            Self::Wrong(message) => refused(ServerError::new(message, None), Stage::Execution, &id.0),
            Self::Known(error) => turned_away(error, &id.0),
        }
    }
}

/// The requests of one body.
pub(super) enum Requests {
    One(Box<Parameters>),
    Several(Vec<Parameters>),
}

/// The largest body that is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct LargestBody(pub(super) usize);

impl LargestBody {
    /// The body, unless it was too large, broke off or did not come in time.
    pub(super) async fn receive<B>(self, body: B, deadline: Duration) -> Result<Bytes, Refusal>
    where
        B: HttpBody<Data = Bytes> + Unpin,
    {
        let mut reading = pin!(body::whole(body, self.0, |_| true));
        let read = match poll!(reading.as_mut()) {
            // Most bodies come with their heads, and need no clock.
            Poll::Ready(read) => read,
            Poll::Pending => tokio::time::timeout(deadline, reading).await.map_err(|_| {
                let message = format!("The body did not come within {} ms.", deadline.as_millis());
                Refusal::new(StatusCode::REQUEST_TIMEOUT, message)
            })?,
        };
        read.map_err(|stopped| match stopped {
            Stopped::Broken => Refusal::bad_request("The body broke off."),
            Stopped::Large | Stopped::Crowded => {
                let allowed = u64::try_from(self.0).unwrap_or(u64::MAX);
                Refusal::known(StatusCode::PAYLOAD_TOO_LARGE, Breach { limit: "max_body_bytes", allowed, asked: None })
            }
        })
    }
}

/// Checks that a body is said to be JSON. Nothing else is read, so that no form of another site can send anything.
pub(super) fn check_content_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let content_type = headers.get(CONTENT_TYPE);
    // As nearly everybody says it.
    if content_type.is_some_and(|said| said == JSON) {
        return Ok(());
    }
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case(JSON) {
        return Ok(());
    }
    Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("The content type of a request is {JSON}.")))
}

/// Reads a body.
pub(super) fn read_body(body: &[u8], limits: &Limits) -> Result<Requests, Refusal> {
    if body.trim_ascii_start().starts_with(b"[") {
        return read_batch(body, limits);
    }
    Ok(Requests::One(Box::new(request(read_members(body)?)?)))
}

fn read_batch(body: &[u8], limits: &Limits) -> Result<Requests, Refusal> {
    let objects: Vec<Map<String, Value>> = serde_json::from_slice(body).map_err(no_request)?;
    if objects.is_empty() {
        return Err(Refusal::bad_request("The body holds no request."));
    }
    limits.check_batch(objects.len()).map_err(|breach| Refusal::known(StatusCode::BAD_REQUEST, breach))?;
    Ok(Requests::Several(objects.into_iter().map(read_object).collect::<Result<_, _>>()?))
}

/// Straight from the text, or by way of any JSON object where that does not go: it tells better what is wrong.
fn read_members(body: &[u8]) -> Result<Members, Refusal> {
    serde_json::from_slice(body).or_else(|_| {
        let object: Map<String, Value> = serde_json::from_slice(body).map_err(no_request)?;
        Members::deserialize(Value::Object(object)).map_err(no_request)
    })
}

/// An object, since a list would be taken for the parameters in their order.
pub(super) fn read_object(object: Map<String, Value>) -> Result<Parameters, Refusal> {
    request(Members::deserialize(Value::Object(object)).map_err(no_request)?)
}

#[expect(clippy::needless_pass_by_value, reason = "it stands where a function of the error is wanted")]
fn no_request(error: serde_json::Error) -> Refusal {
    Refusal::bad_request(format!("The body is no GraphQL request: {error}."))
}

/// Reads the parameters of a URL.
pub(super) fn read_url(parameters: Result<Query<UrlParameters>, QueryRejection>) -> Result<Parameters, Refusal> {
    let Query(parameters) = parameters.map_err(|rejection| Refusal::bad_request(rejection.body_text()))?;
    let object = |name: &str, text: Option<String>| {
        let read = text.map(|text| serde_json::from_str(&text)).transpose();
        read.map_err(|error| Refusal::bad_request(format!("The parameter \"{name}\" is no JSON object: {error}.")))
    };
    request(Members {
        query: parameters.query,
        document_id: parameters.document_id,
        operation_name: parameters.operation_name,
        variables: object("variables", parameters.variables)?,
        extensions: object("extensions", parameters.extensions)?,
    })
}

fn request(members: Members) -> Result<Parameters, Refusal> {
    let extensions = members.extensions.unwrap_or_default();
    let digest = documents::persisted(&extensions).map_err(|error| Refusal::known(StatusCode::BAD_REQUEST, error))?;
    let document = Asked { text: members.query, id: members.document_id, digest, prepared: None };
    if document.is_empty() {
        return Err(Refusal::bad_request("The parameter \"query\" is missing."));
    }
    let variables = members.variables.map(|variables| Variables::from_json(Value::Object(variables)));
    let variables = variables.unwrap_or_default();
    Ok(Parameters { document, operation_name: members.operation_name, variables, extensions })
}
