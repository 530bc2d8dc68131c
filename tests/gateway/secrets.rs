//! What no test may ever see: looked for in everything that a gateway under test says, be it an answer, a line of its log,
//! a metric or a trace.

use onramp::sandbox::{connect, leadconduit, waldur};

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

#[test]
fn a_planted_secret_is_found() {
    for secret in secrets() {
        let told = format!("{{\"error\":\"no {secret} here\"}}");
        let found = std::panic::catch_unwind(|| assert_no_secret("a line", &told));
        assert!(found.is_err(), "{secret}");
    }
    assert_no_secret("a line", "{\"error\":\"nothing\"}");
}
