//! What this API brings to the graph: invoices.

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
pub use model::Invoice;

crate::node::nodes!(Invoice = model::INVOICE);

/// How the API is named in errors and messages, and where it puts its own.
pub(crate) const SPEECH: Speech = rest::SPEECH;

/// The settings of this API alone, besides those that every API has.
pub const SETTINGS: &[Setting] = &[
    Setting::optional("base_url", "Address of the API, without a path."),
    Setting::secret("api_key", "The key. The API is configured where this is set."),
];

/// What is known of this API's records.
pub(crate) const CONTRACTS: &[Contract] = rest::CONTRACTS;

/// The key whose presence says that this API is configured.
pub const KEY_OF_PRESENCE: &str = "api_key";

/// How often this API is polled for subscriptions, in the section of these.
pub const POLL: Setting =
    Setting::new("invoices_ms", "10000", "How often each invoice that somebody listens to is read, in milliseconds.");

/// What a profile may have of its own of this API's credential.
pub const PROFILE: [PartSettings; 1] = [upstream::part!(secret "invoices_api_key", "a key")];

/// The values of [`SETTINGS`].
#[derive(Debug, Deserialize)]
pub struct Settings {
    base_url: url::Url,
    api_key: Option<SecretString>,
}

/// This API as the gateway holds it: its connections, shared by all requests.
#[derive(Clone)]
pub struct Api {
    upstream: Upstream,
    watches: Watches<loader::InvoiceReader>,
    credentials: Credentials<1>,
}

impl Api {
    /// The API at the address and with the credentials that the settings give.
    ///
    /// # Errors
    /// Where a credential cannot stand in a header, or the HTTP client cannot be made.
    pub(crate) fn new(
        settings: &Settings,
        terms: upstream::Terms,
        of_profiles: OfProfiles<1>,
        pace: Pace,
    ) -> Result<Self, Unusable> {
        let upstream = Upstream::connect(SPEECH, &settings.base_url, terms)?;
        let own = settings.api_key.as_ref().map(|key| [key.expose_secret()]);
        let credentials = Credentials::new(own, of_profiles, rest::credential)?;
        Ok(Self { upstream, watches: Watches::new(pace), credentials })
    }

    /// The API that the settings do not name: its fields answer with an error that says so.
    pub fn absent() -> Self {
        let credentials = Credentials::none(rest::credential);
        Self { upstream: Upstream::absent(SPEECH), watches: Watches::new(Pace::default()), credentials }
    }

    /// The API as it is called: whether it is configured, what it bears and how it is.
    pub(crate) fn upstream(&self) -> &Upstream {
        &self.upstream
    }

    /// Lets go of what was read before a change, and reads again what somebody listens to.
    pub(crate) fn hear(&self, change: &Change) {
        self.upstream.forget();
        if change.kind == model::INVOICE {
            self.watches.hear(&change.id);
        }
    }
}

impl Opens for Api {
    type Session = Session;

    fn session(&self, turn: &Turn, request: &Arc<RequestContext>) -> Session {
        let credential = self.credentials.of(request.caller(), &self.upstream);
        let client = rest::Client::new(Access::new(self.upstream.clone(), credential, Arc::clone(request)));
        let loaders = loader::Loaders::new(client.clone(), turn.clone());
        Session { client, watches: self.watches.clone(), loaders, request: Arc::clone(request) }
    }
}

/// One request's view of this API: its loaders, under the caller's credential.
pub(crate) struct Session {
    client: rest::Client,
    watches: Watches<loader::InvoiceReader>,
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
    pub(crate) async fn survey(&self, _: &Given) -> Vec<Look> {
        self.client.survey().await
    }
}

/// The rules of this API's lifecycles.
pub(crate) fn rules() -> Vec<Row> {
    crate::transition::table::rows::<model::InvoiceLifecycle>()
}

/// Tells the moves of a record in the description of its states.
pub(crate) fn describe_states<Q, M, S>(builder: SchemaBuilder<Q, M, S>) -> SchemaBuilder<Q, M, S> {
    static DESCRIPTION: LazyLock<String> = LazyLock::new(|| {
        let moves = crate::transition::table::describe(&rules());
        format!("Where an invoice stands.\n\n{moves}")
    });
    builder.override_output_type_description::<model::InvoiceStatus>(DESCRIPTION.as_str())
}
