//! The direct way into the engine, for queries that are known to fit the schema: straight to their fields.
//!
//! The engine's own way validates the document again, and looks for every field of the root into every type of the schema
//! whether it is an entity's. What it makes on that way, [`Parts`], is caught once, when the first field is resolved.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use async_graphql::extensions::Extensions;
use async_graphql::parser::types::{Field, OperationDefinition, OperationType, SelectionSet};
use async_graphql::registry::Registry;
use async_graphql::resolver_utils::resolve_container;
use async_graphql::{
    ContainerType, Context, ContextSelectionSet, Data, IntrospectionMode, ObjectType, OutputType, Positioned, QueryEnv,
    QueryEnvInner, Response, SchemaEnv, ServerResult, Value, Variables,
};

use super::known::Document;
use crate::record::{Operation, Selects};

/// A request for a query that can be executed directly.
pub(super) struct Query {
    document: Arc<Document>,
    /// The operation's name, where the document has several.
    name: Option<String>,
    variables: Variables,
}

impl Query {
    /// The query that is meant; none where it has to go the engine's own way.
    pub(super) fn of(document: &Arc<Document>, name: Option<&str>, variables: &Variables) -> Option<Self> {
        let operation = document.operation(name).filter(|_| document.is_plain)?;
        (operation.node.ty == OperationType::Query).then(|| Self {
            document: Arc::clone(document),
            name: name.map(str::to_owned),
            variables: variables.clone(),
        })
    }

    fn operation(&self) -> Option<&Positioned<OperationDefinition>> {
        self.document.operation(self.name.as_deref())
    }
}

impl Selects for Query {
    fn selected(&self) -> &SelectionSet {
        static NOTHING: SelectionSet = SelectionSet { items: Vec::new() };
        self.operation().map_or(&NOTHING, |operation| &operation.node.selection_set.node)
    }
}

/// An operation without what it selects, which is most of it and goes into the engine from where it is kept.
fn hollow(operation: &Positioned<OperationDefinition>) -> Positioned<OperationDefinition> {
    let OperationDefinition { ty, variable_definitions, directives, .. } = &operation.node;
    let (variable_definitions, directives) = (variable_definitions.clone(), directives.clone());
    let selection_set = Positioned::default();
    Positioned::new(OperationDefinition { ty: *ty, variable_definitions, directives, selection_set }, operation.pos)
}

/// What only the engine itself can make.
struct Parts {
    schema: SchemaEnv,
    extensions: Extensions,
}

/// The root of the queries, which catches the engine's parts where it has a place for them.
pub(super) struct Root<Q> {
    own: Arc<Q>,
    parts: Option<Arc<OnceLock<Parts>>>,
}

impl<Q> Root<Q> {
    /// One that catches nothing.
    pub(super) fn new(own: Q) -> Self {
        Self { own: Arc::new(own), parts: None }
    }

    /// One that catches the parts of whatever is resolved first, and the direct way that they open.
    pub(super) fn with_direct_way(own: Q) -> (Self, Direct<Q>) {
        let (own, parts) = (Arc::new(own), Arc::default());
        (Self { own: Arc::clone(&own), parts: Some(Arc::clone(&parts)) }, Direct { own, parts })
    }
}

/// The way from a root's fields to their answers.
pub(super) struct Direct<Q> {
    own: Arc<Q>,
    parts: Arc<OnceLock<Parts>>,
}

impl<Q: ObjectType> Direct<Q> {
    /// Executes a query.
    ///
    /// # Errors
    /// The data, where nothing went the engine's own way before.
    pub(super) async fn execute(&self, query: &Arc<Query>, mut data: Data) -> Result<Response, Data> {
        let (Some(Parts { schema, extensions }), Some(operation)) = (self.parts.get(), query.operation()) else {
            return Err(data);
        };
        data.insert(Operation(Arc::clone(query) as Arc<dyn Selects>));
        let env = QueryEnv::new(QueryEnvInner {
            extensions: extensions.clone(),
            variables: query.variables.clone(),
            operation_name: query.name.clone(),
            operation: hollow(operation),
            fragments: query.document.parsed.fragments.clone(),
            uploads: Vec::new(),
            session_data: Arc::default(),
            query_data: Arc::new(data),
            http_headers: std::sync::Mutex::default(),
            introspection_mode: IntrospectionMode::Enabled,
            errors: std::sync::Mutex::default(),
        });
        let ctx = env.create_context(schema, None, &operation.node.selection_set, None);
        let mut response = match resolve_container(&ctx, &*self.own).await {
            Ok(value) => Response::new(value),
            Err(error) => Response::from_errors(vec![error]),
        };
        response.errors.append(&mut env.errors.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        Ok(response)
    }
}

impl<Q: ObjectType> OutputType for Root<Q> {
    fn type_name() -> Cow<'static, str> {
        Q::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Q::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _field: &Positioned<Field>) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

impl<Q: ObjectType> ContainerType for Root<Q> {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        if let Some(parts) = self.parts.as_ref().filter(|parts| parts.get().is_none()) {
            let (schema, extensions) = (ctx.schema_env.clone(), ctx.query_env.extensions.clone());
            // Whoever was first caught the same.
            let _ = parts.set(Parts { schema, extensions });
        }
        self.own.resolve_field(ctx).await
    }
}

impl<Q: ObjectType> ObjectType for Root<Q> {}
