//! An API that cannot be reached: refused, broken off, and back again.

use onramp::sandbox::{Effect, Fault, Played, Ports, Sandbox};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{A_WHILE, Desk, answer, statuses};

async fn connects(address: &str) -> bool {
    TcpStream::connect(address).await.is_ok()
}

fn address(played: &Played) -> String {
    played.base_url().replace("http://", "")
}

#[tokio::test]
async fn an_api_that_goes_down_answers_once_more_and_then_refuses() {
    let desk = Desk::open().await;
    let api = desk.sandbox.leadconduit();
    let url = api.base_url();
    api.fault(Fault::once(Effect::GoDown));
    let last = desk.leadconduit("GET", "/status").send().await.unwrap();
    assert_eq!(last.status(), 200);
    assert_eq!(last.headers()["connection"], "close");
    assert_eq!(last.text().await.unwrap(), r#"{"version":"13.5.0"}"#);

    for _ in 0..3 {
        let refused = desk.leadconduit("GET", "/status").send().await.unwrap_err();
        assert!(refused.is_connect(), "{refused:?}");
        assert!(format!("{refused:?}").contains("ConnectionRefused"), "{refused:?}");
    }
    assert_eq!(statuses(&api.calls()), [Some(200)]);

    api.come_back().await.unwrap();
    assert_eq!(api.base_url(), url);
    assert_eq!(answer(desk.leadconduit("GET", "/status")).await.0, 200);
    // Another API never noticed.
    assert_eq!(answer(desk.connect("GET", "/x")).await.0, 404);
}

#[tokio::test]
async fn going_down_breaks_what_is_running() {
    let desk = Desk::open().await;
    let api = desk.sandbox.leadconduit();
    api.fault(Fault::once(Effect::HangBefore));
    let running = tokio::spawn(desk.leadconduit("GET", "/account").send());
    while api.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    api.go_down().await;
    let broken = timeout(A_WHILE * 10, running).await;
    let broken = broken.unwrap().unwrap().unwrap_err();
    assert!(!broken.is_connect(), "{broken:?}");
    assert_eq!(statuses(&api.calls()), [None]);
}

#[tokio::test]
async fn going_down_and_coming_back_may_be_said_twice() {
    let desk = Desk::open().await;
    let api = desk.sandbox.connect();
    for _ in 0..3 {
        api.go_down().await;
        api.go_down().await;
        assert!(!connects(&address(api)).await);
        api.come_back().await.unwrap();
        api.come_back().await.unwrap();
        assert_eq!(answer(desk.connect("GET", "/x")).await.0, 404);
    }
}

#[tokio::test]
async fn a_stopped_sandbox_refuses_and_frees_its_ports() {
    let desk = Desk::open().await;
    let addresses = [desk.sandbox.leadconduit(), desk.sandbox.waldur(), desk.sandbox.connect()].map(address);
    desk.sandbox.stop().await;
    for address in &addresses {
        assert!(!connects(address).await);
    }
    let [leadconduit, waldur, connect] = addresses.map(|address| address.parse().unwrap());
    let again = Sandbox::start(Ports { leadconduit, waldur, connect }).await.unwrap();
    assert_eq!(address(again.waldur()), waldur.to_string());
}

#[tokio::test]
async fn a_dropped_sandbox_breaks_its_calls() {
    let desk = Desk::open().await;
    desk.sandbox.connect().fault(Fault::once(Effect::HangBefore));
    let running = tokio::spawn(desk.connect("GET", "/x").send());
    while desk.sandbox.connect().calls().is_empty() {
        tokio::task::yield_now().await;
    }
    drop(desk.sandbox);
    let broken = timeout(A_WHILE * 10, running).await;
    assert!(broken.unwrap().unwrap().is_err());
}
