//! The explorer's examples: each runs as it stands, shows something, and together they show all that the graph can do.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{OperationType, Selection};
use serde_json::{Value, json};

use crate::gateway::World;
use crate::socket::Socket;

/// What no example can show: the sandbox is as faithful as to answer every one of these with its vendor's crash.
const NOT_SHOWN: [&str; 1] = ["checklistTemplate"];

#[tokio::test(flavor = "multi_thread")]
async fn every_example_does_what_it_says() {
    let world = World::start().await;
    for example in examples() {
        let response = answer(&world, &text(&example), variables(&example)).await;
        assert_eq!(response.get("errors"), None, "{}: {response:#}", example.display());
        let data = response["data"].as_object().unwrap();
        assert!(data.values().all(shows_something), "{}: {response:#}", example.display());
        let refusals = data.values().filter_map(|payload| payload.get("userErrors"));
        assert!(refusals.into_iter().all(|errors| *errors == json!([])), "{}: {response:#}", example.display());
        // Each is tried on what a visitor has before him, not on what the one before it left.
        for api in [world.sandbox.leadconduit(), world.sandbox.waldur(), world.sandbox.connect()] {
            api.reset();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_query_mutation_and_subscription_has_an_example() {
    let world = World::start().await;
    let roots = ["queryType", "mutationType", "subscriptionType"];
    let asked = roots.map(|root| format!("{root} {{ fields {{ name }} }}")).join(" ");
    let data = world.data(&format!("{{ __schema {{ {asked} }} }}")).await;
    let roots = roots.map(|root| data["__schema"][root]["fields"].as_array().unwrap().clone());
    let known: BTreeSet<String> =
        roots.iter().flatten().map(|field| field["name"].as_str().unwrap().to_owned()).collect();
    let mut shown: BTreeSet<String> = examples().iter().flat_map(|example| fields(&text(example))).collect();
    shown.extend(NOT_SHOWN.map(str::to_owned));
    assert_eq!(shown, known);
}

#[test]
fn every_example_has_a_name_of_its_own_and_says_what_it_is_for() {
    let mut names = BTreeSet::new();
    for example in examples() {
        let text = text(&example);
        assert!(text.starts_with("# "), "{}", example.display());
        let document = parse_query(&text).unwrap();
        let operations: Vec<_> = document.operations.iter().map(|(name, _)| name.unwrap().to_string()).collect();
        let [name] = operations.as_slice() else { panic!("{} has not one operation", example.display()) };
        assert!(names.insert(name.clone()), "{}", example.display());
        assert!(text.lines().all(|line| line.len() <= 60), "{} is wider than the editor", example.display());
    }
}

/// What an example is answered with; of a subscription, what it begins with.
async fn answer(world: &World, text: &str, variables: Value) -> Value {
    let document = parse_query(text).unwrap();
    if document.operations.iter().all(|(_, operation)| operation.node.ty != OperationType::Subscription) {
        return world.gateway.ask(text, variables).await;
    }
    let mut socket = Socket::ready(&world.gateway).await;
    let payload = json!({ "query": text, "variables": variables });
    socket.say(json!({ "id": "1", "type": "subscribe", "payload": payload })).await;
    socket.said().await["payload"].take()
}

/// The examples that are queries, but for what tells of the moment: each with its variables.
pub fn queries() -> Vec<(String, Value)> {
    let mut queries = of_type(OperationType::Query);
    queries.retain(|(text, _)| !text.contains("upstreams"));
    queries
}

/// The examples that are mutations, each with its variables.
pub fn mutations() -> Vec<(String, Value)> {
    of_type(OperationType::Mutation)
}

fn of_type(kind: OperationType) -> Vec<(String, Value)> {
    let all = examples().into_iter().map(|example| (text(&example), variables(&example)));
    let is_one = |text: &str| parse_query(text).unwrap().operations.iter().all(|(_, one)| one.node.ty == kind);
    let found: Vec<_> = all.filter(|(text, _)| is_one(text)).collect();
    assert!(!found.is_empty());
    found
}

/// The examples in the folder and in those of the nouns.
fn examples() -> Vec<PathBuf> {
    let mut examples = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("explorer/examples"));
    examples.retain(|file| file.extension().is_some_and(|kind| kind == "graphql"));
    examples.sort();
    assert!(!examples.is_empty());
    examples
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn text(example: &Path) -> String {
    fs::read_to_string(example).unwrap()
}

fn variables(example: &Path) -> Value {
    let file = example.with_extension("variables.json");
    if file.exists() { serde_json::from_str(&text(&file)).unwrap() } else { json!({}) }
}

/// The root fields that an operation asks for.
fn fields(text: &str) -> Vec<String> {
    let document = parse_query(text).unwrap();
    let operations = document.operations.iter().map(|(_, operation)| operation.node.clone());
    let selections = operations.flat_map(|operation| operation.selection_set.node.items);
    let field = |selection: Selection| match selection {
        Selection::Field(field) => Some(field.node.name.node.to_string()),
        _ => None,
    };
    selections.filter_map(|selection| field(selection.node)).collect()
}

/// Whether a field of the answer would be worth a look: neither null nor a list or page without rows.
fn shows_something(value: &Value) -> bool {
    let rows = value.get("nodes").unwrap_or(value);
    !rows.is_null() && rows.as_array().is_none_or(|rows| rows.iter().any(|row| !row.is_null()))
}
