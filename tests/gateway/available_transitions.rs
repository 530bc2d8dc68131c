//! What a record offers is what a dry run permits, and nothing else: over every seeded record and every move.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::gateway::World;
use crate::writes::{FLOW, USER_ERRORS, written};

/// A move, the mutation that makes it, and the input with which nothing is missing that an input can bring.
type Move = (&'static str, &'static str, &'static str);

const ONBOARD: &[Move] = &[
    ("UPDATE", "onboardUpdate", r#"input: { accountId: "5fd2c1a8940df5a34a387f01" }"#),
    ("START", "onboardStart", ""),
    ("COMPLETE", "onboardComplete", ""),
];

const LEAD: &[Move] = &[
    ("REVIEW", "leadReview", ""),
    ("CONTACT", "leadContact", ""),
    ("QUALIFY", "leadQualify", ""),
    ("FUND", "leadFund", r#"input: { fundedDate: "2026-01-05T00:00:00Z", fundedAmount: 1 }"#),
    ("DISQUALIFY", "leadDisqualify", "input: { disqualifiedReason: CREDIT_ISSUE }"),
    ("WITHDRAW", "leadWithdraw", "input: { withdrawnReason: DUPLICATE }"),
];

const VERIFICATION: &[Move] = &[
    ("UPDATE", "verificationUpdate", r#"input: { legalName: "OÜ" }"#),
    ("REPLACE", "verificationReplace", r#"input: { userId: 2, country: "EE" }"#),
    (
        "SUBMIT_ANSWERS",
        "verificationSubmitAnswers",
        "input: { answers: [{ questionId: QUESTION, value: { remove: true } }] }",
    ),
    ("RUN_VALIDATION", "verificationRunValidation", ""),
    ("CREATE_CUSTOMER", "verificationCreateCustomer", ""),
    ("DELETE", "verificationDelete", ""),
];

/// What only the input of a mutation can bring, so that the record lacks it and the dry run does not.
const BROUGHT: [&str; 5] = ["fundedDate", "fundedAmount", "disqualifiedReason", "withdrawnReason", "answers"];

/// What a record says of each of its moves.
#[derive(Debug, PartialEq)]
enum Verdict {
    Open,
    Lacking(Vec<String>),
    /// The moves that are open instead.
    Closed(Vec<String>),
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// By what the record offers.
fn offered(record: &Value, moves: &[Move]) -> BTreeMap<&'static str, Verdict> {
    let open = record["availableTransitions"].as_array().unwrap();
    let actions: Vec<String> = open.iter().map(|open| open["action"].as_str().unwrap().to_owned()).collect();
    let verdict = |action: &str| {
        let Some(open) = open.iter().find(|open| open["action"] == action) else {
            return Verdict::Closed(actions.clone());
        };
        assert_eq!(open["ready"], open["missing"].as_array().unwrap().is_empty());
        let mut missing = texts(&open["missing"]);
        missing.retain(|name| !BROUGHT.contains(&name.as_str()));
        if missing.is_empty() { Verdict::Open } else { Verdict::Lacking(missing) }
    };
    moves.iter().map(|(action, ..)| (*action, verdict(action))).collect()
}

/// By what dry runs answer.
async fn foretold(world: &World, id: &str, question: &str, moves: &[Move]) -> BTreeMap<&'static str, Verdict> {
    let fields = moves.iter().map(|(action, mutation, input)| {
        let input = input.replace("QUESTION", &format!("{question:?}"));
        format!("{action}: {mutation}(id: {id:?}, {input} dryRun: true) {{ {USER_ERRORS} }}")
    });
    let data = world.data(&format!("mutation {{ {} }}", fields.collect::<String>())).await;
    let verdict = |errors: &Value| match errors[0]["code"].as_str() {
        None => Verdict::Open,
        Some("REQUIREMENTS_MISSING") => Verdict::Lacking(texts(&errors[0]["missing"])),
        Some("TRANSITION_REFUSED") => Verdict::Closed(texts(&errors[0]["allowed"])),
        Some(other) => panic!("{id}: {other}: {errors:#}"),
    };
    moves.iter().map(|(action, ..)| (*action, verdict(&data[*action]["userErrors"]))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_onboard_offers_what_a_dry_run_permits() {
    let world = World::start().await;
    let data =
        world.data("{ onboards(first: 100) { nodes { id availableTransitions { action ready missing } } } }").await;
    let onboards = data["onboards"]["nodes"].as_array().unwrap();
    assert_eq!(onboards.len(), 60);
    for onboard in onboards {
        let id = onboard["id"].as_str().unwrap();
        assert_eq!(offered(onboard, ONBOARD), foretold(&world, id, FLOW, ONBOARD).await, "{id}");
    }
    assert_eq!(written(&world), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_offers_what_a_dry_run_permits() {
    let world = World::start().await;
    let ids: Vec<String> = (0..60).map(crate::writes::lead).collect();
    let query = "query ($ids: [ID!]!) { leads(ids: $ids) { id availableTransitions { action ready missing } } }";
    let response = world.ask_with(query, json!({ "ids": ids })).await;
    let leads = response["data"]["leads"].as_array().unwrap();
    assert_eq!(leads.len(), 60);
    for lead in leads {
        let id = lead["id"].as_str().unwrap();
        assert_eq!(offered(lead, LEAD), foretold(&world, id, FLOW, LEAD).await, "{id}");
    }
    assert_eq!(written(&world), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verification_offers_what_a_dry_run_permits() {
    let world = World::start().await;
    let members = "id checklist { questions { uuid } } availableTransitions { action ready missing }";
    let data = world.data(&format!("{{ verifications(first: 100) {{ nodes {{ {members} }} }} }}")).await;
    let verifications = data["verifications"]["nodes"].as_array().unwrap();
    assert_eq!(verifications.len(), 36);
    for verification in verifications {
        let id = verification["id"].as_str().unwrap();
        let question = verification["checklist"]["questions"][0]["uuid"].as_str();
        // Whether there is a checklist to answer costs a call for each row, and an offer is to cost none: the answers
        // are offered, and are refused as what the input lacks.
        let moves: Vec<Move> = VERIFICATION
            .iter()
            .copied()
            .filter(|(action, ..)| question.is_some() || *action != "SUBMIT_ANSWERS")
            .collect();
        let foretold = foretold(&world, id, question.unwrap_or_default(), &moves).await;
        assert_eq!(offered(verification, &moves), foretold, "{id}");
    }
    assert_eq!(written(&world), [""; 0]);
}
