//! The gateway's door: its routes, and the steps that every request passes.

mod caching;
mod connection;
mod cors;
mod csrf;
mod door;
mod finished;
mod front;
mod health;
mod life;
mod listen;
mod mcp;
mod metrics;
mod page;
mod pieces;
mod protocol;
mod received;
mod recent;
mod report;
mod request;
mod request_id;
mod response;
mod sharing;
mod standing;
mod tls;
mod transport;
mod visitor;
mod webhook;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_extractor_with_state, from_fn};
use axum::routing::{MethodRouter, get};

use crate::caller::RequestId;
use crate::config::{self, HttpStatus, Server, Subscriptions, Webhooks, Words};
use crate::graph::{Admitted, Graph, Parameters};
use crate::identity::Identity;
use crate::rate::Rates;
use crate::replicas::Replicas;

pub use door::Door;
pub use front::{Current, Front};
pub use life::Life;
pub use listen::serve;
pub use mcp::Agents;
pub use metrics::serve_metrics;
use recent::Recent;
use request::LargestBody;
use sharing::Operations;
use transport::{Asked, Transports};
use visitor::Visitor;

/// What the routes share.
struct Gateway {
    graph: Arc<Graph>,
    identity: Identity,
    rates: Rates,
    replicas: Replicas,
    statuses: HttpStatus,
    largest_body: LargestBody,
    recent: Recent<Arc<Admitted>>,
    operations: Operations,
    transports: Transports,
    life: Arc<Life>,
    required: Words,
}

impl Gateway {
    /// Reads a request's document, which another replica may have been sent, and holds it against the limits.
    async fn admit(&self, parameters: Parameters, id: &RequestId) -> Asked {
        self.graph.learn_document(&parameters).await;
        self.graph.admit(parameters, id).map(Arc::new)
    }
}

/// What is set about all that comes in.
pub struct Settings<'a> {
    /// The door itself.
    pub server: &'a Server,
    /// Connections that stay.
    pub subscriptions: Subscriptions,
    /// Pushes.
    pub webhooks: Webhooks,
    /// What agents are answered with, where they are answered.
    pub agents: Option<Agents>,
}

/// What requests come in by: the routes, from the outside in. `controls` are those of what is played, for the explorer beside which they stand.
pub fn door(
    graph: Graph,
    identity: Identity,
    rates: Rates,
    replicas: Replicas,
    life: Arc<Life>,
    settings: Settings<'_>,
    controls: Router,
) -> Door {
    let Settings { server: settings, subscriptions, webhooks, agents } = settings;
    let largest_body = LargestBody(settings.max_body_bytes.get());
    let tells_schema = graph.limits().introspects();
    let gateway = Arc::new(Gateway {
        graph: Arc::new(graph),
        identity,
        rates,
        replicas,
        statuses: settings.http_status,
        largest_body,
        recent: Recent::default(),
        operations: Operations::new(settings.share_operations),
        transports: Transports::new(subscriptions, settings.cors_origins.clone()),
        life,
        required: settings.required_upstreams.clone(),
    });
    let controls = if settings.explorer { guarded(controls, &gateway) } else { Router::new() };
    let mut router = Router::new().route(door::GRAPHQL, graphql(settings));
    if settings.explorer {
        router = router.merge(page::routes());
    }
    if settings.explorer && tells_schema {
        router = router.route("/reference", get(page::reference));
    }
    if let Some(agents) = agents {
        router = router.route("/mcp", shared_with_pages(mcp::route(agents, settings), settings));
    }
    if let Some(leads) = webhook::leads(&webhooks) {
        router = router.route("/webhooks/leads", leads);
    }
    let direct = settings.cors_origins.is_empty().then(|| Arc::clone(&gateway));
    let router = router
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .fallback(protocol::no_such_path)
        .with_state(gateway)
        .merge(controls)
        // Outermost: everything inside, the answer to a panic too, carries the request's id.
        .layer(from_fn(request_id::carry));
    Door { router, direct }
}

fn graphql(settings: &Server) -> MethodRouter<Arc<Gateway>> {
    shared_with_pages(get(protocol::get).post(protocol::post).fallback(protocol::other_method), settings)
}

fn shared_with_pages(route: MethodRouter<Arc<Gateway>>, settings: &Server) -> MethodRouter<Arc<Gateway>> {
    // Without origins there is nothing to tell a browser, which then keeps other sites out by itself.
    if settings.cors_origins.is_empty() { route } else { route.layer(cors::layer(&settings.cors_origins)) }
}

/// The page's policy lets it ask this origin alone, so the played APIs' controls are offered here too, to callers who are
/// let in.
fn guarded(controls: Router, gateway: &Arc<Gateway>) -> Router {
    let known = from_extractor_with_state::<Visitor, Arc<Gateway>>(Arc::clone(gateway));
    Router::new().nest("/sandbox", controls).layer(known).layer(from_fn(csrf::guard))
}

/// Checks what the settings say of the door beyond what reading them does.
///
/// # Errors
/// A certificate or a key that cannot be used, by its setting.
pub fn check(settings: &Server) -> Result<(), config::Error> {
    tls::acceptor(settings).map(drop)
}
