//! The explorer's examples: each runs as it stands, and shows something.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::gateway::World;

#[tokio::test(flavor = "multi_thread")]
async fn every_example_of_the_explorer_answers_without_errors() {
    let world = World::start().await;
    for example in examples() {
        let query = fs::read_to_string(&example).unwrap();
        let response = world.gateway.ask(&query, variables(&example)).await;
        assert_eq!(response.get("errors"), None, "{}: {response:#}", example.display());
        let data = response["data"].as_object().unwrap();
        assert!(data.values().all(shows_something), "{}: {response:#}", example.display());
    }
}

fn examples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("explorer/examples");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut examples: Vec<PathBuf> =
        files.filter(|file| file.extension().is_some_and(|kind| kind == "graphql")).collect();
    examples.sort();
    assert!(!examples.is_empty());
    examples
}

fn variables(example: &Path) -> Value {
    let file = example.with_extension("variables.json");
    if file.exists() { serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap() } else { json!({}) }
}

/// Whether a field of the answer would be worth a look: neither null nor a list or page without rows.
fn shows_something(value: &Value) -> bool {
    let rows = value.get("nodes").unwrap_or(value);
    !rows.is_null() && rows.as_array().is_none_or(|rows| rows.iter().any(|row| !row.is_null()))
}
