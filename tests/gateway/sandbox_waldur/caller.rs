//! Calls to a played Waldur, as a user of it makes them.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use onramp::sandbox::waldur::{OWNER_TOKEN, Waldur};
use serde_json::{Value, json};
use tower::ServiceExt as _;
use uuid::Uuid;

pub(super) const VERIFICATIONS: &str = "/api/onboarding-verifications/";

pub(super) async fn call(waldur: &Waldur, token: &str, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, format!("Token {token}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()))
        .unwrap();
    let response = waldur.routes().oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

pub(super) async fn get(waldur: &Waldur, token: &str, path: &str) -> Value {
    call(waldur, token, Method::GET, path, json!({})).await.1
}

pub(super) async fn post(waldur: &Waldur, path: &str, body: Value) -> (StatusCode, Value) {
    post_as(waldur, OWNER_TOKEN, path, body).await
}

pub(super) async fn post_as(waldur: &Waldur, token: &str, path: &str, body: Value) -> (StatusCode, Value) {
    call(waldur, token, Method::POST, path, body).await
}

/// A record of the owner, and the path below which its operations are.
pub(super) async fn started(waldur: &Waldur, country: &str, code: &str) -> (Uuid, String) {
    let body = json!({ "country": country, "legal_person_identifier": code });
    let (_, record) = post(waldur, &format!("{VERIFICATIONS}start_verification/"), body).await;
    let uuid = record["uuid"].as_str().unwrap();
    (uuid.parse().unwrap(), format!("{VERIFICATIONS}{uuid}/"))
}

pub(super) async fn questions(waldur: &Waldur, record: &str) -> Vec<Value> {
    get(waldur, OWNER_TOKEN, &format!("{record}checklist/?include_all=true")).await["questions"]
        .as_array()
        .unwrap()
        .clone()
}

/// Something that passes for an answer to each required question.
pub(super) async fn answer_all_required(waldur: &Waldur, record: &str) {
    let required = questions(waldur, record).await.into_iter().filter(|it| it["required"] == true);
    let answers = required.map(|question| {
        let data = match question["question_type"].as_str().unwrap() {
            "number" => json!(5),
            "single_select" | "multi_select" => json!([question["question_options"][0]["uuid"]]),
            _ => json!("info@example.org"),
        };
        json!({ "question_uuid": question["uuid"], "answer_data": data })
    });
    let (status, body) = post(waldur, &format!("{record}submit_answers/"), answers.collect()).await;
    assert_eq!(status, StatusCode::OK, "{body}");
}
