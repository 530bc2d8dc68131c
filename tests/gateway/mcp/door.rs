//! What comes in that is no call: other methods, other pages, other hosts, and what is no message.

use reqwest::Method;
use serde_json::{Value, json};

use super::agent::{answered, asked, request, world};
use crate::client::RequestBuilder;
use crate::gateway::{NO_CALLS, World, settled};

const NAME: &str = "query AccountName { account { name } }";

async fn agents(more: &[(&str, &str)]) -> World {
    world(json!({ "n": NAME }), "", more).await
}

fn call() -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": "AccountName" } })
}

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_called_is_an_error_of_the_protocol() {
    let world = agents(&[]).await;
    for (method, params, code, message) in [
        ("tools/call", json!({ "name": "nothing" }), -32602, "There is no tool \"nothing\"."),
        (
            "tools/call",
            json!({ "name": "AccountName", "arguments": [] }),
            -32602,
            "The parameters cannot be read: invalid type: sequence, expected a map.",
        ),
        ("tools/call", json!({}), -32602, "The parameters cannot be read: missing field `name`."),
        ("tools/run", json!({}), -32601, "There is no method \"tools/run\"."),
        ("resources/subscribe", json!({ "uri": "x:y" }), -32601, "resources/subscribe"),
    ] {
        let expected = json!({ "error": { "code": code, "message": message } });
        assert_eq!(asked(&world.gateway, method, params).await, expected);
    }
    assert_eq!(answered(request(&world.gateway), "ping", json!({})).await, json!({ "result": {} }));
    assert_eq!(world.calls(), NO_CALLS);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_message_is_told_from_what_is_no_json() {
    let world = agents(&[]).await;
    for (body, error) in [
        (
            "{",
            json!({ "code": -32700, "message": "The body is no JSON: EOF while parsing an object at line 1 column 1." }),
        ),
        ("[]", json!({ "code": -32600, "message": "The body is no message of JSON-RPC." })),
        (&json!([call()]).to_string(), json!({ "code": -32600, "message": "The body is no message of JSON-RPC." })),
    ] {
        let sent = request(&world.gateway).header("content-type", "application/json").body(body.to_owned());
        let response = sent.send().await.unwrap();
        assert_eq!(response.status(), 400, "{body}");
        assert_eq!(response.json::<Value>().await.unwrap(), json!({ "jsonrpc": "2.0", "error": error }), "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_come_by_post_with_json_and_take_both_kinds_of_answers() {
    let world = agents(&[]).await;
    let url = format!("{}/mcp", world.gateway.base_url);
    for method in [Method::GET, Method::DELETE, Method::PUT] {
        let response = world.gateway.client().request(method, &url).header("accept", "text/event-stream").send().await;
        let response = response.unwrap();
        assert_eq!((response.status().as_u16(), &response.headers()["allow"]), (405, &"POST".parse().unwrap()));
        let message = "Agents ask by POST; there are neither sessions nor streams here.";
        let error = json!({ "message": message, "extensions": { "code": "BAD_USER_INPUT" } });
        assert_eq!(settled(response.json().await.unwrap()), json!({ "errors": [error] }));
    }
    let text = request(&world.gateway).header("content-type", "text/plain").body(call().to_string());
    assert_eq!(status(text).await, 415);
    let picky = world.gateway.client().post(&url).header("accept", "application/json").json(&call());
    assert_eq!(status(picky).await, 406);
    let odd = request(&world.gateway).header("mcp-protocol-version", "1.0").json(&call());
    assert_eq!(status(odd).await, 400);
    assert_eq!(world.calls(), NO_CALLS);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_asks_but_those_of_the_origins_that_are_named() {
    let world = agents(&[("ONRAMP__SERVER__CORS_ORIGINS", "https://app.example.com")]).await;
    let from = |origin: &str| request(&world.gateway).header("origin", origin).json(&call());
    // Not even one that seems to be the gateway's own: its name may have been made to lead here.
    for origin in ["https://evil.example", world.gateway.base_url.as_str(), "null"] {
        let response = from(origin).send().await.unwrap();
        assert_eq!(response.status(), 403, "{origin}");
        let message = "Pages of this origin may not ask here: server.cors_origins does not name it.";
        let error = json!({ "message": message, "extensions": { "code": "BAD_USER_INPUT" } });
        assert_eq!(settled(response.json().await.unwrap()), json!({ "errors": [error] }));
    }
    assert_eq!(world.calls(), NO_CALLS);
    let let_in = from("https://app.example.com").send().await.unwrap();
    assert_eq!(let_in.status(), 200);
    assert_eq!(let_in.headers()["access-control-allow-origin"], "https://app.example.com");
    let url = format!("{}/mcp", world.gateway.base_url);
    let preflight = world.gateway.client().request(Method::OPTIONS, url).header("origin", "https://app.example.com");
    let preflight = preflight.header("access-control-request-method", "POST");
    let preflight = preflight.header("access-control-request-headers", "mcp-protocol-version").send().await.unwrap();
    assert_eq!(preflight.headers()["access-control-allow-headers"], "mcp-protocol-version");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_host_is_called_than_this_machine_or_those_that_are_named() {
    let own = agents(&[]).await;
    let to = |world: &World, host: &str| request(&world.gateway).header("host", host).json(&call());
    let refused = to(&own, "rebound.example").send().await.unwrap();
    assert_eq!(refused.status(), 403);
    let message = "This host is not called here: mcp.allowed_hosts does not name it.";
    let error = json!({ "message": message, "extensions": { "code": "BAD_USER_INPUT" } });
    assert_eq!(settled(refused.json().await.unwrap()), json!({ "errors": [error] }));
    assert_eq!(status(to(&own, "localhost:4000")).await, 200);
    let named = agents(&[("ONRAMP__MCP__ALLOWED_HOSTS", "graph.example.com")]).await;
    assert_eq!(status(to(&named, "graph.example.com")).await, 200);
    assert_eq!(status(to(&named, "localhost")).await, 403);
}
