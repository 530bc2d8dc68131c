//! Every attempted write leaves one event, which names records and states and nothing that was said.

use std::process::Stdio;

use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use onramp::sandbox::{self, Answer, Effect, Fault, Ports, Sandbox};
use serde_json::{Value, json};

use crate::gateway::{command, pointed_at};
use crate::trail::Trail;
use crate::writes::{FLOW, answer, invitation, lead, mutate, mutation, onboard, questions, verification, with};

/// An event with all of its members, of which these are said.
fn event(mutation: &str, record: &str, said: Value) -> Value {
    let mut event = json!({
        "time": "*", "request_id": "*", "caller": "anonymous", "mutation": mutation, "record": record,
        "from": null, "to": null, "outcome": "done", "reason": null, "upstream_status": null, "milliseconds": "*",
    });
    let Value::Object(said) = said else { unreachable!() };
    event.as_object_mut().unwrap().extend(said);
    event
}

#[tokio::test(flavor = "multi_thread")]
async fn every_outcome_is_one_event() {
    let trail = Trail::start("outcomes", &[]).await;
    let (world, api) = (&trail.world, trail.world.sandbox.leadconduit());
    let id = onboard(0);
    let start = format!(r#"onboardStart(id: "{id}")"#);
    let update = format!(r#"onboardUpdate(id: "{id}", input: {{ flowId: "{FLOW}" }})"#);
    mutate(world, &start).await;
    mutate(world, &start).await;
    api.fault(Fault::once(Effect::Status(Answer::json(400, json!({ "error": "no" })))).method(Method::PUT));
    mutate(world, &update).await;
    api.fault(Fault::once(Effect::Status(Answer::empty(429))).method(Method::PUT));
    world.ask(&mutation(&update)).await;
    api.fault(Fault::once(Effect::Status(Answer::empty(503))).method(Method::PUT));
    mutate(world, &update).await;
    api.fault(Fault::once(Effect::ResetBefore).method(Method::PUT));
    mutate(world, &update).await;
    api.fault(Fault::once(Effect::ResetAfter).method(Method::PUT));
    mutate(world, &update).await;
    let of = |mutation: &str, said: Value| event(mutation, &format!("onboard_{id}"), said);
    let under_way = |mut said: Value, to: Value| {
        said["from"] = json!("IN_PROGRESS");
        said["to"] = to;
        said
    };
    let refused = json!({ "outcome": "refused", "reason": "TRANSITION_REFUSED" });
    let upstream = json!({ "outcome": "refused", "reason": "UPSTREAM_REFUSED", "upstream_status": 400 });
    let limited = json!({ "outcome": "not_sent", "reason": "UPSTREAM_RATE_LIMITED", "upstream_status": 429 });
    let failed = json!({ "outcome": "unknown", "reason": "OUTCOME_UNKNOWN", "upstream_status": 503 });
    let unknown = json!({ "outcome": "unknown", "reason": "OUTCOME_UNKNOWN" });
    let here = || json!("IN_PROGRESS");
    let expected = [
        of("onboardStart", json!({ "from": "CREATED", "to": "IN_PROGRESS", "upstream_status": 200 })),
        of("onboardStart", under_way(refused, here())),
        of("onboardUpdate", under_way(upstream, here())),
        of("onboardUpdate", under_way(limited, Value::Null)),
        of("onboardUpdate", under_way(failed, here())),
        of("onboardUpdate", under_way(unknown, here())),
        of("onboardUpdate", under_way(json!({}), here())),
    ];
    assert_eq!(trail.events(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_record_is_named() {
    let trail = Trail::start("records", &[]).await;
    let world = &trail.world;
    let (company, leaving) = ("OÜ Emajõe Tarkvara", verification(world, "OÜ Otepää Talispordikeskus"));
    let verified = verification(world, company);
    for call in [
        format!(r#"onboardCreate(input: {{ invitationId: "{}" }})"#, invitation(0)),
        format!(r#"buyerDeliverySetUp(input: {{ link: {{ invitationId: "{}" }} }})"#, invitation(5)),
        "accountUpdate(input: { dataRetentionInDays: 91 })".to_owned(),
        r#"verificationStart(input: { country: "EE", legalPersonIdentifier: "14900001" })"#.to_owned(),
        format!(r#"verificationDelete(id: "{leaving}")"#),
        format!(r#"verificationCreateCustomer(id: "{verified}")"#),
        format!(r#"leadReview(id: "{}")"#, lead(0)),
        r#"leadReview(id: "00000000-0000-4000-8000-000000000000")"#.to_owned(),
    ] {
        mutate(world, &call).await;
    }
    let nobody = json!({ "outcome": "refused", "reason": "NOT_FOUND" });
    let expected = [
        event(
            "onboardCreate",
            &format!("invitation_{}", invitation(0)),
            json!({ "to": "CREATED", "upstream_status": 201 }),
        ),
        event("buyerDeliverySetUp", &format!("invitation_{}", invitation(5)), json!({ "upstream_status": 200 })),
        event(
            "accountUpdate",
            "account_of_0370e8fc",
            json!({ "from": "90 days", "to": "91 days", "upstream_status": 200 }),
        ),
        event("verificationStart", "company_45b26a70beabee24", json!({ "to": "PENDING", "upstream_status": 201 })),
        event(
            "verificationDelete",
            &format!("verification_{leaving}"),
            json!({ "from": "PENDING", "upstream_status": 204 }),
        ),
        event(
            "verificationCreateCustomer",
            &format!("verification_{verified}"),
            json!({ "from": "VERIFIED", "to": "VERIFIED", "upstream_status": 201 }),
        ),
        event(
            "leadReview",
            &format!("lead_{}", lead(0)),
            json!({ "from": "MATCHED", "to": "REVIEWED", "upstream_status": 200 }),
        ),
        event("leadReview", "lead_00000000-0000-4000-8000-000000000000", nobody),
    ];
    assert_eq!(trail.events(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_has_the_id_of_its_request() {
    let trail = Trail::start("request", &[]).await;
    let review = json!({ "query": mutation(&format!(r#"leadReview(id: "{}")"#, lead(0))) });
    let response = trail.world.gateway.post(&review).await;
    let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    let event: Value = serde_json::from_str(&trail.text()).unwrap();
    assert_eq!(event["request_id"], id.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_again_under_its_key_is_no_further_attempt() {
    let trail = Trail::start("key", &[]).await;
    let review = format!(r#"leadReview(id: "{}", idempotencyKey: "a")"#, lead(0));
    for _ in 0..3 {
        mutate(&trail.world, &review).await;
    }
    let said = json!({ "from": "MATCHED", "to": "REVIEWED", "upstream_status": 200 });
    assert_eq!(trail.events(), [event("leadReview", &format!("lead_{}", lead(0)), said)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_is_no_attempt() {
    let trail = Trail::start("dry", &[]).await;
    for number in [0, 4] {
        mutate(&trail.world, &format!(r#"leadReview(id: "{}", dryRun: true)"#, lead(number))).await;
    }
    assert_eq!(trail.text(), "");
}

/// Words that stand in an input alone.
const SAID: [&str; 9] = [
    "14900777",
    "Plantlane OU",
    "49001010001",
    "Plantina",
    "Plantova",
    "1990-01-01",
    "plant@mailbox.example",
    "plant.pdf",
    "because of the plant",
];

#[tokio::test(flavor = "multi_thread")]
async fn neither_events_nor_log_repeat_what_was_said() {
    let trail = Trail::start("said", &[("ONRAMP__SERVER__LOG", "info,onramp=trace")]).await;
    let world = &trail.world;
    let company = "OÜ Valga Raudteeteenused";
    let id = verification(world, company);
    let questions = questions(world, company).await;
    let of = |kind: &str| questions.iter().find(|question| question["type"] == kind).unwrap()["uuid"].as_str().unwrap();
    let content = STANDARD.encode("%PDF-1.7 planted content");
    let file = format!(r#"file: {{ name: "plant.pdf", content: "{content}" }}"#);
    let person =
        r#"personIdentifier: "49001010001", firstName: "Plantina", lastName: "Plantova", birthDate: "1990-01-01""#;
    let start = |country: &str| {
        let company = r#"legalPersonIdentifier: "14900777", legalName: "Plantlane OU""#;
        format!(r#"verificationStart(input: {{ country: "{country}", {company}, {person} }})"#)
    };
    let reason = r#"disqualifiedReason: OTHER, additionalInfo: "because of the plant""#;
    let calls = [
        start("EE"),
        // Refused for its input.
        start("ee"),
        answer(&id, of("TEXT_INPUT"), r#"text: "plant@mailbox.example""#),
        answer(&id, of("FILE"), &file),
        // Of no use for this question.
        answer(&id, of("BOOLEAN"), r#"text: "plant@mailbox.example""#),
        format!(r#"verificationUpdate(id: "{id}", input: {{ legalName: "Plantlane OU" }})"#),
        format!(r#"leadDisqualify(id: "{}", input: {{ {reason} }})"#, lead(0)),
        "accountUpdate(input: { features: { firehose: false } })".to_owned(),
    ];
    for call in &calls {
        mutate(world, call).await;
        let dry = with(call, "dryRun: true");
        mutate(world, &dry).await;
    }
    // Lost answers and failures are told in other words, which must not hold it either.
    for effect in [Effect::ResetAfter, Effect::Status(Answer::json(400, json!({ "legal_name": ["Plantlane OU"] })))] {
        world.sandbox.waldur().fault(Fault::once(effect).method(Method::POST));
        mutate(world, &start("EE")).await;
    }
    assert_eq!(trail.events().len(), calls.len() + 2);
    let told = trail.text() + &world.gateway.log() + &world.gateway.banner;
    assert!(told.contains("onramp::audit"), "the log holds the events too");
    let secrets = [
        sandbox::leadconduit::API_KEY,
        sandbox::leadconduit::PLANTED_SECRET,
        sandbox::waldur::OWNER_TOKEN,
        sandbox::connect::API_KEY,
        &content,
    ];
    let leaked: Vec<&str> = SAID.into_iter().chain(secrets).filter(|word| told.contains(word)).collect();
    assert_eq!(leaked, [""; 0], "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_written_stops_the_start() {
    let sandbox = Sandbox::start(Ports::free()).await.unwrap();
    let mut variables = pointed_at(&sandbox);
    // A directory is no file.
    variables.push(("ONRAMP__AUDIT__FILE".to_owned(), env!("CARGO_TARGET_TMPDIR").to_owned()));
    let output = command(&variables).stdin(Stdio::null()).output().unwrap();
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "");
    assert!(complaint.contains("setting audit.file (ONRAMP__AUDIT__FILE): "), "{complaint}");
}
