//! The floor: the same calls, their bytes passed through, by axum and reqwest as they come. Nothing is decoded, selected or
//! checked.

use std::io;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::{Bytes, BytesMut};
use futures_util::future::try_join_all;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use tokio::net::TcpListener;

use crate::queries::{PAGE, Query};
use crate::{announce, bodies};

/// Serves on a free port of the loopback until the process is stopped.
pub(crate) async fn serve(caller: Caller) -> io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    announce(&listener)?;
    axum::serve(listener, Router::new().route("/graphql", post(pass)).with_state(caller)).await
}

async fn pass(State(caller): State<Caller>, body: Bytes) -> Response {
    let asked = Query::ALL.into_iter().find(|query| body == crate::queries::body(&query.text()));
    let passed = match asked {
        Some(Query::Typename) => Ok(Bytes::from_static(br#"{"data":{"__typename":"Query"}}"#)),
        Some(Query::Account) => caller.fetch("/account").await,
        Some(Query::Onboards) => caller.fetch("/onboards").await,
        Some(Query::Fanned) => fan(&caller).await,
        Some(Query::Shared) | None => return StatusCode::NOT_FOUND.into_response(),
    };
    match passed {
        Ok(bytes) => ([(CONTENT_TYPE, "application/json")], bytes).into_response(),
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}

async fn fan(caller: &Caller) -> Result<Bytes, reqwest::Error> {
    let mut all = BytesMut::from(&*caller.fetch("/onboards").await?);
    let links = (0..PAGE).map(async |number| caller.fetch(&format!("/connections/{}", bodies::link_id(number))).await);
    for link in try_join_all(links).await? {
        all.extend_from_slice(&link);
    }
    Ok(all.freeze())
}

/// The upstream at an address, called by the client that is most used.
#[derive(Clone)]
pub(crate) struct Caller {
    #[expect(clippy::disallowed_types, reason = "the bench measures what the client costs by itself")]
    client: reqwest::Client,
    base: String,
}

impl Caller {
    pub(crate) fn new(base: String) -> Result<Self, reqwest::Error> {
        // That a provider is there already is what is wanted.
        let _ = rustls::crypto::ring::default_provider().install_default();
        #[expect(clippy::disallowed_types, reason = "the bench measures what the client costs by itself")]
        let client = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(2))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .tcp_nodelay(true)
            .user_agent("onramp-bench")
            .build()?;
        Ok(Self { client, base })
    }

    async fn fetch(&self, path: &str) -> Result<Bytes, reqwest::Error> {
        self.client
            .get(format!("{}{path}", self.base))
            .header(ACCEPT, HeaderValue::from_static("application/json"))
            .header(AUTHORIZATION, HeaderValue::from_static("Basic QVBJOmJlbmNo"))
            .send()
            .await?
            .bytes()
            .await
    }
}
