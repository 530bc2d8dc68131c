//! How a socket ends that the gateway ends, and what the log tells of it.

use std::time::Duration;

use axum::http::Method;
use onramp::sandbox::{Effect, Fault};
use serde_json::{Value, json};

use super::{ACCOUNT, account, init};
use crate::gateway::{World, until};
use crate::socket::{PROTOCOL, Socket, complete, next};

#[tokio::test(flavor = "multi_thread")]
async fn at_the_end_what_runs_is_answered_and_the_socket_is_told_to_go_elsewhere() {
    let mut world = World::bare().await;
    let api = world.sandbox.leadconduit();
    api.fault(Fault::once(Effect::Latency(Duration::from_secs(1))).method(Method::GET));
    let mut idle = Socket::ready(&world.gateway).await;
    let mut socket = Socket::ready(&world.gateway).await;
    // What has no end is not waited for, nor called complete: it is to be asked for again elsewhere.
    let lead = r#"subscription { leadChanged(id: "9c30a205-a60e-47cb-94b4-6d45cd4c2179") { stage } }"#;
    idle.subscribe("0", lead).await;
    assert_eq!(idle.said().await["type"], "next");
    socket.subscribe("1", ACCOUNT).await;
    until("the read", || !api.calls().is_empty()).await;
    world.gateway.signal("TERM");
    let away = (1001, "The gateway is ending.".to_owned());
    assert_eq!(idle.until_closed().await, (Vec::new(), away.clone()));
    assert_eq!(socket.until_closed().await, (vec![next("1", account()), complete("1")], away));
    assert!(world.gateway.ended().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn over_the_deadline_of_the_end_a_socket_is_cut() {
    let mut world = World::bare_with(&[("ONRAMP__SERVER__DRAIN_TIMEOUT_MS", "100")]).await;
    let api = world.sandbox.leadconduit();
    api.fault(Fault::once(Effect::HangBefore).method(Method::GET));
    let mut socket = Socket::ready(&world.gateway).await;
    socket.subscribe("1", ACCOUNT).await;
    until("the read", || !api.calls().is_empty()).await;
    world.gateway.signal("TERM");
    assert_eq!(socket.until_closed().await, (Vec::new(), (1001, "The gateway is ending.".to_owned())));
    assert!(world.gateway.ended().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn after_new_settings_everybody_is_asked_to_come_again() {
    let world = World::start().await;
    let mut socket = Socket::ready(&world.gateway).await;
    world.gateway.signal("HUP");
    assert_eq!(socket.until_closed().await, (Vec::new(), (1012, "The settings were read anew.".to_owned())));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_opened_and_closed_is_in_the_log_and_so_is_each_operation() {
    let world = World::start().await;
    let headers = [PROTOCOL, ("x-request-id", "mine")];
    let mut socket = Socket::open_with(&world.gateway, &headers).await.unwrap();
    socket.say(init()).await;
    assert_eq!(socket.said().await, json!({ "type": "connection_ack" }));
    socket.subscribe("1", "query Named { account { name } }").await;
    assert_eq!([socket.said().await, socket.said().await], [next("1", account()), complete("1")]);
    drop(socket);
    until("the line", || world.gateway.log().contains("a WebSocket was closed")).await;
    let log = world.gateway.log();
    let line = |said: &str, id: &str| {
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let mut own = lines.filter(|line| line["message"] == said && line["request_id"] == id);
        own.next().unwrap_or_else(|| panic!("{said} {id}: {log}"))
    };
    assert_eq!(line("a WebSocket was opened", "mine")["level"], "DEBUG");
    let answered = line("answered", "mine.1");
    assert_eq!(
        [
            &answered["transport"],
            &answered["operation"],
            &answered["type"],
            &answered["caller"],
            &answered["upstream_calls"]
        ],
        [&json!("websocket"), &json!("Named"), &json!("query"), &json!("anonymous"), &json!(1)]
    );
    let end = line("a WebSocket was closed", "mine");
    assert_eq!(
        [&end["level"], &end["code"], &end["operations"], &end["caller"]],
        [&json!("INFO"), &json!("client"), &json!(1), &json!("anonymous")]
    );
}
