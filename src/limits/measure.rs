//! How much each operation of a document asks for.
//!
//! Every set of fields is measured once, also where a fragment is used a million times over: what a fragment measures is
//! kept, and its uses are added up.

use std::collections::HashMap;

use async_graphql::parser::Positioned;
use async_graphql::parser::types::{
    Directive, ExecutableDocument, Field, FragmentDefinition, OperationDefinition, Selection, SelectionSet,
    VariableDefinition,
};
use async_graphql_value::{ConstValue, Value, Variables};

use super::NESTING;
use crate::pagination::{DEFAULT_ROWS, MOST};

/// The fields of introspection whose rows lead back to types.
const LISTS_OF_TYPES: [&str; 4] = ["fields", "inputFields", "interfaces", "possibleTypes"];

/// The arguments of which each item is looked up.
const LISTS_OF_IDS: [&str; 2] = ["ids", "representations"];

/// What an operation asks for.
pub(super) struct Measured {
    pub(super) nesting: usize,
    pub(super) depth: usize,
    pub(super) root_fields: usize,
    pub(super) aliases: usize,
    pub(super) directives: usize,
    pub(super) introspections: usize,
    pub(super) introspection_depth: usize,
    pub(super) complexity: usize,
}

/// Measures every operation, and the structure of fragments that none of them uses: the engine validates them too.
pub(super) fn operations(document: &ExecutableDocument, variables: &Variables) -> Vec<Measured> {
    let mut ruler = Ruler { document, variables, defaults: HashMap::new(), fragments: HashMap::new(), nesting: 0 };
    let mut measured: Vec<Measured> =
        document.operations.iter().map(|(_, operation)| ruler.operation(&operation.node)).collect();
    let unused = document.fragments.keys().fold(Amount::default(), |all, name| all.beside(ruler.fragment(name, 0)));
    for measured in &mut measured {
        measured.nesting = ruler.nesting;
        measured.directives = measured.directives.max(unused.directives);
    }
    measured
}

/// What a set of fields asks for: sums, but for what is the most of anything in it.
#[derive(Debug, Clone, Copy, Default)]
struct Amount {
    depth: usize,
    fields: usize,
    aliases: usize,
    directives: usize,
    introspections: usize,
    introspection_depth: usize,
    lists_of_types: usize,
    cost: usize,
    /// The cost of what is there for each row of the page around it.
    cost_of_row: usize,
}

impl Amount {
    fn beside(self, other: Self) -> Self {
        Self {
            depth: self.depth.max(other.depth),
            fields: self.fields.saturating_add(other.fields),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.max(other.directives),
            introspections: self.introspections.saturating_add(other.introspections),
            introspection_depth: self.introspection_depth.max(other.introspection_depth),
            lists_of_types: self.lists_of_types.max(other.lists_of_types),
            cost: self.cost.saturating_add(other.cost),
            cost_of_row: self.cost_of_row.saturating_add(other.cost_of_row),
        }
    }

    fn with_directives(self, directives: &[Positioned<Directive>]) -> Self {
        Self { directives: self.directives.max(directives.len()), ..self }
    }
}

struct Ruler<'a> {
    document: &'a ExecutableDocument,
    variables: &'a Variables,
    /// The defaults of the variables of the operation that is measured.
    defaults: HashMap<&'a str, &'a ConstValue>,
    /// What each fragment measures; nothing where it is being measured.
    fragments: HashMap<&'a str, Option<Amount>>,
    nesting: usize,
}

impl<'a> Ruler<'a> {
    fn operation(&mut self, operation: &'a OperationDefinition) -> Measured {
        // A fragment may ask for as many rows as a variable of this operation says.
        self.fragments.clear();
        let definitions = || operation.variable_definitions.iter().map(|definition| &definition.node);
        let with_default = |definition: &'a VariableDefinition| {
            definition.default_value.as_ref().map(|value| (definition.name.node.as_str(), &value.node))
        };
        self.defaults = definitions().filter_map(with_default).collect();
        let of_variables = definitions().map(|definition| definition.directives.len()).max().unwrap_or_default();
        let amount = self.set(&operation.selection_set.node, 1).with_directives(&operation.directives);
        Measured {
            nesting: self.nesting,
            depth: amount.depth,
            root_fields: amount.fields,
            aliases: amount.aliases,
            directives: amount.directives.max(of_variables),
            introspections: amount.introspections,
            introspection_depth: amount.introspection_depth,
            complexity: amount.cost.saturating_add(amount.cost_of_row),
        }
    }

    fn set(&mut self, set: &'a SelectionSet, nesting: usize) -> Amount {
        self.nesting = self.nesting.max(nesting);
        if nesting > NESTING {
            return Amount::default();
        }
        set.items.iter().fold(Amount::default(), |all, item| all.beside(self.selection(&item.node, nesting)))
    }

    fn selection(&mut self, selection: &'a Selection, nesting: usize) -> Amount {
        let amount = match selection {
            Selection::Field(field) => self.field(&field.node, nesting),
            Selection::InlineFragment(inline) => self.set(&inline.node.selection_set.node, nesting + 1),
            Selection::FragmentSpread(spread) => self.fragment(spread.node.fragment_name.node.as_str(), nesting),
        };
        amount.with_directives(selection.directives())
    }

    /// A fragment that is missing, or is used inside itself, costs something too: validation comes upon each of its uses.
    fn fragment(&mut self, name: &'a str, nesting: usize) -> Amount {
        if let Some(known) = self.fragments.get(name) {
            return known.unwrap_or(Amount { cost: 1, ..Amount::default() });
        }
        let Some(fragment) = self.definition(name) else {
            return Amount { cost: 1, ..Amount::default() };
        };
        self.fragments.insert(name, None);
        let amount = self.set(&fragment.selection_set.node, nesting + 1).with_directives(&fragment.directives);
        self.fragments.insert(name, Some(amount));
        amount
    }

    fn definition(&self, name: &str) -> Option<&'a FragmentDefinition> {
        self.document.fragments.get(name).map(|fragment| &fragment.node)
    }

    fn field(&mut self, field: &'a Field, nesting: usize) -> Amount {
        let name = field.name.node.as_str();
        let inner = match field.selection_set.node.items.as_slice() {
            [] => Amount::default(),
            _ => self.set(&field.selection_set.node, nesting + 1),
        };
        let ids = LISTS_OF_IDS.into_iter().find_map(|name| self.argument(field, name)).map(Argument::length);
        let below = inner.cost.saturating_add(inner.cost_of_row.saturating_mul(self.rows(field)));
        let cost = below.saturating_mul(ids.unwrap_or(1)).saturating_add(1);
        let is_rows = ids.is_none() && matches!(name, "nodes" | "edges");
        let is_introspection = matches!(name, "__schema" | "__type");
        let is_list_of_types = LISTS_OF_TYPES.contains(&name);
        Amount {
            depth: inner.depth + 1,
            fields: 1,
            aliases: inner.aliases.saturating_add(usize::from(field.alias.is_some())),
            directives: inner.directives,
            introspections: inner.introspections.saturating_add(usize::from(is_introspection)),
            introspection_depth: if is_introspection { inner.lists_of_types } else { inner.introspection_depth },
            lists_of_types: inner.lists_of_types + usize::from(is_list_of_types),
            cost: if is_rows { 0 } else { cost },
            cost_of_row: if is_rows { cost } else { 0 },
        }
    }

    /// The rows that a page may have. More than a page can have is the resolver's to refuse, by the argument's name.
    fn rows(&self, field: &'a Field) -> usize {
        let asked = ["first", "last"].into_iter().find_map(|name| self.argument(field, name)?.rows());
        asked.unwrap_or(DEFAULT_ROWS)
    }

    fn argument(&self, field: &'a Field, name: &str) -> Option<Argument<'a>> {
        match &field.get_argument(name)?.node {
            Value::Variable(variable) => {
                let given = self.variables.get(variable).or_else(|| self.defaults.get(variable.as_str()).copied());
                given.map(Argument::Given)
            }
            written => Some(Argument::Written(written)),
        }
    }
}

/// An argument as the document writes it, or as a variable gives it.
enum Argument<'a> {
    Written(&'a Value),
    Given(&'a ConstValue),
}

impl Argument<'_> {
    fn rows(self) -> Option<usize> {
        let (Self::Written(Value::Number(number)) | Self::Given(ConstValue::Number(number))) = self else {
            return None;
        };
        let rows = number.as_u64()?;
        Some(usize::try_from(rows).unwrap_or(MOST).min(MOST))
    }

    fn length(self) -> usize {
        match self {
            Self::Written(Value::List(items)) => items.len(),
            Self::Given(ConstValue::List(items)) => items.len(),
            // One value stands for a list of one.
            Self::Written(_) | Self::Given(_) => 1,
        }
    }
}
