//! The world that the sandbox starts with.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use onramp::sandbox::waldur::{OTHER_TOKEN, OWNER_TOKEN, STAFF_TOKEN, Waldur};
use serde_json::{Value, json};

use super::caller::{VERIFICATIONS, get, post_as, questions, started};

#[tokio::test]
async fn the_seed_has_forty_records_in_every_status_and_a_question_of_every_type() {
    let waldur = Waldur::seeded();
    let records = waldur.records();
    let records = records.as_array().unwrap();
    assert_eq!(records.len(), 40);
    let of = |member: &str| records.iter().map(|it| it[member].as_str().unwrap()).collect::<BTreeSet<_>>();
    assert_eq!(of("status"), BTreeSet::from(["escalated", "expired", "failed", "pending", "verified"]));
    assert_eq!(of("country"), BTreeSet::from(["AT", "EE", "SE"]));
    assert!(records.iter().any(|it| it["status"] == "verified" && it["customer"].is_u64()));
    assert!(records.iter().any(|it| it["status"] == "verified" && it["customer"].is_null()));

    let mut types = BTreeSet::new();
    for country in ["EE", "AT"] {
        let (_, record) = started(&waldur, country, "1").await;
        let asked = questions(&waldur, &record).await;
        types.extend(asked.iter().map(|it| it["question_type"].as_str().unwrap().to_owned()));
    }
    let every = [
        "boolean",
        "date",
        "file",
        "multi_select",
        "multiple_files",
        "number",
        "single_select",
        "text_area",
        "text_input",
    ];
    assert_eq!(types, every.map(str::to_owned).into());
}

#[tokio::test]
async fn the_seed_is_the_same_at_every_start_and_after_a_reset() {
    let waldur = Waldur::seeded();
    let seed = waldur.records();
    started(&waldur, "EE", "12345678").await;
    assert_ne!(waldur.records(), seed);
    waldur.reset();
    assert_eq!(waldur.records(), seed);
    assert_eq!(Waldur::seeded().records(), seed);
}

#[tokio::test]
async fn an_owner_sees_their_own_and_staff_see_all() {
    let waldur = Waldur::seeded();
    let seen =
        async |token| get(&waldur, token, &format!("{VERIFICATIONS}?page_size=300")).await.as_array().unwrap().len();
    assert_eq!((seen(OWNER_TOKEN).await, seen(OTHER_TOKEN).await, seen(STAFF_TOKEN).await), (36, 4, 40));
}

#[tokio::test]
async fn seeded_answers_would_pass_if_they_were_submitted() {
    let waldur = Waldur::seeded();
    for record in waldur.records().as_array().unwrap().iter().filter(|it| it["country"] != "SE") {
        let record = format!("{VERIFICATIONS}{}/", record["uuid"].as_str().unwrap());
        let checklist = get(&waldur, STAFF_TOKEN, &format!("{record}checklist/?include_all=true")).await;
        let questions = checklist["questions"].as_array().unwrap();
        let is_file = |it: &Value| {
            it["question_type"].as_str().unwrap().ends_with("file") || it["question_type"] == "multiple_files"
        };
        let answered = questions.iter().filter(|it| it["existing_answer"].is_object() && !is_file(it));
        let answers = answered
            .map(|it| json!({ "question_uuid": it["uuid"], "answer_data": it["existing_answer"]["answer_data"] }));
        let (status, body) =
            post_as(&waldur, STAFF_TOKEN, &format!("{record}submit_answers/"), answers.collect()).await;
        assert_eq!(status, StatusCode::OK, "{body}");
    }
}
