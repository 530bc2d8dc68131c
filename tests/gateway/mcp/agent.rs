//! An agent: a client of `/mcp`, in front of a gateway with trusted operations.

use serde_json::{Value, json};

use crate::client::RequestBuilder;
use crate::gateway::{Gateway, World};
use crate::temporary::TempFile;

/// Trusted operations, by the ids of their documents. The file is gone with it.
pub struct Trusted(TempFile);

impl Trusted {
    pub fn new(documents: Value) -> Self {
        Self(TempFile::new(&documents.to_string()))
    }

    /// Puts others in their place.
    pub fn replace(&self, documents: Value) {
        self.0.replace(&documents.to_string());
    }

    /// The settings with which they are tools.
    pub fn settings<'a>(&'a self, mutations: &'a str) -> Vec<(&'a str, &'a str)> {
        vec![
            ("ONRAMP__MCP__ENABLED", "true"),
            ("ONRAMP__DOCUMENTS__TRUSTED", self.0.path()),
            ("ONRAMP__MCP__MUTATIONS", mutations),
            // The file may go before the gateway does.
            ("ONRAMP__SERVER__RELOAD_INTERVAL_MS", "0"),
        ]
    }
}

/// A world in which agents are answered.
pub async fn world(documents: Value, mutations: &str, more: &[(&str, &str)]) -> World {
    let trusted = Trusted::new(documents);
    let settings = [trusted.settings(mutations).as_slice(), more].concat();
    World::start_with(&settings).await
}

/// The names of the tools that are offered, by the alphabet.
pub async fn names(gateway: &Gateway) -> Vec<String> {
    tools(gateway).await.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

/// A request with what every agent sends.
pub fn request(gateway: &Gateway) -> RequestBuilder {
    let request = gateway.client().post(format!("{}/mcp", gateway.base_url));
    request.header("accept", "application/json, text/event-stream")
}

/// Calls a method; the whole answer comes back.
pub async fn asked(gateway: &Gateway, method: &str, params: Value) -> Value {
    answered(request(gateway), method, params).await
}

/// The same of a request that has more to it.
pub async fn answered(request: RequestBuilder, method: &str, params: Value) -> Value {
    let message = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
    let response = request.json(&message).send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["content-type"]),
        (200, &"application/json".parse().unwrap())
    );
    let mut answer: Value = response.json().await.unwrap();
    assert_eq!((answer["jsonrpc"].take(), answer["id"].take()), (json!("2.0"), json!(7)), "{answer:#}");
    let mut members = answer.as_object_mut().unwrap().clone();
    members.retain(|_, value| !value.is_null());
    Value::Object(members)
}

/// Calls a tool. What comes back is GraphQL's response, and whether the protocol takes it for an error.
pub async fn called(gateway: &Gateway, tool: &str, arguments: Value) -> (Value, bool) {
    called_by(request(gateway), tool, arguments).await
}

/// The same by a request that has more to it.
pub async fn called_by(request: RequestBuilder, tool: &str, arguments: Value) -> (Value, bool) {
    let answer = answered(request, "tools/call", json!({ "name": tool, "arguments": arguments })).await;
    let result = &answer["result"];
    let [content] = result["content"].as_array().unwrap().as_slice() else { panic!("{answer:#}") };
    let text: Value = serde_json::from_str(content["text"].as_str().unwrap()).unwrap();
    assert_eq!((&content["type"], &text), (&json!("text"), &result["structuredContent"]));
    (text, result["isError"].as_bool().unwrap())
}

/// The tools that are offered, by the alphabet.
pub async fn tools(gateway: &Gateway) -> Vec<Value> {
    asked(gateway, "tools/list", json!({})).await["result"]["tools"].as_array().unwrap().clone()
}
