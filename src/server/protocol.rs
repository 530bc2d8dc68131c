//! GraphQL over HTTP: a request's way from its method to its answer.

use std::sync::Arc;

use axum::body::{Bytes, HttpBody};
use axum::extract::{Extension, FromRequestParts, Query, Request, State};
use axum::http::header::ACCEPT;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use futures_util::future::join_all;

use super::caching::unkept;
use super::finished::Finished;
use super::received::Received;
use super::report::{Report, Told};
use super::request::{Refusal, Requests, check_content_type, read_body, read_url};
use super::response::Responder;
use super::transport::{self, Asked, Wish};
use super::visitor::{Arrival, Visitor};
use super::{Gateway, csrf};
use crate::caller::RequestId;
use crate::context::RequestContext;
use crate::graph::{Admitted, EXPLAIN, Operation, Parameters, count_known};

pub(super) async fn post(State(gateway): State<Arc<Gateway>>, visitor: Visitor, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let reply = answer_post(&gateway, &visitor, &parts.headers, body).await;
    let (response, report) = reply.given(gateway, visitor);
    reported(response, report)
}

/// The same for a request that came past the routes.
pub(super) async fn post_directly(
    gateway: Arc<Gateway>,
    headers: &HeaderMap,
    body: Received,
    arrival: Arrival,
) -> (Response, Report) {
    match Visitor::admit(headers, arrival, &gateway).await {
        Ok(visitor) => answer_post(&gateway, &visitor, headers, body).await.given(gateway, visitor),
        Err(response) => (response, Report::default()),
    }
}

/// What a request by POST is answered with.
enum Reply {
    /// A whole answer, and what is to be told of it.
    Whole(Response, Report),
    /// A stream of answers.
    Stream(Asked),
}

impl Reply {
    fn given(self, gateway: Arc<Gateway>, visitor: Visitor) -> (Response, Report) {
        match self {
            Self::Whole(response, report) => (response, report),
            Self::Stream(asked) => (stream(gateway, visitor, asked), Report::default()),
        }
    }
}

async fn answer_post<B>(gateway: &Gateway, visitor: &Visitor, headers: &HeaderMap, body: B) -> Reply
where
    B: HttpBody<Data = Bytes> + Unpin,
{
    let limits = gateway.graph.limits();
    let body = gateway.largest_body.receive(body, limits.deadline()).await;
    let (wish, responder) = match accepted(gateway, headers) {
        Ok(accepted) => accepted,
        Err(refusal) => return Reply::Whole(Responder::json().refuse(refusal, &visitor.id), Report::default()),
    };
    let refused = |refusal| Reply::Whole(responder.refuse(refusal, &visitor.id), Report::default());
    let body = match body.and_then(|body| check_content_type(headers).map(|()| body)) {
        Ok(body) => body,
        Err(refusal) => return refused(refusal),
    };
    let asked = if let Some(admitted) = gateway.recent.find(&body) {
        count_known();
        Ok(admitted)
    } else {
        match read_body(&body, limits) {
            Ok(Requests::One(request)) => {
                let asked = gateway.admit(*request, &visitor.id).await;
                if let Some(admitted) = asked.as_ref().ok().filter(|admitted| admitted.is_repeatable()) {
                    gateway.recent.keep(&body, admitted);
                }
                asked
            }
            Ok(Requests::Several(_)) if wish == Wish::Always => {
                return refused(Refusal::bad_request("A stream of events answers one operation."));
            }
            // Boxed, since a batch needs room that hardly a request does.
            Ok(Requests::Several(requests)) => {
                return match Box::pin(answer_several(gateway, requests, visitor)).await {
                    Ok((answers, report)) => Reply::Whole(responder.answer_all(&answers), report),
                    Err(refusal) => refused(refusal),
                };
            }
            Err(refusal) => return refused(refusal),
        }
    };
    if wish.is_for(&asked) {
        return Reply::Stream(asked);
    }
    let (answer, told) = answer(gateway, asked, visitor).await;
    Reply::Whole(responder.answer(&answer), Report(vec![told]))
}

async fn answer_several(
    gateway: &Gateway,
    requests: Vec<Parameters>,
    visitor: &Visitor,
) -> Result<(Vec<Arc<Finished>>, Report), Refusal> {
    // The first was counted at the door.
    visitor.count(gateway, requests.len() - 1).await?;
    let answers = requests.into_iter().map(|request| async {
        let asked = gateway.admit(request, &visitor.id).await;
        answer(gateway, asked, visitor).await
    });
    let (answers, told) = join_all(answers).await.into_iter().unzip();
    Ok((answers, Report(told)))
}

pub(super) async fn get(State(gateway): State<Arc<Gateway>>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    if transport::is_socket_wanted(&parts.headers) {
        return transport::open_socket(gateway, parts).await;
    }
    match Visitor::from_request_parts(&mut parts, &gateway).await {
        Ok(visitor) => unkept(answer_get(gateway, &parts, visitor).await),
        Err(response) => response,
    }
}

async fn answer_get(gateway: Arc<Gateway>, parts: &Parts, visitor: Visitor) -> Response {
    let (wish, responder) = match accepted(&gateway, &parts.headers) {
        Ok(accepted) => accepted,
        Err(refusal) => return Responder::json().refuse(refusal, &visitor.id),
    };
    let checked = match wish {
        Wish::Always => transport::check_stream(parts, &gateway),
        Wish::ForSubscriptions | Wish::Never => csrf::check(&parts.headers),
    };
    let request = match checked.and_then(|()| read_url(Query::try_from_uri(&parts.uri))) {
        Ok(request) => request,
        Err(refusal) => return responder.refuse(refusal, &visitor.id),
    };
    let asked = gateway.admit(request, &visitor.id).await;
    if asked.as_ref().is_ok_and(|admitted| admitted.may_write()) {
        return responder
            .refuse(Refusal::method("POST", "GET is for queries; use POST for anything else."), &visitor.id);
    }
    if wish.is_for(&asked) {
        return stream(gateway, visitor, asked);
    }
    let (answer, told) = answer(&gateway, asked, &visitor).await;
    reported(responder.answer_get(&answer, &parts.headers), Report(vec![told]))
}

/// How a request takes its answer. For whoever takes nothing but a stream, what comes in its place is JSON.
fn accepted(gateway: &Gateway, headers: &HeaderMap) -> Result<(Wish, Responder), Refusal> {
    if !headers.contains_key(ACCEPT) {
        return Ok((Wish::Never, Responder::unasked(gateway.statuses)));
    }
    match Wish::of(headers) {
        Wish::Always => Ok((Wish::Always, Responder::json())),
        wish => Responder::accepted(headers, gateway.statuses).map(|responder| (wish, responder)),
    }
}

fn stream(gateway: Arc<Gateway>, visitor: Visitor, asked: Asked) -> Response {
    let id = visitor.id.clone();
    transport::open_stream(gateway, visitor, asked).unwrap_or_else(|refusal| Responder::json().refuse(refusal, &id))
}

pub(super) async fn answer(gateway: &Gateway, asked: Asked, visitor: &Visitor) -> (Arc<Finished>, Told) {
    match asked {
        Ok(admitted) if admitted.is_subscription() => {
            let (operation, answer) =
                (admitted.operation().clone(), gateway.graph.refuse_single(&admitted, &visitor.id));
            let told = Told::refused(operation, &answer);
            (Arc::new(Finished::new(*answer)), told)
        }
        Ok(admitted) => execute(gateway, &admitted, visitor).await,
        Err(answer) => {
            let told = Told::refused(Operation::UNKNOWN, &answer);
            (Arc::new(Finished::new(*answer)), told)
        }
    }
}

pub(super) async fn execute(gateway: &Gateway, admitted: &Arc<Admitted>, visitor: &Visitor) -> (Arc<Finished>, Told) {
    let context = context(admitted, visitor);
    let finished = gateway.operations.answer(&gateway.graph, admitted, &context).await;
    let told = Told::executed(admitted.operation().clone(), &finished.answer, &context);
    (finished, told)
}

/// What everything done for an operation shares.
pub(super) fn context(admitted: &Admitted, visitor: &Visitor) -> Arc<RequestContext> {
    let operation = admitted.operation();
    let trace = visitor.trace.within(tracing::debug_span!(
        target: "onramp::trace",
        parent: visitor.trace.span(),
        "graphql",
        otel.name = operation.kind,
        graphql.operation.r#type = operation.kind,
        graphql.operation.name = operation.name
    ));
    let asks = admitted.asks_for_explanation() || visitor.asks_for_explanation;
    let is_explained = asks && visitor.caller.has(EXPLAIN);
    RequestContext::traced(visitor.id.clone(), visitor.caller.clone(), trace, is_explained)
}

/// The response with what is to be told of it.
fn reported(mut response: Response, report: Report) -> Response {
    response.extensions_mut().insert(report);
    response
}

pub(super) async fn other_method(Extension(id): Extension<RequestId>) -> Response {
    Responder::json().refuse(Refusal::method("GET, HEAD, POST", "GraphQL comes by POST, and queries by GET too."), &id)
}

pub(super) async fn no_such_path(Extension(id): Extension<RequestId>) -> Response {
    let message = "There is nothing at this path; GraphQL is at /graphql.";
    Responder::json().refuse(Refusal::new(StatusCode::NOT_FOUND, message), &id)
}
