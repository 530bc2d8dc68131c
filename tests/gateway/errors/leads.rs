//! The ways in which the API of leads fails.

use onramp::sandbox::{Answer, Effect};
use serde_json::{Value, json};

use super::{Case, Spoiled, answered, malformed, refused, with};
use crate::gateway::World;

fn spoiled(world: &World) -> Spoiled<'_> {
    Spoiled { world, api: world.sandbox.connect(), name: "leads", field: "lead" }
}

fn answer(answer: Answer, message: &'static str, extensions: Value) -> Case {
    Case::new(Effect::Status(answer), message, extensions)
}

fn problem(status: u16, members: &Value) -> Answer {
    let mut body = json!({ "type": "https://tools.ietf.org/html/rfc9110", "title": "A title", "status": status });
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    Answer::json(status, body).header("content-type", "application/problem+json; charset=utf-8")
}

#[tokio::test(flavor = "multi_thread")]
async fn problem_details_are_told_by_their_most_telling_member() {
    let world = World::start().await;
    let fields = json!({ "detail": "less", "errors": { "leadId": ["Not valid.", "Really."], "x": ["No."] } });
    let cases = [
        answer(
            problem(400, &fields),
            "refused the request with status 400: leadId: Not valid. Really.; x: No.",
            refused(400, "leadId: Not valid. Really.; x: No."),
        ),
        answer(
            problem(409, &json!({ "detail": "Not now.", "traceId": "00-8f1c" })),
            "refused the request with status 409: Not now.",
            refused(409, "Not now."),
        ),
        answer(
            problem(409, &json!({ "errors": {} })),
            "refused the request with status 409: A title",
            refused(409, "A title"),
        ),
        answer(
            problem(503, &json!({ "detail": null })).header("retry-after", "1"),
            "failed with status 503: A title",
            with(
                answered("UPSTREAM_UNAVAILABLE", 503, true),
                &[("detail", json!("A title")), ("retryAfterMs", json!(1000))],
            ),
        ),
    ];
    for case in cases {
        spoiled(&world).check(case).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bare_refusals_are_told_by_their_status() {
    let world = World::start().await;
    let denied = "did not accept the gateway's credential.";
    let cases = [
        answer(Answer::empty(401), denied, answered("UPSTREAM_UNAUTHORIZED", 401, false)),
        answer(Answer::empty(403), denied, answered("UPSTREAM_UNAUTHORIZED", 403, false)),
        answer(Answer::empty(429), "is receiving too many requests.", answered("UPSTREAM_RATE_LIMITED", 429, true)),
        answer(
            Answer::html(500, "<h1>500</h1>"),
            "failed with status 500.",
            answered("UPSTREAM_UNAVAILABLE", 500, true),
        ),
    ];
    for case in cases {
        spoiled(&world).check(case).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_that_cannot_be_read_is_malformed() {
    let world = World::start().await;
    let id = "9c30a205-a60e-47cb-94b4-6d45cd4c2179";
    let cases = [
        (json!({ "status": "Matched" }), "the body is not of the documented type."),
        (json!({ "id": "x", "status": "Matched" }), "id is not of the documented type."),
        (json!({ "id": id, "status": 3 }), "status is not of the documented type."),
        (json!({ "id": id, "requestedAmount": "fifty" }), "requestedAmount is not of the documented type."),
    ];
    for (body, what) in cases {
        let message = format!("gave an answer that cannot be read: {what}").leak();
        spoiled(&world).check(answer(Answer::json(200, body), message, malformed())).await;
    }
}
