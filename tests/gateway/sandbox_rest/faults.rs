//! Every fault, told apart by what the caller sees and by what was done, and the journal that counts them.

use std::time::{Duration, Instant};

use onramp::sandbox::{Answer, Effect, Fault, Ports, Sandbox, Settings};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{A_WHILE, Desk, answer, statuses};

/// What a test breaks: making an onboard shows by its trace whether the handler ran.
fn create(desk: &Desk) -> reqwest::RequestBuilder {
    let body = json!({"invitation_id": "5fd59f10940df5a34a389900"});
    desk.leadconduit("POST", "/onboards").json(&body)
}

fn created(desk: &Desk) -> usize {
    let records = desk.sandbox.leadconduit().records();
    records["main"]["onboards"].as_array().unwrap().len() - 60
}

#[tokio::test]
async fn an_answer_instead_leaves_the_world_alone_and_one_after_does_not() {
    let desk = Desk::open().await;
    let api = desk.sandbox.leadconduit();
    let sorry = || Answer::json(500, json!({"error": "sorry"}));
    api.fault(Fault::once(Effect::Status(sorry())));
    assert_eq!(answer(create(&desk)).await, (500, json!({"error": "sorry"})));
    assert_eq!(created(&desk), 0);
    api.fault(Fault::once(Effect::StatusAfter(sorry())));
    assert_eq!(answer(create(&desk)).await, (500, json!({"error": "sorry"})));
    assert_eq!(created(&desk), 1);
    assert_eq!(answer(create(&desk)).await.0, 201);
    assert_eq!(statuses(&api.calls()), [Some(500), Some(500), Some(201)]);
}

#[tokio::test]
async fn an_answer_can_be_anything() {
    let desk = Desk::open().await;
    let answers = [
        (Answer::html(502, "<h1>Bad Gateway</h1>"), 502, "text/html; charset=utf-8", "<h1>Bad Gateway</h1>"),
        (Answer::text(503, "down"), 503, "text/plain; charset=utf-8", "down"),
        (Answer::empty(200), 200, "", ""),
        (Answer::raw("application/json", "{\"id\":"), 200, "application/json", "{\"id\":"),
        (Answer::json(200, json!([])).header("content-type", "text/html"), 200, "text/html", "[]"),
    ];
    for (fault, status, content_type, body) in answers {
        desk.sandbox.connect().fault(Fault::once(Effect::Status(fault)));
        let response = desk.connect("GET", "/anything").send().await.unwrap();
        let told = response.headers().get("content-type").cloned();
        let told = told.map_or(String::new(), |value| value.to_str().unwrap().to_owned());
        assert_eq!((response.status().as_u16(), told.as_str()), (status, content_type));
        assert_eq!(response.text().await.unwrap(), body);
    }
}

#[tokio::test]
async fn a_429_says_when_to_come_back() {
    let desk = Desk::open().await;
    let slow_down = Answer::json(429, json!({"error": "slow down"})).header("Retry-After", "2");
    desk.sandbox.leadconduit().fault(Fault::once(Effect::Status(slow_down)));
    let response = create(&desk).send().await.unwrap();
    assert_eq!((response.status().as_u16(), &response.headers()["retry-after"]), (429, &"2".parse().unwrap()));
}

#[tokio::test]
async fn a_fault_meets_the_calls_it_is_meant_for() {
    let desk = Desk::open().await;
    let api = desk.sandbox.leadconduit();
    let fault = Fault::once(Effect::Status(Answer::empty(500)));
    let fault = Fault { times: 2, ..fault.method(Method::GET).path("/flows").after(1) };
    api.fault(fault);
    let mut got = Vec::new();
    for path in ["/flows", "/onboards", "/flows", "/account", "/flows/x", "/flows"] {
        got.push(answer(desk.leadconduit("GET", path)).await.0);
        got.push(answer(create(&desk)).await.0);
    }
    assert_eq!(got, [200, 201, 200, 201, 500, 201, 200, 201, 500, 201, 200, 201]);
}

#[tokio::test]
async fn faults_that_always_strike_stop_when_they_are_cleared() {
    let desk = Desk::open().await;
    let api = desk.sandbox.leadconduit();
    api.fault(Fault::always(Effect::Status(Answer::empty(500))));
    for _ in 0..5 {
        assert_eq!(answer(create(&desk)).await.0, 500);
    }
    api.clear_faults();
    assert_eq!(answer(create(&desk)).await.0, 201);
}

#[tokio::test]
async fn a_call_that_hangs_is_counted_and_never_answered() {
    let desk = Desk::open().await;
    let api = desk.sandbox.leadconduit();
    for (effect, expected) in [(Effect::HangBefore, 0), (Effect::HangAfter, 1)] {
        api.fault(Fault::once(effect));
        assert!(timeout(A_WHILE, create(&desk).send()).await.is_err());
        assert_eq!(created(&desk), expected);
    }
    assert_eq!(answer(create(&desk)).await.0, 201);
    assert_eq!(statuses(&api.calls()), [None, None, Some(201)]);
}

#[tokio::test]
async fn a_reset_tears_the_connection_without_an_answer() {
    let desk = Desk::open().await;
    let api = desk.sandbox.leadconduit();
    // Both on a fresh connection and on one that has served before.
    for (effect, expected) in [(Effect::ResetBefore, 0), (Effect::ResetAfter, 1)] {
        api.fault(Fault::once(effect));
        let error = timeout(Duration::from_secs(5), create(&desk).send()).await.unwrap().unwrap_err();
        assert!(!error.is_connect() && error.is_request(), "{error:?}");
        assert!(format!("{error:?}").contains("ConnectionReset"), "{error:?}");
        assert_eq!(created(&desk), expected);
        assert_eq!(answer(desk.leadconduit("GET", "/status")).await.0, 200);
    }
    assert_eq!(statuses(&api.calls()), [None, Some(200), None, Some(200)]);
}

#[tokio::test]
async fn an_endless_body_does_not_end() {
    let desk = Desk::open().await;
    let endless = Effect::Endless("application/json".to_owned());
    desk.sandbox.leadconduit().fault(Fault::once(endless));
    let mut response = create(&desk).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/json");
    let mut read = 0;
    while read < 2_000_000 {
        read += response.chunk().await.unwrap().unwrap().len();
    }
    drop(response);
    assert_eq!(answer(create(&desk)).await.0, 201);
}

#[tokio::test]
async fn latency_delays_the_answer_and_nothing_else() {
    let desk = Desk::open().await;
    let api = desk.sandbox.leadconduit();
    let took = async || {
        let start = Instant::now();
        assert_eq!(answer(create(&desk)).await.0, 201);
        start.elapsed()
    };
    api.fault(Fault::once(Effect::Latency(A_WHILE)));
    assert!(took().await >= A_WHILE);
    api.set_latency(A_WHILE);
    assert!(took().await >= A_WHILE);
    assert!(took().await >= A_WHILE);
    assert_eq!(created(&desk), 3);
}

#[tokio::test]
async fn latency_ends_with_its_call_or_with_a_reset() {
    let desk = Desk::open().await;
    let api = desk.sandbox.leadconduit();
    let hour = Duration::from_secs(3600);
    api.fault(Fault::once(Effect::Latency(hour)));
    assert!(timeout(A_WHILE, create(&desk).send()).await.is_err());
    assert_eq!(answer(create(&desk)).await.0, 201);
    api.set_latency(hour);
    assert!(timeout(A_WHILE, create(&desk).send()).await.is_err());
    api.reset();
    assert_eq!(answer(create(&desk)).await.0, 201);
}

#[tokio::test]
async fn an_error_rate_strikes_the_same_calls_in_every_run() {
    let desk = Desk::open().await;
    let api = desk.sandbox.leadconduit();
    let mut runs = Vec::new();
    for _ in 0..2 {
        api.forget_calls();
        api.set_error_rate(0.3);
        for _ in 0..100 {
            answer(desk.leadconduit("GET", "/status")).await;
        }
        runs.push(statuses(&api.calls()));
    }
    assert_eq!(runs[0], runs[1]);
    let failed = runs[0].iter().filter(|status| **status == Some(503)).count();
    assert!((20..=40).contains(&failed), "{failed}");
    api.set_error_rate(1.0);
    assert_eq!(answer(desk.leadconduit("GET", "/status")).await.0, 503);
    api.set_error_rate(0.0);
    assert_eq!(answer(desk.leadconduit("GET", "/status")).await.0, 200);
}

#[tokio::test]
async fn the_journal_tells_what_was_asked() {
    let desk = Desk::open().await;
    let api = desk.sandbox.connect();
    let path = "/api/v1/my-finances/leads";
    answer(desk.connect("GET", &format!("{path}?leadId=12"))).await;
    answer(desk.bare(api, "POST", path).json(&json!({"id": 1}))).await;
    let calls = serde_json::to_value(api.calls()).unwrap();
    let expected = json!([
        {"method": "GET", "path": path, "query": "leadId=12", "body": null, "carries_credential": true, "status": 400},
        {"method": "POST", "path": path, "query": null, "body": {"id": 1}, "carries_credential": false, "status": 401},
    ]);
    assert_eq!(calls, expected);
    api.forget_calls();
    assert_eq!(api.calls(), []);
    // The other APIs have journals of their own.
    assert_eq!(desk.sandbox.leadconduit().calls(), []);
}

#[tokio::test]
async fn settings_disturb_from_the_first_call_on() {
    let desk = Desk::open().await;
    let settings = json!({"error_rate": 1.0});
    let settings = serde_json::from_value::<Settings>(settings).unwrap();
    let sandbox = Sandbox::start_with(Ports::free(), &settings).await.unwrap();
    for played in [sandbox.leadconduit(), sandbox.connect()] {
        assert_eq!(answer(desk.bare(played, "GET", "/status")).await.0, 503);
    }
    let unknown = serde_json::from_value::<Settings>(json!({"latency": 5}));
    assert!(unknown.is_err());
    assert_eq!(
        serde_json::to_value(Settings::default()).unwrap(),
        json!({"latency_ms": 0, "error_rate": 0.0, "faults": Value::Array(Vec::new())})
    );
}
