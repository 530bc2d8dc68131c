//! From the graph's answers to HTTP: the media type that the caller takes, and the status that goes with it.
//!
//! Callers of `application/json` expect 200 for whatever was a request, since a proxy may have made any other status.
//! Callers of `application/graphql-response+json` get a status that says how far the request came.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;

use super::caching::revalidated;
use super::finished::{Finished, refused_body};
use super::request::Refusal;
use crate::caller::RequestId;
use crate::config::HttpStatus;
use crate::graph::{Answer, Reach};

/// The media type of a stream of events.
const EVENT_STREAM: &str = "text/event-stream";

/// What an answer is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Media {
    Json,
    Graphql,
}

impl Media {
    fn subtype(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Graphql => "graphql-response+json",
        }
    }

    fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Json => "application/json; charset=utf-8",
            Self::Graphql => "application/graphql-response+json; charset=utf-8",
        })
    }
}

/// How one request is answered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Responder {
    media: Media,
    statuses: HttpStatus,
}

impl Responder {
    /// The one that writes what the request accepts.
    pub(super) fn accepted(headers: &HeaderMap, statuses: HttpStatus) -> Result<Self, Refusal> {
        let message = "The answer is application/graphql-response+json or application/json, and Accept names neither.";
        let media = negotiated(headers).ok_or_else(|| Refusal::new(StatusCode::NOT_ACCEPTABLE, message))?;
        Ok(Self { media, statuses })
    }

    /// The one for whoever does not say what he accepts.
    pub(super) fn unasked(statuses: HttpStatus) -> Self {
        Self { media: Media::Json, statuses }
    }

    /// The one for whoever accepts nothing that there is.
    pub(super) fn json() -> Self {
        Self { media: Media::Json, statuses: HttpStatus::Stable }
    }

    pub(super) fn answer(self, finished: &Finished) -> Response {
        self.send(self.status(&finished.answer), finished.body())
    }

    /// The answer to a GET, which a browser may keep where nothing went wrong.
    pub(super) fn answer_get(self, finished: &Finished, headers: &HeaderMap) -> Response {
        let answer = &finished.answer;
        let status = self.status(answer);
        if status != StatusCode::OK || answer.reach != Reach::Executed || answer.response.is_err() {
            return self.answer(finished);
        }
        revalidated(headers, self.media.content_type(), finished.body())
    }

    /// Answers that came in one body go out in one. It says nothing of any of them that it is there.
    pub(super) fn answer_all(self, finished: &[Arc<Finished>]) -> Response {
        let bodies: Vec<Bytes> = finished.iter().map(|finished| finished.body()).collect();
        self.send(StatusCode::OK, [b"[".as_slice(), &bodies.join(b",".as_slice()), b"]"].concat().into())
    }

    pub(super) fn refuse(self, refusal: Refusal, id: &RequestId) -> Response {
        let response = refusal.cause.response(id);
        let mut response = self.send(refusal.status, refused_body(&response.errors).into());
        if let Some((name, value)) = refusal.header.map(|header| header.written()) {
            response.headers_mut().insert(name, value);
        }
        response
    }

    fn status(self, answer: &Answer) -> StatusCode {
        if self.media == Media::Json {
            return StatusCode::OK;
        }
        match (answer.reach, self.statuses) {
            (Reach::Unread | Reach::OverLimit, _) | (Reach::Invalid, HttpStatus::Stable) => StatusCode::BAD_REQUEST,
            (Reach::Invalid, HttpStatus::Draft2026) => StatusCode::UNPROCESSABLE_ENTITY,
            (Reach::Overdue, _) => StatusCode::GATEWAY_TIMEOUT,
            (Reach::Executed, HttpStatus::Draft2026) if answer.response.is_err() => partial_success(),
            (Reach::Executed, _) => StatusCode::OK,
        }
    }

    fn send(self, status: StatusCode, body: Bytes) -> Response {
        // Put together here: by way of its parts the same takes thrice as long.
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        response.headers_mut().insert(CONTENT_TYPE, self.media.content_type());
        response
    }
}

/// The draft's own status, which is registered nowhere yet.
fn partial_success() -> StatusCode {
    StatusCode::from_u16(294).unwrap_or(StatusCode::OK)
}

/// How readily a request takes a stream of events: more readily than one answer as JSON, or besides it.
pub(super) fn event_streams(headers: &HeaderMap) -> Option<std::cmp::Ordering> {
    let names_it =
        |value: &HeaderValue| value.to_str().is_ok_and(|text| text.to_ascii_lowercase().contains(EVENT_STREAM));
    if !headers.get_all(ACCEPT).iter().any(names_it) {
        return None;
    }
    let ranges: Vec<Range> = headers.get_all(ACCEPT).iter().flat_map(ranges).collect();
    let stream = ranges.iter().find(|range| range.media_type == EVENT_STREAM && range.thousandths > 0)?.thousandths;
    let json = [Media::Json, Media::Graphql].into_iter().filter_map(|media| fit(&ranges, media)).max();
    Some(stream.cmp(&json.map_or(0, |json| json.thousandths)))
}

/// The media type that fits best: JSON for those who do not care, the newer one for those who name it as readily.
fn negotiated(headers: &HeaderMap) -> Option<Media> {
    let ranges: Vec<Range> = headers.get_all(ACCEPT).iter().flat_map(ranges).collect();
    if ranges.is_empty() {
        return Some(Media::Json);
    }
    let (json, graphql) = (fit(&ranges, Media::Json), fit(&ranges, Media::Graphql));
    match (json, graphql) {
        (None, None) => None,
        _ if graphql > json => Some(Media::Graphql),
        (Some(Fit { is_named: true, .. }), _) if graphql == json => Some(Media::Graphql),
        _ => Some(Media::Json),
    }
}

/// What of `Accept` stands between two commas.
struct Range {
    media_type: String,
    thousandths: u16,
}

fn ranges(header: &HeaderValue) -> Vec<Range> {
    let parts = header.to_str().unwrap_or_default().split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(range).collect()
}

fn range(part: &str) -> Range {
    let mut parameters = part.split(';').map(str::trim);
    let media_type = parameters.next().unwrap_or_default().to_ascii_lowercase();
    let quality = parameters.find_map(|parameter| parameter.strip_prefix("q=").or(parameter.strip_prefix("Q=")));
    Range { media_type, thousandths: quality.map_or(1000, thousandths) }
}

/// A weight that cannot be read is taken for none given.
fn thousandths(quality: &str) -> u16 {
    let (whole, fraction) = quality.split_once('.').unwrap_or((quality, ""));
    let fraction: u16 = format!("{fraction:0<3}").get(..3).and_then(|digits| digits.parse().ok()).unwrap_or(1000);
    if whole == "0" { fraction.min(1000) } else { 1000 }
}

/// How well a media type fits: by its weight, and among equals by whether it was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Fit {
    thousandths: u16,
    is_named: bool,
}

/// The most particular range decides, as HTTP has it: `*/*, application/json;q=0` takes anything but JSON.
fn fit(ranges: &[Range], media: Media) -> Option<Fit> {
    let name = format!("application/{}", media.subtype());
    let find = |media_type: &str| ranges.iter().find(|range| range.media_type == media_type);
    let named = find(&name);
    let range = named.or_else(|| find("application/*")).or_else(|| find("*/*"))?;
    (range.thousandths > 0).then_some(Fit { thousandths: range.thousandths, is_named: named.is_some() })
}
