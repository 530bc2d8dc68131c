//! Answers as a stream of events: graphql-sse's distinct connections mode, for whoever may ask and no page that may not.

use std::time::Duration;

use onramp::identity::digest;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::client::RequestBuilder;
use crate::gateway::{NO_CALLS, World, settled, until};
use crate::secrets::assert_no_secret;
use crate::writes::{FLOW, held_onboard, mutation, onboard};

const STREAM: (&str, &str) = ("accept", "text/event-stream");
const BROWSER: (&str, &str) = ("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
const ACCOUNT: &str = "{ account { name } }";
/// Two flows that nobody has yet.
const FLOWS: [&str; 2] = [FLOW, "5fd43b7a940df5a34a77aa02"];
/// Longer than anything that comes by itself takes on a slow machine.
const PATIENCE: Duration = Duration::from_secs(30);

fn account() -> Value {
    json!({ "data": { "account": { "name": "Summit Funding Partners" } } })
}

fn watch(onboard: &str) -> String {
    format!(r#"subscription {{ onboardChanged(id: "{onboard}") {{ status }} }}"#)
}

fn status(status: &str) -> Value {
    json!({ "data": { "onboardChanged": { "status": status } } })
}

/// The events of a stream with their data. What is no comment and no event is no stream either.
pub fn events(stream: &str) -> Vec<(String, Value)> {
    assert_no_secret("a stream", stream);
    let blocks = stream.split("\n\n").filter(|block| !block.is_empty() && *block != ":");
    let read = |block: &str| {
        let (name, data) = block.split_once('\n').unwrap_or_else(|| panic!("{block:?}"));
        let data = data.strip_prefix("data: ").unwrap_or_else(|| panic!("{block:?}"));
        let data = if data.is_empty() { Value::Null } else { serde_json::from_str(data).unwrap() };
        (name.strip_prefix("event: ").unwrap().to_owned(), data)
    };
    blocks.map(read).collect()
}

fn next(data: Value) -> (String, Value) {
    ("next".to_owned(), data)
}

fn complete() -> (String, Value) {
    ("complete".to_owned(), Value::Null)
}

fn post(world: &World, query: &str, headers: &[(&str, &str)]) -> RequestBuilder {
    let request = world.gateway.client().post(format!("{}/graphql", world.gateway.base_url));
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.json(&json!({ "query": query }))
}

fn get(world: &World, query: &str, headers: &[(&str, &str)]) -> RequestBuilder {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("query", query).finish();
    let request = world.gateway.client().request(Method::GET, format!("{}/graphql?{query}", world.gateway.base_url));
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
}

async fn told(request: RequestBuilder) -> Vec<(String, Value)> {
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    events(&answer.text().await.unwrap())
}

async fn refusal(request: RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, settled(answer.json().await.unwrap()))
}

fn error(message: &str, code: &str) -> Value {
    json!({ "errors": [{ "message": message, "extensions": { "code": code } }] })
}

/// A stream that is read event by event.
struct Listening {
    answer: Response,
    read: String,
}

impl Listening {
    async fn to(request: RequestBuilder) -> Self {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        Self { answer, read: String::new() }
    }

    /// What comes until a blank line; none where it ends.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.read.split_once("\n\n") {
                let block = format!("{block}\n\n");
                self.read = rest.to_owned();
                return Some(block);
            }
            let chunk = tokio::time::timeout(PATIENCE, self.answer.chunk()).await.expect("nothing comes");
            self.read.push_str(std::str::from_utf8(&chunk.unwrap()?).unwrap());
        }
    }

    async fn event(&mut self) -> Option<(String, Value)> {
        loop {
            let block = self.block().await?;
            if let Some(event) = events(&block).pop() {
                return Some(event);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_is_a_stream_that_nobody_keeps_or_holds_back() {
    let world = World::start().await;
    let mut stream = Listening::to(post(&world, &watch(&onboard(1)), &[STREAM])).await;
    let headers = stream.answer.headers();
    let header = |name: &str| headers[name].to_str().unwrap();
    assert_eq!(
        ["content-type", "cache-control", "x-accel-buffering"].map(header),
        ["text/event-stream; charset=utf-8", "no-cache", "no"]
    );
    assert!(!headers.contains_key("content-encoding") && headers.contains_key("x-request-id"));
    assert_eq!(stream.block().await.unwrap(), ":\n\n", "a sign of life comes before anything that has to be read");
    assert_eq!(stream.event().await, Some(next(status("IN_PROGRESS"))));
    world.data(&mutation(&format!(r#"onboardComplete(id: "{}")"#, onboard(1)))).await;
    assert_eq!(stream.event().await, Some(next(status("COMPLETED"))));
    drop(stream);
    until("the end", || world.gateway.log().contains("an event stream ended")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_and_mutations_are_one_event_and_complete() {
    let world = World::start().await;
    assert_eq!(told(post(&world, ACCOUNT, &[STREAM])).await, [next(account()), complete()]);
    assert_eq!(told(get(&world, ACCOUNT, &[STREAM])).await, [next(account()), complete()]);
    let write = mutation(&format!(r#"onboardComplete(id: "{}")"#, onboard(1)));
    let answered = told(post(&world, &write, &[STREAM])).await;
    assert_eq!((answered.len(), &answered[1]), (2, &complete()));
    assert_eq!(answered[0].1["data"]["result"]["onboard"]["status"], "COMPLETED");
    assert_eq!(held_onboard(&world, 1)["status"], "completed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_that_is_refused_is_an_event_and_a_request_that_is_none_is_not() {
    let world = World::start().await;
    for (query, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ account { nothing } }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        (r#"subscription { onboardChanged(id: "lead_1") { status } }"#, "BAD_USER_INPUT"),
    ] {
        let answered = told(post(&world, query, &[STREAM])).await;
        assert_eq!((answered.len(), &answered[1]), (2, &complete()), "{query}: {answered:?}");
        assert_eq!(answered[0].1["errors"][0]["extensions"]["code"], code, "{answered:?}");
    }
    let url = format!("{}/graphql", world.gateway.base_url);
    let sent = |body: &str, media: &str| {
        let request = world.gateway.client().post(&url).header(STREAM.0, STREAM.1).header("content-type", media);
        request.body(body.to_owned())
    };
    let expected = error("The content type of a request is application/json.", "BAD_USER_INPUT");
    assert_eq!(refusal(sent("{}", "text/plain")).await, (415, expected));
    let expected = error(r#"The parameter "query" is missing."#, "BAD_USER_INPUT");
    assert_eq!(refusal(sent("{}", "application/json")).await, (400, expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_both_gets_a_stream_for_what_has_no_end_alone() {
    let world = World::start().await;
    let both = ("accept", "application/graphql-response+json, application/json, text/event-stream");
    let answer = post(&world, ACCOUNT, &[both]).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/graphql-response+json; charset=utf-8");
    let mut stream = Listening::to(post(&world, &watch(&onboard(1)), &[both])).await;
    assert_eq!(stream.event().await, Some(next(status("IN_PROGRESS"))));
    let json = ("accept", "application/json, text/event-stream;q=0");
    let answer: Value = post(&world, &watch(&onboard(1)), &[json]).send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_source_of_this_origin_may_listen_and_no_other_page_may_ask_anything() {
    let world = World::start_with(&[("ONRAMP__SERVER__CORS_ORIGINS", "https://app.example")]).await;
    let own = world.gateway.base_url.clone();
    for headers in [
        &[STREAM][..],
        &[STREAM, BROWSER, ("sec-fetch-site", "same-origin")],
        &[STREAM, BROWSER, ("origin", own.as_str())],
        &[STREAM, BROWSER, ("origin", "https://app.example"), ("sec-fetch-site", "cross-site")],
        &[STREAM, BROWSER, ("sec-fetch-site", "cross-site"), ("x-onramp-csrf", "1")],
    ] {
        let mut stream = Listening::to(get(&world, &watch(&onboard(1)), headers)).await;
        assert_eq!(stream.event().await, Some(next(status("IN_PROGRESS"))), "{headers:?}");
    }
    world.calls();
    let message = "A browser's stream by GET is for pages of this origin and of server.cors_origins, or needs the header x-onramp-csrf.";
    for headers in [
        &[STREAM, BROWSER][..],
        &[STREAM, ("sec-fetch-site", "cross-site")],
        &[STREAM, BROWSER, ("sec-fetch-site", "same-site")],
        &[STREAM, ("origin", "https://evil.example")],
        &[STREAM, ("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")],
    ] {
        let expected = (400, error(message, "BAD_USER_INPUT"));
        assert_eq!(refusal(get(&world, &watch(&onboard(1)), headers)).await, expected, "{headers:?}");
    }
    let write = mutation(&format!(r#"onboardComplete(id: "{}")"#, onboard(1)));
    for headers in [&[STREAM][..], &[STREAM, BROWSER, ("sec-fetch-site", "same-origin")]] {
        let expected = error("GET is for queries; use POST for anything else.", "BAD_USER_INPUT");
        assert_eq!(refusal(get(&world, &write, headers)).await, (405, expected), "{headers:?}");
    }
    assert_eq!(world.calls(), NO_CALLS);
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_are_bounded_and_their_callers_known() {
    let key = digest(b"one");
    let world = World::start_with(&[
        ("ONRAMP__IDENTITY__MODE", "api_key"),
        ("ONRAMP__PROFILES__ONE__RIGHTS", "onboards:read"),
        ("ONRAMP__PROFILES__ONE__API_KEYS", &key),
        ("ONRAMP__SUBSCRIPTIONS__CONNECTIONS_PER_CALLER", "1"),
    ])
    .await;
    let message = "An API key is needed, as \"Authorization: Bearer …\" or as x-api-key.";
    let expected = (401, error(message, "UNAUTHENTICATED"));
    assert_eq!(refusal(post(&world, &watch(&onboard(1)), &[STREAM])).await, expected);
    let headers = [STREAM, ("x-api-key", "one")];
    let mut stream = Listening::to(post(&world, &watch(&onboard(1)), &headers)).await;
    assert_eq!(stream.event().await, Some(next(status("IN_PROGRESS"))));
    let message = r#"The limit "connections_per_caller" is 1, and this request goes over it."#;
    let mut expected = error(message, "LIMIT_EXCEEDED");
    expected["errors"][0]["extensions"] =
        json!({ "code": "LIMIT_EXCEEDED", "limit": "connections_per_caller", "allowed": 1 });
    assert_eq!(refusal(post(&world, &watch(&onboard(1)), &headers)).await, (429, expected));
    drop(stream);
    until("the seat", || world.gateway.log().contains("an event stream ended")).await;
    let mut stream = Listening::to(post(&world, &watch(&onboard(1)), &headers)).await;
    assert_eq!(stream.event().await, Some(next(status("IN_PROGRESS"))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_on_which_nothing_happens_shows_that_it_is_alive() {
    let world = World::start_with(&[("ONRAMP__SUBSCRIPTIONS__PING_INTERVAL_MS", "50")]).await;
    let mut stream = Listening::to(post(&world, &watch(&onboard(1)), &[STREAM])).await;
    assert_eq!(stream.event().await, Some(next(status("IN_PROGRESS"))));
    for _ in 0..3 {
        assert_eq!(stream.block().await.unwrap(), ":\n\n");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_end_and_under_new_settings_a_stream_ends_and_nothing_is_complete() {
    for signal in ["HUP", "TERM"] {
        let mut world = World::start().await;
        let mut stream = Listening::to(post(&world, &watch(&onboard(1)), &[STREAM])).await;
        assert_eq!(stream.event().await, Some(next(status("IN_PROGRESS"))));
        world.gateway.signal(signal);
        assert_eq!(stream.event().await, None, "{signal}");
        if signal == "TERM" {
            assert!(world.gateway.ended().await.success());
        }
    }
}

/// An event that is about as large as any may be.
fn large(onboard: &str) -> String {
    let fields = "nodes { id status createdAt updatedAt flow { name } availableTransitions { action ready missing } }";
    let copies: Vec<String> = (0..30).map(|copy| format!("c{copy}: onboards(first: 60) {{ {fields} }}")).collect();
    format!(r#"subscription {{ onboardChanged(id: "{onboard}") {{ updatedAt account {{ {} }} }} }}"#, copies.join(" "))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_takes_no_events_is_cut_off_and_keeps_nobody_from_his() {
    let world = World::start_with(&[("ONRAMP__SUBSCRIPTIONS__WRITE_TIMEOUT_MS", "300")]).await;
    let mut deaf = Listening::to(post(&world, &large(&onboard(0)), &[STREAM])).await;
    let first = deaf.event().await.unwrap();
    assert_eq!(first.1.get("errors"), None, "{first:?}");
    let mut lively = Listening::to(post(&world, &watch(&onboard(3)), &[STREAM])).await;
    assert_eq!(lively.event().await, Some(next(status("CREATED"))));
    let is_cut = || world.gateway.log().contains("\"too_slow\"");
    for turn in 0..1000 {
        if is_cut() {
            break;
        }
        let flow = FLOWS[turn % FLOWS.len()];
        world.data(&mutation(&format!(r#"onboardUpdate(id: "{}", input: {{ flowId: "{flow}" }})"#, onboard(0)))).await;
    }
    until("the cut", is_cut).await;
    world.data(&mutation(&format!(r#"onboardStart(id: "{}", input: {{ flowId: "{}" }})"#, onboard(3), FLOWS[0]))).await;
    assert_eq!(lively.event().await, Some(next(status("IN_PROGRESS"))));
    // What had been sent is still there to be read, and then the connection is gone.
    let mut rest = deaf.answer;
    while let Ok(Some(_)) = rest.chunk().await {}
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_takes_one_answer_is_told_how_to_listen() {
    let world = World::start().await;
    let query = r#"subscription { leadChanged(id: "9c30a205-a60e-47cb-94b4-6d45cd4c2179") { stage } }"#;
    let told = |code: &str, message: &str, locations: Option<Value>| {
        let mut error = json!({ "message": message, "extensions": { "code": code } });
        error.as_object_mut().unwrap().extend(locations.map(|locations| ("locations".to_owned(), locations)));
        json!({ "errors": [error] })
    };
    let hint = "A subscription has as many answers as there are events, and this request takes one. Ask with \
                \"Accept: text/event-stream\", or over a WebSocket of the protocol graphql-transport-ws.";
    let expected = told("BAD_USER_INPUT", hint, None);
    assert_eq!(settled(world.ask(query).await), expected);
    let url = format!("{}/graphql", world.gateway.base_url);
    let accept = "application/graphql-response+json";
    let by_url = world.gateway.client().get(&url).query(&[("query", query)]).header("accept", accept);
    let by_body = world.gateway.client().post(&url).json(&json!({ "query": query })).header("accept", accept);
    for request in [by_url, by_body] {
        let response = request.send().await.unwrap();
        assert_eq!((response.status().as_u16(), settled(response.json().await.unwrap())), (400, expected.clone()));
    }
    let unknown = settled(world.ask("subscription { nothing }").await);
    assert_eq!(unknown["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(world.calls(), NO_CALLS);
}
