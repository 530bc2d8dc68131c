//! Whether a page may open a connection that stays: browsers ask nobody before they open a WebSocket, so any site could
//! open one in its visitor's name. Whoever sends no `Origin` is no page.

use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::uri::Authority;

use crate::config::Origins;

/// Whether the request comes from no page, from one of this gateway's own origin, or from one of those that are allowed.
pub(super) fn is_allowed(parts: &Parts, allowed: &Origins) -> bool {
    let Some(origin) = parts.headers.get(ORIGIN) else {
        return true;
    };
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    allowed.iter().any(|allowed| allowed == origin) || is_own(parts, origin)
}

/// Whether an origin's host and port are those that the request was sent to. A gateway behind a proxy does not know
/// whether its visitors come by HTTPS, so the scheme decides nothing but the port that goes without saying.
fn is_own(parts: &Parts, origin: &str) -> bool {
    let own = host(&parts.headers).or_else(|| parts.uri.authority().cloned());
    let (Some((scheme, origin)), Some(own)) = (origin.split_once("://"), own) else {
        return false;
    };
    let default = match scheme {
        "http" => 80,
        "https" => 443,
        _ => return false,
    };
    let told = |authority: &Authority| (authority.host().to_ascii_lowercase(), authority.port_u16().unwrap_or(default));
    origin.parse::<Authority>().is_ok_and(|origin| told(&origin) == told(&own))
}

fn host(headers: &HeaderMap) -> Option<Authority> {
    headers.get(HOST)?.to_str().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::is_allowed;
    use crate::config::{Origins, Words};

    fn allows(host: &str, origin: Option<&str>) -> bool {
        let mut request = Request::get("/graphql").header("host", host);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let words: Words = serde_json::from_str("[\"https://app.example.com\"]").unwrap();
        is_allowed(&parts, &Origins::try_from(words).unwrap())
    }

    #[test]
    fn a_page_of_this_origin_or_an_allowed_one_may_and_so_may_whoever_is_no_page() {
        assert!(allows("api.example.com", None));
        for (host, origin) in [
            ("127.0.0.1:4000", "http://127.0.0.1:4000"),
            ("API.example.com", "https://api.example.com"),
            ("api.example.com:443", "https://api.example.com"),
            ("[::1]:4000", "http://[::1]:4000"),
            ("api.example.com", "https://app.example.com"),
        ] {
            assert!(allows(host, Some(origin)), "{origin} at {host}");
        }
    }

    #[test]
    fn any_other_page_may_not() {
        for (host, origin) in [
            ("127.0.0.1:4000", "http://127.0.0.1:4001"),
            ("api.example.com", "https://api.example.com.evil.example"),
            ("api.example.com", "https://evil.example/api.example.com"),
            ("api.example.com", "https://api.example.com:8443"),
            ("api.example.com:80", "https://api.example.com"),
            ("api.example.com", "http://app.example.com"),
            ("api.example.com", "file://api.example.com"),
            ("api.example.com", "null"),
            ("api.example.com", ""),
        ] {
            assert!(!allows(host, Some(origin)), "{origin} at {host}");
        }
    }
}
