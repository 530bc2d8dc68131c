//! An API that does not answer at all: late, broken off, refused, endless, or never set.

use onramp::sandbox::{Effect, Ports, Sandbox};
use serde_json::{Value, json};

use super::{Case, Spoiled, healthy, query};
use crate::gateway::{Gateway, World, pointed_at, settled};

/// An API that fails the same way as the others do.
fn apis(world: &World) -> [Spoiled<'_>; 3] {
    [
        Spoiled { world, api: world.sandbox.leadconduit(), name: "onboarding", field: "account" },
        Spoiled { world, api: world.sandbox.waldur(), name: "verification", field: "verifications" },
        Spoiled { world, api: world.sandbox.connect(), name: "leads", field: "lead" },
    ]
}

fn unavailable() -> Value {
    json!({ "code": "UPSTREAM_UNAVAILABLE", "retryable": true })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_does_not_answer_in_time_is_a_timeout() {
    let sections = ["LEADCONDUIT", "WALDUR", "CONNECT"].map(|name| format!("ONRAMP__{name}__TIMEOUT_MS"));
    let settings: Vec<(&str, &str)> = sections.iter().map(|name| (name.as_str(), "600")).collect();
    let world = World::start_with(&settings).await;
    let timeout = json!({ "code": "UPSTREAM_TIMEOUT", "retryable": true });
    for api in apis(&world) {
        for effect in [Effect::HangBefore, Effect::HangAfter] {
            api.check(Case::new(effect, "did not answer within 600 ms.", timeout.clone())).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks_is_an_outage() {
    let world = World::start().await;
    for api in apis(&world) {
        for effect in [Effect::ResetBefore, Effect::ResetAfter] {
            api.check(Case::new(effect, "broke off its answer.", unavailable())).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_is_down_cannot_be_reached_until_it_comes_back() {
    let world = World::start().await;
    for (index, api) in apis(&world).into_iter().enumerate() {
        api.api.go_down().await;
        assert_eq!(api.ask().await, api.expected(2 + index, "cannot be reached.", unavailable()));
        api.api.come_back().await.unwrap();
        assert_eq!(api.ask().await, json!({ "data": healthy() }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_does_not_come_about_in_time_is_an_outage_long_before_the_calls_deadline() {
    // Whoever listens here never shakes hands.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}", silent.local_addr().unwrap());
    let world = World::bare_with(&[
        ("ONRAMP__CONNECT__BASE_URL", &address),
        ("ONRAMP__CONNECT__CONNECT_TIMEOUT_MS", "300"),
        ("ONRAMP__CONNECT__TIMEOUT_MS", "600000"),
        ("ONRAMP__LIMITS__REQUEST_TIMEOUT_MS", "700000"),
    ])
    .await;
    let [.., leads] = apis(&world);
    let asked = tokio::time::timeout(std::time::Duration::from_secs(30), leads.ask()).await;
    assert_eq!(asked.expect("the call's own deadline"), leads.expected(4, "cannot be reached.", unavailable()));
    // Nothing was sent, so the write behind the read is simply not done.
    let review = format!(r#"mutation {{ leadReview(id: "{}") {{ userErrors {{ code }} }} }}"#, crate::writes::lead(0));
    let answer = world.ask(&review).await;
    assert_eq!(answer["data"], json!({ "leadReview": null }));
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UPSTREAM_UNAVAILABLE", "{answer:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_end_is_not_read_to_its_end() {
    let world = World::start_with(&[("ONRAMP__LEADCONDUIT__MAX_BODY_BYTES", "100000")]).await;
    let [api, ..] = apis(&world);
    let message = "gave an answer that cannot be read: the body is larger than 100000 bytes.";
    let malformed = json!({ "code": "UPSTREAM_MALFORMED", "retryable": false });
    api.check(Case::new(Effect::Endless("application/json".to_owned()), message, malformed)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_is_not_configured_is_absent_from_its_own_fields_alone() {
    let sandbox = Sandbox::start(Ports::free()).await.unwrap();
    for (index, (section, field)) in
        [("LEADCONDUIT", "account"), ("WALDUR", "verifications"), ("CONNECT", "lead")].into_iter().enumerate()
    {
        let mut settings = pointed_at(&sandbox);
        settings.retain(|(name, _)| !name.contains(section));
        let world = World { sandbox: Sandbox::start(Ports::free()).await.unwrap(), gateway: Gateway::start(&settings) };
        let [onboarding, verification, leads] = apis(&world);
        let api = [onboarding, verification, leads].into_iter().nth(index).unwrap();
        assert_eq!(api.field, field);
        let absent = json!({ "code": "UPSTREAM_UNAVAILABLE", "retryable": false });
        assert_eq!(api.ask().await, api.expected(2 + index, "is not configured on this gateway.", absent));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_of_all_three_is_three_errors_and_upstreams_still_answers() {
    let world = World::start().await;
    for api in apis(&world) {
        api.api.go_down().await;
    }
    let response = settled(world.ask(&format!("{{\n{}upstreams {{ name reachable latencyMs }} }}", query())).await);
    let down = |name: &str| json!({ "name": name, "reachable": false, "latencyMs": null });
    let expected = json!({
        "account": null,
        "verifications": null,
        "lead": null,
        "upstreams": [down("onboarding"), down("verification"), down("leads")],
    });
    assert_eq!(response["data"], expected);
    let errors = response["errors"].as_array().unwrap();
    let mut paths: Vec<&str> = errors.iter().map(|error| error["path"][0].as_str().unwrap()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["account", "lead", "verifications"]);
}
