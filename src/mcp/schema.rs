//! The schema as agents are told of it: its definitions, with the text of each.

use std::collections::HashMap;
use std::sync::LazyLock;

use async_graphql::Positioned;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition,
};

use super::place::Places;
use crate::graph;

/// The types of the schema, in the order in which they are printed.
pub(super) struct Types {
    text: String,
    definitions: Vec<Definition>,
    by_name: HashMap<String, usize>,
}

/// A type, and where it stands in the text.
pub(super) struct Definition {
    pub(super) node: TypeDefinition,
    start: usize,
    end: usize,
}

impl Types {
    /// Those of the graph.
    pub(super) fn known() -> &'static Self {
        static TYPES: LazyLock<Types> = LazyLock::new(|| Types::of(graph::sdl()));
        &TYPES
    }

    fn of(text: String) -> Self {
        // The schema that the gateway prints is one that can be read; a test holds it.
        let parsed = parse_schema(&text).map(|document| document.definitions).unwrap_or_default();
        let places = Places::of(&text);
        let mut definitions = Vec::new();
        let mut end = text.len();
        for definition in parsed.into_iter().rev() {
            let (start, next) = match &definition {
                TypeSystemDefinition::Schema(at) => (at.pos, None),
                TypeSystemDefinition::Directive(at) => (at.pos, None),
                TypeSystemDefinition::Type(at) => (at.pos, Some(at.node.clone())),
            };
            let start = places.byte(start);
            definitions.extend(next.map(|node| Definition { node, start, end }));
            end = start;
        }
        definitions.reverse();
        let names = definitions.iter().map(|definition| definition.node.name.node.to_string());
        let by_name = names.enumerate().map(|(place, name)| (name, place)).collect();
        Self { text, definitions, by_name }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Definition> {
        self.definitions.iter()
    }

    pub(super) fn find(&self, name: &str) -> Option<&Definition> {
        self.definitions.get(*self.by_name.get(name)?)
    }

    /// A field of an object or an interface.
    pub(super) fn field(&self, of: &str, name: &str) -> Option<&FieldDefinition> {
        let fields = self.find(of)?.fields();
        fields.iter().map(|field| &field.node).find(|field| field.name.node == name)
    }

    /// The text of a type.
    pub(super) fn text(&self, definition: &Definition) -> &str {
        self.text.get(definition.start..definition.end).unwrap_or_default().trim()
    }

    /// The text of a member of a type: a field, a value of an enum, a member of an input.
    pub(super) fn text_of_member(&self, definition: &Definition, member: &str) -> Option<&str> {
        let members = definition.members();
        let place = members.iter().position(|(name, _)| *name == member)?;
        let places = Places::of(&self.text);
        let start = places.byte(members.get(place)?.1);
        let whole = definition.start + self.text(definition).len();
        let end = members.get(place + 1).map_or_else(|| whole.saturating_sub(1), |(_, next)| places.byte(*next));
        self.text.get(start..end).map(str::trim)
    }
}

impl Definition {
    pub(super) fn name(&self) -> &str {
        &self.node.name.node
    }

    pub(super) fn description(&self) -> &str {
        self.node.description.as_ref().map(|text| text.node.as_str()).unwrap_or_default()
    }

    pub(super) fn fields(&self) -> &[Positioned<FieldDefinition>] {
        match &self.node.kind {
            TypeKind::Object(object) => &object.fields,
            TypeKind::Interface(interface) => &interface.fields,
            _ => &[],
        }
    }

    pub(super) fn inputs(&self) -> &[Positioned<InputValueDefinition>] {
        match &self.node.kind {
            TypeKind::InputObject(input) => &input.fields,
            _ => &[],
        }
    }

    /// Whether exactly one member of this input is to be given.
    pub(super) fn is_one_of(&self) -> bool {
        self.node.directives.iter().any(|directive| directive.node.name.node == "oneOf")
    }

    /// The members with their places.
    pub(super) fn members(&self) -> Vec<(&str, async_graphql::Pos)> {
        match &self.node.kind {
            TypeKind::Enum(values) => {
                values.values.iter().map(|value| (value.node.value.node.as_str(), value.pos)).collect()
            }
            TypeKind::InputObject(input) => {
                input.fields.iter().map(|field| (field.node.name.node.as_str(), field.pos)).collect()
            }
            _ => self.fields().iter().map(|field| (field.node.name.node.as_str(), field.pos)).collect(),
        }
    }
}

/// What is said of a field, an argument or the like.
pub(super) fn said(description: Option<&Positioned<String>>) -> &str {
    description.map(|text| text.node.as_str()).unwrap_or_default()
}

/// The name at the heart of a type, whatever lists it stands in.
pub(super) fn named(ty: &Type) -> &str {
    match &ty.base {
        async_graphql::parser::types::BaseType::Named(name) => name,
        async_graphql::parser::types::BaseType::List(item) => named(item),
    }
}

#[cfg(test)]
mod tests {
    use super::Types;

    #[test]
    fn each_type_and_member_has_its_own_text() {
        let types = Types::known();
        let status = types.find("OnboardStartInput").unwrap();
        let member =
            "\"\"\"\n\tThe user's flow, where the onboard does not hold it already.\n\t\"\"\"\n\tflowId: ObjectId";
        assert_eq!(
            types.text(status),
            format!("\"\"\"\nWhat an onboard needs to start.\n\"\"\"\ninput OnboardStartInput {{\n\t{member}\n}}")
        );
        assert_eq!(types.text_of_member(status, "flowId"), Some(member));
        let texts: Vec<&str> = types.iter().map(|definition| types.text(definition)).collect();
        assert!(texts.iter().all(|text| text.starts_with("\"\"\"") || text.starts_with("type ")), "{texts:#?}");
    }
}
