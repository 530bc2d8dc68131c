//! Agents find trusted operations as tools, and are answered as everybody is.

pub mod agent;
mod callers;
mod door;
mod learning;
mod mutations;
mod refused;

use serde_json::{Value, json};

use crate::gateway::{NO_CALLS, World, settled, until};
use crate::writes::onboard;
use agent::{asked, called, names, request, tools, world};

const NAME: &str = "# The name of the account.\nquery AccountName { account { name } }";
const ONBOARDS: &str = "query Onboards($status: [OnboardStatus!], $first: Int = 2, $order: OnboardOrder) {
    onboards(first: $first, filter: { status: $status }, orderBy: $order) { totalCount nodes { id status } } }";
const START: &str = "mutation StartOnboard($id: ID!) { onboardStart(id: $id) { onboard { status } dryRun } }";
const CHANGES: &str = "subscription Changes($id: ID!) { onboardChanged(id: $id) { status } }";

#[tokio::test(flavor = "multi_thread")]
async fn every_version_of_the_protocol_is_spoken() {
    let world = world(json!({ "n": NAME }), "", &[]).await;
    for (wanted, spoken) in [
        ("2024-11-05", "2024-11-05"),
        ("2025-03-26", "2025-03-26"),
        ("2025-06-18", "2025-06-18"),
        ("2025-11-25", "2025-11-25"),
        ("1999-12-31", "2025-11-25"),
    ] {
        let client = json!({ "name": "test", "version": "1" });
        let params = json!({ "protocolVersion": wanted, "capabilities": {}, "clientInfo": client });
        let mut answer = asked(&world.gateway, "initialize", params).await;
        let instructions = answer["result"]["instructions"].take();
        assert!(instructions.as_str().unwrap().contains("dry run"), "{instructions}");
        let own = json!({ "name": "onramp", "title": "Onramp", "version": env!("CARGO_PKG_VERSION") });
        let expected = json!({
            "protocolVersion": spoken, "capabilities": { "tools": {} }, "serverInfo": own, "instructions": null,
        });
        assert_eq!(answer, json!({ "result": expected }));
    }
    let notification = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    let response = request(&world.gateway).json(&notification).send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.text().await.unwrap().as_str()), (202, ""));
}

/// The newest version has no handshake: every request says what it speaks.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_may_bring_along_all_that_the_protocol_wants_to_know() {
    let world = world(json!({ "n": NAME }), "", &[]).await;
    let about = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let of = |method: &str, name: Option<&str>| {
        let request = request(&world.gateway).header("mcp-protocol-version", "2026-07-28").header("mcp-method", method);
        name.into_iter().fold(request, |request, name| request.header("mcp-name", name))
    };
    let discovered = agent::answered(of("server/discover", None), "server/discover", json!({ "_meta": about })).await;
    let versions = &discovered["result"]["supportedVersions"];
    assert!(versions.as_array().unwrap().contains(&json!("2026-07-28")), "{discovered:#}");
    let params = json!({ "name": "AccountName", "arguments": {}, "_meta": about });
    let called = agent::answered(of("tools/call", Some("AccountName")), "tools/call", params).await;
    let data = json!({ "data": { "account": { "name": "Summit Funding Partners" } } });
    assert_eq!(called["result"]["structuredContent"], data);
}

#[tokio::test(flavor = "multi_thread")]
async fn trusted_operations_are_tools_with_their_descriptions_and_schemas() {
    let documents = json!({ "n": NAME, "o": ONBOARDS, "s": START, "c": CHANGES });
    let world = world(documents, "StartOnboard", &[]).await;
    let status = json!({
        "type": "string", "description": "How far an onboard is.",
        "enum": ["CREATED", "IN_PROGRESS", "COMPLETED", "FAILED", "UNRECOGNIZED"],
    });
    let listed = tools(&world.gateway).await;
    let names: Vec<&str> = listed.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["AccountName", "Onboards", "StartOnboard"]);
    let account = json!({
        "name": "AccountName",
        "description": "The name of the account.",
        "inputSchema": { "type": "object", "properties": {}, "additionalProperties": false },
        "annotations": { "readOnlyHint": true, "idempotentHint": true },
    });
    assert_eq!(listed[0], account);
    let onboards = &listed[1];
    let description = "The account's onboards. All of them are read with one upstream call, so filters, order and pages cost nothing.";
    assert_eq!(onboards["description"], description);
    let schema = &onboards["inputSchema"];
    assert_eq!(schema.get("required"), None);
    let first = json!({
        "type": ["integer", "null"], "default": 2,
        "description": "Rows from the start of the list, 1 to 100; 25 where neither first nor last is given.",
    });
    let wanted = json!({
        "type": ["array", "null"], "items": { "$ref": "#/$defs/OnboardStatus" },
        "description": "The status is one of these.",
    });
    assert_eq!((&schema["properties"]["first"], &schema["properties"]["status"]), (&first, &wanted));
    assert_eq!(schema["$defs"]["OnboardStatus"]["enum"], status["enum"]);
    let start = json!({
        "name": "StartOnboard",
        "description": "Sends the user's flow and begins: CREATED or FAILED becomes IN_PROGRESS. The flow is the input's, or \
                        the one that the onboard holds already.\n\nUnless `dryRun` is false it only says what would happen, \
                        and writes nothing: call it so first, look at `userErrors`, and write when that is wanted.",
        "inputSchema": {
            "type": "object",
            "properties": {
                "id": { "type": "string", "description": "The global id, or the upstream's own id." },
                "dryRun": {
                    "type": "boolean", "default": true,
                    "description": "Whether only to say what would happen, and write nothing. Only false writes.",
                },
                "idempotencyKey": {
                    "type": ["string", "null"],
                    "description": "A text of your own choice, 1 to 200 bytes, for a call that writes: repeated with the \
                                    same text and arguments it is done once, within 24 hours. Use the same one when an \
                                    answer was lost.",
                },
            },
            "required": ["id"],
            "additionalProperties": false,
        },
        "annotations": { "readOnlyHint": false, "destructiveHint": true, "idempotentHint": false },
    });
    assert_eq!(listed[2], start);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_is_answered_as_over_graphql_and_costs_the_same() {
    let world = agent::world(json!({ "o": ONBOARDS }), "", &[]).await;
    let variables = json!({ "status": ["FAILED"], "order": { "field": "CREATED_AT" } });
    let expected = world.ask_with(ONBOARDS, variables.clone()).await;
    assert_eq!(expected["data"]["onboards"]["nodes"].as_array().unwrap().len(), 2);
    let cost = world.calls();
    assert_eq!(called(&world.gateway, "Onboards", variables).await, (expected, false));
    assert_eq!(world.calls(), cost);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_is_the_one_that_graphql_gives_and_what_else_there_is_stands() {
    let query = format!("query Both {{ account {{ name }} onboard(id: \"{}\") {{ status }} }}", onboard(1));
    let world = agent::world(json!({ "b": query }), "", &[("ONRAMP__LEADCONDUIT__RETRY_ATTEMPTS", "1")]).await;
    let broken = || {
        let fault = onramp::sandbox::Fault::once(onramp::sandbox::Effect::Status(onramp::sandbox::Answer::empty(503)));
        world.sandbox.leadconduit().fault(fault.path("/account"));
    };
    broken();
    let expected = settled(world.ask(&query).await);
    assert_eq!(expected["errors"][0]["extensions"]["code"], "UPSTREAM_UNAVAILABLE");
    broken();
    let (answer, is_error) = called(&world.gateway, "Both", json!({})).await;
    assert_eq!((settled(answer), is_error), (expected, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_tool_does_not_take_is_told_so_that_the_agent_can_mend_it() {
    let world = agent::world(json!({ "o": ONBOARDS, "s": START }), "StartOnboard", &[]).await;
    let input = |argument: &str, problem: &str| {
        let extensions = json!({ "code": "BAD_USER_INPUT", "argument": argument });
        json!({ "errors": [{ "message": format!("Argument \"{argument}\" {problem}."), "extensions": extensions }] })
    };
    for (tool, arguments, expected) in [
        ("StartOnboard", json!({}), input("id", "is missing")),
        ("StartOnboard", json!({ "id": null }), input("id", "is missing")),
        (
            "Onboards",
            json!({ "state": 1 }),
            input("state", "is unknown to this tool, which takes first, order, status"),
        ),
        (
            "StartOnboard",
            json!({ "id": onboard(0), "idempotencyKey_2": "x" }),
            input("idempotencyKey_2", "is unknown to this tool, which takes dryRun, id, idempotencyKey"),
        ),
    ] {
        let (answer, is_error) = called(&world.gateway, tool, arguments.clone()).await;
        assert_eq!((settled(answer), is_error), (expected, true), "{tool} {arguments}");
    }
    for (tool, arguments, message) in [
        ("Onboards", json!({ "first": "two" }), "Variable \"$first\" of type \"Int\" is no Int."),
        (
            "Onboards",
            json!({ "status": ["GONE"] }),
            "Variable \"$status\" of type \"[OnboardStatus!]\" does not fit: at [0] it is no member of OnboardStatus.",
        ),
        (
            "StartOnboard",
            json!({ "id": onboard(0), "dryRun": "no" }),
            "Variable \"$dryRun\" of type \"Boolean!\" is no Boolean.",
        ),
    ] {
        let (answer, is_error) = called(&world.gateway, tool, arguments).await;
        assert_eq!((&answer["errors"][0]["message"], is_error), (&json!(message), true));
    }
    assert_eq!(world.calls(), NO_CALLS);
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_nothing_for_agents_unless_it_is_switched_on() {
    let trusted = agent::Trusted::new(json!({ "n": NAME }));
    let settings = [trusted.settings("").as_slice(), &[("ONRAMP__MCP__ENABLED", "false")]].concat();
    let world = World::start_with(&settings).await;
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
    let response = request(&world.gateway).json(&message).send().await.unwrap();
    assert_eq!(response.status(), 404);
    assert!(!world.gateway.banner.contains("/mcp"), "{}", world.gateway.banner);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_queries_that_are_named_are_tools_where_some_are() {
    // The document of one that is not named need not be fit for a tool.
    let documents = json!({ "n": NAME, "o": ONBOARDS, "nameless": "{ account { id } }", "s": START });
    let world = agent::world(documents, "", &[("ONRAMP__MCP__QUERIES", "Onboards")]).await;
    assert_eq!(names(&world.gateway).await, ["Onboards"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_documents_are_other_tools_as_soon_as_they_are_read_and_bad_ones_change_nothing() {
    let trusted = agent::Trusted::new(json!({ "n": NAME }));
    let world = World::start_with(&trusted.settings("")).await;
    let told = async |documents: Value, said: &str| {
        trusted.replace(documents);
        world.gateway.signal("HUP");
        until(said, || world.gateway.log().contains(said)).await;
        names(&world.gateway).await
    };
    let bad = json!({ "n": NAME, "nameless": "{ account { id } }" });
    assert_eq!(told(bad, "the old ones stay in force").await, ["AccountName"]);
    assert_eq!(told(json!({ "o": ONBOARDS }), "read anew and are in force").await, ["Onboards"]);
}
