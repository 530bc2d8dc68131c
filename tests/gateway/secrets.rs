//! What no test may ever see: looked for in everything that a gateway under test says, be it an answer, a line of its log,
//! a metric or a trace.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::Mutex;

use onramp::sandbox::{connect, leadconduit, waldur};
use serde_json::json;

use crate::gateway::{Gateway, World};
use crate::readme::sections;
use crate::temporary::TempFile;

/// The credentials of the gateway, in every form in which they are sent, and what the played APIs keep to themselves.
pub fn secrets() -> Vec<String> {
    let keys = [leadconduit::API_KEY, leadconduit::SECOND_API_KEY];
    let held = [leadconduit::PLANTED_SECRET, connect::API_KEY, connect::SECOND_API_KEY];
    let tokens = [waldur::OWNER_TOKEN, waldur::STAFF_TOKEN, waldur::OTHER_TOKEN];
    let plain = [&keys[..], &held, &tokens].concat().into_iter().map(str::to_owned);
    plain.chain(keys.map(encoded)).collect()
}

/// The onboarding API's key as it is sent: whoever has it has the key.
pub fn encoded(key: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(format!("API:{key}"))
}

/// Fails where a text holds a secret.
pub fn assert_no_secret(what: &str, text: &str) {
    for secret in secrets() {
        assert!(!text.contains(&secret), "{what} shows {secret}:\n{text}");
    }
}

/// What the names of settings end with that hold secrets.
const ENDINGS: [&str; 5] = ["api_key", "api_keys", "token", "secret", "password"];
/// Those that no ending tells.
const OTHERS: [&str; 1] = ["otlp_authorization"];
/// What is shorter may well stand in a text by chance.
const SHORTEST: usize = 6;

/// The secrets of one gateway: those that it was started with, and those that it was sent.
#[derive(Default)]
pub struct Planted(Mutex<BTreeSet<String>>);

impl Planted {
    /// What stands in the environment of a program and in the files that its settings name.
    pub fn of(command: &Command) -> Self {
        let planted = Self::default();
        for (name, value) in command.get_envs() {
            planted.setting(&name.to_string_lossy(), &value.unwrap_or_default().to_string_lossy());
        }
        let arguments: Vec<_> = command.get_args().map(|argument| argument.to_string_lossy()).collect();
        let file = arguments.iter().position(|argument| argument == "--config");
        let text = file.and_then(|place| std::fs::read_to_string(arguments.get(place + 1)?.as_ref()).ok());
        for (name, value) in text.iter().flat_map(|text| text.lines()).filter_map(|line| line.split_once(" = ")) {
            planted.setting(name, value.trim_matches('"'));
        }
        planted
    }

    fn setting(&self, name: &str, value: &str) {
        let name = name.to_lowercase();
        if let Some(name) = name.strip_suffix("_file") {
            self.setting(name, std::fs::read_to_string(value).unwrap_or_default().trim());
        } else if is_secret(name.rsplit("__").next().unwrap_or_default()) {
            value.split(',').for_each(|secret| self.plant(secret.trim()));
        } else if let Some((_, rest)) = value.split_once("://") {
            // A user's password in an address.
            let password = rest.split_once('@').and_then(|(user, _)| user.split_once(':'));
            password.into_iter().for_each(|(_, password)| self.plant(password));
        }
    }

    /// What was sent as a credential, behind the word that says of which kind it is.
    pub fn credential(&self, header: &str) {
        let is_kind = |word: &str| ["bearer", "basic"].iter().any(|kind| word.eq_ignore_ascii_case(kind));
        let credential = match header.trim().split_once(' ') {
            Some((word, credential)) if is_kind(word) => credential,
            _ => header,
        };
        if !is_kind(credential.trim()) {
            self.plant(credential.trim());
        }
    }

    fn plant(&self, secret: &str) {
        if secret.len() >= SHORTEST {
            self.0.lock().unwrap().insert(secret.to_owned());
        }
    }

    /// Fails where a text holds one of them, or one that no gateway may show.
    pub fn assert_absent(&self, what: &str, text: &str) {
        assert_no_secret(what, text);
        let planted = self.0.lock().unwrap().clone();
        for secret in &planted {
            assert!(!text.contains(secret.as_str()), "{what} shows {secret}:\n{text}");
        }
    }
}

fn is_secret(name: &str) -> bool {
    ENDINGS.iter().any(|ending| name.ends_with(ending)) || OTHERS.contains(&name)
}

#[test]
fn a_planted_secret_is_found() {
    for secret in secrets() {
        let told = format!("{{\"error\":\"no {secret} here\"}}");
        let found = std::panic::catch_unwind(|| assert_no_secret("a line", &told));
        assert!(found.is_err(), "{secret}");
    }
    assert_no_secret("a line", "{\"error\":\"nothing\"}");
}

#[test]
fn what_a_program_is_given_as_a_secret_is_known_by_the_names_of_its_settings() {
    let sections = sections();
    let settings = || sections.iter().flat_map(|section| &section.settings);
    let told: BTreeSet<&str> = settings().filter(|setting| setting.secret).map(|setting| setting.key).collect();
    let known = settings().map(|setting| setting.key).filter(|key| is_secret(key));
    // An address is a secret where a password stands in it.
    assert_eq!(known.chain(["url"]).collect::<BTreeSet<_>>(), told);
}

#[test]
fn a_secret_is_known_wherever_it_was_given_and_however_it_was_sent() {
    let file = TempFile::new("of-a-file\n");
    let settings = TempFile::new("[webhooks]\nleads_secret = \"of-the-settings\"\nleads_header = \"x-header\"\n");
    let mut command = Command::new("onramp");
    command.args(["serve", "--config", settings.path()]).envs([
        ("ONRAMP__CONNECT__API_KEY", "of-the-environment"),
        ("ONRAMP__CONNECT__PARTNER_ROUTE", "no-secret"),
        ("ONRAMP__WALDUR__TOKEN_FILE", file.path()),
        ("ONRAMP__PROFILES__A__API_KEYS", "one-digest, another-digest"),
        ("ONRAMP__REDIS__URL", "redis://user:of-an-address@localhost:1/0"),
        ("ONRAMP__LEADCONDUIT__API_KEY", "short"),
    ]);
    let planted = Planted::of(&command);
    for sent in ["Bearer of-a-caller", "basic of-another", "of-a-header"] {
        planted.credential(sent);
    }
    let known = planted.0.lock().unwrap().clone();
    let expected = [
        "another-digest",
        "of-a-caller",
        "of-a-file",
        "of-a-header",
        "of-an-address",
        "of-another",
        "of-the-environment",
        "of-the-settings",
        "one-digest",
    ];
    assert_eq!(known.into_iter().collect::<Vec<_>>(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_gateway_was_sent_or_started_with_is_looked_for_in_its_answers_and_its_log() {
    let world = World::start_with(&[("ONRAMP__CONNECT__API_KEY", "shown_as_an_alias")]).await;
    let asked = json!({ "query": "{ shown_as_an_alias: __typename }" });
    assert!(world.gateway.begin(&asked).await.unwrap_err().is_panic());
    let client = world.gateway.client().clone();
    let asked = json!({ "query": "{ sent_by_a_caller: __typename }" });
    let asking =
        client.post(format!("{}/graphql", world.gateway.base_url)).bearer_auth("sent_by_a_caller").json(&asked);
    assert!(tokio::spawn(asking.send()).await.unwrap_err().is_panic());
    let logging = tokio::spawn(async {
        let gateway = Gateway::start(&[]);
        let name = "an_operation_of_this_name";
        let asked = json!({ "query": format!("query {name} {{ account {{ name }} }}") });
        let request = gateway.client().post(format!("{}/graphql", gateway.base_url)).header("x-api-key", name);
        request.json(&asked).send().await.unwrap();
        crate::gateway::until("the line", || gateway.log().contains(name)).await;
    });
    assert!(logging.await.unwrap_err().is_panic());
}
