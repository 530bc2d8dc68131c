//! Settings that do not go together, or want each other.

use super::{WALDUR, refused, run, with};

#[test]
fn a_required_api_that_is_not_there_is_refused_and_one_that_is_played_is_not() {
    for name in ["connect", "onboards"] {
        let required = format!("waldur, {name}");
        let mut given: Vec<(&str, &str)> = WALDUR.to_vec();
        given.push(("ONRAMP__SERVER__REQUIRED_UPSTREAMS", &required));
        let (code, output, complaint) = run(&given, &["serve"]);
        let expected = format!(
            "onramp: setting server.required_upstreams (ONRAMP__SERVER__REQUIRED_UPSTREAMS): found {name:?}, expected \
             APIs that are configured, of leadconduit, waldur, connect\n"
        );
        assert_eq!((code, output.as_str(), complaint), (Some(1), "", expected));
    }
    let (code, output, _) = run(&[("ONRAMP__SERVER__REQUIRED_UPSTREAMS", "connect,waldur")], &["serve"]);
    assert!(code.is_none() && output.contains("/graphql\n"), "{output}");
}

#[test]
fn a_call_that_may_take_as_long_as_its_request_is_refused_with_both_keys() {
    let cases = [("TIMEOUT_MS", "timeout_ms", "60000"), ("CONNECT_TIMEOUT_MS", "connect_timeout_ms", "70000")];
    for (variable, key, value) in cases {
        let variable = format!("ONRAMP__WALDUR__{variable}");
        let complaint = format!(
            "setting waldur.{key} ({variable}): is {value}, and has to be less than limits.request_timeout_ms, which is 60000"
        );
        let mut given = WALDUR.to_vec();
        given.push((variable.as_str(), value));
        refused(&given, &[], &complaint);
    }
}

#[test]
fn an_api_with_a_key_and_without_the_rest_is_refused() {
    refused(&WALDUR[1..], &[], "setting waldur.base_url (ONRAMP__WALDUR__BASE_URL): is missing");
    let connect = [("ONRAMP__CONNECT__API_KEY", "k"), ("ONRAMP__CONNECT__BASE_URL", "https://qa.example")];
    refused(&connect, &[], "setting connect.partner_route (ONRAMP__CONNECT__PARTNER_ROUTE): is missing");
}

#[test]
fn an_api_with_an_address_and_without_its_key_is_refused() {
    let complaint =
        "setting waldur.token (ONRAMP__WALDUR__TOKEN): is missing, and waldur.base_url is of no use without it";
    refused(&[("ONRAMP__WALDUR__BASE_URL", "https://waldur.example.com")], &[], complaint);
}

/// What only the start found out once: the check refuses it in the same words.
#[test]
fn what_stops_the_start_stops_the_check() {
    let folder = std::env::temp_dir().join(format!("onramp-{}", uuid::Uuid::new_v4()));
    let file = folder.join("audit.log").to_str().unwrap().to_owned();
    let cases = [
        (
            vec![("ONRAMP__SERVER__REQUIRED_UPSTREAMS", "waldur,nobody")],
            "setting server.required_upstreams (ONRAMP__SERVER__REQUIRED_UPSTREAMS): found \"nobody\", expected APIs that are \
             configured, of leadconduit, waldur, connect",
        ),
        (
            with(WALDUR.to_vec(), &[("ONRAMP__SERVER__REQUIRED_UPSTREAMS", "connect")]),
            "setting server.required_upstreams (ONRAMP__SERVER__REQUIRED_UPSTREAMS): found \"connect\", expected APIs that are \
             configured, of leadconduit, waldur, connect",
        ),
        (
            vec![("ONRAMP__LEADCONDUIT__TIMEOUT_MS", "60000")],
            "setting leadconduit.timeout_ms (ONRAMP__LEADCONDUIT__TIMEOUT_MS): is 60000, and has to be less than \
             limits.request_timeout_ms, which is 60000",
        ),
        (
            with(WALDUR.to_vec(), &[("ONRAMP__SANDBOX__LATENCY_MS", "soon")]),
            "setting sandbox.latency_ms (ONRAMP__SANDBOX__LATENCY_MS): found string \"soon\", expected a whole number that is \
             not negative",
        ),
        (
            vec![("ONRAMP__AUDIT__FILE", file.as_str())],
            "setting audit.file (ONRAMP__AUDIT__FILE): No such file or directory (os error 2)",
        ),
    ];
    for (given, complaint) in cases {
        refused(&given, &[], complaint);
    }
    // What was played may be required.
    let required = [("ONRAMP__SERVER__REQUIRED_UPSTREAMS", "waldur")];
    assert_eq!(run(&required, &["check"]).0, Some(0));
    assert_eq!(run(&required, &["serve"]).0, None);
}
