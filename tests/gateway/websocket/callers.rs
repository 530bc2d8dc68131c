//! Who asks over a socket: by what he is known, what he may, and which pages may open one in his name.

use serde_json::{Value, json};

use super::{ACCOUNT, account, closed, with_keys};
use crate::gateway::{World, settled};
use crate::socket::{Heard, PROTOCOL, Socket};

/// What a query is answered with over a socket of these headers and this payload, or how the socket is closed.
async fn ask_as(world: &World, headers: &[(&str, &str)], payload: Value, query: &str) -> Heard {
    let headers: Vec<_> = headers.iter().copied().chain([PROTOCOL]).collect();
    let mut socket = Socket::open_with(&world.gateway, &headers).await.unwrap();
    socket.say(json!({ "type": "connection_init", "payload": payload })).await;
    match socket.hear().await {
        Heard::Said(said) => assert_eq!(said, json!({ "type": "connection_ack" })),
        closed @ Heard::Closed(..) => return closed,
    }
    socket.subscribe("1", query).await;
    let mut said = socket.said().await;
    Heard::Said(said["payload"].take())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_is_known_by_the_handshakes_headers_or_by_what_stands_for_them() {
    let world = with_keys(&[]).await;
    let nothing = json!({});
    for (headers, payload) in [
        (&[("authorization", "Bearer one")][..], nothing.clone()),
        (&[("x-api-key", "one")], nothing.clone()),
        (&[], json!({ "authorization": "Bearer one" })),
        (&[], json!({ "Authorization": "Bearer one", "other": { "than": "a text" } })),
        (&[], json!({ "x-api-key": "one" })),
        // Whoever set headers means them: a page behind a proxy is who the proxy says.
        (&[("x-api-key", "one")], json!({ "authorization": "Bearer two" })),
        (&[("x-api-key", "one")], json!({ "x-api-key": "two" })),
    ] {
        assert_eq!(
            ask_as(&world, headers, payload.clone(), ACCOUNT).await,
            Heard::Said(account()),
            "{headers:?} {payload}"
        );
    }
    for (headers, payload, why) in [
        (&[][..], nothing.clone(), "An API key is needed, as \"Authorization: Bearer …\" or as x-api-key."),
        (&[], json!({ "x-api-key": "three" }), "The API key is not valid."),
        (&[("x-api-key", "three")], json!({ "x-api-key": "one" }), "The API key is not valid."),
    ] {
        let expected = closed(4403, &format!("Forbidden: {why}"));
        assert_eq!(ask_as(&world, headers, payload, ACCOUNT).await, expected, "{headers:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_and_credentials_that_are_passed_on_hold_as_over_http() {
    let world = with_keys(&[]).await;
    let Heard::Said(answer) = ask_as(&world, &[], json!({ "x-api-key": "two" }), ACCOUNT).await else { panic!() };
    assert_eq!(settled(answer)["errors"][0]["extensions"], json!({ "code": "FORBIDDEN", "right": "account:read" }));
    let verifications = "{ verifications(first: 1) { totalCount } }";
    let token = onramp::sandbox::waldur::OWNER_TOKEN;
    let payload = json!({ "x-api-key": "two" });
    let Heard::Said(answer) = ask_as(&world, &[], payload.clone(), verifications).await else { panic!() };
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{answer}");
    let of_payload = json!({ "x-api-key": "two", "X-Waldur-Token": token });
    for (headers, payload) in [(&[][..], of_payload), (&[("x-waldur-token", token)], payload)] {
        let Heard::Said(answer) = ask_as(&world, headers, payload, verifications).await else { panic!() };
        assert!(answer["data"]["verifications"]["totalCount"].is_u64(), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_of_another_site_opens_one() {
    let world = World::start_with(&[("ONRAMP__SERVER__CORS_ORIGINS", "https://app.example")]).await;
    let own = world.gateway.base_url.clone();
    for origin in [own.as_str(), "https://app.example"] {
        assert!(Socket::open_with(&world.gateway, &[PROTOCOL, ("origin", origin)]).await.is_ok(), "{origin}");
    }
    let message = "Pages of this origin may not open a WebSocket here; server.cors_origins names those that may.";
    let expected = json!({ "errors": [{ "message": message, "extensions": { "code": "BAD_USER_INPUT" } }] });
    for origin in ["https://evil.example", "http://127.0.0.1:1", "null", "https://app.example.evil.example"] {
        let refusal = Socket::open_with(&world.gateway, &[PROTOCOL, ("origin", origin)]).await.err().unwrap();
        assert_eq!((refusal.0, settled(refusal.1)), (403, expected.clone()), "{origin}");
    }
}
