//! What replicas share: idempotency keys, what writes have made old, kept answers, documents, rates; by a password and TLS.

use std::time::Duration;

use axum::http::Method;
use onramp::sandbox::{Answer, Effect, Fault, Ports, Sandbox};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{complete, mutate, puts};
use crate::gateway::{Gateway, bare, pointed_at, until};
use crate::redis::{Redis, Replicas, at, free_port};
use crate::temporary::TempFile;
use crate::writes::{fund, lead, mutation, onboard, with, writes};

fn with_key(number: u32) -> String {
    with(&complete(number), r#"idempotencyKey: "a""#)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_known_to_every_replica_with_its_outcome() {
    let Some(replicas) = Replicas::start(2, &[]).await else { return };
    let done = mutate(&replicas, 0, &with_key(1)).await;
    assert_eq!(done["userErrors"], json!([]));
    assert_eq!(mutate(&replicas, 1, &with_key(1)).await, done);
    let conflict = mutate(&replicas, 1, &with_key(4)).await;
    assert_eq!(conflict["userErrors"][0]["code"], "CONFLICT");
    assert_eq!(puts(&replicas.sandbox).len(), 1);
    let funded = with(&fund(&lead(0)), r#"idempotencyKey: "b""#);
    let done = mutate(&replicas, 0, &funded).await;
    assert_eq!(mutate(&replicas, 1, &funded).await, done);
    assert_eq!(writes(replicas.sandbox.connect()).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_replica_waits_for_the_write_that_is_under_way_with_the_same_key() {
    let Some(replicas) = Replicas::start(2, &[]).await else { return };
    let api = replicas.sandbox.leadconduit();
    api.fault(Fault::once(Effect::Latency(Duration::from_millis(800))).method(Method::PUT));
    let first = replicas.gateways[0].begin(&json!({ "query": mutation(&with_key(1)) }));
    until("the first write", || api.calls().iter().any(|call| call.method == "PUT")).await;
    let conflict = mutate(&replicas, 1, &with_key(4)).await;
    assert_eq!(conflict["userErrors"][0]["code"], "CONFLICT");
    assert!(api.calls().iter().any(|call| call.method == "PUT" && call.status.is_none()), "the first is over");
    let second = mutate(&replicas, 1, &with_key(1)).await;
    let first: Value = first.await.unwrap().json().await.unwrap();
    assert_eq!((&first["data"]["result"], &first["data"]["result"]["userErrors"]), (&second, &json!([])));
    assert_eq!(puts(&replicas.sandbox).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_under_which_nothing_was_sent_is_free_at_every_replica() {
    let Some(replicas) = Replicas::start(2, &[]).await else { return };
    // It has no link yet.
    let refused = mutate(&replicas, 0, &with_key(24)).await;
    assert_eq!(refused["userErrors"][0]["code"], "REQUIREMENTS_MISSING");
    assert_eq!(mutate(&replicas, 1, &with_key(1)).await["userErrors"], json!([]), "another input, and no conflict");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_whose_write_was_sent_by_a_replica_that_is_no_more_stands_for_an_unknown_outcome() {
    let settings = [("ONRAMP__REDIS__LOCK_MS", "1000"), ("ONRAMP__LEADCONDUIT__TIMEOUT_MS", "2000")];
    let Some(replicas) = Replicas::start(2, &settings).await else { return };
    let api = replicas.sandbox.leadconduit();
    api.fault(Fault::once(Effect::HangAfter).method(Method::PUT));
    let start = format!(r#"onboardStart(id: "{}", idempotencyKey: "a")"#, onboard(0));
    let first = replicas.gateways[0].begin(&json!({ "query": mutation(&start) }));
    until("the write", || api.calls().iter().any(|call| call.method == "PUT" && call.status.is_none())).await;
    replicas.gateways[0].signal("KILL");
    let expected = json!({
        "onboard": { "id": format!("onboard_{}", onboard(0)), "status": "IN_PROGRESS" },
        "userErrors": [{
            "__typename": "OutcomeUnknown", "code": "OUTCOME_UNKNOWN", "path": null, "retryable": true,
            "message": "The gateway's replica that made this write ended before its answer came.",
        }],
        "dryRun": false,
    });
    assert_eq!(mutate(&replicas, 1, &start).await, expected);
    assert_eq!(mutate(&replicas, 1, &start).await, expected);
    assert_eq!(puts(&replicas.sandbox).len(), 1);
    assert!(first.await.is_err(), "the first was answered");
}

const NAME: &str = "{ account { dataRetentionInDays } }";

fn retention(response: &Value) -> i64 {
    response["data"]["account"]["dataRetentionInDays"].as_i64().unwrap_or_else(|| panic!("{response:#}"))
}

fn reads_of_the_account(sandbox: &Sandbox) -> usize {
    let calls = sandbox.leadconduit().calls();
    calls.iter().filter(|call| call.method == "GET" && call.path == "/account").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_replica_has_read_is_not_read_again_by_another() {
    let Some(replicas) = Replicas::start(3, &[]).await else { return };
    let first = replicas.ask(0, NAME).await;
    until("what was kept", || replicas.redis.keys().iter().any(|key| key.starts_with("onramp:v1:answer:"))).await;
    for replica in [1, 2, 1, 0] {
        assert_eq!(replicas.ask(replica, NAME).await, first);
    }
    assert_eq!(reads_of_the_account(&replicas.sandbox), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shown_because_the_api_is_down_is_no_new_answer_to_another() {
    // Whoever asks waits for what becomes of his own read.
    let settings = [
        ("ONRAMP__LEADCONDUIT__CACHE_ACCOUNT_MS", "300"),
        ("ONRAMP__LEADCONDUIT__CACHE_REFRESH_MS", "0"),
        ("ONRAMP__LEADCONDUIT__RETRY_ATTEMPTS", "1"),
        ("ONRAMP__LEADCONDUIT__BREAKER_MIN_CALLS", "0"),
    ];
    let Some(replicas) = Replicas::start(2, &settings).await else { return };
    let first = replicas.ask(0, NAME).await;
    until("what was kept", || replicas.redis.keys().iter().any(|key| key.starts_with("onramp:v1:answer:"))).await;
    let failing = Effect::Status(Answer::json(500, json!({})));
    replicas.sandbox.leadconduit().fault(Fault::always(failing));
    let mut shown = replicas.ask(0, NAME).await;
    while shown.get("extensions").is_none() {
        shown = replicas.ask(0, NAME).await;
    }
    assert_eq!(shown["data"], first["data"]);
    // What the first of these reads gave to Redis is there when the second one asks it.
    assert_eq!(replicas.ask(0, NAME).await["data"], first["data"]);
    assert_eq!(replicas.ask(1, NAME).await["data"], json!({ "account": null }));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_replica_shows_what_is_older_than_a_write_before_at_another() {
    let Some(replicas) = Replicas::start(2, &[]).await else { return };
    let mut days = retention(&replicas.ask(1, NAME).await);
    for round in 0..20 {
        let (writer, reader) = (round % 2, (round + 1) % 2);
        // Both have it in their memory, and Redis has it too.
        assert_eq!(retention(&replicas.ask(writer, NAME).await), days);
        assert_eq!(retention(&replicas.ask(reader, NAME).await), days);
        days += 1;
        let update = format!("accountUpdate(input: {{ dataRetentionInDays: {days} }})");
        assert_eq!(mutate(&replicas, writer, &update).await["userErrors"], json!([]));
        assert_eq!(retention(&replicas.ask(reader, NAME).await), days);
        assert_eq!(retention(&replicas.ask(writer, NAME).await), days);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_kept_is_old_after_a_write_whose_replica_was_killed() {
    let settings = [("ONRAMP__LEADCONDUIT__TIMEOUT_MS", "2000")];
    let Some(replicas) = Replicas::start(2, &settings).await else { return };
    let days = retention(&replicas.ask(1, NAME).await);
    let api = replicas.sandbox.leadconduit();
    api.fault(Fault::once(Effect::HangAfter).method(Method::PUT));
    let update = format!("accountUpdate(input: {{ dataRetentionInDays: {} }})", days + 1);
    let first = replicas.gateways[0].begin(&json!({ "query": mutation(&update) }));
    until("the write", || api.calls().iter().any(|call| call.method == "PUT")).await;
    replicas.gateways[0].signal("KILL");
    assert_eq!(retention(&replicas.ask(1, NAME).await), days + 1);
    assert!(first.await.is_err(), "the write was answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_one_replica_was_sent_is_known_to_all() {
    let Some(replicas) = Replicas::start(2, &[]).await else { return };
    let text = "{ account { name } }";
    let digest: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": digest } });
    let by_digest = json!({ "extensions": extensions });
    let ask = async |replica: usize, body: &Value| -> Value {
        replicas.gateways[replica].post(body).await.json().await.unwrap()
    };
    assert_eq!(ask(1, &by_digest).await["errors"][0]["message"], "PersistedQueryNotFound");
    let answer = ask(0, &json!({ "query": text, "extensions": extensions })).await;
    assert_eq!(answer, json!({ "data": { "account": { "name": "Summit Funding Partners" } } }));
    until("the document", || replicas.redis.keys().iter().any(|key| key.starts_with("onramp:v1:document:"))).await;
    assert_eq!(ask(1, &by_digest).await, answer);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_in_redis_that_does_not_fit_its_digest_is_not_believed() {
    let Some(replicas) = Replicas::start(1, &[]).await else { return };
    let text = "{ account { name } }";
    let digest: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": digest } });
    replicas.gateways[0].post(&json!({ "query": text, "extensions": extensions })).await;
    let document = || replicas.redis.keys().into_iter().find(|key| key.starts_with("onramp:v1:document:"));
    until("the document", || document().is_some()).await;
    replicas.redis.ask::<()>(&["SET", &document().unwrap(), "{ account { features { firehose } } }"]);
    let mut variables = pointed_at(&replicas.sandbox);
    variables.extend(at(&replicas.redis.url()));
    let newcomer = Gateway::start(&variables);
    let answer: Value = newcomer.post(&json!({ "extensions": extensions })).await.json().await.unwrap();
    assert_eq!(answer["errors"][0]["message"], "PersistedQueryNotFound");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_has_one_rate_at_all_replicas_together_and_his_own_at_each_without_redis() {
    let settings = [("ONRAMP__RATE__REQUESTS_PER_SECOND", "1"), ("ONRAMP__RATE__BURST", "6")];
    let Some(mut replicas) = Replicas::start(2, &settings).await else { return };
    let ask = async |replica: usize| {
        let body = json!({ "query": "{ __typename }" });
        replicas.gateways[replica].post(&body).await.status().as_u16()
    };
    let mut statuses = Vec::new();
    for number in 0..12 {
        statuses.push(ask(number % 2).await);
    }
    // Of a slow dozen a few more may be let in, as time goes by.
    let let_in = statuses.iter().filter(|status| **status == 200).count();
    assert_eq!(statuses[..6], [200; 6], "{statuses:?}");
    assert!(let_in < 12 && statuses.contains(&429), "{statuses:?}");
    replicas.redis.kill();
    let gateways = &replicas.gateways;
    until("the end of Redis", || gateways.iter().all(|gateway| gateway.log().contains("writes are refused"))).await;
    let body = json!({ "query": "{ __typename }" });
    for gateway in gateways {
        assert_eq!(gateway.post(&body).await.status().as_u16(), 200, "each counts by itself");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_and_tls_are_what_redis_may_want() {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let (certificate, key) = (TempFile::new(&cert.pem()), TempFile::new(&signing_key.serialize_pem()));
    let other = TempFile::new(&generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap().cert.pem());
    let port = free_port();
    let words =
        ["--port", "0", "--tls-port", &port.to_string(), "--tls-auth-clients", "no", "--requirepass", "pass-word"];
    let files =
        ["--tls-cert-file", certificate.path(), "--tls-key-file", key.path(), "--tls-ca-cert-file", certificate.path()];
    let arguments = words.iter().chain(&files).map(|word| (*word).to_owned()).collect();
    let Some(redis) = Redis::start_with(port, arguments) else { return };
    let sandbox = Sandbox::start(Ports::free()).await.unwrap();
    let start = |password: &str, trusted: &TempFile| {
        let mut variables = pointed_at(&sandbox);
        variables.extend(bare());
        variables.extend(at(&format!("rediss://127.0.0.1:{}/", redis.port())));
        let password = TempFile::new(password);
        variables.push(("ONRAMP__REDIS__PASSWORD_FILE".to_owned(), password.path().to_owned()));
        variables.push(("ONRAMP__REDIS__CA_FILE".to_owned(), trusted.path().to_owned()));
        Gateway::start(&variables)
    };
    let right = start("pass-word", &certificate);
    let answer = right.ask(&mutation(&complete(1)), json!({})).await;
    assert_eq!(answer["data"]["result"]["userErrors"], json!([]));
    for (password, trusted) in [("another", &certificate), ("pass-word", &other)] {
        let wrong = start(password, trusted);
        let answer = wrong.ask(&mutation(&complete(4)), json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "COORDINATION_UNAVAILABLE");
        assert!(!wrong.log().contains("pass-word"), "{}", wrong.log());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_and_his_password_may_stand_in_the_address_and_he_needs_no_more_than_his_own_keys() {
    let port = free_port();
    let rights = ["on", ">pass-word", "~onramp:v1:*", "&onramp:v1:*", "+@all", "-@admin", "-@dangerous"];
    let user = ["--port", &port.to_string(), "--user", "gateway"].map(str::to_owned);
    let default = ["--user", "default", "off"].map(str::to_owned);
    let arguments = user.into_iter().chain(rights.map(str::to_owned)).chain(default).collect();
    let Some(redis) = Redis::start_with(port, arguments) else { return };
    let sandbox = Sandbox::start(Ports::free()).await.unwrap();
    for (password, errors) in [("pass-word", json!(null)), ("another", json!("COORDINATION_UNAVAILABLE"))] {
        let mut variables = pointed_at(&sandbox);
        variables.extend(at(&format!("redis://gateway:{password}@127.0.0.1:{}/", redis.port())));
        let gateway = Gateway::start(&variables);
        let answer = gateway.ask(&mutation(&with_key(1)), json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], errors, "{answer:#}");
        assert!(!gateway.log().contains(password), "{}", gateway.log());
    }
    assert_eq!(puts(&sandbox).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_key_in_redis_holds_a_text_of_a_caller_or_a_credential() {
    let settings = [("ONRAMP__RATE__REQUESTS_PER_SECOND", "1"), ("ONRAMP__RATE__BURST", "1000")];
    let Some(replicas) = Replicas::start(1, &settings).await else { return };
    let text = "{ account { name } }";
    let digest: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": digest } });
    replicas.gateways[0].post(&json!({ "query": text, "extensions": extensions })).await;
    let told = with(&complete(1), r#"idempotencyKey: "a-key-of-mine""#);
    assert_eq!(mutate(&replicas, 0, &told).await["userErrors"], json!([]));
    replicas.ask(0, NAME).await;
    let kinds = ["answer", "document", "era", "generation", "once", "rate"];
    let kind = |key: &String| key.split(':').nth(2).unwrap().to_owned();
    let all = || replicas.redis.keys().iter().map(kind).collect::<std::collections::BTreeSet<_>>();
    until("all kinds of keys", || kinds.iter().all(|kind| all().contains(*kind))).await;
    for key in replicas.redis.keys() {
        let parts: Vec<&str> = key.split(':').collect();
        assert_eq!(parts[..2], ["onramp", "v1"], "{key}");
        let is_digest = |part: &&str| part.len() == 64 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_plain = |part: &&str| is_digest(part) || ["onboarding", "verification", "leads"].contains(part);
        assert!(parts[3..].iter().all(|part| is_plain(part) || part.parse::<u64>().is_ok()), "{key}");
    }
}
