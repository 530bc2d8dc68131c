//! What the played Waldur promises beyond its recordings.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use axum::routing::any;
use onramp::sandbox::waldur::{OWNER_TOKEN, STAFF_TOKEN, Status, Waldur};
use serde_json::json;
use tower::ServiceExt as _;

use super::caller::{VERIFICATIONS, answer_all_required, call, get, post, post_as, questions, started};

#[tokio::test]
async fn an_answer_makes_a_question_visible_and_a_hidden_one_still_blocks_completion() {
    let waldur = Waldur::seeded();
    let (_, record) = started(&waldur, "EE", "12345678").await;
    let all = questions(&waldur, &record).await;
    let condition = all.iter().find(|it| it["question_type"] == "boolean").unwrap();
    let dependent = all.iter().find(|it| it["question_type"] == "text_area").unwrap();
    let is_shown = async || {
        let checklist = get(&waldur, OWNER_TOKEN, &format!("{record}checklist/")).await;
        checklist["questions"].as_array().unwrap().iter().any(|it| it["uuid"] == dependent["uuid"])
    };
    for (answer, shown) in [(json!(true), true), (json!(false), false), (json!(null), false)] {
        let answers = json!([{ "question_uuid": condition["uuid"], "answer_data": answer }]);
        let (_, body) = post(&waldur, &format!("{record}submit_answers/"), answers).await;
        assert_eq!(is_shown().await, shown);
        let open = body["completion"]["unanswered_required_questions"].as_array().unwrap();
        assert!(open.iter().any(|it| it["uuid"] == dependent["uuid"]));
    }
}

#[tokio::test]
async fn making_a_customer_is_refused_for_the_first_reason_that_holds() {
    let waldur = Waldur::seeded();
    let refused = async |record: &str| post(&waldur, &format!("{record}create_customer/"), json!({})).await;
    let because = |reason: &str| (StatusCode::BAD_REQUEST, json!([format!("Cannot create customer: {reason}")]));
    let (first, record) = started(&waldur, "EE", "16400001").await;
    assert_eq!(refused(&record).await, because("verification status must be 'verified'"));

    waldur.set_status(first, Status::Verified);
    let incomplete = "checklist has required fields that are not completed. \
                      Please complete all required checklist questions before creating a customer.";
    assert_eq!(refused(&record).await, because(incomplete));
    answer_all_required(&waldur, &record).await;
    assert_eq!(refused(&record).await.0, StatusCode::CREATED);
    assert_eq!(refused(&record).await, because("customer already exists for this verification"));
    waldur.set_status(first, Status::Escalated);
    assert_eq!(refused(&record).await, because("verification status must be 'verified'"));

    let (second, record) = started(&waldur, "EE", "16400001").await;
    waldur.set_status(second, Status::Verified);
    assert_eq!(refused(&record).await, because(incomplete));
    answer_all_required(&waldur, &record).await;
    let taken = "customer with registration code 16400001 already exists for country EE";
    assert_eq!(refused(&record).await, because(taken));

    let (without_checklist, record) = started(&waldur, "SE", "556000-1234").await;
    waldur.set_status(without_checklist, Status::Verified);
    let failure = json!({ "detail": "Failed to create customer: 'customer_data'" });
    assert_eq!(refused(&record).await, (StatusCode::INTERNAL_SERVER_ERROR, failure));
}

#[tokio::test]
async fn a_validation_is_decided_by_how_the_code_ends() {
    let waldur = Waldur::seeded();
    for (country, code, status, error, method) in [
        ("EE", "16400001", "verified", "", "ariregister"),
        ("EE", "16400404", "escalated", "COMPANY_NOT_FOUND", "ariregister"),
        ("AT", "FN 1403", "escalated", "NOT_AUTHORIZED", "wirtschaftscompass"),
        ("SE", "556000-1503", "escalated", "API_ERROR", "bolagsverket"),
        ("EE", "FN1", "escalated", "CONFIGURATION_ERROR", ""),
        ("FI", "1234567-8", "escalated", "NO_BACKEND_AVAILABLE", ""),
        ("EE", "", "escalated", "NO_BACKEND_AVAILABLE", ""),
    ] {
        let (_, record) = started(&waldur, country, code).await;
        let (http, body) = post(&waldur, &format!("{record}run_validation/"), json!({})).await;
        let outcome = [&body["status"], &body["error_message"], &body["validation_method"]];
        assert_eq!((http, outcome), (StatusCode::OK, [&json!(status), &json!(error), &json!(method)]), "{code}");
        assert!(body["validated_at"].is_string() && body["expires_at"].is_string());
    }
}

#[tokio::test]
async fn staff_move_an_escalated_record_on_and_its_owner_cannot() {
    let waldur = Waldur::seeded();
    let (uuid, record) = started(&waldur, "EE", "16400404").await;
    post(&waldur, &format!("{record}run_validation/"), json!({})).await;
    let plea = json!({ "verification_uuid": uuid, "user_justification": "The register is a day behind." });
    let (_, plea) = post(&waldur, "/api/onboarding-justifications/create_justification/", plea).await;
    let approval = format!("/api/onboarding-justifications/{}/approve/", plea["uuid"].as_str().unwrap());
    assert_eq!(post(&waldur, &approval, json!({})).await.0, StatusCode::FORBIDDEN);
    assert_eq!(post_as(&waldur, STAFF_TOKEN, &approval, json!({ "staff_notes": "Seen." })).await.0, StatusCode::OK);
    assert_eq!(get(&waldur, OWNER_TOKEN, &record).await["status"], "verified");
}

#[tokio::test]
async fn what_is_overdue_expires_when_the_hourly_task_runs() {
    let waldur = Waldur::seeded();
    let (_, overdue) = started(&waldur, "EE", "16400001").await;
    let (_, open) = started(&waldur, "EE", "16400001").await;
    call(&waldur, OWNER_TOKEN, Method::PATCH, &overdue, json!({ "expires_at": "2020-01-01T00:00:00Z" })).await;
    waldur.expire_overdue();
    let (overdue, open) = (get(&waldur, OWNER_TOKEN, &overdue).await, get(&waldur, OWNER_TOKEN, &open).await);
    assert_eq!([&overdue["status"], &overdue["error_message"]], ["expired", "VERIFICATION_EXPIRED"]);
    assert_eq!(open["status"], "pending");
}

#[tokio::test]
async fn requests_of_one_token_run_one_after_another_and_those_of_two_side_by_side() {
    assert_eq!(most_at_once(OWNER_TOKEN, OWNER_TOKEN).await, 1);
    assert_eq!(most_at_once(OWNER_TOKEN, STAFF_TOKEN).await, 2);
}

/// How many of two requests, sent together, were inside at the same time.
async fn most_at_once(one: &'static str, other: &'static str) -> usize {
    let (inside, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let seen = Arc::clone(&most);
    let slow = any(move || async move {
        seen.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        inside.fetch_sub(1, Ordering::SeqCst);
    });
    let router = Waldur::seeded().serialised(Router::new().route("/", slow));
    let send = |token: &str| {
        let request = Request::builder().uri("/").header(header::AUTHORIZATION, format!("Token {token}"));
        router.clone().oneshot(request.body(Body::empty()).unwrap())
    };
    let (first, second) = tokio::join!(send(one), send(other));
    assert_eq!((first.unwrap().status(), second.unwrap().status()), (StatusCode::OK, StatusCode::OK));
    most.load(Ordering::SeqCst)
}

#[tokio::test]
async fn what_a_caller_accepts_is_settled_before_who_they_are() {
    for (accept, status, kind) in [
        ("application/json", StatusCode::UNAUTHORIZED, "application/json"),
        ("*/*", StatusCode::UNAUTHORIZED, "application/json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", StatusCode::UNAUTHORIZED, "text/html; charset=utf-8"),
        ("application/xml", StatusCode::NOT_ACCEPTABLE, "application/json"),
    ] {
        let request = Request::builder().uri(VERIFICATIONS).header(header::ACCEPT, accept).body(Body::empty());
        let response = Waldur::seeded().routes().oneshot(request.unwrap()).await.unwrap();
        assert_eq!((response.status(), response.headers()[header::CONTENT_TYPE].as_bytes()), (status, kind.as_bytes()));
    }
}
