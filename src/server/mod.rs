//! The gateway's door: its routes, and the steps that every request passes.

mod caching;
mod connection;
mod cors;
mod csrf;
mod front;
mod health;
mod life;
mod listen;
mod metrics;
mod page;
mod protocol;
mod report;
mod request;
mod request_id;
mod response;
mod tls;
mod visitor;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{MethodRouter, get};
use tower_http::compression::CompressionLayer;

use crate::config::{self, HttpStatus, Server, Words};
use crate::graph::Graph;
use crate::identity::Identity;
use crate::rate::Rates;

pub use front::{Current, Front};
pub use life::Life;
pub use listen::serve;
pub use metrics::serve_metrics;
use request::LargestBody;

/// What the routes share.
#[derive(Clone)]
struct Gateway {
    graph: Graph,
    identity: Arc<Identity>,
    rates: Arc<Rates>,
    statuses: HttpStatus,
    largest_body: LargestBody,
    life: Arc<Life>,
    required: Arc<Words>,
}

/// The routes, from the outside in.
pub fn router(graph: Graph, identity: Identity, rates: Rates, life: Arc<Life>, settings: &Server) -> Router {
    let largest_body = LargestBody(settings.max_body_bytes.get());
    let gateway = Gateway {
        graph,
        identity: Arc::new(identity),
        rates: Arc::new(rates),
        statuses: settings.http_status,
        largest_body,
        life,
        required: Arc::new(settings.required_upstreams.clone()),
    };
    let mut router = Router::new().route("/graphql", graphql(settings, largest_body));
    if settings.explorer {
        // The page's files compress to a quarter, and are the only large thing that is fetched by a browser alone.
        router = router.merge(page::routes().layer(CompressionLayer::new()));
    }
    router
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
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

/// Checks what the settings say of the door beyond what reading them does.
///
/// # Errors
/// A certificate or a key that cannot be used, by its setting.
pub fn check(settings: &Server) -> Result<(), config::Error> {
    tls::acceptor(settings).map(drop)
}
