//! The mutations of onboards, links and the account.

use futures_util::FutureExt;
use onramp::sandbox::Answer;
use serde_json::{Value, json};

use super::outcome::{NOTHING_TELLS, READ_SHOWS_NOTHING};
use super::{Side, Subject};
use crate::gateway::World;

pub fn side(world: &World) -> Side<'_> {
    let subjects = vec![create(), update(), start(), complete(), set_up(), account()];
    Side { name: "onboarding", api: world.sandbox.leadconduit(), subjects, held }
}

fn held(world: &World) -> futures_util::future::BoxFuture<'_, Value> {
    async { world.sandbox.leadconduit().records() }.boxed()
}

fn refusal(status: u16, words: &'static str) -> (Answer, &'static str) {
    (Answer::json(status, json!({ "error": words })), words)
}

/// An invitation that has onboards already, none of which may be taken for the new one.
fn create() -> Subject {
    let after = json!({ "onboard": {
        "status": "CREATED",
        "invitationId": "5fd59f10940df5a34a389903",
        "connectionId": "5fd5a0c2940df5a34a38a103",
        "createdAt": "2026-01-05T09:00:06Z",
    } });
    Subject {
        call: r#"onboardCreate(input: { invitationId: "5fd59f10940df5a34a389903" })"#.to_owned(),
        shows: "onboard { status invitationId connectionId createdAt }",
        reads: 1,
        write: "POST /onboards",
        before: json!({ "onboard": null }),
        found: Some(after.clone()),
        unseen: READ_SHOWS_NOTHING,
        after,
        reads_back: false,
        reads_answer: true,
        is_repeatable: false,
        refusal: refusal(400, "invitation not found"),
        place: "/main/onboards/60/status",
        held: [json!(null), json!("created")],
    }
}

/// A move of an onboard, which is the whole of it put in its own place.
fn moves(call: &str, write: &'static str, before: &Value, after: &Value) -> Subject {
    let after = json!({ "onboard": after });
    Subject {
        call: call.to_owned(),
        shows: "onboard { status flowId }",
        reads: 1,
        write,
        before: json!({ "onboard": before }),
        found: Some(after.clone()),
        unseen: READ_SHOWS_NOTHING,
        after,
        reads_back: false,
        reads_answer: true,
        is_repeatable: true,
        refusal: refusal(409, "the onboard is being changed"),
        place: "/main/onboards/0/status",
        held: [json!("created"), json!("in_progress")],
    }
}

fn update() -> Subject {
    Subject {
        refusal: refusal(422, "flow_id is invalid"),
        place: "/main/onboards/0/flow_id",
        held: [json!("5fd43b7a940df5a34a38b300"), json!("5fd43b7a940df5a34a38b309")],
        ..moves(
            r#"onboardUpdate(id: "5fd4371e940df5a34a3888b2", input: { flowId: "5fd43b7a940df5a34a38b309" })"#,
            "PUT /onboards/5fd4371e940df5a34a3888b2",
            &json!({ "status": "CREATED", "flowId": "5fd43b7a940df5a34a38b300" }),
            &json!({ "status": "CREATED", "flowId": "5fd43b7a940df5a34a38b309" }),
        )
    }
}

fn start() -> Subject {
    moves(
        r#"onboardStart(id: "5fd4371e940df5a34a3888b2")"#,
        "PUT /onboards/5fd4371e940df5a34a3888b2",
        &json!({ "status": "CREATED", "flowId": "5fd43b7a940df5a34a38b300" }),
        &json!({ "status": "IN_PROGRESS", "flowId": "5fd43b7a940df5a34a38b300" }),
    )
}

fn complete() -> Subject {
    Subject {
        // It may still be running, and must not run twice.
        is_repeatable: false,
        refusal: refusal(400, "connection_id is required"),
        place: "/main/onboards/1/status",
        held: [json!("in_progress"), json!("completed")],
        ..moves(
            r#"onboardComplete(id: "5fd4371e940df5a34a3888b3")"#,
            "PUT /onboards/5fd4371e940df5a34a3888b3",
            &json!({ "status": "IN_PROGRESS", "flowId": "5fd43b7a940df5a34a38b301" }),
            &json!({ "status": "COMPLETED", "flowId": "5fd43b7a940df5a34a38b301" }),
        )
    }
}

/// Nothing that can be read tells whether it has run.
fn set_up() -> Subject {
    Subject {
        call: r#"buyerDeliverySetUp(input: { link: { connectionId: "5fd5a0c2940df5a34a38a103" } })"#.to_owned(),
        shows: "delivery { redirect }",
        reads: 2,
        write: "POST /onboard/buyer",
        before: json!({ "delivery": null }),
        after: json!({ "delivery": { "redirect": "/flows/5fd43b7a940df5a34a38b303" } }),
        found: None,
        unseen: NOTHING_TELLS,
        reads_back: false,
        reads_answer: true,
        is_repeatable: false,
        refusal: refusal(400, "connection is already set up"),
        place: "/main/connections/3/set_ups",
        held: [json!(0), json!(1)],
    }
}

fn account() -> Subject {
    let shown = |firehose: bool| json!({ "account": { "features": { "firehose": firehose, "buyerAccess": true } } });
    Subject {
        call: "accountUpdate(input: { features: { firehose: false } })".to_owned(),
        shows: "account { features { firehose buyerAccess } }",
        reads: 1,
        write: "PUT /account",
        before: shown(true),
        after: shown(false),
        found: Some(shown(false)),
        unseen: READ_SHOWS_NOTHING,
        reads_back: false,
        reads_answer: true,
        is_repeatable: true,
        refusal: refusal(400, "features is invalid"),
        place: "/main/account/features/firehose",
        held: [json!(true), json!(false)],
    }
}
