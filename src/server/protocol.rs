//! GraphQL over HTTP: a request's way from its method to its answer.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Extension, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use futures_util::future::join_all;

use super::caching::unkept;
use super::finished::Finished;
use super::report::{Report, Told};
use super::request::{Received, Refusal, Requests, UrlParameters, read_body, read_url};
use super::response::Responder;
use super::visitor::Visitor;
use super::{Gateway, csrf};
use crate::caller::RequestId;
use crate::context::RequestContext;
use crate::graph::{Admitted, EXPLAIN, Operation, Parameters};

pub(super) async fn post(
    State(gateway): State<Arc<Gateway>>,
    visitor: Visitor,
    headers: HeaderMap,
    body: Received,
) -> Response {
    let responder = match Responder::accepted(&headers, gateway.statuses) {
        Ok(responder) => responder,
        Err(refusal) => return Responder::json().refuse(refusal, &visitor.id),
    };
    match body.0.and_then(|body| read_body(&headers, &body, gateway.graph.limits())) {
        Ok(Requests::One(request)) => {
            let (answer, told) = answer(&gateway, *request, &visitor).await;
            reported(responder.answer(&answer), vec![told])
        }
        Ok(Requests::Several(requests)) => {
            // The first was counted at the door.
            if let Err(refusal) = visitor.count(&gateway, requests.len() - 1).await {
                return responder.refuse(refusal, &visitor.id);
            }
            let answers = requests.into_iter().map(|request| answer(&gateway, request, &visitor));
            let (answers, told): (Vec<_>, Vec<_>) = join_all(answers).await.into_iter().unzip();
            reported(responder.answer_all(&answers), told)
        }
        Err(refusal) => responder.refuse(refusal, &visitor.id),
    }
}

pub(super) async fn get(
    State(gateway): State<Arc<Gateway>>,
    visitor: Visitor,
    headers: HeaderMap,
    parameters: Result<Query<UrlParameters>, QueryRejection>,
) -> Response {
    let responder = match Responder::accepted(&headers, gateway.statuses) {
        Ok(responder) => responder,
        Err(refusal) => return unkept(Responder::json().refuse(refusal, &visitor.id)),
    };
    unkept(match csrf::check(&headers).and_then(|()| read_url(parameters)) {
        Ok(request) => answer_get(&gateway, responder, request, &headers, &visitor).await,
        Err(refusal) => responder.refuse(refusal, &visitor.id),
    })
}

async fn answer_get(
    gateway: &Gateway,
    responder: Responder,
    request: Parameters,
    headers: &HeaderMap,
    visitor: &Visitor,
) -> Response {
    gateway.graph.learn_document(&request).await;
    match gateway.graph.admit(request, &visitor.id) {
        Ok(admitted) if admitted.is_query() => {
            let (answer, told) = execute(gateway, admitted, visitor).await;
            reported(responder.answer_get(&answer, headers), vec![told])
        }
        Ok(_) => {
            responder.refuse(Refusal::method("POST", "GET is for queries; use POST for anything else."), &visitor.id)
        }
        Err(answer) => {
            let told = Told::refused(Operation::UNKNOWN, &answer);
            reported(responder.answer(&Finished::new(*answer)), vec![told])
        }
    }
}

async fn answer(gateway: &Gateway, request: Parameters, visitor: &Visitor) -> (Arc<Finished>, Told) {
    gateway.graph.learn_document(&request).await;
    match gateway.graph.admit(request, &visitor.id) {
        Ok(admitted) => execute(gateway, admitted, visitor).await,
        Err(answer) => {
            let told = Told::refused(Operation::UNKNOWN, &answer);
            (Arc::new(Finished::new(*answer)), told)
        }
    }
}

async fn execute(gateway: &Gateway, admitted: Admitted, visitor: &Visitor) -> (Arc<Finished>, Told) {
    let operation = admitted.operation().clone();
    let trace = visitor.trace.within(tracing::debug_span!(
        target: "onramp::trace",
        parent: visitor.trace.span(),
        "graphql",
        otel.name = operation.kind,
        graphql.operation.r#type = operation.kind,
        graphql.operation.name = operation.name
    ));
    let context = RequestContext::new(visitor.id.clone(), visitor.caller.clone()).traced(trace);
    let asks = admitted.asks_for_explanation() || visitor.asks_for_explanation;
    let is_explained = asks && visitor.caller.has(EXPLAIN);
    let context = Arc::new(if is_explained { context.explained() } else { context });
    let finished = gateway.operations.answer(&gateway.graph, admitted, &context).await;
    let told = Told::executed(operation, &finished.answer, &context);
    (finished, told)
}

/// The response with what is to be told of it.
fn reported(mut response: Response, told: Vec<Told>) -> Response {
    response.extensions_mut().insert(Report(told));
    response
}

pub(super) async fn other_method(Extension(id): Extension<RequestId>) -> Response {
    Responder::json().refuse(Refusal::method("GET, HEAD, POST", "GraphQL comes by POST, and queries by GET too."), &id)
}

pub(super) async fn no_such_path(Extension(id): Extension<RequestId>) -> Response {
    let message = "There is nothing at this path; GraphQL is at /graphql.";
    Responder::json().refuse(Refusal::new(StatusCode::NOT_FOUND, message), &id)
}
