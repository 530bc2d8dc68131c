//! Where a request comes in: by the routes, or past them where it is what nearly all are.
//!
//! A GraphQL request by POST goes through no route and no layer on its way: they cost as much as executing it where
//! it costs no API anything. Whatever happens to it happens in the same functions.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::Method;
use axum::response::Response;
use futures_util::FutureExt;
use futures_util::future::Either;
use tower::Service;

use super::received::Received;
use super::request_id::Begun;
use super::standing::Standing;
use super::visitor::Arrival;
use super::{Gateway, protocol};

/// The path of the graph.
pub(super) const GRAPHQL: &str = "/graphql";

/// What requests come in by.
#[derive(Clone)]
pub struct Door {
    pub(super) router: Router,
    /// Where every answer is for whoever asked, and nothing is to be told a browser of it.
    pub(super) direct: Option<Arc<Gateway>>,
}

impl Door {
    /// The routes alone, which everything can come by.
    pub fn into_router(self) -> Router {
        self.router
    }

    /// Answers a request that came from a peer. What needs no waiting for is done at once: the future would keep room for
    /// it, twice over.
    pub(super) fn answer(
        &self,
        request: Request<Received>,
        peer: SocketAddr,
        standing: Standing,
    ) -> impl Future<Output = Result<Response, Infallible>> + use<> {
        let is_direct = request.method() == Method::POST && request.uri().path() == GRAPHQL;
        match self.direct.as_ref().filter(|_| is_direct) {
            Some(gateway) => {
                Either::Left(answer_directly(Arc::clone(gateway), request, peer, standing).map(Ok::<_, Infallible>))
            }
            None => {
                let mut request = request.map(Body::new);
                request.extensions_mut().insert(ConnectInfo(peer));
                request.extensions_mut().insert(standing);
                Either::Right(self.router.clone().call(request))
            }
        }
    }
}

fn answer_directly(
    gateway: Arc<Gateway>,
    request: Request<Received>,
    peer: SocketAddr,
    standing: Standing,
) -> impl Future<Output = Response> {
    let (parts, body) = request.into_parts();
    let begun = Begun::new(&parts.method, GRAPHQL.into(), &parts.headers, Some(GRAPHQL.into()));
    let (id, trace) = (begun.id.clone(), begun.trace.clone());
    let arrival = Arrival { id, trace, from: Some(peer.ip()), standing: Some(standing) };
    async move { begun.answered(Box::pin(protocol::post_directly(gateway, &parts.headers, body, arrival))).await }
}
