//! Records whose selected fields are stored, written in one pass.
//!
//! The engine makes a future of every selected field of every row, waits for them together, and puts what they come to into
//! a map. Where all that is selected of a record is stored in it, none of this is needed: its [`Plan`] is made once for a
//! list, and then each row is written as JSON, field by field. What a record only points at, a [`Link`], is loaded once for
//! each distinct key of the rows.
//!
//! Whatever a plan cannot hold is left to the engine, which answers the same: a field with arguments of its own, a directive,
//! a fragment on another type, two selections of one place that have to be merged.

mod json;
mod link;
mod place;
mod plan;

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::parser::types::Field as Selected;
use async_graphql::registry::Registry;
use async_graphql::resolver_utils::resolve_list;
use async_graphql::{ContextSelectionSet, ObjectType, OutputType, Positioned, ServerResult, Value};

pub(crate) use json::{Json, Write, bytes_in, write_text, write_value};
pub(crate) use link::{Link, Linked, follow, linked};
pub(crate) use place::{Operation, Selects, selected};
use plan::{Plan, Rows};

/// Among a request's data: every field is to be resolved by the engine, under a path of its own.
pub(crate) struct StepByStep;

/// An object whose fields are stored, most of them.
pub(crate) trait Record: ObjectType + Sized + 'static {
    /// How the field of this name in the graph is had; none where that is the engine's to say.
    fn field(name: &str) -> Option<Field<Self>>;
}

/// How a field of a record is had.
pub(crate) enum Field<R> {
    /// It is stored.
    Stored(fn(&R, &mut Json)),
    /// It is loaded by a key that is stored.
    Linked(Linked<R>),
}

/// Says which fields of a record are stored, by their names in Rust, and which are links.
///
/// A field is found under the name that the engine's derive gives it.
macro_rules! record {
    ($record:ty { $($stored:ident),* $(,)? } $(links { $($name:literal: $link:ty),* $(,)? })?) => {
        impl $crate::record::Record for $record {
            fn field(name: &str) -> Option<$crate::record::Field<Self>> {
                $(
                    if const { $crate::record::Name::of(stringify!($stored)) }.is(name) {
                        return Some($crate::record::Field::Stored(|record, json| {
                            $crate::record::Write::write(&record.$stored, json);
                        }));
                    }
                )*
                $($(
                    if name == $name {
                        return Some($crate::record::Field::Linked($crate::record::linked::<$link>));
                    }
                )*)?
                None
            }
        }
    };
}

pub(crate) use record;

/// The name in the graph of a field in Rust: `raw_status` is `rawStatus`.
pub(crate) struct Name {
    bytes: [u8; LONGEST_NAME],
    length: usize,
}

/// A longer one ends the compilation.
const LONGEST_NAME: usize = 48;

impl Name {
    #[expect(
        clippy::indexing_slicing,
        reason = "names are made in constants, where the compiler looks after the bounds"
    )]
    pub(crate) const fn of(field: &str) -> Self {
        let field = field.as_bytes();
        let (mut bytes, mut length, mut place, mut begins_word) = ([0; LONGEST_NAME], 0, 0, false);
        while place < field.len() {
            if field[place] == b'_' {
                begins_word = length > 0;
            } else {
                bytes[length] = if begins_word { field[place].to_ascii_uppercase() } else { field[place] };
                length += 1;
                begins_word = false;
            }
            place += 1;
        }
        Self { bytes, length }
    }

    pub(crate) fn is(&self, name: &str) -> bool {
        self.bytes.get(..self.length).is_some_and(|own| own == name.as_bytes())
    }
}

/// One record, as a field answers with it.
#[derive(Debug)]
pub(crate) struct One<R>(pub(crate) Arc<R>);

impl<R: Record> OutputType for One<R> {
    fn type_name() -> Cow<'static, str> {
        R::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        R::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Selected>) -> ServerResult<Value> {
        match Plan::of(ctx) {
            Some(plan) => Ok(plan.write(ctx, Rows::One(self.0.as_ref())).await),
            None => R::resolve(&self.0, ctx, field).await,
        }
    }
}

/// A list of records, as a field answers with it.
pub(crate) struct Many<'a, R>(pub(crate) Vec<&'a R>);

impl<R: Record> OutputType for Many<'_, R> {
    fn type_name() -> Cow<'static, str> {
        Vec::<&R>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<&R>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<&R>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Selected>) -> ServerResult<Value> {
        match Plan::of(ctx) {
            Some(plan) => Ok(plan.write(ctx, Rows::Many(&self.0)).await),
            None => resolve_list(ctx, field, self.0.iter().copied(), Some(self.0.len())).await,
        }
    }
}

#[cfg(test)]
mod against_the_engine;

#[cfg(test)]
mod tests {
    use super::Name;

    #[test]
    fn a_field_has_the_name_that_the_derive_gives_it() {
        for (field, name) in [("id", "id"), ("raw_status", "rawStatus"), ("third_party_add_on", "thirdPartyAddOn")] {
            assert!(Name::of(field).is(name), "{name}");
            assert!(!Name::of(field).is(&format!("{name}s")), "{name}");
        }
        assert!(!Name::of("raw_status").is("raw_status"));
    }
}
