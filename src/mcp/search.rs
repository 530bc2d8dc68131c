//! What the schema has, found by words.

use std::cmp::Reverse;
use std::sync::LazyLock;

use async_graphql::parser::types::{FieldDefinition, TypeKind};
use serde_json::{Value, json};

use super::schema::{Definition, Types, said};

/// Most matches that are shown.
pub(super) const MOST: usize = 25;
/// Shorter words tell nothing.
const SHORTEST: usize = 3;

/// Something that can be found.
struct Entry {
    name: String,
    kind: &'static str,
    signature: Option<String>,
    description: String,
    /// The words of the name, in lower case.
    words: Vec<String>,
    /// What is said of it, in lower case.
    text: String,
}

/// What has words in common with those that are looked for, the best first.
pub(super) fn find(words: &str, limit: usize) -> Value {
    static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| entries(Types::known()));
    let wanted: Vec<String> = words_of(words).into_iter().filter(|word| word.len() >= SHORTEST).collect();
    let mut found: Vec<(usize, &Entry)> =
        ENTRIES.iter().map(|entry| (entry.worth(&wanted), entry)).filter(|(worth, _)| *worth > 0).collect();
    found.sort_by_key(|(worth, entry)| (Reverse(*worth), Reverse(entry.is_root()), entry.name.as_str()));
    let matches: Vec<Value> = found.iter().take(limit).map(|(_, entry)| entry.shown()).collect();
    json!({ "matches": matches, "found": found.len() })
}

impl Entry {
    fn of(name: String, kind: &'static str, signature: Option<String>, description: &str) -> Self {
        let description = description.replace('\n', " ");
        Self { words: words_of(&name), text: description.to_lowercase(), name, kind, signature, description }
    }

    /// A word in the name is worth more than one in what is said.
    fn worth(&self, wanted: &[String]) -> usize {
        let worth = |word: &String| {
            if self.words.contains(word) {
                4
            } else if self.words.iter().any(|own| own.starts_with(word.as_str()) || word.starts_with(own.as_str())) {
                3
            } else {
                usize::from(self.text.contains(word.as_str()))
            }
        };
        wanted.iter().map(worth).sum()
    }

    fn is_root(&self) -> bool {
        matches!(self.kind, "query" | "mutation" | "subscription")
    }

    fn shown(&self) -> Value {
        json!({ "name": self.name, "kind": self.kind, "signature": self.signature, "description": self.description })
    }
}

fn entries(types: &Types) -> Vec<Entry> {
    types
        .iter()
        .flat_map(|definition| {
            let own = Entry::of(definition.name().to_owned(), kind(definition), None, definition.description());
            std::iter::once(own).chain(members(definition))
        })
        .collect()
}

fn members(definition: &Definition) -> Vec<Entry> {
    let of = definition.name();
    let kind = match of {
        "Query" => "query",
        "Mutation" => "mutation",
        "Subscription" => "subscription",
        _ => "field",
    };
    let fields = definition.fields().iter().map(|field| {
        let field = &field.node;
        let name = format!("{of}.{}", field.name.node);
        Entry::of(name, kind, Some(signature(field)), said(field.description.as_ref()))
    });
    let inputs = definition.inputs().iter().map(|input| {
        let input = &input.node;
        let signature = format!("{}: {}", input.name.node, input.ty.node);
        Entry::of(format!("{of}.{}", input.name.node), "input field", Some(signature), said(input.description.as_ref()))
    });
    let values: Vec<Entry> = match &definition.node.kind {
        TypeKind::Enum(values) => values
            .values
            .iter()
            .map(|value| {
                Entry::of(
                    format!("{of}.{}", value.node.value.node),
                    "enum value",
                    None,
                    said(value.node.description.as_ref()),
                )
            })
            .collect(),
        _ => Vec::new(),
    };
    fields.chain(inputs).chain(values).collect()
}

fn kind(definition: &Definition) -> &'static str {
    match &definition.node.kind {
        TypeKind::Scalar => "scalar",
        TypeKind::Object(_) => "type",
        TypeKind::Interface(_) => "interface",
        TypeKind::Union(_) => "union",
        TypeKind::Enum(_) => "enum",
        TypeKind::InputObject(_) => "input",
    }
}

fn signature(field: &FieldDefinition) -> String {
    let arguments =
        field.arguments.iter().map(|argument| format!("{}: {}", argument.node.name.node, argument.node.ty.node));
    let arguments = arguments.collect::<Vec<_>>().join(", ");
    let arguments = if arguments.is_empty() { arguments } else { format!("({arguments})") };
    format!("{}{arguments}: {}", field.name.node, field.ty.node)
}

/// The words of a text, in lower case: a capital letter within a name begins another one.
fn words_of(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for each in text.chars() {
        let begins = each.is_uppercase() && was_lower;
        if begins || !each.is_alphanumeric() {
            words.push(String::new());
        }
        if each.is_alphanumeric() {
            words.last_mut().into_iter().for_each(|word| word.extend(each.to_lowercase()));
        }
        was_lower = each.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{MOST, find, words_of};

    fn names(words: &str) -> Vec<String> {
        let found = find(words, MOST);
        found["matches"].as_array().unwrap().iter().map(|entry| entry["name"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn a_name_falls_into_its_words() {
        assert_eq!(
            words_of("Mutation.onboardComplete IN_PROGRESS"),
            ["mutation", "onboard", "complete", "in", "progress"]
        );
    }

    #[test]
    fn what_has_all_the_words_in_its_name_comes_first() {
        assert_eq!(names("complete an onboard").first().unwrap(), "Mutation.onboardComplete");
        assert_eq!(names("leads")[0], "Query.leads");
        assert!(names("time zone").contains(&"Account.timeZone".to_owned()));
    }

    #[test]
    fn what_nothing_is_said_of_is_not_found() {
        assert_eq!(find("xyzzy", MOST)["matches"], Value::Array(Vec::new()));
        assert_eq!(find("of", MOST)["matches"], Value::Array(Vec::new()));
    }
}
