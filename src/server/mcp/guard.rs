//! Which pages' and which hosts' requests are let in.
//!
//! A page may have its own name lead to this machine (DNS rebinding), and its browser then takes the gateway for the page's
//! own origin. So no origin is let in for being the request's own: none of the gateway's pages asks here.

use axum::http::StatusCode;
use axum::http::header::{HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::uri::Authority;

use crate::config::{Origins, Server};
use crate::mcp::Hosts;
use crate::server::request::Refusal;

/// Who is let in.
pub(super) struct Guard {
    origins: Origins,
    hosts: Allowed,
}

/// The hosts that a request may be meant for.
enum Allowed {
    Any,
    Named(Hosts),
    /// Those by which nobody but this machine can call it.
    OfThisMachine(String),
}

impl Guard {
    pub(super) fn new(hosts: Option<Hosts>, settings: &Server) -> Self {
        let listen = settings.listen.ip();
        let hosts = match hosts {
            Some(hosts) => Allowed::Named(hosts),
            None if listen.is_loopback() => Allowed::OfThisMachine(listen.to_string()),
            None => Allowed::Any,
        };
        Self { origins: settings.cors_origins.clone(), hosts }
    }

    pub(super) fn check(&self, parts: &Parts) -> Result<(), Refusal> {
        let forbidden = |message: &str| Err(Refusal::new(StatusCode::FORBIDDEN, message));
        if !self.has_allowed_origin(parts) {
            return forbidden("Pages of this origin may not ask here: server.cors_origins does not name it.");
        }
        if !self.hosts.have(host(parts).as_deref().unwrap_or_default()) {
            return forbidden("This host is not called here: mcp.allowed_hosts does not name it.");
        }
        Ok(())
    }

    fn has_allowed_origin(&self, parts: &Parts) -> bool {
        let mut origins = parts.headers.get_all(ORIGIN).iter();
        origins.all(|origin| origin.to_str().is_ok_and(|origin| self.origins.iter().any(|allowed| allowed == origin)))
    }
}

impl Allowed {
    fn have(&self, host: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Named(hosts) => hosts.has(host),
            Self::OfThisMachine(address) => {
                let plain = host.trim_start_matches('[').trim_end_matches(']');
                ["localhost", "127.0.0.1", "::1", address].iter().any(|own| own.eq_ignore_ascii_case(plain))
            }
        }
    }
}

/// The host that a request is meant for, without its port.
fn host(parts: &Parts) -> Option<String> {
    let named = match parts.headers.get(HOST) {
        Some(host) => host.to_str().ok()?.parse::<Authority>().ok()?,
        None => parts.uri.authority()?.clone(),
    };
    Some(named.host().to_owned())
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::{Allowed, Guard};
    use crate::config::{Origins, Words};
    use crate::mcp::Hosts;

    fn words(given: &str) -> Words {
        serde_json::from_value(given.into()).unwrap()
    }

    fn lets_in(hosts: Allowed, host: &str, origin: Option<&str>) -> bool {
        let mut request = Request::post("/mcp").header("host", host);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let origins = Origins::try_from(words("https://app.example.com")).unwrap();
        Guard { origins, hosts }.check(&parts).is_ok()
    }

    fn named() -> Allowed {
        Allowed::Named(Hosts::try_from(words("graph.example.com,[2001:db8::1]")).unwrap())
    }

    #[test]
    fn on_this_machine_alone_its_own_names_are_called() {
        let own = || Allowed::OfThisMachine("127.0.0.2".to_owned());
        for host in ["localhost:4000", "LOCALHOST", "127.0.0.1:4000", "[::1]:4000", "127.0.0.2"] {
            assert!(lets_in(own(), host, None), "{host}");
        }
        for host in ["rebound.example:4000", "localhost.example", "127.0.0.1.example", "10.0.0.1", ""] {
            assert!(!lets_in(own(), host, None), "{host}");
        }
    }

    #[test]
    fn where_hosts_are_named_no_other_is_called() {
        assert!(lets_in(named(), "Graph.example.com:443", None) && lets_in(named(), "[2001:db8::1]:4000", None));
        assert!(!lets_in(named(), "localhost", None));
        assert!(lets_in(Allowed::Any, "anything.example", None));
    }

    #[test]
    fn no_page_is_let_in_but_those_of_named_origins_not_even_one_of_the_same_host() {
        assert!(lets_in(Allowed::Any, "graph.example.com", Some("https://app.example.com")));
        for origin in ["http://graph.example.com", "https://app.example.com:8443", "null", ""] {
            assert!(!lets_in(Allowed::Any, "graph.example.com", Some(origin)), "{origin}");
        }
    }
}
