//! The ways in which the API of verifications fails.

use onramp::sandbox::{Answer, Effect};
use serde_json::{Value, json};

use super::{Case, Spoiled, answered, malformed, refused, unauthorized, with};
use crate::gateway::{World, settled};

fn spoiled(world: &World) -> Spoiled<'_> {
    Spoiled { world, api: world.sandbox.waldur(), name: "verification", field: "verifications" }
}

fn answer(answer: Answer, message: &'static str, extensions: Value) -> Case {
    Case::new(Effect::Status(answer), message, extensions)
}

fn refusal(status: u16, body: Value, words: &'static str) -> Case {
    let message = format!("refused the request with status {status}: {words}").leak();
    answer(Answer::json(status, body), message, refused(status, words))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_shape_of_a_refusal_is_told_in_the_vendors_words() {
    let world = World::start().await;
    let cases = [
        refusal(400, json!({ "detail": "JSON parse error - nonsense" }), "JSON parse error - nonsense"),
        refusal(400, json!({ "country": ["This field is required."] }), "country: This field is required."),
        refusal(400, json!({ "non_field_errors": ["One.", "Two."] }), "One.; Two."),
        refusal(
            400,
            json!([{}, { "question_uuid": ["Must be a valid UUID."] }]),
            "[1].question_uuid: Must be a valid UUID.",
        ),
        refusal(400, json!(["Cannot create customer: no."]), "Cannot create customer: no."),
        refusal(404, json!({ "detail": "Not found." }), "Not found."),
        refusal(406, json!({ "detail": "Not acceptable." }), "Not acceptable."),
        refusal(415, json!({ "detail": "Unsupported media type." }), "Unsupported media type."),
    ];
    for case in cases {
        spoiled(&world).check(case).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_not_accepted_is_told_apart() {
    let world = World::start().await;
    for words in ["Invalid token.", "Token has expired.", "User inactive or deleted."] {
        let fault = Answer::json(401, json!({ "detail": words })).header("www-authenticate", "Token");
        let message = format!("did not accept the gateway's credential: {words}").leak();
        spoiled(&world).check(answer(fault, message, unauthorized(401, words))).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_and_answers_that_cannot_be_read_have_codes_of_their_own() {
    let world = World::start().await;
    let page = "<!doctype html><html><title>Server Error (500)</title></html>";
    let cases = [
        answer(Answer::html(500, page), "failed with status 500.", answered("UPSTREAM_UNAVAILABLE", 500, true)),
        answer(
            Answer::json(500, json!({ "detail": "Failed to create customer: x" })),
            "failed with status 500: Failed to create customer: x",
            with(answered("UPSTREAM_UNAVAILABLE", 500, true), &[("detail", json!("Failed to create customer: x"))]),
        ),
        answer(
            Answer::empty(429).header("retry-after", "7"),
            "is receiving too many requests.",
            with(answered("UPSTREAM_RATE_LIMITED", 429, true), &[("retryAfterMs", json!(7000))]),
        ),
        answer(
            Answer::empty(301).header("location", "/api/onboarding-verifications/"),
            "gave an answer that cannot be read: status 301 is neither a success nor an error.",
            answered("UPSTREAM_MALFORMED", 301, false),
        ),
        answer(
            Answer::html(200, "<html>browsable</html>"),
            "gave an answer that cannot be read: the content type is text/html, not JSON.",
            malformed(),
        ),
        answer(
            Answer::json(200, json!([{ "uuid": 7 }])),
            "gave an answer that cannot be read: [0].uuid is not of the documented type.",
            malformed(),
        ),
        answer(
            Answer::json(200, json!({ "results": [] })),
            "gave an answer that cannot be read: the body is not of the documented type.",
            malformed(),
        ),
    ];
    for case in cases {
        spoiled(&world).check(case).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_that_the_server_cannot_make_is_an_error_of_that_field_alone() {
    let world = World::start().await;
    let query = r#"{ checklistTemplate(parentId: "6fde46b5a93145d78fdd5920b518f16f") { name } account { name } }"#;
    let expected = json!({
        "data": { "checklistTemplate": null, "account": { "name": "Summit Funding Partners" } },
        "errors": [{
            "message": "The verification API failed with status 500.",
            "locations": [{ "line": 1, "column": 3 }],
            "path": ["checklistTemplate"],
            "extensions": with(answered("UPSTREAM_UNAVAILABLE", 500, true), &[("upstream", json!("verification"))]),
        }],
    });
    assert_eq!(settled(world.ask(query).await), expected);
}
