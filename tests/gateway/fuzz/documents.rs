//! Documents made from the schema's own words, so that some of them mean something.

use std::fs;
use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, prop_oneof};
use proptest::sample::select;

/// Every name of the schema, once.
pub fn words(sdl: &str) -> Vec<String> {
    let mut in_text = false;
    let mut words = Vec::new();
    for line in sdl.lines() {
        if line.trim() == "\"\"\"" {
            in_text = !in_text;
        } else if !in_text {
            let names = line.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
            words.extend(names.filter(|name| !name.is_empty()).map(str::to_owned));
        }
    }
    words.sort();
    words.dedup();
    words
}

/// The explorer's examples.
pub fn examples() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("explorer/examples");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut documents: Vec<_> =
        files.filter(|file| file.extension().is_some_and(|ending| ending == "graphql")).collect();
    documents.sort();
    assert!(!documents.is_empty());
    documents.into_iter().map(|file| fs::read_to_string(file).unwrap()).collect()
}

/// Documents that grew from words: sets of fields inside one another, with arguments, aliases, fragments and directives.
pub fn grown(words: Vec<String>) -> impl Strategy<Value = String> {
    let word = select(words);
    let value = prop_oneof![
        word.clone(),
        Just("$x".to_owned()),
        Just("\"lead_9c30a205-a60e-47cb-94b4-6d45cd4c2179\"".to_owned()),
        Just("[1, null]".to_owned()),
        "-?[0-9]{1,12}",
    ];
    let arguments = prop_oneof![
        3 => Just(String::new()),
        1 => vec((word.clone(), value), 1..3).prop_map(|all| {
            format!("({})", all.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join(", "))
        }),
    ];
    let before = prop_oneof![6 => Just(""), 1 => Just("a: "), 1 => Just("... on "), 1 => Just("...")];
    let behind = prop_oneof![8 => Just(""), 1 => Just(" @skip(if: true)"), 1 => Just(" @include(if: $x)")];
    let field = (before, word, arguments, behind);
    let leaf = field.clone().prop_map(|(before, name, arguments, behind)| format!("{before}{name}{arguments}{behind}"));
    let set = leaf.prop_recursive(6, 40, 6, move |inner| {
        (field.clone(), vec(inner, 1..6)).prop_map(|((before, name, arguments, behind), inner)| {
            format!("{before}{name}{arguments}{behind} {{ {} }}", inner.join(" "))
        })
    });
    let kind =
        prop_oneof![Just(""), Just("query "), Just("mutation "), Just("query ($x: Boolean!) "), Just("subscription ")];
    (kind, vec(set, 1..5)).prop_map(|(kind, fields)| format!("{kind}{{ {} }}", fields.join(" ")))
}
