//! Who is let in, by key or by token; everybody else gets a 401 that helps nobody who guesses.

mod issuer;

use std::io::Write;
use std::process::Stdio;

use futures_util::future::join_all;
use onramp::identity::digest;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::event_streams::events;
use crate::gateway::{NO_CALLS, World, command, settled};
use crate::socket::{Heard, Socket, next};
use crate::temporary::TempFile;
use crate::trail::Trail;
use crate::writes::onboard;
use issuer::{AUDIENCE, ISSUER, Key, Published, claims, claims_with, forged, set, soon};

const QUERY: &str = r#"{"query": "{ account { name } }"}"#;

fn answered() -> Value {
    json!({ "data": { "account": { "name": "Summit Funding Partners" } } })
}

/// What comes back of a query with these headers: status, challenge, body.
async fn ask(world: &World, headers: &[(&str, &str)]) -> (StatusCode, Option<String>, Value) {
    let request = world.gateway.client().post(format!("{}/graphql", world.gateway.base_url));
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let answer = request.header("content-type", "application/json").body(QUERY).send().await.unwrap();
    let challenge = answer.headers().get("www-authenticate").map(|value| value.to_str().unwrap().to_owned());
    (answer.status(), challenge, settled(answer.json().await.unwrap()))
}

async fn bearing(world: &World, token: &str) -> (StatusCode, Option<String>, Value) {
    ask(world, &[("authorization", &format!("Bearer {token}"))]).await
}

fn denied(challenge: &str, message: &str) -> (StatusCode, Option<String>, Value) {
    let body = json!({ "errors": [{ "message": message, "extensions": { "code": "UNAUTHENTICATED" } }] });
    (StatusCode::UNAUTHORIZED, Some(format!("Bearer realm=\"onramp\"{challenge}")), body)
}

fn ok() -> (StatusCode, Option<String>, Value) {
    (StatusCode::OK, None, answered())
}

const INVALID: &str = ", error=\"invalid_token\"";

async fn with_keys() -> World {
    let keys = [digest(b"old-key"), digest(b"new-key")].join(",");
    let other = digest(b"other-key");
    World::start_with(&[
        ("ONRAMP__IDENTITY__MODE", "api_key"),
        ("ONRAMP__PROFILES__BFF__RIGHTS", "account:read, onboards:read"),
        ("ONRAMP__PROFILES__BFF__API_KEYS", &keys),
        ("ONRAMP__PROFILES__OTHER__RIGHTS", "account:read"),
        ("ONRAMP__PROFILES__OTHER__API_KEYS", &other),
        ("ONRAMP__SERVER__CORS_ORIGINS", "https://app.example"),
    ])
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_of_a_callers_keys_lets_him_in_by_either_header_and_nothing_else_does() {
    let world = with_keys().await;
    for key in ["old-key", "new-key", "other-key"] {
        assert_eq!(bearing(&world, key).await, ok());
        assert_eq!(ask(&world, &[("authorization", &format!("bearer  {key}"))]).await, ok());
        assert_eq!(ask(&world, &[("x-api-key", key)]).await, ok());
    }
    world.calls();
    let missing = denied("", "An API key is needed, as \"Authorization: Bearer …\" or as x-api-key.");
    assert_eq!(ask(&world, &[]).await, missing);
    for nothing in ["Bearer", "Bearer ", "Basic b2xkLWtleTo=", "old-key"] {
        assert_eq!(ask(&world, &[("authorization", nothing)]).await, missing, "{nothing}");
    }
    let invalid = denied(INVALID, "The API key is not valid.");
    let digest = digest(b"old-key");
    for wrong in ["old-ke", "old-keys", "OLD-KEY", digest.as_str()] {
        assert_eq!(bearing(&world, wrong).await, invalid, "{wrong}");
        assert_eq!(ask(&world, &[("x-api-key", wrong)]).await, invalid, "{wrong}");
    }
    assert_eq!(world.calls(), NO_CALLS);
}

#[tokio::test(flavor = "multi_thread")]
async fn health_the_explorer_and_preflights_are_open_and_the_graph_is_not_by_any_method() {
    let world = with_keys().await;
    let (client, base) = (world.gateway.client(), &world.gateway.base_url);
    for path in ["/", "/health/live", "/health/ready"] {
        assert_eq!(client.get(format!("{base}{path}")).send().await.unwrap().status(), StatusCode::OK, "{path}");
    }
    let preflight = client.request(reqwest::Method::OPTIONS, format!("{base}/graphql"));
    let preflight = preflight.header("origin", "https://app.example").header("access-control-request-method", "POST");
    let preflight = preflight.header("access-control-request-headers", "authorization").send().await.unwrap();
    assert_eq!(preflight.status(), StatusCode::OK);
    assert_eq!(preflight.headers()["access-control-allow-origin"], "https://app.example");
    let get = || client.get(format!("{base}/graphql?query=%7B__typename%7D")).header("accept", "application/json");
    assert_eq!(get().send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    assert_eq!(get().bearer_auth("old-key").send().await.unwrap().status(), StatusCode::OK);
    // A page of the allowed origin has to be able to read why it was turned away.
    let answer = client.post(format!("{base}/graphql")).header("origin", "https://app.example").body(QUERY);
    let answer = answer.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(answer.headers()["access-control-allow-origin"], "https://app.example");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_known_is_turned_away_before_his_body_is_read() {
    let world = with_keys().await;
    let answer = world.gateway.client().post(format!("{}/graphql", world.gateway.base_url));
    let answer = answer.header("content-type", "text/plain").body("no request").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
}

/// The settings of a gateway that takes tokens.
fn for_tokens<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut settings = vec![
        ("ONRAMP__IDENTITY__MODE", "jwt"),
        ("ONRAMP__IDENTITY__ISSUER", ISSUER),
        ("ONRAMP__IDENTITY__AUDIENCE", AUDIENCE),
        ("ONRAMP__IDENTITY__ALGORITHMS", "EdDSA,ES256,RS256"),
        ("ONRAMP__PROFILES__READER__RIGHTS", "account:read,onboards:read"),
        ("ONRAMP__PROFILES__WRITER__RIGHTS", "onboards:read,onboards:write,account:read"),
    ];
    settings.extend(more);
    settings
}

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
async fn keys_change_without_a_restart_and_an_issuer_that_is_down_turns_nobody_away() {
    let (old, new) = (Key::ed25519("old", 1), Key::ed25519("new", 2));
    let published = Published::new(&[&old]).await;
    let settings =
        [("ONRAMP__IDENTITY__JWKS_URL", published.url.as_str()), ("ONRAMP__IDENTITY__JWKS_COOLDOWN_MS", "0")];
    let world = World::start_with(&for_tokens(&settings)).await;
    assert_eq!((bearing(&world, &old.sign(&claims())).await, published.asked()), (ok(), 1));
    let invalid = denied(INVALID, "The token is not valid.");
    published.publish(500, &[&new]);
    assert_eq!(bearing(&world, &new.sign(&claims())).await, invalid);
    assert_eq!(bearing(&world, &old.sign(&claims())).await, ok());
    published.publish(200, &[]);
    assert_eq!(bearing(&world, &new.sign(&claims())).await, invalid);
    assert_eq!(bearing(&world, &old.sign(&claims())).await, ok());
    published.publish(200, &[&new, &old]);
    assert_eq!(bearing(&world, &new.sign(&claims())).await, ok());
    assert_eq!(bearing(&world, &old.sign(&claims())).await, ok());
    published.publish(200, &[&new]);
    assert_eq!(bearing(&world, &Key::ed25519("newer", 3).sign(&claims())).await, invalid);
    assert_eq!(bearing(&world, &old.sign(&claims())).await, invalid);
    assert_eq!(bearing(&world, &new.sign(&claims())).await, ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_a_file_change_without_a_restart_and_what_is_no_set_changes_nothing() {
    let (old, new) = (Key::ed25519("old", 1), Key::ed25519("new", 2));
    let file = TempFile::new(&set(&[&old]));
    let settings = [("ONRAMP__IDENTITY__JWKS_FILE", file.path()), ("ONRAMP__IDENTITY__JWKS_COOLDOWN_MS", "0")];
    let world = World::start_with(&for_tokens(&settings)).await;
    let invalid = denied(INVALID, "The token is not valid.");
    assert_eq!(bearing(&world, &old.sign(&claims())).await, ok());
    file.replace("no set");
    assert_eq!(bearing(&world, &new.sign(&claims())).await, invalid);
    assert_eq!(bearing(&world, &old.sign(&claims())).await, ok());
    file.replace(&set(&[&new]));
    assert_eq!(bearing(&world, &new.sign(&claims())).await, ok());
    assert_eq!(bearing(&world, &old.sign(&claims())).await, invalid);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_of_unknown_keys_make_the_set_be_read_once_and_no_more() {
    let (key, unknown) = (Key::ed25519("e", 1), Key::ed25519("x", 2));
    let published = Published::new(&[&key]).await;
    let settings =
        [("ONRAMP__IDENTITY__JWKS_URL", published.url.as_str()), ("ONRAMP__IDENTITY__JWKS_COOLDOWN_MS", "3600000")];
    let world = World::start_with(&for_tokens(&settings)).await;
    let token = unknown.sign(&claims());
    let answers = join_all((0..20).map(|_| bearing(&world, &token))).await;
    assert!(answers.iter().all(|(status, ..)| *status == StatusCode::UNAUTHORIZED));
    assert_eq!(published.asked(), 1, "the reading at the start was a moment ago");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_set_is_read_again_by_itself() {
    let (old, new) = (Key::ed25519("same", 1), Key::ed25519("same", 2));
    let published = Published::new(&[&old]).await;
    let settings = [("ONRAMP__IDENTITY__JWKS_URL", published.url.as_str()), ("ONRAMP__IDENTITY__JWKS_REFRESH_S", "1")];
    let world = World::start_with(&for_tokens(&settings)).await;
    assert_eq!(bearing(&world, &old.sign(&claims())).await, ok());
    published.publish(200, &[&new]);
    let asked = published.asked();
    crate::gateway::until("a reading that began after the change", || published.asked() > asked + 1).await;
    assert_eq!(bearing(&world, &new.sign(&claims())).await, ok());
}

/// How a start with these settings ends, in front of a real API.
fn complaint(settings: &[(&str, &str)]) -> (Option<i32>, String) {
    let real = [("ONRAMP__LEADCONDUIT__API_KEY", "k")];
    let variables = settings.iter().chain(&real).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let output = command(&variables.collect::<Vec<_>>()).arg("check").output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

fn refused(settings: &[(&str, &str)], key: &str, problem: &str) {
    let variable = format!("ONRAMP__{}", key.replace('.', "__").to_uppercase());
    let expected = (Some(1), format!("onramp: setting {key} ({variable}): {problem}\n"));
    assert_eq!(complaint(settings), expected, "{settings:?}");
}

#[test]
fn in_front_of_a_real_api_nobody_is_let_in_by_an_oversight() {
    let problem =
        "is missing, and leadconduit is a real API: say \"api_key\" or \"jwt\", or \"open\" to let in whoever comes";
    refused(&[], "identity.mode", problem);
    assert_eq!(complaint(&[("ONRAMP__IDENTITY__MODE", "open")]), (Some(0), String::new()));
}

#[test]
fn a_wrong_setting_of_identity_or_of_a_profile_stops_the_start() {
    let open = ("ONRAMP__IDENTITY__MODE", "open");
    let one = digest(b"one");
    let reader = ("ONRAMP__PROFILES__A__RIGHTS", "leads:read");
    refused(
        &[("ONRAMP__IDENTITY__MODE", "none")],
        "identity.mode",
        "found \"none\", expected \"open\", \"api_key\" or \"jwt\"",
    );
    refused(
        &[("ONRAMP__IDENTITY__MODE", "api_key"), reader],
        "identity.mode",
        "is \"api_key\", and no profile has api_keys",
    );
    refused(
        &[open, ("ONRAMP__IDENTITY__DEFAULT_PROFILE", "x")],
        "identity.default_profile",
        "found \"x\", which is no profile",
    );
    refused(
        &[open, ("ONRAMP__PROFILES__A__API_KEYS", &one)],
        "profiles.a.rights",
        "is missing: a profile has at least one right",
    );
    let rights = "onboards:read, account:read, onboards:write, account:write, verifications:read, verifications:sensitive, \
                  verifications:write, leads:read, leads:write, explain";
    let problem = format!("found \"leads:delete\", which is none of {rights}");
    refused(&[open, ("ONRAMP__PROFILES__A__RIGHTS", "leads:read,leads:delete")], "profiles.a.rights", &problem);
    refused(
        &[open, reader, ("ONRAMP__PROFILES__A__API_KEYS", "key")],
        "profiles.a.api_keys",
        "expected SHA-256 digests of 64 hexadecimal digits",
    );
    let (code, said) = complaint(&[open, reader, ("ONRAMP__PROFILES__A__RIGHT", "x")]);
    assert_eq!(code, Some(1));
    assert!(
        said.starts_with("onramp: setting profiles.a.right is unknown; known here are rights, api_keys, "),
        "{said}"
    );
    refused(&[open, ("ONRAMP__PROFILES", "x")], "profiles", "is a section, and was given a value of its own");
}

#[test]
fn half_a_credential_of_a_profile_or_a_header_that_is_none_stops_the_start() {
    let open = ("ONRAMP__IDENTITY__MODE", "open");
    let reader = ("ONRAMP__PROFILES__A__RIGHTS", "leads:read");
    let both = [
        open,
        reader,
        ("ONRAMP__PROFILES__A__WALDUR_TOKEN", "t"),
        ("ONRAMP__PROFILES__A__WALDUR_TOKEN_HEADER", "x-t"),
        ("ONRAMP__WALDUR__BASE_URL", "http://127.0.0.1:9"),
    ];
    refused(&both, "profiles.a.waldur_token_header", "cannot be given together with profiles.a.waldur_token");
    let half = [
        open,
        reader,
        ("ONRAMP__PROFILES__A__CONNECT_API_KEY", "k"),
        ("ONRAMP__CONNECT__BASE_URL", "http://127.0.0.1:9"),
    ];
    refused(
        &half,
        "profiles.a.connect_partner_route",
        "is missing, and the rest of the credential is of no use without it",
    );
    let own = [open, reader, ("ONRAMP__PROFILES__A__LEADCONDUIT_API_KEY_HEADER", "Authorization")];
    refused(&own, "profiles.a.leadconduit_api_key_header", "authorization is the caller's own, and is never passed on");
    let no_header = [open, reader, ("ONRAMP__PROFILES__A__LEADCONDUIT_API_KEY_HEADER", "x y")];
    refused(&no_header, "profiles.a.leadconduit_api_key_header", "found \"x y\", expected the name of a header");
}

#[test]
fn tokens_are_not_taken_without_all_that_it_takes_to_check_them() {
    let key = Key::ed25519("e", 1);
    let (good, empty, broken) = (TempFile::new(&set(&[&key])), TempFile::new("{\"keys\": []}"), TempFile::new("keys"));
    let said = |more: &[(&str, &str)]| {
        let file = [("ONRAMP__IDENTITY__JWKS_FILE", good.path())];
        complaint(&[&for_tokens(&file), more].concat()).1
    };
    assert_eq!(said(&[]), "");
    let cases = [
        (("ONRAMP__IDENTITY__ISSUER", ""), "issuer", "is missing, and no token is checked without it".to_owned()),
        (("ONRAMP__IDENTITY__AUDIENCE", ""), "audience", "is missing, and no token is checked without it".to_owned()),
        (("ONRAMP__IDENTITY__JWKS_FILE", ""), "jwks_url", "is missing, and so is identity.jwks_file".to_owned()),
        (
            ("ONRAMP__IDENTITY__JWKS_FILE", "/nowhere/jwks.json"),
            "jwks_file",
            "/nowhere/jwks.json: No such file or directory (os error 2)".to_owned(),
        ),
        (
            ("ONRAMP__IDENTITY__JWKS_FILE", empty.path()),
            "jwks_file",
            format!("{}: holds no key of the algorithms that are accepted", empty.path()),
        ),
        (
            ("ONRAMP__IDENTITY__JWKS_FILE", broken.path()),
            "jwks_file",
            format!("{}: is no JWK set: expected value at line 1 column 1", broken.path()),
        ),
        (
            ("ONRAMP__IDENTITY__JWKS_URL", "https://issuer.example/keys"),
            "jwks_url",
            "cannot be given together with identity.jwks_file".to_owned(),
        ),
        (
            ("ONRAMP__IDENTITY__ALGORITHMS", "HS256"),
            "algorithms",
            "found \"HS256\", which is no signature by a public key that is known here".to_owned(),
        ),
        (
            ("ONRAMP__IDENTITY__ALGORITHMS", "RS256,none"),
            "algorithms",
            "found \"none\", which is no signature by a public key that is known here".to_owned(),
        ),
    ];
    for (setting, key, problem) in cases {
        let variable = format!("ONRAMP__IDENTITY__{}", key.to_uppercase());
        assert_eq!(said(&[setting]), format!("onramp: setting identity.{key} ({variable}): {problem}\n"));
    }
    let in_the_clear =
        [("ONRAMP__IDENTITY__JWKS_FILE", ""), ("ONRAMP__IDENTITY__JWKS_URL", "http://issuer.example/keys")];
    let problem = "expected an address that begins with https://";
    assert_eq!(
        said(&in_the_clear),
        format!("onramp: setting identity.jwks_url (ONRAMP__IDENTITY__JWKS_URL): {problem}\n")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn in_open_a_profile_decides_what_everybody_may() {
    let settings =
        [("ONRAMP__IDENTITY__DEFAULT_PROFILE", "all"), ("ONRAMP__PROFILES__ALL__RIGHTS", "leads:read,explain")];
    let world = World::start_with(&settings).await;
    let answer = settled(world.ask("{\naccount { name } }").await);
    let error = json!({
        "message": "The right account:read is needed here.",
        "locations": [{ "line": 2, "column": 1 }],
        "path": ["account"],
        "extensions": { "code": "FORBIDDEN", "right": "account:read" },
    });
    assert_eq!(answer, json!({ "data": { "account": null }, "errors": [error] }));
}

#[test]
fn the_program_makes_the_digest_of_a_key() {
    let run = |key: &[u8]| {
        let mut process = command(&[]);
        let process = process.arg("digest").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = process.spawn().unwrap();
        process.stdin.take().unwrap().write_all(key).unwrap();
        let output = process.wait_with_output().unwrap();
        [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap())
    };
    let digest = "2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683\n";
    assert_eq!(run(b"key\n"), [digest.to_owned(), String::new()]);
    assert_eq!(run(b"\n"), [String::new(), "onramp: there is no key on standard input\n".to_owned()]);
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
