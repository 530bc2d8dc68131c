//! What a played API was asked, in order, and how it answered.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;

/// A sandbox that runs for days forgets its oldest calls, rather than fill the memory.
const REMEMBERED: usize = 10_000;

/// No request of the three contracts comes near this many bytes.
const LARGEST_BODY: usize = 1 << 20;

/// One call that reached a played API.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Call {
    /// The method, in capitals.
    pub method: String,
    /// The path as it was sent, still percent-encoded.
    pub path: String,
    /// What followed the question mark.
    pub query: Option<String>,
    /// The request's body where it was JSON.
    pub body: Option<Value>,
    /// The call carried a credential, right or wrong: `Authorization` or `x-api-key`.
    pub carries_credential: bool,
    /// What was answered: none while the call is running, and none for ever if it was broken.
    pub status: Option<u16>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Journal(Arc<Mutex<Pages>>);

#[derive(Debug, Default)]
struct Pages {
    // The number of the first call that is still remembered.
    first: usize,
    calls: VecDeque<Call>,
}

impl Journal {
    pub(super) fn calls(&self) -> Vec<Call> {
        self.on_pages(|pages| pages.calls.iter().cloned().collect())
    }

    pub(super) fn forget(&self) {
        self.on_pages(|pages| {
            pages.first += pages.calls.len();
            pages.calls.clear();
        });
    }

    /// Writes a call down; the number is what [`answered`](Self::answered) asks for.
    fn open(&self, call: Call) -> usize {
        self.on_pages(|pages| {
            if pages.calls.len() == REMEMBERED {
                pages.calls.pop_front();
                pages.first += 1;
            }
            pages.calls.push_back(call);
            pages.first + pages.calls.len() - 1
        })
    }

    fn answered(&self, number: usize, status: StatusCode) {
        self.on_pages(|pages| {
            let place = number.checked_sub(pages.first);
            if let Some(call) = place.and_then(|place| pages.calls.get_mut(place)) {
                call.status = Some(status.as_u16());
            }
        });
    }

    fn on_pages<T>(&self, act: impl FnOnce(&mut Pages) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The routes, with every call to them written down.
pub(super) fn layered(routes: Router, journal: Journal) -> Router {
    routes.layer(from_fn_with_state(journal, write_down))
}

async fn write_down(State(journal): State<Journal>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LARGEST_BODY).await;
    let number = journal.open(Call {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        body: body.as_ref().ok().and_then(json),
        carries_credential: carries_credential(&parts.headers),
        status: None,
    });
    let response = match body {
        Ok(body) => next.run(Request::from_parts(parts, Body::from(body))).await,
        Err(_) => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
    };
    journal.answered(number, response.status());
    response
}

fn json(body: &Bytes) -> Option<Value> {
    serde_json::from_slice(body).ok()
}

fn carries_credential(headers: &HeaderMap) -> bool {
    headers.contains_key(header::AUTHORIZATION) || headers.contains_key("x-api-key")
}
