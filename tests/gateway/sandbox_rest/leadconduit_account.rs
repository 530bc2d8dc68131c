//! LeadConduit's account: its secrets, and what a `PUT` keeps and drops.

use onramp::sandbox::leadconduit::{PLANTED_SECRET, SECOND_API_KEY};
use serde_json::{Value, json};

use super::{Desk, answer};

const DOCUMENTED: [&str; 23] = [
    "api_key",
    "billing_type",
    "connected_buyers",
    "connected_sellers",
    "data_retention_in_days",
    "data_truncated_at",
    "features",
    "financial_state",
    "financial_state_updated_at",
    "id",
    "keen_read_api_key",
    "keen_write_api_key",
    "lead_ping_enabled",
    "name",
    "pending_buyers",
    "pending_sellers",
    "pricing_components",
    "product_id",
    "sso_id",
    "state",
    "subscriptions",
    "time_zone",
    "type",
];

async fn account(desk: &Desk) -> Value {
    let (status, account) = answer(desk.leadconduit("GET", "/account")).await;
    assert_eq!(status, 200);
    account
}

async fn put(desk: &Desk, body: Value) -> (u16, Value) {
    answer(desk.leadconduit("PUT", "/account").json(&body)).await
}

#[tokio::test]
async fn the_main_account_has_every_documented_member_filled_in() {
    let desk = Desk::open().await;
    let account = account(&desk).await;
    let members = account.as_object().unwrap();
    let names = members.keys().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(names, DOCUMENTED);
    assert!(members.values().all(|value| !value.is_null()));
    assert_eq!(account["features"].as_object().unwrap().len(), 8);
    assert_eq!(account["subscriptions"].as_object().unwrap().len(), 3);
    for list in ["connected_buyers", "connected_sellers", "pending_buyers", "pending_sellers"] {
        assert!(!account[list].as_array().unwrap().is_empty());
    }
}

#[tokio::test]
async fn an_account_comes_with_its_secrets() {
    let desk = Desk::open().await;
    for member in ["api_key", "keen_read_api_key", "keen_write_api_key"] {
        let secret = account(&desk).await[member].clone();
        assert!(secret.as_str().unwrap().starts_with(PLANTED_SECRET));
    }
    let (_, updated) = put(&desk, json!({})).await;
    assert!(updated.to_string().contains(PLANTED_SECRET));
}

#[tokio::test]
async fn members_that_are_not_given_stay() {
    let desk = Desk::open().await;
    let mut expected = account(&desk).await;
    expected["data_retention_in_days"] = json!(30);
    let body = json!({"data_retention_in_days": 30, "name": "Not ours to change", "colour": "blue"});
    assert_eq!(put(&desk, body).await, (200, expected.clone()));
    assert_eq!(account(&desk).await, expected);
}

#[tokio::test]
async fn features_and_subscriptions_are_replaced_whole() {
    let desk = Desk::open().await;
    let before = account(&desk).await;
    let body = json!({
        "features": {"firehose": false},
        "subscriptions": {"pro": {"state": "inactive"}},
    });
    let mut expected = before.clone();
    expected["features"] = json!({"firehose": false});
    let pro = &before["subscriptions"]["pro"];
    let ids = (pro["id"].clone(), pro["product_offering_id"].clone());
    // What only the server writes survives; what was left out does not.
    expected["subscriptions"] = json!({"pro": {"state": "inactive", "id": ids.0, "product_offering_id": ids.1}});
    assert_eq!(put(&desk, body).await, (200, expected));
}

#[tokio::test]
async fn a_put_that_is_wrong_in_one_member_changes_none() {
    let desk = Desk::open().await;
    let before = account(&desk).await;
    let wrongs = [
        ("data_retention_in_days", json!("30")),
        ("data_retention_in_days", Value::Null),
        ("data_truncated_at", json!("yesterday")),
        ("features", json!({"firehose": "yes"})),
        ("features", Value::Null),
        ("subscriptions", json!({"base": {"state": "paused"}})),
        ("subscriptions", json!({"gold": {"state": "active"}})),
    ];
    for (member, value) in wrongs {
        let mut body = json!({"data_retention_in_days": 7});
        body[member] = value;
        let error = json!({"error": format!("{member} is invalid")});
        assert_eq!(put(&desk, body).await, (400, error));
    }
    assert_eq!(account(&desk).await, before);
}

#[tokio::test]
async fn one_account_does_not_change_the_other() {
    let desk = Desk::open().await;
    let before = account(&desk).await;
    let body = json!({"data_retention_in_days": 5});
    let theirs = desk.leadconduit_as(SECOND_API_KEY, "PUT", "/account");
    let (status, after) = answer(theirs.json(&body)).await;
    assert_eq!((status, &after["name"]), (200, &json!("Prairie Home Insurance")));
    assert_eq!(after["data_retention_in_days"], 5);
    assert_eq!(account(&desk).await, before);
}
