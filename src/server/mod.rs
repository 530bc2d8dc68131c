//! The gateway's door: its routes, and the steps that every request passes.

mod cors;
mod csrf;
mod page;
mod protocol;
mod request;
mod request_id;
mod response;
mod visitor;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn;
use axum::routing::{MethodRouter, get};
use tokio::net::TcpListener;
use tower_http::compression::CompressionLayer;

use crate::config::{HttpStatus, Server};
use crate::graph::Graph;
use crate::identity::Identity;
use crate::rate::Rates;

use request::LargestBody;

/// What the routes share.
#[derive(Clone)]
struct Gateway {
    graph: Graph,
    identity: Arc<Identity>,
    rates: Arc<Rates>,
    statuses: HttpStatus,
    largest_body: LargestBody,
}

/// The routes, from the outside in.
pub fn router(graph: Graph, identity: Identity, rates: Rates, settings: &Server) -> Router {
    let largest_body = LargestBody(settings.max_body_bytes.get());
    let (identity, rates) = (Arc::new(identity), Arc::new(rates));
    let gateway = Gateway { graph, identity, rates, statuses: settings.http_status, largest_body };
    let mut router = Router::new().route("/graphql", graphql(settings, largest_body));
    if settings.explorer {
        // The page's files compress to a quarter, and are the only large thing that is fetched by a browser alone.
        router = router.merge(page::routes().layer(CompressionLayer::new()));
    }
    router
        .route("/health/live", get(alive))
        .route("/health/ready", get(alive))
        .fallback(protocol::no_such_path)
        .with_state(gateway)
        // Outermost: everything inside, the answer to a panic too, carries the request's id.
        .layer(from_fn(request_id::carry))
}

fn graphql(settings: &Server, largest_body: LargestBody) -> MethodRouter<Gateway> {
    let route = get(protocol::get).post(protocol::post).fallback(protocol::other_method).layer(largest_body.layer());
    // Without origins there is nothing to tell a browser, which then keeps other sites out by itself.
    if settings.cors_origins.is_empty() { route } else { route.layer(cors::layer(&settings.cors_origins)) }
}

async fn alive() -> StatusCode {
    StatusCode::OK
}

/// Serves until `stop` is ready, and lets what is under way finish.
///
/// # Errors
/// Where the listener fails for good.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    // Whom nothing else tells apart, his address does.
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stop).await
}
