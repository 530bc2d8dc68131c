//! A dry run says what each of the twenty mutations would do, and does nothing.

use serde_json::{Value, json};

use crate::gateway::World;
use crate::writes::{
    FLOW, answer, fund, invitation, lead, link, mutate, onboard, questions, verification, with, written,
};

/// Every mutation, each on a record that it is open for.
pub fn permitted(world: &World, question: &str) -> Vec<String> {
    let of = |company| verification(world, company);
    let (answering, leaving) = (of("OÜ Valga Raudteeteenused"), of("OÜ Otepää Talispordikeskus"));
    vec![
        format!(r#"onboardCreate(input: {{ invitationId: "{}" }})"#, invitation(0)),
        format!(r#"onboardUpdate(id: "{}", input: {{ flowId: "{FLOW}" }})"#, onboard(0)),
        format!(r#"onboardStart(id: "{}")"#, onboard(10)),
        format!(r#"onboardComplete(id: "{}")"#, onboard(1)),
        format!(r#"buyerDeliverySetUp(input: {{ link: {{ connectionId: "{}" }} }})"#, link(5)),
        "accountUpdate(input: { dataRetentionInDays: 100 })".to_owned(),
        r#"verificationStart(input: { country: "EE", legalPersonIdentifier: "14900001" })"#.to_owned(),
        r#"verificationCreate(input: { userId: 2, country: "EE" })"#.to_owned(),
        format!(r#"verificationUpdate(id: "{answering}", input: {{ legalName: "OÜ Valga" }})"#),
        format!(r#"verificationReplace(id: "{answering}", input: {{ userId: 2, country: "EE" }})"#),
        format!(r#"verificationDelete(id: "{leaving}")"#),
        answer(&answering, question, r#"text: "info@valga.example""#),
        format!(r#"verificationRunValidation(id: "{answering}")"#),
        format!(r#"verificationCreateCustomer(id: "{}")"#, of("OÜ Emajõe Tarkvara")),
        format!(r#"leadReview(id: "{}")"#, lead(0)),
        format!(r#"leadContact(id: "{}")"#, lead(8)),
        format!(r#"leadQualify(id: "{}")"#, lead(16)),
        fund(&lead(24)),
        format!(r#"leadDisqualify(id: "{}", input: {{ disqualifiedReason: CREDIT_ISSUE }})"#, lead(32)),
        format!(r#"leadWithdraw(id: "{}", input: {{ withdrawnReason: DUPLICATE }})"#, lead(40)),
    ]
}

/// Every mutation that the gateway may refuse, refused. A new onboard is refused by the upstream alone.
fn refused(world: &World, question: &str) -> Vec<String> {
    let (verified, pending) = (verification(world, "OÜ Emajõe Tarkvara"), verification(world, "OÜ Haapsalu Ravimuda"));
    let (completed, created, funded) = (onboard(2), onboard(0), lead(4));
    vec![
        format!(r#"onboardUpdate(id: "{completed}", input: {{ flowId: "{FLOW}" }})"#),
        format!(r#"onboardStart(id: "{completed}")"#),
        format!(r#"onboardComplete(id: "{created}")"#),
        format!(r#"buyerDeliverySetUp(input: {{ link: {{ connectionId: "{}" }} }})"#, link(0)),
        "accountUpdate(input: { dataRetentionInDays: 0 })".to_owned(),
        r#"verificationStart(input: { country: "EE" })"#.to_owned(),
        r#"verificationCreate(input: { userId: 2, country: "Estonia" })"#.to_owned(),
        format!(r#"verificationUpdate(id: "{verified}", input: {{ legalName: "OÜ" }})"#),
        format!(r#"verificationReplace(id: "{verified}", input: {{ userId: 2, country: "EE" }})"#),
        format!(r#"verificationDelete(id: "{verified}")"#),
        answer(&pending, question, "boolean: true"),
        format!(r#"verificationRunValidation(id: "{verified}")"#),
        format!(r#"verificationCreateCustomer(id: "{pending}")"#),
        format!(r#"leadReview(id: "{funded}")"#),
        format!(r#"leadContact(id: "{funded}")"#),
        format!(r#"leadQualify(id: "{funded}")"#),
        fund(&funded),
        format!(r#"leadDisqualify(id: "{funded}", input: {{ disqualifiedReason: OTHER }})"#),
        format!(r#"leadWithdraw(id: "{funded}", input: {{ withdrawnReason: OTHER }})"#),
    ]
}

/// The id of a question that takes text.
pub async fn question(world: &World) -> String {
    questions(world, "OÜ Valga Raudteeteenused").await[0]["uuid"].as_str().unwrap().to_owned()
}

fn dry(call: &str) -> String {
    with(call, "dryRun: true")
}

#[tokio::test(flavor = "multi_thread")]
async fn none_of_the_twenty_writes_anything() {
    let world = World::start().await;
    let question = question(&world).await;
    let (permitted, refused) = (permitted(&world, &question), refused(&world, &question));
    let records = || {
        let sandbox = &world.sandbox;
        [sandbox.leadconduit().records(), sandbox.waldur().records(), sandbox.connect().records()]
    };
    let before = records();
    assert_eq!(permitted.len(), 20);
    for call in permitted.iter().chain(&refused) {
        assert_eq!(mutate(&world, &dry(call)).await["dryRun"], true, "{call}");
    }
    assert_eq!(written(&world), [""; 0]);
    assert_eq!(records(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dry_run_permits_is_then_done_with_one_write() {
    let world = World::start().await;
    let question = question(&world).await;
    for call in permitted(&world, &question) {
        assert_eq!(mutate(&world, &dry(&call)).await["userErrors"], json!([]), "{call}");
        let done = mutate(&world, &call).await;
        assert_eq!([&done["userErrors"], &done["dryRun"]], [&json!([]), &json!(false)], "{call}");
        assert_eq!(written(&world).len(), 1, "{call}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dry_run_refuses_is_refused_in_the_same_words() {
    let world = World::start().await;
    let question = question(&world).await;
    for call in refused(&world, &question) {
        let mut foretold = mutate(&world, &dry(&call)).await;
        assert_ne!(foretold["userErrors"], json!([]), "{call}");
        foretold["dryRun"] = Value::Bool(false);
        assert_eq!(mutate(&world, &call).await, foretold, "{call}");
        assert_eq!(written(&world), [""; 0], "{call}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shows_the_record_as_it_is() {
    let world = World::start().await;
    let shown = json!({ "id": format!("onboard_{}", onboard(1)), "status": "IN_PROGRESS" });
    let payload = mutate(&world, &dry(&format!(r#"onboardComplete(id: "{}")"#, onboard(1)))).await;
    assert_eq!(payload, json!({ "onboard": shown, "userErrors": [], "dryRun": true }));
}
