//! An agent is a caller like any other: with his own identity, rights, rate, limits, and lines in the logs.

use serde_json::{Value, json};

use super::agent::{Trusted, called, called_by, request, world};
use crate::gateway::{NO_CALLS, World, settled, until};
use crate::trail::Trail;
use crate::writes::{onboard, written};

const NAME: &str = "query AccountName { account { name } }";
const START: &str = "mutation StartOnboard($id: ID!) { onboardStart(id: $id) { onboard { status } dryRun } }";

/// Two callers: one may do all that the tools do, the other may read onboards.
async fn two_callers(more: &[(&str, &str)]) -> World {
    let (one, two) = (onramp::identity::digest(b"one"), onramp::identity::digest(b"two"));
    let settings = [
        ("ONRAMP__IDENTITY__MODE", "api_key"),
        ("ONRAMP__PROFILES__ONE__API_KEYS", one.as_str()),
        ("ONRAMP__PROFILES__ONE__RIGHTS", "account:read,onboards:read,onboards:write"),
        ("ONRAMP__PROFILES__TWO__API_KEYS", two.as_str()),
        ("ONRAMP__PROFILES__TWO__RIGHTS", "onboards:read"),
    ];
    world(json!({ "n": NAME, "s": START }), "StartOnboard", &[&settings, more].concat()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_may_what_his_rights_let_him() {
    let world = two_callers(&[]).await;
    let by = async |key: &str, tool: &str, arguments: Value| {
        let (answer, is_error) = called_by(request(&world.gateway).bearer_auth(key), tool, arguments).await;
        (if is_error { settled(answer) } else { answer }, is_error)
    };
    let name = json!({ "data": { "account": { "name": "Summit Funding Partners" } } });
    assert_eq!(by("one", "AccountName", json!({})).await, (name, false));
    let forbidden = |field: &str, right: &str, column: usize| {
        let extensions = json!({ "code": "FORBIDDEN", "right": right });
        let error = json!({
            "message": format!("The right {right} is needed here."),
            "locations": [{ "line": 1, "column": column }], "path": [field], "extensions": extensions,
        });
        json!({ "data": { field: null }, "errors": [error] })
    };
    assert_eq!(by("two", "AccountName", json!({})).await, (forbidden("account", "account:read", 21), true));
    let real = json!({ "id": onboard(0), "dryRun": false });
    let (mut refused, is_error) = by("two", "StartOnboard", real).await;
    refused["errors"][0]["locations"][0]["column"] = json!(0);
    assert_eq!((refused, is_error), (forbidden("onboardStart", "onboards:write", 0), true));
    assert_eq!(written(&world), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_unknown_is_told_so_as_over_graphql() {
    let world = two_callers(&[]).await;
    let graphql = world.gateway.post(&json!({ "query": "{ __typename }" })).await;
    // What is no message is not looked at either: it is the caller who is refused.
    let refused = request(&world.gateway).body("no message").send().await.unwrap();
    assert_eq!((refused.status().as_u16(), graphql.status().as_u16()), (401, 401));
    assert_eq!(refused.headers()["www-authenticate"], graphql.headers()["www-authenticate"]);
    let [refused, graphql] = [refused.json::<Value>().await.unwrap(), graphql.json().await.unwrap()].map(settled);
    assert_eq!(refused, graphql);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_too_often_is_told_when_to_come_again() {
    let world = two_callers(&[("ONRAMP__RATE__REQUESTS_PER_SECOND", "1"), ("ONRAMP__RATE__BURST", "2")]).await;
    let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" });
    let sent = (0..30).map(|_| request(&world.gateway).bearer_auth("one").json(&ping).send());
    let answers = futures_util::future::join_all(sent).await;
    let refused: Vec<_> = answers.into_iter().map(Result::unwrap).filter(|answer| answer.status() == 429).collect();
    assert!(!refused.is_empty(), "nothing was refused");
    for answer in refused {
        assert_eq!(answer.headers()["retry-after"], "1");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["errors"][0]["extensions"]["code"], "RATE_LIMITED", "{body:#}");
    }
    // Another caller has all that is his.
    let other = request(&world.gateway).bearer_auth("two").json(&ping).send().await.unwrap();
    assert_eq!(other.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_hold_as_over_graphql() {
    let more =
        [("ONRAMP__SERVER__MAX_BODY_BYTES", "2000"), ("ONRAMP__LIMITS__DEPTH", "2"), ("ONRAMP__MCP__TOOLS", "execute")];
    let world = world(json!({ "n": NAME }), "", &more).await;
    let deep = "{ onboards { nodes { status } } }";
    let expected = settled(world.ask(deep).await);
    let (answer, is_error) = called(&world.gateway, "execute", json!({ "query": deep })).await;
    assert_eq!((settled(answer), is_error), (expected, true));
    let large = request(&world.gateway).header("content-type", "application/json").body(" ".repeat(2001));
    let large = large.send().await.unwrap();
    assert_eq!(large.status(), 413);
    let body = settled(large.json().await.unwrap());
    assert_eq!(
        body["errors"][0]["extensions"],
        json!({ "code": "LIMIT_EXCEEDED", "limit": "max_body_bytes", "allowed": 2000 })
    );
    assert_eq!(world.calls(), NO_CALLS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_leaves_the_lines_that_its_operation_leaves_and_no_others() {
    let trusted = Trusted::new(json!({ "s": START }));
    let settings = [trusted.settings("StartOnboard"), vec![("ONRAMP__SERVER__LOG_FORMAT", "json")]].concat();
    let trail = Trail::start("agents", &settings).await;
    let world = &trail.world;
    let by_agent = request(&world.gateway).header("x-request-id", "agent-1");
    let (answer, _) = called_by(by_agent, "StartOnboard", json!({ "id": onboard(0), "dryRun": false })).await;
    assert_eq!(answer["data"]["onboardStart"]["onboard"]["status"], "IN_PROGRESS");
    let event = json!({
        "time": "*", "request_id": "*", "caller": "anonymous", "mutation": "onboardStart",
        "record": format!("onboard_{}", onboard(0)), "from": "CREATED", "to": "IN_PROGRESS", "outcome": "done",
        "reason": null, "upstream_status": 200, "milliseconds": "*",
    });
    assert_eq!(trail.events(), [event]);
    assert!(trail.text().contains("\"agent-1\""), "{}", trail.text());
    let line = || {
        let log = world.gateway.log();
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.into_iter().find(|line| line["message"] == "answered")
    };
    until("the line of the request", || line().is_some()).await;
    let line = line().unwrap();
    let told =
        ["request_id", "method", "path", "status", "caller", "operation", "type"].map(|member| line[member].clone());
    assert_eq!(json!(told), json!(["agent-1", "POST", "/mcp", 200, "anonymous", "StartOnboard", "mutation"]));
    assert!(!world.gateway.log().contains("rmcp"), "{}", world.gateway.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_is_told_the_id_of_his_request_and_not_how_it_was_carried_out() {
    let trusted = Trusted::new(json!({ "n": NAME, "o": "query One($id: ID!) { onboard(id: $id) { id } }" }));
    let settings = trusted.settings("").into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    // Where all is played everybody has the right to be told.
    let gateway = crate::gateway::Gateway::start(&settings.collect::<Vec<_>>());
    let explained = || request(&gateway).header("x-onramp-explain", "1").header("x-request-id", "agent-2");
    let (answer, _) = called_by(explained(), "AccountName", json!({})).await;
    assert_eq!(answer, json!({ "data": { "account": { "name": "Summit Funding Partners" } } }));
    let (answer, is_error) = called_by(explained(), "One", json!({ "id": "nonsense" })).await;
    assert_eq!((&answer["errors"][0]["extensions"]["requestId"], is_error), (&json!("agent-2"), true));
}
