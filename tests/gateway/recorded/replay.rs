//! What was asked while a recording was made is answered the same when it is played: reads, writes, refusals, and what went
//! wrong.

use std::time::Duration;

use axum::http::Method;
use onramp::sandbox::{Answer, Effect, Fault, Sandbox, leadconduit};
use serde_json::{Value, json};

use super::scene::{Placeholders, Recording, assert_same, everything, lines, play};
use crate::gateway::{Gateway, NO_CALLS, World, settled, until};
use crate::secrets::assert_no_secret;
use crate::writes::{FLOW, lead, mutation, onboard};

/// The members of the answers that tell of somebody.
const PERSONAL: &[&str] =
    &["name", "createdBy", "legalName", "legalPersonIdentifier", "answerData", "userName", "email"];

const READ: &str = "{ account { name state connectedBuyers { name } } onboards(first: 3) { totalCount nodes { id status \
                    flow { name } link { partner { name } createdBy } } } }";
const CHECKLISTS: &str = "{ verifications(first: 5) { totalCount nodes { id status legalName legalPersonIdentifier country \
                          userSubmittedCustomerData checklist { name completion { percentage } questions { description type \
                          existingAnswer { answerData userName } } } } } }";

fn read_lead(number: u128) -> String {
    format!("{{ lead(id: \"{}\") {{ stage requestedAmount }} }}", lead(number))
}

fn start(identifier: &str, first_name: &str) -> String {
    let input = format!(
        "country: \"EE\", legalPersonIdentifier: \"{identifier}\", legalName: \"FIE {first_name} Maasikas\", \
         firstName: \"{first_name}\", lastName: \"Maasikas\", birthDate: \"1980-01-08\""
    );
    let shown = "verification { id status legalName legalPersonIdentifier } userErrors { code message }";
    format!("mutation {{ verificationStart(input: {{ {input} }}) {{ {shown} }} }}")
}

/// What goes wrong behind a gateway, and what it is asked then.
type Step = (Option<fn(&Sandbox)>, String);

/// What is asked of a gateway, with what goes wrong behind it while it is recorded.
fn story() -> Vec<Step> {
    let review = |number| mutation(&format!("leadReview(id: \"{}\")", lead(number)));
    let start_onboard = mutation(&format!("onboardStart(id: \"{}\", flowId: \"{FLOW}\")", onboard(0)));
    let onboarding = "{ account { name } }".to_owned();
    vec![
        (None, READ.to_owned()),
        (None, CHECKLISTS.to_owned()),
        (None, "{ upstreams { name reachable } }".to_owned()),
        (None, read_lead(0)),
        (None, review(0)),
        (None, read_lead(0)),
        // The rules refuse this one, and the vendor the next one.
        (None, review(4)),
        (
            Some(|sandbox| {
                let problem = json!({ "title": "Conflict", "status": 409, "detail": "ask mari@example.com" });
                sandbox.connect().fault(on_write(Effect::Status(Answer::json(409, problem))));
            }),
            review(8),
        ),
        (None, start_onboard),
        (None, start("12345678", "Mari")),
        (None, start("87654321", "Kertu")),
        (None, READ.to_owned()),
        // Answers that cannot be read.
        (
            Some(|sandbox| on_account(sandbox, Effect::Status(Answer::html(502, "<h1>Bad gateway</h1>")))),
            onboarding.clone(),
        ),
        (
            Some(|sandbox| on_account(sandbox, Effect::Status(Answer::html(200, "<h1>Welcome</h1>")))),
            onboarding.clone(),
        ),
        (
            Some(|sandbox| on_account(sandbox, raw(b"{\"id\": \"5fd4371e940df5a34a3888b2\", \"name"))),
            onboarding.clone(),
        ),
        (Some(|sandbox| on_account(sandbox, raw(b"{\"name\": \"caf\xff\"}"))), onboarding.clone()),
        (Some(|sandbox| on_account(sandbox, raw(b"{\"id\": 1, \"id\": 2}"))), onboarding.clone()),
        (Some(|sandbox| on_account(sandbox, Effect::Status(Answer::empty(200)))), onboarding.clone()),
        (
            Some(|sandbox| on_account(sandbox, Effect::Status(Answer::empty(429).header("retry-after", "7")))),
            onboarding.clone(),
        ),
        // No answer.
        (Some(|sandbox| on_account(sandbox, Effect::ResetBefore)), onboarding.clone()),
        (Some(|sandbox| sandbox.connect().fault(on_write(Effect::ResetAfter))), review(16)),
        (Some(|sandbox| sandbox.connect().fault(on_write(Effect::ResetBefore))), review(24)),
        (Some(|sandbox| sandbox.connect().fault(Fault::once(Effect::HangBefore))), read_lead(1)),
        (None, read_lead(1)),
        (None, onboarding),
    ]
}

fn on_account(sandbox: &Sandbox, effect: Effect) {
    sandbox.leadconduit().fault(Fault::once(effect).path("/account"));
}

fn on_write(effect: Effect) -> Fault {
    Fault::once(effect).method(Method::POST)
}

fn raw(bytes: &[u8]) -> Effect {
    Effect::Status(Answer::raw("application/json", bytes))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_recorded_is_answered_again_whatever_became_of_it() {
    // The one that hangs is to be over soon.
    let hurry = [("ONRAMP__CONNECT__TIMEOUT_MS", "2000")];
    let recording = Recording::start(&hurry).await;
    let mut answers = Vec::new();
    for (disturb, query) in story() {
        if let Some(disturb) = disturb {
            disturb(&recording.sandbox);
        }
        answers.push(settled(recording.ask(&query).await));
    }
    recording.sandbox.leadconduit().go_down().await;
    let unreachable = "{ account { timeZone } }";
    // The first may find that the connections which it had are gone, and the second has none.
    let lost = settled(recording.ask(unreachable).await);
    let unsent = settled(recording.ask(unreachable).await);
    assert_eq!(unsent["errors"][0]["message"], "The onboarding API cannot be reached.");
    let folder = recording.end().await;

    let mut gateway = play(&folder, &hurry);
    let mut placeholders = Placeholders::new();
    for ((_, query), recorded) in story().into_iter().zip(&answers) {
        let replayed = settled(gateway.ask(&query, json!({})).await);
        assert_same(recorded, &replayed, &[PERSONAL, &["message", "detail"]].concat(), &mut placeholders);
    }
    for recorded in [lost, unsent] {
        assert_eq!(settled(gateway.ask(unreachable, json!({})).await), recorded);
    }
    // A name that stands in answers of two kinds is one and the same in both.
    assert!(placeholders.len() > 20, "{placeholders:#?}");
    gateway.signal("TERM");
    assert!(gateway.ended().await.success());
    assert!(gateway.log().contains("unused=0") || gateway.log().contains("\"unused\":0"), "{}", gateway.log());
}

/// What a test shows to be the same has to have been something: the story's errors, each once.
#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_recorded_as_what_it_was() {
    let recording = Recording::start(&[("ONRAMP__CONNECT__TIMEOUT_MS", "2000")]).await;
    let faults = [
        Effect::ResetBefore,
        Effect::HangBefore,
        Effect::Endless("application/json".to_owned()),
        Effect::Status(Answer::html(503, "<p>Down for Kertu Saar</p>")),
    ];
    let settings = json!({ "query": read_lead(0) });
    for effect in faults {
        recording.sandbox.connect().fault(Fault::once(effect));
        let answer = recording.gateway.post(&settings).await.json::<Value>().await.unwrap();
        assert_eq!(answer["data"], json!({ "lead": null }));
    }
    let folder = recording.end().await;
    let seen: Vec<Value> = lines(&folder, "leads")
        .into_iter()
        .map(|line| {
            let response = line["response"].as_object().map(|response| json!([response["status"], response["body"]]));
            response.unwrap_or_else(|| line["lost"].clone())
        })
        .collect();
    let page = json!([503, "<p>Down for Kertu Saar</p>"]);
    assert_eq!(seen[..2], [json!("broken"), json!("timeout")]);
    assert!([json!("timeout"), json!("too_large")].contains(&seen[2]), "{seen:?}");
    assert_eq!(seen[3..], [page]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_nobody_waited_for_is_recorded_as_abandoned() {
    let recording = Recording::start(&[]).await;
    recording.sandbox.connect().fault(Fault::once(Effect::HangBefore));
    // What loaders read goes on by itself; who asks whether an API is there takes the question along.
    let query = "{ upstreams { name reachable } }";
    let asking = recording.gateway.begin(&json!({ "query": query }));
    until("the call", || !recording.sandbox.connect().calls().is_empty()).await;
    asking.abort();
    let file = recording.folder.path().join("leads.jsonl");
    until("the line", || std::fs::read_to_string(&file).unwrap().ends_with('\n')).await;
    let folder = recording.end().await;
    assert_eq!(lines(&folder, "leads")[0]["lost"], "abandoned");
    let answer = play(&folder, &[]).ask(query, json!({})).await;
    assert_eq!(answer["data"]["upstreams"][2], json!({ "name": "leads", "reachable": false }));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_called_and_no_credential_is_needed() {
    let recording = Recording::start(&[]).await;
    let recorded = settled(recording.ask(READ).await);
    let folder = recording.end().await;
    // These are configured, and nobody calls them.
    let world = World::start().await;
    world.calls();
    let pointed: Vec<(String, String)> = crate::gateway::pointed_at(&world.sandbox);
    let pointed: Vec<(&str, &str)> = pointed.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    for settings in [&[][..], &pointed] {
        let gateway = play(&folder, settings);
        let replayed = settled(gateway.ask(READ, json!({})).await);
        assert_same(&recorded, &replayed, PERSONAL, &mut Placeholders::new());
        assert_eq!(replayed["data"]["account"]["state"], "active");
    }
    assert_eq!(world.calls(), NO_CALLS);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_recorded_says_so_and_harms_nothing_else() {
    let recording = Recording::start(&[]).await;
    recording.ask(&read_lead(0)).await;
    let folder = recording.end().await;
    // One failure would open this breaker.
    let strict = [("ONRAMP__CONNECT__BREAKER_MIN_CALLS", "1"), ("ONRAMP__CONNECT__BREAKER_FAILURE_PERCENT", "1")];
    let mut gateway = play(&folder, &strict);
    let missing = settled(gateway.ask(&read_lead(1), json!({})).await);
    let detail = format!(
        "not in the recording: GET /api/v1/partner/leads?leadId={}, which it holds with another query or body only",
        lead(1)
    );
    let expected = json!({
        "data": { "lead": null },
        "errors": [{
            "message": format!("The leads API is played from a recording: {detail}"),
            "locations": [{ "line": 1, "column": 3 }],
            "path": ["lead"],
            "extensions": { "code": "UPSTREAM_UNAVAILABLE", "upstream": "leads", "retryable": false, "detail": detail },
        }],
    });
    assert_eq!(missing, expected);
    let write = gateway.ask(&mutation(&format!("leadReview(id: \"{}\")", lead(0))), json!({})).await;
    let told = write["errors"][0]["message"].as_str().unwrap();
    assert_eq!(told, "The leads API is played from a recording: not in the recording: POST /api/v1/partner/leads");
    let held = gateway.ask(&read_lead(0), json!({})).await;
    assert_eq!(held["data"]["lead"]["stage"], "MATCHED");
    gateway.signal("TERM");
    assert!(gateway.ended().await.success());
    assert!(gateway.log().contains("a call has no answer in the recording"), "{}", gateway.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exchange_that_nobody_asked_for_is_told_at_the_end() {
    let recording = Recording::start(&[]).await;
    recording.ask(&read_lead(0)).await;
    recording.ask(&read_lead(1)).await;
    let folder = recording.end().await;
    let mut gateway = play(&folder, &[]);
    gateway.ask(&read_lead(0), json!({})).await;
    gateway.signal("TERM");
    assert!(gateway.ended().await.success());
    let log = gateway.log();
    let file = folder.path().join("leads.jsonl");
    let told = format!("{}:2 GET /api/v1/partner/leads?leadId={}", file.display(), lead(1));
    let unused: Vec<&str> = log.lines().filter(|line| line.contains("this exchange was never asked for")).collect();
    assert!(unused.len() == 1 && unused[0].contains(&told), "{told}: {log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_was_absent_is_absent_again() {
    let sandbox = Sandbox::start(onramp::sandbox::Ports::free()).await.unwrap();
    let folder = crate::temporary::TempFolder::new();
    let mut variables = crate::gateway::pointed_at(&sandbox);
    variables.retain(|(name, _)| !name.contains("CONNECT"));
    let arguments = ["record", "--out", super::scene::path(&folder)];
    let mut gateway = Gateway::start_with(&variables, &arguments);
    let query = "{ lead(id: \"9c30a205-a60e-47cb-94b4-6d45cd4c2179\") { stage } upstreams { name reachable } }";
    let recorded = settled(gateway.ask(query, json!({})).await);
    assert_eq!(recorded["errors"][0]["message"], "The leads API is not configured on this gateway.");
    gateway.signal("TERM");
    assert!(gateway.ended().await.success());
    let gateway = play(&folder, &[]);
    assert_eq!(settled(gateway.ask(query, json!({})).await), recorded);
    let origins = gateway.ask("{ upstreams { configured sandboxed replayed } }", json!({})).await;
    let played = json!({ "configured": false, "sandboxed": false, "replayed": true });
    let absent = json!({ "configured": false, "sandboxed": false, "replayed": false });
    assert_eq!(origins["data"]["upstreams"], json!([played, played, absent]));
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_at_once_are_recorded_whole_and_played_at_once() {
    let recording = Recording::start(&[]).await;
    let queries: Vec<String> = (0..40).map(read_lead).collect();
    let recorded = at_once(&recording.gateway, &queries).await;
    let folder = recording.end().await;
    let mut numbers: Vec<u64> = lines(&folder, "leads").iter().map(|line| line["n"].as_u64().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=40).collect::<Vec<_>>());
    assert_eq!(at_once(&play(&folder, &[]), &queries).await, recorded);
}

async fn at_once(gateway: &Gateway, queries: &[String]) -> Vec<Value> {
    let asking: Vec<_> = queries.iter().map(|query| gateway.begin(&json!({ "query": query }))).collect();
    let mut answers = Vec::new();
    for answer in asking {
        answers.push(answer.await.unwrap().json().await.unwrap());
    }
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_takes_as_long_as_it_did_where_that_is_wanted() {
    let recording = Recording::start(&[]).await;
    let slow = Duration::from_millis(300);
    recording.sandbox.connect().fault(Fault::once(Effect::Latency(slow)));
    recording.ask(&read_lead(0)).await;
    let folder = recording.end().await;
    let gateway = play(&folder, &[("ONRAMP__REPLAY__LATENCY", "true")]);
    let start = std::time::Instant::now();
    gateway.ask(&read_lead(0), json!({})).await;
    assert!(start.elapsed() >= slow, "{:?}", start.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_is_found_by_a_query_that_names_its_placeholders_too() {
    let recording = Recording::start(&[]).await;
    let recorded = [recording.ask(&start("12345678", "Mari")).await, recording.ask(&start("87654321", "Kertu")).await];
    let folder = recording.end().await;
    let id = |answer: &Value| answer["data"]["verificationStart"]["verification"]["id"].clone();
    // The second first, by what stands in the recording for its code.
    let starts: Vec<Value> =
        lines(&folder, "verification").into_iter().filter(|line| line["request"]["method"] == "POST").collect();
    let code = starts[1]["request"]["body"]["legal_person_identifier"].as_str().unwrap();
    let body = &starts[1]["request"]["body"];
    let gateway = play(&folder, &[]);
    let text = |member: &str| body[member].as_str().unwrap().to_owned();
    let query = start(code, "Kertu")
        .replace("FIE Kertu Maasikas", &text("legal_name"))
        .replace("Kertu", &text("first_name"))
        .replace("Maasikas", &text("last_name"))
        .replace("1980-01-08", &text("birth_date"));
    let replayed = gateway.ask(&query, json!({})).await;
    assert_eq!(id(&replayed), id(&recorded[1]));
    assert_eq!(replayed["data"]["verificationStart"]["verification"]["legalPersonIdentifier"], code);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_banner_says_what_is_recorded_and_what_is_played() {
    let recording = Recording::start(&[]).await;
    let folder = super::scene::path(&recording.folder).to_owned();
    assert!(
        recording.gateway.banner.contains(&format!("  tape      recording to {folder}\n")),
        "{}",
        recording.gateway.banner
    );
    recording.ask(&read_lead(0)).await;
    let kept = recording.end().await;
    let gateway = play(&kept, &[]);
    let expected = format!("  tape      replaying {folder}: 1 exchanges of 2");
    assert!(gateway.banner.contains(&expected), "{}", gateway.banner);
    assert_no_secret("a recording", &everything(&kept));
    assert!(!everything(&kept).contains(leadconduit::API_KEY));
}
