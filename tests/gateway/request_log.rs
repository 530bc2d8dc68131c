//! One line for each request, which says what was asked by name and what it cost, and nothing of what was said; and one for
//! each call that it took.

use onramp::sandbox::{Answer, Effect, Fault};
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

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// The lines of the calls that a request took, by their routes, without what chance and clock made of them.
fn calls(log: &str, id: &str) -> Vec<Value> {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let is_call = |line: &Value| line["target"].as_str().unwrap().starts_with("onramp::upstream");
    let mut calls: Vec<Value> = lines.filter(|line| is_call(line) && line["request_id"] == id).collect();
    for call in &mut calls {
        let members = call.as_object_mut().unwrap();
        for chance in ["timestamp", "bytes", "duration_ms", "span", "target"] {
            assert!(members.remove(chance).is_some(), "{chance}: {members:?}");
        }
    }
    calls.sort_by_key(|call| call["url.template"].as_str().map(str::to_owned));
    calls
}

#[tokio::test(flavor = "multi_thread")]
async fn each_call_has_a_line_with_its_route_and_its_request() {
    let world = World::bare().await;
    let failing = Effect::Status(Answer::json(500, json!({ "message": "a-very-private-word" })));
    world.sandbox.leadconduit().fault(Fault::once(failing).path("/account"));
    let query = "{ account { name } onboards(first: 3) { nodes { link { partner { name } } } } }";
    let request = world.gateway.client().post(format!("{}/graphql", world.gateway.base_url));
    let request =
        request.header("x-request-id", "c-1").header("traceparent", format!("00-{TRACE}-00f067aa0ba902b7-01"));
    request.json(&json!({ "query": query })).send().await.unwrap();
    // The request's own line is the last.
    line(&world, "c-1").await;
    let call = |route: &str| {
        json!({
            "level": "DEBUG", "message": "call", "request_id": "c-1", "trace_id": TRACE, "upstream": "onboarding",
            "http.request.method": "GET", "url.template": route, "http.response.status_code": 200, "attempt": 1,
        })
    };
    let mut failed = call("/account");
    failed["level"] = json!("INFO");
    failed["http.response.status_code"] = json!(500);
    failed["error.type"] = json!("UPSTREAM_UNAVAILABLE");
    let link =
        world.sandbox.leadconduit().calls().into_iter().find(|call| call.path.starts_with("/connections/")).unwrap();
    let log = world.gateway.log();
    assert_eq!(calls(&log, "c-1"), [failed, call("/connections/{id}"), call("/onboards")]);
    for said in ["a-very-private-word", link.path.as_str()] {
        assert!(!log.contains(said), "{said}: {log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn as_text_the_lines_say_the_same_and_have_no_colours_where_no_terminal_is() {
    let world = World::bare_with(&[("ONRAMP__SERVER__LOG_FORMAT", "text")]).await;
    let request = world.gateway.client().post(format!("{}/graphql", world.gateway.base_url));
    let request = request.header("x-request-id", "t-1").json(&json!({ "query": "query Named { account { name } }" }));
    request.send().await.unwrap();
    for words in [
        ["DEBUG", "onramp::upstream", "call", "url.template=\"/account\"", "http.response.status_code=200"],
        [" INFO", "onramp::request", "answered", "operation=\"Named\"", "upstream_calls=1"],
    ] {
        let is_told = |line: &str| line.contains("request_id=\"t-1\"") && words.iter().all(|word| line.contains(word));
        until("the line", || world.gateway.log().lines().any(is_told)).await;
    }
    assert!(!world.gateway.log().contains('\u{1b}'), "{}", world.gateway.log());
}
