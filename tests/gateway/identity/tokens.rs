//! Callers by signed tokens: what lets in, what does not, and for how long.

use serde_json::{Value, json};

use super::issuer::{AUDIENCE, Key, claims, claims_with, forged, set, soon};
use super::{INVALID, ask, bearing, denied, for_tokens, ok};
use crate::event_streams::events;
use crate::gateway::{NO_CALLS, World, settled};
use crate::socket::{Heard, Socket, next};
use crate::temporary::TempFile;
use crate::trail::Trail;
use crate::writes::onboard;

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_each_kind_of_key_lets_in_by_what_it_says() {
    let keys = [Key::ed25519("e", 1), Key::p256("p", 2), Key::rsa("r")];
    let file = TempFile::new(&set(&keys.iter().collect::<Vec<_>>()));
    let world = World::start_with(&for_tokens(&[("ONRAMP__IDENTITY__JWKS_FILE", file.path())])).await;
    for key in &keys {
        assert_eq!(bearing(&world, &key.sign(&claims())).await, ok(), "{}", key.id);
        // One key alone fits its algorithm, so the token need not name it.
        assert_eq!(bearing(&world, &key.sign_without_id(&claims())).await, ok(), "{}", key.id);
    }
    let [key, ..] = &keys;
    for good in [
        json!({ "aud": ["others", AUDIENCE] }),
        json!({ "exp": soon(-10) }),
        json!({ "nbf": soon(10) }),
        json!({ "onramp_profile": ["unknown", "writer", "reader"] }),
    ] {
        assert_eq!(bearing(&world, &key.sign(&claims_with(good.clone()))).await, ok(), "{good}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_token_is_told_to_nobody_but_that_it_has_expired() {
    let (key, other) = (Key::ed25519("e", 1), Key::ed25519("e", 9));
    let file = TempFile::new(&set(&[&key, &Key::p256("p", 2)]));
    let world = World::start_with(&for_tokens(&[
        ("ONRAMP__IDENTITY__JWKS_FILE", file.path()),
        ("ONRAMP__IDENTITY__ALGORITHMS", "EdDSA"),
    ]))
    .await;
    let public = key.public()["x"].as_str().unwrap().to_owned();
    let raw = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, &public).unwrap();
    let good = key.sign(&claims());
    let (head, signature) = good.rsplit_once('.').unwrap();
    let mut wrong = vec![
        other.sign(&claims()),
        Key::ed25519("unknown", 1).sign(&claims()),
        Key::p256("p", 2).sign(&claims()),
        forged("none", &key, None),
        forged("HS256", &key, Some(public.as_bytes())),
        forged("HS256", &key, Some(&raw)),
        format!("{head}."),
        format!("{}.{signature}", other.sign(&claims_with(json!({ "sub": "staff" }))).rsplit_once('.').unwrap().0),
        "a.b.c".to_owned(),
        "no token".to_owned(),
        ".".repeat(500),
        // Whether it has expired is not told of a token that nobody has signed.
        other.sign(&claims_with(json!({ "exp": soon(-3600) }))),
    ];
    let claims = [
        json!({ "iss": "https://others.example" }),
        json!({ "iss": null }),
        json!({ "aud": "others" }),
        json!({ "aud": null }),
        json!({ "exp": null }),
        json!({ "exp": "tomorrow" }),
        json!({ "nbf": soon(3600) }),
        json!({ "sub": null }),
        json!({ "sub": "" }),
        json!({ "onramp_profile": null }),
        json!({ "onramp_profile": "unknown" }),
        json!({ "onramp_profile": [] }),
        json!({ "onramp_profile": 1 }),
    ];
    wrong.extend(claims.map(|others| key.sign(&claims_with(others))));
    for token in &wrong {
        assert_eq!(bearing(&world, token).await, denied(INVALID, "The token is not valid."), "{token}");
    }
    let expired = key.sign(&claims_with(json!({ "exp": soon(-3600) })));
    let challenge = ", error=\"invalid_token\", error_description=\"expired\"";
    assert_eq!(bearing(&world, &expired).await, denied(challenge, "The token has expired."));
    let missing = denied("", "A token is needed, as \"Authorization: Bearer …\".");
    assert_eq!(ask(&world, &[("x-api-key", &good)]).await, missing);
    assert_eq!(world.calls(), NO_CALLS);
    assert_eq!(bearing(&world, &good).await, ok());
    let log = world.gateway.log();
    assert!(
        wrong.iter().chain([&good, &expired]).all(|token| !log.contains(token.as_str()) || token.len() < 10),
        "{log}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_knows_a_caller_by_his_tokens_subject() {
    let key = Key::ed25519("e", 1);
    let file = TempFile::new(&set(&[&key]));
    let trail = Trail::start("subject", &for_tokens(&[("ONRAMP__IDENTITY__JWKS_FILE", file.path())])).await;
    let mutation = format!(r#"mutation {{ onboardComplete(id: "{}") {{ onboard {{ status }} }} }}"#, onboard(1));
    for profile in ["reader", "writer"] {
        let token = key.sign(&claims_with(json!({ "onramp_profile": profile })));
        let request = trail.world.gateway.client().post(format!("{}/graphql", trail.world.gateway.base_url));
        let request = request.bearer_auth(token).json(&json!({ "query": mutation }));
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(answer["data"]["onboardComplete"].is_object(), profile == "writer", "{answer}");
    }
    let events = trail.events();
    assert_eq!(events.len(), 1);
    assert_eq!((&events[0]["caller"], &events[0]["outcome"]), (&json!("kertu"), &json!("done")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_and_a_stream_last_no_longer_than_the_token_that_opened_them() {
    let key = Key::ed25519("e", 1);
    let file = TempFile::new(&set(&[&key]));
    let settings = [("ONRAMP__IDENTITY__JWKS_FILE", file.path()), ("ONRAMP__IDENTITY__LEEWAY_S", "0")];
    let world = World::start_with(&for_tokens(&settings)).await;
    let token = || format!("Bearer {}", key.sign(&claims_with(json!({ "exp": soon(3) }))));
    let mut socket = Socket::open(&world.gateway).await;
    socket.say(json!({ "type": "connection_init", "payload": { "authorization": token() } })).await;
    assert_eq!(socket.said().await, json!({ "type": "connection_ack" }));
    let query = format!("subscription {{ onboardChanged(id: \"{}\") {{ status }} }}", onboard(1));
    socket.subscribe("1", &query).await;
    let first = json!({ "data": { "onboardChanged": { "status": "IN_PROGRESS" } } });
    assert_eq!(socket.said().await, next("1", first.clone()));
    let stream = world.gateway.client().post(format!("{}/graphql", world.gateway.base_url));
    let stream = stream.header("accept", "text/event-stream").header("authorization", token());
    let stream = stream.json(&json!({ "query": query })).send().await.unwrap().text().await.unwrap();
    let events = events(&stream);
    let denied =
        json!({ "errors": [{ "message": "The token has expired.", "extensions": { "code": "UNAUTHENTICATED" } }] });
    let told: Vec<_> = events.iter().map(|(name, data)| (name.as_str(), settled(data.clone()))).collect();
    assert_eq!(told, [("next", first), ("next", denied), ("complete", Value::Null)]);
    let forbidden = (4403, "Forbidden: The token has expired.".to_owned());
    assert_eq!(socket.until_closed().await, (Vec::new(), forbidden));
    let mut late = Socket::open(&world.gateway).await;
    let expired = key.sign(&claims_with(json!({ "exp": soon(-10) })));
    late.say(json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {expired}") } })).await;
    assert_eq!(late.hear().await, Heard::Closed(4403, "Forbidden: The token has expired.".to_owned()));
}
