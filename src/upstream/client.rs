//! The HTTP client by which an API is called.
//!
//! This is hyper's own client and not reqwest, which stands on it: what reqwest adds to each call is an address that is
//! parsed twice, the layers for redirects, retries and proxies, which nobody here wants, and a body that is copied. That
//! was a tenth of the processor time of a query with one call. What is wanted of it is here: connections that are kept, TLS
//! by the system's certificates, a deadline for connecting, and answers that are decompressed. For the rare calls beside those to the APIs, reqwest stays.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use hyper::http::uri::{Authority, PathAndQuery, Scheme};
use hyper::{Method, Request, Response, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{self, Builder};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tower::{BoxError, Service, ServiceExt};
use tower_http::decompression::{Decompression, DecompressionBody};

use super::Unusable;
use super::line::Lost;
use super::room::{Part, Room};

/// How the gateway names itself to those whom it calls.
pub(super) const AGENT: &str = concat!("onramp/", env!("CARGO_PKG_VERSION"));

/// After so long without a word a connection is asked whether there is still somebody, so many times.
const ALIVE: (Duration, u32) = (Duration::from_secs(15), 3);
/// A connection on which nothing arrives for so long is given up.
#[cfg(target_os = "linux")]
const UNHEARD: Duration = Duration::from_secs(30);

/// As much room is made for a body as it says that it takes, up to this: it may say anything.
const TRUSTED: usize = 1 << 20;

#[expect(clippy::disallowed_types, reason = "this is the client that only lines may hold")]
type Pool = legacy::Client<Connector, Full<Bytes>>;

/// A client of one API.
pub(super) struct Client {
    pool: Decompression<Pool>,
    scheme: Scheme,
    authority: Authority,
    /// What stands before each path, without a slash at its end.
    prefix: String,
}

/// An answer whose body has not been read.
pub(super) type Begun = Response<DecompressionBody<Incoming>>;

impl Client {
    /// The client of the API at an address.
    pub(super) fn new(base: &url::Url, connect_deadline: Duration) -> Result<Self, Unusable> {
        let parts = base.as_str().parse::<Uri>().map_err(|_| Unusable::Address)?.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err(Unusable::Address);
        };
        let connector = Connector { https: https()?, deadline: connect_deadline };
        let pool = Builder::new(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector);
        let prefix = base.path().trim_end_matches('/').to_owned();
        Ok(Self { pool: Decompression::new(pool), scheme, authority, prefix })
    }

    /// Sends a request to a path with its query, until the head of its answer has come.
    pub(super) async fn send(
        &self,
        method: Method,
        target: &str,
        headers: HeaderMap,
        body: Option<&serde_json::Value>,
    ) -> Result<Begun, Lost> {
        let mut request = Request::new(body.map(serialised).unwrap_or_default());
        *request.method_mut() = method;
        *request.uri_mut() = self.address(target)?;
        *request.headers_mut() = headers;
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        if body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        self.pool.clone().oneshot(request).await.map_err(|error| lost(&error))
    }

    fn address(&self, target: &str) -> Result<Uri, Lost> {
        let path = PathAndQuery::from_maybe_shared(Bytes::from([&self.prefix, target].concat()));
        let mut parts = hyper::http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        // Values are encoded before they come here, so there is nothing that no address may hold.
        parts.path_and_query = Some(path.map_err(|_| Lost::Unsent)?);
        Uri::from_parts(parts).map_err(|_| Lost::Unsent)
    }
}

/// Only a failure to connect proves that nothing was sent.
fn lost(error: &legacy::Error) -> Lost {
    if error.is_connect() { Lost::Unsent } else { Lost::Broken }
}

/// JSON of our own making always serialises.
fn serialised(body: &serde_json::Value) -> Full<Bytes> {
    Full::new(Bytes::from(body.to_string()))
}

/// Reads a body to its end, if it is no larger than that and there is room for it. One that came in a piece is not copied.
pub(super) async fn read_body(
    mut body: impl Body<Data = Bytes> + Unpin,
    limit: usize,
    room: &Room,
) -> Result<Bytes, Lost> {
    // What says itself that it is too large is not even begun.
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > limit {
        return Err(Lost::Large(limit));
    }
    let mut part = room.part();
    let Some(first) = next(&mut body, 0, limit).await? else {
        return Ok(Bytes::new());
    };
    let Some(second) = next(&mut body, first.len(), limit).await? else {
        return Ok(first);
    };
    fits(&mut part, room, first.len() + second.len())?;
    let mut whole = BytesMut::with_capacity(announced.min(TRUSTED).max(first.len() + second.len()));
    whole.extend_from_slice(&first);
    whole.extend_from_slice(&second);
    while let Some(chunk) = next(&mut body, whole.len(), limit).await? {
        fits(&mut part, room, whole.len() + chunk.len())?;
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.freeze())
}

/// Makes room for so much of a body.
fn fits(part: &mut Part<'_>, room: &Room, whole: usize) -> Result<(), Lost> {
    if part.grow(whole) { Ok(()) } else { Err(Lost::Crowded(room.size())) }
}

/// The next piece of a body of which so much was read before.
async fn next(body: &mut (impl Body<Data = Bytes> + Unpin), read: usize, limit: usize) -> Result<Option<Bytes>, Lost> {
    loop {
        let Some(frame) = body.frame().await else {
            return Ok(None);
        };
        // A frame that holds no data holds trailers, which nobody asked for.
        match frame.map_err(|_| Lost::Broken)?.into_data() {
            Ok(chunk) if read + chunk.len() > limit => return Err(Lost::Large(limit)),
            Ok(chunk) if !chunk.is_empty() => return Ok(Some(chunk)),
            _ => {}
        }
    }
}

fn https() -> Result<HttpsConnector<HttpConnector>, Unusable> {
    let mut http = HttpConnector::new();
    // It is asked for https addresses too.
    http.enforce_http(false);
    http.set_nodelay(true);
    http.set_keepalive(Some(ALIVE.0));
    http.set_keepalive_interval(Some(ALIVE.0));
    http.set_keepalive_retries(Some(ALIVE.1));
    #[cfg(target_os = "linux")]
    http.set_tcp_user_timeout(Some(UNHEARD));
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let trusting = HttpsConnectorBuilder::new().with_provider_and_platform_verifier(provider);
    let trusting = trusting.map_err(|error| Unusable::Client(error.to_string()))?;
    Ok(trusting.https_or_http().enable_all_versions().wrap_connector(http))
}

/// Makes connections, each within the deadline for that, TLS included.
#[derive(Clone)]
struct Connector {
    https: HttpsConnector<HttpConnector>,
    deadline: Duration,
}

impl Service<Uri> for Connector {
    type Response = <HttpsConnector<HttpConnector> as Service<Uri>>::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.https.poll_ready(context)
    }

    fn call(&mut self, address: Uri) -> Self::Future {
        let connection = tokio::time::timeout(self.deadline, self.https.call(address));
        Box::pin(async move { connection.await? })
    }
}
