//! Subscriptions over a socket: what they tell, and to whom.

use serde_json::{Value, json};

use super::{refused, with_keys};
use crate::gateway::{NO_CALLS, World};
use crate::socket::{Socket, complete, next};
use crate::writes::{mutation, onboard};

fn watch(onboard: &str) -> String {
    format!(r#"subscription {{ onboardChanged(id: "{onboard}") {{ status }} }}"#)
}

fn status(id: &str, status: &str) -> Value {
    next(id, json!({ "data": { "onboardChanged": { "status": status } } }))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_tells_what_is_and_what_becomes_of_it_until_it_is_completed() {
    let world = World::start().await;
    let (mut one, mut two) = (Socket::ready(&world.gateway).await, Socket::ready(&world.gateway).await);
    one.subscribe("1", &watch(&onboard(1))).await;
    two.subscribe("a", &watch(&onboard(1))).await;
    two.subscribe("b", &watch(&onboard(1))).await;
    assert_eq!(one.said().await, status("1", "IN_PROGRESS"));
    let mut firsts = [two.said().await, two.said().await];
    firsts.sort_by_key(|said| said["id"].to_string());
    assert_eq!(firsts, [status("a", "IN_PROGRESS"), status("b", "IN_PROGRESS")]);
    two.say(complete("a")).await;
    two.say(json!({ "type": "ping" })).await;
    assert_eq!(two.said().await, json!({ "type": "pong" }));
    // Written by another way in than the one that listens.
    world.data(&mutation(&format!(r#"onboardComplete(id: "{}")"#, onboard(1)))).await;
    assert_eq!(one.said().await, status("1", "COMPLETED"));
    assert_eq!(two.said().await, status("b", "COMPLETED"));
    let refused = [r#"subscription { onboardChanged(id: "lead_1") { status } }"#, "subscription { nothing }"];
    for query in refused {
        one.subscribe("2", query).await;
        assert_eq!(one.said().await["type"], "error", "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_needs_the_rights_of_what_it_tells() {
    let world = with_keys(&[]).await;
    let mut socket = Socket::open(&world.gateway).await;
    socket.say(json!({ "type": "connection_init", "payload": { "x-api-key": "one" } })).await;
    assert_eq!(socket.said().await, json!({ "type": "connection_ack" }));
    socket.subscribe("1", &watch(&onboard(1))).await;
    let answer = refused(socket.said().await);
    let extensions = json!({ "code": "FORBIDDEN", "right": "onboards:read" });
    assert_eq!((&answer["type"], &answer["payload"][0]["extensions"]), (&json!("error"), &extensions), "{answer}");
    assert_eq!(world.calls(), NO_CALLS);
}
