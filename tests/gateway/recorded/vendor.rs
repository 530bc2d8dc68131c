//! The exchanges with a real server that the sandbox is held against are a recording like any other.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::scene::play;
use crate::temporary::TempFolder;

const RECORDINGS: &str = include_str!("../../fixtures/waldur/recordings.jsonl");
const HEAD: &str = r#"{"format": "onramp-recording", "version": 1, "apis": ["verification"]}"#;

/// What one of the users was answered about each verification that he read, in order.
fn read_by(user: &str) -> BTreeMap<String, Vec<Value>> {
    let mut read: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in RECORDINGS.lines() {
        let exchange: Value = serde_json::from_str(line).unwrap();
        let request = &exchange["request"];
        let id = request["path"]
            .as_str()
            .unwrap()
            .strip_prefix("/api/onboarding-verifications/")
            .map(|id| id.trim_end_matches('/'));
        let is_read = request["method"] == "GET" && request["query"] == "" && request["as"] == user;
        if let Some(id) = id.filter(|id| is_read && id.len() == 32 && !id.contains(char::is_uppercase)) {
            // The gateway asks in small letters and with the slash, without which the server sends one elsewhere.
            if request["path"].as_str().unwrap().ends_with('/') {
                read.entry(id.to_owned()).or_default().push(exchange["response"].clone());
            }
        }
    }
    read
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exchanges_with_a_real_server_are_played() {
    let folder = TempFolder::new();
    std::fs::write(folder.path().join("recording.json"), HEAD).unwrap();
    std::fs::write(folder.path().join("verification.jsonl"), RECORDINGS).unwrap();
    let gateway = play(&folder, &[("ONRAMP__REPLAY__AS", "alice")]);
    let exchanges = RECORDINGS.lines().filter(|line| line.contains("\"as\": \"alice\"")).count();
    assert!(gateway.banner.contains(&format!(": {exchanges} exchanges, and no API is called\n")), "{}", gateway.banner);
    let read = read_by("alice");
    assert!(read.len() >= 5, "{read:#?}");
    for (id, responses) in read {
        let id = uuid::Uuid::parse_str(&id).unwrap();
        for response in responses {
            let query = format!("{{ verification(id: \"{id}\") {{ uuid rawStatus country legalName hasCustomer }} }}");
            let answer = gateway.ask(&query, json!({})).await;
            if response["body"].is_string() {
                // He asked once for the page that people see.
                assert_eq!(answer["errors"][0]["extensions"]["code"], "UPSTREAM_MALFORMED");
                continue;
            }
            let body = &response["body"];
            let expected = if response["status"] == 404 {
                Value::Null
            } else {
                json!({
                    "uuid": id.to_string(),
                    "rawStatus": body["status"],
                    "country": body["country"],
                    "legalName": body["legal_name"].as_str().filter(|name| !name.is_empty()),
                    "hasCustomer": !body["customer"].is_null(),
                })
            };
            assert_eq!(answer, json!({ "data": { "verification": expected } }));
        }
    }
}
