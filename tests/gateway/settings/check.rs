//! What `onramp check` tells of the settings in force.

use super::{WALDUR, run, with};
use crate::temporary::TempFile;

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
