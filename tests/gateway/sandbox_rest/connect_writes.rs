//! Connect's stages: what is taken, what is refused, and what is never shown again.

use onramp::sandbox::connect::PARTNER_ROUTE;
use serde_json::{Value, json};

use super::{Desk, answer};

/// The first eight leads are in the eight stages.
const MATCHED: u8 = 0x79;
const FUNDED: u8 = 0x7d;
const DISQUALIFIED: u8 = 0x7e;
const WITHDRAWN: u8 = 0x7f;
const UNMATCHED: u8 = 0x80;

fn id(end: u8) -> String {
    format!("9c30a205-a60e-47cb-94b4-6d45cd4c21{end:02x}")
}

async fn post(desk: &Desk, body: &Value) -> (u16, Value) {
    let path = format!("/api/v1/{PARTNER_ROUTE}/leads");
    answer(desk.connect("POST", &path).json(body)).await
}

async fn stage(desk: &Desk, end: u8) -> Value {
    let path = format!("/api/v1/{PARTNER_ROUTE}/leads?leadId={}", id(end));
    answer(desk.connect("GET", &path)).await.1["status"].clone()
}

#[tokio::test]
async fn setting_a_stage_answers_200_with_nothing_in_it() {
    let desk = Desk::open().await;
    let path = format!("/api/v1/{PARTNER_ROUTE}/leads");
    let body = json!({"id": id(MATCHED), "status": "Contacted"});
    let response = desk.connect("POST", &path).json(&body).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.text().await.unwrap(), "");
    assert_eq!(stage(&desk, MATCHED).await, "Contacted");
}

#[tokio::test]
async fn what_is_posted_beside_the_stage_shows_in_the_records_alone() {
    let desk = Desk::open().await;
    let body = json!({
        "id": id(MATCHED),
        "status": "Funded",
        "fundedDate": "2025-11-07T05:31:56",
        "fundedAmount": 48000.5,
        "fundedInterestRate": 7.25,
        "fundedAPR": 7.9,
        "fundedTermMonths": 60,
        "fundedAmortizationMonths": 60,
        "additionalInfo": "closed by phone",
        "willReceiveTechnicalAssistance": true,
        "technicalAssistanceOptions": ["Accounting", "TaxPlanning"],
    });
    assert_eq!(post(&desk, &body).await.0, 200);
    let path = format!("/api/v1/{PARTNER_ROUTE}/leads?leadId={}", id(MATCHED));
    let shown = json!({"id": id(MATCHED), "status": "Funded", "requestedAmount": 50000.0});
    assert_eq!(answer(desk.connect("GET", &path)).await, (200, shown));
    let records = desk.sandbox.connect().records();
    assert_eq!(records["main"][0]["posted"], json!([body]));
}

#[tokio::test]
async fn stages_that_are_over_and_leads_without_a_match_do_not_move() {
    let desk = Desk::open().await;
    let closed =
        [(FUNDED, "Funded"), (DISQUALIFIED, "Disqualified"), (WITHDRAWN, "Withdrawn"), (UNMATCHED, "Unmatched")];
    for (end, from) in closed {
        for to in ["Reviewed", "Contacted", "Qualified", "Funded", "Disqualified", "Withdrawn"] {
            let expected = json!({
                "type": "https://tools.ietf.org/html/rfc9110#section-15.5.10",
                "title": "Conflict",
                "status": 409,
                "detail": format!("The lead cannot be moved from {from} to {to}."),
                "traceId": "00-8f1c6c5d2b7a4e0f9d3a1b2c4e5f6071-5b0f3f4a9c2d1e60-00",
            });
            let answered = post(&desk, &json!({"id": id(end), "status": to})).await;
            assert_eq!(answered, (409, expected));
        }
        assert_eq!(stage(&desk, end).await, from);
    }
}

#[tokio::test]
async fn open_stages_may_repeat_and_go_back() {
    let desk = Desk::open().await;
    for to in ["Qualified", "Qualified", "Reviewed"] {
        let body = json!({"id": id(MATCHED), "status": to});
        assert_eq!(post(&desk, &body).await.0, 200);
        assert_eq!(stage(&desk, MATCHED).await, to);
    }
}

#[tokio::test]
async fn a_body_that_does_not_bind_is_a_validation_failure() {
    let desk = Desk::open().await;
    let with = |member: &str, value: Value| {
        let mut body = json!({"id": id(MATCHED), "status": "Reviewed"});
        body[member] = value;
        body
    };
    let misfits = [
        ("$.status", with("status", json!("Matched"))),
        ("$.status", with("status", json!("Paused"))),
        ("$.status", with("status", Value::Null)),
        ("$.id", with("id", json!("12"))),
        ("$.disqualifiedReason", with("disqualifiedReason", Value::Null)),
        ("$.withdrawnReason", with("withdrawnReason", Value::Null)),
        ("$.abandonedReason", with("abandonedReason", Value::Null)),
        ("$.withdrawnReason", with("withdrawnReason", json!("CreditIssue"))),
        ("$.fundedDate", with("fundedDate", json!("soon"))),
        ("$.fundedAmount", with("fundedAmount", json!("50000"))),
        ("$.fundedTermMonths", with("fundedTermMonths", json!(1.5))),
        ("$.technicalAssistanceOptions[0]", with("technicalAssistanceOptions", json!(["Yoga"]))),
        ("$", json!({"status": "Reviewed"})),
        ("$", json!({"id": id(MATCHED)})),
    ];
    for (path, body) in misfits {
        let (status, problem) = post(&desk, &body).await;
        assert_eq!(status, 400, "{body}");
        let message = format!("The JSON value could not be converted to Connect.Leads.UpdateLeadRequest. Path: {path}");
        let errors = json!({"request": ["The request field is required."], path: [message]});
        assert_eq!(problem["errors"], errors);
    }
    assert_eq!(stage(&desk, MATCHED).await, "Matched");
}

#[tokio::test]
async fn nullable_members_may_be_null_and_unknown_ones_are_ignored() {
    let desk = Desk::open().await;
    let body = json!({
        "id": id(MATCHED),
        "status": "Reviewed",
        "fundedDate": null,
        "fundedAmount": null,
        "fundedTermMonths": null,
        "additionalInfo": null,
        "willReceiveTechnicalAssistance": null,
        "technicalAssistanceOptions": null,
        "colour": "blue",
    });
    assert_eq!(post(&desk, &body).await, (200, Value::Null));
}

#[tokio::test]
async fn an_unknown_lead_is_404_and_another_content_type_415() {
    let desk = Desk::open().await;
    let body = json!({"id": "00000000-0000-4000-8000-000000000000", "status": "Reviewed"});
    assert_eq!(post(&desk, &body).await.0, 404);
    let path = format!("/api/v1/{PARTNER_ROUTE}/leads");
    let text = desk.connect("POST", &path).body(body.to_string());
    assert_eq!(answer(text).await.0, 415);
}
