//! GraphQL over HTTP: a request's way from its method to its answer.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Extension, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use futures_util::future::join_all;

use super::caching::unkept;
use super::request::{Refusal, Requests, UrlParameters, read_body, read_url};
use super::response::Responder;
use super::{Gateway, csrf};
use crate::caller::RequestId;
use crate::context::RequestContext;
use crate::graph::{Answer, Parameters};

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
        Ok(Requests::One(request)) => responder.answer(&answer(&gateway, *request, &id).await),
        Ok(Requests::Several(requests)) => {
            let answers = requests.into_iter().map(|request| answer(&gateway, request, &id));
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
        Err(refusal) => return unkept(Responder::json().refuse(refusal, &id)),
    };
    unkept(match csrf::check(&headers).and_then(|()| read_url(parameters)) {
        Ok(request) => answer_get(&gateway, responder, request, &headers, &id).await,
        Err(refusal) => responder.refuse(refusal, &id),
    })
}

async fn answer_get(
    gateway: &Gateway,
    responder: Responder,
    request: Parameters,
    headers: &HeaderMap,
    id: &RequestId,
) -> Response {
    match gateway.graph.admit(request, id) {
        Ok(admitted) if admitted.is_query() => {
            responder.answer_get(&gateway.graph.execute(admitted, context(gateway, id)).await, headers)
        }
        Ok(_) => responder.refuse(Refusal::method("POST", "GET is for queries; use POST for anything else."), id),
        Err(answer) => responder.answer(&answer),
    }
}

async fn answer(gateway: &Gateway, request: Parameters, id: &RequestId) -> Answer {
    match gateway.graph.admit(request, id) {
        Ok(admitted) => gateway.graph.execute(admitted, context(gateway, id)).await,
        Err(answer) => *answer,
    }
}

fn context(gateway: &Gateway, id: &RequestId) -> Arc<RequestContext> {
    Arc::new(RequestContext::new(id.clone(), gateway.caller.clone()))
}

pub(super) async fn other_method(Extension(id): Extension<RequestId>) -> Response {
    Responder::json().refuse(Refusal::method("GET, HEAD, POST", "GraphQL comes by POST, and queries by GET too."), &id)
}

pub(super) async fn no_such_path(Extension(id): Extension<RequestId>) -> Response {
    let message = "There is nothing at this path; GraphQL is at /graphql.";
    Responder::json().refuse(Refusal::new(StatusCode::NOT_FOUND, message), &id)
}
