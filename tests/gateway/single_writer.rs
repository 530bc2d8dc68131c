//! One write at a time for a record, and side by side for different ones; what was written is read.

use std::time::Duration;

use axum::http::Method;
use futures_util::future::join_all;
use onramp::sandbox::{Effect, Fault};
use serde_json::{Value, json};

use crate::gateway::{World, until};
use crate::writes::{
    FLOW, fund, held_lead, held_onboard, held_verification, invitation, lead, link, mutate, onboard, verification,
    writes, written,
};

const HUNDRED: usize = 100;

/// How many answers are the one, and how many the other; there is no third.
fn tally(answers: &[Value], done: &Value, refused: &Value) -> (usize, usize) {
    let of = |expected: &Value| answers.iter().filter(|answer| *answer == expected).count();
    let strange = answers.iter().find(|answer| *answer != done && *answer != refused);
    assert_eq!(strange, None);
    (of(done), of(refused))
}

fn refusal(from: &str, action: &str, basis: &str, because: &str) -> Value {
    json!([{
        "__typename": "TransitionRefused", "code": "TRANSITION_REFUSED", "path": null,
        "message": format!("{action} is refused: {because}."),
        "from": from, "action": action, "allowed": [], "basis": basis,
    }])
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_completions_of_one_onboard_one_is_sent() {
    let world = World::start().await;
    let complete = format!(r#"onboardComplete(id: "{}")"#, onboard(1));
    let answers = join_all((0..HUNDRED).map(|_| mutate(&world, &complete))).await;
    let shown = json!({ "id": format!("onboard_{}", onboard(1)), "status": "COMPLETED" });
    let because = "COMPLETE is open from IN_PROGRESS and the record is COMPLETED";
    let errors = refusal("COMPLETED", "COMPLETE", "POLICY", because);
    let done = json!({ "onboard": shown, "userErrors": [], "dryRun": false });
    let refused = json!({ "onboard": shown, "userErrors": errors, "dryRun": false });
    assert_eq!(tally(&answers, &done, &refused), (1, HUNDRED - 1));
    assert_eq!(written(&world), [format!("PUT /onboards/{}", onboard(1))]);
    assert_eq!(held_onboard(&world, 1)["status"], "completed");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_customers_of_one_verification_one_is_made() {
    let world = World::start().await;
    let company = "OÜ Emajõe Tarkvara";
    let id = verification(&world, company);
    let create = format!(r#"verificationCreateCustomer(id: "{id}")"#);
    let answers = join_all((0..HUNDRED).map(|_| mutate(&world, &create))).await;
    let shown = json!({ "id": format!("verification_{id}"), "status": "VERIFIED", "hasCustomer": true });
    let because = "a customer exists already for this verification";
    let errors = refusal("VERIFIED", "CREATE_CUSTOMER", "DOCUMENTED", because);
    let done = json!({ "verification": shown, "customer": { "name": company }, "userErrors": [], "dryRun": false });
    let refused = json!({ "verification": shown, "customer": null, "userErrors": errors, "dryRun": false });
    assert_eq!(tally(&answers, &done, &refused), (1, HUNDRED - 1));
    let path = format!("/api/onboarding-verifications/{}/create_customer/", id.replace('-', ""));
    assert_eq!(written(&world), [format!("POST {path}")]);
    assert!(held_verification(&world, company)["customer"].is_u64());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_fundings_of_one_lead_one_is_sent() {
    let world = World::start().await;
    let fund = fund(&lead(3));
    let answers = join_all((0..HUNDRED).map(|_| mutate(&world, &fund))).await;
    let shown = json!({ "id": format!("lead_{}", lead(3)), "stage": "FUNDED" });
    let because = "FUND is open from MATCHED, REVIEWED, CONTACTED, QUALIFIED and the record is FUNDED";
    let errors = refusal("FUNDED", "FUND", "POLICY", because);
    let done = json!({ "lead": shown, "userErrors": [], "dryRun": false });
    let refused = json!({ "lead": shown, "userErrors": errors, "dryRun": false });
    assert_eq!(tally(&answers, &done, &refused), (1, HUNDRED - 1));
    assert_eq!(written(&world), ["POST /api/v1/my-finances/leads"]);
    assert_eq!(held_lead(&world, 3)["posted"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_different_ends_of_one_lead_at_once_the_first_is_the_only_one() {
    let world = World::start().await;
    let id = lead(0);
    let ends = [
        fund(&id),
        format!(r#"leadDisqualify(id: "{id}", input: {{ disqualifiedReason: CREDIT_ISSUE }})"#),
        format!(r#"leadWithdraw(id: "{id}", input: {{ withdrawnReason: DUPLICATE }})"#),
    ];
    let answers = join_all((0..30).map(|number| mutate(&world, &ends[number % 3]))).await;
    let done: Vec<&Value> = answers.iter().filter(|answer| answer["userErrors"] == json!([])).collect();
    let sent = writes(world.sandbox.connect());
    assert_eq!((done.len(), sent.len()), (1, 1));
    let stages: Vec<&Value> = answers.iter().map(|answer| &answer["lead"]["stage"]).collect();
    assert_eq!(stages, vec![&done[0]["lead"]["stage"]; 30]);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_different_features_at_once_are_all_kept() {
    let world = World::start().await;
    // Each is sent with all the others beside it, so one that was decided upon an older read would undo another.
    let switched = [
        ("sellerAccess", "seller_access", false),
        ("buyerAccess", "buyer_access", false),
        ("leadTransactions", "lead_transactions", false),
        ("conversionFeedback", "conversion_feedback", true),
        ("firehose", "firehose", false),
        ("thirdPartyAddOnServices", "third_party_add_on_services", false),
        ("realTimeBidding", "real_time_bidding", true),
        ("consentDecisions", "leadconduit_trustedform_decisions", false),
    ];
    let calls = switched.map(|(name, _, to)| format!("accountUpdate(input: {{ features: {{ {name}: {to} }} }})"));
    for answer in join_all(calls.iter().map(|call| mutate(&world, call))).await {
        assert_eq!(answer["userErrors"], json!([]));
    }
    let expected: Value = switched.into_iter().map(|(_, name, to)| (name.to_owned(), json!(to))).collect();
    assert_eq!(world.sandbox.leadconduit().records()["main"]["account"]["features"], expected);
    assert_eq!(written(&world), ["PUT /account"; 8]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_to_another_record_does_not_wait() {
    let world = World::start().await;
    let api = world.sandbox.leadconduit();
    let slow = format!("/onboards/{}", onboard(4));
    api.fault(Fault::once(Effect::Latency(Duration::from_secs(3))).method(Method::PUT).path(&slow));
    let is_under_way = || api.calls().iter().any(|call| call.path == slow && call.status.is_none());
    let update = |number| format!(r#"onboardUpdate(id: "{}", input: {{ flowId: "{FLOW}" }})"#, onboard(number));
    let (first, second) = (update(4), update(1));
    let overtaking = async {
        until("the first write", is_under_way).await;
        let answer = mutate(&world, &second).await;
        (answer, is_under_way())
    };
    let (overtaken, (overtaking, was_under_way)) = tokio::join!(mutate(&world, &first), overtaking);
    assert!(was_under_way, "the first write was over before the second was answered");
    let statuses = [&overtaken, &overtaking].map(|answer| answer["onboard"]["status"].as_str().unwrap());
    assert_eq!(statuses, ["IN_PROGRESS"; 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_set_up_by_one_write_at_a_time_whichever_way_leads_to_it() {
    let world = World::start().await;
    let api = world.sandbox.leadconduit();
    api.fault(Fault::always(Effect::Latency(Duration::from_millis(500))).method(Method::POST));
    let statuses = || {
        let writes = api.calls().into_iter().filter(|call| call.method == "POST");
        writes.map(|call| call.status).collect::<Vec<_>>()
    };
    let set_up = |link: String| format!("buyerDeliverySetUp(input: {{ link: {{ {link} }} }})");
    let by_link = set_up(format!(r#"connectionId: "{}""#, link(4)));
    let by_invitation = set_up(format!(r#"invitationId: "{}""#, invitation(4)));
    let second = async {
        until("the second write", || statuses().len() == 2).await;
        statuses()
    };
    let (_, _, statuses) = tokio::join!(mutate(&world, &by_link), mutate(&world, &by_invitation), second);
    assert!(statuses[0].is_some(), "the second was sent while the first was under way");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_after_a_write_shows_it_whatever_was_in_flight_before() {
    let world = World::start().await;
    let api = world.sandbox.leadconduit();
    api.fault(Fault::once(Effect::HangBefore).method(Method::GET).path("/onboards"));
    let query = format!(r#"{{ onboard(id: "{}") {{ status }} }}"#, onboard(0));
    let older = world.gateway.begin(&json!({ "query": query }));
    until("the older read", || !api.calls().is_empty()).await;
    let answer = mutate(&world, &format!(r#"onboardStart(id: "{}")"#, onboard(0))).await;
    assert_eq!(answer["userErrors"], json!([]));
    assert_eq!(world.data(&query).await, json!({ "onboard": { "status": "IN_PROGRESS" } }));
    assert_eq!(api.calls()[0].status, None, "the older read was over before the younger one began");
    older.abort();
}
