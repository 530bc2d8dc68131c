//! The ceiling: what somebody would write by hand for these very queries. It decodes, selects and encodes; it parses no
//! query, knows no schema, and checks nothing. Its HTTP client is hyper's own, which costs less than reqwest on top of it.

#![expect(clippy::disallowed_types, reason = "this is no part of the gateway, and its client is meant to be bare")]

use std::borrow::Cow;
use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use axum::http::{Request, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::Bytes;
use futures_util::future::try_join_all;
use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use crate::announce;
use crate::queries::{self, Query};

/// Which answer a text stands for.
#[derive(Clone, Copy)]
enum Answer {
    Typename,
    Account,
    Onboards,
    Shared,
    Fanned,
}

#[derive(Clone)]
struct Ceiling {
    caller: Caller,
    known: Arc<Vec<(String, Answer)>>,
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("a request cannot be made: {0}")]
    Request(#[from] axum::http::Error),
    #[error("a call failed: {0}")]
    Call(#[from] hyper_util::client::legacy::Error),
    #[error("an answer broke off: {0}")]
    Broken(#[from] hyper::Error),
    #[error("a body is not as expected: {0}")]
    Body(#[from] serde_json::Error),
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (StatusCode::BAD_GATEWAY, self.to_string()).into_response()
    }
}

/// Serves on a free port of the loopback until the process is stopped.
pub(crate) async fn serve(upstream: String) -> io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    announce(&listener)?;
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let caller = Caller { client: Client::builder(TokioExecutor::new()).build(connector), base: upstream.into() };
    let ceiling = Ceiling { caller, known: Arc::new(known()) };
    axum::serve(listener, Router::new().route("/graphql", post(answer)).with_state(ceiling)).await
}

/// The upstream at an address.
#[derive(Clone)]
struct Caller {
    client: Client<HttpConnector, Empty<Bytes>>,
    base: Arc<str>,
}

impl Caller {
    async fn fetch(&self, path: &str) -> Result<Bytes, Failure> {
        let request = Request::get(format!("{}{path}", self.base))
            .header(ACCEPT, "application/json")
            .header(AUTHORIZATION, "Basic QVBJOmJlbmNo")
            .body(Empty::new())?;
        Ok(self.client.request(request).await?.into_body().collect().await?.to_bytes())
    }
}

fn known() -> Vec<(String, Answer)> {
    let mut known = vec![
        (Query::Typename.text(), Answer::Typename),
        (Query::Account.text(), Answer::Account),
        (Query::Shared.text(), Answer::Shared),
        (Query::Fanned.text(), Answer::Fanned),
    ];
    known.extend([1, 10, queries::PAGE].map(|rows| (queries::onboards(rows), Answer::Onboards)));
    known
}

#[derive(Deserialize)]
struct Asked<'a> {
    #[serde(borrow)]
    query: Cow<'a, str>,
}

async fn answer(State(ceiling): State<Ceiling>, body: Bytes) -> Result<Response, Failure> {
    let asked: Asked<'_> = serde_json::from_slice(&body)?;
    let Some((_, answer)) = ceiling.known.iter().find(|(text, _)| *text == asked.query) else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let json = match answer {
        Answer::Typename => br#"{"data":{"__typename":"Query"}}"#.to_vec(),
        Answer::Account => account(&ceiling.caller).await?,
        Answer::Onboards => onboards(&ceiling.caller).await?,
        Answer::Shared => shared(&ceiling.caller).await?,
        Answer::Fanned => fanned(&ceiling.caller).await?,
    };
    Ok(([(CONTENT_TYPE, "application/json; charset=utf-8")], json).into_response())
}

async fn account(caller: &Caller) -> Result<Vec<u8>, Failure> {
    let bytes = caller.fetch("/account").await?;
    let body: AccountBody<'_> = serde_json::from_slice(&bytes)?;
    write(&AccountData {
        account: Account {
            id: format!("account_{}", body.id),
            name: body.name,
            time_zone: body.time_zone,
            state: body.state,
            product_id: body.product_id,
            data_retention_in_days: body.data_retention_in_days,
            billing_type: word(body.billing_type),
            financial_state: word(body.financial_state),
        },
    })
}

async fn onboards(caller: &Caller) -> Result<Vec<u8>, Failure> {
    let bytes = caller.fetch("/onboards").await?;
    let bodies: Vec<OnboardBody<'_>> = serde_json::from_slice(&bytes)?;
    let nodes = bodies.into_iter().map(|body| Onboard {
        id: global_id(body.id),
        status: word(body.status),
        invitation_id: body.invitation_id,
        account_id: body.account_id,
        connection_id: body.connection_id,
        flow_id: body.flow_id,
        created_at: body.created_at,
        updated_at: body.updated_at,
    });
    write(&Page::of(nodes))
}

async fn shared(caller: &Caller) -> Result<Vec<u8>, Failure> {
    let bytes = caller.fetch("/onboards").await?;
    let bodies: Vec<OnboardBody<'_>> = serde_json::from_slice(&bytes)?;
    let account = caller.fetch("/account").await?;
    let account: AccountBody<'_> = serde_json::from_slice(&account)?;
    let own = Named { id: format!("account_{}", account.id), name: account.name };
    let nodes = bodies.into_iter().map(|body| WithAccount {
        id: global_id(body.id),
        account: (body.account_id == Some(account.id)).then_some(&own),
    });
    write(&Page::of(nodes))
}

async fn fanned(caller: &Caller) -> Result<Vec<u8>, Failure> {
    let bytes = caller.fetch("/onboards").await?;
    let bodies: Vec<OnboardBody<'_>> = serde_json::from_slice(&bytes)?;
    let rows = bodies.into_iter().map(async |body| {
        let link = caller.fetch(&format!("/connections/{}", body.connection_id.unwrap_or_default())).await?;
        Ok::<_, Failure>((global_id(body.id), link))
    });
    let rows = try_join_all(rows).await?;
    let nodes: Result<Vec<_>, Failure> = rows
        .iter()
        .map(|(id, link)| {
            let link: LinkBody<'_> = serde_json::from_slice(link)?;
            Ok(WithLink { id, link: Link { object_id: link.id, created_by: link.created_by } })
        })
        .collect();
    write(&Page::of(nodes?))
}

fn global_id(id: &str) -> String {
    format!("onboard_{id}")
}

fn word(word: Option<&str>) -> Option<&'static str> {
    Some(match word? {
        "created" => "CREATED",
        "in_progress" => "IN_PROGRESS",
        "completed" => "COMPLETED",
        "failed" => "FAILED",
        "contracted" => "CONTRACTED",
        "self_service" => "SELF_SERVICE",
        "paid" => "PAID",
        "unpaid" => "UNPAID",
        _ => "UNRECOGNIZED",
    })
}

fn write<T: Serialize>(data: &T) -> Result<Vec<u8>, Failure> {
    #[derive(Serialize)]
    struct Response<'a, T> {
        data: &'a T,
    }
    Ok(serde_json::to_vec(&Response { data })?)
}

#[derive(Deserialize)]
struct AccountBody<'a> {
    id: &'a str,
    name: Option<&'a str>,
    time_zone: Option<&'a str>,
    state: Option<&'a str>,
    product_id: Option<&'a str>,
    data_retention_in_days: Option<i32>,
    billing_type: Option<&'a str>,
    financial_state: Option<&'a str>,
}

#[derive(Deserialize)]
struct OnboardBody<'a> {
    id: &'a str,
    status: Option<&'a str>,
    invitation_id: Option<&'a str>,
    account_id: Option<&'a str>,
    connection_id: Option<&'a str>,
    flow_id: Option<&'a str>,
    created_at: Option<&'a str>,
    updated_at: Option<&'a str>,
}

#[derive(Deserialize)]
struct LinkBody<'a> {
    id: &'a str,
    created_by: Option<&'a str>,
}

#[derive(Serialize)]
struct AccountData<'a> {
    account: Account<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Account<'a> {
    id: String,
    name: Option<&'a str>,
    time_zone: Option<&'a str>,
    state: Option<&'a str>,
    product_id: Option<&'a str>,
    data_retention_in_days: Option<i32>,
    billing_type: Option<&'static str>,
    financial_state: Option<&'static str>,
}

#[derive(Serialize)]
struct Page<T> {
    onboards: Nodes<T>,
}

#[derive(Serialize)]
struct Nodes<T> {
    nodes: Vec<T>,
}

impl<T> Page<T> {
    fn of(nodes: impl IntoIterator<Item = T>) -> Self {
        Self { onboards: Nodes { nodes: nodes.into_iter().collect() } }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Onboard<'a> {
    id: String,
    status: Option<&'static str>,
    invitation_id: Option<&'a str>,
    account_id: Option<&'a str>,
    connection_id: Option<&'a str>,
    flow_id: Option<&'a str>,
    created_at: Option<&'a str>,
    updated_at: Option<&'a str>,
}

#[derive(Serialize)]
struct WithAccount<'a> {
    id: String,
    account: Option<&'a Named<'a>>,
}

#[derive(Serialize)]
struct Named<'a> {
    id: String,
    name: Option<&'a str>,
}

#[derive(Serialize)]
struct WithLink<'a> {
    id: &'a str,
    link: Link<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Link<'a> {
    object_id: &'a str,
    created_by: Option<&'a str>,
}
