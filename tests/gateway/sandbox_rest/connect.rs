//! Connect's doors, and reading its leads.

use std::collections::BTreeMap;

use onramp::sandbox::connect::{API_KEY, PARTNER_ROUTE, SECOND_API_KEY, SECOND_PARTNER_ROUTE};
use serde_json::{Value, json};

use super::{Desk, answer};

const MATCHED: &str = "9c30a205-a60e-47cb-94b4-6d45cd4c2179";
const TRACE: &str = "00-8f1c6c5d2b7a4e0f9d3a1b2c4e5f6071-5b0f3f4a9c2d1e60-00";

fn lead(id: &str) -> String {
    format!("/api/v1/{PARTNER_ROUTE}/leads?leadId={id}")
}

#[tokio::test]
async fn a_lead_is_three_members_and_no_more() {
    let desk = Desk::open().await;
    let response = desk.connect("GET", &lead(MATCHED)).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(
        response.text().await.unwrap(),
        r#"{"id":"9c30a205-a60e-47cb-94b4-6d45cd4c2179","status":"Matched","requestedAmount":50000.0}"#
    );
    let upper = desk.connect("GET", &lead(&MATCHED.to_uppercase()));
    assert_eq!(answer(upper).await.1["id"], MATCHED);
    let without_amount = lead("9c30a205-a60e-47cb-94b4-6d45cd4c217c");
    let expected = json!({
        "id": "9c30a205-a60e-47cb-94b4-6d45cd4c217c",
        "status": "Qualified",
        "requestedAmount": null,
    });
    let found = answer(desk.connect("GET", &without_amount)).await;
    assert_eq!(found, (200, expected));
}

#[tokio::test]
async fn a_wrong_key_gets_a_401_with_nothing_in_it() {
    let desk = Desk::open().await;
    let anonymous = desk.bare(desk.sandbox.connect(), "GET", &lead(MATCHED));
    let wrong = desk.bare(desk.sandbox.connect(), "GET", &lead(MATCHED));
    for call in [anonymous, wrong.header("x-api-key", "guessed")] {
        let response = call.send().await.unwrap();
        assert_eq!(response.status(), 401);
        assert_eq!(response.text().await.unwrap(), "");
    }
}

#[tokio::test]
async fn key_and_route_are_one_credential() {
    let desk = Desk::open().await;
    let pairs = [(API_KEY, SECOND_PARTNER_ROUTE), (SECOND_API_KEY, PARTNER_ROUTE), (API_KEY, "nobody")];
    let not_found = json!({
        "type": "https://tools.ietf.org/html/rfc9110#section-15.5.5",
        "title": "Not Found",
        "status": 404,
        "traceId": TRACE,
    });
    for (key, route) in pairs {
        let path = format!("/api/v1/{route}/leads?leadId={MATCHED}");
        let call = desk.bare(desk.sandbox.connect(), "GET", &path);
        let call = call.header("x-api-key", key);
        assert_eq!(answer(call).await, (404, not_found.clone()));
    }
}

#[tokio::test]
async fn a_partner_sees_its_own_leads_alone() {
    let desk = Desk::open().await;
    let theirs = "4be1f7d8-2c95-4d0a-8e63-0a7c51d3b641";
    let path = format!("/api/v1/{SECOND_PARTNER_ROUTE}/leads?leadId={theirs}");
    let call = desk.bare(desk.sandbox.connect(), "GET", &path);
    let (status, body) = answer(call.header("x-api-key", SECOND_API_KEY)).await;
    assert_eq!((status, &body["status"]), (200, &json!("Reviewed")));
    assert_eq!(answer(desk.connect("GET", &lead(theirs))).await.0, 404);
}

#[tokio::test]
async fn a_lead_that_is_not_there_is_a_problem() {
    let desk = Desk::open().await;
    let call = desk.connect("GET", &lead("00000000-0000-4000-8000-000000000000"));
    let response = call.send().await.unwrap();
    let content_type = response.headers()["content-type"].clone();
    assert!(content_type.to_str().unwrap().starts_with("application/problem+json"));
    let expected = json!({
        "type": "https://tools.ietf.org/html/rfc9110#section-15.5.5",
        "title": "Not Found",
        "status": 404,
        "detail": "Lead 00000000-0000-4000-8000-000000000000 was not found.",
        "traceId": TRACE,
    });
    assert_eq!(super::read(response).await, (404, expected));
}

#[tokio::test]
async fn a_missing_or_broken_lead_id_is_a_validation_failure() {
    let desk = Desk::open().await;
    let leads = format!("/api/v1/{PARTNER_ROUTE}/leads");
    let cases = [
        (leads.clone(), "The leadId field is required."),
        (lead(""), "The leadId field is required."),
        (lead("12"), "The value '12' is not valid."),
    ];
    for (path, message) in cases {
        let expected = json!({
            "type": "https://tools.ietf.org/html/rfc9110#section-15.5.1",
            "title": "One or more validation errors occurred.",
            "status": 400,
            "errors": {"leadId": [message]},
            "traceId": TRACE,
        });
        assert_eq!(answer(desk.connect("GET", &path)).await, (400, expected));
    }
}

#[tokio::test]
async fn the_seed_has_leads_in_every_stage() {
    let desk = Desk::open().await;
    let records = desk.sandbox.connect().records();
    let leads = records["main"].as_array().unwrap();
    let mut stages = BTreeMap::<&str, usize>::new();
    for lead in leads {
        *stages.entry(lead["status"].as_str().unwrap()).or_default() += 1;
    }
    let expected = [
        ("Contacted", 8),
        ("Disqualified", 7),
        ("Funded", 7),
        ("Matched", 8),
        ("Qualified", 8),
        ("Reviewed", 8),
        ("Unmatched", 7),
        ("Withdrawn", 7),
    ];
    assert_eq!(stages, BTreeMap::from(expected));
    let has_amount = |lead: &&Value| lead["requestedAmount"].is_number();
    assert_eq!(leads.iter().filter(has_amount).count(), 51);
    assert_eq!(records["second"].as_array().unwrap().len(), 3);
}
