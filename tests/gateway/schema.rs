//! The printed schema: current, described throughout, in the graph's own words, and of the agreed shape.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::Positioned;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    FieldDefinition, InputValueDefinition, TypeDefinition, TypeKind, TypeSystemDefinition,
};

/// Names of vendors and of their products, in lower case. None stands anywhere in the schema, not even inside a word.
const VENDORS: [&str; 5] = ["leadconduit", "waldur", "activeprospect", "trustedform", "crf"];

/// A vendor whose name is a word too: it does not stand alone or as a part of a name, as in `connectLead`.
const VENDOR_LIKE_A_WORD: &str = "connect";

#[test]
fn the_printed_schema_is_current() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql");
    let printed = std::fs::read_to_string(file).unwrap();
    assert!(printed == onramp::graph::sdl(), "schema.graphql is not what `onramp schema` prints; run `make schema`");
}

#[test]
fn everything_in_the_schema_has_a_description() {
    let types = types(&onramp::graph::sdl());
    let bare: Vec<String> =
        types.values().flat_map(parts).filter(|part| !part.described).map(|part| part.name).collect();
    assert_eq!(bare, [""; 0]);
}

#[test]
fn the_schema_names_no_vendor() {
    let sdl = onramp::graph::sdl();
    let lower = sdl.to_lowercase();
    let named: Vec<&str> = VENDORS.into_iter().filter(|vendor| lower.contains(vendor)).collect();
    assert_eq!(named, [""; 0]);
    assert!(!words(&sdl).contains(VENDOR_LIKE_A_WORD), "the word {VENDOR_LIKE_A_WORD} stands in the schema");
}

#[test]
fn the_schema_has_the_agreed_shape() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/schema-shape.graphql");
    let agreed = types(&std::fs::read_to_string(file).unwrap());
    let printed = types(&onramp::graph::sdl());
    let signatures = |types: &BTreeMap<String, TypeDefinition>| -> BTreeSet<String> {
        types.values().flat_map(parts).map(|part| part.signature).collect()
    };
    let missing: Vec<String> = signatures(&agreed).difference(&signatures(&printed)).cloned().collect();
    assert_eq!(missing, [""; 0]);
}

/// Something in a schema that has a name.
struct Part {
    /// The name with those of what it stands in: `Query.onboards(first)`.
    name: String,
    /// The name with what a client relies on: kind or type.
    signature: String,
    described: bool,
}

fn types(sdl: &str) -> BTreeMap<String, TypeDefinition> {
    let definitions = parse_schema(sdl).unwrap().definitions.into_iter();
    let types = definitions.filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => Some((definition.node.name.node.to_string(), definition.node)),
        _ => None,
    });
    types.collect()
}

/// A type and everything in it.
fn parts(definition: &TypeDefinition) -> Vec<Part> {
    let name = definition.name.node.as_str();
    let (kind, inside) = match &definition.kind {
        TypeKind::Scalar => ("scalar", Vec::new()),
        TypeKind::Object(object) => {
            let implemented = object.implements.iter().map(|interface| interface.node.as_str());
            let mut inside = fields(name, &object.fields);
            inside.extend(implemented.map(|interface| member(name, &format!("implements {interface}"))));
            ("type", inside)
        }
        TypeKind::Interface(interface) => ("interface", fields(name, &interface.fields)),
        TypeKind::Union(union) => {
            ("union", union.members.iter().map(|part| member(name, part.node.as_str())).collect())
        }
        TypeKind::Enum(values) => {
            let values = values.values.iter().map(|value| {
                let described = value.node.description.is_some();
                Part { described, ..member(name, value.node.value.node.as_str()) }
            });
            ("enum", values.collect())
        }
        TypeKind::InputObject(input) => {
            ("input", input.fields.iter().map(|field| input_value(&format!("{name}."), &field.node, "")).collect())
        }
    };
    let whole = Part {
        name: name.to_owned(),
        signature: format!("{kind} {name}"),
        described: definition.description.is_some(),
    };
    std::iter::once(whole).chain(inside).collect()
}

fn fields(of: &str, fields: &[Positioned<FieldDefinition>]) -> Vec<Part> {
    let parts = fields.iter().flat_map(|field| {
        let field = &field.node;
        let name = format!("{of}.{}", field.name.node);
        let arguments = field.arguments.iter().map(|argument| input_value(&format!("{name}("), &argument.node, ")"));
        let mut parts: Vec<Part> = arguments.collect();
        let signature = format!("{name}: {}", field.ty.node);
        parts.push(Part { name, signature, described: field.description.is_some() });
        parts
    });
    parts.collect()
}

fn input_value(before: &str, value: &InputValueDefinition, after: &str) -> Part {
    let name = format!("{before}{}{after}", value.name.node);
    let default = value.default_value.as_ref().map_or_else(String::new, |default| format!(" = {}", default.node));
    let signature = format!("{name}: {}{default}", value.ty.node);
    Part { name, signature, described: value.description.is_some() }
}

/// A part that has no description of its own.
fn member(of: &str, name: &str) -> Part {
    let name = format!("{of} {name}");
    Part { signature: name.clone(), name, described: true }
}

/// The words of a text in lower case, where a name such as `connectedBuyers` is two of them.
fn words(text: &str) -> BTreeSet<String> {
    let names = text.split(|c: char| !c.is_ascii_alphabetic());
    names.flat_map(|name| parts_of_name(name).into_iter().map(|word| word.to_lowercase())).collect()
}

fn parts_of_name(name: &str) -> Vec<&str> {
    let bytes = name.as_bytes();
    let starts = (1..bytes.len()).filter(|at| bytes[*at].is_ascii_uppercase() && bytes[at - 1].is_ascii_lowercase());
    let bounds: Vec<usize> = std::iter::once(0).chain(starts).chain([name.len()]).collect();
    bounds.windows(2).map(|bound| &name[bound[0]..bound[1]]).collect()
}
