//! What this API brings to the graph: leads.

mod graphql;
mod loader;
mod model;
mod rest;
mod rules;

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_graphql::{Context, SchemaBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::context::RequestContext;
use crate::drift::{Contract, Given, Look};
use crate::error::Error;
use crate::live::{Change, Pace, Watches};
use crate::session::{Deferred, Opens};
use crate::setting::Setting;
use crate::transition::table::Row;
use crate::turn::Turn;
use crate::upstream::{self, Access, Credentials, OfProfiles, PartSettings, Speech, Unusable, Upstream};

pub use graphql::{Mutation, NEEDS, Query, Subscription};
pub use model::Lead;

crate::node::nodes!(Lead = model::LEAD);

/// How the API is named in errors and messages, and where it puts its own.
pub(crate) const SPEECH: Speech = rest::SPEECH;

/// The settings of this API alone, besides those that every API has.
pub const SETTINGS: &[Setting] = &[
    Setting::optional(
        "base_url",
        "Address of the API, without a path. Testing and production differ; there is no default.",
    ),
    Setting::secret("api_key", "The partner's API key. The API is configured where this is set."),
    Setting::optional(
        "partner_route",
        "The partner's route, a slug that is issued with the key and stands in every path.",
    ),
    Setting::new(
        "cache_leads_ms",
        "0",
        "How long a lead is kept for its credential, in milliseconds; a write to this API ends it. At 0 none is kept.",
    ),
];

/// What is known of this API's records.
pub(crate) const CONTRACTS: &[Contract] = rest::CONTRACTS;

/// The key whose presence says that this API is configured.
pub const KEY_OF_PRESENCE: &str = "api_key";

/// How often this API is polled for subscriptions, in the section of these.
pub const POLL: Setting = Setting::new(
    "leads_ms",
    "10000",
    "How often each lead that somebody listens to is read, in milliseconds: one call a lead. Where its changes are pushed it may be seldom.",
);

/// What a profile may have of its own of this API's credential: key and route go together.
pub const PROFILE: [PartSettings; 2] = [
    upstream::part!(secret "connect_api_key", "a partner's API key"),
    upstream::part!(optional "connect_partner_route", "a partner's route"),
];

/// The values of [`SETTINGS`].
#[derive(Debug, Deserialize)]
pub struct Settings {
    base_url: url::Url,
    api_key: Option<SecretString>,
    partner_route: Option<String>,
    cache_leads_ms: u64,
}

/// This API as the gateway holds it: its connections, shared by all requests.
#[derive(Clone)]
pub struct Api {
    upstream: Upstream,
    watches: Watches<loader::LeadReader>,
    credentials: Credentials<2>,
    kept_for: Duration,
}

impl Api {
    /// The API at the address and with the credentials that the settings give.
    ///
    /// # Errors
    /// Where a credential lacks its route or cannot stand in a header, or the HTTP client cannot be made.
    pub(crate) fn new(
        settings: &Settings,
        terms: upstream::Terms,
        of_profiles: OfProfiles<2>,
        pace: Pace,
    ) -> Result<Self, Unusable> {
        let own = match (&settings.api_key, &settings.partner_route) {
            (None, _) => None,
            (Some(key), Some(route)) => Some([key.expose_secret(), route.as_str()]),
            (Some(_), None) => return Err(Unusable::Missing("partner_route")),
        };
        let upstream = Upstream::connect(SPEECH, &settings.base_url, terms)?;
        let credentials = Credentials::new(own, of_profiles, rest::credential)?;
        Ok(Self {
            upstream,
            watches: Watches::new(pace),
            credentials,
            kept_for: Duration::from_millis(settings.cache_leads_ms),
        })
    }

    /// The API that the settings do not name: its fields answer with an error that says so.
    pub fn absent() -> Self {
        let credentials = Credentials::none(rest::credential);
        let watches = Watches::new(Pace::default());
        Self { upstream: Upstream::absent(SPEECH), watches, credentials, kept_for: Duration::ZERO }
    }

    /// The API as it is called: whether it is configured, what it bears and how it is.
    pub(crate) fn upstream(&self) -> &Upstream {
        &self.upstream
    }

    /// Lets go of what was read before a change, and reads again what somebody listens to.
    pub(crate) fn hear(&self, change: &Change) {
        self.upstream.forget();
        if change.kind == model::LEAD {
            self.watches.hear(&change.id);
        }
    }
}

impl Opens for Api {
    type Session = Session;

    fn session(&self, turn: &Turn, request: &Arc<RequestContext>) -> Session {
        let credential = self.credentials.of(request.caller(), &self.upstream);
        // Without a credential there is no route either, and no call.
        let route = credential.as_ref().ok().and_then(|credential| credential.place().cloned()).unwrap_or_default();
        let access = Access::new(self.upstream.clone(), credential, Arc::clone(request));
        let client = rest::Client::new(access, route, self.kept_for);
        let loaders = loader::Loaders::new(client.clone(), turn.clone());
        Session { client, watches: self.watches.clone(), loaders, request: Arc::clone(request) }
    }
}

/// One request's view of this API: its loaders, under the caller's credential.
pub(crate) struct Session {
    client: rest::Client,
    watches: Watches<loader::LeadReader>,
    loaders: loader::Loaders,
    request: Arc<RequestContext>,
}

impl Session {
    /// The session of the request that a field belongs to.
    pub(crate) fn of<'a>(ctx: &Context<'a>) -> Result<&'a Arc<Self>, Error> {
        ctx.data_opt::<Deferred<Api>>().map(Deferred::get).ok_or(Error::Internal)
    }

    /// How long the API takes to answer the cheapest question it knows.
    pub(crate) async fn probe(&self) -> Result<Duration, Error> {
        self.client.probe().await
    }

    /// Reads one record of each kind and holds it against what is known of it.
    pub(crate) async fn survey(&self, given: &Given) -> Vec<Look> {
        self.client.survey(given).await
    }
}

/// The rules of this API's lifecycles.
pub(crate) fn rules() -> Vec<Row> {
    crate::transition::table::rows::<model::LeadLifecycle>()
}

/// Tells the moves of a record in the description of its states.
pub(crate) fn describe_states<Q, M, S>(builder: SchemaBuilder<Q, M, S>) -> SchemaBuilder<Q, M, S> {
    static DESCRIPTION: LazyLock<String> = LazyLock::new(|| {
        let moves = crate::transition::table::describe(&rules());
        format!("Where a lead stands.\n\n{moves}")
    });
    builder.override_output_type_description::<model::LeadStage>(DESCRIPTION.as_str())
}
