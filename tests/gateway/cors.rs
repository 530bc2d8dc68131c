//! Pages of other origins read the graph where the settings name them, and nowhere else.

use reqwest::{Method, Response};
use serde_json::Value;

use crate::gateway::Gateway;

const APP: &str = "https://app.example.com";
const DESK: &str = "http://localhost:3000";

/// What CORS lets an answer say, in the order of the names.
fn said(response: &Response) -> Vec<(&str, &str)> {
    let told = response.headers().iter().filter(|(name, _)| name.as_str().starts_with("access-control-"));
    let mut said: Vec<_> = told.map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
    said.sort_unstable();
    said
}

async fn ask_before(gateway: &Gateway, origin: &str) -> Response {
    let request = gateway.client().request(Method::OPTIONS, format!("{}/graphql", gateway.base_url));
    let asking = [
        ("origin", origin),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type,x-onramp-csrf"),
    ];
    asking.into_iter().fold(request, |request, (name, value)| request.header(name, value)).send().await.unwrap()
}

async fn ask(gateway: &Gateway, origin: &str) -> Response {
    let request = gateway.client().post(format!("{}/graphql", gateway.base_url)).header("origin", origin);
    request.json(&serde_json::json!({ "query": "{ __typename }" })).send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_origin_is_let_in_unless_told() {
    let gateway = Gateway::start(&[]);
    let before = ask_before(&gateway, APP).await;
    assert_eq!((before.status().as_u16(), said(&before)), (405, vec![]));
    assert_eq!(said(&ask(&gateway, APP).await), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_origins_of_the_settings_are_let_in_without_cookies_and_no_other() {
    let origins = format!("{APP}, {DESK}");
    let gateway = Gateway::start(&[("ONRAMP__SERVER__CORS_ORIGINS".to_owned(), origins)]);
    for origin in [APP, DESK] {
        let before = ask_before(&gateway, origin).await;
        let expected = [
            ("access-control-allow-headers", "content-type,x-onramp-csrf"),
            ("access-control-allow-methods", "GET,POST"),
            ("access-control-allow-origin", origin),
            ("access-control-max-age", "3600"),
        ];
        assert_eq!((before.status().as_u16(), said(&before)), (200, expected.to_vec()));
        let answer = ask(&gateway, origin).await;
        let expected = [("access-control-allow-origin", origin), ("access-control-expose-headers", "x-request-id")];
        assert_eq!(said(&answer), expected);
        assert_eq!(answer.json::<Value>().await.unwrap()["data"]["__typename"], "Query");
    }
    for origin in
        ["https://app.example.com.evil.example", "http://app.example.com", "null", "https://app.example.com:8443"]
    {
        let named = |response: &Response| said(response).iter().any(|(name, _)| *name == "access-control-allow-origin");
        assert!(!named(&ask_before(&gateway, origin).await), "{origin}");
        assert!(!named(&ask(&gateway, origin).await), "{origin}");
    }
}
