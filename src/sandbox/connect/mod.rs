//! Connect, played: leads, read one at a time and moved from stage to stage.
//!
//! Two partners have a key and a route each and see their own leads alone. Connect's rules for moves are not
//! documented; this play refuses with 409 every move out of Funded, Disqualified and Withdrawn, a repeat of the same
//! stage included, and every move of an Unmatched lead, which only Connect itself may match. It allows anything else,
//! steps back as well, and asks for none of the members that a stage would make sensible: to insist on those is the gateway's
//! part.
//!
//! What is posted beside the stage (`fundedDate`, reasons, ...) can never be read back through the API; it is kept, and shows
//! under `/_sandbox/records` alone.

mod access;
mod lead;
mod leads;
mod problem;
mod seed;
mod stage;
mod stage_body;

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::get;
use serde::Serialize;
use serde_json::Value;

use self::access::Partner;
use self::lead::Lead;
use super::backstage::Play;

/// The key of the partner with the 60 leads.
pub const API_KEY: &str = "sandbox-connect-key";
/// That partner's route.
pub const PARTNER_ROUTE: &str = "my-finances";
/// The key of the partner with 3 leads.
pub const SECOND_API_KEY: &str = "sandbox-connect-second-key";
/// That partner's route.
pub const SECOND_PARTNER_ROUTE: &str = "harbor-lending";

/// The leads of both partners.
#[derive(Clone, Debug)]
pub(super) struct Connect(Arc<Mutex<Leads>>);

#[derive(Debug, Serialize)]
struct Leads {
    main: Vec<Lead>,
    second: Vec<Lead>,
}

impl Connect {
    pub(super) fn seeded() -> Self {
        Self(Arc::new(Mutex::new(seed::leads())))
    }

    fn on_leads<T>(&self, partner: Partner, act: impl FnOnce(&mut [Lead]) -> T) -> T {
        let mut leads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match partner {
            Partner::Main => act(&mut leads.main),
            Partner::Second => act(&mut leads.second),
        }
    }
}

impl Play for Connect {
    fn routes(&self) -> Router {
        Router::new()
            .route("/api/v1/{route}/leads", get(leads::read).post(leads::set_stage))
            .fallback(problem::no_such_page)
            .layer(from_fn(access::check))
            .with_state(self.clone())
    }

    fn reset(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = seed::leads();
    }

    fn records(&self) -> Value {
        let leads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        serde_json::to_value(&*leads).unwrap_or_default()
    }
}
