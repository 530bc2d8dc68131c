//! Whatever is asked in whatever order, and whatever breaks on the way: no write leaves the rules, none is sent twice,
//! and what the gateway tells is what is there.
//!
//! The rules stand here a second time, in the vendors' words and by the requests themselves. The same paths are walked
//! in every run; `PROPTEST_CASES` and `PROPTEST_RNG_SEED` widen them.

mod rules;

use axum::http::Method;
use onramp::sandbox::{Answer, Effect, Fault, Played};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner, contextualize_config};
use serde_json::{Value, json};

use crate::gateway::World;
use crate::writes::{FLOW, answer, fund, is_write, lead, link, onboard, questions, verification};
use rules::{is_carried_out, may};

/// A kind of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Onboard,
    Lead,
    Verification,
}

/// A record that is walked on.
#[derive(Debug)]
struct Walker {
    kind: Kind,
    id: String,
}

/// One mutation, on a record of its kind, and what breaks meanwhile.
#[derive(Debug, Clone)]
struct Step {
    walker: usize,
    /// Which of the moves of its kind.
    turn: usize,
    fault: Option<Break>,
}

/// What breaks: one of the calls of a step, in one of four ways.
#[derive(Debug, Clone)]
struct Break {
    effect: Effect,
    /// The read that comes after so many others; the write where there is none.
    read: Option<u32>,
}

/// The records, some of every state.
fn walkers(world: &World) -> Vec<Walker> {
    let companies = [
        "OÜ Valga Raudteeteenused",
        "OÜ Haapsalu Ravimuda",
        "OÜ Emajõe Tarkvara",
        "AS Tartu Mõõteriistad",
        "OÜ Hiiu Kalatööstus",
        "OÜ Läänemere Logistika",
    ];
    let onboards = [0, 1, 2, 3, 5, 8, 9, 24].map(|number| Walker { kind: Kind::Onboard, id: onboard(number) });
    let leads = [0, 1, 3, 4, 7].map(|number| Walker { kind: Kind::Lead, id: lead(number) });
    let companies = companies.map(|name| Walker { kind: Kind::Verification, id: verification(world, name) });
    onboards.into_iter().chain(leads).chain(companies).collect()
}

/// The mutations of a record, each with the method of its write.
fn moves(walker: &Walker, question: &str) -> Vec<(Method, String)> {
    let id = &walker.id;
    let update = |input: &str| format!("onboardUpdate(id: {id:?}, input: {{ {input} }})");
    match walker.kind {
        Kind::Onboard => [
            format!("onboardComplete(id: {id:?})"),
            format!("onboardStart(id: {id:?})"),
            format!("onboardStart(id: {id:?}, input: {{ flowId: {FLOW:?} }})"),
            update(&format!("connectionId: {:?}", link(5))),
            update("connectionId: null"),
        ]
        .map(|call| (Method::PUT, call))
        .into(),
        Kind::Lead => [
            format!("leadReview(id: {id:?})"),
            format!("leadContact(id: {id:?})"),
            format!("leadQualify(id: {id:?})"),
            fund(id),
            format!("leadWithdraw(id: {id:?}, input: {{ withdrawnReason: DUPLICATE }})"),
        ]
        .map(|call| (Method::POST, call))
        .into(),
        Kind::Verification => vec![
            (Method::POST, format!("verificationCreateCustomer(id: {id:?})")),
            (Method::POST, format!("verificationRunValidation(id: {id:?})")),
            (Method::POST, answer(id, question, "boolean: true")),
            (Method::PATCH, format!(r#"verificationUpdate(id: {id:?}, input: {{ legalName: "OÜ Walked" }})"#)),
            (Method::DELETE, format!("verificationDelete(id: {id:?})")),
        ],
    }
}

fn played(world: &World, kind: Kind) -> &Played {
    match kind {
        Kind::Onboard => world.sandbox.leadconduit(),
        Kind::Lead => world.sandbox.connect(),
        Kind::Verification => world.sandbox.waldur(),
    }
}

/// What the sandbox holds of a record; null where it is gone.
fn held(world: &World, walker: &Walker) -> Value {
    let records = played(world, walker.kind).records();
    let (rows, member, id) = match walker.kind {
        Kind::Onboard => (&records["main"]["onboards"], "id", walker.id.clone()),
        Kind::Lead => (&records["main"], "id", walker.id.clone()),
        Kind::Verification => (&records, "uuid", walker.id.replace('-', "")),
    };
    rows.as_array().unwrap().iter().find(|row| row[member] == id.as_str()).cloned().unwrap_or_default()
}

/// What the graph calls a record, and the members by which it tells where one stands.
fn standing(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Onboard => ("onboard", "status rawStatus connectionId flowId"),
        Kind::Lead => ("lead", "stage rawStage"),
        Kind::Verification => ("verification", "status rawStatus hasCustomer legalName"),
    }
}

/// What the graph is to tell of a record that the sandbox holds so.
fn told(kind: Kind, held: &Value) -> Value {
    if held.is_null() {
        return Value::Null;
    }
    let raw = held["status"].as_str().unwrap_or_default();
    let status = match raw {
        "completed_flows_sync" => "UNRECOGNIZED".to_owned(),
        raw => raw.to_uppercase(),
    };
    match kind {
        Kind::Onboard => json!({
            "status": status, "rawStatus": raw, "connectionId": held["connection_id"], "flowId": held["flow_id"],
        }),
        Kind::Lead => json!({ "stage": status, "rawStage": raw }),
        Kind::Verification => json!({
            "status": status, "rawStatus": raw, "hasCustomer": !held["customer"].is_null(),
            "legalName": held["legal_name"],
        }),
    }
}

fn step(walkers: usize) -> impl Strategy<Value = Step> {
    let failing = || Answer::empty(500);
    let effect = prop_oneof![
        Just(Effect::Status(failing())),
        Just(Effect::StatusAfter(failing())),
        Just(Effect::ResetBefore),
        Just(Effect::ResetAfter),
    ];
    let read = prop_oneof![3 => Just(None), 1 => (0..3_u32).prop_map(Some)];
    let fault = prop::option::weighted(0.4, (effect, read).prop_map(|(effect, read)| Break { effect, read }));
    (0..walkers, 0..5_usize, fault).prop_map(|(walker, turn, fault)| Step { walker, turn, fault })
}

/// Makes one step, and says which promise it broke.
async fn walk(world: &World, walker: &Walker, step: &Step, question: &str) -> Result<(), String> {
    let (method, call) = moves(walker, question).swap_remove(step.turn);
    let api = played(world, walker.kind);
    let before = held(world, walker);
    api.forget_calls();
    if let Some(Break { effect, read }) = &step.fault {
        let fault = Fault::once(effect.clone());
        api.fault(match read {
            Some(reads) => fault.method(Method::GET).after(*reads),
            None => fault.method(method),
        });
    }
    let (name, members) = standing(walker.kind);
    let shown = format!("{name} {{ {members} }}");
    let shown = if call.starts_with("verificationDelete") { "deletedVerificationId" } else { &shown };
    let document = format!("mutation {{ result: {call} {{ {shown} userErrors {{ code message }} }} }}");
    let response = world.ask(&document).await;
    api.clear_faults();

    let writes: Vec<_> = api.calls().into_iter().filter(is_write).collect();
    let after = held(world, walker);
    let payload = &response["data"]["result"];
    let errors = payload["userErrors"].as_array().map(Vec::as_slice).unwrap_or_default();
    let breach = |what: &str| Err(format!("{what}: {call}\n{before:#}\n{writes:#?}\n{response:#}\n{after:#}"));
    if writes.len() > 1 {
        return breach("a write was sent twice");
    }
    if writes.iter().any(|write| !may(write, &before)) {
        return breach("a write left the rules");
    }
    if writes.is_empty() && after != before {
        return breach("something changed without a write");
    }
    let is_done = payload.is_object() && errors.is_empty();
    if is_done && !writes.iter().any(|write| is_carried_out(write, &after)) {
        return breach("it was told to be done and was not");
    }
    if !payload[name].is_null() && payload[name] != told(walker.kind, &after) {
        return breach("the payload tells what is not there");
    }
    let data = world.data(&format!("{{ {name}(id: {:?}) {{ {members} }} }}", walker.id)).await;
    if data[name] != told(walker.kind, &after) {
        return breach(&format!("a read tells what is not there: {data}"));
    }
    Ok(())
}

/// Walks a path from the seed.
async fn walk_all(world: &World, walkers: &[Walker], steps: &[Step], question: &str) -> Result<(), String> {
    for kind in [Kind::Onboard, Kind::Lead, Kind::Verification] {
        played(world, kind).reset();
    }
    for (number, step) in steps.iter().enumerate() {
        let made = walk(world, &walkers[step.walker], step, question).await;
        made.map_err(|breach| format!("step {number}: {breach}"))?;
    }
    Ok(())
}

#[test]
fn no_path_leaves_the_rules_or_loses_the_truth() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let world = runtime.block_on(World::start());
    let walkers = walkers(&world);
    let questions = runtime.block_on(questions(&world, "OÜ Valga Raudteeteenused"));
    let question = questions.iter().find(|question| question["type"] == "BOOLEAN").unwrap()["uuid"].as_str().unwrap();
    let fixed = Config { cases: 48, rng_seed: RngSeed::Fixed(20), failure_persistence: None, ..Config::default() };
    let paths = prop::collection::vec(step(walkers.len()), 1..24);
    let outcome = TestRunner::new(contextualize_config(fixed)).run(&paths, |steps| {
        runtime.block_on(walk_all(&world, &walkers, &steps, question)).map_err(TestCaseError::fail)
    });
    outcome.unwrap_or_else(|breach| panic!("{breach}"));
}
