//! The account and flows are kept for a while, each for its credential, until a write; while the API is down they are
//! given a little longer, and the response says so.

use onramp::sandbox::{Answer, Effect, Fault};
use serde_json::{Value, json};

use crate::gateway::{World, requests, settled};

const ACCOUNT: &str = "{ account { name } }";

/// All of the account and of flows that can be asked for.
const WIDE: &str = "{
    account { id objectId ssoId name timeZone type state productId dataRetentionInDays dataTruncatedAt
        billingType rawBillingType financialState rawFinancialState financialStateUpdatedAt leadPingEnabled
        pricingComponents subscriptions { base { objectId state rawState createdAt } pro { state } partner { state } }
        features { sellerAccess buyerAccess leadTransactions conversionFeedback firehose thirdPartyAddOnServices
            realTimeBidding }
        connectedBuyers { objectId ssoId name } connectedSellers { name }
        pendingBuyers { objectId name expired } pendingSellers { name } }
    onboards(first: 100) { nodes { id rawStatus invitationId accountId connectionId flowId createdAt updatedAt
        flow { objectId name enabled createdAt updatedAt }
        link { objectId rawRelationship externalId invitationId createdAt updatedAt createdBy
            partner { objectId name ssoId } } } }
    lead(id: \"9c30a205-a60e-47cb-94b4-6d45cd4c2179\") { id stage rawStage requestedAmount }
}";

fn down() -> Effect {
    Effect::Status(Answer::html(503, "<html>"))
}

fn summit() -> Value {
    json!({ "account": { "name": "Summit Funding Partners" } })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_and_flows_are_read_once_and_onboards_each_time() {
    let world = World::start().await;
    for _ in 0..3 {
        world.data("{ account { name } onboards(first: 60) { nodes { flow { name } } } }").await;
    }
    let expected = ["GET /account", "GET /flows", "GET /onboards", "GET /onboards", "GET /onboards"];
    assert_eq!(requests(world.sandbox.leadconduit()), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_kept_answers_every_field_like_what_was_fetched() {
    let world = World::start_with(&[
        ("ONRAMP__LEADCONDUIT__CACHE_ONBOARDS_MS", "600000"),
        ("ONRAMP__LEADCONDUIT__CACHE_LINKS_MS", "600000"),
        ("ONRAMP__CONNECT__CACHE_LEADS_MS", "600000"),
    ])
    .await;
    let fetched = world.data(WIDE).await;
    assert!(world.calls().onboarding > 3);
    assert_eq!(world.data(WIDE).await, fetched);
    assert_eq!(world.calls(), crate::gateway::NO_CALLS);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_is_read_and_nothing_from_before() {
    let world = World::start().await;
    assert_eq!(world.data("{ account { timeZone dataRetentionInDays } }").await["account"]["dataRetentionInDays"], 90);
    let update = "mutation { accountUpdate(input: { dataRetentionInDays: 91 }) { userErrors { code } } }";
    assert_eq!(world.data(update).await, json!({ "accountUpdate": { "userErrors": [] } }));
    assert_eq!(world.data("{ account { dataRetentionInDays } }").await["account"]["dataRetentionInDays"], 91);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_decides_by_a_read_of_its_own() {
    let world = World::start().await;
    world.data(ACCOUNT).await;
    world.calls();
    world.data("mutation { accountUpdate(input: { dataRetentionInDays: 92 }, dryRun: true) { dryRun } }").await;
    assert_eq!(requests(world.sandbox.leadconduit()), ["GET /account"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_and_what_cannot_be_read_are_not_kept() {
    let world = World::start_with(&[("ONRAMP__LEADCONDUIT__RETRY_ATTEMPTS", "1")]).await;
    let api = world.sandbox.leadconduit();
    for answer in [
        Answer::json(404, json!({ "message": "no" })),
        Answer::empty(500),
        Answer::json(200, json!({ "id": 7 })),
        Answer::html(200, "<html>"),
    ] {
        api.fault(Fault::once(Effect::Status(answer)));
        assert_eq!(world.ask(ACCOUNT).await["data"], json!({ "account": null }));
    }
    assert_eq!(world.data(ACCOUNT).await, summit());
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_api_is_down_what_was_kept_is_given_and_marked() {
    // Old at once, and not to be given but for want of another.
    let world = World::start_with(&[
        ("ONRAMP__LEADCONDUIT__CACHE_ACCOUNT_MS", "1"),
        ("ONRAMP__LEADCONDUIT__CACHE_REFRESH_MS", "0"),
        ("ONRAMP__LEADCONDUIT__RETRY_ATTEMPTS", "1"),
    ])
    .await;
    let api = world.sandbox.leadconduit();
    assert_eq!(world.ask(ACCOUNT).await, json!({ "data": summit() }));
    for effect in [down(), Effect::ResetBefore] {
        api.fault(Fault::once(effect));
        let mut response = world.ask(ACCOUNT).await;
        let age = response["extensions"]["stale"][0]["ageMs"].take();
        assert!(age.is_u64(), "{age}");
        let stale = json!([{ "upstream": "onboarding", "route": "/account", "ageMs": null }]);
        assert_eq!(response, json!({ "data": summit(), "extensions": { "stale": stale } }));
    }
    // What is refused is refused: that is not an outage.
    api.fault(Fault::once(Effect::Status(Answer::json(401, json!({})))));
    assert_eq!(world.ask(ACCOUNT).await["errors"][0]["extensions"]["code"], "UPSTREAM_UNAUTHORIZED");
    assert_eq!(world.ask(ACCOUNT).await, json!({ "data": summit() }));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_that_is_switched_off_an_outage_is_an_error() {
    let world = World::start_with(&[
        ("ONRAMP__LEADCONDUIT__CACHE_ACCOUNT_MS", "1"),
        ("ONRAMP__LEADCONDUIT__CACHE_REFRESH_MS", "0"),
        ("ONRAMP__LEADCONDUIT__CACHE_STALE_IF_ERROR_MS", "0"),
        ("ONRAMP__LEADCONDUIT__RETRY_ATTEMPTS", "1"),
    ])
    .await;
    world.data(ACCOUNT).await;
    world.sandbox.leadconduit().fault(Fault::once(down()));
    let response = settled(world.ask(ACCOUNT).await);
    assert_eq!(response["data"], json!({ "account": null }));
    assert_eq!(response.get("extensions"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_from_before_a_write_is_given_while_the_api_is_down() {
    let world = World::start_with(&[
        ("ONRAMP__LEADCONDUIT__CACHE_ACCOUNT_MS", "1"),
        ("ONRAMP__LEADCONDUIT__RETRY_ATTEMPTS", "1"),
    ])
    .await;
    world.data(ACCOUNT).await;
    world.data("mutation { accountUpdate(input: { dataRetentionInDays: 91 }) { userErrors { code } } }").await;
    world.sandbox.leadconduit().fault(Fault::always(down()));
    assert_eq!(world.ask(ACCOUNT).await["data"], json!({ "account": null }));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_a_little_too_old_is_given_while_a_new_one_is_fetched() {
    let world = World::start_with(&[
        ("ONRAMP__LEADCONDUIT__CACHE_ACCOUNT_MS", "1"),
        ("ONRAMP__LEADCONDUIT__CACHE_REFRESH_MS", "600000"),
    ])
    .await;
    let api = world.sandbox.leadconduit();
    world.data(ACCOUNT).await;
    api.forget_calls();
    // The old one comes although the new one is long in coming.
    api.fault(Fault::once(Effect::Latency(std::time::Duration::from_secs(5))));
    for _ in 0..3 {
        let response = world.ask(ACCOUNT).await;
        assert_eq!(response["data"], summit());
        assert_eq!(response["extensions"]["stale"][0]["route"], "/account");
    }
    crate::gateway::until("the new one is fetched", || api.calls().len() == 1).await;
    assert_eq!(api.calls()[0].status, None);
}
