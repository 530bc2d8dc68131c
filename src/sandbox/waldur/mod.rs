//! Waldur MasterMind's onboarding verifications, played: stateful, and faithful to the server's recorded exchanges.
//!
//! Played are the twelve operations on verifications, the supported countries, and the justifications by which
//! staff move a record on. Not played: faults and latency, which others put around the routes; multipart bodies;
//! OPTIONS; the hourly expiry by itself ([`Waldur::expire_overdue`] is that task, run on demand).
//!
//! A request's way is in `routes`; how `run_validation` decides is told in [`register`].

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Response;
use axum::middleware::{self, Next};
use axum::routing::any;
use serde_json::Value;
use uuid::Uuid;

mod answers;
mod body;
mod call;
pub mod checklist;
mod completion;
mod customer;
mod entry;
mod fields;
mod files;
mod justification;
mod mint;
mod moment;
mod pages;
mod python;
mod record;
pub mod register;
mod respond;
mod routes;
mod seed;
mod users;
mod verification;
mod world;

pub use record::Status;
pub use seed::{OTHER_TOKEN, OWNER_TOKEN, STAFF_TOKEN};
pub use users::{Role, User};
pub use world::World;

/// The played server. Clones share one world.
#[derive(Clone, Debug)]
pub struct Waldur {
    played: Arc<Played>,
}

#[derive(Debug)]
struct Played {
    world: Mutex<World>,
    /// The world to go back to.
    start: World,
    users: Vec<Arc<User>>,
    /// A lock per token, as the server locks a token's row for the whole request.
    tokens: HashMap<&'static str, Arc<tokio::sync::Mutex<()>>>,
}

impl Waldur {
    /// The seeded world.
    #[must_use]
    pub fn seeded() -> Self {
        Self::with_world(seed::world())
    }

    /// A world of one's own.
    #[must_use]
    pub fn with_world(world: World) -> Self {
        let users: Vec<Arc<User>> = world.users.iter().cloned().map(Arc::new).collect();
        let tokens = users.iter().map(|user| (user.token, Arc::default())).collect();
        Self { played: Arc::new(Played { world: Mutex::new(world.clone()), start: world, users, tokens }) }
    }

    /// Back to the start, whatever has happened.
    pub fn reset(&self) {
        self.world().clone_from(&self.played.start);
    }

    /// The API's routes, below `/api/`.
    pub fn routes(&self) -> Router {
        Router::new().route("/api/{*path}", any(routes::answer)).with_state(self.clone())
    }

    /// Lets the requests of one token into `inner` one after another; those of different tokens run side by side.
    pub fn serialised(&self, inner: Router) -> Router {
        inner.layer(middleware::from_fn_with_state(self.clone(), one_at_a_time))
    }

    /// All records in brief, oldest first.
    #[must_use]
    pub fn records(&self) -> Value {
        self.world().records.iter().map(record::Record::summary).collect()
    }

    /// Puts a record into a status behind the API's back, as an operator may in the server's database.
    pub fn set_status(&self, record: Uuid, status: Status) {
        self.world().set_status(record, status);
    }

    /// Runs the server's hourly task: what is pending or escalated past its `expires_at` expires.
    pub fn expire_overdue(&self) {
        self.world().expire_overdue();
    }

    fn users(&self) -> &[Arc<User>] {
        &self.played.users
    }

    /// A panic elsewhere leaves the world as it was: every operation checks first and writes last.
    fn world(&self) -> MutexGuard<'_, World> {
        self.played.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request without a known token locks no row.
async fn one_at_a_time(State(waldur): State<Waldur>, request: Request, next: Next) -> Response<Body> {
    let caller = entry::authenticate(request.headers(), waldur.users()).ok();
    let row = caller.and_then(|caller| waldur.played.tokens.get(caller.token));
    let _held = match row {
        Some(row) => Some(row.lock().await),
        None => None,
    };
    next.run(request).await
}
