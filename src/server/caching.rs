//! What a browser may keep of an answer to a GET: for this caller alone, and never without asking whether it still holds.

use axum::body::Bytes;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

/// What an answer depends on besides its URL.
const DEPENDS_ON: HeaderValue = HeaderValue::from_static("Accept, Authorization, X-Api-Key");

/// An answer whose content may be kept; where the caller has it, that it still holds is all that is said.
pub(super) fn revalidated(headers: &HeaderMap, content_type: HeaderValue, body: Bytes) -> Response {
    let tag = tag(&body);
    let caching =
        [(CACHE_CONTROL, HeaderValue::from_static("private, no-cache")), (VARY, DEPENDS_ON), (ETAG, tag.clone())];
    if is_held(headers, &tag) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    (caching, [(CONTENT_TYPE, content_type)], body).into_response()
}

/// Keeps everybody from keeping an answer of which nobody said that it may be kept, such as one that tells what went wrong.
pub(super) fn unkept(mut response: Response) -> Response {
    response.headers_mut().entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

fn tag(body: &[u8]) -> HeaderValue {
    let digest: String = Sha256::digest(body).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    HeaderValue::from_str(&format!("\"{digest}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

/// `If-None-Match` compares weakly: a proxy that compresses marks the tag so.
fn is_held(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let held = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = held.flat_map(|value| value.split(',')).map(str::trim);
    tags.any(|held| held == "*" || held.strip_prefix("W/").unwrap_or(held).as_bytes() == tag.as_bytes())
}
