//! One line for each request, which says what was asked by name and what it cost, and nothing of what was said.

use serde_json::{Value, json};

use crate::gateway::{World, until};
use crate::writes::{lead, mutation};

/// The line of a request by its id. What chance and clock made of it is checked to be there, and taken out.
async fn line(world: &World, id: &str) -> Value {
    let of_request = |log: &str| {
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let lines = lines.filter(|line| line["target"] == "onramp::request" && line["request_id"] == id);
        lines.collect::<Vec<_>>()
    };
    until("the request's line", || !of_request(&world.gateway.log()).is_empty()).await;
    let mut lines = of_request(&world.gateway.log());
    assert_eq!(lines.len(), 1, "{lines:#?}");
    let mut line = lines.remove(0);
    let members = line.as_object_mut().unwrap();
    assert!(members.remove("timestamp").is_some_and(|time| time.is_string()));
    for duration in ["milliseconds", "overhead_ms"] {
        if let Some(milliseconds) = members.remove(duration) {
            assert!(milliseconds.as_f64().is_some_and(|milliseconds| milliseconds >= 0.0), "{duration}");
        }
    }
    line
}

async fn ask(world: &World, id: &str, body: Value) -> Value {
    let request = world.gateway.client().post(format!("{}/graphql", world.gateway.base_url)).json(&body);
    request.header("x-request-id", id).send().await.unwrap();
    line(world, id).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_names_the_operation_and_its_cost() {
    let world = World::start().await;
    let query = "query Both { account { name } lead(id: \"9c30a205-a60e-47cb-94b4-6d45cd4c2179\") { stage } }";
    let expected = json!({
        "level": "INFO", "target": "onramp::request", "message": "answered", "request_id": "q-1",
        "method": "POST", "path": "/graphql", "status": 200, "caller": "anonymous",
        "operation": "Both", "type": "query", "upstream_calls": 2,
    });
    assert_eq!(ask(&world, "q-1", json!({ "query": query })).await, expected);
    let review = mutation(&format!(r#"leadReview(id: "{}")"#, lead(0)));
    let line = ask(&world, "m-1", json!({ "query": review })).await;
    assert_eq!((&line["type"], &line["level"], line.get("operation")), (&json!("mutation"), &json!("INFO"), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_has_the_codes_of_what_went_wrong_and_not_what_was_said() {
    let world = World::start().await;
    let query = "query Named($id: ID!) { lead(id: $id) { stage } }";
    let body = json!({ "query": query, "variables": { "id": "a-very-private-word" } });
    let expected = json!({
        "level": "INFO", "target": "onramp::request", "message": "answered", "request_id": "e-1",
        "method": "POST", "path": "/graphql", "status": 200, "caller": "anonymous",
        "operation": "Named", "type": "query", "upstream_calls": 0, "errors": "BAD_USER_INPUT",
    });
    assert_eq!(ask(&world, "e-1", body).await, expected);
    let unread = json!({ "query": "{ a-very-private-word" });
    let expected = json!({
        "level": "INFO", "target": "onramp::request", "message": "answered", "request_id": "e-2",
        "method": "POST", "path": "/graphql", "status": 200, "type": "unknown", "upstream_calls": 0,
        "errors": "GRAPHQL_PARSE_FAILED",
    });
    assert_eq!(ask(&world, "e-2", unread).await, expected);
    assert!(!world.gateway.log().contains("a-very-private-word"), "{}", world.gateway.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_costs_nothing_and_goes_well_is_a_line_of_detail() {
    let world = World::start().await;
    let line = ask(&world, "d-1", json!({ "query": "{ __typename }" })).await;
    assert_eq!((&line["level"], &line["upstream_calls"]), (&json!("DEBUG"), &json!(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_one_line() {
    let world = World::start_with(&[("ONRAMP__LIMITS__BATCH", "2")]).await;
    let batch = json!([{ "query": "query One { account { name } }" }, { "query": "query Two { account { id } }" }]);
    let line = ask(&world, "b-1", batch).await;
    assert_eq!((&line["operation"], &line["type"]), (&json!("One,Two"), &json!("query,query")));
}
