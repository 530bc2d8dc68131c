//! The door: what a caller accepts, and who they are. Both are settled before the method or the body is looked at.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, header};

use super::respond::{Refusal, Rendering};
use super::users::User;

/// The renderers in the server's order of preference.
const RENDERERS: [(&str, Rendering); 2] = [("application/json", Rendering::Json), ("text/html", Rendering::Browsable)];

/// The more exact of the accepted types decide, among equals the server's own order; weights are not looked at.
pub(super) fn negotiate(headers: &HeaderMap) -> Result<Rendering, Refusal> {
    let accepted = sent(headers, header::ACCEPT).unwrap_or("*/*");
    let mut ranges: Vec<&str> = accepted.split(',').map(essence).collect();
    ranges.sort_by_key(|range| wildcards(range));
    for precision in 0..=2 {
        let ranges: Vec<&str> = ranges.iter().copied().filter(|it| wildcards(it) == precision).collect();
        let fits = |(media, _): &&(&str, Rendering)| ranges.iter().any(|range| covers(range, media));
        if let Some((_, rendering)) = RENDERERS.iter().find(fits) {
            return Ok(*rendering);
        }
    }
    Err(Refusal::NotAcceptable)
}

fn essence(range: &str) -> &str {
    range.split(';').next().unwrap_or_default().trim()
}

fn wildcards(range: &str) -> usize {
    range.matches('*').count()
}

fn covers(range: &str, media: &str) -> bool {
    match range.split_once('/') {
        Some(("*", "*")) => true,
        Some((family, "*")) => media.split_once('/').is_some_and(|(it, _)| it == family),
        _ => range == media,
    }
}

/// The user whose token came. The scheme may be written in any case; another scheme is as good as none.
pub(super) fn authenticate(headers: &HeaderMap, users: &[Arc<User>]) -> Result<Arc<User>, Refusal> {
    let mut words = sent(headers, header::AUTHORIZATION).unwrap_or_default().split_whitespace();
    if !words.next().is_some_and(|scheme| scheme.eq_ignore_ascii_case("token")) {
        return Err(Refusal::Unauthenticated("Authentication credentials were not provided."));
    }
    let token = words.next().ok_or(Refusal::Unauthenticated("Invalid token. No credentials provided."))?;
    if words.next().is_some() {
        return Err(Refusal::Unauthenticated("Invalid token. Token string should not contain spaces."));
    }
    let known = users.iter().find(|user| user.token == token);
    known.cloned().ok_or(Refusal::Unauthenticated("Invalid token."))
}

fn sent(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
