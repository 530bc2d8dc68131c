//! Each setting by itself: its name, and whether its value can be read.

use super::{WALDUR, refused, run, with};
use crate::temporary::TempFile;

#[test]
fn an_unknown_key_is_refused_with_the_known_ones() {
    let cases = [
        ("ONRAMP__WALDURR__TOKEN", "waldurr", &["server", "leadconduit", "waldur", "connect", "sandbox"][..]),
        ("ONRAMP__SERVER__PORT", "server.port", &["listen", "log", "log_format"]),
        ("ONRAMP__CONNECT__TOKEN", "connect.token", &["base_url", "api_key", "partner_route", "timeout_ms"]),
    ];
    for (variable, key, known) in cases {
        let (code, output, complaint) = run(&[(variable, "s3cret")], &[]);
        assert_eq!((code, output.as_str()), (Some(1), ""));
        let hint = complaint.strip_prefix(&format!("onramp: setting {key} is unknown; known here are ")).unwrap();
        let told: Vec<&str> = hint.trim_end().split(", ").collect();
        assert!(known.iter().all(|key| told.contains(key)) && !complaint.contains("s3cret"), "{complaint}");
    }
}

#[test]
fn a_value_that_cannot_be_read_is_refused_with_what_was_expected() {
    let cases = [
        (
            vec![("ONRAMP__SERVER__LISTEN", "everywhere")],
            "setting server.listen (ONRAMP__SERVER__LISTEN): found \"everywhere\", expected an IP address and a port, such as \
             127.0.0.1:4000 or [::1]:4000",
        ),
        (
            vec![("ONRAMP__SERVER__LOG_FORMAT", "xml")],
            "setting server.log_format (ONRAMP__SERVER__LOG_FORMAT): found \"xml\", expected \"text\", \"json\" or \"auto\"",
        ),
        (
            vec![("ONRAMP__SERVER__HTTP_STATUS", "2025")],
            "setting server.http_status (ONRAMP__SERVER__HTTP_STATUS): found \"2025\", expected \"stable\" or \"2026\"",
        ),
        (
            vec![("ONRAMP__SERVER__CORS_ORIGINS", "https://a.example, https://b.example/")],
            "setting server.cors_origins (ONRAMP__SERVER__CORS_ORIGINS): found \"https://b.example/\", expected an \
             origin such as \"https://app.example.com\", without a path",
        ),
        (
            vec![("ONRAMP__SERVER__MAX_HEADER_BYTES", "8191")],
            "setting server.max_header_bytes (ONRAMP__SERVER__MAX_HEADER_BYTES): found 8191, expected at least 8192",
        ),
        (
            vec![("ONRAMP__TELEMETRY__SAMPLE_RATIO", "1.5")],
            "setting telemetry.sample_ratio (ONRAMP__TELEMETRY__SAMPLE_RATIO): found 1.5, expected 0 to 1",
        ),
        (
            vec![("ONRAMP__TELEMETRY__OTLP_ENDPOINT", "collector:4318")],
            "setting telemetry.otlp_endpoint (ONRAMP__TELEMETRY__OTLP_ENDPOINT): expected an address that begins with \
             http:// or https://",
        ),
        (
            vec![("ONRAMP__LIMITS__DEPTH", "deep")],
            "setting limits.depth (ONRAMP__LIMITS__DEPTH): found string \"deep\", expected a whole number that is not \
             negative",
        ),
        (
            with(WALDUR.to_vec(), &[("ONRAMP__WALDUR__TIMEOUT_MS", "soon")]),
            "setting waldur.timeout_ms (ONRAMP__WALDUR__TIMEOUT_MS): \
             found string \"soon\", expected a whole number that is not negative",
        ),
        (
            with(WALDUR.to_vec(), &[("ONRAMP__WALDUR__TIMEOUT_MS", "-1")]),
            "setting waldur.timeout_ms (ONRAMP__WALDUR__TIMEOUT_MS): \
             found string \"-1\", expected a whole number that is not negative",
        ),
        (
            with(WALDUR.to_vec(), &[("ONRAMP__WALDUR__BASE_URL", "nowhere")]),
            "setting waldur.base_url (ONRAMP__WALDUR__BASE_URL): \
             relative URL without a base: \"nowhere\"",
        ),
    ];
    for (given, complaint) in cases {
        refused(&given, &[], complaint);
    }
}

#[test]
fn an_address_that_is_none_of_http_is_refused() {
    for address in ["localhost:8080", "ftp://host.example", "file:///etc/hosts", "mailto:a@b.example"] {
        let given = with(WALDUR.to_vec(), &[("ONRAMP__WALDUR__BASE_URL", address)]);
        refused(
            &given,
            &[],
            "setting waldur.base_url (ONRAMP__WALDUR__BASE_URL): expected an address that begins with http:// or https://",
        );
    }
}

#[test]
fn a_filter_of_the_log_that_cannot_be_read_is_refused() {
    let (code, output, complaint) = run(&[("ONRAMP__SERVER__LOG", "onramp=loud")], &[]);
    assert_eq!((code, output.as_str()), (Some(1), ""));
    assert!(complaint.starts_with("onramp: setting server.log (ONRAMP__SERVER__LOG): "), "{complaint}");
}

#[test]
fn a_list_is_one_in_the_file_and_a_text_in_the_environment() {
    let file = TempFile::new("[server]\ncors_origins = [\"https://a.example\", \"http://localhost:3000\"]\n");
    let (code, output, complaint) = run(&[], &["check", "--config", file.path()]);
    assert_eq!((code, complaint.as_str()), (Some(0), ""));
    assert!(output.contains("server.cors_origins = https://a.example,http://localhost:3000\n"), "{output}");
    for wrong in ["*", "null", "a.example", "https://a.example/path", "HTTPS://a.example"] {
        let (code, _, complaint) = run(&[("ONRAMP__SERVER__CORS_ORIGINS", wrong)], &["check"]);
        assert_eq!(code, Some(1), "{wrong}");
        assert!(complaint.contains(&format!("found {wrong:?}, expected an origin")), "{complaint}");
    }
}

#[test]
fn an_address_or_a_number_is_refused_in_plain_words_and_without_a_password() {
    let cases = [
        (
            vec![("ONRAMP__TELEMETRY__METRICS_LISTEN", "9090")],
            "setting telemetry.metrics_listen (ONRAMP__TELEMETRY__METRICS_LISTEN): found \"9090\", expected an IP address and a \
             port, such as 127.0.0.1:4000 or [::1]:4000",
        ),
        (
            vec![("ONRAMP__TELEMETRY__OTLP_ENDPOINT", "http://user:t0ken@collector:99999")],
            "setting telemetry.otlp_endpoint (ONRAMP__TELEMETRY__OTLP_ENDPOINT): \
             invalid port number: \"http://***@collector:99999\"",
        ),
        (
            vec![("ONRAMP__LIMITS__BATCH", "-1")],
            "setting limits.batch (ONRAMP__LIMITS__BATCH): found string \"-1\", expected a whole number that is not negative",
        ),
    ];
    for (given, complaint) in cases {
        refused(&given, &[], complaint);
    }
}

#[test]
fn a_deadline_or_a_bound_of_zero_is_refused() {
    let variables = [
        ("ONRAMP__SERVER__MAX_BODY_BYTES", "server.max_body_bytes", "usize"),
        ("ONRAMP__SERVER__MAX_CONNECTIONS", "server.max_connections", "usize"),
        ("ONRAMP__SERVER__IDLE_TIMEOUT_MS", "server.idle_timeout_ms", "u64"),
        ("ONRAMP__WALDUR__TIMEOUT_MS", "waldur.timeout_ms", "u64"),
        ("ONRAMP__WALDUR__CONNECT_TIMEOUT_MS", "waldur.connect_timeout_ms", "u64"),
        ("ONRAMP__WALDUR__VALIDATION_TIMEOUT_MS", "waldur.validation_timeout_ms", "u64"),
        ("ONRAMP__WALDUR__MAX_IN_FLIGHT", "waldur.max_in_flight", "usize"),
        ("ONRAMP__WALDUR__MAX_BODY_BYTES", "waldur.max_body_bytes", "usize"),
    ];
    for (variable, key, number) in variables {
        let complaint = format!("setting {key} ({variable}): invalid value: integer `0`, expected a nonzero {number}");
        refused(&with(WALDUR.to_vec(), &[(variable, "0")]), &[], &complaint);
    }
}
