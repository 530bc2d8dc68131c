//! The mutations of verifications.

use futures_util::FutureExt;
use onramp::sandbox::Answer;
use onramp::sandbox::waldur::STAFF_TOKEN;
use serde_json::{Value, json};

use super::outcome::{NOTHING_TELLS, READ_SHOWS_NOTHING};
use super::{Side, Subject};
use crate::gateway::World;

const PENDING: &str = "b4d31a4e-5d2f-4d67-86ff-7c21baa5c525";
const VERIFIED: &str = "97241486-d217-46f7-91c9-c4de89a6624c";

pub fn side(world: &World) -> Side<'_> {
    let mut subjects = vec![start(), create(), update(), replace(), delete(), answers(), validation(), customer()];
    subjects.iter_mut().for_each(|subject| subject.call = subject.call.replace("$PENDING", PENDING));
    Side { name: "verification", api: world.sandbox.waldur(), subjects, held }
}

/// All records as staff see them, the newest first: the seed has forty.
fn held(world: &World) -> futures_util::future::BoxFuture<'_, Value> {
    async {
        let path = format!("{}/api/onboarding-verifications/?page_size=300", world.sandbox.waldur().base_url());
        let request = world.gateway.client().get(path).header("authorization", format!("Token {STAFF_TOKEN}"));
        request.header("accept", "application/json").send().await.unwrap().json().await.unwrap()
    }
    .boxed()
}

fn refusal(status: u16, body: Value, words: &'static str) -> (Answer, &'static str) {
    (Answer::json(status, body), words)
}

/// Something done to the pending verification that is answered with the verification.
fn done(call: &str, write: &'static str, before: &Value, after: &Value) -> Subject {
    let after = json!({ "verification": after });
    Subject {
        call: call.to_owned(),
        shows: "verification { status legalName }",
        reads: 1,
        write,
        before: json!({ "verification": before }),
        found: Some(after.clone()),
        unseen: READ_SHOWS_NOTHING,
        after,
        reads_back: false,
        reads_answer: true,
        is_repeatable: true,
        refusal: refusal(404, json!({ "detail": "Not found." }), "Not found."),
        place: "/12/legal_name",
        held: [json!("OÜ Haapsalu Ravimuda"), json!("OÜ Uus Nimi")],
    }
}

fn named(name: &str) -> Value {
    json!({ "status": "PENDING", "legalName": name })
}

/// The newest verification there is says the same of the same company, and must not be taken for the new one.
fn start() -> Subject {
    Subject {
        is_repeatable: false,
        refusal: refusal(400, json!({ "country": ["Unknown country."] }), "country: Unknown country."),
        // A record more moves the oldest one back.
        place: "/40/legal_name",
        held: [json!(null), json!("AS Põhjala Teras")],
        ..done(
            r#"verificationStart(input: {
                country: "EE", legalPersonIdentifier: "14218845", legalName: "OÜ Kuressaare Laevaehitus"
            })"#,
            "POST /api/onboarding-verifications/start_verification/",
            &Value::Null,
            &named("OÜ Kuressaare Laevaehitus"),
        )
    }
}

fn create() -> Subject {
    let words = r#"Invalid pk "2" - object does not exist."#;
    Subject {
        is_repeatable: false,
        // It is a user's, and may be visible to him alone.
        unseen: NOTHING_TELLS,
        refusal: refusal(400, json!({ "user": [words] }), r#"user: Invalid pk "2" - object does not exist."#),
        place: "/40/legal_name",
        held: [json!(null), json!("AS Põhjala Teras")],
        ..done(
            r#"verificationCreate(input: {
                userId: 2, country: "EE", legalPersonIdentifier: "14218845", legalName: "OÜ Kuressaare Laevaehitus"
            })"#,
            "POST /api/onboarding-verifications/",
            &Value::Null,
            &named("OÜ Kuressaare Laevaehitus"),
        )
    }
}

fn update() -> Subject {
    done(
        r#"verificationUpdate(id: "$PENDING", input: { legalName: "OÜ Uus Nimi" })"#,
        "PATCH /api/onboarding-verifications/b4d31a4e5d2f4d6786ff7c21baa5c525/",
        &named("OÜ Haapsalu Ravimuda"),
        &named("OÜ Uus Nimi"),
    )
}

fn replace() -> Subject {
    let words = "Datetime has wrong format.";
    Subject {
        refusal: refusal(400, json!({ "expires_at": [words] }), "expires_at: Datetime has wrong format."),
        ..done(
            r#"verificationReplace(id: "$PENDING", input: { userId: 2, country: "EE", legalName: "OÜ Uus Nimi" })"#,
            "PUT /api/onboarding-verifications/b4d31a4e5d2f4d6786ff7c21baa5c525/",
            &named("OÜ Haapsalu Ravimuda"),
            &named("OÜ Uus Nimi"),
        )
    }
}

fn delete() -> Subject {
    let gone = json!({ "deletedVerificationId": format!("verification_{PENDING}") });
    Subject {
        shows: "deletedVerificationId",
        before: json!({ "deletedVerificationId": null }),
        after: gone.clone(),
        found: Some(gone),
        reads_answer: false,
        refusal: refusal(409, json!({ "detail": "It is needed." }), "It is needed."),
        // The next older record takes its place in the list.
        held: [json!("OÜ Haapsalu Ravimuda"), json!("AS Kalevi Trükikoda")],
        ..done(
            r#"verificationDelete(id: "$PENDING")"#,
            "DELETE /api/onboarding-verifications/b4d31a4e5d2f4d6786ff7c21baa5c525/",
            &Value::Null,
            &Value::Null,
        )
    }
}

/// The answers are read, and the verification that they change is read again.
fn answers() -> Subject {
    let shown = |email: &str| json!({ "verification": { "userSubmittedCustomerData": { "email": email } } });
    let words = json!([{}, { "non_field_errors": ["Not valid."] }]);
    Subject {
        shows: "verification { userSubmittedCustomerData }",
        reads: 2,
        before: shown("info@haapsaluravimuda.ee"),
        after: shown("post@uusnimi.ee"),
        found: Some(shown("post@uusnimi.ee")),
        reads_back: true,
        reads_answer: false,
        refusal: refusal(400, words, "[1]: Not valid."),
        place: "/12/user_submitted_customer_data/email",
        held: [json!("info@haapsaluravimuda.ee"), json!("post@uusnimi.ee")],
        ..done(
            r#"verificationSubmitAnswers(id: "$PENDING", input: { answers: [
                { questionId: "ede15539-6e7b-43bd-840b-6f2d9e5dc1b0", value: { text: "post@uusnimi.ee" } }
            ] })"#,
            "POST /api/onboarding-verifications/b4d31a4e5d2f4d6786ff7c21baa5c525/submit_answers/",
            &Value::Null,
            &Value::Null,
        )
    }
}

fn validation() -> Subject {
    Subject {
        refusal: refusal(400, json!({ "non_field_errors": ["Not now."] }), "Not now."),
        place: "/12/status",
        held: [json!("pending"), json!("verified")],
        ..done(
            r#"verificationRunValidation(id: "$PENDING")"#,
            "POST /api/onboarding-verifications/b4d31a4e5d2f4d6786ff7c21baa5c525/run_validation/",
            &named("OÜ Haapsalu Ravimuda"),
            &json!({ "status": "VERIFIED", "legalName": "OÜ Haapsalu Ravimuda" }),
        )
    }
}

/// The customer is in the answer alone: where that is lost, all that can be seen is that there is one.
fn customer() -> Subject {
    let shown = |has_customer: bool, customer: Value| json!({ "verification": { "hasCustomer": has_customer }, "customer": customer });
    let words = "Cannot create customer: customer already exists for this verification";
    Subject {
        shows: "verification { hasCustomer } customer { name registrationCode }",
        reads: 2,
        before: shown(false, Value::Null),
        after: shown(true, json!({ "name": "SA Tallinna Teaduspark", "registrationCode": "80041233" })),
        found: Some(shown(true, Value::Null)),
        reads_back: true,
        refusal: refusal(400, json!([words]), words),
        place: "/32/customer",
        held: [json!(null), json!(5)],
        ..done(
            &format!(r#"verificationCreateCustomer(id: "{VERIFIED}")"#),
            "POST /api/onboarding-verifications/97241486d21746f791c9c4de89a6624c/create_customer/",
            &Value::Null,
            &Value::Null,
        )
    }
}
