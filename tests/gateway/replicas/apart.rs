//! What becomes of writes and reads while Redis or a replica is not there.

use std::time::Duration;

use axum::http::Method;
use onramp::sandbox::{Answer, Effect, Fault};
use serde_json::{Value, json};

use super::{code, complete, mutate, puts};
use crate::gateway::{Gateway, command, settled, told, until};
use crate::redis::Replicas;
use crate::temporary::TempFile;
use crate::writes::{mutation, onboard};

const SETTINGS: &[(&str, &str)] = &[
    ("ONRAMP__REDIS__LOCK_MS", "1000"),
    ("ONRAMP__WALDUR__VALIDATION_TIMEOUT_MS", "2000"),
    ("ONRAMP__WALDUR__TIMEOUT_MS", "2000"),
    ("ONRAMP__CONNECT__TIMEOUT_MS", "2000"),
    ("ONRAMP__LEADCONDUIT__TIMEOUT_MS", "2000"),
];

fn path(number: u32) -> String {
    format!("/onboards/{}", onboard(number))
}

async fn is_hanging(replicas: &Replicas) {
    let api = replicas.sandbox.leadconduit();
    until("the write", || api.calls().iter().any(|call| call.method == "PUT" && call.status.is_none())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_landed_is_not_repeated_after_its_replica_was_killed() {
    let Some(replicas) = Replicas::start(2, SETTINGS).await else { return };
    let api = replicas.sandbox.leadconduit();
    api.fault(Fault::once(Effect::HangAfter).method(Method::PUT));
    let first = replicas.gateways[0].begin(&json!({ "query": mutation(&complete(1)) }));
    is_hanging(&replicas).await;
    replicas.gateways[0].signal("KILL");
    // It waits until the lock has run out, and then reads what the first has done.
    let answer = mutate(&replicas, 1, &complete(1)).await;
    assert_eq!(answer["userErrors"][0]["code"], "TRANSITION_REFUSED");
    assert_eq!(answer["onboard"]["status"], "COMPLETED");
    assert_eq!(puts(&replicas.sandbox), [path(1)]);
    assert!(first.await.is_err(), "the first was answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_never_landed_is_made_by_the_next_after_its_replica_was_killed() {
    let Some(replicas) = Replicas::start(2, SETTINGS).await else { return };
    replicas.sandbox.leadconduit().fault(Fault::once(Effect::HangBefore).method(Method::PUT));
    let first = replicas.gateways[0].begin(&json!({ "query": mutation(&complete(1)) }));
    is_hanging(&replicas).await;
    replicas.gateways[0].signal("KILL");
    let answer = mutate(&replicas, 1, &complete(1)).await;
    assert_eq!((&answer["userErrors"], &answer["onboard"]["status"]), (&json!([]), &json!("COMPLETED")));
    assert_eq!(puts(&replicas.sandbox), [path(1), path(1)]);
    assert!(first.await.is_err(), "the first was answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_lost_the_lock_sends_nothing() {
    let Some(replicas) = Replicas::start(1, SETTINGS).await else { return };
    // The record is read, slowly, and meanwhile the lock goes.
    let api = replicas.sandbox.leadconduit();
    api.fault(Fault::once(Effect::Latency(Duration::from_millis(1500))).method(Method::GET));
    let first = replicas.gateways[0].begin(&json!({ "query": mutation(&complete(1)) }));
    until("the read", || !api.calls().is_empty()).await;
    let locks: Vec<String> =
        replicas.redis.keys().into_iter().filter(|key| key.starts_with("onramp:v1:lock:")).collect();
    assert_eq!(locks.len(), 2, "one of the onboard and one of what it sets up");
    for lock in &locks {
        replicas.redis.ask::<()>(&["DEL", lock]);
    }
    let mut response = settled(first.await.unwrap().json().await.unwrap());
    response["errors"][0].as_object_mut().unwrap().remove("locations");
    let error = json!({
        "message": "The record's lock was lost before the request could be sent; nothing was sent.",
        "path": ["result"],
        "extensions": { "code": "COORDINATION_UNAVAILABLE", "retryable": true, "retryAfterMs": 1000 },
    });
    assert_eq!(response, json!({ "data": { "result": null }, "errors": [error] }));
    assert_eq!(puts(&replicas.sandbox), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_was_stopped_for_longer_than_its_lock_lives_sends_nothing_when_it_goes_on() {
    let settings = [("ONRAMP__REDIS__LOCK_MS", "1000"), ("ONRAMP__LEADCONDUIT__TIMEOUT_MS", "50000")];
    let Some(replicas) = Replicas::start(2, &settings).await else { return };
    let api = replicas.sandbox.leadconduit();
    // It has read what permits the write, and is stopped before it can send it.
    api.fault(Fault::once(Effect::Latency(Duration::from_millis(300))).method(Method::GET));
    let first = replicas.gateways[0].begin(&json!({ "query": mutation(&complete(1)) }));
    until("the read", || !api.calls().is_empty()).await;
    replicas.gateways[0].signal("STOP");
    let second = mutate(&replicas, 1, &complete(1)).await;
    assert_eq!((&second["userErrors"], &second["onboard"]["status"]), (&json!([]), &json!("COMPLETED")));
    replicas.gateways[0].signal("CONT");
    assert_eq!(code(&first.await.unwrap().json().await.unwrap()), "COORDINATION_UNAVAILABLE");
    assert_eq!(puts(&replicas.sandbox), [path(1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_was_stopped_during_a_write_gives_nothing_that_it_kept_before_it() {
    let Some(replicas) = Replicas::start(2, &[]).await else { return };
    let query = "{ account { dataRetentionInDays } }";
    let kept = |days: u32| json!({ "data": { "account": { "dataRetentionInDays": days } } });
    for days in 90..95 {
        for replica in [0, 1, 1] {
            assert_eq!(replicas.ask(replica, query).await, kept(days));
        }
        replicas.gateways[1].signal("STOP");
        let update = format!("accountUpdate(input: {{ dataRetentionInDays: {} }})", days + 1);
        assert_eq!(mutate(&replicas, 0, &update).await["userErrors"], json!([]));
        // It finds the question beside the news of the write.
        let asked = replicas.gateways[1].begin(&json!({ "query": query }));
        replicas.gateways[1].signal("CONT");
        assert_eq!(asked.await.unwrap().json::<Value>().await.unwrap(), kept(days + 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_is_renewed_for_as_long_as_it_is_held() {
    let settings = [("ONRAMP__REDIS__LOCK_MS", "300")];
    let Some(replicas) = Replicas::start(2, &settings).await else { return };
    let api = replicas.sandbox.leadconduit();
    // Five times the life of a lock: the first holds it, so that the second reads after it.
    api.fault(Fault::once(Effect::Latency(Duration::from_millis(1500))).method(Method::GET));
    let first = replicas.gateways[0].begin(&json!({ "query": mutation(&complete(1)) }));
    until("the first read", || !api.calls().is_empty()).await;
    let second = mutate(&replicas, 1, &complete(1)).await;
    let first: Value = first.await.unwrap().json().await.unwrap();
    assert_eq!(first["data"]["result"]["userErrors"], json!([]));
    assert_eq!(second["userErrors"][0]["code"], "TRANSITION_REFUSED");
    assert_eq!(puts(&replicas.sandbox), [path(1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_reads_go_on_writes_are_refused_and_its_return_takes_no_restart() {
    let Some(mut replicas) = Replicas::start(1, SETTINGS).await else { return };
    let ready = async |replicas: &Replicas| {
        let gateway = &replicas.gateways[0];
        let answer = gateway.client().get(format!("{}/health/ready", gateway.base_url)).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    assert_eq!(ready(&replicas).await, (200, json!({ "ready": true, "redis": "up" })));
    replicas.redis.kill();
    until("the end of Redis", || replicas.gateways[0].log().contains("writes are refused")).await;
    assert_eq!(ready(&replicas).await, (200, json!({ "ready": true, "redis": "down" })));
    let read = format!(r#"{{ account {{ name }} onboard(id: "{}") {{ status }} }}"#, onboard(1));
    let expected = json!({ "account": { "name": "Summit Funding Partners" }, "onboard": { "status": "IN_PROGRESS" } });
    assert_eq!(replicas.ask(0, &read).await, json!({ "data": expected }));
    for call in [complete(1), format!(r#"onboardComplete(id: "{}", idempotencyKey: "a")"#, onboard(1))] {
        let response = replicas.ask(0, &mutation(&call)).await;
        assert_eq!(code(&response), "COORDINATION_UNAVAILABLE");
        assert_eq!(response["errors"][0]["extensions"]["retryable"], true);
    }
    let dry = mutate(&replicas, 0, &format!(r#"onboardComplete(id: "{}", dryRun: true)"#, onboard(1))).await;
    assert_eq!(dry["userErrors"], json!([]), "a dry run writes nothing and needs nobody's leave");
    assert_eq!(puts(&replicas.sandbox), [""; 0]);
    replicas.redis.go_on();
    until("its return", || replicas.gateways[0].log().matches("Redis is reached").count() == 2).await;
    // It waits until nothing from before can be under way any more.
    assert_eq!(mutate(&replicas, 0, &complete(1)).await["userErrors"], json!([]));
    assert_eq!(puts(&replicas.sandbox), [path(1)]);
}

/// How many questions a replica has put to Redis so far, whatever became of them.
async fn questions(replica: &Gateway) -> u64 {
    let address = told(&replica.banner, "metrics");
    let scraped = replica.client().get(address).send().await.unwrap().text().await.unwrap();
    let counts = scraped.lines().filter(|line| line.starts_with("onramp_redis_request_duration_seconds_count"));
    counts.map(|line| line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_hangs_is_waited_for_once_and_holds_up_no_read() {
    let metrics = ("ONRAMP__TELEMETRY__METRICS_LISTEN", "127.0.0.1:0");
    let Some(replicas) = Replicas::start(1, &[&[metrics], SETTINGS].concat()).await else { return };
    replicas.redis.signal("STOP");
    let read = r"{ account { name } }";
    let expected = json!({ "data": { "account": { "name": "Summit Funding Partners" } } });
    assert_eq!(replicas.ask(0, read).await, expected);
    until("the end of Redis", || replicas.gateways[0].log().contains("writes are refused")).await;
    // Nobody asks it anything any more, and so nobody waits for it.
    let before = questions(&replicas.gateways[0]).await;
    for number in 0..20 {
        assert_eq!(replicas.ask(0, read).await, expected);
        let with_key = format!(r#"onboardComplete(id: "{}", idempotencyKey: "{number}")"#, onboard(1));
        for call in [complete(1), with_key] {
            assert_eq!(code(&replicas.ask(0, &mutation(&call)).await), "COORDINATION_UNAVAILABLE");
        }
    }
    assert_eq!(questions(&replicas.gateways[0]).await, before);
    replicas.redis.signal("CONT");
    until("its return", || replicas.gateways[0].log().matches("Redis is reached").count() >= 2).await;
    assert_eq!(taken(&replicas, 0, &complete(1)).await["userErrors"], json!([]));
    assert_eq!(puts(&replicas.sandbox), [path(1)]);
}

/// Asks for a mutation until Redis is there for it; its payload comes back. On a busy machine it may be lost once more.
async fn taken(replicas: &Replicas, replica: usize, call: &str) -> Value {
    loop {
        let mut response = replicas.ask(replica, &mutation(call)).await;
        if response.get("errors").is_none() {
            return response["data"]["result"].take();
        }
        assert_eq!(code(&response), "COORDINATION_UNAVAILABLE");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_under_which_nothing_was_sent_is_free_though_redis_did_not_hear_of_it_at_once() {
    let Some(replicas) = Replicas::start(2, &[]).await else { return };
    let api = replicas.sandbox.leadconduit();
    api.set_latency(Duration::from_secs(1));
    let full = Effect::Status(Answer::json(429, json!({ "error": "slow down" })));
    api.fault(Fault::once(full).method(Method::PUT));
    let call = format!(r#"onboardStart(id: "{}", idempotencyKey: "a")"#, onboard(0));
    let first = replicas.gateways[0].begin(&json!({ "query": mutation(&call) }));
    until("the write", || api.calls().iter().any(|call| call.method == "PUT")).await;
    // It is turned away while Redis says nothing.
    replicas.redis.signal("STOP");
    assert_eq!(code(&first.await.unwrap().json().await.unwrap()), "UPSTREAM_RATE_LIMITED");
    api.set_latency(Duration::ZERO);
    replicas.redis.signal("CONT");
    let second = taken(&replicas, 1, &call).await;
    assert_eq!((&second["userErrors"], &second["onboard"]["status"]), (&json!([]), &json!("IN_PROGRESS")));
    assert_eq!(puts(&replicas.sandbox), [path(0), path(0)]);
}

#[test]
fn what_cannot_be_reached_by_its_settings_stops_the_start_by_the_key() {
    let nothing = TempFile::new("no certificate\n");
    let cases = [
        (
            vec![("URL", "http://127.0.0.1")],
            "url",
            "found an address that begins with http://, expected one that begins with redis:// or rediss://".to_owned(),
        ),
        (
            vec![("URL", "redis-host:6379")],
            "url",
            "found an address without a scheme, expected one that begins with redis:// or rediss://".to_owned(),
        ),
        (
            vec![("URL", "redis://user:pass@redis:99999")],
            "url",
            "expected an address such as redis://host:6379/0, and in this one the port is no number from 0 to 65535".to_owned(),
        ),
        (
            vec![("URL", "redis://redis/first")],
            "url",
            "expected an address such as redis://host:6379/0, and in this one what follows the host is no number of a database"
                .to_owned(),
        ),
        (vec![("PASSWORD", "a")], "url", "is missing, and redis.password is of no use without it".to_owned()),
        (vec![("NAMESPACE", "mine")], "url", "is missing, and redis.namespace is of no use without it".to_owned()),
        (
            vec![("URL", "redis://127.0.0.1"), ("NAMESPACE", "a:b")],
            "namespace",
            "found \"a:b\", expected letters, digits, \"-\", \"_\" and \".\"".to_owned(),
        ),
        (
            vec![("URL", "redis://127.0.0.1"), ("WRITES_WITHOUT", "maybe")],
            "writes_without",
            "found \"maybe\", expected \"refuse\" or \"local\"".to_owned(),
        ),
        (
            vec![("URL", "redis://127.0.0.1"), ("CA_FILE", nothing.path())],
            "ca_file",
            "is of no use without an address that begins with rediss://".to_owned(),
        ),
        (
            vec![("URL", "rediss://127.0.0.1"), ("CA_FILE", nothing.path())],
            "ca_file",
            format!("{}: holds no certificate", nothing.path()),
        ),
    ];
    for (given, setting, problem) in cases {
        let given = given.into_iter().map(|(key, value)| (format!("ONRAMP__REDIS__{key}"), value.to_owned()));
        let given: Vec<(String, String)> = given.collect();
        for arguments in ["serve", "check"] {
            let output = command(&given).arg(arguments).output().unwrap();
            let complaint = String::from_utf8(output.stderr).unwrap();
            let variable = format!("ONRAMP__REDIS__{}", setting.to_uppercase());
            let expected = format!("onramp: setting redis.{setting} ({variable}): {problem}");
            assert_eq!(
                (output.status.code(), complaint.lines().last().unwrap_or_default()),
                (Some(1), expected.as_str())
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_go_on_without_redis_where_the_settings_let_them() {
    let settings = [("ONRAMP__REDIS__WRITES_WITHOUT", "local")];
    let Some(mut replicas) = Replicas::start(1, &settings).await else { return };
    replicas.redis.kill();
    until("the end of Redis", || replicas.gateways[0].log().contains("kept apart from nobody else's")).await;
    assert_eq!(mutate(&replicas, 0, &complete(1)).await["userErrors"], json!([]));
    let with_key = format!(r#"onboardComplete(id: "{}", idempotencyKey: "a")"#, onboard(4));
    let done = mutate(&replicas, 0, &with_key).await;
    assert_eq!(mutate(&replicas, 0, &with_key).await, done);
    assert_eq!(puts(&replicas.sandbox), [path(1), path(4)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_starts_without_its_redis_and_finds_it_later() {
    let Some(mut replicas) = Replicas::start(0, &[]).await else { return };
    replicas.redis.kill();
    let mut variables = crate::gateway::pointed_at(&replicas.sandbox);
    variables.extend(crate::redis::at(&replicas.redis.url()));
    let gateway = crate::gateway::Gateway::start(&variables);
    let ask = async |query: &str| gateway.ask(query, json!({})).await;
    assert_eq!(code(&ask(&mutation(&complete(1))).await), "COORDINATION_UNAVAILABLE");
    assert_eq!(
        ask("{ account { name } }").await,
        json!({ "data": { "account": { "name": "Summit Funding Partners" } } })
    );
    replicas.redis.go_on();
    until("Redis", || gateway.log().contains("Redis is reached")).await;
    assert_eq!(ask(&mutation(&complete(1))).await["data"]["result"]["userErrors"], json!([]));
}
