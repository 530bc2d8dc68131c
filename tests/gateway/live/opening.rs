//! Who may listen to what, and how much of it.

use onramp::caller::Right;
use serde_json::{Value, json};

use super::scene::{Scene, at, caller, gone, of_profile, stage_of};
use crate::rights::SUBSCRIPTIONS;
use crate::writes::{lead, onboard};

fn codes(answer: &Value) -> Vec<&str> {
    answer["errors"].as_array().unwrap().iter().map(|error| error["extensions"]["code"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_ask_for_a_record_may_not_listen_to_it() {
    let scene = Scene::start(&[]).await;
    for (field, right) in SUBSCRIPTIONS {
        let others: Vec<Right> = onramp::graph::rights().into_iter().filter(|other| other.name() != right).collect();
        let refused = scene.open_as(&caller("a", &others), &format!("subscription {{ {field}(id: \"x\") {{ id }} }}"));
        let error = json!({
            "message": format!("The right {right} is needed here."),
            "locations": [{ "line": 1, "column": 16 }],
            "path": [field],
            "extensions": { "code": "FORBIDDEN", "right": right },
        });
        assert_eq!(refused.err().unwrap(), json!({ "data": null, "errors": [error] }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_shows_its_caller_no_more_than_a_query_would() {
    let scene = Scene::start(&[]).await;
    let rights: Vec<Right> =
        onramp::graph::rights().into_iter().filter(|right| right.name() == "onboards:read").collect();
    let query = format!("subscription {{ onboardChanged(id: \"{}\") {{ status account {{ name }} }} }}", onboard(4));
    let mut events = scene.open_as(&caller("a", &rights), &query).ok().unwrap();
    let event = events.next().await;
    assert_eq!(event["data"], json!({ "onboardChanged": { "status": "IN_PROGRESS", "account": null } }));
    assert_eq!(codes(&event), ["FORBIDDEN"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_has_one_field_at_its_top_wherever_that_stands() {
    let scene = Scene::start(&[]).await;
    let id = lead(0);
    let one = format!("leadChanged(id: \"{id}\")");
    for query in [
        format!("subscription {{ {one} {{ stage }} }}"),
        format!("subscription {{ ... {{ {one} {{ stage }} }} }}"),
        format!(
            "subscription {{ ...L }} fragment L on Subscription {{ {one} {{ ...S }} }} fragment S on Lead {{ stage }}"
        ),
    ] {
        assert_eq!(scene.open(&query).next().await, at("MATCHED"), "{query}");
    }
    let mut merged = scene.open(&format!(
        "subscription {{ l: {one} {{ stage }} ...L }} fragment L on Subscription {{ l: {one} {{ id }} }}"
    ));
    assert_eq!(merged.next().await, json!({ "data": { "l": { "stage": "MATCHED", "id": format!("lead_{id}") } } }));
    for (query, message) in [
        (
            format!("subscription {{ {one} {{ id }} other: {one} {{ id }} }}"),
            "A subscription has one field at its top, and this is another.",
        ),
        ("subscription { __typename }".to_owned(), "Unknown field \"__typename\" on type \"Subscription\"."),
        (
            format!("subscription {{ {one} @include(if: true) {{ id }} }}"),
            "What stands at the top of a subscription is neither skipped nor included by a condition.",
        ),
    ] {
        let refused = scene.refused(&query);
        assert_eq!(refused["errors"][0]["message"], message, "{query}");
        assert_eq!((codes(&refused), refused.get("data")), (vec!["GRAPHQL_VALIDATION_FAILED"], None), "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_refused_at_once_and_costs_no_call() {
    let scene = Scene::start(&[]).await;
    for (query, expected) in [
        ("subscription {".to_owned(), "GRAPHQL_PARSE_FAILED"),
        ("subscription { leadMoved(id: \"x\") { id } }".to_owned(), "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { leadChanged(id: \"x\") { id } }".to_owned(), "BAD_USER_INPUT"),
        ("subscription ($id: ID!) { leadChanged(id: $id) { id } }".to_owned(), "BAD_USER_INPUT"),
        (format!("subscription {{ leadChanged(id: \"{}\") {{ {} }} }}", lead(0), "id ".repeat(6000)), "LIMIT_EXCEEDED"),
    ] {
        assert_eq!(codes(&scene.refused(&query)), [expected], "{query:.80}");
    }
    assert_eq!(scene.sandbox.connect().calls().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_has_so_many_subscriptions_and_another_has_his_own() {
    let scene = Scene::start(&[("ONRAMP__LIVE__SUBSCRIPTIONS_PER_CALLER", "2")]).await;
    let rights = onramp::graph::rights();
    let [one, two] = ["one", "two"].map(|name| caller(name, &rights));
    let open = |caller| scene.open_as(caller, &stage_of(&lead(0)));
    let first = open(&one);
    let second = open(&one);
    assert!(first.is_ok() && second.is_ok());
    let error = json!({
        "message": "The limit \"subscriptions_per_caller\" is 2, and this request goes over it.",
        "locations": [{ "line": 1, "column": 16 }],
        "path": ["leadChanged"],
        "extensions": { "code": "LIMIT_EXCEEDED", "limit": "subscriptions_per_caller", "allowed": 2 },
    });
    assert_eq!(open(&one).err().unwrap(), json!({ "data": null, "errors": [error] }));
    assert!(open(&two).is_ok());
    drop(first);
    assert_eq!(open(&one).ok().unwrap().next().await, at("MATCHED"));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_credentials_never_share_what_was_read() {
    let second = [
        ("ONRAMP__PROFILES__SECOND__RIGHTS", "leads:read"),
        ("ONRAMP__PROFILES__SECOND__CONNECT_API_KEY", onramp::sandbox::connect::SECOND_API_KEY),
        ("ONRAMP__PROFILES__SECOND__CONNECT_PARTNER_ROUTE", onramp::sandbox::connect::SECOND_PARTNER_ROUTE),
    ];
    let scene = Scene::start(&second).await;
    let rights = onramp::graph::rights();
    let mut own = scene.open(&stage_of(&lead(0)));
    assert_eq!(own.next().await, at("MATCHED"));
    let mut other = scene.open_as(&of_profile("second", "b", &rights), &stage_of(&lead(0))).ok().unwrap();
    assert_eq!(other.next().await, gone());
}
