//! Replicas on one Redis keep what a single gateway promises: one write at a time for a record, one write for a key, and no
//! read that is older than a write before it.

mod apart;
mod crowds;
mod shared;
mod told;

use onramp::sandbox::Sandbox;
use serde_json::Value;

use crate::redis::Replicas;
use crate::writes::{USER_ERRORS, mutation, onboard};

/// Asks one of the replicas for a mutation, given by its name with arguments; its payload comes back.
async fn mutate(replicas: &Replicas, replica: usize, call: &str) -> Value {
    let mut response = replicas.ask(replica, &mutation(call)).await;
    assert!(response.get("errors").is_none(), "{call}: {response:#}");
    response["data"]["result"].take()
}

fn complete(number: u32) -> String {
    format!(r#"onboardComplete(id: "{}")"#, onboard(number))
}

/// The paths of the writes of onboards so far, in the order of the alphabet.
fn puts(sandbox: &Sandbox) -> Vec<String> {
    let calls = sandbox.leadconduit().calls().into_iter().filter(|call| call.method == "PUT");
    let mut paths: Vec<String> = calls.map(|call| call.path).collect();
    paths.sort();
    paths
}

/// The code of a response's only error.
fn code(response: &Value) -> &str {
    assert_eq!(response["errors"].as_array().map(Vec::len), Some(1), "{response:#}");
    response["errors"][0]["extensions"]["code"].as_str().unwrap()
}

/// The document of a client who completes an onboard, to whom nothing but the outcome is of interest.
fn completion(id: &str) -> String {
    format!(r#"mutation {{ result: onboardComplete(id: "{id}") {{ onboard {{ status }} {USER_ERRORS} }} }}"#)
}
