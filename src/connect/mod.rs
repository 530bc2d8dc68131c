//! What this API brings to the graph: leads.

mod graphql;
mod loader;
mod model;
mod rest;
mod rules;

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_graphql::SchemaBuilder;
use secrecy::SecretString;
use serde::Deserialize;

use crate::context::RequestContext;
use crate::error::Error;
use crate::setting::Setting;
use crate::transition::table::Row;
use crate::turn::Turn;
use crate::upstream::{self, Access, Credential, Speech, Upstream};

pub use graphql::{Mutation, Query};
pub use model::Lead;

crate::node::nodes!(Lead);

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

/// The key whose presence says that this API is configured.
pub const KEY_OF_PRESENCE: &str = "api_key";

/// The values of [`SETTINGS`].
#[derive(Debug, Deserialize)]
pub struct Settings {
    base_url: url::Url,
    api_key: SecretString,
    partner_route: String,
    cache_leads_ms: u64,
}

/// This API as the gateway holds it: its connections, shared by all requests.
#[derive(Clone)]
pub struct Api {
    upstream: Upstream,
    credential: Option<Credential>,
    partner_route: String,
    kept_for: Duration,
}

impl Api {
    /// The API at the address and with the credential that the settings give.
    ///
    /// # Errors
    /// Where the credential cannot stand in a header, or the HTTP client cannot be made.
    pub fn new(settings: &Settings, calls: upstream::Settings) -> Result<Self, upstream::Unusable> {
        let upstream = Upstream::connect(SPEECH, &settings.base_url, calls)?;
        let credential = Some(rest::credential(&settings.api_key)?);
        let kept_for = Duration::from_millis(settings.cache_leads_ms);
        Ok(Self { upstream, credential, partner_route: settings.partner_route.clone(), kept_for })
    }

    /// The API that the settings do not name: its fields answer with an error that says so.
    pub fn absent() -> Self {
        Self {
            upstream: Upstream::absent(SPEECH),
            credential: None,
            partner_route: String::new(),
            kept_for: Duration::ZERO,
        }
    }

    /// What one request needs of this API.
    pub(crate) fn session(&self, turn: &Turn, request: &Arc<RequestContext>) -> Session {
        let access = Access::new(self.upstream.clone(), self.credential.clone(), Arc::clone(request));
        let client = rest::Client::new(access, self.partner_route.clone(), self.kept_for);
        Session { client: client.clone(), loaders: loader::Loaders::new(client, turn.clone()) }
    }

    /// The most reads that one request may cost this API.
    pub(crate) fn calls_per_operation(&self) -> usize {
        self.upstream.calls_per_operation()
    }

    /// How the API is doing; none where it is not configured.
    pub(crate) fn vitals(&self) -> Option<upstream::Vitals> {
        self.upstream.vitals()
    }

    /// Whether the settings name this API.
    pub(crate) fn is_configured(&self) -> bool {
        self.upstream.is_configured()
    }
}

/// One request's view of this API: its loaders, under the caller's credential.
pub(crate) struct Session {
    client: rest::Client,
    loaders: loader::Loaders,
}

impl Session {
    /// How long the API takes to answer the cheapest question it knows.
    pub(crate) async fn probe(&self) -> Result<Duration, Error> {
        self.client.probe().await
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
