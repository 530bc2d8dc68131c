//! Where a fault meets HTTP: before the play, after it, or instead of it.

use std::future::pending;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use super::queue::Disturbance;
use super::{Effect, Faults};
use crate::sandbox::doors::Doors;
use crate::sandbox::listener::Line;

#[derive(Clone)]
struct Spoiling {
    faults: Faults,
    doors: Doors,
}

/// The routes, spoiled as the faults say.
pub(crate) fn layered(routes: Router, faults: Faults, doors: Doors) -> Router {
    routes.layer(from_fn_with_state(Spoiling { faults, doors }, disturb))
}

async fn disturb(
    State(spoiling): State<Spoiling>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: Request,
    next: Next,
) -> Response {
    let Disturbance { latency, effect } = spoiling.faults.next(request.method(), request.uri().path());
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    match effect {
        None => next.run(request).await,
        Some(effect) => spoiling.spoil(effect, line, request, next).await,
    }
}

impl Spoiling {
    async fn spoil(&self, effect: Effect, line: Line, request: Request, next: Next) -> Response {
        match effect {
            Effect::Status(answer) => answer.into_response(),
            Effect::StatusAfter(answer) => {
                next.run(request).await;
                answer.into_response()
            }
            Effect::HangBefore => pending().await,
            Effect::HangAfter => {
                next.run(request).await;
                pending().await
            }
            Effect::ResetBefore => reset(&line).await,
            Effect::ResetAfter => {
                next.run(request).await;
                reset(&line).await
            }
            Effect::Endless(content_type) => endless(&content_type),
            Effect::Latency(latency) => {
                tokio::time::sleep(latency).await;
                next.run(request).await
            }
            Effect::GoDown => {
                let response = next.run(request).await;
                self.last(line, response).await
            }
        }
    }

    /// Shut first, answer then: whoever has the answer can rely on being refused.
    async fn last(&self, line: Line, mut response: Response) -> Response {
        self.doors.shut(Some(line)).await;
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
        response
    }
}

/// Never returns: the server drops this call together with its connection, so it stays unanswered in the journal as well.
async fn reset(line: &Line) -> Response {
    line.sever();
    pending().await
}

fn endless(content_type: &str) -> Response {
    let piece = Bytes::from_static(&[b' '; 8192]);
    let pieces = stream::repeat_with(move || Ok::<_, std::convert::Infallible>(piece.clone()));
    ([(header::CONTENT_TYPE, content_type)], Body::from_stream(pieces)).into_response()
}
