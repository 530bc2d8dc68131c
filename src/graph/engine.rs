//! The graph as the engine holds it: by itself, or as a subgraph with the fields that a router asks for entities.

use std::sync::{Arc, OnceLock};

use async_graphql::{Data, ObjectType, Request, Response, SDLExportOptions, Schema, SchemaBuilder, ValidationMode};
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt};

use super::direct::{self, Direct, Root};
use super::explain;
use super::federation::{Settings, Subgraph};
use super::join::{self, Apis, Mutation, Query, Subscription};
use super::subscription::PerEvent;
use crate::advance::Desk;
use crate::limits::Limits;

/// What a schema is for.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    /// To validate what it executes.
    Strict,
    /// To execute what is known to be valid.
    Lenient,
    /// To validate, and to tell which calls are made for which field.
    Explained,
    /// To execute subscriptions that are known to be valid, each event with what it reads for itself.
    Live,
}

/// A schema that can be asked.
pub(super) enum Engine {
    Alone(Schema<Root<Query>, Mutation, Subscription>, Option<Direct<Query>>),
    Subgraph(Schema<Root<Subgraph>, Mutation, Subscription>, Option<Direct<Subgraph>>),
}

/// What the fields of every request find.
#[derive(Clone)]
pub(super) struct Common {
    pub(super) apis: Arc<Apis>,
    pub(super) desk: Arc<Desk>,
}

/// The engines of one graph, each with a schema of its own: some megabytes, which those are spared that nobody needs.
pub(super) struct Engines {
    settings: Settings,
    limits: Arc<Limits>,
    common: Common,
    strict: Engine,
    lenient: OnceLock<Engine>,
    explained: OnceLock<Engine>,
    live: OnceLock<Engine>,
}

impl Engines {
    pub(super) fn new(settings: &Settings, limits: &Arc<Limits>, common: Common) -> Self {
        Self {
            settings: *settings,
            limits: Arc::clone(limits),
            strict: Engine::new(settings, limits, Purpose::Strict, Some(&common)),
            common,
            lenient: OnceLock::new(),
            explained: OnceLock::new(),
            live: OnceLock::new(),
        }
    }

    /// The one for a purpose, made when it is first needed.
    pub(super) fn of(&self, purpose: Purpose) -> &Engine {
        let made = || Engine::new(&self.settings, &self.limits, purpose, Some(&self.common));
        match purpose {
            Purpose::Strict => &self.strict,
            Purpose::Lenient => self.lenient.get_or_init(made),
            Purpose::Explained => self.explained.get_or_init(made),
            Purpose::Live => self.live.get_or_init(made),
        }
    }
}

impl Engine {
    /// One for a purpose. Without what is common it can validate, and no more.
    pub(super) fn new(settings: &Settings, limits: &Limits, purpose: Purpose, common: Option<&Common>) -> Self {
        if settings.federation {
            let (schema, direct) = open(limits, purpose, common);
            Self::Subgraph(schema, direct)
        } else {
            let (schema, direct) = open(limits, purpose, common);
            Self::Alone(schema, direct)
        }
    }

    /// Executes a query that is known to be valid.
    ///
    /// # Errors
    /// The data, where the direct way is not open.
    pub(super) async fn execute_directly(&self, query: &Arc<direct::Query>, data: Data) -> Result<Response, Data> {
        match self {
            Self::Alone(_, Some(direct)) => direct.execute(query, data).await,
            Self::Subgraph(_, Some(direct)) => direct.execute(query, data).await,
            Self::Alone(_, None) | Self::Subgraph(_, None) => Err(data),
        }
    }

    pub(super) async fn execute(&self, request: Request) -> Response {
        match self {
            Self::Alone(schema, _) => schema.execute(request).await,
            Self::Subgraph(schema, _) => schema.execute(request).await,
        }
    }

    pub(super) fn execute_stream(&self, request: Request) -> BoxStream<'static, Response> {
        match self {
            Self::Alone(schema, _) => schema.execute_stream(request).boxed(),
            Self::Subgraph(schema, _) => schema.execute_stream(request).boxed(),
        }
    }
}

/// The schema as it is printed, without what only routers ask for.
pub(super) fn printed() -> String {
    let sdl = builder(Query::default()).finish().sdl_with_options(SDLExportOptions::new().include_specified_by());
    let lines: Vec<&str> = sdl.lines().map(str::trim_end).collect();
    format!("{}\n", lines.join("\n").trim_end())
}

fn builder<Q: ObjectType + 'static>(root: Q) -> SchemaBuilder<Q, Mutation, Subscription> {
    join::describe_states(Schema::build(root, Mutation::default(), Subscription::default()))
}

type Opened<Q> = (Schema<Root<Q>, Mutation, Subscription>, Option<Direct<Q>>);

/// A schema, with the direct way where it is the one that is always there.
fn open<Q: ObjectType + Default + 'static>(limits: &Limits, purpose: Purpose, common: Option<&Common>) -> Opened<Q> {
    let builder = |root| match common.cloned() {
        Some(Common { apis, desk }) => builder(root).data(apis).data(desk),
        None => builder(root),
    };
    if !matches!(purpose, Purpose::Strict) {
        return (fit(builder(Root::new(Q::default())), limits, purpose), None);
    }
    let (root, direct) = Root::with_direct_way(Q::default());
    let schema = fit(builder(root), limits, purpose);
    // The first query opens it, and must be nobody's: what it brings along is kept. This one has nothing to wait for.
    let _ = schema.execute("{ transitionRules { lifecycle } }").now_or_never();
    (schema, Some(direct))
}

fn fit<Q: ObjectType + 'static>(
    builder: SchemaBuilder<Q, Mutation, Subscription>,
    limits: &Limits,
    purpose: Purpose,
) -> Schema<Q, Mutation, Subscription> {
    let builder = builder.limit_recursive_depth(limits.nesting());
    let builder = match purpose {
        Purpose::Strict if limits.suggests() => builder,
        Purpose::Strict => builder.disable_suggestions(),
        Purpose::Lenient => builder.validation_mode(ValidationMode::Fast),
        Purpose::Explained => builder.extension(explain::Paths),
        Purpose::Live => builder.validation_mode(ValidationMode::Fast).extension(PerEvent),
    };
    builder.finish()
}
