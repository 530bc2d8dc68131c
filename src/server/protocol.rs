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
use super::visitor::Visitor;
use super::{Gateway, csrf};
use crate::caller::RequestId;
use crate::context::RequestContext;
use crate::graph::Answer;

pub(super) async fn post(
    State(gateway): State<Gateway>,
    Extension(id): Extension<RequestId>,
    visitor: Visitor,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let responder = match Responder::accepted(&headers, gateway.statuses) {
        Ok(responder) => responder,
        Err(refusal) => return Responder::json().refuse(refusal, &id),
    };
    let body = gateway.largest_body.received(body);
    match body.and_then(|body| read_body(&headers, &body, gateway.graph.limits())) {
        Ok(Asked::One(request)) => responder.answer(&answer(&gateway, *request, &visitor, &id).await),
        Ok(Asked::Several(requests)) => {
            // The first was counted at the door.
            if let Err(refusal) = visitor.count(&gateway, requests.len() - 1) {
                return responder.refuse(refusal, &id);
            }
            let answers = requests.into_iter().map(|request| answer(&gateway, request, &visitor, &id));
            responder.answer_all(&join_all(answers).await)
        }
        Err(refusal) => responder.refuse(refusal, &id),
    }
}

pub(super) async fn get(
    State(gateway): State<Gateway>,
    Extension(id): Extension<RequestId>,
    visitor: Visitor,
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
            responder.answer(&gateway.graph.execute(admitted, context(&visitor, &id)).await)
        }
        Ok(_) => responder.refuse(Refusal::method("POST", "GET is for queries; use POST for anything else."), &id),
        Err(answer) => responder.answer(&answer),
    }
}

async fn answer(gateway: &Gateway, request: Request, visitor: &Visitor, id: &RequestId) -> Answer {
    match gateway.graph.admit(request, id) {
        Ok(admitted) => gateway.graph.execute(admitted, context(visitor, id)).await,
        Err(answer) => *answer,
    }
}

fn context(visitor: &Visitor, id: &RequestId) -> Arc<RequestContext> {
    Arc::new(RequestContext::new(id.clone(), visitor.caller.clone()))
}

pub(super) async fn other_method(Extension(id): Extension<RequestId>) -> Response {
    Responder::json().refuse(Refusal::method("GET, HEAD, POST", "GraphQL comes by POST, and queries by GET too."), &id)
}

pub(super) async fn no_such_path(Extension(id): Extension<RequestId>) -> Response {
    let message = "There is nothing at this path; GraphQL is at /graphql.";
    Responder::json().refuse(Refusal::new(StatusCode::NOT_FOUND, message), &id)
}
