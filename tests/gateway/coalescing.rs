//! Identical reads at once share one upstream call, also across requests; reads one after another do not.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::gateway::{World, requests};

#[tokio::test(flavor = "multi_thread")]
async fn fifty_queries_at_once_share_one_call_for_the_account() {
    let world = World::start().await;
    // Long enough that all of them are on their way before the first is answered.
    world.sandbox.leadconduit().set_latency(Duration::from_millis(700));
    let answers = join_all((0..50).map(|_| world.ask("{ account { name } }"))).await;
    let expected = json!({ "data": { "account": { "name": "Summit Funding Partners" } } });
    assert_eq!(answers, vec![expected; 50]);
    let calls = requests(world.sandbox.leadconduit());
    assert!((1..=2).contains(&calls.len()) && calls.iter().all(|call| call == "GET /account"), "{calls:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_coalescing_is_off_every_request_makes_its_own_call_and_makes_it_once() {
    use onramp::sandbox::{Effect, Fault};

    // Nor are whole answers shared.
    let settings = [("ONRAMP__LEADCONDUIT__COALESCING", "false"), ("ONRAMP__SERVER__SHARE_OPERATIONS", "false")];
    let world = World::start_with(&settings).await;
    // The rows come while the account is still on its way.
    let slow = Fault::always(Effect::Latency(Duration::from_millis(1500))).path("/account");
    world.sandbox.leadconduit().fault(slow);
    let query = "{ account { name } onboards(first: 2) { nodes { account { name } } } }";
    let answers = join_all((0..10).map(|_| world.ask(query))).await;
    let named = json!({ "name": "Summit Funding Partners" });
    let rows = json!({ "nodes": [{ "account": named }, { "account": named }] });
    let expected = json!({ "data": { "account": named, "onboards": rows } });
    assert_eq!(answers, vec![expected; 10]);
    assert_eq!(requests(world.sandbox.leadconduit()), [vec!["GET /account"; 10], vec!["GET /onboards"; 10]].concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn different_queries_share_the_calls_that_they_have_in_common() {
    let world = World::start().await;
    world.sandbox.leadconduit().set_latency(Duration::from_millis(700));
    let queries = ["{ account { id } }", "{ account { name } onboards(first: 1) { totalCount } }"];
    join_all((0..30).map(|number| world.data(queries[number % 2]))).await;
    let calls = requests(world.sandbox.leadconduit());
    let of = |path: &str| calls.iter().filter(|call| call.ends_with(path)).count();
    assert!((1..=2).contains(&of("/account")) && (1..=2).contains(&of("/onboards")), "{calls:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_shared_by_those_who_waited_for_it_and_by_nobody_else() {
    use onramp::sandbox::{Answer, Effect, Fault};

    let world = World::bare().await;
    let api = world.sandbox.leadconduit();
    api.set_latency(Duration::from_millis(700));
    api.fault(Fault::once(Effect::Status(Answer::empty(500))));
    let answers = join_all((0..10).map(|_| world.ask("{ account { name } }"))).await;
    let failed = |answer: &&Value| answer["errors"][0]["extensions"]["code"] == "UPSTREAM_UNAVAILABLE";
    assert!(answers.iter().any(|answer| failed(&answer)), "{answers:?}");
    api.clear_faults();
    world.data("{ account { name } }").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_after_another_is_a_call_of_its_own() {
    let world = World::bare().await;
    for _ in 0..3 {
        world.data("{ account { name } }").await;
    }
    assert_eq!(requests(world.sandbox.leadconduit()), ["GET /account"; 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_leaves_takes_nobodys_answer_along() {
    use onramp::sandbox::{Effect, Fault};

    let world = World::start().await;
    let api = world.sandbox.leadconduit();
    api.fault(Fault::once(Effect::Latency(Duration::from_millis(700))));
    let query = json!({ "query": "{ account { name } }" });
    let leaving = tokio::time::timeout(Duration::from_millis(200), world.gateway.post(&query));
    let (left, stayed) = tokio::join!(leaving, world.data("{ account { name } }"));
    assert!(left.is_err());
    assert_eq!(stayed, json!({ "account": { "name": "Summit Funding Partners" } }));
}
