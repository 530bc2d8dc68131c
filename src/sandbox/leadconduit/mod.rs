//! LeadConduit, played: onboards, the account, and what onboards point at (connections, flows, entities, invitations).
//!
//! One key is one account, and no path names it. Where the vendor's documents are silent, this play takes the reading that is
//! most dangerous for a client: `PUT /onboards/{id}` replaces the whole record, `PUT /account` replaces `features` and
//! `subscriptions` whole, and completing an onboard twice runs into a failed set-up behind a 200.
//!
//! `GET /onboards/{id}` does not exist, neither here nor there.

mod access;
mod account;
mod entities;
mod invitations;
mod onboards;
mod read;
mod record;
mod refusal;
mod seed;
mod set_up;
mod tenant;

use std::sync::{Arc, Mutex, PoisonError};

use axum::middleware::from_fn;
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde::Serialize;
use serde_json::{Value, json};

use self::access::Caller;
use self::tenant::Tenant;
use super::backstage::Play;

/// The key of the main account: 60 onboards, 7 connections, 11 flows.
pub const API_KEY: &str = "sandbox-leadconduit-key";
/// The key of a small free account: 3 onboards, 1 connection, and a plan without flows.
pub const SECOND_API_KEY: &str = "sandbox-leadconduit-second-key";
/// What every secret in an account's record begins with, so that a leak is found by looking for it.
pub const PLANTED_SECRET: &str = "planted-secret";

/// Both accounts with all that belongs to them.
#[derive(Clone, Debug)]
pub(super) struct LeadConduit(Arc<Mutex<World>>);

#[derive(Debug, Serialize)]
struct World {
    main: Tenant,
    second: Tenant,
}

impl LeadConduit {
    pub(super) fn seeded() -> Self {
        Self(Arc::new(Mutex::new(seed::world())))
    }

    fn on_tenant<T>(&self, caller: Caller, act: impl FnOnce(&mut Tenant) -> T) -> T {
        let mut world = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match caller {
            Caller::Main => act(&mut world.main),
            Caller::Second => act(&mut world.second),
        }
    }
}

impl Play for LeadConduit {
    fn routes(&self) -> Router {
        let keyed = Router::new()
            .route("/onboards", get(onboards::list).post(onboards::create))
            .route("/onboards/{id}", put(onboards::update))
            .route("/onboard/buyer", post(set_up::buyer))
            .route("/connections/{id}", get(read::connection))
            .route("/flows", get(read::flows))
            .route("/flows/{id}", get(read::flow))
            .route("/entities", get(entities::list))
            .route("/entities/{id}", get(entities::find))
            .route("/invitations/source", post(invitations::invite_source))
            .route("/invitations/recipient", post(invitations::invite_recipient))
            .route("/invitations/{id}/resend", put(invitations::resend))
            .route("/account", get(account::read).put(account::update))
            .fallback(refusal::no_such_route)
            .method_not_allowed_fallback(refusal::no_such_route)
            .layer(from_fn(access::check_key))
            .with_state(self.clone());
        Router::new().route("/status", get(status)).merge(keyed).layer(from_fn(access::check_accept))
    }

    fn reset(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = seed::world();
    }

    fn records(&self) -> Value {
        let world = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        serde_json::to_value(&*world).unwrap_or_default()
    }
}

/// The one answer that needs no key: a health probe.
async fn status() -> Json<Value> {
    Json(json!({"version": "13.5.0"}))
}
