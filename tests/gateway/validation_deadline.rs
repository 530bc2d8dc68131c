//! The register may take its time: the write that asks it has a deadline of its own, and holds nobody else up.

use std::time::Duration;

use axum::http::Method;
use onramp::sandbox::{Effect, Fault};
use serde_json::{Value, json};

use crate::gateway::{World, until, writes};

const PENDING: &str = "b4d31a4e-5d2f-4d67-86ff-7c21baa5c525";
const PATH: &str = "/api/onboarding-verifications/b4d31a4e5d2f4d6786ff7c21baa5c525/";
const RUN: &str = r#"mutation { done: verificationRunValidation(id: "b4d31a4e-5d2f-4d67-86ff-7c21baa5c525") {
    verification { status } userErrors { code message }
} }"#;

fn validated() -> Value {
    json!({ "done": { "verification": { "status": "VERIFIED" }, "userErrors": [] } })
}

async fn impatient_world() -> World {
    World::start_with(&[("ONRAMP__WALDUR__TIMEOUT_MS", "300")]).await
}

fn slow(method: Method, latency: Duration) -> Fault {
    Fault::once(Effect::Latency(latency)).method(method).path(PATH)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_validation_outlives_the_deadline_of_other_writes() {
    let world = impatient_world().await;
    let api = world.sandbox.waldur();
    api.fault(slow(Method::POST, Duration::from_secs(1)));
    assert_eq!(world.data(RUN).await, validated());
    assert_eq!(writes(api), [format!("POST {PATH}run_validation/")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_write_does_not_outlive_its_deadline() {
    let world = impatient_world().await;
    let api = world.sandbox.waldur();
    api.fault(slow(Method::PATCH, Duration::from_secs(1)));
    let query = format!(
        r#"mutation {{ done: verificationUpdate(id: "{PENDING}", input: {{ legalName: "OÜ Uus Nimi" }}) {{
            verification {{ legalName }} userErrors {{ code message }}
        }} }}"#
    );
    let message = "The verification API did not answer within 300 ms. A read shows no change; it may still come.";
    let expected = json!({ "done": {
        "verification": { "legalName": "OÜ Haapsalu Ravimuda" },
        "userErrors": [{ "code": "OUTCOME_UNKNOWN", "message": message }],
    } });
    assert_eq!(world.data(&query).await, expected);
    assert_eq!(writes(api), [format!("PATCH {PATH}")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_validation_holds_neither_other_apis_up_nor_the_gateway() {
    let world = impatient_world().await;
    let api = world.sandbox.waldur();
    api.fault(slow(Method::POST, Duration::from_secs(3)));
    let is_under_way = || api.calls().iter().any(|call| call.method == "POST" && call.status.is_none());
    let others = async {
        until("the validation", is_under_way).await;
        let query = r#"{ __typename account { name } lead(id: "9c30a205-a60e-47cb-94b4-6d45cd4c2179") { stage } }"#;
        (world.data(query).await, is_under_way())
    };
    let (validation, (others, was_under_way)) = tokio::join!(world.data(RUN), others);
    assert!(was_under_way, "the validation was over before the others were answered");
    let expected = json!({
        "__typename": "Query", "account": { "name": "Summit Funding Partners" }, "lead": { "stage": "MATCHED" },
    });
    assert_eq!(others, expected);
    assert_eq!(validation, validated());
}
