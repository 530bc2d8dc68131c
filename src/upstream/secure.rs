//! The client of an API that is called by TLS: hyper's, which speaks HTTP/2 where the other end does.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{ACCEPT, CONTENT_TYPE, HeaderValue, USER_AGENT};
use hyper::http::uri::{Authority, PathAndQuery, Scheme};
use hyper::{Method, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{self, Builder};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tower::{BoxError, Service, ServiceExt};
use tower_http::decompression::Decompression;

use super::Unusable;
use super::client::{AGENT, whole};
use super::line::Lost;
use super::room::Bound;
use super::wire::{Request, Response};
use crate::workers::Each;

#[expect(clippy::disallowed_types, reason = "this is the client that only lines may hold")]
type Pool = legacy::Client<Connector, Full<Bytes>>;

/// A client of one API.
pub(super) struct Secure {
    pool: Each<Decompression<Pool>>,
    authority: Authority,
    /// What stands before each path, without a slash at its end.
    prefix: String,
}

impl Secure {
    /// The client of the API at an address.
    pub(super) fn new(http: HttpConnector, connect_deadline: Duration, base: &url::Url) -> Result<Self, Unusable> {
        let address = base.as_str().parse::<Uri>().map_err(|_| Unusable::Address)?;
        let authority = address.into_parts().authority.ok_or(Unusable::Address)?;
        let connector = Connector { https: https(http)?, deadline: connect_deadline };
        let mut builder = Builder::new(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new());
        let pool = Each::new(|| Decompression::new(builder.build(connector.clone())));
        let prefix = base.path().trim_end_matches('/').to_owned();
        Ok(Self { pool, authority, prefix })
    }

    /// Makes a call, and reads its answer within a bound.
    pub(super) async fn call(&self, asked: &Request<'_>, bound: Bound<'_>) -> Result<Response, Lost> {
        let response = self.pool.own().clone().oneshot(self.request(asked)?).await.map_err(|error| lost(&error))?;
        if asked.method == Method::HEAD {
            let (head, _) = response.into_parts();
            return Ok(Response { status: head.status, headers: head.headers, body: Bytes::new() });
        }
        whole(response, bound).await
    }

    fn request(&self, asked: &Request<'_>) -> Result<hyper::Request<Full<Bytes>>, Lost> {
        let mut request =
            hyper::Request::new(asked.body.map(|body| Full::new(body.to_vec().into())).unwrap_or_default());
        *request.method_mut() = asked.method.clone();
        *request.uri_mut() = self.address(asked.target)?;
        *request.headers_mut() = asked.headers.clone();
        let headers = request.headers_mut();
        let (name, value) = asked.credential;
        headers.insert(name, value.clone());
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        if asked.body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        Ok(request)
    }

    fn address(&self, target: &str) -> Result<Uri, Lost> {
        let path = PathAndQuery::from_maybe_shared(Bytes::from([&self.prefix, target].concat()));
        let mut parts = hyper::http::uri::Parts::default();
        parts.scheme = Some(Scheme::HTTPS);
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

fn https(http: HttpConnector) -> Result<HttpsConnector<HttpConnector>, Unusable> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let trusting = HttpsConnectorBuilder::new().with_provider_and_platform_verifier(provider);
    let trusting = trusting.map_err(|error| Unusable::Client(error.to_string()))?;
    Ok(trusting.https_only().enable_all_versions().wrap_connector(http))
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
