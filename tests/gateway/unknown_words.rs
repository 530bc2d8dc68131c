//! What an upstream says that its documents do not: words, members, and silence. None of it is an error.

use onramp::sandbox::{Answer, Effect, Fault, Played};
use serde_json::{Value, json};

use crate::gateway::World;

fn say(api: &Played, path: &str, body: Value) {
    api.fault(Fault::once(Effect::Status(Answer::json(200, body))).path(path));
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_words_are_unrecognized_beside_the_raw_ones() {
    let world = World::start().await;
    let id = "5fd4371e940df5a34a3888b2";
    let account = json!({
        "id": "5fd2c1a8940df5a34a387f01", "billing_type": "barter", "financial_state": "broke",
        "subscriptions": { "base": { "state": "paused" } },
    });
    say(world.sandbox.leadconduit(), "/onboards", json!([{ "id": id, "status": "waiting", "connection_id": id }]));
    say(world.sandbox.leadconduit(), "/connections/", json!({ "id": id, "relationship_type": "friend" }));
    say(world.sandbox.leadconduit(), "/account", account);
    let query = "{
        onboards { nodes { status rawStatus link { relationship rawRelationship } availableTransitions { action } } }
        account { billingType rawBillingType financialState rawFinancialState
                  subscriptions { base { state rawState } pro { state } } }
    }";
    let unrecognized = "UNRECOGNIZED";
    let expected = json!({
        "onboards": { "nodes": [{
            "status": unrecognized, "rawStatus": "waiting",
            "link": { "relationship": unrecognized, "rawRelationship": "friend" },
            "availableTransitions": [],
        }] },
        "account": {
            "billingType": unrecognized, "rawBillingType": "barter",
            "financialState": unrecognized, "rawFinancialState": "broke",
            "subscriptions": { "base": { "state": unrecognized, "rawState": "paused" }, "pro": null },
        },
    });
    assert_eq!(world.data(query).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_words_of_verifications_and_leads_are_unrecognized_too() {
    let world = World::start().await;
    let uuid = "00000000000040008000000000000001";
    let verification = json!({
        "uuid": uuid, "status": "on_hold", "validation_method": "oracle", "error_message": "STARS_MISALIGNED",
    });
    let question = json!({ "uuid": uuid, "question_type": "riddle" });
    say(world.sandbox.waldur(), "/checklist/", json!({ "questions": [question] }));
    say(world.sandbox.waldur(), uuid, verification);
    say(world.sandbox.connect(), "/leads", json!({ "id": uuid, "status": "Enchanted" }));
    let query = format!(
        "{{ verification(id: \"{uuid}\") {{
               status rawStatus validationMethod rawValidationMethod errorCode rawErrorCode
               checklist {{ questions {{ type rawType }} }} availableTransitions {{ action }} }}
            lead(id: \"{uuid}\") {{ stage rawStage availableTransitions {{ action }} }} }}"
    );
    let unrecognized = "UNRECOGNIZED";
    let expected = json!({
        "verification": {
            "status": unrecognized, "rawStatus": "on_hold",
            "validationMethod": unrecognized, "rawValidationMethod": "oracle",
            "errorCode": unrecognized, "rawErrorCode": "STARS_MISALIGNED",
            "checklist": { "questions": [{ "type": unrecognized, "rawType": "riddle" }] },
            "availableTransitions": [],
        },
        "lead": { "stage": unrecognized, "rawStage": "Enchanted", "availableTransitions": [] },
    });
    assert_eq!(world.data(&query).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn known_words_are_known_in_any_letter_case() {
    let world = World::start().await;
    let uuid = "00000000-0000-4000-8000-000000000001";
    say(world.sandbox.connect(), "/leads", json!({ "id": uuid, "status": "MATCHED" }));
    let data = world.data(&format!("{{ lead(id: \"{uuid}\") {{ stage rawStage }} }}")).await;
    assert_eq!(data, json!({ "lead": { "stage": "MATCHED", "rawStage": "MATCHED" } }));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_or_null_is_null() {
    let world = World::start().await;
    let id = "5fd4371e940df5a34a3888b2";
    let nulls = json!({
        "id": id, "status": null, "flow_id": null, "connection_id": null, "account_id": null, "invitation_id": null,
        "created_at": null, "updated_at": null,
    });
    let query = "{ onboards { nodes {
        status rawStatus flowId connectionId accountId invitationId createdAt updatedAt
        account { id } link { objectId } flow { objectId }
    } } }";
    let nothing = json!({
        "status": "UNRECOGNIZED", "rawStatus": "", "flowId": null, "connectionId": null, "accountId": null,
        "invitationId": null, "createdAt": null, "updatedAt": null, "account": null, "link": null, "flow": null,
    });
    for body in [nulls, json!({ "id": id })] {
        say(world.sandbox.leadconduit(), "/onboards", json!([body]));
        assert_eq!(world.data(query).await, json!({ "onboards": { "nodes": [nothing] } }));
    }
    // What has no id is no row: nobody could ever ask for it.
    say(world.sandbox.leadconduit(), "/onboards", json!([{ "status": "created" }, { "id": null }]));
    assert_eq!(world.data(query).await, json!({ "onboards": { "nodes": [] } }));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_of_an_id_alone_is_an_account() {
    let world = World::start().await;
    say(world.sandbox.leadconduit(), "/account", json!({ "id": "5fd2c1a8940df5a34a387f01" }));
    let query = "{ account {
        id ssoId name timeZone type state productId dataRetentionInDays dataTruncatedAt billingType rawBillingType
        financialState financialStateUpdatedAt leadPingEnabled pricingComponents subscriptions { base { state } }
        features { firehose } connectedBuyers { name } connectedSellers { name } pendingBuyers { name }
        pendingSellers { name }
    } }";
    let account = world.data(query).await["account"].take();
    for (member, value) in account.as_object().unwrap() {
        assert_eq!(value.is_null(), member != "id", "{member}");
    }
    assert_eq!(account["id"], "account_5fd2c1a8940df5a34a387f01");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verification_and_its_checklist_may_say_next_to_nothing() {
    let world = World::start().await;
    let uuid = "00000000000040008000000000000001";
    say(world.sandbox.waldur(), "/checklist/", json!({}));
    say(world.sandbox.waldur(), uuid, json!({ "uuid": uuid }));
    say(world.sandbox.connect(), "/leads", json!({ "id": uuid }));
    let query = format!(
        "{{ verification(id: \"{uuid}\") {{
               status rawStatus country legalName validationMethod verifiedUserRoles rawResponse errorTraceback errorCode
               validatedAt expiresAt hasCustomer createdAt checklist {{ name completion {{ isCompleted }} questions {{ uuid }} }}
               completionStatus {{ isCompleted }} }}
            lead(id: \"{uuid}\") {{ stage rawStage requestedAmount }} }}"
    );
    let expected = json!({
        "verification": {
            "status": "UNRECOGNIZED", "rawStatus": "", "country": null, "legalName": null, "validationMethod": null,
            "verifiedUserRoles": null, "rawResponse": null, "errorTraceback": null, "errorCode": null,
            "validatedAt": null, "expiresAt": null, "hasCustomer": false, "createdAt": null,
            "checklist": { "name": null, "completion": null, "questions": [] },
            "completionStatus": null,
        },
        "lead": { "stage": "UNRECOGNIZED", "rawStage": "", "requestedAmount": null },
    });
    assert_eq!(world.data(&query).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn further_members_are_passed_over_and_later_versions_are_read() {
    let world = World::start().await;
    let uuid = "00000000000040008000000000000001";
    let later = json!({
        "uuid": uuid, "status": "verified", "user": "https://host.example/api/users/1/",
        "customer": "https://host.example/api/customers/1/", "can_customer_be_created": false, "novelty": [{ "a": 1 }],
    });
    say(world.sandbox.waldur(), uuid, later);
    say(world.sandbox.connect(), "/leads", json!({ "id": uuid, "status": "Funded", "novelty": { "deep": [] } }));
    let account = json!({ "id": "5fd2c1a8940df5a34a387f01", "name": "N", "novelty": 1, "features": { "novelty": 1 } });
    say(world.sandbox.leadconduit(), "/account", account);
    let query = format!(
        "{{ verification(id: \"{uuid}\") {{ status hasCustomer }} lead(id: \"{uuid}\") {{ stage }} account {{ name }} }}"
    );
    let expected = json!({
        "verification": { "status": "VERIFIED", "hasCustomer": true },
        "lead": { "stage": "FUNDED" },
        "account": { "name": "N" },
    });
    assert_eq!(world.data(&query).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_found_by_the_id_it_was_asked_for_whatever_id_it_has() {
    let world = World::start().await;
    let (asked, own) = ("5fd59f10940df5a34a389900", "5fd5a0c2940df5a34a38a100");
    let onboard = json!({ "id": asked, "connection_id": asked });
    say(world.sandbox.leadconduit(), "/onboards", json!([onboard]));
    let data = world.data("{ onboards { nodes { connectionId link { objectId externalId } } } }").await;
    let link = json!({ "objectId": own, "externalId": null });
    assert_eq!(data, json!({ "onboards": { "nodes": [{ "connectionId": asked, "link": link }] } }));
}
