//! The ways in which the API of onboards and the account fails.

use onramp::sandbox::{Answer, Effect};
use serde_json::{Value, json};

use super::{Case, Spoiled, answered, malformed, refused, unauthorized, with};
use crate::gateway::{World, settled};

fn spoiled(world: &World) -> Spoiled<'_> {
    Spoiled { world, api: world.sandbox.leadconduit(), name: "onboarding", field: "account" }
}

fn answer(answer: Answer, message: &'static str, extensions: Value) -> Case {
    Case::new(Effect::Status(answer), message, extensions)
}

fn error(status: u16, text: &str) -> Answer {
    Answer::json(status, json!({ "error": text }))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_told_with_its_status_and_the_vendors_words() {
    let world = World::start().await;
    let cases = [
        answer(error(400, "bad id"), "refused the request with status 400: bad id", refused(400, "bad id")),
        answer(
            Answer::json(404, json!({ "message": "no such thing" })),
            "refused the request with status 404: no such thing",
            refused(404, "no such thing"),
        ),
        answer(
            Answer::text(404, "Cannot GET /account"),
            "refused the request with status 404.",
            answered("UPSTREAM_REFUSED", 404, false),
        ),
        answer(error(409, "busy"), "refused the request with status 409: busy", refused(409, "busy")),
        answer(
            Answer::json(422, json!({ "error": { "nested": true } })),
            "refused the request with status 422.",
            answered("UPSTREAM_REFUSED", 422, false),
        ),
    ];
    for case in cases {
        spoiled(&world).check(case).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_that_is_not_accepted_is_told_apart() {
    let world = World::start().await;
    let plan = "Free accounts do not have access to Flows";
    let accept = "misconfigured csrf: check Accept header is set properly";
    let cases = [
        answer(
            error(401, "authentication failed"),
            "did not accept the gateway's credential: authentication failed",
            unauthorized(401, "authentication failed"),
        ),
        answer(
            error(401, plan),
            "did not accept the gateway's credential: Free accounts do not have access to Flows",
            unauthorized(401, plan),
        ),
        answer(
            error(403, accept),
            "did not accept the gateway's credential: misconfigured csrf: check Accept header is set properly",
            unauthorized(403, accept),
        ),
        answer(
            Answer::empty(401),
            "did not accept the gateway's credential.",
            answered("UPSTREAM_UNAUTHORIZED", 401, false),
        ),
    ];
    for case in cases {
        spoiled(&world).check(case).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_told_with_the_time_to_wait_where_it_is_known() {
    let world = World::start().await;
    let limited = answered("UPSTREAM_RATE_LIMITED", 429, true);
    let cases = [
        answer(
            error(429, "slow down").header("retry-after", "2"),
            "is receiving too many requests: slow down",
            with(limited.clone(), &[("detail", json!("slow down")), ("retryAfterMs", json!(2000))]),
        ),
        answer(Answer::empty(429), "is receiving too many requests.", limited.clone()),
        answer(
            Answer::empty(429).header("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT"),
            "is receiving too many requests.",
            limited,
        ),
    ];
    for case in cases {
        spoiled(&world).check(case).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_api_may_be_asked_again() {
    let world = World::start().await;
    let failing = |status| answered("UPSTREAM_UNAVAILABLE", status, true);
    let cases = [
        answer(Answer::html(500, "<h1>Oops</h1>"), "failed with status 500.", failing(500)),
        answer(Answer::html(502, "<html><body>nginx/1.2</body></html>"), "failed with status 502.", failing(502)),
        answer(
            error(503, "maintenance").header("retry-after", "30"),
            "failed with status 503: maintenance",
            with(failing(503), &[("detail", json!("maintenance")), ("retryAfterMs", json!(30_000))]),
        ),
        answer(Answer::empty(504), "failed with status 504.", failing(504)),
    ];
    for case in cases {
        spoiled(&world).check(case).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_no_json_is_malformed() {
    let world = World::start().await;
    let json = "application/json";
    let cases = [
        (Answer::empty(200), "the content type is none, not JSON."),
        (Answer::html(200, "<html>sign in</html>"), "the content type is text/html, not JSON."),
        (Answer::text(200, "ok"), "the content type is text/plain, not JSON."),
        (Answer::raw("text/xml", "<a/>"), "the content type is XML, not JSON."),
        (Answer::raw("application/x-secret", "x"), "the content type is another one, not JSON."),
        (Answer::json(200, json!({})).header("content-type", "text/html"), "the content type is text/html, not JSON."),
        (Answer::raw(json, ""), "the body is empty."),
        (Answer::raw(json, " \r\n "), "the body is empty."),
        (Answer::raw(json, "<html>"), "the body is not JSON."),
        (Answer::raw(json, r#"{"id": "5fd2c1a8940df5a34a387f01", "#), "the body breaks off."),
        (Answer::raw(json, r#"{"id": "5fd2c1a8940df5a34a387f01"} {}"#), "there is more after the JSON value."),
        (Answer::raw(json, b"{\"name\": \"\xff\"}".to_vec()), "name is not JSON."),
    ];
    for (fault, what) in cases {
        let message = format!("gave an answer that cannot be read: {what}").leak();
        spoiled(&world).check(answer(fault, message, malformed())).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_of_the_wrong_type_is_named_and_never_shown() {
    let world = World::start().await;
    let account = |member: &str, value: Value| {
        let mut body = json!({ "id": "5fd2c1a8940df5a34a387f01" });
        body[member] = value;
        Answer::json(200, body)
    };
    let cases = [
        (Answer::json(200, Value::Null), "the body is not of the documented type."),
        (Answer::json(200, json!("text")), "the body is not of the documented type."),
        (Answer::json(200, json!({})), "the body is not of the documented type."),
        (account("id", json!("not an id")), "id is not of the documented type."),
        (account("data_retention_in_days", json!("ninety")), "data_retention_in_days is not of the documented type."),
        (account("data_truncated_at", json!("yesterday")), "data_truncated_at is not of the documented type."),
        (account("features", json!({ "firehose": "yes" })), "features.firehose is not of the documented type."),
    ];
    for (fault, what) in cases {
        let message = format!("gave an answer that cannot be read: {what}").leak();
        spoiled(&world).check(answer(fault, message, malformed())).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_the_account_that_cannot_be_read_leaves_the_rest_of_it() {
    let world = World::start().await;
    let lists = [
        ("connected_buyers", json!([{}, { "id": 7 }]), "connected_buyers[1].id"),
        ("connected_sellers", json!("none"), "connected_sellers"),
        ("pending_buyers", json!([{ "expired": "yes" }]), "pending_buyers[0].expired"),
        ("pending_sellers", json!({ "name": "x" }), "pending_sellers"),
    ];
    let mut body = json!({ "id": "5fd2c1a8940df5a34a387f01", "name": "Own" });
    lists.iter().for_each(|(member, value, _)| body[member] = value.clone());
    let fault = onramp::sandbox::Fault::always(Effect::Status(Answer::json(200, body)));
    world.sandbox.leadconduit().fault(fault.path("/account"));
    assert_eq!(world.data("{ account { name } }").await, json!({ "account": { "name": "Own" } }));
    for (member, _, place) in lists {
        let field = camel(member);
        let query = format!("{{ account {{ name {field} {{ name }} }} }}");
        let expected = json!({
            "data": { "account": { "name": "Own", field.as_str(): null } },
            "errors": [{
                "message": format!(
                    "The onboarding API gave an answer that cannot be read: {place} is not of the documented type."
                ),
                "locations": [{ "line": 1, "column": 18 }],
                "path": ["account", field],
                "extensions": with(unread(), &[("upstream", json!("onboarding"))]),
            }],
        });
        assert_eq!(settled(world.ask(&query).await), expected);
    }
}

/// What is told of a part that is read when it is selected: the answer that it was a part of is no longer there.
fn unread() -> Value {
    json!({ "code": "UPSTREAM_MALFORMED", "retryable": false })
}

fn camel(member: &str) -> String {
    let (first, second) = member.split_once('_').unwrap();
    let (initial, rest) = second.split_at(1);
    format!("{first}{}{rest}", initial.to_uppercase())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_not_followed() {
    let world = World::start().await;
    let elsewhere = Answer::empty(301).header("location", world.sandbox.connect().base_url());
    let message = "gave an answer that cannot be read: status 301 is neither a success nor an error.";
    spoiled(&world).check(answer(elsewhere, message, answered("UPSTREAM_MALFORMED", 301, false))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_cannot_be_read_is_named_by_its_place() {
    let world = World::start().await;
    let row = |created_at: &str| json!({ "id": "5fd4371e940df5a34a3888b2", "created_at": created_at });
    let mut rows = vec![row("2023-11-07T05:31:56Z"); 3];
    rows.push(row("yesterday"));
    let fault = onramp::sandbox::Fault::once(Effect::Status(Answer::json(200, json!(rows))));
    world.sandbox.leadconduit().fault(fault.path("/onboards"));
    let expected = json!({
        "data": { "onboards": null, "account": { "name": "Summit Funding Partners" } },
        "errors": [{
            "message": "The onboarding API gave an answer that cannot be read: \
                        [3].created_at is not of the documented type.",
            "locations": [{ "line": 1, "column": 3 }],
            "path": ["onboards"],
            "extensions": with(malformed(), &[("upstream", json!("onboarding"))]),
        }],
    });
    assert_eq!(settled(world.ask("{ onboards { totalCount } account { name } }").await), expected);
}
