#![allow(clippy::needless_pass_by_value, reason = "a test hands `json!(…)` over as it stands")]

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Comparison, Contract, Difference, Form, JsonType};
use crate::vocabulary::{Documented, Word};

enum Colour {}

impl Documented for Colour {
    const WORDS: &'static str = "Colour|red|light_blue";
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only how it is read matters")]
struct Body {
    id: u32,
    colour: Option<Word<Colour>>,
    name: Option<String>,
    anything: Option<Value>,
    parts: Option<Vec<Part>>,
    last: Option<u32>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only how it is read matters")]
struct Part {
    id: u32,
    colour: Option<Word<Colour>>,
}

const BODY: Contract = Contract::of::<Body>("body")
    .always(&["$.id", "$.colour", "$.parts[].colour"])
    .passing_over(&["$.secret", "$.parts[].other"])
    .passing_over_words(&[("$.colour", "grey")]);

fn differences(body: Value) -> Vec<(Difference, usize)> {
    let form = if body.is_array() { Form::List } else { Form::Record };
    BODY.compare(form, &body, &["hidden".to_owned()]).differences.into_iter().collect()
}

fn unknown(path: &str, found: JsonType) -> Difference {
    Difference::UnknownMember { path: path.to_owned(), found }
}

fn other(path: &str, expected: &str, found: JsonType) -> Difference {
    Difference::OtherType { path: path.to_owned(), expected: expected.to_owned(), found }
}

fn missing(path: &str) -> Difference {
    Difference::MissingMember { path: path.to_owned() }
}

fn word(path: &str, word: &str) -> Difference {
    Difference::UnknownWord { path: path.to_owned(), word: word.to_owned() }
}

#[test]
fn what_is_as_it_should_be_differs_in_nothing() {
    let body = json!({
        "id": 1, "colour": "RED", "name": null, "anything": {"further": [{"colour": "green"}]}, "secret": "s",
        "parts": [{"id": 1, "colour": "light_blue", "other": 1}, {"id": 2, "colour": ""}],
    });
    let expected =
        Comparison { records: 1, differences: BTreeMap::new(), passed_over: ["$.secret", "$.parts[].other"].into() };
    assert_eq!(BODY.compare(Form::Record, &body, &[]), expected);
}

#[test]
fn a_word_is_passed_over_where_it_was_said_and_nowhere_else() {
    let body = json!({"id": 1, "colour": "grey", "parts": [{"id": 1, "colour": "grey"}]});
    let comparison = BODY.compare(Form::Record, &body, &[]);
    assert_eq!(comparison.passed_over, ["grey"].into());
    assert_eq!(comparison.differences, [(word("$.parts[].colour", "grey"), 1)].into());
}

#[test]
fn what_differs_is_told_by_its_path_and_counted() {
    let row =
        json!({"id": 1, "colour": "green", "new": {"name": "Jane Doe"}, "parts": [{"id": 3, "more": 1}, {"id": 4}]});
    let expected = [
        (unknown("$[].new", JsonType::Object), 2),
        (unknown("$[].parts[].more", JsonType::Number), 2),
        (word("$[].colour", "green"), 2),
        (missing("$[].parts[].colour"), 4),
    ];
    assert_eq!(differences(json!([row, row])), expected);
}

#[test]
fn behind_what_is_of_another_type_the_rest_is_looked_at() {
    let body = json!({
        "id": "one", "colour": 7, "name": ["x"], "last": -1, "more": true,
        "parts": [{"id": "a", "colour": "blue"}, 5, {"id": 2, "colour": "red", "more": null}],
    });
    let expected = [
        (unknown("$.more", JsonType::Boolean), 1),
        (unknown("$.parts[].more", JsonType::Null), 1),
        (word("$.parts[].colour", "blue"), 1),
        (other("$.colour", "a string", JsonType::Number), 1),
        (other("$.id", "u32", JsonType::String), 1),
        (other("$.last", "u32", JsonType::Number), 1),
        (other("$.name", "a string", JsonType::Array), 1),
        (other("$.parts[]", "an object", JsonType::Number), 1),
        (other("$.parts[].id", "u32", JsonType::String), 1),
    ];
    assert_eq!(differences(body), expected);
}

#[test]
fn a_member_that_is_needed_and_missing_is_told_once() {
    assert_eq!(
        differences(json!({"more": 1})),
        [(unknown("$.more", JsonType::Number), 1), (missing("$.colour"), 1), (missing("$.id"), 1),]
    );
    let parts = json!({"id": 1, "colour": null, "parts": [{"colour": "red"}, {"id": 1, "colour": "pink"}]});
    assert_eq!(differences(parts), [(word("$.parts[].colour", "pink"), 1), (missing("$.parts[].id"), 1)]);
    assert_eq!(differences(json!("text")), [(other("$", "an object", JsonType::String), 1)]);
}

#[test]
fn neither_a_secret_nor_what_may_be_personal_is_repeated() {
    let body = json!({
        "id": 1, "colour": "jane.doe@example.com", "hidden-1": 1, "a\nb": 2, "parts": [
            {"id": 1, "colour": "hidden"}, {"id": 1, "colour": "x".repeat(49)}, {"id": 1, "colour": "größer"},
            {"id": 1, "colour": "Mari Maasikas"}, {"id": 1, "colour": "EE38001085718"}, {"id": 1, "colour": "A1234"},
        ],
    });
    let expected = [
        (unknown("$.<a name of 3 characters>", JsonType::Number), 1),
        (unknown("$.<a name of 8 characters>", JsonType::Number), 1),
        (word("$.colour", "<a text of 20 characters>"), 1),
        (word("$.parts[].colour", "<a text of 13 characters>"), 2),
        (word("$.parts[].colour", "<a text of 49 characters>"), 1),
        (word("$.parts[].colour", "<a text of 6 characters>"), 2),
        (word("$.parts[].colour", "A1234"), 1),
    ];
    assert_eq!(differences(body), expected);
}

#[test]
fn a_contract_that_is_open_passes_over_whatever_stands_there() {
    const OPEN: Contract = Contract::of::<Body>("body").passing_over(&["$.*"]);
    let body = json!({"id": 1, "more": 1, "parts": [{"id": 1, "colour": null, "more": 1}]});
    let comparison = OPEN.compare(Form::Record, &body, &[]);
    assert_eq!(comparison.passed_over, ["$.*"].into());
    assert_eq!(comparison.differences, [(unknown("$.parts[].more", JsonType::Number), 1)].into());
    assert!(OPEN.is_open() && !BODY.is_open());
}

#[test]
fn what_should_be_a_list_and_is_none_is_told() {
    let told = |body: Value| BODY.compare(Form::List, &body, &[]).differences.into_iter().collect::<Vec<_>>();
    assert_eq!(told(json!({"id": 1})), [(other("$", "an array", JsonType::Object), 1)]);
    let list = json!([]);
    let expected = [(other("$", "an object", JsonType::Array), 1)].into();
    assert_eq!(BODY.compare(Form::Record, &list, &[]).differences, expected);
}
