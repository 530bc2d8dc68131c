//! The explorer at `/`: its built files, held inside the binary, under a policy that lets nothing in from elsewhere.
//!
//! The build leaves text beside itself as brotli and as gzip, so nothing is compressed while somebody waits. Each of the
//! three has a tag made of its own bytes.

mod encoding;
mod tag;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, REFERRER_POLICY, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::{Embed, EmbeddedFile};
use sha2::{Digest, Sha256};

use super::Gateway;
use encoding::Encoding;

/// What `npm run build` made of `explorer/`.
#[derive(Embed)]
#[folder = "explorer/dist"]
struct Files;

/// The editor writes its own style elements, so styles alone may stand in the page; scripts come as files of ours.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      font-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// What keeps its name when it changes is asked for again each time, and answered with its tag where it did not.
const ASKED_AGAIN: &str = "no-cache";
/// The names of assets hold a digest of their content, so what has one name never changes.
const KEPT: &str = "public, max-age=31536000, immutable";

pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/", get(index)).route("/favicon.svg", get(favicon)).route("/assets/{*path}", get(asset))
}

async fn index(headers: HeaderMap) -> Response {
    file(&headers, "index.html", ASKED_AGAIN)
}

async fn favicon(headers: HeaderMap) -> Response {
    file(&headers, "favicon.svg", ASKED_AGAIN)
}

async fn asset(headers: HeaderMap, Path(path): Path<String>) -> Response {
    file(&headers, &format!("assets/{path}"), KEPT)
}

fn file(request: &HeaderMap, name: &str, caching: &'static str) -> Response {
    let Some((encoding, file)) = find(request, name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut response = tagged(request, &file.metadata.sha256_hash(), || file.data.into_owned());
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type(name)));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(coding) = encoding.coding() {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}

/// The schema as a page.
pub(super) async fn reference(State(gateway): State<Arc<Gateway>>, headers: HeaderMap) -> Response {
    let page = gateway.graph.reference();
    let mut response = tagged(&headers, &Sha256::digest(page), || page);
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(ASKED_AGAIN));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type("reference.html")));
    response
}

/// The content under its tag, or nothing where the browser has it; either under the policy of all pages.
fn tagged<T: IntoResponse>(request: &HeaderMap, digest: &[u8], content: impl FnOnce() -> T) -> Response {
    let tag = tag::of(digest);
    let is_known = tag::is_known(request, &tag);
    let mut response = if is_known { StatusCode::NOT_MODIFIED.into_response() } else { content().into_response() };
    let headers = response.headers_mut();
    for (name, value) in
        [(CONTENT_SECURITY_POLICY, POLICY), (REFERRER_POLICY, "no-referrer"), (X_CONTENT_TYPE_OPTIONS, "nosniff")]
    {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(ETAG, tag);
    }
    response
}

/// The file in the first encoding that the request takes and that there is of it; everything is there as it stands.
fn find(request: &HeaderMap, name: &str) -> Option<(Encoding, EmbeddedFile)> {
    // What lies beside a file belongs to it and is none by itself.
    if Encoding::is_of_name(name) {
        return None;
    }
    encoding::accepted(request)
        .find_map(|encoding| Files::get(&format!("{name}{}", encoding.ending())).map(|file| (encoding, file)))
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("ttf") => "font/ttf",
        _ => "application/octet-stream",
    }
}
