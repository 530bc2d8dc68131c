//! The joined schema: one graph over the APIs, and the way of one request through it.
//!
//! [`graph!`](join) is the one list of the APIs. Everything that differs between them is in their folders; what is here
//! is the same for each.

mod admission;
mod credentials;
mod direct;
mod engine;
mod estimate;
mod explain;
mod federation;
mod join;
mod known;
mod lifecycle;
mod node;
mod reference;
mod root;
mod subscription;
mod upstreams;
mod variables;

use std::fmt::Display;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use async_graphql::{Data, Request, Response, ServerError};
use axum::http::HeaderName;
use futures_util::FutureExt;

use crate::advance::Desk;
use crate::caller::{Caller, Profile, RequestId, Right};
use crate::config::{self, Section};
use crate::context::RequestContext;
use crate::documents::{Documents, Unusable};
use crate::drift::{Contract, Given, Report};
use crate::error::response;
use crate::limits::Limits;
use crate::live::Change;
use crate::record::StepByStep;
use crate::setting::Setting;
use crate::tape;
use crate::turn::Turn;
use engine::{Common, Engine, Engines, Purpose};
use known::Known;
use variables::InputTypes;

pub use admission::{Admitted, Answer, Operation, Parameters, Reach, Sameness, count_known};
pub use federation::{GRAPH, Settings};
pub use join::{Apis, Mutation, Query, Subscription};
pub use lifecycle::rules;
pub use node::Node;
pub use subscription::Events;

/// The right to be told how a request is carried out. No field needs it.
pub const EXPLAIN: Right = Right::new("explain");

/// The sections of the settings that belong to the APIs.
pub fn sections() -> Vec<Section> {
    join::sections()
}

/// The settings by which a profile has credentials of its own.
pub fn profile_settings() -> Vec<Setting> {
    join::profile_settings().collect()
}

/// The headers in which the requests of a profile bring credentials.
///
/// # Errors
/// The first setting that names no header, by its key.
pub fn forwarded(settings: &config::Settings, profile: &str) -> Result<Vec<HeaderName>, config::Error> {
    credentials::forwarded(settings, profile)
}

/// The fields that need a right, each with its right. Fields that are not named need none.
pub fn needs() -> Vec<(&'static str, Right)> {
    join::needs().collect()
}

/// Every right that there is, in the order of the fields that need them.
pub fn rights() -> Vec<Right> {
    let mut rights = Vec::new();
    for right in join::needs().map(|(_, right)| right).chain([EXPLAIN]) {
        if !rights.contains(&right) {
            rights.push(right);
        }
    }
    rights
}

/// Whether the settings name this API: its presence is told by a credential, be it the gateway's or a profile's.
pub fn is_configured(settings: &config::Settings, section: &str) -> bool {
    join::KEYS_OF_PRESENCE.iter().any(|(name, key)| *name == section && settings.has(name, key))
        || credentials::is_had_by_a_profile(settings, section)
}

/// Checks that nothing is given of an API whose credential is not: half an API is a mistake, and no wish for the sandbox.
///
/// # Errors
/// The missing credential, by its key, and what is given without it.
pub fn check_absent(settings: &config::Settings) -> Result<(), config::Error> {
    join::check_absent(settings)
}

/// Checks that APIs that are named as required are there at all, since nothing else would ever be ready.
///
/// # Errors
/// The first one that is none or not configured, by the setting that names it.
pub fn check_required(settings: &config::Settings, required: &[String]) -> Result<(), config::Error> {
    match required.iter().find(|name| !is_configured(settings, name)) {
        Some(name) => {
            let known = names().collect::<Vec<_>>().join(", ");
            let problem = format!("found {name:?}, expected APIs that are configured, of {known}");
            Err(config::unusable("server.required_upstreams", problem))
        }
        None => Ok(()),
    }
}

/// How long one call to an API may take, of those that are configured or may be played: every key of theirs that ends so
/// is the deadline of a call.
pub fn longest_call(settings: &config::Settings) -> Duration {
    let deadlines = sections().into_iter().flat_map(|section| {
        let keys = section.settings.into_iter().filter(|setting| setting.key.ends_with("timeout_ms"));
        keys.map(move |setting| settings.text_of(section.name, setting.key))
    });
    deadlines.filter_map(|text| text?.parse().ok().map(Duration::from_millis)).max().unwrap_or_default()
}

/// The API, by its name in the graph, that records of a kind are read from; none where no record is of that kind.
pub fn api_of(kind: &str) -> Option<&'static str> {
    join::api_of(kind)
}

/// The names of the APIs' sections.
pub fn names() -> impl Iterator<Item = &'static str> {
    join::KEYS_OF_PRESENCE.iter().map(|(name, _)| *name)
}

/// Each API by its section, and as a recording knows it.
pub fn recorded() -> &'static [(&'static str, tape::Api)] {
    join::RECORDED
}

/// The graph, ready to be asked.
#[derive(Clone)]
pub struct Graph {
    engines: Arc<Engines>,
    documents: Arc<Documents>,
    known: Known,
    input_types: Arc<InputTypes>,
    apis: Arc<Apis>,
    desk: Arc<Desk>,
    limits: Arc<Limits>,
    budgets: Arc<[estimate::Budget]>,
    settings: Settings,
}

impl Graph {
    /// The graph over these APIs; `desk` is where all of its writes pass, `limits` what a request may ask for, and
    /// `documents` those that it may name instead of sending them.
    pub fn new(settings: &Settings, apis: Apis, desk: Arc<Desk>, limits: Limits, documents: Documents) -> Self {
        let limits = Arc::new(limits);
        let budgets = apis.budgets().into();
        let apis = Arc::new(apis);
        let ear: Weak<Apis> = Arc::downgrade(&apis);
        desk.live().attach(ear);
        let common = Common { apis: Arc::clone(&apis), desk: Arc::clone(&desk) };
        Self {
            engines: Arc::new(Engines::new(settings, &limits, common)),
            documents: Arc::new(documents),
            known: Known::new(),
            input_types: Arc::new(InputTypes::new()),
            apis,
            desk,
            limits,
            budgets,
            settings: *settings,
        }
    }

    /// The schema as a page to read.
    pub fn reference(&self) -> &'static str {
        reference(&self.settings)
    }

    /// What a request may ask for.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Those of the named APIs that do not work just now, by their names in the graph. Each is asked whether it is back:
    /// a gateway that is sent no requests for their sake would never find out.
    pub fn unavailable(&self, sections: &[String]) -> Vec<&'static str> {
        let is_named = |state: &join::State| sections.iter().any(|name| name == state.section);
        let open = self.apis.states().into_iter().filter(|state| state.is_open && is_named(state));
        open.map(|state| {
            let apis = Arc::clone(&self.apis);
            let context = own_request(format!("readiness-{}", state.section));
            tokio::spawn(async move { apis.ask_after(state.section, &context).await });
            state.name
        })
        .collect()
    }

    /// A number that is another one after every write: what set out under one number was never under way beside what sets
    /// out under a later one. None while an API is not known to work, when nobody is to wait for what somebody else finds
    /// out about it.
    pub fn epoch(&self) -> Option<u64> {
        self.apis.epoch()
    }

    /// Tells everybody whom it concerns that a record may have changed otherwise than by this gateway.
    pub fn tell_changed(&self, kind: &str, id: impl Display) {
        self.desk.live().tell(Change { kind: kind.to_owned(), id: id.to_string() });
    }

    /// Answers a request in its caller's name. Every error of the answer has its code and the request's id.
    pub async fn execute(&self, admitted: &Admitted, context: &Arc<RequestContext>) -> Answer {
        let turn = Turn::new();
        let id = context.id();
        let mut data = Data::default();
        data.insert(Arc::clone(context));
        self.apis.attach(&mut data, &turn, context);
        let answered = turn.run(self.resolve(admitted, data, context.is_explained()));
        // What is dropped here are reads: a write goes on in a task of its own.
        let time_left = self.limits.deadline().saturating_sub(context.offset(Instant::now()));
        match tokio::time::timeout(time_left, answered).await {
            Ok(mut response) => {
                explain::annotate(&mut response, context, &self.apis);
                let answer = Answer::of(response::finish(response, &id.0));
                self.learn(admitted, &answer);
                answer
            }
            Err(_) => Answer::overdue(self.limits.overdue(), id),
        }
    }

    async fn resolve(&self, admitted: &Admitted, mut data: Data, is_explained: bool) -> Response {
        if is_explained {
            data.insert(StepByStep);
        } else if let Some(query) = admitted.query() {
            data = match self.engines.of(Purpose::Strict).execute_directly(query, data).await {
                Ok(response) => return response,
                Err(data) => data,
            };
        }
        let purpose = match (is_explained, admitted.is_known) {
            (true, _) => Purpose::Explained,
            (false, true) => Purpose::Lenient,
            (false, false) => Purpose::Strict,
        };
        let mut request = admitted.request();
        request.data = data;
        // The longer way needs more room, and seldom has it.
        Box::pin(self.engines.of(purpose).execute(request)).await
    }
}

/// A request of the gateway's own, in nobody's name.
fn own_request(id: String) -> Arc<RequestContext> {
    let nobody = Profile::new(String::new(), Vec::new(), Vec::new());
    Arc::new(RequestContext::new(RequestId(id.into()), Caller::anonymous(Arc::new(nobody))))
}

/// Reads one record of each kind that the APIs have, and holds it against what is known of it. Nothing is written.
pub async fn survey(apis: &Apis, given: &Given) -> Report {
    apis.survey(&own_request("survey".to_owned()), given).await
}

/// What is known of the records of each API, by the API's section.
#[must_use]
pub fn contracts() -> Vec<(&'static str, &'static [Contract])> {
    join::contracts()
}

/// Checks that documents fit the schema, each by itself, given with their ids.
///
/// # Errors
/// The first that does not, by its id.
pub fn check_documents<'a>(
    settings: &Settings,
    limits: &Limits,
    documents: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<(), Unusable> {
    let schema = Engine::new(settings, limits, Purpose::Strict, None);
    let mut documents: Vec<(&str, &str)> = documents.into_iter().collect();
    documents.sort_unstable();
    for (id, text) in documents {
        if let Some(misfit) = misfits(&schema, Request::new(text).operation_name(NO_NAME)).into_iter().next() {
            return Err(Unusable::Unfit { id: id.to_owned(), problem: misfit.message });
        }
    }
    Ok(())
}

/// Where a request for an operation of no name does not fit the schema. The engine validates before it looks for the
/// operation, so that this waits for nothing.
fn misfits(schema: &Engine, request: Request) -> Vec<ServerError> {
    let mut errors = schema.execute(request).now_or_never().unwrap_or_default().errors;
    errors.retain(|error| !error.message.contains(NO_NAME));
    errors
}

/// What no operation can be named.
const NO_NAME: &str = "0";

/// The schema as it is printed: what `schema.graphql` holds.
pub fn sdl() -> String {
    engine::printed()
}

/// The schema of a graph with these settings, as it is printed.
pub fn sdl_of(settings: &Settings) -> String {
    if settings.federation { federated_sdl() } else { sdl() }
}

/// The same as a page to read.
pub fn reference(settings: &Settings) -> &'static str {
    if settings.federation { reference::page_of_subgraph() } else { reference::page() }
}

/// The schema with the keys by which a router joins it to others.
pub fn federated_sdl() -> String {
    federation::sdl()
}
