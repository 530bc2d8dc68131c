//! Global ids: a prefix that names the kind of thing, and the upstream's own id.

use std::fmt::Write;

use async_graphql::ID;

use crate::error::Error;
use crate::scalar::{ObjectId, Uuid};

/// Longer texts are no ids of anything and are not repeated in a message.
const LONGEST: usize = 80;
/// Bytes of an upstream's own id, which is a UUID at the longest: a guess that saves growing.
const LONGEST_OWN: usize = 36;

/// An upstream's own id.
pub(crate) trait Own {
    /// Appends it as it is printed.
    fn push_to(&self, text: &mut String);
}

impl Own for ObjectId {
    fn push_to(&self, text: &mut String) {
        // A list is as many ids: what formats anything takes as long as all the rest.
        text.push_str(std::str::from_utf8(&self.digits()).unwrap_or_default());
    }
}

impl Own for Uuid {
    fn push_to(&self, text: &mut String) {
        // Writing to a string cannot fail.
        let _ = write!(text, "{self}");
    }
}

/// Writes the global id of a thing: `onboard_5fd4371e940df5a34a3888b2`.
pub(crate) fn global_id(prefix: &str, own: &impl Own) -> ID {
    let mut id = String::with_capacity(prefix.len() + 1 + LONGEST_OWN);
    id.push_str(prefix);
    id.push('_');
    own.push_to(&mut id);
    ID(id)
}

/// Reads an argument that may be the global id of a thing of this kind, or the upstream's own id for it.
pub(crate) fn read_id<T: std::str::FromStr>(argument: &'static str, prefix: &str, id: &str) -> Result<T, Error> {
    let own = id.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')).unwrap_or(id);
    own.parse()
        .map_err(|_| Error::input(argument, format!("holds {}, which is no id of this kind ({prefix}_…)", shown(id))))
}

/// An id as a message may repeat it: short, on one line, quoted.
pub(crate) fn shown(id: &str) -> String {
    if id.len() > LONGEST { format!("a text of {} bytes", id.len()) } else { format!("{id:?}") }
}

/// Declares a slice's things that have a global id, each with its prefix, as the part that it brings to the graph's `Node`
/// interface.
macro_rules! nodes {
    ($($type:ident = $prefix:expr),+) => {
        /// Something of this slice that a global id points at.
        pub enum Node {
            $(
                #[doc = concat!("A node of the type `", stringify!($type), "`.")]
                $type(std::sync::Arc<$type>),
            )+
        }

        impl Node {
            /// The types, each with the prefix of its ids.
            pub(crate) const KINDS: &'static [(&'static str, &'static str)] = &[$((stringify!($type), $prefix)),+];

            /// Registers the types behind the interface and names them.
            pub(crate) fn register(registry: &mut async_graphql::registry::Registry, interface: &str) -> Vec<String> {
                use async_graphql::OutputType;
                vec![$({
                    $type::create_type_info(registry);
                    let name = $type::type_name().into_owned();
                    registry.add_implements(&name, interface);
                    name
                }),+]
            }

            pub(crate) fn type_name(&self) -> std::borrow::Cow<'static, str> {
                use async_graphql::OutputType;
                match self { $(Self::$type(_) => $type::type_name(),)+ }
            }

            pub(crate) async fn resolve(
                &self,
                ctx: &async_graphql::ContextSelectionSet<'_>,
                field: &async_graphql::Positioned<async_graphql::parser::types::Field>,
            ) -> async_graphql::ServerResult<async_graphql::Value> {
                use async_graphql::OutputType;
                match self { $(Self::$type(node) => node.resolve(ctx, field).await,)+ }
            }
        }
    };
}

pub(crate) use nodes;

#[cfg(test)]
mod tests {
    use super::read_id;
    use crate::scalar::ObjectId;

    #[test]
    fn a_global_id_and_the_upstreams_own_are_the_same() {
        let own: ObjectId = "5fd4371e940df5a34a3888b2".parse().unwrap();
        assert_eq!(read_id("id", "onboard", "onboard_5FD4371E940DF5A34A3888B2"), Ok(own));
        assert_eq!(read_id("id", "onboard", "5fd4371e940df5a34a3888b2"), Ok(own));
    }

    #[test]
    fn what_is_no_id_is_refused_and_a_long_text_is_not_repeated() {
        let message = |id: &str| read_id::<ObjectId>("id", "onboard", id).unwrap_err().to_string();
        assert_eq!(
            message("../account"),
            "Argument \"id\" holds \"../account\", which is no id of this kind (onboard_…)."
        );
        assert_eq!(
            message(&"x".repeat(10_000)),
            "Argument \"id\" holds a text of 10000 bytes, which is no id of this kind (onboard_…)."
        );
        assert!(read_id::<ObjectId>("id", "onboard", "account_5fd4371e940df5a34a3888b2").is_err());
    }
}
