//! A response's keys come in the order of the query, whatever came first from upstream.

use std::time::Duration;

use onramp::sandbox::{Answer, Effect, Fault};
use serde_json::json;

use crate::gateway::World;

/// The response as it was sent: parsed JSON would have lost the order.
async fn text(world: &World, query: &str) -> String {
    world.gateway.post(&json!({ "query": query })).await.text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_slowest_field_keeps_its_place() {
    let world = World::start().await;
    world.sandbox.leadconduit().fault(Fault::always(Effect::Latency(Duration::from_millis(200))));
    let query = r#"{
        z: account { name id }
        lead(id: "9c30a205-a60e-47cb-94b4-6d45cd4c2179") { rawStage ...F id }
        a: account { timeZone }
        __typename
    } fragment F on Lead { uuid stage }"#;
    let id = "9c30a205-a60e-47cb-94b4-6d45cd4c2179";
    let expected = format!(
        concat!(
            r#"{{"data":{{"z":{{"name":"Summit Funding Partners","id":"account_5fd2c1a8940df5a34a387f01"}},"#,
            r#""lead":{{"rawStage":"Matched","uuid":"{id}","stage":"MATCHED","id":"lead_{id}"}},"#,
            r#""a":{{"timeZone":"America/Chicago"}},"__typename":"Query"}}}}"#
        ),
        id = id
    );
    assert_eq!(text(&world, query).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_fails_is_null_in_its_place() {
    let world = World::bare().await;
    world.sandbox.connect().fault(Fault::once(Effect::Status(Answer::empty(500))));
    let query = r#"{
        a: account { timeZone }
        lead(id: "9c30a205-a60e-47cb-94b4-6d45cd4c2179") { stage }
        b: account { state }
    }"#;
    let expected = r#""data":{"a":{"timeZone":"America/Chicago"},"lead":null,"b":{"state":"active"}}"#;
    let text = text(&world, query).await;
    assert!(text.contains(expected), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_keeps_the_order_of_its_ids() {
    let world = World::start().await;
    // The first that is asked for answers last.
    let slow = Effect::Latency(Duration::from_millis(200));
    world.sandbox.leadconduit().fault(Fault::always(slow));
    let query = r#"{ nodes(ids: [
        "onboard_5fd4371e940df5a34a3888b2",
        "lead_9c30a205-a60e-47cb-94b4-6d45cd4c2179",
        "verification_6fde46b5a93145d78fdd5920b518f16f"
    ]) { __typename } }"#;
    let expected =
        r#"{"data":{"nodes":[{"__typename":"Onboard"},{"__typename":"Lead"},{"__typename":"Verification"}]}}"#;
    assert_eq!(text(&world, query).await, expected);
}
