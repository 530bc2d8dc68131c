//! A client of a gateway under test that looks into everything it is answered for what nobody may ever see.

use std::sync::Arc;

use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Error, IntoUrl, Method, Response};

use crate::secrets::Planted;

/// The headers in which a credential is sent.
const CREDENTIALS: [&str; 4] = ["authorization", "x-api-key", "x-waldur-token", "x-webhook-secret"];

/// One that looks into nothing, for others than a gateway.
pub fn plain() -> reqwest::Client {
    // Built without TLS in mind, the client still wants a provider of cryptography.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

/// The client of one gateway. What it sends as a credential must not come back, nor be logged.
#[derive(Clone)]
pub struct Client {
    inner: reqwest::Client,
    planted: Arc<Planted>,
}

impl Client {
    pub fn new(planted: Arc<Planted>) -> Self {
        Self { inner: plain(), planted }
    }

    pub fn get(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::GET, url)
    }

    pub fn post(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::POST, url)
    }

    pub fn request(&self, method: Method, url: impl IntoUrl) -> RequestBuilder {
        RequestBuilder { inner: self.inner.request(method, url), client: self.clone() }
    }
}

/// A request that is being put together, by the names that reqwest has for it.
pub struct RequestBuilder {
    inner: reqwest::RequestBuilder,
    client: Client,
}

impl RequestBuilder {
    pub fn header<N, V>(self, name: N, value: V) -> Self
    where
        HeaderName: TryFrom<N>,
        <HeaderName as TryFrom<N>>::Error: Into<axum::http::Error>,
        HeaderValue: TryFrom<V>,
        <HeaderValue as TryFrom<V>>::Error: Into<axum::http::Error>,
    {
        Self { inner: self.inner.header(name, value), ..self }
    }

    pub fn bearer_auth(self, token: impl std::fmt::Display) -> Self {
        Self { inner: self.inner.bearer_auth(token), ..self }
    }

    pub fn query(self, parameters: &(impl serde::Serialize + ?Sized)) -> Self {
        Self { inner: self.inner.query(parameters), ..self }
    }

    pub fn json(self, body: &(impl serde::Serialize + ?Sized)) -> Self {
        Self { inner: self.inner.json(body), ..self }
    }

    pub fn body(self, body: impl Into<reqwest::Body>) -> Self {
        Self { inner: self.inner.body(body), ..self }
    }

    /// Sends it, and looks into the whole answer; into a stream of events only whoever reads it can.
    pub async fn send(self) -> Result<Response, Error> {
        let Client { inner, planted } = self.client;
        let request = self.inner.build()?;
        for value in CREDENTIALS.iter().flat_map(|name| request.headers().get_all(*name)) {
            planted.credential(&String::from_utf8_lossy(value.as_bytes()));
        }
        let response = inner.execute(request).await?;
        let is_stream = response
            .headers()
            .get("content-type")
            .is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        if is_stream { Ok(response) } else { looked_into(response, &planted).await }
    }
}

async fn looked_into(response: Response, planted: &Planted) -> Result<Response, Error> {
    let (status, headers, version) = (response.status(), response.headers().clone(), response.version());
    let body = response.bytes().await?;
    planted.assert_absent("a response", &format!("{headers:?} {}", String::from_utf8_lossy(&body)));
    let mut same = axum::http::Response::new(body);
    (*same.status_mut(), *same.headers_mut(), *same.version_mut()) = (status, headers, version);
    Ok(same.into())
}
