//! Pushes of leads: who may push, what is taken of a push, and what it makes new.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::client::RequestBuilder;
use crate::gateway::{Gateway, World, settled, until};
use crate::live_updates::review_past_the_gateway;
use crate::socket::Socket;
use crate::temporary::TempFile;
use crate::writes::lead;

const SECRET: (&str, &str) = ("ONRAMP__WEBHOOKS__LEADS_SECRET", "a secret of the pushes");
const HEADER: (&str, &str) = ("x-webhook-secret", SECRET.1);

fn push(gateway: &Gateway, body: impl Into<reqwest::Body>) -> RequestBuilder {
    gateway.client().post(format!("{}/webhooks/leads", gateway.base_url)).body(body)
}

async fn status(request: RequestBuilder) -> StatusCode {
    request.send().await.unwrap().status()
}

/// The status with the code and the message of the one error.
async fn refusal(request: RequestBuilder) -> (u16, Value, String) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let answer = settled(response.json().await.unwrap());
    let [error] = answer["errors"].as_array().unwrap().as_slice() else { panic!("{answer:#}") };
    assert_eq!(answer, json!({ "errors": [error] }));
    (status, error["extensions"].clone(), error["message"].as_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_secret_nothing_is_there() {
    let world = World::start().await;
    let body = json!({ "id": lead(0) }).to_string();
    let (status, extensions, message) = refusal(push(&world.gateway, body).header(HEADER.0, "")).await;
    assert_eq!(status, 404);
    assert_eq!(extensions, json!({ "code": "BAD_USER_INPUT" }));
    assert_eq!(message, "There is nothing at this path; GraphQL is at /graphql.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_without_the_secret_is_refused_before_its_body_is_read() {
    let world = World::start_with(&[SECRET, ("ONRAMP__WEBHOOKS__MAX_BODY_BYTES", "64")]).await;
    let large = "x".repeat(1000);
    for request in [
        push(&world.gateway, large.clone()),
        push(&world.gateway, large.clone()).header(HEADER.0, ""),
        push(&world.gateway, large.clone()).header(HEADER.0, "a secret of the pushe"),
        push(&world.gateway, large.clone()).header(HEADER.0, "a secret of the pushes!"),
        push(&world.gateway, large.clone()).header(HEADER.0, HEADER.1).header(HEADER.0, "another"),
        push(&world.gateway, large.clone()).bearer_auth(HEADER.1),
    ] {
        let refused = (401, json!({ "code": "UNAUTHENTICATED" }), "The push does not carry its secret.".to_owned());
        assert_eq!(refusal(request).await, refused);
    }
    let (status, extensions, _) = refusal(push(&world.gateway, large).header(HEADER.0, HEADER.1)).await;
    let too_large = json!({ "code": "LIMIT_EXCEEDED", "limit": "max_body_bytes", "allowed": 64 });
    assert_eq!((status, extensions), (413, too_large));
    assert_eq!(world.calls().leads, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_push_the_id_alone_is_read_and_what_has_none_is_told_so() {
    let world = World::start_with(&[SECRET]).await;
    let id = lead(0);
    for body in [
        json!({ "id": id }).to_string(),
        json!({ "ID": id.to_uppercase(), "status": "Funded", "more": { "id": 5, "list": [{ "id": "x" }] } })
            .to_string(),
        json!({ "Id": id.replace('-', "") }).to_string(),
        format!("{{ \"id\": \"{id}\", \"id\": \"{id}\" }}"),
    ] {
        let response = push(&world.gateway, body.clone()).header(HEADER.0, HEADER.1).send().await.unwrap();
        assert_eq!((response.status().as_u16(), response.text().await.unwrap().as_str()), (202, ""), "{body}");
    }
    let wrong = |problem: &str| {
        (400, json!({ "code": "BAD_USER_INPUT" }), format!("The body is no push of a lead: {problem}."))
    };
    for (body, problem) in [
        ("", "EOF while parsing a value at line 1 column 0"),
        ("{", "EOF while parsing an object at line 1 column 1"),
        ("[]", "invalid type: sequence, expected an object with the member \"id\" at line 1 column 0"),
        ("{}", "the member \"id\" is missing at line 1 column 2"),
        ("{\"lead\":{\"id\":\"x\"}}", "the member \"id\" is missing at line 1 column 19"),
        ("{\"id\":\"x\"}", "the member \"id\" is no UUID at line 1 column 10"),
        ("{\"id\":7}", "invalid type: integer `7`, expected a string at line 1 column 7"),
    ] {
        assert_eq!(refusal(push(&world.gateway, body).header(HEADER.0, HEADER.1)).await, wrong(problem), "{body}");
    }
    let two = json!({ "id": id, "Id": lead(1) }).to_string();
    let (status, _, message) = refusal(push(&world.gateway, two).header(HEADER.0, HEADER.1)).await;
    assert_eq!(status, 400);
    assert!(message.contains("it has two members \"id\", which differ"), "{message}");
    // Nobody listens, so that nothing has to be read.
    assert_eq!(world.calls().leads, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn leads_are_pushed_by_post() {
    let world = World::start_with(&[SECRET]).await;
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let url = format!("{}/webhooks/leads", world.gateway.base_url);
        let response = world.gateway.client().request(method, url).header(HEADER.0, HEADER.1).send().await.unwrap();
        assert_eq!((response.status().as_u16(), &response.headers()["allow"]), (405, &"POST".parse().unwrap()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_push_nothing_is_answered_that_was_kept_before() {
    let world = World::bare_with(&[SECRET, ("ONRAMP__CONNECT__CACHE_LEADS_MS", "3600000")]).await;
    let stage = format!("{{ lead(id: \"{}\") {{ stage }} }}", lead(0));
    let at = |stage: &str| json!({ "lead": { "stage": stage } });
    assert_eq!(world.data(&stage).await, at("MATCHED"));
    review_past_the_gateway(&world).await;
    assert_eq!(world.data(&stage).await, at("MATCHED"), "it is kept");
    let pushed = || push(&world.gateway, json!({ "id": lead(0), "status": "Funded" }).to_string());
    assert_eq!(status(pushed().header(HEADER.0, HEADER.1)).await, 202);
    assert_eq!(world.data(&stage).await, at("REVIEWED"), "as it is read, and not as the push says");
    // Once more, and late.
    assert_eq!(status(pushed().header(HEADER.0, HEADER.1)).await, 202);
    assert_eq!(world.data(&stage).await, at("REVIEWED"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_is_answered_while_the_lead_is_still_being_read() {
    let seldom = [("ONRAMP__LIVE__LEADS_MS", "3600000"), ("ONRAMP__CONNECT__TIMEOUT_MS", "50000")];
    let world = World::bare_with(&[SECRET, seldom[0], seldom[1]]).await;
    let mut socket = Socket::ready(&world.gateway).await;
    socket.subscribe("1", &format!("subscription {{ leadChanged(id: \"{}\") {{ stage }} }}", lead(0))).await;
    assert_eq!(socket.said().await["type"], "next");
    let connect = world.sandbox.connect();
    connect.forget_calls();
    connect.set_latency(Duration::from_secs(40));
    for _ in 0..3 {
        let pushed = push(&world.gateway, json!({ "id": lead(0) }).to_string());
        assert_eq!(status(pushed.header(HEADER.0, HEADER.1)).await, 202);
    }
    until("the lead is read again", || !connect.calls().is_empty()).await;
    assert!(connect.calls().iter().all(|call| call.status.is_none()), "it was waited for");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_may_be_a_file_and_the_header_another() {
    let file = TempFile::new("of a file\n");
    let settings =
        [("ONRAMP__WEBHOOKS__LEADS_SECRET_FILE", file.path()), ("ONRAMP__WEBHOOKS__LEADS_HEADER", "X-Connect-Token")];
    let world = World::start_with(&settings).await;
    let pushed = |header: &str| push(&world.gateway, json!({ "id": lead(0) }).to_string()).header(header, "of a file");
    assert_eq!(status(pushed("x-connect-token")).await, 202);
    assert_eq!(status(pushed(HEADER.0)).await, 401);
}
