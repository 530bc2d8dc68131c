//! What the program says and serves when it starts, by what is set.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::Stdio;

use onramp::sandbox::{Ports, Sandbox, connect, leadconduit, waldur};
use serde_json::json;

use crate::gateway::{Gateway, command, pointed_at, until};
use crate::redis::Redis;

const UPSTREAMS: &str = "{ upstreams { name configured sandboxed } }";

/// The banner behind the addresses, which chance made.
fn states(output: &str) -> Vec<&str> {
    output.lines().skip(4).collect()
}

/// All that the program says on standard output until it listens, and then until it is quiet for good.
fn whole_banner(variables: &[(String, String)], arguments: &[&str], lines: usize) -> String {
    let mut process = command(variables).args(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut output = BufReader::new(process.stdout.take().unwrap());
    let mut banner = String::new();
    for _ in 0..lines {
        assert_ne!(output.read_line(&mut banner).unwrap(), 0, "it stopped:\n{banner}");
    }
    process.kill().unwrap();
    process.wait().unwrap();
    banner
}

#[test]
fn without_an_api_the_banner_says_that_all_is_played() {
    let banner = whole_banner(&[], &[], 9);
    let expected = [
        "  leadconduit sandbox",
        "  waldur      sandbox",
        "  connect     sandbox",
        "  callers     open",
        "No API is configured, so the sandbox plays all three: nothing here is real, and nothing is kept.",
    ];
    assert_eq!(states(&banner), expected);
    let lines: Vec<&str> = banner.lines().take(4).collect();
    let address = lines[1].trim_start_matches("  explorer  ").trim_end_matches('/');
    let expected = [
        format!("Onramp {}", env!("CARGO_PKG_VERSION")),
        format!("  explorer  {address}/"),
        format!("  reference {address}/reference"),
        format!("  graph     {address}/graphql"),
    ];
    assert_eq!(lines, expected);
    assert!(address.starts_with("http://127.0.0.1:"), "{address}");
}

#[test]
fn with_one_api_the_others_are_absent_or_played_where_that_is_wanted() {
    let set = [("ONRAMP__LEADCONDUIT__API_KEY", "k"), ("ONRAMP__IDENTITY__MODE", "open")];
    let set = set.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let absent = ["  leadconduit configured", "  waldur      absent", "  connect     absent", "  callers     open"];
    assert_eq!(states(&whole_banner(&set, &[], 8)), absent);
    let played = ["  leadconduit configured", "  waldur      sandbox", "  connect     sandbox", "  callers     open"];
    assert_eq!(states(&whole_banner(&set, &["--sandbox"], 8)), played);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sandbox_of_ones_own_on_a_shared_redis_is_warned_of() {
    let Some(redis) = Redis::start() else { return };
    let sandbox = Sandbox::start(Ports::free()).await.unwrap();
    let shared = ("ONRAMP__REDIS__URL".to_owned(), redis.url());
    let warned = async |variables: &[(String, String)]| {
        let gateway = Gateway::start(variables);
        // The log is in the order of what happened, and a write is told in it.
        let review = r#"mutation { leadReview(id: "9c30a205-a60e-47cb-94b4-6d45cd4c2179") { dryRun } }"#;
        gateway.ask(review, json!({})).await;
        until("the line of the write", || gateway.log().contains("leadReview")).await;
        gateway.log().contains("what is played is this gateway's own")
    };
    let mut variables = pointed_at(&sandbox);
    assert!(!warned(&[]).await);
    assert!(warned(&[shared.clone()]).await);
    variables.push(shared);
    assert!(!warned(&variables).await);
}

#[test]
fn the_banner_names_what_else_is_served_and_shared() {
    let Some(redis) = Redis::start() else { return };
    let set = [
        ("ONRAMP__IDENTITY__MODE", "api_key"),
        ("ONRAMP__PROFILES__ONE__RIGHTS", "leads:read"),
        ("ONRAMP__PROFILES__ONE__API_KEYS", "e18bf441d2dc51d445343264746c0c2a6b7e9c4f8b911e6dc54e4c94b21d1f80"),
        ("ONRAMP__LIMITS__INTROSPECTION", "false"),
        ("ONRAMP__WEBHOOKS__LEADS_SECRET", "a-secret-of-the-pushes"),
        ("ONRAMP__REDIS__URL", &redis.url()),
        ("ONRAMP__REDIS__NAMESPACE", "here"),
    ];
    let set = set.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let banner = whole_banner(&set, &[], 10);
    let lines: Vec<&str> = banner.lines().map(|line| line.split("http://").next().unwrap()).collect();
    let expected = [
        &format!("Onramp {}", env!("CARGO_PKG_VERSION")),
        "  explorer  ",
        "  graph     ",
        "  webhooks  ",
        "  leadconduit sandbox",
        "  waldur      sandbox",
        "  connect     sandbox",
        "  callers     api_key",
        "  replicas    by Redis, namespace here",
        "No API is configured, so the sandbox plays all three: nothing here is real, and nothing is kept.",
    ];
    assert_eq!(lines, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_of_its_own_sandbox_answers_everything_and_hides_nothing() {
    let gateway = Gateway::start(&[]);
    let query = r#"{
        account { name }
        verification(id: "6fde46b5a93145d78fdd5920b518f16f") { rawStatus rawResponse }
        lead(id: "9c30a205-a60e-47cb-94b4-6d45cd4c2179") { stage }
        upstreams { name configured sandboxed }
    }"#;
    assert!(gateway.banner.starts_with("Onramp "), "{}", gateway.banner);
    let mut answer = gateway.ask(query, json!({})).await;
    let register = answer["data"]["verification"]["rawResponse"].take();
    assert!(register.is_object(), "{register}");
    let played = |name: &str| json!({ "name": name, "configured": false, "sandboxed": true });
    let expected = json!({ "data": {
        "account": { "name": "Summit Funding Partners" },
        "verification": { "rawStatus": "verified", "rawResponse": null },
        "lead": { "stage": "MATCHED" },
        "upstreams": [played("onboarding"), played("verification"), played("leads")],
    } });
    assert_eq!(answer, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sandbox_beside_a_real_api_opens_nothing_of_the_real_one() {
    let sandbox = Sandbox::start(Ports::free()).await.unwrap();
    let mut variables = pointed_at(&sandbox);
    variables.retain(|(name, _)| name.contains("WALDUR") || name.contains("IDENTITY"));
    let gateway = Gateway::start_with(&variables, &["--sandbox"]);
    let query = r#"{ account { name } verification(id: "6fde46b5a93145d78fdd5920b518f16f") { rawResponse } }"#;
    let answer = gateway.ask(query, json!({})).await;
    let data = json!({ "account": { "name": "Summit Funding Partners" }, "verification": { "rawResponse": null } });
    assert_eq!((&answer["data"], &answer["errors"][0]["extensions"]["code"]), (&data, &json!("FORBIDDEN")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_upstreams_tell_what_is_configured_and_what_is_not() {
    let sandbox = Sandbox::start(Ports::free()).await.unwrap();
    let mut variables = pointed_at(&sandbox);
    variables.retain(|(name, _)| !name.contains("WALDUR"));
    let gateway = Gateway::start(&variables);
    let upstream = |name: &str, configured: bool| json!({ "name": name, "configured": configured, "sandboxed": false });
    let rows = [upstream("onboarding", true), upstream("verification", false), upstream("leads", true)];
    assert_eq!(gateway.ask(UPSTREAMS, json!({})).await, json!({ "data": { "upstreams": rows } }));
    assert!(gateway.log().lines().all(|line| !line.contains("panicked")));
}

#[test]
fn the_printed_schema_is_the_librarys() {
    let output = command(&[]).arg("schema").output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), onramp::graph::sdl());
}

#[test]
fn the_version_says_which_build_it_is() {
    let output = command(&[]).arg("--version").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let (version, build) = said.split_once(" (").unwrap();
    assert_eq!(version, format!("onramp {}", env!("CARGO_PKG_VERSION")));
    let (commit, target) = build.rsplit_once(", ").unwrap_or(("", build));
    assert_eq!(commit, onramp::telemetry::build::COMMIT);
    assert!(target.starts_with(std::env::consts::ARCH) && target.ends_with(")\n"), "{said}");
}

/// The first of three ports in a row that are free just now.
fn free_triple() -> u16 {
    for _ in 0..50 {
        let first = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = first.local_addr().unwrap().port();
        let is_free = |number: u16| TcpListener::bind(("127.0.0.1", number)).is_ok();
        if port < u16::MAX - 2 && is_free(port + 1) && is_free(port + 2) {
            return port;
        }
    }
    panic!("no three free ports in a row");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sandbox_alone_serves_the_three_apis_from_a_port_on() {
    let port = free_triple();
    let number = port.to_string();
    let mut process =
        command(&[]).args(["sandbox", "--port", &number]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut output = BufReader::new(process.stdout.take().unwrap());
    let mut banner = String::new();
    for _ in 0..4 {
        assert_ne!(output.read_line(&mut banner).unwrap(), 0, "it stopped:\n{banner}");
    }
    let base = |index: u16| format!("http://127.0.0.1:{}", port + index);
    let gateway = Gateway::start(&[
        ("ONRAMP__LEADCONDUIT__BASE_URL".to_owned(), base(0)),
        ("ONRAMP__LEADCONDUIT__API_KEY".to_owned(), leadconduit::API_KEY.to_owned()),
        ("ONRAMP__WALDUR__BASE_URL".to_owned(), base(1)),
        ("ONRAMP__WALDUR__TOKEN".to_owned(), waldur::OWNER_TOKEN.to_owned()),
        ("ONRAMP__CONNECT__BASE_URL".to_owned(), base(2)),
        ("ONRAMP__CONNECT__API_KEY".to_owned(), connect::API_KEY.to_owned()),
        ("ONRAMP__CONNECT__PARTNER_ROUTE".to_owned(), connect::PARTNER_ROUTE.to_owned()),
        ("ONRAMP__IDENTITY__MODE".to_owned(), "open".to_owned()),
    ]);
    let query =
        r#"{ account { id } verifications { totalCount } lead(id: "9c30a205-a60e-47cb-94b4-6d45cd4c2179") { stage } }"#;
    let answer = gateway.ask(query, json!({})).await;
    process.kill().unwrap();
    process.wait().unwrap();
    let expected = json!({ "data": {
        "account": { "id": "account_5fd2c1a8940df5a34a387f01" },
        "verifications": { "totalCount": 36 },
        "lead": { "stage": "MATCHED" },
    } });
    assert_eq!(answer, expected);
    for told in [base(0), base(1), base(2), leadconduit::API_KEY.to_owned(), connect::PARTNER_ROUTE.to_owned()] {
        assert!(banner.contains(&told), "{told}: {banner}");
    }
}

#[test]
fn a_port_that_is_taken_stops_the_start() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = command(&[("ONRAMP__SERVER__LISTEN".to_owned(), address.clone())]).output().unwrap();
    assert_eq!((output.status.code(), output.stdout), (Some(1), Vec::new()));
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(complaint.starts_with(&format!("onramp: cannot listen on {address}: ")), "{complaint}");
}
