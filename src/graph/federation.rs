//! The graph as a subgraph of Federation 2: everything with a global id is an entity, found by that id as `nodes` finds it.
//!
//! The engine has an `_entities` of its own. It answers with nothing at all where one entity is missing, so the two
//! fields that a router asks for are brought here, and the engine is told of no keys.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::{MetaType, MetaTypeId, Registry};
use async_graphql::{
    ContainerType, Context, ContextSelectionSet, InputValueError, InputValueResult, Object, ObjectType, OutputType,
    Positioned, Scalar, ScalarType, ServerResult, SimpleObject, Value,
};
use futures_util::future::join_all;
use serde::Deserialize;

use super::join::{Apis, KINDS, Query};
use super::node::{self, Node};
use crate::error::Error;
use crate::node::shown;
use crate::setting::Setting;

/// The keys of the section `graph`.
pub const GRAPH: &[Setting] = &[Setting::new(
    "federation",
    "false",
    "Whether the graph is a subgraph of Federation 2, with `_entities` and `_service` for a router.",
)];

/// The values of [`GRAPH`].
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Settings {
    pub(super) federation: bool,
}

/// What a subgraph's schema says besides the graph's own: in Federation 2 keys may be said of a type after its definition.
const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])"#;

/// The schema as a router composes it.
pub(super) fn sdl() -> String {
    let kinds = KINDS.iter().copied().flatten();
    let keys: String = kinds.map(|(name, _)| format!("extend type {name} @key(fields: \"id\")\n")).collect();
    format!("{}\n{LINK}\n\n{keys}", super::sdl())
}

/// The queries, with those of a router.
#[derive(Default)]
pub(super) struct Subgraph {
    own: Query,
    of_routers: OfRouters,
}

#[derive(Default)]
struct OfRouters;

/// What a router asks a subgraph.
#[Object(name = "RouterQuery")]
impl OfRouters {
    /// The schema of this subgraph.
    #[graphql(name = "_service")]
    async fn service(&self) -> Service {
        Service { sdl: sdl() }
    }

    /// Entities by what another subgraph knows of them, in the order asked for; null where there is none.
    #[graphql(name = "_entities")]
    async fn entities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Each with `__typename` and `id`.")] representations: Vec<Representation>,
    ) -> Vec<Option<Result<Entity, Error>>> {
        join_all(representations.iter().map(async |one| find(ctx, one).await.transpose())).await
    }
}

/// What a router reads of a subgraph.
#[derive(SimpleObject)]
#[graphql(name = "_Service")]
struct Service {
    /// The schema with its keys.
    sdl: String,
}

/// An entity as another subgraph knows it.
struct Representation(Value);

/// An entity as another subgraph knows it: its `__typename` and its `id`.
#[Scalar(name = "_Any")]
impl ScalarType for Representation {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::Object(_) => Ok(Self(value)),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        self.0.clone()
    }
}

/// The argument that holds representations.
pub(super) const REPRESENTATIONS: &str = "representations";

impl Representation {
    /// The global id, which is of the kind that is named beside it.
    fn id(&self) -> Result<&str, Error> {
        let name = self.text("__typename")?;
        let mut kinds = KINDS.iter().copied().flatten();
        let Some((name, prefix)) = kinds.find(|(known, _)| *known == name) else {
            return Err(Error::input(
                REPRESENTATIONS,
                format!("holds one of {}, which is no entity here", shown(name)),
            ));
        };
        let id = self.text("id")?;
        if id.split_once('_').is_none_or(|(own, _)| own != *prefix) {
            let problem =
                format!("holds {} as an id of {name}, which is no global id of this kind ({prefix}_…)", shown(id));
            return Err(Error::input(REPRESENTATIONS, problem));
        }
        Ok(id)
    }

    fn text(&self, member: &str) -> Result<&str, Error> {
        let Value::Object(members) = &self.0 else {
            return Err(Error::Internal);
        };
        match members.get(member) {
            Some(Value::String(text)) => Ok(text),
            Some(_) => Err(Error::input(REPRESENTATIONS, format!("holds one whose {member} is no text"))),
            None => Err(Error::input(REPRESENTATIONS, format!("holds one without {member}"))),
        }
    }
}

async fn find(ctx: &Context<'_>, representation: &Representation) -> Result<Option<Entity>, Error> {
    Ok(Apis::find_node(ctx, REPRESENTATIONS, representation.id()?).await?.map(Entity))
}

/// One of the entities, which are the nodes.
struct Entity(Node);

impl OutputType for Entity {
    fn type_name() -> Cow<'static, str> {
        "_Entity".into()
    }

    fn introspection_type_name(&self) -> Cow<'static, str> {
        self.0.concrete_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Union, |registry| MetaType::Union {
            name: Self::type_name().into_owned(),
            description: Some("Something that other subgraphs know by its global id.".to_owned()),
            possible_types: Node::register_types(registry, node::NAME).into_iter().collect(),
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            rust_typename: Some(std::any::type_name::<Self>()),
            directive_invocations: Vec::new(),
        })
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        self.0.resolve_concrete(ctx, field).await
    }
}

// The derive that merges objects gives the whole a name of its own, and clients rely on `Query`.
impl OutputType for Subgraph {
    fn type_name() -> Cow<'static, str> {
        Query::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let name = Query::create_type_info(registry);
        let MetaType::Object { fields: of_routers, .. } = registry.create_fake_output_type::<OfRouters>() else {
            return name;
        };
        if let Some(MetaType::Object { fields, .. }) = registry.types.get_mut(&*Query::type_name()) {
            fields.extend(of_routers);
        }
        name
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _field: &Positioned<Field>) -> ServerResult<Value> {
        async_graphql::resolver_utils::resolve_container(ctx, self).await
    }
}

impl ContainerType for Subgraph {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        match self.of_routers.resolve_field(ctx).await? {
            Some(value) => Ok(Some(value)),
            None => self.own.resolve_field(ctx).await,
        }
    }
}

impl ObjectType for Subgraph {}
