//! The schema as a page to read: every type with its members, each linked to the types that it is made of.
//!
//! It is written from the printed schema, so it tells what that tells.

use std::fmt::Write;
use std::sync::LazyLock;

use async_graphql::Positioned;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, ConstDirective, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind,
    TypeSystemDefinition,
};

use super::join::KINDS;

const STYLE: &str = include_str!("reference.css");

/// The kinds of types in the order of the page, with their headings. The roots are what one looks for first.
const PARTS: [(&str, &str); 7] = [
    ("root", "Operations"),
    ("type", "Objects"),
    ("interface", "Interfaces"),
    ("union", "Unions"),
    ("enum", "Enums"),
    ("input", "Inputs"),
    ("scalar", "Scalars"),
];

/// What the page calls the types of operations.
const ROOTS: [&str; 3] = ["Query", "Mutation", "Subscription"];

/// The types that GraphQL itself brings.
const BUILT_IN: [&str; 5] = ["ID", "Int", "Float", "String", "Boolean"];

/// The page, as it is served and printed.
pub(super) fn page() -> &'static str {
    static PAGE: LazyLock<String> = LazyLock::new(|| written(&types(), &[]));
    &PAGE
}

/// The same of a subgraph, which tells too what a router finds in it.
pub(super) fn page_of_subgraph() -> &'static str {
    static PAGE: LazyLock<String> = LazyLock::new(|| {
        let entities: Vec<&str> = KINDS.iter().copied().flatten().map(|(name, _)| *name).collect();
        written(&types(), &entities)
    });
    &PAGE
}

fn types() -> Vec<TypeDefinition> {
    // The schema that the gateway prints is one that can be read; a test holds it.
    let document = parse_schema(super::sdl()).map(|document| document.definitions).unwrap_or_default();
    let types = document.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => Some(definition.node),
        _ => None,
    });
    types.collect()
}

fn written(types: &[TypeDefinition], entities: &[&str]) -> String {
    let mut page = Page(String::new());
    page.raw("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n");
    page.raw("<meta name=\"viewport\" content=\"width=device-width\">\n<title>Onramp: the schema</title>\n<style>\n");
    page.raw(STYLE);
    page.raw("</style>\n<nav>\n");
    page.parts(types, |page, part| page.contents(part));
    page.raw("</nav>\n<main>\n<h1>The schema</h1>\n");
    page.entities(entities);
    page.parts(types, |page, part| part.iter().for_each(|definition| page.definition(definition)));
    page.raw("</main>\n</html>\n");
    page.0
}

fn kind(definition: &TypeDefinition) -> &'static str {
    if ROOTS.contains(&definition.name.node.as_str()) {
        return "root";
    }
    match definition.kind {
        TypeKind::Scalar => "scalar",
        TypeKind::Object(_) => "type",
        TypeKind::Interface(_) => "interface",
        TypeKind::Union(_) => "union",
        TypeKind::Enum(_) => "enum",
        TypeKind::InputObject(_) => "input",
    }
}

/// The page as far as it is written.
struct Page(String);

impl Page {
    fn raw(&mut self, html: &str) {
        self.0.push_str(html);
    }

    fn text(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '&' => self.raw("&amp;"),
                '<' => self.raw("&lt;"),
                '>' => self.raw("&gt;"),
                '"' => self.raw("&quot;"),
                other => self.0.push(other),
            }
        }
    }

    fn entities(&mut self, names: &[&str]) {
        if names.is_empty() {
            return;
        }
        self.raw("<p>A subgraph of Federation 2, in which a router finds by <code>id</code>:\n<ul>\n");
        for name in names {
            self.raw(&format!("<li><a href=\"#{name}\">{name}</a>\n"));
        }
        self.raw("</ul>\n");
    }

    fn parts(&mut self, types: &[TypeDefinition], write: impl Fn(&mut Self, &[&TypeDefinition])) {
        for (part, heading) in PARTS {
            let of_part: Vec<&TypeDefinition> = types.iter().filter(|definition| kind(definition) == part).collect();
            if !of_part.is_empty() {
                self.raw("<h2>");
                self.text(heading);
                self.raw("</h2>\n");
                write(self, &of_part);
            }
        }
    }

    fn contents(&mut self, types: &[&TypeDefinition]) {
        self.raw("<ul>\n");
        for definition in types {
            self.raw("<li>");
            self.link(&definition.name.node);
            self.raw("\n");
        }
        self.raw("</ul>\n");
    }

    fn link(&mut self, name: &str) {
        // Writing to a string cannot fail.
        let _ = write!(self.0, "<a href=\"#{name}\">{name}</a>");
    }

    fn definition(&mut self, definition: &TypeDefinition) {
        let name = &definition.name.node;
        let _ = write!(self.0, "<section id=\"{name}\">\n<h3>{name}</h3>\n");
        self.description(definition.description.as_ref());
        match &definition.kind {
            TypeKind::Scalar => {}
            TypeKind::Object(object) => {
                self.names("Implements", object.implements.iter().map(|name| name.node.as_str()));
                self.fields(name, &object.fields);
            }
            TypeKind::Interface(interface) => self.fields(name, &interface.fields),
            TypeKind::Union(union) => self.names("One of", union.members.iter().map(|name| name.node.as_str())),
            TypeKind::Enum(values) => self.list(&values.values, |page, value| {
                page.term(name, &value.value.node);
                page.details(value.description.as_ref(), &value.directives);
            }),
            TypeKind::InputObject(input) => self.list(&input.fields, |page, field| {
                page.term(name, &field.name.node);
                page.value(field);
                page.details(field.description.as_ref(), &field.directives);
            }),
        }
        self.raw("</section>\n");
    }

    fn names<'a>(&mut self, what: &str, names: impl Iterator<Item = &'a str>) {
        for (place, name) in names.enumerate() {
            if place == 0 {
                self.raw("<p>");
                self.text(what);
                self.raw(" ");
            } else {
                self.raw(", ");
            }
            self.link(name);
        }
        self.raw("\n");
    }

    fn fields(&mut self, of: &str, fields: &[Positioned<FieldDefinition>]) {
        self.list(fields, |page, field| {
            page.term(of, &field.name.node);
            page.ty(&field.ty.node);
            page.details(field.description.as_ref(), &field.directives);
            if !field.arguments.is_empty() {
                page.raw("<dd class=\"arguments\">");
                page.list(&field.arguments, |page, argument| {
                    page.raw("<dt><code>");
                    page.text(&argument.name.node);
                    page.raw("</code>");
                    page.value(argument);
                    page.details(argument.description.as_ref(), &argument.directives);
                });
            }
        });
    }

    fn list<T>(&mut self, items: &[Positioned<T>], write: impl Fn(&mut Self, &T)) {
        self.raw("<dl>\n");
        for item in items {
            write(self, &item.node);
        }
        self.raw("</dl>\n");
    }

    fn term(&mut self, of: &str, name: &str) {
        let _ = write!(self.0, "<dt id=\"{of}.{name}\"><code>{name}</code>");
    }

    fn value(&mut self, value: &InputValueDefinition) {
        self.ty(&value.ty.node);
        if let Some(default) = &value.default_value {
            self.raw(" = <code>");
            self.text(&default.node.to_string());
            self.raw("</code>");
        }
    }

    fn ty(&mut self, ty: &Type) {
        self.raw(": ");
        self.inner(ty);
    }

    fn inner(&mut self, ty: &Type) {
        match &ty.base {
            BaseType::Named(name) if BUILT_IN.contains(&name.as_str()) => self.text(name),
            BaseType::Named(name) => self.link(name),
            BaseType::List(item) => {
                self.raw("[");
                self.inner(item);
                self.raw("]");
            }
        }
        if !ty.nullable {
            self.raw("!");
        }
    }

    fn details(&mut self, description: Option<&Positioned<String>>, directives: &[Positioned<ConstDirective>]) {
        self.raw("\n<dd>");
        for directive in directives.iter().filter(|directive| directive.node.name.node == "deprecated") {
            let reason = directive.node.get_argument("reason").map(|reason| reason.node.to_string());
            self.raw("<p><strong>Deprecated.</strong> ");
            self.text(reason.as_deref().unwrap_or_default().trim_matches('"'));
        }
        self.description(description);
    }

    /// What stands between backticks is code, and an empty line ends a paragraph.
    fn description(&mut self, description: Option<&Positioned<String>>) {
        for paragraph in description.map(|text| text.node.as_str()).unwrap_or_default().split("\n\n") {
            self.raw("<p>");
            for (place, part) in paragraph.split('`').enumerate() {
                let (before, after) = if place % 2 == 1 { ("<code>", "</code>") } else { ("", "") };
                self.raw(before);
                self.text(part);
                self.raw(after);
            }
            self.raw("\n");
        }
    }
}
