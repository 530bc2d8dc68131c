//! The `Node` interface: anything with a global id, of whichever API.

use async_graphql::parser::types::Field;
use async_graphql::registry::{MetaField, MetaType, MetaTypeId, Registry};
use async_graphql::{ContextSelectionSet, ID, OutputType, Positioned, ServerResult, Value};

pub use super::join::Node;

pub(super) const NAME: &str = "Node";

/// Declares [`Node`] over the nodes of each API.
macro_rules! interface {
    ($($api:ident),+) => {
        /// Something with a global id.
        #[expect(non_camel_case_types, reason = "a variant is named like the folder that it comes from")]
        pub enum Node {
            $(
                #[doc = concat!("A node of ", stringify!($api), ".")]
                $api($api::Node),
            )+
        }

        $(
            impl From<$api::Node> for Node {
                fn from(node: $api::Node) -> Self {
                    Self::$api(node)
                }
            }
        )+

        impl Node {
            pub(super) fn register_types(registry: &mut async_graphql::registry::Registry, interface: &str) -> Vec<String> {
                let mut names = Vec::new();
                $(names.extend($api::Node::register(registry, interface));)+
                names
            }

            pub(super) fn concrete_name(&self) -> std::borrow::Cow<'static, str> {
                match self { $(Self::$api(node) => node.type_name(),)+ }
            }

            pub(super) async fn resolve_concrete(
                &self,
                ctx: &async_graphql::ContextSelectionSet<'_>,
                field: &async_graphql::Positioned<async_graphql::parser::types::Field>,
            ) -> async_graphql::ServerResult<async_graphql::Value> {
                match self { $(Self::$api(node) => node.resolve(ctx, field).await,)+ }
            }
        }
    };
}

pub(super) use interface;

// The engine's derive wants the object types in one enum. They are known to their slices alone, so the interface is
// registered by hand, and resolving one is resolving the object inside.
impl OutputType for Node {
    fn type_name() -> std::borrow::Cow<'static, str> {
        NAME.into()
    }

    fn introspection_type_name(&self) -> std::borrow::Cow<'static, str> {
        self.concrete_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Interface, |registry| {
            let mut id = MetaField::new("id".to_owned(), ID::create_type_info(registry));
            id.description =
                Some("Global id, such as `onboard_5fd4371e940df5a34a3888b2`. Opaque to clients.".to_owned());
            MetaType::Interface {
                name: NAME.to_owned(),
                description: Some("Something with a global id.".to_owned()),
                fields: [("id".to_owned(), id)].into_iter().collect(),
                possible_types: Self::register_types(registry, NAME).into_iter().collect(),
                extends: false,
                keys: None,
                inaccessible: false,
                tags: Vec::new(),
                visible: None,
                rust_typename: Some(std::any::type_name::<Self>()),
                directive_invocations: Vec::new(),
                requires_scopes: Vec::new(),
            }
        })
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        self.resolve_concrete(ctx, field).await
    }
}
