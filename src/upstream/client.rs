//! The HTTP client by which an API is called: over a wire of its own where that is not encrypted, and else by hyper's.
//!
//! It is not reqwest, which stands on hyper's: what reqwest adds to each call is an address that is parsed twice, the layers
//! for redirects, retries and proxies, which nobody here wants, and a body that is copied. What is wanted is here:
//! connections that are kept, TLS by the system's certificates, a deadline for connecting, and answers that are
//! decompressed. For the rare calls beside those to the APIs, reqwest stays.

use std::convert::Infallible;
use std::future::ready;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Body;
use hyper::header::CONTENT_ENCODING;
use hyper_util::client::legacy::connect::HttpConnector;
use tower::ServiceExt;
use tower_http::decompression::Decompression;

use super::Unusable;
use super::line::Lost;
use super::room::Bound;
use super::secure::Secure;
use super::wire::Wire;
pub(super) use super::wire::{Request, Response};
use crate::body::{self, Stopped};

/// How the gateway names itself to those whom it calls.
pub(super) const AGENT: &str = concat!("onramp/", env!("CARGO_PKG_VERSION"));

/// After so long without a word a connection is asked whether there is still somebody, so many times.
const ALIVE: (Duration, u32) = (Duration::from_secs(15), 3);
/// A connection on which nothing arrives for so long is given up.
#[cfg(target_os = "linux")]
const UNHEARD: Duration = Duration::from_secs(30);

/// A client of one API.
pub(super) enum Client {
    Plain(Box<Wire>),
    Secure(Box<Secure>),
}

impl Client {
    /// The client of the API at an address.
    pub(super) fn new(base: &url::Url, connect_deadline: Duration) -> Result<Self, Unusable> {
        if base.scheme() == "https" {
            return Ok(Self::Secure(Box::new(Secure::new(connector(), connect_deadline, base)?)));
        }
        let lines = format!("accept: application/json\r\naccept-encoding: gzip, br\r\nuser-agent: {AGENT}\r\n");
        Ok(Self::Plain(Box::new(Wire::new(connector(), connect_deadline, base, &lines)?)))
    }

    /// Makes a call, and reads its answer within a bound.
    pub(super) async fn call(&self, request: &Request<'_>, bound: Bound<'_>) -> Result<Response, Lost> {
        match self {
            Self::Plain(wire) => match wire.call(request, bound).await? {
                // Boxed, like the other way: each needs more room than the call of a gateway that takes neither.
                packed if packed.is_packed() => Box::pin(decompressed(packed, bound)).await,
                plain => Ok(plain),
            },
            Self::Secure(secure) => Box::pin(secure.call(request, bound)).await,
        }
    }
}

/// Makes connections over TCP.
fn connector() -> HttpConnector {
    let mut connector = HttpConnector::new();
    // It is asked for https addresses too.
    connector.enforce_http(false);
    connector.set_nodelay(true);
    connector.set_keepalive(Some(ALIVE.0));
    connector.set_keepalive_interval(Some(ALIVE.0));
    connector.set_keepalive_retries(Some(ALIVE.1));
    #[cfg(target_os = "linux")]
    connector.set_tcp_user_timeout(Some(UNHEARD));
    connector
}

impl Response {
    fn is_packed(&self) -> bool {
        !self.body.is_empty() && self.headers.contains_key(CONTENT_ENCODING)
    }
}

/// A packed answer as its API meant it.
async fn decompressed(response: Response, bound: Bound<'_>) -> Result<Response, Lost> {
    let mut packed = hyper::Response::new(Full::new(response.body));
    *packed.status_mut() = response.status;
    *packed.headers_mut() = response.headers;
    let give = tower::service_fn(move |_: hyper::Request<()>| ready(Ok::<_, Infallible>(packed.clone())));
    let Ok(unpacked) = Decompression::new(give).oneshot(hyper::Request::new(())).await;
    whole(unpacked, bound).await
}

/// Reads an answer's body to its end.
pub(super) async fn whole(
    response: hyper::Response<impl Body<Data = Bytes> + Unpin>,
    bound: Bound<'_>,
) -> Result<Response, Lost> {
    let (head, body) = response.into_parts();
    Ok(Response { status: head.status, headers: head.headers, body: read_body(body, bound).await? })
}

/// Reads a body to its end, if it is no larger than that and there is room for it.
pub(super) async fn read_body(
    body: impl Body<Data = Bytes> + Unpin,
    Bound { limit, room }: Bound<'_>,
) -> Result<Bytes, Lost> {
    // What says itself that it is too large is not even begun.
    if usize::try_from(body.size_hint().lower()).is_ok_and(|announced| announced <= limit) {
        let mut part = room.part();
        return body::whole(body, limit, |bytes| part.grow(bytes)).await.map_err(|stopped| match stopped {
            Stopped::Broken => Lost::Broken,
            Stopped::Large => Lost::Large(limit),
            Stopped::Crowded => Lost::Crowded(room.size()),
        });
    }
    Err(Lost::Large(limit))
}
