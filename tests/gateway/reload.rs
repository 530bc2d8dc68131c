//! Settings change while the gateway runs, whole or not at all, and what is under way keeps the old ones.

use std::time::Duration;

use onramp::sandbox::{Effect, Fault, Ports, Sandbox, leadconduit};
use serde_json::{Value, json};

use crate::gateway::{Gateway, until};
use crate::temporary::TempFile;
use crate::writes::{lead, onboard, writes};

const ACCOUNT: &str = "{ account { name } }";

/// A gateway whose settings are in a file.
struct Followed {
    sandbox: Sandbox,
    gateway: Gateway,
    file: TempFile,
}

/// The settings that point a gateway at a sandbox, with others after them; `interval` is how often the file is looked at.
fn content(sandbox: &Sandbox, interval: u64, key: &str, more: &str) -> String {
    format!(
        "[server]\nreload_interval_ms = {interval}\n[identity]\nmode = \"open\"\n[leadconduit]\nbase_url = \"{}\"\napi_key = \"{key}\"\n\
         [connect]\nbase_url = \"{}\"\napi_key = \"{}\"\npartner_route = \"{}\"\n{more}",
        sandbox.leadconduit().base_url(),
        sandbox.connect().base_url(),
        onramp::sandbox::connect::API_KEY,
        onramp::sandbox::connect::PARTNER_ROUTE,
    )
}

impl Followed {
    async fn start(interval: u64) -> Self {
        let sandbox = Sandbox::start(Ports::free()).await.unwrap();
        let file = TempFile::new(&content(&sandbox, interval, leadconduit::API_KEY, ""));
        let gateway = Gateway::start_with(&[], &["--config", file.path()]);
        Self { sandbox, gateway, file }
    }

    fn write(&self, interval: u64, key: &str, more: &str) {
        self.file.replace(&content(&self.sandbox, interval, key, more));
    }

    /// How often the log says something.
    fn times(&self, said: &str) -> usize {
        self.gateway.log().matches(said).count()
    }

    async fn until_said(&self, said: &str, times: usize) {
        until(said, || self.times(said) >= times).await;
    }

    async fn ask(&self, query: &str) -> Value {
        self.gateway.ask(query, json!({})).await
    }
}

const IN_FORCE: &str = "read anew and are in force";
const KEPT: &str = "the old ones stay in force";

fn account() -> Value {
    json!({ "data": { "account": { "name": "Summit Funding Partners" } } })
}

fn code(answer: &Value) -> &Value {
    &answer["errors"][0]["extensions"]["code"]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_file_is_in_force_and_a_bad_one_changes_nothing() {
    let followed = Followed::start(20).await;
    let two = "{ account { name } again: account { name } }";
    // Often enough that nothing of it is read again.
    for _ in 0..3 {
        assert_eq!(followed.ask(two).await.get("errors"), None);
    }
    followed.write(20, leadconduit::API_KEY, "[limits]\nroot_fields = 1\n");
    followed.until_said(IN_FORCE, 1).await;
    assert_eq!(code(&followed.ask(two).await), "LIMIT_EXCEEDED");
    // Each is bad in a way that another part of the program notices, and comes with a change that must not be made.
    let bad = [
        (
            "[limits]\nroot_fields = \"many\"\n",
            "setting limits.root_fields (ONRAMP__LIMITS__ROOT_FIELDS): found string",
        ),
        ("[limits]\nroot_field = 1\n", "setting limits.root_field is unknown"),
        ("[waldur]\ntoken = \"t\"\n", "setting waldur.base_url (ONRAMP__WALDUR__BASE_URL): is missing"),
        ("[limits", "settings file "),
    ];
    for (times, (more, complaint)) in bad.into_iter().enumerate() {
        followed.write(20, leadconduit::API_KEY, more);
        followed.until_said(KEPT, times + 1).await;
        let log = followed.gateway.log();
        assert!(log.lines().any(|line| line.contains(KEPT) && line.contains(complaint)), "{complaint}: {log}");
        assert_eq!(code(&followed.ask(two).await), "LIMIT_EXCEEDED");
    }
    followed.write(20, leadconduit::API_KEY, "");
    followed.until_said(IN_FORCE, 2).await;
    assert_eq!(followed.ask(two).await.get("errors"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hangup_reads_the_settings_where_files_are_not_looked_at() {
    let followed = Followed::start(0).await;
    followed.write(0, "another-key", "");
    // The file alone does nothing: this answer still comes by the old key.
    assert_eq!(followed.ask(ACCOUNT).await, account());
    followed.gateway.signal("HUP");
    followed.until_said(IN_FORCE, 1).await;
    assert_eq!(code(&followed.ask(ACCOUNT).await), "UPSTREAM_UNAUTHORIZED");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_under_way_keeps_the_old_settings() {
    let followed = Followed::start(20).await;
    let api = followed.sandbox.leadconduit();
    api.fault(Fault::once(Effect::Latency(Duration::from_secs(1))));
    let asking = followed.gateway.begin(&json!({ "query": "{ account { name } onboards(first: 1) { totalCount } }" }));
    until("the call", || !api.calls().is_empty()).await;
    followed.write(20, "another-key", "");
    followed.until_said(IN_FORCE, 1).await;
    assert!(!asking.is_finished(), "it was answered before the settings changed");
    let answer: Value = asking.await.unwrap().json().await.unwrap();
    assert_eq!(answer.get("errors"), None, "{answer}");
    assert_eq!(code(&followed.ask(ACCOUNT).await), "UPSTREAM_UNAUTHORIZED");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idempotency_key_outlives_a_change_of_settings() {
    let followed = Followed::start(20).await;
    let review =
        format!(r#"mutation {{ leadReview(id: "{}", idempotencyKey: "once") {{ lead {{ stage }} }} }}"#, lead(0));
    let expected = json!({ "data": { "leadReview": { "lead": { "stage": "REVIEWED" } } } });
    assert_eq!(followed.ask(&review).await, expected);
    followed.write(20, leadconduit::API_KEY, "[limits]\ndepth = 19\n");
    followed.until_said(IN_FORCE, 1).await;
    assert_eq!(followed.ask(&review).await, expected);
    assert_eq!(writes(followed.sandbox.connect()).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn locks_hold_across_a_change_of_settings() {
    let followed = Followed::start(20).await;
    let api = followed.sandbox.leadconduit();
    let put = Fault::once(Effect::Latency(Duration::from_secs(1))).method(axum::http::Method::PUT);
    api.fault(put);
    let complete = format!(r#"mutation {{ onboardComplete(id: "{}") {{ userErrors {{ code }} }} }}"#, onboard(1));
    let first = followed.gateway.begin(&json!({ "query": complete }));
    until("the write", || api.calls().iter().any(|call| call.method == "PUT")).await;
    followed.write(20, leadconduit::API_KEY, "[limits]\ndepth = 19\n");
    followed.until_said(IN_FORCE, 1).await;
    // It waits for the first one's lock, and then sees what that has left.
    let refused = json!({ "data": { "onboardComplete": { "userErrors": [{ "code": "TRANSITION_REFUSED" }] } } });
    assert_eq!(followed.ask(&complete).await, refused);
    let first: Value = first.await.unwrap().json().await.unwrap();
    assert_eq!(first, json!({ "data": { "onboardComplete": { "userErrors": [] } } }));
    assert_eq!(writes(api).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_of_its_own_file_is_followed_too() {
    let sandbox = Sandbox::start(Ports::free()).await.unwrap();
    let secret = TempFile::new("another-key\n");
    let settings = [
        ("ONRAMP__IDENTITY__MODE", "open".to_owned()),
        ("ONRAMP__LEADCONDUIT__BASE_URL", sandbox.leadconduit().base_url()),
        ("ONRAMP__LEADCONDUIT__API_KEY_FILE", secret.path().to_owned()),
        ("ONRAMP__SERVER__RELOAD_INTERVAL_MS", "20".to_owned()),
    ];
    let gateway = Gateway::start(&settings.map(|(name, value)| (name.to_owned(), value)));
    assert_eq!(code(&gateway.ask(ACCOUNT, json!({})).await), "UPSTREAM_UNAUTHORIZED");
    secret.replace(leadconduit::API_KEY);
    until("the new secret", || gateway.log().contains(IN_FORCE)).await;
    assert_eq!(gateway.ask(ACCOUNT, json!({})).await, account());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_a_restart_is_said_and_stays() {
    let followed = Followed::start(20).await;
    let more = "[audit]\nfile = \"/nowhere/audit\"\n[sandbox]\nlatency_ms = 1\n";
    followed.write(20, leadconduit::API_KEY, more);
    followed.until_said(IN_FORCE, 1).await;
    let log = followed.gateway.log();
    for key in ["audit.file", "sandbox.latency_ms"] {
        let is_said = |line: &str| line.contains("takes a restart") && line.contains(&format!("\"key\":\"{key}\""));
        assert!(log.lines().any(is_said), "{key}: {log}");
    }
    assert_eq!(log.matches("takes a restart").count(), 2, "{log}");
    assert_eq!(followed.ask(ACCOUNT).await, account());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_filter_of_the_log_changes_without_a_restart() {
    let sandbox = Sandbox::start(Ports::free()).await.unwrap();
    let with_log = |filter: &str| {
        let content = content(&sandbox, 20, leadconduit::API_KEY, "");
        content.replace("[server]\n", &format!("[server]\nlog = \"{filter}\"\n"))
    };
    let file = TempFile::new(&with_log("error"));
    // Blank counts as not given, so that the file is heard.
    let gateway = Gateway::start_with(&[("ONRAMP__SERVER__LOG".to_owned(), String::new())], &["--config", file.path()]);
    gateway.ask(ACCOUNT, json!({})).await;
    file.replace(&with_log("onramp=debug"));
    until("the new filter", || gateway.log().contains(IN_FORCE)).await;
    assert_eq!(gateway.log().lines().count(), 1, "{}", gateway.log());
    gateway.ask(ACCOUNT, json!({})).await;
    until("a call in the log", || gateway.log().contains("\"url.template\":\"/account\"")).await;
}
