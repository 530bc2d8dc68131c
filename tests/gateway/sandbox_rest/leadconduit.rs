//! LeadConduit's doors and everything in it but onboards and the account.

use onramp::sandbox::leadconduit::{API_KEY, SECOND_API_KEY};
use serde_json::{Value, json};

use super::{Desk, answer};

#[tokio::test]
async fn only_the_two_keys_open_anything() {
    let desk = Desk::open().await;
    let refused = (401, json!({"error": "authentication failed"}));
    assert_eq!(answer(desk.leadconduit_as("guessed", "GET", "/account")).await, refused);
    let anonymous = desk.bare(desk.sandbox.leadconduit(), "GET", "/account");
    assert_eq!(answer(anonymous.header("accept", "application/json")).await, refused);
    let bearer = desk.bare(desk.sandbox.leadconduit(), "GET", "/account");
    let bearer = bearer.header("accept", "application/json");
    assert_eq!(answer(bearer.bearer_auth(API_KEY)).await, refused);
    for key in [API_KEY, SECOND_API_KEY] {
        let (status, _) = answer(desk.leadconduit_as(key, "GET", "/account")).await;
        assert_eq!(status, 200);
    }
}

#[tokio::test]
async fn a_call_that_does_not_ask_for_json_by_name_is_taken_for_forged() {
    let desk = Desk::open().await;
    let text = "misconfigured csrf: check Accept header is set properly";
    for accept in ["*/*", "text/html"] {
        let call = desk.bare(desk.sandbox.leadconduit(), "GET", "/onboards");
        let call = call.basic_auth("API", Some(API_KEY)).header("accept", accept);
        assert_eq!(answer(call).await, (403, json!({"error": text})));
    }
}

#[tokio::test]
async fn one_onboard_cannot_be_read_or_deleted() {
    let desk = Desk::open().await;
    let path = "/onboards/5fd4371e940df5a34a3888b2";
    for method in ["GET", "DELETE"] {
        let error = format!("Cannot {method} {path}");
        assert_eq!(answer(desk.leadconduit(method, path)).await, (404, json!({"error": error})));
    }
}

#[tokio::test]
async fn a_connection_answers_to_three_kinds_of_id_in_either_case() {
    let desk = Desk::open().await;
    let ids = [
        "5fd5a0c2940df5a34a38a103",
        "5FD5A0C2940DF5A34A38A103",
        "5e8f6b2e940df5a34a214303",
        "5fd59f10940df5a34a389903",
    ];
    for id in ids {
        let (status, body) = answer(desk.leadconduit("GET", &format!("/connections/{id}"))).await;
        assert_eq!(status, 200);
        assert_eq!(
            body,
            json!({
                "id": "5fd5a0c2940df5a34a38a103",
                "connected_account": {
                    "id": "5e8f6b30940df5a34a214403",
                    "sso_id": "5e8f6b2e940df5a34a214303",
                    "name": "Maple Street Marketing",
                },
                "external_id": null,
                "invitation_id": "5fd59f10940df5a34a389903",
                "relationship_type": "seller",
                "created_at": "2025-06-12T08:45:00Z",
                "updated_at": "2025-07-12T08:15:00Z",
                "created_by": "dana.whitfield@summitfunding.example",
            })
        );
    }
    let unknown = desk.leadconduit("GET", "/connections/5fd5a0c2940df5a34a38ffff");
    let not_found = (404, json!({"error": "connection not found"}));
    assert_eq!(answer(unknown).await, not_found);
    // Another account's connection is as unknown as one that does not exist.
    let foreign = "/connections/5fd5a0c2940df5a34a38a103";
    let foreign = desk.leadconduit_as(SECOND_API_KEY, "GET", foreign);
    assert_eq!(answer(foreign).await, not_found);
}

#[tokio::test]
async fn a_pending_invitation_leads_to_no_connection_but_to_an_entity() {
    let desk = Desk::open().await;
    let path = "/connections/695b8d10940df5a34a000002";
    let (status, _) = answer(desk.leadconduit("GET", path)).await;
    assert_eq!(status, 404);
    let (_, entities) = answer(desk.leadconduit("GET", "/entities")).await;
    let pending = entities.as_array().unwrap().iter();
    let pending = pending
        .filter(|entity| entity["pending"] == json!(true))
        .map(|entity| (entity["invitation_id"].clone(), entity["expired"].clone()))
        .collect::<Vec<_>>();
    let id = |number: u32| json!(format!("695b8d10940df5a34a00000{number}"));
    let expected = [(2, false), (4, false), (6, false), (8, true)];
    let expected = expected.map(|(number, expired)| (id(number), json!(expired)));
    assert_eq!(pending, expected);
}

#[tokio::test]
async fn flows_are_eleven_big_bodies_read_together_or_alone() {
    let desk = Desk::open().await;
    let (status, flows) = answer(desk.leadconduit("GET", "/flows")).await;
    let flows = flows.as_array().unwrap().clone();
    assert_eq!((status, flows.len()), (200, 11));
    assert!(flows.iter().all(|flow| flow.to_string().len() > 2_000));
    assert!(flows.iter().any(|flow| flow["enabled"] == json!(false)));
    let alone = desk.leadconduit("GET", "/flows/5FD43B7A940DF5A34A38B302");
    assert_eq!(answer(alone).await, (200, flows[2].clone()));
    let unknown = desk.leadconduit("GET", "/flows/5fd43b7a940df5a34a38ffff");
    assert_eq!(answer(unknown).await.0, 404);
}

#[tokio::test]
async fn a_free_account_is_told_401_about_flows_although_its_key_is_right() {
    let desk = Desk::open().await;
    let limit = json!({"error": "Free accounts do not have access to Flows"});
    for path in ["/flows", "/flows/5fd43b7a940df5a34a38b302"] {
        let call = desk.leadconduit_as(SECOND_API_KEY, "GET", path);
        assert_eq!(answer(call).await, (401, limit.clone()));
    }
}

#[tokio::test]
async fn an_invitation_makes_an_entity_once() {
    let desk = Desk::open().await;
    let invite = || {
        let body = json!({"email": "hello@fernhill.example", "description": "Fernhill Ads"});
        desk.leadconduit("POST", "/invitations/source").json(&body)
    };
    let (status, first) = answer(invite()).await;
    assert_eq!((status, &first["message"]), (201, &json!("Invitation sent")));
    assert_eq!(first["entity"]["name"], "Fernhill Ads");
    assert_eq!(first["entity"]["source"], "seller");
    assert_eq!(first["entity"]["pending"], true);
    let (status, again) = answer(invite()).await;
    assert_eq!((status, &again["entity"]), (200, &first["entity"]));

    let id = first["entity"]["id"].as_str().unwrap();
    let entity = desk.leadconduit("GET", &format!("/entities/{id}"));
    assert_eq!(answer(entity).await, (200, first["entity"].clone()));
    let (_, account) = answer(desk.leadconduit("GET", "/account")).await;
    let pending = account["pending_sellers"].as_array().unwrap();
    assert_eq!(pending.last().unwrap()["name"], "Fernhill Ads");
}

#[tokio::test]
async fn an_address_known_as_a_source_is_new_as_a_recipient() {
    let desk = Desk::open().await;
    let body = json!({"email": "PARTNERS@harborleaf.example"});
    let known = desk.leadconduit("POST", "/invitations/source").json(&body);
    assert_eq!(answer(known).await.0, 200);
    let new = desk.leadconduit("POST", "/invitations/recipient").json(&body);
    let (status, told) = answer(new).await;
    assert_eq!((status, &told["entity"]["recipient"]), (201, &json!("buyer")));
    let nobody = desk.leadconduit("POST", "/invitations/recipient");
    let refused = json!({"error": "a valid email is required"});
    assert_eq!(answer(nobody.json(&json!({}))).await, (400, refused));
}

#[tokio::test]
async fn resending_revives_an_expired_invitation() {
    let desk = Desk::open().await;
    let path = "/invitations/695b8d10940df5a34a000007/resend";
    let (status, told) = answer(desk.leadconduit("PUT", path)).await;
    assert_eq!((status, &told["entity"]["expired"]), (200, &json!(false)));
    let (_, account) = answer(desk.leadconduit("GET", "/account")).await;
    let pending = account["pending_buyers"].as_array().unwrap();
    assert!(pending.iter().all(|pending| pending["expired"] == json!(false)));

    let accepted = "/invitations/5fd5a0c4940df5a34a38c500/resend";
    assert_eq!(answer(desk.leadconduit("PUT", accepted)).await.0, 400);
    let unknown = "/invitations/5fd5a0c4940df5a34a38ffff/resend";
    assert_eq!(answer(desk.leadconduit("PUT", unknown)).await.0, 404);
}

#[tokio::test]
async fn the_status_probe_needs_no_key() {
    let desk = Desk::open().await;
    let probe = desk.bare(desk.sandbox.leadconduit(), "GET", "/status");
    let probe = probe.header("accept", "application/json");
    assert_eq!(answer(probe).await, (200, json!({"version": "13.5.0"})));
}

#[tokio::test]
async fn two_starts_are_equal() {
    let (one, other) = (Desk::open().await, Desk::open().await);
    for path in ["/onboards", "/flows", "/entities", "/account"] {
        let (status, body) = answer(one.leadconduit("GET", path)).await;
        assert_eq!(status, 200);
        assert_ne!(body, Value::Null);
        assert_eq!(answer(other.leadconduit("GET", path)).await.1, body);
    }
    let records = |desk: &Desk| {
        let sandbox = &desk.sandbox;
        (sandbox.leadconduit().records(), sandbox.connect().records())
    };
    assert_eq!(records(&one), records(&other));
}
