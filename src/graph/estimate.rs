//! What a request will cost an API at least, where that can be seen in its document: things that are read one a call, by
//! ids that stand at the top of an operation.
//!
//! Only what is sure to be asked for counts: nothing behind a directive, and each thing once. What cannot be seen here is
//! bounded while the request runs.

use std::collections::HashSet;

use async_graphql::parser::types::{ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet};
use async_graphql_value::{ConstValue, Value, Variables};

use super::federation::REPRESENTATIONS;
use crate::error::Error;

/// Where the gateway's own fields take global ids of anything, alone or as the `id` of a representation.
const OF_ANY_KIND: [(&str, &str); 3] = [("node", "id"), ("nodes", "ids"), ("_entities", REPRESENTATIONS)];
/// Fragments inside one another beyond this are no concern of an estimate.
const NESTING: usize = 16;

/// What may be asked of one API.
pub(super) struct Budget {
    /// The role in the graph.
    pub(super) upstream: &'static str,
    /// The most calls.
    pub(super) allowed: usize,
    /// The prefix of the things that take a call each, and the fields with the arguments that name them.
    pub(super) one_by_one: &'static [(&'static str, &'static [(&'static str, &'static str)])],
}

impl Budget {
    /// Checks what an operation is sure to cost.
    ///
    /// # Errors
    /// `UPSTREAM_BUDGET_EXCEEDED`, with what it would come to.
    pub(super) fn check(
        &self,
        document: &ExecutableDocument,
        operation: &OperationDefinition,
        variables: &Variables,
    ) -> Result<(), Error> {
        let mut search = Search { document, operation, variables, budget: self, things: HashSet::new() };
        search.set(&operation.selection_set.node, 0);
        let asked = search.things.len();
        if asked <= self.allowed {
            return Ok(());
        }
        Err(Error::Budget { upstream: self.upstream, allowed: self.allowed, asked: Some(asked) })
    }

    /// The prefix of what a field names by an argument, or none where the global id itself has it.
    fn named_by(&self, field: &str) -> Option<(&'static str, Option<&'static str>)> {
        let of_any_kind = OF_ANY_KIND.iter().find(|(name, _)| *name == field).map(|(_, argument)| (*argument, None));
        let own = self.one_by_one.iter().find_map(|(prefix, fields)| {
            let (_, argument) = fields.iter().find(|(name, _)| *name == field)?;
            Some((*argument, Some(*prefix)))
        });
        own.or(of_any_kind)
    }
}

/// The things that are named so far.
struct Search<'a> {
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    variables: &'a Variables,
    budget: &'a Budget,
    things: HashSet<(&'static str, String)>,
}

impl Search<'_> {
    fn set(&mut self, set: &SelectionSet, nesting: usize) {
        if nesting > NESTING {
            return;
        }
        for item in &set.items {
            match &item.node {
                Selection::Field(field) if field.node.directives.is_empty() => self.field(&field.node),
                Selection::InlineFragment(part) if part.node.directives.is_empty() => {
                    self.set(&part.node.selection_set.node, nesting + 1);
                }
                Selection::FragmentSpread(spread) if spread.node.directives.is_empty() => {
                    if let Some(fragment) = self.document.fragments.get(&spread.node.fragment_name.node) {
                        self.set(&fragment.node.selection_set.node, nesting + 1);
                    }
                }
                _ => {}
            }
        }
    }

    fn field(&mut self, field: &Field) {
        let Some((argument, prefix)) = self.budget.named_by(field.name.node.as_str()) else {
            return;
        };
        if let Some(value) = field.get_argument(argument) {
            for id in self.ids(&value.node) {
                self.things.extend(self.thing(prefix, &id));
            }
        }
    }

    /// One thing has one form here, in whichever form its id is given.
    fn thing(&self, prefix: Option<&'static str>, id: &str) -> Option<(&'static str, String)> {
        let (named, own) = id.split_once('_').map_or((None, id), |(named, own)| (Some(named), own));
        let prefixes = || self.budget.one_by_one.iter().map(|(prefix, _)| *prefix);
        let prefix = prefix.or_else(|| prefixes().find(|known| Some(*known) == named))?;
        let own: uuid::Uuid = own.parse().ok()?;
        Some((prefix, own.to_string()))
    }

    fn ids(&self, value: &Value) -> Vec<String> {
        match value {
            Value::String(id) => vec![id.clone()],
            Value::List(items) => items.iter().flat_map(|item| self.ids(item)).collect(),
            Value::Object(members) => members.get("id").map(|id| self.ids(id)).unwrap_or_default(),
            Value::Variable(name) => self.variable(name).map(ids).unwrap_or_default(),
            _ => Vec::new(),
        }
    }

    fn variable(&self, name: &str) -> Option<&ConstValue> {
        let default = || {
            let mut definitions = self.operation.variable_definitions.iter().map(|definition| &definition.node);
            definitions.find(|definition| definition.name.node == name)?.default_value.as_ref().map(|value| &value.node)
        };
        self.variables.get(name).or_else(default)
    }
}

fn ids(value: &ConstValue) -> Vec<String> {
    match value {
        ConstValue::String(id) => vec![id.clone()],
        ConstValue::List(items) => items.iter().flat_map(ids).collect(),
        ConstValue::Object(members) => members.get("id").map(ids).unwrap_or_default(),
        _ => Vec::new(),
    }
}
