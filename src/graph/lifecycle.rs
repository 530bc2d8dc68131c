//! The rules of all lifecycles, as the graph shows them.

use async_graphql::registry::{MetaEnumValue, MetaType, MetaTypeId, Registry};
use async_graphql::{Enum, InputType, InputValueError, InputValueResult, OutputType, SimpleObject, Value};

use super::join;
use crate::transition::Basis;
use crate::transition::table::Row;

/// Every rule of every lifecycle.
pub fn rules() -> Vec<Row> {
    join::tables().into_iter().flatten().collect()
}

/// The name of a lifecycle, such as `ONBOARD`.
///
/// Its members are the lifecycles that the APIs bring, so it is registered by hand instead of being derived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LifecycleName(&'static str);

impl LifecycleName {
    pub(super) fn is(self, name: &str) -> bool {
        self.0 == name
    }

    fn all() -> Vec<&'static str> {
        let mut names: Vec<&'static str> = rules().iter().map(|row| row.lifecycle).collect();
        names.dedup();
        names
    }

    fn register(registry: &mut Registry) -> MetaType {
        let _ = registry;
        let member = |name: &str| MetaEnumValue {
            name: name.to_owned(),
            description: Some(format!("The life of {} {}.", article(name), name.to_lowercase())),
            deprecation: async_graphql::registry::Deprecation::NoDeprecated,
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            directive_invocations: Vec::new(),
        };
        MetaType::Enum {
            name: "LifecycleName".to_owned(),
            description: Some("A kind of record whose moves are ruled.".to_owned()),
            enum_values: Self::all().into_iter().map(|name| (name.to_owned(), member(name))).collect(),
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            rust_typename: Some(std::any::type_name::<Self>()),
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        }
    }
}

fn article(name: &str) -> &'static str {
    if name.starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" }
}

impl InputType for LifecycleName {
    type RawValueType = Self;

    fn type_name() -> std::borrow::Cow<'static, str> {
        "LifecycleName".into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_input_type::<Self, _>(MetaTypeId::Enum, Self::register)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let value = value.unwrap_or_default();
        let name = match &value {
            Value::Enum(name) => name.as_str(),
            Value::String(name) => name.as_str(),
            _ => return Err(InputValueError::expected_type(value)),
        };
        let known = Self::all().into_iter().find(|known| *known == name);
        known
            .map(Self)
            .ok_or_else(|| InputValueError::custom(format!("{name:?} is none of {}", Self::all().join(", "))))
    }

    fn to_value(&self) -> Value {
        Value::Enum(async_graphql::Name::new(self.0))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

impl OutputType for LifecycleName {
    fn type_name() -> std::borrow::Cow<'static, str> {
        <Self as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Enum, Self::register)
    }

    async fn resolve(
        &self,
        _: &async_graphql::ContextSelectionSet<'_>,
        _: &async_graphql::Positioned<async_graphql::parser::types::Field>,
    ) -> async_graphql::ServerResult<Value> {
        Ok(self.to_value())
    }
}

/// Who makes a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum Mover {
    /// A client, by a mutation.
    Client,
    /// The upstream, by itself or by its staff; the gateway sees the outcome and never makes the move.
    Vendor,
}

/// A move that a record may make, and what it takes.
#[derive(Debug, SimpleObject)]
pub(crate) struct TransitionRule {
    /// Whose move it is.
    lifecycle: LifecycleName,
    /// The move, such as `START`.
    action: String,
    /// The states in which it may be made; empty where it brings the record into being.
    from: Vec<String>,
    /// The states in which it may end; empty where it leaves the state as it is or removes the record.
    to: Vec<String>,
    /// Whether the record is gone afterwards.
    removes: bool,
    /// What record and input have to hold together, by the names of their members.
    needs: Vec<String>,
    /// Whether the move is closed for a record that has come to its end otherwise: a verification that has a customer.
    closed_once_settled: bool,
    /// The mutation that makes the move; null for the upstream's own moves.
    mutation: Option<String>,
    /// Who makes the move.
    by: Mover,
    /// Whether it is the vendor's or the gateway's rule that the move is open from these states.
    basis: Basis,
    /// Whether it is the vendor's or the gateway's rule that the needs have to be held.
    needs_basis: Basis,
    /// Where the rule is written, or why it was set.
    source: String,
}

impl From<Row> for TransitionRule {
    fn from(row: Row) -> Self {
        let texts = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
        Self {
            lifecycle: LifecycleName(row.lifecycle),
            action: row.action.to_owned(),
            from: texts(row.from),
            to: texts(row.to),
            removes: row.removes,
            needs: texts(row.needs),
            closed_once_settled: row.unless_settled,
            mutation: row.mutation.map(str::to_owned),
            by: if row.by_vendor { Mover::Vendor } else { Mover::Client },
            basis: row.basis,
            needs_basis: row.needs_basis,
            source: row.source.to_owned(),
        }
    }
}
