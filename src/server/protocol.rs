//! GraphQL over HTTP: a request's way from its method to its answer.

use std::sync::Arc;

use async_graphql::Request;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Extension, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use futures_util::future::join_all;

use super::request::{Asked, Refusal, UrlParameters, read_body, read_url};
use super::response::Responder;
use super::{Gateway, csrf};
use crate::caller::{RequestId, Right};
use crate::context::RequestContext;
use crate::graph::{Admitted, Answer};

/// Asks for the calls behind an answer, where the caller may see them.
const EXPLAIN: &str = "x-onramp-explain";

pub(super) async fn post(
    State(gateway): State<Gateway>,
    Extension(id): Extension<RequestId>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let responder = match Responder::accepted(&headers, gateway.statuses) {
        Ok(responder) => responder,
        Err(refusal) => return Responder::json().refuse(refusal, &id),
    };
    let body = gateway.largest_body.received(body);
    match body.and_then(|body| read_body(&headers, &body, gateway.graph.limits())) {
        Ok(Asked::One(request)) => responder.answer(&answer(&gateway, *request, &id, &headers).await),
        Ok(Asked::Several(requests)) => {
            let answers = requests.into_iter().map(|request| answer(&gateway, request, &id, &headers));
            responder.answer_all(&join_all(answers).await)
        }
        Err(refusal) => responder.refuse(refusal, &id),
    }
}

pub(super) async fn get(
    State(gateway): State<Gateway>,
    Extension(id): Extension<RequestId>,
    headers: HeaderMap,
    parameters: Result<Query<UrlParameters>, QueryRejection>,
) -> Response {
    let responder = match Responder::accepted(&headers, gateway.statuses) {
        Ok(responder) => responder,
        Err(refusal) => return Responder::json().refuse(refusal, &id),
    };
    let request = match csrf::check(&headers).and_then(|()| read_url(parameters)) {
        Ok(request) => request,
        Err(refusal) => return responder.refuse(refusal, &id),
    };
    match gateway.graph.admit(request, &id) {
        Ok(admitted) if admitted.is_query() => {
            let context = context(&gateway, &id, &headers, &admitted);
            responder.answer(&gateway.graph.execute(admitted, context).await)
        }
        Ok(_) => responder.refuse(Refusal::method("POST", "GET is for queries; use POST for anything else."), &id),
        Err(answer) => responder.answer(&answer),
    }
}

async fn answer(gateway: &Gateway, request: Request, id: &RequestId, headers: &HeaderMap) -> Answer {
    match gateway.graph.admit(request, id) {
        Ok(admitted) => {
            let context = context(gateway, id, headers, &admitted);
            gateway.graph.execute(admitted, context).await
        }
        Err(answer) => *answer,
    }
}

fn context(gateway: &Gateway, id: &RequestId, headers: &HeaderMap, admitted: &Admitted) -> Arc<RequestContext> {
    let asks = admitted.asks_for_explanation() || headers.get(EXPLAIN).is_some_and(|value| value == "1");
    let is_explained = asks && gateway.caller.has(Right::Explain);
    let context = RequestContext::new(id.clone(), gateway.caller.clone());
    Arc::new(if is_explained { context.explained() } else { context })
}

pub(super) async fn other_method(Extension(id): Extension<RequestId>) -> Response {
    Responder::json().refuse(Refusal::method("GET, HEAD, POST", "GraphQL comes by POST, and queries by GET too."), &id)
}

pub(super) async fn no_such_path(Extension(id): Extension<RequestId>) -> Response {
    let message = "There is nothing at this path; GraphQL is at /graphql.";
    Responder::json().refuse(Refusal::new(StatusCode::NOT_FOUND, message), &id)
}
