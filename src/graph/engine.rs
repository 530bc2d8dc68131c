//! The graph as the engine holds it: by itself, or as a subgraph with the fields that a router asks for entities.

use async_graphql::{ObjectType, Request, Response, SDLExportOptions, Schema, SchemaBuilder, ValidationMode};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;

use super::explain;
use super::federation::{Settings, Subgraph};
use super::join::{self, Mutation, Query, Subscription};
use super::subscription::PerEvent;
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
#[derive(Clone)]
pub(super) enum Engine {
    Alone(Schema<Query, Mutation, Subscription>),
    Subgraph(Schema<Subgraph, Mutation, Subscription>),
}

impl Engine {
    pub(super) fn new(settings: &Settings, limits: &Limits, purpose: Purpose) -> Self {
        if settings.federation {
            Self::Subgraph(fit(builder(), limits, purpose))
        } else {
            Self::Alone(fit(builder(), limits, purpose))
        }
    }

    pub(super) async fn execute(&self, request: Request) -> Response {
        match self {
            Self::Alone(schema) => schema.execute(request).await,
            Self::Subgraph(schema) => schema.execute(request).await,
        }
    }

    pub(super) fn execute_stream(&self, request: Request) -> BoxStream<'static, Response> {
        match self {
            Self::Alone(schema) => schema.execute_stream(request).boxed(),
            Self::Subgraph(schema) => schema.execute_stream(request).boxed(),
        }
    }
}

/// The schema as it is printed, without what only routers ask for.
pub(super) fn printed() -> String {
    let sdl = builder::<Query>().finish().sdl_with_options(SDLExportOptions::new().include_specified_by());
    let lines: Vec<&str> = sdl.lines().map(str::trim_end).collect();
    format!("{}\n", lines.join("\n").trim_end())
}

fn builder<Q: ObjectType + Default + 'static>() -> SchemaBuilder<Q, Mutation, Subscription> {
    join::describe_states(Schema::build(Q::default(), Mutation::default(), Subscription::default()))
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
