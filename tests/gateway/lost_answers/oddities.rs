//! Writes whose outcome something else than the status of the answer tells, and those of which reading tells little.

use axum::http::Method;
use onramp::sandbox::{Answer, Effect, Fault};
use serde_json::{Value, json};

use super::outcome::{NOTHING_TELLS, READ_SHOWS_NOTHING};
use crate::gateway::{World, settled, until, writes};

const PENDING: &str = "b4d31a4e-5d2f-4d67-86ff-7c21baa5c525";

const VERIFIED: &str = "97241486-d217-46f7-91c9-c4de89a6624c";

/// A pending verification of which nothing is answered yet.
const UNANSWERED: &str = "5c587782-b608-4ce6-ad05-548ca1ca4809";

const ERRORS: &str = "userErrors { code message ... on UpstreamRefused { httpStatus detail } }";

fn unknown(message: &str) -> Value {
    json!([{ "code": "OUTCOME_UNKNOWN", "message": message }])
}

fn reset(method: Method, effect: Effect) -> Fault {
    Fault::once(effect).method(method)
}

/// The link of this onboard was set up by another one.
#[tokio::test(flavor = "multi_thread")]
async fn a_completion_that_fails_behind_a_success_is_told_as_a_failure_also_where_the_answer_is_lost() {
    let world = World::start().await;
    let api = world.sandbox.leadconduit();
    let query = format!(
        r#"mutation {{ onboardComplete(id: "5fd4371e940df5a34a3888ba") {{ onboard {{ status }} {ERRORS} }} }}"#
    );
    let detail = "the onboard is FAILED now";
    let expected = json!({ "onboardComplete": {
        "onboard": { "status": "FAILED" },
        "userErrors": [{
            "code": "UPSTREAM_REFUSED",
            "message": format!("The upstream did not do it and said: {detail}"),
            "httpStatus": 200,
            "detail": detail,
        }],
    } });
    let effects = [None, Some(Effect::ResetAfter), Some(Effect::StatusAfter(Answer::empty(502)))];
    for effect in effects {
        api.reset();
        effect.into_iter().for_each(|effect| api.fault(reset(Method::PUT, effect)));
        assert_eq!(world.data(&query).await, expected);
        assert_eq!(writes(api), ["PUT /onboards/5fd4371e940df5a34a3888ba"]);
        assert_eq!(api.records().pointer("/main/onboards/8/status"), Some(&json!("failed")));
        assert_eq!(api.records().pointer("/main/connections/2/set_ups"), Some(&json!(1)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_holds_something_else_than_was_asked_for_is_no_success() {
    let world = World::start().await;
    let api = world.sandbox.leadconduit();
    let onboard =
        |status: &str, flow: &str| json!({ "id": "5fd4371e940df5a34a3888b2", "status": status, "flow_id": flow });
    let (held, wanted) = ("5fd43b7a940df5a34a38b300", "5fd43b7a940df5a34a38b309");
    let cases = [
        (
            format!(r#"onboardUpdate(id: "5fd4371e940df5a34a3888b2", input: {{ flowId: "{wanted}" }})"#),
            onboard("created", held),
            "CREATED",
            "the onboard does not hold what was asked for",
        ),
        (
            r#"onboardStart(id: "5fd4371e940df5a34a3888b2")"#.to_owned(),
            onboard("created", held),
            "CREATED",
            "the onboard reads CREATED",
        ),
        (
            format!(r#"onboardStart(id: "5fd4371e940df5a34a3888b2", input: {{ flowId: "{wanted}" }})"#),
            onboard("in_progress", held),
            "IN_PROGRESS",
            "the onboard does not hold what was asked for",
        ),
    ];
    for (call, body, status, seen) in cases {
        api.reset();
        api.fault(reset(Method::PUT, Effect::Status(Answer::json(200, body))));
        let expected = json!({
            "onboard": { "status": status, "flowId": held },
            "userErrors": unknown(&format!("The upstream accepted the move, and {seen}.")),
        });
        let answer =
            world.data(&format!("mutation {{ done: {call} {{ onboard {{ status flowId }} {ERRORS} }} }}")).await;
        assert_eq!(answer["done"], expected, "{call}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_that_stays_where_it_was_behind_a_success_is_unknown() {
    let world = World::start().await;
    let api = world.sandbox.connect();
    api.fault(reset(Method::POST, Effect::Status(Answer::empty(200))));
    let query = format!(
        r#"mutation {{ leadReview(id: "9c30a205-a60e-47cb-94b4-6d45cd4c2179") {{ lead {{ stage }} {ERRORS} }} }}"#
    );
    let expected = json!({ "leadReview": {
        "lead": { "stage": "MATCHED" },
        "userErrors": unknown("The upstream accepted the move, and the lead reads MATCHED."),
    } });
    assert_eq!(world.data(&query).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_validation_that_escalates_has_succeeded_also_where_the_answer_is_lost() {
    let world = World::start().await;
    let api = world.sandbox.waldur();
    let rename = format!(
        r#"mutation {{ verificationUpdate(id: "{PENDING}", input: {{ legalPersonIdentifier: "14556404" }}) {{
            userErrors {{ code }}
        }} }}"#
    );
    let run = format!(
        r#"mutation {{ verificationRunValidation(id: "{PENDING}") {{ verification {{ status errorCode }} {ERRORS} }} }}"#
    );
    let expected = json!({ "verificationRunValidation": {
        "verification": { "status": "ESCALATED", "errorCode": "COMPANY_NOT_FOUND" }, "userErrors": [],
    } });
    for effect in [None, Some(Effect::ResetAfter)] {
        api.reset();
        assert_eq!(world.data(&rename).await, json!({ "verificationUpdate": { "userErrors": [] } }));
        effect.into_iter().for_each(|effect| api.fault(reset(Method::POST, effect)));
        assert_eq!(world.data(&run).await, expected);
    }
}

/// The upstream trims the text that it is given.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_is_found_though_the_upstream_trims_it() {
    let world = World::start().await;
    let api = world.sandbox.waldur();
    let company = r#"country: "EE", legalPersonIdentifier: " 16310523 ", legalName: "OÜ Uus Nimi ""#;
    let cases = [
        (format!(r#"verificationUpdate(id: "{PENDING}", input: {{ legalName: " OÜ Uus Nimi " }})"#), Method::PATCH),
        (format!(r#"verificationReplace(id: "{PENDING}", input: {{ userId: 2, {company} }})"#), Method::PUT),
        (format!("verificationStart(input: {{ {company} }})"), Method::POST),
        (format!("verificationCreate(input: {{ userId: 2, {company} }})"), Method::POST),
    ];
    for (call, method) in cases {
        api.reset();
        api.fault(reset(method, Effect::ResetAfter));
        let query = format!("mutation {{ done: {call} {{ verification {{ legalName }} {ERRORS} }} }}");
        let expected = json!({ "done": { "verification": { "legalName": "OÜ Uus Nimi" }, "userErrors": [] } });
        assert_eq!(world.data(&query).await, expected, "{call}");
    }
}

/// The upstream keeps instants to the microsecond.
#[tokio::test(flavor = "multi_thread")]
async fn an_expiry_that_was_written_to_the_nanosecond_is_found_to_the_microsecond() {
    let world = World::start().await;
    let api = world.sandbox.waldur();
    let expiry = r#"expiresAt: "2031-05-06T07:08:09.123456789Z""#;
    let cases = [
        (format!(r#"verificationUpdate(id: "{PENDING}", input: {{ {expiry} }})"#), Method::PATCH),
        (
            format!(r#"verificationReplace(id: "{PENDING}", input: {{ userId: 2, country: "EE", {expiry} }})"#),
            Method::PUT,
        ),
        (format!(r#"verificationCreate(input: {{ userId: 2, country: "EE", {expiry} }})"#), Method::POST),
    ];
    for (call, method) in cases {
        api.reset();
        api.fault(reset(method, Effect::ResetAfter));
        let query = format!("mutation {{ done: {call} {{ verification {{ expiresAt }} {ERRORS} }} }}");
        let expected =
            json!({ "done": { "verification": { "expiresAt": "2031-05-06T07:08:09.123456Z" }, "userErrors": [] } });
        assert_eq!(world.data(&query).await, expected, "{call}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_of_every_kind_are_found_by_reading_them_and_missing_ones_are_not() {
    let world = World::start().await;
    let api = world.sandbox.waldur();
    let answers = [
        ("ede15539-6e7b-43bd-840b-6f2d9e5dc1b0", r#"text: "post@valga.ee""#),
        (
            "68389e6b-a6c5-4c59-9ce2-bea5d760fbaa",
            r#"options: ["e9e65351-565d-4b76-8fc9-56943e295b3d", "01fd5f52-633a-4a59-a028-26e1924a048d"]"#,
        ),
        ("a72143b1-c7bf-477b-8120-39cf31637fea", "boolean: true"),
        ("906400a1-f321-4227-bddc-82b187472ec3", "number: 12"),
        ("c1428a41-6858-44c6-ad70-d535a5015d52", r#"date: "2026-09-01""#),
        ("7ce79025-cf62-4611-9649-3746c37010cb", r#"file: { name: "a.txt", content: "YQ==" }"#),
        ("97a28969-6fe5-4b19-a456-85f61b2fe2f8", r#"files: [{ name: "a.pdf", content: "JVBERi0x" }]"#),
    ];
    for (question, value) in answers {
        let query = format!(
            r#"mutation {{ verificationSubmitAnswers(id: "{UNANSWERED}", input: {{ answers: [
                {{ questionId: "{question}", value: {{ {value} }} }}
            ] }}) {{ verification {{ status }} {ERRORS} }} }}"#
        );
        let lost = format!("The verification API broke off its answer. {READ_SHOWS_NOTHING}");
        for (effect, errors) in [(Effect::ResetAfter, json!([])), (Effect::ResetBefore, unknown(&lost))] {
            api.reset();
            api.fault(reset(Method::POST, effect));
            let expected = json!({ "verification": { "status": "PENDING" }, "userErrors": errors });
            assert_eq!(world.data(&query).await["verificationSubmitAnswers"], expected, "{value}");
        }
    }
}

/// Whose verification it is cannot be read; of one that was given away nothing can.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_tells_whether_a_verification_was_given_to_another_user() {
    let world = World::start().await;
    let api = world.sandbox.waldur();
    let query = |user: u32| {
        format!(
            r#"mutation {{ verificationUpdate(id: "{PENDING}", input: {{ userId: {user} }}) {{
                verification {{ status }} {ERRORS}
            }} }}"#
        )
    };
    let lost = format!("The verification API broke off its answer. {NOTHING_TELLS}");
    for (user, verification) in [(2, json!({ "status": "PENDING" })), (3, Value::Null)] {
        api.reset();
        api.fault(reset(Method::PATCH, Effect::ResetAfter));
        let expected = json!({ "verification": verification, "userErrors": unknown(&lost) });
        assert_eq!(world.data(&query(user)).await["verificationUpdate"], expected, "{user}");
    }
}

/// The record that was decided upon was told as it had been before somebody else changed it.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_shows_the_record_as_it_is_and_not_as_it_was_read_before() {
    let world = World::start().await;
    let lead = "9c30a205-a60e-47cb-94b4-6d45cd4c217f";
    let told = json!({ "id": lead, "status": "Matched", "requestedAmount": null });
    world.sandbox.connect().fault(Fault::once(Effect::Status(Answer::json(200, told))));
    let answer =
        world.data(&format!(r#"mutation {{ leadReview(id: "{lead}") {{ lead {{ stage }} {ERRORS} }} }}"#)).await;
    let detail = "The lead cannot be moved from Withdrawn to Reviewed.";
    let refused = |status: u16, detail: &str| {
        let message = format!("The upstream did not do it and said: {detail}");
        json!([{ "code": "UPSTREAM_REFUSED", "message": message, "httpStatus": status, "detail": detail }])
    };
    let expected = json!({ "lead": { "stage": "WITHDRAWN" }, "userErrors": refused(409, detail) });
    assert_eq!(answer["leadReview"], expected);

    let customer = "e9ff424c-a44c-4331-8c68-e85518267f7f";
    let told = json!({ "uuid": customer, "status": "verified", "customer": null });
    world.sandbox.waldur().fault(Fault::once(Effect::Status(Answer::json(200, told))));
    let query = format!(
        r#"mutation {{ verificationCreateCustomer(id: "{customer}") {{ verification {{ hasCustomer }} {ERRORS} }} }}"#
    );
    let detail = "Cannot create customer: customer already exists for this verification";
    let expected = json!({ "verification": { "hasCustomer": true }, "userErrors": refused(400, detail) });
    assert_eq!(world.data(&query).await["verificationCreateCustomer"], expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_behind_which_the_record_cannot_be_read_is_still_told() {
    let world = World::start().await;
    let api = world.sandbox.connect();
    let refusal = Answer::json(409, json!({ "title": "Conflict" })).header("content-type", "application/problem+json");
    api.fault(reset(Method::POST, Effect::Status(refusal)));
    api.fault(Fault::always(Effect::Status(Answer::empty(503))).method(Method::GET).after(1));
    let query =
        r#"mutation { leadReview(id: "9c30a205-a60e-47cb-94b4-6d45cd4c2179") { lead { stage } userErrors { code } } }"#;
    let expected = json!({
        "data": { "leadReview": { "lead": null, "userErrors": [{ "code": "UPSTREAM_REFUSED" }] } },
        "errors": [{
            "message": "The leads API failed with status 503.",
            "locations": [{ "line": 1, "column": query.find("lead {").unwrap() + 1 }],
            "path": ["leadReview", "lead"],
            "extensions": {
                "code": "UPSTREAM_UNAVAILABLE", "upstream": "leads", "httpStatus": 503, "retryable": true,
            },
        }],
    });
    assert_eq!(settled(world.ask(query).await), expected);
    assert_eq!(writes(api), ["POST /api/v1/my-finances/leads"]);
}

/// A repeat of what may be repeated is checked against a fresh read, so the second one finds the first one's work.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_unknown_and_was_done_late_is_not_done_twice_when_it_is_asked_for_again() {
    let world = World::start().await;
    let api = world.sandbox.leadconduit();
    let query = format!(
        r#"mutation {{ onboardComplete(id: "5fd4371e940df5a34a3888b3") {{ onboard {{ status }} {ERRORS} }} }}"#
    );
    api.fault(reset(Method::PUT, Effect::ResetAfter));
    api.fault(Fault::always(Effect::Status(Answer::empty(500))).method(Method::GET).after(1));
    let lost = "The onboarding API broke off its answer. It could not be read whether it was done.";
    let expected = json!({ "onboardComplete": { "onboard": null, "userErrors": unknown(lost) } });
    assert_eq!(world.data(&query).await, expected);
    api.clear_faults();
    let message = "COMPLETE is refused: COMPLETE is open from IN_PROGRESS and the record is COMPLETED.";
    let expected = json!({ "onboardComplete": {
        "onboard": { "status": "COMPLETED" },
        "userErrors": [{ "code": "TRANSITION_REFUSED", "message": message }],
    } });
    assert_eq!(world.data(&query).await, expected);
    assert_eq!(writes(api), ["PUT /onboards/5fd4371e940df5a34a3888b3"]);
    assert_eq!(api.records().pointer("/main/connections/4/set_ups"), Some(&json!(1)));
}

/// The customer is shown once, so one member that cannot be read takes no other along, and is told by its name alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_shown_but_for_its_odd_members() {
    let world = World::start().await;
    let body = json!({
        "uuid": "no uuid of anybody", "name": "SA Tallinna Teaduspark", "email": "", "blocked": false,
        "projects_count": "a private number", "projects": [{ "name": "First", "resource_count": "a private number" }],
        "payment_profiles": [{ "name": "Yearly", "payment_type": "invoices" }], "of_a_later_version": [1],
    });
    world.sandbox.waldur().fault(reset(Method::POST, Effect::StatusAfter(Answer::json(201, body))));
    let shows =
        "uuid name email blocked projectsCount projects { name } paymentProfiles { name paymentType } registrationCode";
    let query = format!(
        r#"mutation {{ verificationCreateCustomer(id: "{VERIFIED}") {{
            verification {{ hasCustomer }} customer {{ {shows} }} {ERRORS}
        }} }}"#
    );
    let expected = json!({ "verificationCreateCustomer": {
        "verification": { "hasCustomer": true },
        "customer": {
            "uuid": null, "name": "SA Tallinna Teaduspark", "email": null, "blocked": false, "projectsCount": null,
            "projects": null, "paymentProfiles": [{ "name": "Yearly", "paymentType": "invoices" }],
            "registrationCode": null,
        },
        "userErrors": [],
    } });
    assert_eq!(world.data(&query).await, expected);
    let told = |member: &str| world.gateway.log().contains(&format!(r#""member":"{member}""#));
    until("the warnings", || ["uuid", "projects_count", "projects"].into_iter().all(told)).await;
    let log = world.gateway.log();
    assert!(!["of anybody", "private number", "later_version"].iter().any(|value| log.contains(value)), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_that_is_no_object_is_as_good_as_a_lost_answer() {
    let world = World::start().await;
    let odd = Effect::StatusAfter(Answer::json(201, json!(["SA Tallinna Teaduspark"])));
    world.sandbox.waldur().fault(reset(Method::POST, odd));
    let query = format!(
        r#"mutation {{ verificationCreateCustomer(id: "{VERIFIED}") {{
            verification {{ hasCustomer }} customer {{ name }} {ERRORS}
        }} }}"#
    );
    let expected = json!({ "verification": { "hasCustomer": true }, "customer": null, "userErrors": [] });
    assert_eq!(world.data(&query).await["verificationCreateCustomer"], expected);
}
