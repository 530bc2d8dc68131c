use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::Index;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::read;
use crate::scalar::{DateTime, Later, ObjectId};

/// A record with a member of every kind that a body of ours has.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    id: Option<ObjectId>,
    name: Option<String>,
    at: Option<DateTime>,
    count: Option<i32>,
    share: Option<f64>,
    is_open: Option<bool>,
    kind: Option<Kind>,
    inner: Option<Box<Record>>,
    rows: Option<Vec<Record>>,
    names: Option<Vec<String>>,
    shape: Option<Value>,
    counts: Option<BTreeMap<String, u8>>,
    pair: Option<(u8, String)>,
    later: Option<Later<Vec<u8>>>,
    #[serde(default)]
    missing: Newtype,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Plain,
    Holding(u8),
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Newtype(Option<String>);

/// What it comes to, or that it cannot be read.
fn told<E>(read: Result<Record, E>) -> Option<Value> {
    read.ok().map(|record| serde_json::to_value(record).unwrap())
}

/// What this reader makes of a text; and it makes whatever serde's own makes of it.
fn compared(text: &str) -> Option<Value> {
    let (ours, theirs) = (told(read(text)), told(serde_json::from_str(text)));
    if theirs.is_some() {
        assert_eq!(ours, theirs, "{text}");
    }
    ours
}

fn name() -> impl Strategy<Value = String> {
    let known = "id|name|at|count|share|is_open|kind|inner|rows|names|shape|counts|pair|later|missing";
    prop_oneof![9 => known, 1 => "[a-z\"\\\\\u{e9}\n]{0,4}"]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        (0..300_u16).prop_map(Value::from),
        (-1e9..1e9).prop_map(|number: f64| json!(number)),
        "[a-z \"\\\\/{}\\[\\],:\u{1}\t\u{e9}\u{1f600}]{0,40}".prop_map(Value::from),
        "[0-9a-f]{24}".prop_map(Value::from),
        Just(json!("2023-11-07T05:31:56Z")),
        Just(json!("plain")),
        Just(json!({"holding": 7})),
        Just(json!([1, "two"])),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((name(), inner), 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Members that suit the record, more often than chance has it.
fn fitting() -> impl Strategy<Value = Value> {
    let text = || "[a-z \"\\\\{\u{1}\u{e9}]{0,30}";
    let record = (
        prop::option::of("[0-9a-f]{24}"),
        prop::option::of(text()),
        prop::option::of(any::<i32>()),
        prop::option::of(any::<bool>()),
        prop::collection::vec(text(), 0..4),
        value(),
        value(),
        text(),
    )
        .prop_map(|(id, name, count, is_open, names, shape, unknown, missing)| {
            let names = json!(names);
            json!({
                "id": id, "name": name, "count": count, "is_open": is_open, "names": names, "shape": shape,
                "later": shape, "unknown": unknown, "missing": missing, "kind": {"holding": 3}, "pair": [1, "b"],
            })
        });
    record.prop_recursive(3, 12, 3, |inner| {
        (inner.clone(), prop::collection::vec(inner, 0..3)).prop_map(|(mut record, rows)| {
            record["inner"] = rows.first().cloned().unwrap_or_default();
            record["rows"] = rows.into();
            record
        })
    })
}

/// A text of the value, with or without blanks.
fn written(value: &Value, is_pretty: bool) -> String {
    if is_pretty { format!(" {value:#}\r\n\t") } else { value.to_string() }
}

proptest! {
    #[test]
    fn it_reads_what_serde_reads(value in prop_oneof![value(), fitting()], is_pretty: bool) {
        let text = written(&value, is_pretty);
        prop_assert_eq!(told(read(&text)), told(serde_json::from_str(&text)), "{}", text);
    }

    #[test]
    fn a_text_that_was_damaged_is_read_as_by_serde_where_that_reads_it(
        value in fitting(), is_pretty: bool, place: Index, other in "[\\[\\]{}\",:\\\\ \n0n-]?", cut: bool,
    ) {
        let text = written(&value, is_pretty);
        let places: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
        let place = *place.get(&places);
        let rest = if cut { "" } else { text[place..].split_at(text[place..].chars().next().map_or(0, char::len_utf8)).1 };
        compared(&format!("{}{other}{rest}", &text[..place]));
    }
}

#[test]
fn the_records_of_the_comparison_are_read_at_all() {
    let record = json!({
        "id": "0123456789abcdef01234567", "name": "a \"b\" \u{e9}\n", "at": "2023-11-07T05:31:56Z", "count": -7,
        "share": 0.5, "is_open": true, "kind": {"holding": 3}, "inner": {"kind": "plain"}, "rows": [{}, {"name": "c"}],
        "names": ["d", "e\\"], "shape": {"f": [null]}, "counts": {"g\"": 1}, "pair": [1, "h"], "later": [1, 2],
        "missing": "i", "unknown": [{"j": "]}\""}],
    });
    for is_pretty in [false, true] {
        let found = compared(&written(&record, is_pretty)).unwrap();
        for (name, value) in record.as_object().unwrap() {
            match name.as_str() {
                "unknown" => assert!(found.get(name).is_none()),
                "inner" => assert_eq!(found[name]["kind"], value["kind"]),
                "rows" => assert_eq!(found[name][1]["name"], "c"),
                "later" => assert_eq!(found[name], json!([1, 2])),
                _ => assert_eq!(found[name], *value, "{name}"),
            }
        }
    }
}

#[test]
fn what_is_wanted_has_to_be_well_formed() {
    for text in [
        "",
        "{",
        "[",
        "{]",
        "{\"name\"}",
        "{\"name\" \"a\"}",
        "{\"name\": \"a\",}",
        "{\"name\": \"a\" \"count\": 1}",
        "{,\"name\": \"a\"}",
        "{\"name\": \"a\"} {}",
        "{\"name\": \"a\"},",
        "{\"name\": \"a",
        "{\"name\": \"a\\",
        "{\"name\": \"\\x\"}",
        "{\"name\": \"\\ud800\"}",
        "{\"name\": \"a\nb\"}",
        "{\"name\": \"\\n\u{1}\"}",
        "{\"na\nme\": 1}",
        "{\"\\x\": 1}",
        "{name: 1}",
        "{\"name\": nul}",
        "{\"name\": n}",
        "{\"name\": }",
        "{\"name\":",
        "{\"name\": 1}",
        "{\"name\": \"a\", \"name\": \"b\"}",
        "{\"names\": [\"a\" \"b\"]}",
        "{\"names\": [\"a\",]}",
        "{\"names\": [,\"a\"]}",
        "{\"names\": [\"a\"}",
        "{\"shape\": {\"a\": [1,]}}",
        "{\"pair\": [1]}",
        "{\"kind\": \"neither\"}",
        "{\"later\": }",
        "{\"later\":1\"name\":\"x\"}",
        "{\"later\": 1[], \"name\": \"x\"}",
        "{\"later\": [}",
        "{\"later\": [1",
        "{\"later\": \"a",
        "{\"unknown\": [1",
        "{\"unknown\": {\"a\": \"}",
        "{\"unknown\" 1}",
        "{\"unknown\":1\"name\":\"x\"}",
        "{\"unknown\":: 1, \"name\": \"x\"}",
        "{\"unknown\": tru}",
        "{\"unknown\": 01}",
        "{\"unknown\": {\"a\": [1}, \"name\": \"x\"}}",
        "\u{feff}{}",
        "\u{a0}{}",
    ] {
        assert_eq!(compared(text), None, "{text}");
    }
}

#[test]
fn numbers_and_words_have_to_be_well_formed() {
    for text in [
        "{\"count\": 01}",
        "{\"count\": 1.5}",
        "{\"count\": 4294967296}",
        "{\"count\": 1e3}",
        "{\"count\": 1 2}",
        "{\"count\": 1",
        "{\"count\": -}",
        "{\"count\": 12345678901}",
        "{\"count\": \"1\"}",
        "{\"is_open\": truex}",
        "{\"is_open\": tru}",
        "{\"is_open\": false",
        "{\"is_open\": 1}",
    ] {
        assert_eq!(compared(text), None, "{text}");
    }
}

#[test]
fn what_is_not_wanted_is_looked_at_no_further_than_to_its_end() {
    let read = compared(r#"{"unknown": [01, {"a" "]}\\\"" }, tru], "name": "b"}"#).unwrap();
    assert_eq!(read["name"], "b");
    // So deep that nobody keeps in mind what is open.
    let deep = format!("{{\"unknown\": {}1{}, \"name\": \"b\"}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(told(super::read(&deep)).unwrap()["name"], "b");
}

#[test]
fn what_is_read_later_stands_as_it_came() {
    let kept = |text: &str| read::<Record>(text).unwrap().later.map(|later| later.text().to_owned());
    assert_eq!(kept("{\"later\": [1, \"\\\"]\"] }").as_deref(), Some("[1, \"\\\"]\"]"));
    assert_eq!(kept("{\"later\":7}").as_deref(), Some("7"));
    assert_eq!(kept("{\"later\": \"a\\\\\" , \"name\": null}").as_deref(), Some("\"a\\\\\""));
    assert_eq!(kept("{\"later\": null}"), None);
}
