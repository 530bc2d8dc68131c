//! The life of an onboard: created, in progress, completed once; failed is started again.

use onramp::sandbox::leadconduit::API_KEY;
use serde_json::{Value, json};

use super::Cell::{Lacks, Open, Shut};
use super::{Cell, End, Matrix, Move, Row, one};
use crate::client::plain;
use crate::gateway::{World, writes};

/// Over a link that waits to be set up.
const ID: &str = "5fd4371e940df5a34a3888b6";
const PUT: &str = "PUT /onboards/{id}";

const ONBOARDS: Matrix = Matrix {
    record: "onboard",
    state: "status",
    moves: &[
        Move {
            action: "UPDATE",
            mutation: "onboardUpdate",
            input: r#"input: { accountId: "5fd2c1a8940df5a34a387f01" }"#,
            brings: &[],
            to: &[],
            end: End::Unmoved,
            basis: "POLICY",
            write: PUT,
        },
        Move {
            action: "START",
            mutation: "onboardStart",
            input: "",
            brings: &[],
            to: &["IN_PROGRESS"],
            end: End::At("IN_PROGRESS"),
            basis: "POLICY",
            write: PUT,
        },
        Move {
            action: "COMPLETE",
            mutation: "onboardComplete",
            input: "",
            brings: &[],
            to: &["COMPLETED"],
            end: End::At("COMPLETED"),
            basis: "POLICY",
            write: PUT,
        },
    ],
    to: one,
};

/// The vendor's word, what the onboard lacks, and the graph's word.
#[rustfmt::skip]
const ROWS: [(&str, &[&str], &str, [Cell; 3]); 13] = [
    //                                                   UPDATE START            COMPLETE
    ("created",     &[],                "CREATED",      [Open, Open,            Shut]),
    ("created",     &["flow_id"],       "CREATED",      [Open, Lacks("flowId"), Shut]),
    ("created",     &["connection_id"], "CREATED",      [Open, Open,            Shut]),
    ("in_progress", &[],                "IN_PROGRESS",  [Open, Shut,            Open]),
    ("in_progress", &["flow_id"],       "IN_PROGRESS",  [Open, Shut,            Open]),
    ("in_progress", &["connection_id"], "IN_PROGRESS",  [Open, Shut,            Lacks("connectionId")]),
    ("in_progress", &["invitation_id"], "IN_PROGRESS",  [Open, Shut,            Lacks("invitationId")]),
    ("completed",   &[],                "COMPLETED",    [Shut, Shut,            Shut]),
    ("failed",      &[],                "FAILED",       [Open, Open,            Shut]),
    ("failed",      &["flow_id"],       "FAILED",       [Open, Lacks("flowId"), Shut]),
    ("completed_flows_sync", &[],       "UNRECOGNIZED", [Shut, Shut,            Shut]),
    ("paused",      &[],                "UNRECOGNIZED", [Shut, Shut,            Shut]),
    ("created",     &["status"],        "UNRECOGNIZED", [Shut, Shut,            Shut]),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_status_of_an_onboard_allows_its_own_moves_and_no_other() {
    let world = World::start().await;
    for (word, without, state, cells) in ROWS {
        let row = Row { id: ID, id_in_path: ID, state, cells: &cells };
        let prepare = async || bring_to(&world, word, without).await;
        ONBOARDS.check(&world, world.sandbox.leadconduit(), &row, prepare).await;
    }
}

/// Says through the vendor's own API what the onboard holds.
async fn bring_to(world: &World, word: &str, without: &[&str]) {
    let api = world.sandbox.leadconduit();
    api.reset();
    let mut body = json!({
        "invitation_id": "5fd59f10940df5a34a389903",
        "account_id": "5fd2c1a8940df5a34a387f01",
        "connection_id": "5fd5a0c2940df5a34a38a103",
        "flow_id": "5fd43b7a940df5a34a38b304",
        "status": word,
    });
    body.as_object_mut().unwrap().retain(|member, _| !without.contains(&member.as_str()));
    let request = plain().put(format!("{}/onboards/{ID}", api.base_url())).basic_auth("API", Some(API_KEY));
    let onboard: Value =
        request.header("accept", "application/json").json(&body).send().await.unwrap().json().await.unwrap();
    assert_eq!(onboard["status"], body.get("status").cloned().unwrap_or_default());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_onboard_that_lacks_its_flow_is_started_with_the_one_that_the_input_brings() {
    let world = World::start().await;
    let query = format!(
        r#"mutation {{ onboardStart(id: "{ID}", input: {{ flowId: "5fd43b7a940df5a34a38b309" }}) {{
            onboard {{ status flowId }} userErrors {{ code }}
        }} }}"#
    );
    let expected = json!({
        "onboard": { "status": "IN_PROGRESS", "flowId": "5fd43b7a940df5a34a38b309" }, "userErrors": [],
    });
    for without in [&[][..], &["flow_id"]] {
        bring_to(&world, "failed", without).await;
        assert_eq!(world.data(&query).await["onboardStart"], expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_names_the_statuses_from_which_the_move_is_open() {
    let world = World::start().await;
    bring_to(&world, "completed", &[]).await;
    let query = format!(r#"mutation {{ onboardStart(id: "{ID}") {{ userErrors {{ message }} }} }}"#);
    let message = "START is refused: START is open from CREATED, FAILED and the record is COMPLETED.";
    assert_eq!(world.data(&query).await["onboardStart"], json!({ "userErrors": [{ "message": message }] }));
    bring_to(&world, "created", &["flow_id"]).await;
    let message = "START needs flowId.";
    assert_eq!(world.data(&query).await["onboardStart"], json!({ "userErrors": [{ "message": message }] }));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_names_nothing_is_no_write() {
    let world = World::start().await;
    let query = format!(
        r#"mutation {{ onboardUpdate(id: "{ID}", input: {{}}) {{ onboard {{ status }} userErrors {{ code path }} }} }}"#
    );
    let expected = json!({
        "onboard": { "status": "IN_PROGRESS" },
        "userErrors": [{ "code": "INVALID_INPUT", "path": ["input"] }],
    });
    assert_eq!(world.data(&query).await["onboardUpdate"], expected);
    assert_eq!(writes(world.sandbox.leadconduit()), [""; 0]);
}
