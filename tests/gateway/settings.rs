//! A wrong setting stops the start, by its name and with what was expected; a secret is never shown.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use serde_json::json;

use crate::gateway::{Gateway, command};
use crate::secrets::Planted;
use crate::temporary::TempFile;

fn variables(given: &[(&str, &str)]) -> Vec<(String, String)> {
    given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// What a run said, by its exit code, standard output and standard error. A gateway that starts is stopped, and has no
/// code.
fn run(given: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = command(&variables(given));
    let planted = Planted::of(command.args(arguments));
    let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap());
    let mut output = String::new();
    while !output.contains("/graphql\n") && lines.read_line(&mut output).unwrap() > 0 {}
    if output.contains("/graphql\n") {
        process.kill().unwrap();
    }
    let mut complaint = String::new();
    process.stderr.take().unwrap().read_to_string(&mut complaint).unwrap();
    planted.assert_absent("a start", &format!("{output}{complaint}"));
    (process.wait().unwrap().code(), output, complaint)
}

/// Neither a start nor a check goes further than this complaint.
pub fn refused(given: &[(&str, &str)], arguments: &[&str], complaint: &str) {
    for command in ["serve", "check"] {
        let arguments = [&[command], arguments].concat();
        let expected = (Some(1), String::new(), format!("onramp: {complaint}\n"));
        assert_eq!(run(given, &arguments), expected, "{given:?} {arguments:?}");
    }
}

const WALDUR: [(&str, &str); 3] = [
    ("ONRAMP__WALDUR__BASE_URL", "http://127.0.0.1:9"),
    ("ONRAMP__WALDUR__TOKEN", "t0ken-t0ken"),
    ("ONRAMP__IDENTITY__MODE", "open"),
];

fn with(
    mut given: Vec<(&'static str, &'static str)>,
    more: &[(&'static str, &'static str)],
) -> Vec<(&'static str, &'static str)> {
    given.extend(more);
    given
}

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

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let (code, output, complaint) = run(&[], &["--config", "/nowhere/onramp.toml"]);
    assert_eq!((code, output.as_str()), (Some(1), ""));
    assert_eq!(complaint, "onramp: settings file /nowhere/onramp.toml: No such file or directory (os error 2)\n");
    let broken = TempFile::new("[server\nlisten = 1");
    let (code, _, complaint) = run(&[], &["--config", broken.path()]);
    assert_eq!(code, Some(1));
    assert!(complaint.starts_with(&format!("onramp: settings file {}: ", broken.path())), "{complaint}");
    assert!(complaint.contains("line 1"), "{complaint}");
}

#[test]
fn a_key_of_the_file_is_checked_as_one_of_the_environment() {
    let unknown = TempFile::new("[server]\nport = 4000\n");
    let (code, _, complaint) = run(&[], &["--config", unknown.path()]);
    assert_eq!(code, Some(1));
    assert!(complaint.starts_with("onramp: setting server.port is unknown; known here are listen, "), "{complaint}");
    let bare = TempFile::new("connect = 1\n");
    refused(
        &[],
        &["--config", bare.path()],
        "setting connect (ONRAMP__CONNECT): is a section, and was given a value of its own",
    );
}

#[test]
fn the_environment_outranks_the_file() {
    let file = TempFile::new(
        "[server]\nlisten = \"127.0.0.1:1\"\nlog = \"warn\"\n[waldur]\nbase_url = \"http://a.example\"\n",
    );
    let (code, output, _) = run(&WALDUR, &["check", "--config", file.path()]);
    assert_eq!(code, Some(0));
    for line in ["server.listen = 127.0.0.1:0", "waldur.base_url = http://127.0.0.1:9", "waldur.token = (set)"] {
        assert!(output.lines().any(|said| said == line), "{line}: {output}");
    }
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

#[test]
fn check_makes_no_file_that_only_the_start_needs() {
    let folder = std::env::temp_dir().join(format!("onramp-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir(&folder).unwrap();
    let file = folder.join("audit.log");
    let (code, ..) = run(&[("ONRAMP__AUDIT__FILE", file.to_str().unwrap())], &["check"]);
    let was_made = file.exists();
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!((code, was_made), (Some(0), false));
}

#[test]
fn check_tells_what_holds_where_nothing_is_said() {
    let lines = |given: &[(&str, &str)]| {
        let (code, output, complaint) = run(given, &["check"]);
        assert_eq!((code, complaint.as_str()), (Some(0), ""));
        let is_told = |line: &&str| ["identity.mode", "rate."].iter().any(|key| line.starts_with(key));
        output.lines().filter(is_told).map(str::to_owned).collect::<Vec<_>>()
    };
    let open =
        ["identity.mode = open (by default)", "rate.requests_per_second = 0 (by default)", "rate.burst = (not set)"];
    assert_eq!(lines(&[]), open);
    let known = [
        ("ONRAMP__IDENTITY__MODE", "api_key"),
        ("ONRAMP__PROFILES__ONE__RIGHTS", "leads:read"),
        ("ONRAMP__PROFILES__ONE__API_KEYS", "e18bf441d2dc51d445343264746c0c2a6b7e9c4f8b911e6dc54e4c94b21d1f80"),
    ];
    let generous =
        ["identity.mode = api_key", "rate.requests_per_second = 100 (by default)", "rate.burst = 200 (by default)"];
    assert_eq!(lines(&known), generous);
    let set = ["identity.mode = api_key", "rate.requests_per_second = 5", "rate.burst = 10 (by default)"];
    assert_eq!(lines(&with(known.to_vec(), &[("ONRAMP__RATE__REQUESTS_PER_SECOND", "5")])), set);
}

#[test]
fn check_shows_no_password_that_stands_in_an_address() {
    let given = [
        ("ONRAMP__TELEMETRY__OTLP_ENDPOINT", "http://user:s3cret@collector:4318"),
        ("ONRAMP__REDIS__URL", "redis://user:s3cret@redis:6379"),
        ("ONRAMP__CONNECT__BASE_URL", "https://s3cret@qa.example"),
        ("ONRAMP__CONNECT__API_KEY", "k"),
        ("ONRAMP__CONNECT__PARTNER_ROUTE", "r"),
        ("ONRAMP__IDENTITY__MODE", "open"),
    ];
    let (code, output, complaint) = run(&given, &["check"]);
    assert_eq!((code, complaint.as_str(), output.contains("s3cret")), (Some(0), "", false));
    let expected = [
        "telemetry.otlp_endpoint = http://***@collector:4318",
        "redis.url = (set)",
        "connect.base_url = https://***@qa.example",
    ];
    for line in expected {
        assert!(output.lines().any(|said| said == line), "{line}: {output}");
    }
}

#[test]
fn check_tells_the_settings_in_force_and_no_secret() {
    let secret = TempFile::new("s3cret-of-a-file\n");
    let mut given: Vec<(&str, &str)> = WALDUR.to_vec();
    given.extend([
        ("ONRAMP__LEADCONDUIT__API_KEY", "s3cret-key"),
        ("ONRAMP__CONNECT__API_KEY_FILE", secret.path()),
        ("ONRAMP__CONNECT__BASE_URL", "https://qa.example"),
        ("ONRAMP__CONNECT__PARTNER_ROUTE", "my-finances"),
    ]);
    let (code, output, complaint) = run(&given, &["check"]);
    assert_eq!((code, complaint.as_str()), (Some(0), ""));
    let expected = [
        "server.listen = 127.0.0.1:0",
        "server.log = info,onramp=debug",
        "leadconduit.base_url = https://app.leadconduit.com",
        "leadconduit.api_key = (set)",
        "leadconduit.timeout_ms = 10000",
        "waldur.base_url = http://127.0.0.1:9",
        "waldur.token = (set)",
        "connect.base_url = https://qa.example",
        "connect.api_key = (set)",
        "connect.partner_route = my-finances",
        "sandbox.latency_ms = 0",
    ];
    for line in expected {
        assert!(output.lines().any(|said| said == line), "{line}: {output}");
    }
    assert!(!output.contains("s3cret") && !output.contains("t0ken"), "{output}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_in_a_file_opens_the_api_as_one_in_the_environment_does() {
    use onramp::sandbox::{Ports, Sandbox, leadconduit};

    let sandbox = Sandbox::start(Ports::free()).await.unwrap();
    let secret = TempFile::new(&format!("{}\n", leadconduit::API_KEY));
    let base = sandbox.leadconduit().base_url();
    let given = [
        ("ONRAMP__LEADCONDUIT__BASE_URL", base.as_str()),
        ("ONRAMP__LEADCONDUIT__API_KEY_FILE", secret.path()),
        ("ONRAMP__IDENTITY__MODE", "open"),
    ];
    let gateway = Gateway::start(&variables(&given));
    let expected = json!({ "data": { "account": { "name": "Summit Funding Partners" } } });
    assert_eq!(gateway.ask("{ account { name } }", json!({})).await, expected);
}

#[test]
fn a_secret_given_twice_or_in_a_file_that_is_not_there_is_refused() {
    let secret = TempFile::new("x");
    refused(
        &[("ONRAMP__LEADCONDUIT__API_KEY", "k"), ("ONRAMP__LEADCONDUIT__API_KEY_FILE", secret.path())],
        &[],
        "setting leadconduit.api_key_file (ONRAMP__LEADCONDUIT__API_KEY_FILE): \
         cannot be given together with leadconduit.api_key",
    );
    refused(
        &[("ONRAMP__LEADCONDUIT__API_KEY_FILE", "/nowhere/key")],
        &[],
        "setting leadconduit.api_key_file (ONRAMP__LEADCONDUIT__API_KEY_FILE): \
         /nowhere/key: No such file or directory (os error 2)",
    );
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

#[test]
fn an_empty_secret_is_refused_and_does_not_bring_the_sandbox() {
    let settings = TempFile::new("[leadconduit]\napi_key = \"\"\n");
    refused(
        &[],
        &["--config", settings.path()],
        "setting leadconduit.api_key (ONRAMP__LEADCONDUIT__API_KEY): is empty",
    );
    let secret = TempFile::new(" \n");
    let complaint =
        format!("setting leadconduit.api_key_file (ONRAMP__LEADCONDUIT__API_KEY_FILE): {} is empty", secret.path());
    refused(&[("ONRAMP__LEADCONDUIT__API_KEY_FILE", secret.path())], &[], &complaint);
}

#[test]
fn a_credential_that_cannot_be_sent_is_refused_and_not_shown() {
    let given = with(vec![WALDUR[0]], &[("ONRAMP__WALDUR__TOKEN", "s3cret\nx")]);
    let (code, _, complaint) = run(&given, &["check"]);
    assert_eq!(code, Some(1));
    let expected = "onramp: setting waldur.token (ONRAMP__WALDUR__TOKEN): the credential holds characters that cannot stand in an HTTP header\n";
    assert_eq!(complaint, expected);
}
