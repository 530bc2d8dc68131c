//! The sandbox's own side over HTTP.

use onramp::sandbox::{Effect, Fault};
use serde_json::{Value, json};

use super::{Desk, answer};

async fn control(desk: &Desk, method: &str, path: &str) -> (u16, Value) {
    let call = desk.bare(desk.sandbox.leadconduit(), method, &format!("/_sandbox/{path}"));
    answer(call).await
}

async fn put_faults(desk: &Desk, body: &Value) -> (u16, Value) {
    let call = desk.bare(desk.sandbox.leadconduit(), "PUT", "/_sandbox/faults");
    answer(call.json(body)).await
}

#[tokio::test]
async fn calls_are_shown_and_forgotten() {
    let desk = Desk::open().await;
    answer(desk.leadconduit("GET", "/status")).await;
    let expected = json!([{
        "method": "GET", "path": "/status", "query": null, "body": null,
        "carries_credential": true, "status": 200,
    }]);
    // Looking twice: looking itself is not written down.
    for _ in 0..2 {
        assert_eq!(control(&desk, "GET", "calls").await, (200, expected.clone()));
    }
    assert_eq!(control(&desk, "DELETE", "calls").await.0, 204);
    assert_eq!(control(&desk, "GET", "calls").await, (200, json!([])));
}

#[tokio::test]
async fn every_effect_can_be_told_in_json() {
    let desk = Desk::open().await;
    let faults = [
        json!({"status": {"status": 429, "body": {"json": {"error": "slow"}}, "headers": {"retry-after": "2"}}}),
        json!({"status_after": {"status": 502, "body": {"html": "<p>"}, "headers": {}}}),
        json!({"status": {"status": 200, "body": {"raw": {"content_type": "application/json", "bytes": "{"}}, "headers": {}}}),
        json!({"status": {"status": 200, "body": "empty", "headers": {}}}),
        json!({"status": {"status": 500, "body": {"text": "no"}, "headers": {}}}),
        json!("hang_before"),
        json!("hang_after"),
        json!("reset_before"),
        json!("reset_after"),
        json!({"endless": "text/html"}),
        json!({"latency_ms": 250}),
        json!("go_down"),
    ];
    let faults = faults.map(|effect| {
        json!({"on": {"method": "PUT", "path_contains": "/onboards/"}, "skip": 1, "times": 2, "effect": effect})
    });
    let settings = json!({"latency_ms": 1, "error_rate": 0.25, "faults": faults});
    assert_eq!(put_faults(&desk, &settings).await, (200, settings.clone()));
    assert_eq!(control(&desk, "GET", "faults").await, (200, settings));
    let nothing = json!({"latency_ms": 0, "error_rate": 0.0, "faults": []});
    assert_eq!(control(&desk, "DELETE", "faults").await.0, 204);
    assert_eq!(control(&desk, "GET", "faults").await, (200, nothing));
}

#[tokio::test]
async fn what_is_left_out_of_a_fault_has_its_default() {
    let desk = Desk::open().await;
    let short = json!({"faults": [{"effect": {"status": {"status": 500}}}]});
    assert_eq!(put_faults(&desk, &short).await.0, 200);
    let mut got = Vec::new();
    for _ in 0..2 {
        got.push(answer(desk.leadconduit("GET", "/status")).await.0);
    }
    assert_eq!(got, [500, 200]);
}

#[tokio::test]
async fn a_wrong_setting_is_refused_by_name_and_changes_nothing() {
    let desk = Desk::open().await;
    let before = json!({"latency_ms": 3});
    assert_eq!(put_faults(&desk, &before).await.0, 200);
    let wrongs = [
        (
            json!({"latency": 5}),
            "latency: unknown field `latency`, expected one of `latency_ms`, `error_rate`, `faults`",
        ),
        (json!({"error_rate": 1.5}), "error_rate: 1.5 is not a share between 0 and 1"),
        (json!({"faults": [{"effect": "explode"}]}), "faults[0].effect: unknown variant `explode`"),
        (json!({"faults": [{"effect": "hang_before", "when": 1}]}), "faults[0].when: unknown field `when`"),
        (json!({"faults": [{"effect": {"status": {"status": 101}}}]}), "101 is not a status from 200 to 599"),
    ];
    for (body, reason) in wrongs {
        let (status, told) = put_faults(&desk, &body).await;
        assert_eq!(status, 400);
        let told = told["error"].as_str().unwrap();
        assert!(told.contains(reason), "{told}");
    }
    assert_eq!(control(&desk, "GET", "faults").await.1["latency_ms"], 3);
}

#[tokio::test]
async fn a_reset_brings_back_the_seed() {
    let desk = Desk::open().await;
    let api = desk.sandbox.leadconduit();
    let seed = api.records();
    let body = json!({"invitation_id": "5fd59f10940df5a34a389900"});
    let create = || desk.leadconduit("POST", "/onboards").json(&body);
    let (_, first) = answer(create()).await;
    api.fault(Fault::always(Effect::ResetBefore));
    assert_ne!(api.records(), seed);
    assert_eq!(control(&desk, "POST", "reset").await.0, 204);
    assert_eq!(control(&desk, "GET", "records").await, (200, seed));
    assert_eq!(api.calls(), []);
    // Ids and times start over as well.
    assert_eq!(answer(create()).await, (201, first));
}

#[tokio::test]
async fn control_is_reachable_whatever_disturbs() {
    let desk = Desk::open().await;
    desk.sandbox.leadconduit().fault(Fault::always(Effect::HangBefore));
    desk.sandbox.leadconduit().set_error_rate(1.0);
    assert_eq!(control(&desk, "GET", "faults").await.0, 200);
    assert_eq!(control(&desk, "GET", "nonsense").await.0, 404);
    let other = desk.bare(desk.sandbox.waldur(), "GET", "/_sandbox/calls");
    assert_eq!(answer(other).await, (200, json!([])));
}
