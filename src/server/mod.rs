//! The gateway's door: its routes, and the steps that every request passes.

mod cors;
mod csrf;
mod page;
mod protocol;
mod request;
mod request_id;
mod response;

use std::future::Future;
use std::io;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn;
use axum::routing::{MethodRouter, get};
use tokio::net::TcpListener;

use crate::caller::Caller;
use crate::config::{HttpStatus, Server};
use crate::graph::Graph;

use request::LargestBody;

/// What the routes share.
#[derive(Clone)]
struct Gateway {
    graph: Graph,
    caller: Caller,
    statuses: HttpStatus,
    largest_body: LargestBody,
}

/// The routes, from the outside in. `controls` are those of what is played, for the explorer beside which they stand.
pub fn router(graph: Graph, caller: Caller, settings: &Server, controls: Router) -> Router {
    let largest_body = LargestBody(settings.max_body_bytes.get());
    let gateway = Gateway { graph, caller, statuses: settings.http_status, largest_body };
    let mut router = Router::new().route("/graphql", graphql(settings, largest_body));
    if settings.explorer {
        router = router.merge(page::routes());
    }
    router
        .route("/health/live", get(alive))
        .route("/health/ready", get(alive))
        .fallback(protocol::no_such_path)
        .with_state(gateway)
        .merge(if settings.explorer { guarded(controls) } else { Router::new() })
        // Outermost: everything inside, the answer to a panic too, carries the request's id.
        .layer(from_fn(request_id::carry))
}

fn graphql(settings: &Server, largest_body: LargestBody) -> MethodRouter<Gateway> {
    let route = get(protocol::get).post(protocol::post).fallback(protocol::other_method).layer(largest_body.layer());
    // Without origins there is nothing to tell a browser, which then keeps other sites out by itself.
    if settings.cors_origins.is_empty() { route } else { route.layer(cors::layer(&settings.cors_origins)) }
}

/// The page's policy lets it ask this origin alone, so the played APIs' controls are offered here too.
fn guarded(controls: Router) -> Router {
    Router::new().nest("/sandbox", controls).layer(from_fn(csrf::guard))
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
    axum::serve(listener, router).with_graceful_shutdown(stop).await
}
