//! Requests that another site makes a browser send: none of them reaches the graph.
//!
//! A browser sends some requests across sites without asking first: a form, an image, a link. No mutation can come so,
//! since it takes `POST` with JSON. A query by `GET` could, so a browser has to show that it was meant: by a header that
//! it sends across sites only after asking, or by naming JSON in `Accept`, which no link, image or form does. Whoever is
//! no browser cannot be made to send anything; a browser names itself `Mozilla`, and asks first where a page changes that.

use axum::extract::{Extension, Request};
use axum::http::header::{ACCEPT, CONTENT_TYPE, ORIGIN, USER_AGENT};
use axum::http::{HeaderMap, HeaderName};
use axum::middleware::Next;
use axum::response::Response;

use super::request::Refusal;
use super::response::Responder;
use crate::caller::RequestId;

/// The header by which a browser shows that it was meant.
pub(super) const HEADER: &str = "x-onramp-csrf";
/// Any value of one of these will do.
const PREFLIGHTED: [&str; 2] = [HEADER, "apollo-require-preflight"];

/// The types of content that a form can have.
const OF_FORMS: [&str; 3] = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];

/// Checks a request without a body.
pub(super) fn check(headers: &HeaderMap) -> Result<(), Refusal> {
    if is_preflighted(headers) || has_content_of_no_form(headers) || names_json(headers) || !is_from_browser(headers) {
        return Ok(());
    }
    Err(Refusal::bad_request(format!("A browser's GET needs the header {HEADER}, or an Accept that names JSON.")))
}

/// Lets nothing through that a browser would send across sites without asking: for routes that change things by any
/// method. `Accept` proves nothing here, since a script may set it without asking.
pub(super) async fn guard(Extension(id): Extension<RequestId>, request: Request, next: Next) -> Response {
    if is_preflighted(request.headers()) || !is_from_browser(request.headers()) {
        return next.run(request).await;
    }
    Responder::json().refuse(Refusal::bad_request(format!("A browser needs the header {HEADER} here.")), &id)
}

/// Whether a header shows that the browser has asked first.
pub(super) fn is_preflighted(headers: &HeaderMap) -> bool {
    PREFLIGHTED.iter().any(|name| headers.contains_key(*name))
}

fn has_content_of_no_form(headers: &HeaderMap) -> bool {
    let content_type = text(headers, CONTENT_TYPE).to_ascii_lowercase();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    media_type.contains('/') && !OF_FORMS.contains(&media_type)
}

fn names_json(headers: &HeaderMap) -> bool {
    let accept = text(headers, ACCEPT).to_ascii_lowercase();
    accept.split([',', ';']).any(|part| matches!(part.trim(), "application/json" | "application/graphql-response+json"))
}

/// Whether a browser may have sent this.
pub(super) fn is_from_browser(headers: &HeaderMap) -> bool {
    text(headers, USER_AGENT).starts_with("Mozilla/")
        || headers.contains_key("sec-fetch-site")
        || headers.contains_key(ORIGIN)
}

fn text(headers: &HeaderMap, name: HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
