//! What another site makes a browser send changes nothing and reads nothing.

use reqwest::Method;
use serde_json::{Value, json};

use crate::gateway::{NO_CALLS, World, settled};

const BROWSER: (&str, &str) = ("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
/// What `Accept` is for a link, and for an image.
const LINK: (&str, &str) = ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
const IMAGE: (&str, &str) = ("accept", "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5");

const COMPLETION: &str =
    r#"mutation { onboardComplete(id: "onboard_5fd4371e940df5a34a3888b3") { onboard { status } } }"#;

async fn send(world: &World, method: Method, query: &str, body: String, headers: &[(&str, &str)]) -> (u16, Value) {
    let url = format!("{}/graphql{query}", world.gateway.base_url);
    let mut request = world.gateway.client().request(method, url).body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    (response.status().as_u16(), settled(response.json().await.unwrap()))
}

fn encoded(query: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new()).append_pair("query", query).finish()
}

fn refusal(message: &str) -> Value {
    json!({ "errors": [{ "message": message, "extensions": { "code": "BAD_USER_INPUT" } }] })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mutation_runs_by_no_request_that_a_page_can_send_without_asking() {
    let world = World::start().await;
    let json = json!({ "query": COMPLETION }).to_string();
    let multipart = format!("--x\r\ncontent-disposition: form-data; name=\"operations\"\r\n\r\n{json}\r\n--x--\r\n");
    for (content_type, body) in [
        ("", json.clone()),
        ("text/plain", json.clone()),
        ("text/plain; application/json", json.clone()),
        ("application/x-www-form-urlencoded", encoded(COMPLETION)),
        ("multipart/form-data; boundary=x", multipart),
    ] {
        let headers = [("content-type", content_type)];
        let headers = if content_type.is_empty() { &[][..] } else { &headers[..] };
        let expected = refusal("The content type of a request is application/json.");
        assert_eq!(send(&world, Method::POST, "", body, headers).await, (415, expected), "{content_type}");
    }
    let query = format!("?{}", encoded(COMPLETION));
    let expected = refusal("GET is for queries; use POST for anything else.");
    for headers in [&[][..], &[("x-onramp-csrf", "1")], &[("accept", "application/json"), BROWSER]] {
        let sent = send(&world, Method::GET, &query, String::new(), headers).await;
        assert_eq!(sent, (405, expected.clone()), "{headers:?}");
    }
    assert_eq!(world.calls(), NO_CALLS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_by_get_runs_where_a_browser_was_made_to_mean_it() {
    let world = World::start().await;
    let account = "?query={account{name}}";
    let refused = refusal("A browser's GET needs the header x-onramp-csrf, or an Accept that names JSON.");
    for headers in [
        &[BROWSER, LINK][..],
        &[BROWSER, IMAGE],
        &[BROWSER, LINK, ("content-type", "text/plain")],
        &[BROWSER, LINK, ("content-type", "")],
        &[("sec-fetch-site", "cross-site")],
        &[("origin", "https://elsewhere.example")],
    ] {
        assert_eq!(
            send(&world, Method::GET, account, String::new(), headers).await,
            (400, refused.clone()),
            "{headers:?}"
        );
    }
    assert_eq!(world.calls(), NO_CALLS);
    let answered = json!({ "data": { "account": { "name": "Summit Funding Partners" } } });
    for headers in [
        &[][..],
        &[BROWSER, LINK, ("x-onramp-csrf", "1")],
        &[BROWSER, LINK, ("apollo-require-preflight", "true")],
        &[BROWSER, LINK, ("content-type", "application/json")],
        &[BROWSER, ("accept", "application/json")],
        &[BROWSER, ("accept", "application/graphql-response+json;q=0.9, */*;q=0.1")],
    ] {
        assert_eq!(
            send(&world, Method::GET, account, String::new(), headers).await,
            (200, answered.clone()),
            "{headers:?}"
        );
    }
}
