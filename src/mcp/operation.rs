//! An operation of a trusted document, and what an agent is told of it.

use std::collections::BTreeSet;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{
    ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet, Type,
};
use async_graphql_value::Value;

use super::place::{Places, with_plain_breaks};
use super::schema::{Types, named, said};

/// An operation with the document that it stands in.
pub(super) struct Operation {
    /// The document's id.
    pub(super) id: String,
    pub(super) name: String,
    pub(super) text: String,
    pub(super) document: ExecutableDocument,
    pub(super) definition: OperationDefinition,
    /// The byte at which it begins.
    pub(super) start: usize,
}

impl Operation {
    /// The operations of a document, each with its name; the document's id where it cannot be read or has one without.
    pub(super) fn all(id: &str, text: &str) -> Result<Vec<Self>, Nameless> {
        let text = with_plain_breaks(text);
        // Every trusted document was parsed before; one that cannot be has no operation.
        let Ok(document) = parse_query(&text) else {
            return Ok(Vec::new());
        };
        let places = Places::of(&text);
        let all = document.operations.iter().map(|(name, operation)| {
            Ok(Self {
                id: id.to_owned(),
                name: name.ok_or_else(|| Nameless(id.to_owned()))?.to_string(),
                text: text.clone(),
                document: document.clone(),
                definition: operation.node.clone(),
                start: places.byte(operation.pos),
            })
        });
        all.collect()
    }

    pub(super) fn kind(&self) -> OperationType {
        self.definition.ty
    }

    /// Whether it is the only one of its document.
    pub(super) fn stands_alone(&self) -> bool {
        self.document.operations.iter().len() == 1
    }

    /// What it does: what is written right above it, or else what the schema says of its fields.
    pub(super) fn description(&self, types: &Types) -> String {
        let comment = comment_above(self.text.get(..self.start).unwrap_or_default());
        if comment.is_empty() { self.described_by_fields(types) } else { comment }
    }

    fn described_by_fields(&self, types: &Types) -> String {
        let mut names = BTreeSet::new();
        let fields = root_fields(&self.document, &self.definition);
        let described = fields.into_iter().filter(|field| names.insert(field.name.node.as_str())).filter_map(|field| {
            let known = types.field(root(self.kind()), &field.name.node)?;
            Some(said(known.description.as_ref()).replace('\n', " "))
        });
        described.collect::<Vec<_>>().join("\n")
    }

    /// What the schema says of the first place at which a variable is used.
    pub(super) fn use_of(&self, variable: &str, types: &Types) -> Option<String> {
        let search = Search { document: &self.document, types, variable };
        search.within(root(self.kind()), &self.definition.selection_set.node, &mut BTreeSet::new())
    }
}

/// A document with an operation that has no name.
pub(super) struct Nameless(pub(super) String);

/// The type whose fields an operation asks for.
fn root(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    }
}

/// The comment that ends where a text ends. What tools import by comments is none.
fn comment_above(text: &str) -> String {
    let above = text.trim_end_matches([' ', '\t']);
    let lines = above.strip_suffix('\n').unwrap_or_default().split('\n').rev();
    let comment = lines.map_while(|line| line.trim().strip_prefix('#')).filter(|line| !line.starts_with("import "));
    let mut comment: Vec<&str> = comment.map(str::trim).collect();
    comment.reverse();
    comment.join("\n").trim().to_owned()
}

/// The fields at the top of an operation, those in fragments too, each once.
pub(super) fn root_fields<'a>(document: &'a ExecutableDocument, operation: &'a OperationDefinition) -> Vec<&'a Field> {
    let mut fields = Vec::new();
    collect(document, &operation.selection_set.node, &mut BTreeSet::new(), &mut fields);
    fields
}

fn collect<'a>(
    document: &'a ExecutableDocument,
    set: &'a SelectionSet,
    spread: &mut BTreeSet<&'a str>,
    fields: &mut Vec<&'a Field>,
) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => fields.push(&field.node),
            Selection::InlineFragment(fragment) => {
                collect(document, &fragment.node.selection_set.node, spread, fields);
            }
            Selection::FragmentSpread(name) => {
                let name = &name.node.fragment_name.node;
                let fragment = document.fragments.get(name).filter(|_| spread.insert(name));
                if let Some(fragment) = fragment {
                    collect(document, &fragment.node.selection_set.node, spread, fields);
                }
            }
        }
    }
}

/// The search for what a variable is used for.
struct Search<'a> {
    document: &'a ExecutableDocument,
    types: &'a Types,
    variable: &'a str,
}

impl<'a> Search<'a> {
    fn within(&self, of: &str, set: &'a SelectionSet, spread: &mut BTreeSet<&'a str>) -> Option<String> {
        set.items.iter().find_map(|selection| match &selection.node {
            Selection::Field(field) => self.in_field(of, &field.node, spread),
            Selection::InlineFragment(fragment) => {
                let condition = fragment.node.type_condition.as_ref();
                let of = condition.map_or(of, |condition| condition.node.on.node.as_str());
                self.within(of, &fragment.node.selection_set.node, spread)
            }
            Selection::FragmentSpread(name) => {
                let name = &name.node.fragment_name.node;
                let fragment = self.document.fragments.get(name).filter(|_| spread.insert(name))?;
                self.within(&fragment.node.type_condition.node.on.node, &fragment.node.selection_set.node, spread)
            }
        })
    }

    fn in_field(&self, of: &str, field: &'a Field, spread: &mut BTreeSet<&'a str>) -> Option<String> {
        let known = self.types.field(of, &field.name.node)?;
        let used = field.arguments.iter().find_map(|(name, value)| {
            let argument = known.arguments.iter().find(|argument| argument.node.name.node == name.node)?;
            self.in_value(said(argument.node.description.as_ref()), &argument.node.ty.node, &value.node)
        });
        used.or_else(|| self.within(named(&known.ty.node), &field.selection_set.node, spread))
    }

    /// What is said of the place at which the variable stands in a value.
    fn in_value(&self, description: &str, ty: &Type, value: &Value) -> Option<String> {
        match value {
            Value::Variable(name) => (name == self.variable && !description.is_empty()).then(|| description.to_owned()),
            Value::List(items) => items.iter().find_map(|item| self.in_value(description, ty, item)),
            Value::Object(members) => {
                let inputs = self.types.find(named(ty))?.inputs();
                members.iter().find_map(|(name, value)| {
                    let member = inputs.iter().find(|input| input.node.name.node == *name)?;
                    self.in_value(said(member.node.description.as_ref()), &member.node.ty.node, value)
                })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Operation;
    use crate::mcp::schema::Types;

    fn operation(text: &str) -> Operation {
        let Ok([operation]) = <[Operation; 1]>::try_from(Operation::all("id", text).ok().unwrap()) else {
            panic!("{text}")
        };
        operation
    }

    fn description(text: &str) -> String {
        operation(text).description(Types::known())
    }

    #[test]
    fn the_comment_right_above_an_operation_describes_it() {
        assert_eq!(description("# One.\r\n#\r\n#   Two.\r\nquery A { account { id } }"), "One.\n\nTwo.");
        assert_eq!(description("# Of the file.\n\n# Of it.\n\tquery A { account { id } }"), "Of it.");
        assert_eq!(description("#import \"x.graphql\"\n# Of it.\nquery A { account { id } }"), "Of it.");
    }

    #[test]
    fn without_one_the_schema_describes_it() {
        let account = "The account that the gateway's caller acts for.";
        for text in [
            "query A { account { id } }",
            "# Far away.\n\nquery A { account { id } again: account { name } }",
            "query A { ...F } fragment F on Query { account { id } }",
        ] {
            assert_eq!(description(text), account, "{text}");
        }
    }

    #[test]
    fn a_variable_is_described_by_what_it_is_used_for() {
        let text = "query A($id: ID!, $after: String, $status: [OnboardStatus!]) {
            onboard(id: $id) { id }
            ... on Query { onboards(after: $after, filter: { status: $status }) { totalCount } }
        }";
        let operation = operation(text);
        let used = |variable| operation.use_of(variable, Types::known());
        assert_eq!(used("id").as_deref(), Some("The global id, or the upstream's own id."));
        assert!(used("after").is_some() && used("status").is_some());
        assert_eq!(used("other"), None);
    }
}
