//! The tools by which an agent learns the graph and asks what nobody has foreseen, where they are switched on.

use serde_json::{Value, json};

use super::agent::{asked, called, tools, world};
use crate::gateway::{NO_CALLS, World, settled};
use crate::writes::{onboard, written};

async fn learning() -> World {
    // A document that is no tool is no reason not to have these.
    world(
        json!({ "nameless": "{ account { id } }" }),
        "",
        &[("ONRAMP__MCP__QUERIES", " ,"), ("ONRAMP__MCP__TOOLS", "execute,search,introspect,search")],
    )
    .await
}

async fn introspected(world: &World, name: &str) -> String {
    let params = json!({ "name": "introspect", "arguments": { "name": name } });
    let mut answer = asked(&world.gateway, "tools/call", params).await;
    let text = answer["result"]["content"][0]["text"].take();
    let expected = json!({ "result": { "content": [{ "type": "text", "text": null }], "isError": false } });
    assert_eq!(answer, expected, "{name}");
    text.as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn they_are_there_where_they_are_named_and_need_no_document() {
    let world = learning().await;
    let listed = tools(&world.gateway).await;
    let names: Vec<&str> = listed.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["execute", "introspect", "search"]);
    for tool in &listed {
        assert_eq!(tool["annotations"], json!({ "readOnlyHint": true, "idempotentHint": true }));
        assert_eq!(tool["inputSchema"]["type"], "object");
    }
    let alone = World::start_with(&[("ONRAMP__MCP__ENABLED", "true"), ("ONRAMP__MCP__TOOLS", "search")]).await;
    assert_eq!(tools(&alone.gateway).await.len(), 1);
    assert!(alone.gateway.banner.contains("/graphql\n"), "{}", alone.gateway.banner);
}

#[tokio::test(flavor = "multi_thread")]
async fn from_words_an_agent_finds_a_field_its_type_and_an_answer() {
    let world = learning().await;
    let (found, is_error) =
        called(&world.gateway, "search", json!({ "words": "complete an onboard", "limit": 2 })).await;
    assert!(!is_error && found["matches"].as_array().unwrap().len() == 2, "{found:#}");
    assert_eq!(found["matches"][0]["name"], "Mutation.onboardComplete");
    assert_eq!(found["matches"][0]["kind"], "mutation");
    let signature = "onboardComplete(id: ID!, dryRun: Boolean, idempotencyKey: String): OnboardCompletePayload";
    assert_eq!(found["matches"][0]["signature"], signature);
    let field = introspected(&world, "Query.onboard").await;
    assert!(field.contains("null where there is none") && field.ends_with("): Onboard"), "{field}");
    let ty = introspected(&world, "OnboardStatus").await;
    assert!(ty.starts_with("\"\"\"\n") && ty.contains("enum OnboardStatus {") && ty.ends_with('}'), "{ty}");
    let query =
        json!({ "query": "query ($id: ID!) { onboard(id: $id) { status } }", "variables": { "id": onboard(1) } });
    let expected = json!({ "data": { "onboard": { "status": "IN_PROGRESS" } } });
    assert_eq!(called(&world.gateway, "execute", query).await, (expected, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_long_to_show_is_cut_and_says_how_to_go_on() {
    let world = learning().await;
    let all = introspected(&world, "Mutation").await;
    assert!(all.len() < 10_000, "{}", all.len());
    let (_, last) = all.rsplit_once('\n').unwrap();
    assert!(last.starts_with("# It is cut here.") && last.contains("leadWithdraw"), "{last}");
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql")).unwrap();
    assert!(text.contains(all.strip_suffix(last).unwrap()), "the rest is the schema's own text");
}

#[tokio::test(flavor = "multi_thread")]
async fn execute_takes_queries_alone_whatever_else_is_listed() {
    let start = "mutation Start($id: ID!) { onboardStart(id: $id) { dryRun } }";
    let world = world(json!({ "s": start }), "Start", &[("ONRAMP__MCP__TOOLS", "execute")]).await;
    let id = onboard(0);
    let message =
        "Argument \"query\" is no query; what else there is to do is done by tools of its own, where there are any.";
    let extensions = json!({ "code": "BAD_USER_INPUT", "argument": "query" });
    let refused = json!({ "errors": [{ "message": message, "extensions": extensions }] });
    for arguments in [
        json!({ "query": format!("mutation {{ onboardStart(id: \"{id}\") {{ dryRun }} }}") }),
        json!({ "query": start, "variables": { "id": id } }),
        json!({ "query": format!("subscription {{ onboardChanged(id: \"{id}\") {{ status }} }}") }),
        json!({ "query": format!("query A {{ __typename }} mutation B {{ onboardStart(id: \"{id}\") {{ dryRun }} }}"), "operationName": "B" }),
    ] {
        let (answer, is_error) = called(&world.gateway, "execute", arguments.clone()).await;
        assert_eq!((settled(answer), is_error), (refused.clone(), true), "{arguments}");
    }
    assert_eq!(written(&world), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_these_tools_do_not_take_is_told() {
    let world = learning().await;
    for (tool, arguments, argument, problem) in [
        ("search", json!({}), "words", "is missing"),
        ("search", json!({ "words": 1 }), "words", "is no text"),
        ("search", json!({ "words": "x", "limit": 26 }), "limit", "is not in 1..=25"),
        ("search", json!({ "word": "x" }), "word", "is unknown to this tool, which takes words, limit"),
        ("introspect", json!({ "name": "Nothing" }), "name", "is \"Nothing\", which the schema does not have"),
        (
            "introspect",
            json!({ "name": "Lead.nothing" }),
            "name",
            "is \"Lead.nothing\", which the schema does not have",
        ),
        ("execute", json!({ "query": "{ __typename }", "variables": "x" }), "variables", "is no object"),
    ] {
        let (answer, is_error) = called(&world.gateway, tool, arguments).await;
        let message = format!("Argument \"{argument}\" {problem}.");
        let extensions = json!({ "code": "BAD_USER_INPUT", "argument": argument });
        let expected: Value = json!({ "errors": [{ "message": message, "extensions": extensions }] });
        assert_eq!((settled(answer), is_error), (expected, true));
    }
    let (answer, is_error) = called(&world.gateway, "execute", json!({ "query": "{ account { " })).await;
    assert_eq!((&answer["errors"][0]["extensions"]["code"], is_error), (&json!("GRAPHQL_PARSE_FAILED"), true));
    assert_eq!(world.calls(), NO_CALLS);
}
