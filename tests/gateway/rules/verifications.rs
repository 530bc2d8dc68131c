//! The life of a verification. The upstream lets nearly everything through in every status; the gateway does not, and
//! once there is a customer it lets nothing through at all.

use onramp::sandbox::waldur::OWNER_TOKEN;
use onramp::sandbox::{Answer, Effect, Fault};
use serde_json::{Value, json};

use super::Cell::{Lacks, Open, Shut};
use super::{Cell, End, Matrix, Move, Row, several};
use crate::gateway::{World, writes};

/// A move that the gateway rules; `write` is what comes behind the record's own path.
const fn moves(action: &'static str, mutation: &'static str, input: &'static str, write: &'static str) -> Move {
    Move { action, mutation, input, brings: &[], to: &[], end: End::Unmoved, basis: "POLICY", write }
}

const VERIFICATIONS: Matrix = Matrix {
    record: "verification",
    state: "status",
    moves: &[
        moves(
            "UPDATE",
            "verificationUpdate",
            r#"input: { legalName: "OÜ Uus Nimi" }"#,
            "PATCH /api/onboarding-verifications/{id}/",
        ),
        moves(
            "REPLACE",
            "verificationReplace",
            r#"input: { userId: 2, country: "EE", legalName: "OÜ Uus Nimi" }"#,
            "PUT /api/onboarding-verifications/{id}/",
        ),
        Move {
            brings: &["answers"],
            ..moves(
                "SUBMIT_ANSWERS",
                "verificationSubmitAnswers",
                r#"input: { answers: [
                    { questionId: "ede15539-6e7b-43bd-840b-6f2d9e5dc1b0", value: { text: "post@uusnimi.ee" } }
                ] }"#,
                "POST /api/onboarding-verifications/{id}/submit_answers/",
            )
        },
        Move {
            to: &["VERIFIED", "ESCALATED"],
            end: End::At("VERIFIED"),
            ..moves(
                "RUN_VALIDATION",
                "verificationRunValidation",
                "",
                "POST /api/onboarding-verifications/{id}/run_validation/",
            )
        },
        Move {
            to: &["VERIFIED"],
            end: End::At("VERIFIED"),
            basis: "DOCUMENTED",
            ..moves(
                "CREATE_CUSTOMER",
                "verificationCreateCustomer",
                "",
                "POST /api/onboarding-verifications/{id}/create_customer/",
            )
        },
        Move {
            end: End::Gone,
            ..moves("DELETE", "verificationDelete", "", "DELETE /api/onboarding-verifications/{id}/")
        },
    ],
    to: several,
};

/// Records of the seed, by how far each has come. All of them are Estonian, and their companies pass the register.
const PENDING: &str = "b4d31a4e-5d2f-4d67-86ff-7c21baa5c525";
const ESCALATED: &str = "cc21d3fc-d59f-4a36-94eb-624f917988e8";
const VERIFIED: &str = "97241486-d217-46f7-91c9-c4de89a6624c";
const VERIFIED_HALF_ANSWERED: &str = "ec52081a-21e6-43d4-b8ab-e8e0dda37b3a";
const FAILED: &str = "936d026b-72da-40b5-94fb-bf18d019f686";
const EXPIRED: &str = "b10813c3-e4d4-4793-ae09-827fdb40ffae";
const CUSTOMER: &str = "e9ff424c-a44c-4331-8c68-e85518267f7f";

const NO_IDENTIFIER: Cell = Lacks("legalPersonIdentifier");

#[rustfmt::skip]
const SEEDED: [(&str, &str, [Cell; 6]); 7] = [
    //                                    UPDATE REPLACE ANSWERS VALIDATION CUSTOMER           DELETE
    (PENDING,                "PENDING",   [Open, Open,   Open,   Open,      Shut,              Open]),
    (ESCALATED,              "ESCALATED", [Open, Open,   Open,   Open,      Shut,              Open]),
    (VERIFIED,               "VERIFIED",  [Shut, Shut,   Open,   Shut,      Open,              Shut]),
    (VERIFIED_HALF_ANSWERED, "VERIFIED",  [Shut, Shut,   Open,   Shut,      Lacks("checklist"), Shut]),
    (FAILED,                 "FAILED",    [Shut, Shut,   Shut,   Shut,      Shut,              Open]),
    (EXPIRED,                "EXPIRED",   [Shut, Shut,   Shut,   Open,      Shut,              Open]),
    (CUSTOMER,               "VERIFIED",  [Shut, Shut,   Shut,   Shut,      Shut,              Shut]),
];

/// Records that read otherwise than they are: members of the record, by the vendor's names, to be laid over it.
#[rustfmt::skip]
const OVERLAID: [(&str, &str, &str, [Cell; 6]); 13] = [
    //                                                                UPDATE REPLACE ANSWERS VALIDATION  CUSTOMER DELETE
    (PENDING,   r#"{"customer": 7}"#,                 "PENDING",      [Shut, Shut,   Shut,   Shut,          Shut, Shut]),
    (ESCALATED, r#"{"customer": 7}"#,                 "ESCALATED",    [Shut, Shut,   Shut,   Shut,          Shut, Shut]),
    (VERIFIED,  r#"{"customer": 7}"#,                 "VERIFIED",     [Shut, Shut,   Shut,   Shut,          Shut, Shut]),
    (FAILED,    r#"{"customer": 7}"#,                 "FAILED",       [Shut, Shut,   Shut,   Shut,          Shut, Shut]),
    (EXPIRED,   r#"{"customer": 7}"#,                 "EXPIRED",      [Shut, Shut,   Shut,   Shut,          Shut, Shut]),
    // Later versions write the customer as an address.
    (PENDING,   r#"{"customer": "http://x/api/customers/7/"}"#, "PENDING", [Shut, Shut, Shut, Shut,         Shut, Shut]),
    (PENDING,   r#"{"legal_person_identifier": ""}"#, "PENDING",      [Open, Open,   Open,   NO_IDENTIFIER, Shut, Open]),
    (ESCALATED, r#"{"legal_person_identifier": ""}"#, "ESCALATED",    [Open, Open,   Open,   NO_IDENTIFIER, Shut, Open]),
    (EXPIRED,   r#"{"legal_person_identifier": ""}"#, "EXPIRED",      [Shut, Shut,   Shut,   NO_IDENTIFIER, Shut, Open]),
    (PENDING,   r#"{"status": "on_hold"}"#,           "UNRECOGNIZED", [Shut, Shut,   Shut,   Shut,          Shut, Shut]),
    (PENDING,   r#"{"status": ""}"#,                  "UNRECOGNIZED", [Shut, Shut,   Shut,   Shut,          Shut, Shut]),
    (VERIFIED,  r#"{"status": null}"#,                "UNRECOGNIZED", [Shut, Shut,   Shut,   Shut,          Shut, Shut]),
    (CUSTOMER,  r#"{"status": "on_hold"}"#,           "UNRECOGNIZED", [Shut, Shut,   Shut,   Shut,          Shut, Shut]),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_status_of_a_verification_allows_its_own_moves_and_no_other() {
    let world = World::start().await;
    let api = world.sandbox.waldur();
    for (id, state, cells) in SEEDED {
        let row = Row { id, id_in_path: &id.replace('-', ""), state, cells: &cells };
        VERIFICATIONS.check(&world, api, &row, async || api.reset()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_a_missing_identifier_and_an_unknown_status_close_what_was_open() {
    let world = World::start().await;
    let api = world.sandbox.waldur();
    for (id, overlay, state, cells) in OVERLAID {
        let id_in_path = id.replace('-', "");
        let mut told = fetched(&world, &id_in_path).await;
        let overlay: Value = serde_json::from_str(overlay).unwrap();
        told.as_object_mut().unwrap().extend(overlay.as_object().unwrap().clone());
        let row = Row { id, id_in_path: &id_in_path, state, cells: &cells };
        let prepare = async || {
            api.reset();
            api.fault(Fault::once(Effect::Status(Answer::json(200, told.clone()))));
        };
        VERIFICATIONS.check(&world, api, &row, prepare).await;
    }
}

/// The record as the vendor's own API tells it.
async fn fetched(world: &World, id: &str) -> Value {
    let path = format!("{}/api/onboarding-verifications/{id}/", world.sandbox.waldur().base_url());
    let request = world.gateway.client().get(path).header("authorization", format!("Token {OWNER_TOKEN}"));
    request.header("accept", "application/json").send().await.unwrap().json().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_country_without_a_checklist_makes_no_customer_and_takes_no_answers() {
    let world = World::start().await;
    let query = r#"mutation {
        customer: verificationCreateCustomer(id: "15960f59-b57d-42d7-bf8e-57183d054e68") {
            userErrors { code path ... on RequirementsMissing { missing } }
        }
        answers: verificationSubmitAnswers(id: "15960f59-b57d-42d7-bf8e-57183d054e68", input: { answers: [
            { questionId: "ede15539-6e7b-43bd-840b-6f2d9e5dc1b0", value: { text: "post@kiruna.se" } }
        ] }) { userErrors { code path } }
    }"#;
    let expected = json!({
        "customer": { "userErrors": [{ "code": "REQUIREMENTS_MISSING", "path": null, "missing": ["checklist"] }] },
        "answers": { "userErrors": [{ "code": "INVALID_INPUT", "path": ["input", "answers"] }] },
    });
    assert_eq!(world.data(query).await, expected);
    assert_eq!(writes(world.sandbox.waldur()), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_names_the_statuses_from_which_the_move_is_open_or_the_customer() {
    let world = World::start().await;
    let cases = [
        (FAILED, "RUN_VALIDATION is open from PENDING, ESCALATED, EXPIRED and the record is FAILED"),
        (CUSTOMER, "RUN_VALIDATION is open from PENDING, ESCALATED, EXPIRED and the record is VERIFIED"),
    ];
    for (id, because) in cases {
        let query = format!(r#"mutation {{ verificationRunValidation(id: "{id}") {{ userErrors {{ message }} }} }}"#);
        let expected = json!({ "userErrors": [{ "message": format!("RUN_VALIDATION is refused: {because}.") }] });
        assert_eq!(world.data(&query).await["verificationRunValidation"], expected);
    }
    let query =
        format!(r#"mutation {{ verificationCreateCustomer(id: "{CUSTOMER}") {{ userErrors {{ message }} }} }}"#);
    let message = "CREATE_CUSTOMER is refused: a customer exists already for this verification.";
    let expected = json!({ "verificationCreateCustomer": { "userErrors": [{ "message": message }] } });
    assert_eq!(world.data(&query).await, expected);
}

/// How a verification is begun, and where it then stands or what it lacks.
#[rustfmt::skip]
const BEGINNINGS: [(&str, &str, Result<&str, &str>, &str); 6] = [
    ("verificationStart", r#"country: "EE", legalPersonIdentifier: "16310523""#, Ok("PENDING"), START),
    ("verificationStart", r#"country: "EE", legalPersonIdentifier: "16310523", isManualValidation: true"#, Ok("ESCALATED"), START),
    ("verificationStart", r#"country: "EE", isManualValidation: true"#, Ok("ESCALATED"), START),
    ("verificationStart", r#"country: "EE""#, Err("legalPersonIdentifier"), ""),
    ("verificationStart", r#"country: "EE", legalPersonIdentifier: " ""#, Err("legalPersonIdentifier"), ""),
    ("verificationCreate", r#"userId: 2, country: "EE""#, Ok("PENDING"), "POST /api/onboarding-verifications/"),
];
const START: &str = "POST /api/onboarding-verifications/start_verification/";

#[tokio::test(flavor = "multi_thread")]
async fn a_verification_begins_where_its_contract_says_and_not_without_what_it_needs() {
    let world = World::start().await;
    for (mutation, input, outcome, write) in BEGINNINGS {
        for dry_run in [true, false] {
            let query = format!(
                r#"mutation {{ {mutation}(input: {{ {input} }}, dryRun: {dry_run}) {{
                    verification {{ status }} userErrors {{ code ... on RequirementsMissing {{ missing }} }} dryRun
                }} }}"#
            );
            let made = outcome.ok().filter(|_| !dry_run).map(|status| json!({ "status": status }));
            let error = outcome.err().map(|lacks| json!({ "code": "REQUIREMENTS_MISSING", "missing": [lacks] }));
            let writes_made = made.is_some().then(|| write.to_owned());
            let expected = json!({ "verification": made, "userErrors": Vec::from_iter(error), "dryRun": dry_run });
            assert_eq!(world.data(&query).await[mutation], expected, "{input}");
            assert_eq!(writes(world.sandbox.waldur()), Vec::from_iter(writes_made), "{input}");
        }
    }
}
