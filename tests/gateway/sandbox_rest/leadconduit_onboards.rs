//! LeadConduit's onboards: what a list holds, what a `PUT` loses, and what completing sets off.

use std::collections::BTreeMap;

use onramp::sandbox::leadconduit::SECOND_API_KEY;
use serde_json::{Value, json};

use super::{Desk, answer};

/// In progress, on a link that is not set up yet: `5fd5a0c2940df5a34a38a104`.
const COMPLETABLE: &str = "5fd4371e940df5a34a3888b3";

async fn onboards(desk: &Desk) -> Vec<Value> {
    let (status, body) = answer(desk.leadconduit("GET", "/onboards")).await;
    assert_eq!(status, 200);
    body.as_array().unwrap().clone()
}

async fn onboard(desk: &Desk, id: &str) -> Value {
    let all = onboards(desk).await;
    let found = all.into_iter().find(|onboard| onboard["id"] == json!(id));
    found.unwrap()
}

fn set_ups(desk: &Desk, connection: &str) -> Value {
    let records = desk.sandbox.leadconduit().records();
    let links = records["main"]["connections"].as_array().unwrap();
    let mut links = links.iter();
    let link = links.find(|link| link["body"]["id"] == json!(connection));
    link.unwrap()["set_ups"].clone()
}

#[tokio::test]
async fn the_list_holds_every_kind_of_onboard() {
    let desk = Desk::open().await;
    let all = onboards(&desk).await;
    let mut kinds = BTreeMap::<String, usize>::new();
    for onboard in &all {
        let status = onboard.get("status");
        let status = status.map_or("missing".to_owned(), Value::to_string);
        *kinds.entry(status).or_default() += 1;
    }
    let expected = [
        ("\"completed\"", 12),
        ("\"completed_flows_sync\"", 6),
        ("\"created\"", 18),
        ("\"failed\"", 4),
        ("\"in_progress\"", 18),
        ("missing", 1),
        ("null", 1),
    ];
    let expected = expected.map(|(kind, count)| (kind.to_owned(), count));
    assert_eq!(kinds, BTreeMap::from(expected));

    for member in ["invitation_id", "connection_id", "flow_id"] {
        assert!(all.iter().any(|onboard| onboard.get(member) == Some(&Value::Null)));
    }
    for member in ["account_id", "connection_id", "flow_id", "updated_at"] {
        assert!(all.iter().any(|onboard| onboard.get(member).is_none()));
    }
    let first = json!({
        "id": "5fd4371e940df5a34a3888b2",
        "invitation_id": "5fd59f10940df5a34a389900",
        "account_id": "5fd2c1a8940df5a34a387f01",
        "connection_id": "5fd5a0c2940df5a34a38a100",
        "flow_id": "5fd43b7a940df5a34a38b300",
        "status": "created",
        "created_at": "2025-08-08T09:00:00Z",
        "updated_at": "2025-09-07T09:00:00Z",
    });
    assert_eq!(all[0], first);
}

#[tokio::test]
async fn two_keys_see_two_accounts() {
    let desk = Desk::open().await;
    let (_, theirs) = answer(desk.leadconduit_as(SECOND_API_KEY, "GET", "/onboards")).await;
    let theirs = theirs.as_array().unwrap().clone();
    let ours = onboards(&desk).await;
    assert_eq!((ours.len(), theirs.len()), (60, 3));
    assert!(theirs.iter().all(|onboard| !ours.contains(onboard)));

    let foreign = format!("/onboards/{COMPLETABLE}");
    let foreign = desk.leadconduit_as(SECOND_API_KEY, "PUT", &foreign);
    let refused = (404, json!({"error": "onboard not found"}));
    assert_eq!(answer(foreign.json(&json!({}))).await, refused);
}

#[tokio::test]
async fn a_new_onboard_gets_its_connection_from_the_invitation() {
    let desk = Desk::open().await;
    let body = json!({"invitation_id": "5FD59F10940DF5A34A389905", "flow_id": "5fd43b7a940df5a34a38b305"});
    let (status, created) = answer(desk.leadconduit("POST", "/onboards").json(&body)).await;
    assert_eq!(status, 201);
    assert_eq!(created["connection_id"], "5fd5a0c2940df5a34a38a105");
    assert_eq!(created["flow_id"], "5fd43b7a940df5a34a38b305");
    assert_eq!(created["status"], "created");
    assert_eq!(onboards(&desk).await.last(), Some(&created));

    let pending = json!({"invitation_id": "695b8d10940df5a34a000004"});
    let (status, created) = answer(desk.leadconduit("POST", "/onboards").json(&pending)).await;
    assert_eq!((status, &created["connection_id"]), (201, &Value::Null));
    assert_eq!(onboards(&desk).await.len(), 62);
}

#[tokio::test]
async fn an_onboard_without_a_known_invitation_is_refused() {
    let desk = Desk::open().await;
    let refusals = [
        (json!({}), "invitation_id is required"),
        (json!({"invitation_id": "5fd59f10940df5a34a38ffff"}), "invitation not found"),
        (json!({"invitation_id": "x"}), "invitation_id is not a valid id"),
        (json!([]), "the request body must be a JSON object"),
    ];
    for (body, error) in refusals {
        let call = desk.leadconduit("POST", "/onboards").json(&body);
        assert_eq!(answer(call).await, (400, json!({"error": error})));
    }
    assert_eq!(onboards(&desk).await.len(), 60);
}

#[tokio::test]
async fn what_a_put_leaves_out_is_lost() {
    let desk = Desk::open().await;
    let before = onboard(&desk, "5fd4371e940df5a34a3888b2").await;
    let body = json!({
        "id": "000000000000000000000000",
        "created_at": "1999-01-01T00:00:00Z",
        "status": "paused by hand",
    });
    // An id is accepted in either case.
    let call = desk.leadconduit("PUT", "/onboards/5FD4371E940DF5A34A3888B2");
    let (status, after) = answer(call.json(&body)).await;
    assert_eq!(status, 200);
    let expected = json!({
        "id": "5fd4371e940df5a34a3888b2",
        "invitation_id": null,
        "account_id": null,
        "connection_id": null,
        "flow_id": null,
        "status": "paused by hand",
        "created_at": before["created_at"],
        "updated_at": after["updated_at"],
    });
    assert_eq!(after, expected);
    assert!(after["updated_at"].as_str() > before["updated_at"].as_str());
    assert_eq!(onboard(&desk, "5fd4371e940df5a34a3888b2").await, after);
}

#[tokio::test]
async fn a_put_of_the_wrong_types_changes_nothing() {
    let desk = Desk::open().await;
    let before = onboards(&desk).await;
    for body in [json!({"status": 7}), json!({"flow_id": "short"})] {
        let call = desk.leadconduit("PUT", &format!("/onboards/{COMPLETABLE}"));
        assert_eq!(answer(call.json(&body)).await.0, 400);
    }
    assert_eq!(onboards(&desk).await, before);
}

async fn complete(desk: &Desk, id: &str) -> (u16, Value) {
    let mut whole = onboard(desk, id).await;
    whole["status"] = json!("completed");
    let call = desk.leadconduit("PUT", &format!("/onboards/{id}"));
    answer(call.json(&whole)).await
}

#[tokio::test]
async fn completing_sets_the_connection_up_once() {
    let desk = Desk::open().await;
    assert_eq!(set_ups(&desk, "5fd5a0c2940df5a34a38a104"), 0);
    let (status, completed) = complete(&desk, COMPLETABLE).await;
    assert_eq!((status, &completed["status"]), (200, &json!("completed")));
    assert_eq!(set_ups(&desk, "5fd5a0c2940df5a34a38a104"), 1);

    // The same again: a 200 all the same, and a failure inside it.
    let (status, again) = complete(&desk, COMPLETABLE).await;
    assert_eq!((status, &again["status"]), (200, &json!("failed")));
    assert_eq!(set_ups(&desk, "5fd5a0c2940df5a34a38a104"), 1);
}

#[tokio::test]
async fn completing_without_what_it_needs_fails_behind_a_200() {
    let desk = Desk::open().await;
    // In turn: no invitation, no connection, a connection that leads nowhere, a link set up long ago.
    let hopeless = ["c7", "ca", "db", "ba"].map(|end| format!("5fd4371e940df5a34a3888{end}"));
    for id in hopeless {
        let (status, after) = complete(&desk, &id).await;
        assert_eq!((status, &after["status"]), (200, &json!("failed")), "{id}");
        assert_eq!(onboard(&desk, &id).await["status"], "failed");
    }
}

#[tokio::test]
async fn a_buyer_is_set_up_directly_and_only_once() {
    let desk = Desk::open().await;
    let buyer = |body: Value| desk.leadconduit("POST", "/onboard/buyer").json(&body);
    let by_invitation = json!({"invitation_id": "5fd59f10940df5a34a389906"});
    let told = (200, json!({"redirect": "/flows/5fd43b7a940df5a34a38b306"}));
    assert_eq!(answer(buyer(by_invitation)).await, told);
    let link = "5fd5a0c2940df5a34a38a106";
    assert_eq!(set_ups(&desk, link), 1);

    let refusals = [
        (json!({"connection_id": link}), "connection is already set up"),
        (json!({"connection_id": "5fd5a0c2940df5a34a38ffff"}), "connection not found"),
        (json!({}), "connection_id or invitation_id is required"),
    ];
    for (body, error) in refusals {
        assert_eq!(answer(buyer(body)).await, (400, json!({"error": error})));
    }
    assert_eq!(set_ups(&desk, link), 1);

    let flow = json!({"connection_id": "5fd5a0c2940df5a34a38a103", "flow_id": "5fd43b7a940df5a34a38b309"});
    let told = (200, json!({"redirect": "/flows/5fd43b7a940df5a34a38b309"}));
    assert_eq!(answer(buyer(flow)).await, told);
}
