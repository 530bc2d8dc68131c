//! The joined schema: one graph over the APIs, and the way of one request through it.
//!
//! [`graph!`](join) is the one list of the APIs. Everything that differs between them is in their folders; what is here
//! is the same for each.

mod admission;
mod explain;
mod join;
mod lifecycle;
mod node;
mod root;
mod upstreams;

use std::sync::Arc;

use async_graphql::{EmptySubscription, Request, Schema, SchemaBuilder};

use crate::advance::Desk;
use crate::caller::RequestId;
use crate::config::{self, Section};
use crate::context::RequestContext;
use crate::error::response;
use crate::limits::Limits;
use crate::turn::Turn;

pub use admission::{Admitted, Answer, Reach};
pub use join::{Apis, Mutation, Query};
pub use lifecycle::rules;
pub use node::Node;

/// The sections of the settings that belong to the APIs.
pub fn sections() -> Vec<Section> {
    join::sections()
}

/// Whether the settings name this API: its presence is told by its credential.
pub fn is_configured(settings: &config::Settings, section: &str) -> bool {
    join::KEYS_OF_PRESENCE.iter().any(|(name, key)| *name == section && settings.has(name, key))
}

/// Checks that nothing is given of an API whose credential is not: half an API is a mistake, and no wish for the sandbox.
///
/// # Errors
/// The missing credential, by its key, and what is given without it.
pub fn check_absent(settings: &config::Settings) -> Result<(), config::Error> {
    join::check_absent(settings)
}

/// The names of the APIs' sections.
pub fn names() -> impl Iterator<Item = &'static str> {
    join::KEYS_OF_PRESENCE.iter().map(|(name, _)| *name)
}

/// The graph, ready to be asked.
#[derive(Clone)]
pub struct Graph {
    schema: Schema<Query, Mutation, EmptySubscription>,
    /// The same for requests whose calls are told.
    explained: Schema<Query, Mutation, EmptySubscription>,
    apis: Arc<Apis>,
    desk: Arc<Desk>,
    limits: Arc<Limits>,
}

impl Graph {
    /// The graph over these APIs; `desk` is where all of its writes pass, `limits` what a request may ask for.
    pub fn new(apis: Apis, desk: Arc<Desk>, limits: Limits) -> Self {
        let builder = || {
            let builder = builder().limit_recursive_depth(limits.nesting());
            if limits.suggests() { builder } else { builder.disable_suggestions() }
        };
        let (schema, explained) = (builder().finish(), builder().extension(explain::Paths).finish());
        Self { schema, explained, apis: Arc::new(apis), desk, limits: Arc::new(limits) }
    }

    /// What a request may ask for.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Reads a request's document and holds it against the limits.
    ///
    /// # Errors
    /// The answer to a request that cannot be read or asks for too much.
    pub fn admit(&self, request: Request, id: &RequestId) -> Result<Admitted, Box<Answer>> {
        Admitted::new(request, &self.limits, id)
    }

    /// Answers a request in its caller's name. Every error of the answer has its code and the request's id.
    pub async fn execute(&self, admitted: Admitted, context: Arc<RequestContext>) -> Answer {
        let turn = Turn::new();
        let id = context.id();
        let request = self
            .apis
            .attach(admitted.into_request(), &turn, &context)
            .data(Arc::clone(&context))
            .data(Arc::clone(&self.apis))
            .data(Arc::clone(&self.desk));
        let schema = if context.is_explained() { &self.explained } else { &self.schema };
        let answered = turn.run(schema.execute(request));
        // What is dropped here are reads: a write goes on in a task of its own.
        match tokio::time::timeout(self.limits.deadline(), answered).await {
            Ok(mut response) => {
                explain::annotate(&mut response, &context, &self.apis);
                Answer::of(response::finish(response, &id.0))
            }
            Err(_) => Answer::overdue(self.limits.overdue(), id),
        }
    }
}

/// The schema as it is printed: what `schema.graphql` holds.
pub fn sdl() -> String {
    let options = async_graphql::SDLExportOptions::new().include_specified_by();
    let sdl = builder().finish().sdl_with_options(options);
    let lines: Vec<&str> = sdl.lines().map(str::trim_end).collect();
    format!("{}\n", lines.join("\n").trim_end())
}

fn builder() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    join::describe_states(Schema::build(Query::default(), Mutation::default(), EmptySubscription))
}
