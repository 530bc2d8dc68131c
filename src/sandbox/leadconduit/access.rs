//! Who calls, and whether the call looks like one of a program.

use axum::extract::Request;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::refusal::Refusal;
use super::{API_KEY, SECOND_API_KEY};

/// An account whose key was right.
#[derive(Clone, Copy, Debug)]
pub(super) enum Caller {
    Main,
    Second,
}

impl Caller {
    /// The password is the key; the user name is of no interest.
    fn of(headers: &HeaderMap) -> Option<Self> {
        let basic = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let (scheme, encoded) = basic.split_once(' ')?;
        let decoded = STANDARD.decode(encoded.trim()).ok()?;
        let (_user, key) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
        match key {
            _ if !scheme.eq_ignore_ascii_case("basic") => None,
            API_KEY => Some(Self::Main),
            SECOND_API_KEY => Some(Self::Second),
            _ => None,
        }
    }
}

/// Lets known keys through, and says whose they are.
pub(super) async fn check_key(mut request: Request, next: Next) -> Response {
    let Some(caller) = Caller::of(request.headers()) else {
        return Refusal::unauthorized("authentication failed").into_response();
    };
    request.extensions_mut().insert(caller);
    next.run(request).await
}

/// Takes a call that does not ask for JSON by name for a browser's, and so for a forged one; `*/*` is not enough.
pub(super) async fn check_accept(request: Request, next: Next) -> Response {
    let mut accepted = request.headers().get_all(header::ACCEPT).iter();
    let asks_for_json = accepted.any(|value| value.to_str().is_ok_and(|text| text.contains("application/json")));
    if !asks_for_json {
        return Refusal::csrf().into_response();
    }
    next.run(request).await
}
