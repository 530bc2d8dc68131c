//! Identical queries at once are executed once, for one caller alone, and nobody gets what is older than a write that was
//! answered before he asked.

use std::time::Duration;

use futures_util::future::join_all;
use onramp::identity::digest;
use onramp::sandbox::leadconduit;
use onramp::sandbox::{Answer, Effect, Fault};
use serde_json::{Value, json};

use crate::gateway::{Gateway, World, hurried, requests, settled, told, until};

const METRICS: (&str, &str) = ("ONRAMP__TELEMETRY__METRICS_LISTEN", "127.0.0.1:0");
const OFF: (&str, &str) = ("ONRAMP__SERVER__SHARE_OPERATIONS", "false");
const QUERY: &str = "{ onboards(first: 1) { totalCount } }";

async fn shared(world: &World) -> u64 {
    let response = world.gateway.client().get(told(&world.gateway.banner, "metrics")).send().await.unwrap();
    let text = response.text().await.unwrap();
    let sample = text.lines().find_map(|line| line.strip_prefix("onramp_operations_shared_total "));
    sample.map_or(0, |count| count.parse().unwrap())
}

/// Lets a query wait for its first call, and asks others while it does.
async fn beside<T>(world: &World, first: Value, others: impl Future<Output = T>) -> (Value, T) {
    let api = world.sandbox.leadconduit();
    api.set_latency(Duration::from_millis(1500));
    let first = world.gateway.begin(&first);
    until("the first one's call", || !api.calls().is_empty()).await;
    let others = others.await;
    (first.await.unwrap().json().await.unwrap(), others)
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_are_one_execution() {
    let world = World::bare_with(&[METRICS]).await;
    let others = join_all((0..49).map(|_| world.ask(QUERY)));
    let (first, others) = beside(&world, json!({ "query": QUERY }), others).await;
    assert_eq!(first, json!({ "data": { "onboards": { "totalCount": 60 } } }));
    assert_eq!(others, vec![first; 49]);
    assert_eq!(requests(world.sandbox.leadconduit()), ["GET /onboards"]);
    assert_eq!(shared(&world).await, 49);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_setting_says_so_each_is_executed() {
    let world = World::bare_with(&[METRICS, OFF]).await;
    let others = join_all((0..5).map(|_| world.ask(QUERY)));
    let (first, others) = beside(&world, json!({ "query": QUERY }), others).await;
    assert_eq!(others, vec![first; 5]);
    assert_eq!(shared(&world).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_differs_is_not_shared() {
    let world = World::bare_with(&[METRICS]).await;
    let query = "query A($n: Int, $s: String) { onboards(first: $n, after: $s) { totalCount } } query B { __typename }";
    let ask = |name: &str, variables: Value| json!({ "query": query, "operationName": name, "variables": variables });
    let others = [
        ask("A", json!({ "n": 2 })),
        ask("A", json!({ "n": 1, "s": null })),
        ask("A", json!({})),
        ask("B", json!({ "n": 1 })),
        json!({ "query": format!("{query} "), "operationName": "A", "variables": { "n": 1 } }),
    ];
    beside(&world, ask("A", json!({ "n": 1 })), join_all(others.iter().map(|body| world.gateway.post(body)))).await;
    assert_eq!(shared(&world).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_with_other_credentials_or_rights_never_share() {
    let keys = ["one", "two", "three"].map(|key| digest(key.as_bytes()));
    let settings = [
        METRICS,
        ("ONRAMP__IDENTITY__MODE", "api_key"),
        ("ONRAMP__PROFILES__ONE__RIGHTS", "onboards:read,account:read"),
        ("ONRAMP__PROFILES__ONE__API_KEYS", &keys[0]),
        ("ONRAMP__PROFILES__TWO__RIGHTS", "onboards:read,account:read"),
        ("ONRAMP__PROFILES__TWO__API_KEYS", &keys[1]),
        ("ONRAMP__PROFILES__TWO__LEADCONDUIT_API_KEY", leadconduit::SECOND_API_KEY),
        ("ONRAMP__PROFILES__THREE__RIGHTS", "account:read"),
        ("ONRAMP__PROFILES__THREE__API_KEYS", &keys[2]),
    ];
    let world = World::bare_with(&settings).await;
    let ask = |key: &'static str| {
        let request =
            world.gateway.client().post(format!("{}/graphql", world.gateway.base_url)).header("x-api-key", key);
        let request = request.json(&json!({ "query": QUERY }));
        async move { request.send().await.unwrap().json::<Value>().await.unwrap() }
    };
    world.sandbox.leadconduit().set_latency(Duration::from_millis(1000));
    let answers = join_all(["one", "two", "three"].map(ask)).await;
    let counted = |count: usize| json!({ "data": { "onboards": { "totalCount": count } } });
    assert_eq!(answers[..2], [counted(60), counted(3)]);
    assert_eq!(answers[2]["errors"][0]["extensions"]["code"], "FORBIDDEN");
    assert_eq!(shared(&world).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_that_is_shared_carries_each_ones_own_id() {
    let world = World::bare_with(&[METRICS]).await;
    world.sandbox.leadconduit().fault(Fault::always(Effect::Status(Answer::empty(500))));
    let ask = |id: &'static str| {
        let request =
            world.gateway.client().post(format!("{}/graphql", world.gateway.base_url)).header("x-request-id", id);
        let request = request.json(&json!({ "query": QUERY }));
        async move { request.send().await.unwrap().json::<Value>().await.unwrap() }
    };
    let (first, others) = beside(&world, json!({ "query": QUERY }), join_all(["second", "third"].map(ask))).await;
    let ids: Vec<&Value> = others.iter().map(|answer| &answer["errors"][0]["extensions"]["requestId"]).collect();
    assert_eq!(ids, [&json!("second"), &json!("third")]);
    assert_ne!(&first["errors"][0]["extensions"]["requestId"], ids[0]);
    assert_eq!(others.into_iter().map(settled).collect::<Vec<_>>(), vec![settled(first); 2]);
    assert_eq!(shared(&world).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn he_who_asked_first_may_leave() {
    let world = World::bare_with(&[METRICS]).await;
    let api = world.sandbox.leadconduit();
    api.set_latency(Duration::from_millis(1500));
    let leaving = world.gateway.begin(&json!({ "query": QUERY }));
    until("his call", || !api.calls().is_empty()).await;
    let staying = world.gateway.begin(&json!({ "query": QUERY }));
    leaving.abort();
    let answer: Value = staying.await.unwrap().json().await.unwrap();
    assert_eq!(answer, json!({ "data": { "onboards": { "totalCount": 60 } } }));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_explained_is_executed_for_itself() {
    let gateway = Gateway::start(&[("ONRAMP__SANDBOX__LATENCY_MS".to_owned(), "700".to_owned())]);
    let body = json!({ "query": QUERY, "extensions": { "onramp": { "explain": true } } });
    let answers = join_all((0..3).map(|_| async { gateway.post(&body).await.json::<Value>().await.unwrap() })).await;
    for answer in answers {
        assert_eq!(answer["extensions"]["onramp"]["calls"].as_array().unwrap().len(), 1, "{answer:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_joins_has_his_own_deadline() {
    let hurried = hurried("5000", "4900");
    let mut settings: Vec<(&str, &str)> = hurried.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    settings.push(METRICS);
    let world = World::bare_with(&settings).await;
    let api = world.sandbox.leadconduit();
    // Two calls one after the other: the first one's time is over before the second is answered. Whoever joined it then
    // begins anew, and is answered at once.
    api.set_latency(Duration::from_millis(3000));
    let query = json!({ "query": "{ onboards(first: 60) { nodes { link { relationship } } } }" });
    let first = world.gateway.begin(&query);
    until("the list", || !api.calls().is_empty()).await;
    until("the links", || api.calls().len() > 1).await;
    let second = world.gateway.begin(&query);
    // The second has nothing to call: what it waits for is under way.
    api.set_latency(Duration::ZERO);
    let over = |answer: &Value| answer["errors"][0]["extensions"]["limit"] == "request_timeout_ms";
    assert!(over(&first.await.unwrap().json().await.unwrap()));
    let second: Value = second.await.unwrap().json().await.unwrap();
    assert!(second.get("errors").is_none(), "{second:#}");
}

/// However a mutation falls between queries that are under way, what is asked after its answer shows what it did, although
/// those that began before it have read what was there before and are not answered yet.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_after_a_write_was_answered_shows_it() {
    let world = World::bare_with(&[METRICS]).await;
    let api = world.sandbox.leadconduit();
    let id = "onboard_5fd4371e940df5a34a3888b2";
    let query = format!("{{ onboard(id: \"{id}\") {{ flowId link {{ relationship }} }} }}");
    let rows = world.data("{ onboards(first: 60) { nodes { flowId } } }").await["onboards"]["nodes"].take();
    let mut flows: Vec<&str> = rows.as_array().unwrap().iter().filter_map(|row| row["flowId"].as_str()).collect();
    flows.sort_unstable();
    flows.dedup();
    let mut before = world.data(&query).await;
    api.fault(Fault::always(Effect::Latency(Duration::from_millis(600))).path("/connections"));
    for (round, flow) in flows.iter().cycle().take(12).enumerate() {
        api.forget_calls();
        let around: Vec<_> = (0..3).map(|_| world.gateway.begin(&json!({ "query": query }))).collect();
        // In every other round they have read the onboard when the write begins; in the others they may have.
        if round % 2 == 0 {
            until("the link's call", || api.calls().iter().any(|call| call.path.contains("/connections"))).await;
        }
        let input = format!("id: \"{id}\", input: {{ flowId: \"{flow}\" }}");
        let done = world.data(&format!("mutation {{ onboardUpdate({input}) {{ userErrors {{ message }} }} }}")).await;
        assert_eq!(done, json!({ "onboardUpdate": { "userErrors": [] } }));
        let after = join_all((0..3).map(|_| world.data(&query))).await;
        let expected = json!({ "onboard": { "flowId": flow, "link": before["onboard"]["link"] } });
        assert_eq!(after, vec![expected.clone(); 3], "round {round}");
        // One of them has made that call, and the others may have come as late as after the write.
        let mut earlier = Vec::new();
        for answer in around {
            earlier.push(answer.await.unwrap().json::<Value>().await.unwrap()["data"].take());
        }
        assert!(round % 2 == 1 || earlier.contains(&before), "round {round}: {earlier:#?}");
        assert!(earlier.iter().all(|data| [&before, &expected].contains(&data)), "round {round}: {earlier:#?}");
        before = expected;
    }
    assert!(shared(&world).await > 0);
}
