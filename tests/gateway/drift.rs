//! `onramp check --live` says in what the APIs differ from their contracts, by reading alone, and repeats nothing of what
//! it read.

mod evidence;

use std::process::Output;

use onramp::sandbox::{Answer, Effect, Fault, Played, Ports, Sandbox, connect, leadconduit, waldur};
use serde_json::{Value, json};

use crate::client::plain;
use crate::gateway::{bare, command, pointed_at, requests};
use crate::secrets::assert_no_secret;

const LEAD: &str = "9c30a205-a60e-47cb-94b4-6d45cd4c2179";

/// What there is to say of a sandbox in which nothing is spoilt.
const WELL: &str = "\
onboarding
  onboard             GET /onboards, 60 records
  account             GET /account, 1 record
  flow                GET /flows/{id}, 1 record; further members are not documented and not looked at
  link                GET /connections/{id}, 1 record
verification
  verification        GET /api/onboarding-verifications/, 5 records
  verification        GET /api/onboarding-verifications/{uuid}/, 1 record
  checklist           GET /api/onboarding-verifications/{uuid}/checklist/, 1 record
  completionStatus    GET /api/onboarding-verifications/{uuid}/completion_status/, 1 record
  checklistTemplate   not looked at: it is found by the id of its parent alone, and none was given
  customer            not looked at: it is shown by no read, but in the answer to its creation alone
leads
  lead                GET /api/v1/{servicepartner}/leads, 1 record
Nothing that was looked at differs from its contract.
";

/// Looks at a sandbox: the exit code, and what was said.
async fn look(sandbox: &Sandbox, settings: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, String) {
    let mut variables = pointed_at(sandbox);
    variables.extend(bare());
    variables.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let arguments: Vec<String> = ["check", "--live"].iter().chain(arguments).map(ToString::to_string).collect();
    let run = move || command(&variables).args(arguments).output().unwrap();
    said(tokio::task::spawn_blocking(run).await.unwrap())
}

fn said(output: Output) -> (Option<i32>, String) {
    let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    assert_no_secret("what the check said", &said);
    (output.status.code(), said)
}

/// What stands in the report in the place of lines of it.
fn with(report: &str, line: &str, differences: &[&str], verdict: &str) -> String {
    let mut lines: Vec<String> = report.lines().map(str::to_owned).collect();
    let place = lines.iter().position(|own| own.contains(line)).unwrap() + 1;
    lines.splice(place..place, differences.iter().map(|difference| format!("      {difference}")));
    *lines.last_mut().unwrap() = verdict.to_owned();
    lines.join("\n") + "\n"
}

const DRIFT: &str = "The APIs differ from their contracts.";

/// What an API answers to a read, asked by this test.
async fn body(request: reqwest::RequestBuilder) -> Value {
    request.header("accept", "application/json").send().await.unwrap().json().await.unwrap()
}

/// From here on the reads of a path are answered so.
fn answers(played: &Played, path: &str, status: u16, body: Value) {
    played.fault(Fault::always(Effect::Status(Answer::json(status, body))).path(path));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_as_documented_differs_in_nothing_and_is_only_read() {
    let sandbox = Sandbox::start(Ports::free()).await.unwrap();
    assert_eq!(look(&sandbox, &[], &["--lead", LEAD]).await, (Some(0), WELL.to_owned()));
    let onboarding = requests(sandbox.leadconduit());
    let is_one = |request: &&String| request.starts_with("GET /flows/") || request.starts_with("GET /connections/");
    assert_eq!(onboarding.iter().filter(is_one).count(), 2);
    let others: Vec<&String> = onboarding.iter().filter(|request| !is_one(request)).collect();
    assert_eq!(others, ["GET /account", "GET /onboards"]);
    let verification = requests(sandbox.waldur());
    let newest = verification[0].trim_end_matches('/').to_owned();
    let expected = [
        format!("{newest}/"),
        format!("{newest}/checklist/"),
        format!("{newest}/completion_status/"),
        "GET /api/onboarding-verifications/?page=1&page_size=5".to_owned(),
    ];
    assert_eq!(verification, expected);
    assert_eq!(requests(sandbox.connect()), [format!("GET /api/v1/{}/leads?leadId={LEAD}", connect::PARTNER_ROUTE)]);
}

#[test]
fn with_the_sandbox_it_can_be_tried_and_without_any_api_there_is_nothing_to_look_at() {
    let expected = WELL.replace(
        "GET /api/v1/{servicepartner}/leads, 1 record",
        "not looked at: leads are found by their id alone, and none was given",
    );
    assert_eq!(said(command(&[]).args(["check", "--live", "--sandbox"]).output().unwrap()), (Some(0), expected));
    let nothing = "onramp: no API is configured, so there is nothing to look at; --sandbox looks at what is played\n";
    assert_eq!(said(command(&[]).args(["check", "--live"]).output().unwrap()), (Some(1), nothing.to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_differs_is_named_exactly() {
    let sandbox = Sandbox::start(Ports::free()).await.unwrap();
    let onboards = plain().get(format!("{}/onboards", sandbox.leadconduit().base_url()));
    let mut onboards = body(onboards.basic_auth("API", Some(leadconduit::API_KEY))).await;
    onboards[0]["owner"] = json!({"name": "Jane Doe"});
    onboards[1]["owner"] = json!({"name": "John Doe"});
    onboards[2]["status"] = json!("on_hold");
    onboards[3].as_object_mut().unwrap().remove("invitation_id");
    onboards[4]["created_at"] = json!(1_700_000_000);
    answers(sandbox.leadconduit(), "/onboards", 200, onboards);
    let expected = with(
        WELL,
        "GET /onboards,",
        &[
            "unknown member $[].owner (object), 2 times",
            "unknown word on_hold at $[].status, once",
            "missing member $[].invitation_id, once",
            "other type at $[].created_at: expected a string, found number, once",
        ],
        DRIFT,
    );
    assert_eq!(look(&sandbox, &[], &["--lead", LEAD]).await, (Some(3), expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn machines_are_told_the_same_in_json() {
    let sandbox = Sandbox::start(Ports::free()).await.unwrap();
    let lead = json!({"id": LEAD, "status": "Paused", "requestedAmount": "50000", "score": null});
    answers(sandbox.connect(), "/leads", 200, lead);
    let (code, said) = look(&sandbox, &[], &["--json", "--lead", LEAD]).await;
    let report: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, &report["drift"], &report["failed"]), (Some(3), &json!(true), &json!(false)));
    let names: Vec<&Value> = report["apis"].as_array().unwrap().iter().map(|api| &api["api"]).collect();
    assert_eq!(names, ["onboarding", "verification", "leads"]);
    let leads = json!([{
        "kind": "lead",
        "read": "GET /api/v1/{servicepartner}/leads",
        "records": 1,
        "furtherMembers": "told",
        "differences": [
            {"difference": "unknownMember", "path": "$.score", "found": "null", "times": 1},
            {"difference": "unknownWord", "path": "$.status", "word": "Paused", "times": 1},
            {"difference": "otherType", "path": "$.requestedAmount", "expected": "f64", "found": "string", "times": 1},
        ],
    }]);
    assert_eq!(report["apis"][2]["kinds"], leads);
    let verification = report["apis"][1]["kinds"].as_array().unwrap();
    let unseen = json!({
        "kind": "customer",
        "notLookedAt": "it is shown by no read, but in the answer to its creation alone",
    });
    assert_eq!(verification.last(), Some(&unseen));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_looked_at_is_told_apart_from_what_differs() {
    let sandbox = Sandbox::start(Ports::free()).await.unwrap();
    answers(sandbox.leadconduit(), "/account", 503, json!({"error": "down for the night"}));
    answers(sandbox.waldur(), "/completion_status/", 200, json!([{"uuid": 7}]));
    sandbox.connect().go_down().await;
    let (code, told) = look(&sandbox, &[], &["--lead", LEAD]).await;
    let line = |part: &str| told.lines().find(|line| line.contains(part)).unwrap().trim().to_owned();
    assert_eq!(
        line("account"),
        "account             GET /account, could not be looked at: The onboarding API failed with status 503: down for the night"
    );
    assert_eq!(
        line("lead  "),
        "lead                GET /api/v1/{servicepartner}/leads, could not be looked at: The leads API cannot be reached."
    );
    assert_eq!(
        told.lines().last(),
        Some("The APIs differ from their contracts, and not all of them could be looked at.")
    );
    assert_eq!(code, Some(3));
    sandbox.waldur().clear_faults();
    let (code, told) = look(&sandbox, &[], &["--lead", LEAD]).await;
    let verdict = "Not everything could be looked at; what was differs in nothing from its contract.";
    assert_eq!((code, told.lines().last()), (Some(4), Some(verdict)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_hangs_or_refuses_ends_by_its_deadline() {
    let sandbox = Sandbox::start(Ports::free()).await.unwrap();
    sandbox.waldur().fault(Fault::always(Effect::HangBefore));
    let settings = [("ONRAMP__WALDUR__TIMEOUT_MS", "300"), ("ONRAMP__LEADCONDUIT__API_KEY", "planted-wrong")];
    let (code, told) = look(&sandbox, &settings, &["--lead", "00000000-0000-0000-0000-000000000000"]).await;
    let expected = "\
onboarding
  onboard             GET /onboards, could not be looked at: The onboarding API did not accept the gateway's credential: authentication failed
  account             GET /account, could not be looked at: The onboarding API did not accept the gateway's credential: authentication failed
  flow                not looked at: no onboard points at one
  link                not looked at: no onboard points at one
verification
  verification        GET /api/onboarding-verifications/, could not be looked at: The verification API did not answer within 300 ms.
  verification        not looked at: no verification leads to one
  checklist           not looked at: no verification leads to one
  completionStatus    not looked at: no verification leads to one
  checklistTemplate   not looked at: it is found by the id of its parent alone, and none was given
  customer            not looked at: it is shown by no read, but in the answer to its creation alone
leads
  lead                not looked at: there is no lead of the id that was given
Not everything could be looked at; what was differs in nothing from its contract.
";
    assert_eq!((code, told), (Some(4), expected.to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_or_a_word_that_may_be_a_secret_or_personal_is_not_repeated() {
    let sandbox = Sandbox::start(Ports::free()).await.unwrap();
    let list = plain().get(format!("{}/api/onboarding-verifications/?page_size=1", sandbox.waldur().base_url()));
    let mut rows = body(list.header("authorization", format!("Token {}", waldur::OWNER_TOKEN))).await;
    rows[0]["status"] = json!("jane.doe@example.com");
    rows[0][waldur::OWNER_TOKEN] = json!(1);
    answers(sandbox.waldur(), "/api/onboarding-verifications/", 200, rows);
    let (code, told) = look(&sandbox, &[], &[]).await;
    let differences: Vec<&str> =
        told.lines().filter(|line| line.starts_with("      ")).map(str::trim).take(2).collect();
    let expected = [
        "unknown member $[].<a name of 40 characters> (number), once",
        "unknown word <a text of 20 characters> at $[].status, once",
    ];
    assert_eq!((code, differences), (Some(3), expected.to_vec()));
}

#[test]
fn what_is_asked_for_has_to_make_sense() {
    for arguments in [&["--json"][..], &["--lead", LEAD], &["--live", "--lead", "no-id"]] {
        let output = command(&[]).arg("check").args(arguments).output().unwrap();
        assert_eq!((output.status.code(), output.stdout), (Some(2), Vec::new()), "{arguments:?}");
    }
}
