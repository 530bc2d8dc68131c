//! The explorer's controls of what is played: beside the graph, behind the same guard, and only where something is played.

use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{RequestBuilder, plain};
use crate::gateway::{Gateway, World, settled};

const BROWSER: (&str, &str) = ("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
const INTENT: (&str, &str) = ("x-onramp-csrf", "1");

fn request(gateway: &Gateway, method: Method, path: &str, headers: &[(&str, &str)]) -> RequestBuilder {
    let request = gateway.client().request(method, format!("{}{path}", gateway.base_url));
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
}

/// The status, and the body as JSON where there is one.
async fn answer(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let body = response.bytes().await.unwrap();
    (status, if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() })
}

async fn get(gateway: &Gateway, path: &str) -> (u16, Value) {
    answer(request(gateway, Method::GET, path, &[])).await
}

fn no_such_path() -> (u16, Value) {
    let message = "There is nothing at this path; GraphQL is at /graphql.";
    (404, json!({ "errors": [{ "message": message, "extensions": { "code": "BAD_USER_INPUT" } }] }))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_played_api_is_controlled_beside_the_graph() {
    let gateway = Gateway::start(&[]);
    let undisturbed = json!({ "latency_ms": 0, "error_rate": 0.0, "faults": [] });
    for api in ["onboarding", "verification", "leads"] {
        assert_eq!(get(&gateway, &format!("/sandbox/{api}/faults")).await, (200, undisturbed.clone()), "{api}");
        assert_eq!(get(&gateway, &format!("/sandbox/{api}/calls")).await, (200, json!([])), "{api}");
        // What is on record is shown whole, with all that an API keeps to itself.
        let records = plain().get(format!("{}/sandbox/{api}/records", gateway.base_url)).send().await.unwrap();
        let (status, records) = (records.status(), records.json::<Value>().await.unwrap());
        assert!(status == 200 && records.to_string().contains("\"status\""), "{api}: {status}");
    }
    let (status, told) = get(&gateway, "/sandbox/leads/nothing").await;
    assert_eq!((status, settled(told)), no_such_path());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_set_there_meets_the_graphs_next_call_and_a_reset_ends_it() {
    let gateway = Gateway::start(&[]);
    let seed = get(&gateway, "/sandbox/leads/records").await;
    let review = r#"mutation { leadReview(id: "9c30a205-a60e-47cb-94b4-6d45cd4c2179") { lead { stage } } }"#;
    let reviewed = json!({ "data": { "leadReview": { "lead": { "stage": "REVIEWED" } } } });
    assert_eq!(gateway.ask(review, json!({})).await, reviewed);
    assert_ne!(get(&gateway, "/sandbox/leads/records").await, seed);

    let outage = json!({ "faults": [{ "effect": { "status": { "status": 429 } }, "times": 9 }] });
    let put = request(&gateway, Method::PUT, "/sandbox/leads/faults", &[BROWSER, INTENT]).json(&outage);
    assert_eq!(answer(put).await.0, 200);
    let lead = r#"{ lead(id: "9c30a205-a60e-47cb-94b4-6d45cd4c2179") { stage } }"#;
    let response = gateway.ask(lead, json!({})).await;
    assert_eq!(response["errors"][0]["extensions"]["code"], "UPSTREAM_RATE_LIMITED");

    let reset = request(&gateway, Method::POST, "/sandbox/leads/reset", &[BROWSER, INTENT]);
    assert_eq!(answer(reset).await, (204, Value::Null));
    assert_eq!(get(&gateway, "/sandbox/leads/records").await, seed);
    assert_eq!(gateway.ask(lead, json!({})).await, json!({ "data": { "lead": { "stage": "MATCHED" } } }));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_site_makes_a_browser_change_what_is_played() {
    let gateway = Gateway::start(&[]);
    let message = "A browser needs the header x-onramp-csrf here.";
    let refused = json!({ "errors": [{ "message": message, "extensions": { "code": "BAD_USER_INPUT" } }] });
    let put = json!({ "latency_ms": 5000 }).to_string();
    for (method, path, headers) in [
        (Method::POST, "/sandbox/leads/reset", &[BROWSER][..]),
        // A script of another site may set these without asking.
        (Method::POST, "/sandbox/leads/reset", &[BROWSER, ("accept", "application/json")]),
        (
            Method::POST,
            "/sandbox/leads/reset",
            &[("origin", "https://elsewhere.example"), ("content-type", "text/plain")],
        ),
        (Method::PUT, "/sandbox/leads/faults", &[("sec-fetch-site", "cross-site")]),
        (Method::DELETE, "/sandbox/leads/calls", &[BROWSER]),
        (Method::GET, "/sandbox/leads/records", &[BROWSER]),
    ] {
        let (status, told) = answer(request(&gateway, method, path, headers).body(put.clone())).await;
        assert_eq!((status, settled(told)), (400, refused.clone()), "{path} {headers:?}");
    }
    assert_eq!(get(&gateway, "/sandbox/leads/faults").await.1["latency_ms"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_is_not_played_has_no_controls() {
    // The sandbox of the test is an API like any other to this gateway.
    let world = World::start().await;
    for path in ["/sandbox/onboarding/records", "/sandbox/leads/calls", "/sandbox"] {
        let (status, told) = get(&world.gateway, path).await;
        assert_eq!((status, settled(told)), no_such_path(), "{path}");
    }
    let leads = world.sandbox.connect();
    let settings = [
        ("ONRAMP__IDENTITY__MODE", "open".to_owned()),
        ("ONRAMP__CONNECT__BASE_URL", leads.base_url()),
        ("ONRAMP__CONNECT__API_KEY", onramp::sandbox::connect::API_KEY.to_owned()),
        ("ONRAMP__CONNECT__PARTNER_ROUTE", onramp::sandbox::connect::PARTNER_ROUTE.to_owned()),
    ];
    let settings = settings.map(|(name, value)| (name.to_owned(), value));
    let some_played = Gateway::start_with(&settings, &["--sandbox"]);
    assert_eq!(get(&some_played, "/sandbox/onboarding/calls").await, (200, json!([])));
    let (status, told) = get(&some_played, "/sandbox/leads/calls").await;
    assert_eq!((status, settled(told)), no_such_path());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_explorer_there_are_no_controls() {
    let gateway = Gateway::start(&[("ONRAMP__SERVER__EXPLORER".to_owned(), "false".to_owned())]);
    let (status, told) = get(&gateway, "/sandbox/leads/records").await;
    assert_eq!((status, settled(told)), no_such_path());
}
