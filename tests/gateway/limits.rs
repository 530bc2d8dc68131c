//! What one request may ask for: each limit by its name, its value and what was asked, and nothing done beyond it.

use std::fmt::Write;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::gateway::{Gateway, NO_CALLS, World, hurried, requests, settled};

fn breach(limit: &str, allowed: u64, asked: u64) -> Value {
    json!({ "errors": [{
        "message": format!("The limit \"{limit}\" is {allowed}, and this request comes to {asked}."),
        "extensions": { "code": "LIMIT_EXCEEDED", "limit": limit, "allowed": allowed, "asked": asked },
    }] })
}

fn wrong(message: &str) -> Value {
    json!({ "errors": [{ "message": message, "extensions": { "code": "BAD_USER_INPUT" } }] })
}

async fn ask(gateway: &Gateway, query: &str) -> Value {
    settled(gateway.ask(query, json!({})).await)
}

fn set(settings: &[(&str, &str)]) -> Vec<(String, String)> {
    settings.iter().map(|(key, value)| (format!("ONRAMP__{key}"), (*value).to_owned())).collect()
}

/// So many fields that each have another name.
fn aliased(count: usize) -> String {
    (0..count).fold(String::new(), |mut fields, index| {
        write!(fields, "a{index}: __typename ").unwrap();
        fields
    })
}

// The twelve probes with which scanners look for a GraphQL endpoint that can be abused, as they send them.

#[tokio::test(flavor = "multi_thread")]
async fn probe_alias_overloading() {
    let gateway = Gateway::start(&set(&[("LIMITS__ROOT_FIELDS", "1000")]));
    assert_eq!(ask(&gateway, &format!("{{ {} }}", aliased(101))).await, breach("aliases", 50, 101));
}

#[tokio::test(flavor = "multi_thread")]
async fn probe_array_batching() {
    let gateway = Gateway::start(&[]);
    let batch = json!(vec![json!({ "query": "query cop { __typename }" }); 10]);
    let response = gateway.post(&batch).await;
    assert_eq!(response.status(), 400);
    assert_eq!(settled(response.json().await.unwrap()), breach("batch", 0, 10));
}

#[tokio::test(flavor = "multi_thread")]
async fn probe_directive_overloading() {
    let gateway = Gateway::start(&[]);
    let query = format!("query cop {{ __typename {} }}", "@aa".repeat(10));
    assert_eq!(ask(&gateway, &query).await, breach("directives", 4, 10));
}

#[tokio::test(flavor = "multi_thread")]
async fn probe_circular_introspection() {
    let gateway = Gateway::start(&[]);
    let types =
        "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }";
    assert_eq!(ask(&gateway, types).await, breach("introspection_depth", 2, 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn probe_mutation_by_get() {
    let gateway = Gateway::start(&[]);
    let url = format!("{}/graphql?query=mutation%20cop%20%7B__typename%7D", gateway.base_url);
    let response = gateway.client().get(url).send().await.unwrap();
    assert_eq!(response.status(), 405);
    let expected = wrong("GET is for queries; use POST for anything else.");
    assert_eq!(settled(response.json().await.unwrap()), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn probe_post_of_a_form() {
    let gateway = Gateway::start(&[]);
    let request = gateway.client().post(format!("{}/graphql", gateway.base_url));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let response = request.body("query=query%20cop%20%7B__typename%7D").send().await.unwrap();
    assert_eq!(response.status(), 415);
    let expected = wrong("The content type of a request is application/json.");
    assert_eq!(settled(response.json().await.unwrap()), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn probe_field_suggestion() {
    for (suggestions, message) in [
        ("true", "Unknown field \"acount\" on type \"Query\". Did you mean \"account\"?"),
        ("false", "Unknown field \"acount\" on type \"Query\"."),
    ] {
        let gateway = Gateway::start(&set(&[("LIMITS__SUGGESTIONS", suggestions)]));
        let expected = json!({ "errors": [{
            "message": message,
            "locations": [{ "line": 1, "column": 3 }],
            "extensions": { "code": "GRAPHQL_VALIDATION_FAILED" },
        }] });
        assert_eq!(ask(&gateway, "{ acount { name } }").await, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn probe_trace_mode() {
    let gateway = Gateway::start(&[]);
    let url = format!("{}/graphql", gateway.base_url);
    let request = gateway.client().post(&url).header("apollo-federation-include-trace", "ftv1");
    let response = request.json(&json!({ "query": "query cop { __typename }" })).send().await.unwrap();
    assert_eq!(response.json::<Value>().await.unwrap(), json!({ "data": { "__typename": "Query" } }));
    let response = gateway.client().request(Method::TRACE, &url).send().await.unwrap();
    assert_eq!(response.status(), 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn probe_unhandled_error() {
    let gateway = Gateway::start(&[]);
    for body in [json!({ "query": 7 }), json!({ "qwerty": "abc" }), json!(7), json!({ "query": "qwerty cop { abc }" })]
    {
        let answer: Value = settled(gateway.post(&body).await.json().await.unwrap());
        let error = &answer["errors"][0];
        let mut extensions: Vec<&str> = error["extensions"].as_object().unwrap().keys().map(String::as_str).collect();
        extensions.retain(|key| *key != "code");
        assert!(extensions.is_empty(), "{answer:#}");
        for trace in ["panicked", "src/", ".rs", "stack", "backtrace"] {
            assert!(!error.to_string().contains(trace), "{answer:#}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn probe_explorer_exposed() {
    for (explorer, status) in [("true", 200), ("false", 404)] {
        let gateway = Gateway::start(&set(&[("SERVER__EXPLORER", explorer)]));
        let page = gateway.client().get(&gateway.base_url).header("accept", "text/html").send().await.unwrap();
        assert_eq!(page.status(), status, "{explorer}");
        assert_eq!(gateway.banner.contains("explorer"), status == 200);
        let graph = gateway.client().get(format!("{}/graphql", gateway.base_url)).header("accept", "text/html");
        assert_eq!(graph.send().await.unwrap().status(), 406);
        assert_eq!(ask(&gateway, "{ __typename }").await, json!({ "data": { "__typename": "Query" } }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn probe_field_duplication() {
    let gateway = Gateway::start(&[]);
    let query = format!("query cop {{ {} }}", "__typename \n".repeat(500));
    assert_eq!(ask(&gateway, &query).await, breach("root_fields", 30, 500));
    let inside = format!("{{ onboards(first: 100) {{ nodes {{ {} }} }} }}", "id ".repeat(300));
    assert_eq!(ask(&gateway, &inside).await, breach("complexity", 20_000, 1 + 100 * (1 + 300)));
}

#[tokio::test(flavor = "multi_thread")]
async fn probe_introspection() {
    let gateway = Gateway::start(&set(&[("LIMITS__INTROSPECTION", "false")]));
    for (query, asked) in [
        ("query cop { __schema { types { name fields { name } } } }", 1),
        ("{ a: __schema { queryType { name } } ...F } fragment F on Query { __type(name: \"Query\") { name } }", 2),
    ] {
        assert_eq!(ask(&gateway, query).await, breach("introspection", 0, asked));
    }
    assert_eq!(ask(&gateway, "{ __typename }").await, json!({ "data": { "__typename": "Query" } }));
}

// The limits themselves.

#[tokio::test(flavor = "multi_thread")]
async fn every_limit_lets_its_own_value_through_and_nothing_more() {
    let cases = [
        ("DOCUMENT_BYTES", "document_bytes", 14, "{ __typename }", "{ __typename }#"),
        ("TOKENS", "tokens", 3, "{ __typename }", "{ a __typename # }\n}"),
        ("DEPTH", "depth", 2, "{ account { id } }", "{ account { features { firehose } } }"),
        ("ROOT_FIELDS", "root_fields", 1, "{ __typename }", "{ __typename ... { __typename } }"),
        ("ALIASES", "aliases", 1, "{ a: __typename }", "{ ...F ...F } fragment F on Query { a: __typename }"),
        (
            "DIRECTIVES",
            "directives",
            1,
            "{ __typename @skip(if: false) }",
            "{ ... @skip(if: false) @include(if: true) { __typename } }",
        ),
        ("COMPLEXITY", "complexity", 2, "{ account { id } }", "{ account { id } __typename }"),
        (
            "INTROSPECTION_DEPTH",
            "introspection_depth",
            1,
            "{ __type(name: \"Lead\") { fields { name } } }",
            "{ __type(name: \"Lead\") { ...T } } fragment T on __Type { fields { type { fields { name } } } }",
        ),
    ];
    for (key, limit, allowed, fitting, breaking) in cases {
        let gateway = Gateway::start(&set(&[(&format!("LIMITS__{key}"), &allowed.to_string())]));
        let answer = ask(&gateway, fitting).await;
        assert_eq!(answer.get("errors"), None, "{limit}: {answer:#}");
        assert_eq!(ask(&gateway, breaking).await, breach(limit, allowed, allowed + 1), "{limit}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_breach_is_a_400_to_the_newer_media_type_and_costs_no_call() {
    let world = World::start_with(&[("ONRAMP__LIMITS__COMPLEXITY", "1")]).await;
    let request = world.gateway.client().post(format!("{}/graphql", world.gateway.base_url));
    let request = request.header("accept", "application/graphql-response+json");
    let response = request.json(&json!({ "query": "{ account { name } }" })).send().await.unwrap();
    assert_eq!(response.status(), 400);
    assert_eq!(settled(response.json().await.unwrap()), breach("complexity", 1, 2));
    assert_eq!(world.calls(), NO_CALLS);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_and_ids_multiply_what_is_asked_of_each() {
    let gateway = Gateway::start(&set(&[("LIMITS__COMPLEXITY", "0")]));
    let ids = |count: usize| vec!["\"x\""; count].join(", ");
    for (query, variables, cost) in [
        ("{ onboards { totalCount } }".to_owned(), json!({}), 2),
        ("{ onboards { totalCount nodes { id } } }".to_owned(), json!({}), 2 + 25 * 2),
        ("{ onboards(first: 3) { nodes { id account { id } } } }".to_owned(), json!({}), 1 + 3 * 4),
        ("{ onboards(last: 100) { edges { cursor node { id } } } }".to_owned(), json!({}), 1 + 100 * 4),
        ("query($n: Int = 7) { onboards(first: $n) { nodes { id } } }".to_owned(), json!({}), 1 + 7 * 2),
        ("query($n: Int = 7) { onboards(first: $n) { nodes { id } } }".to_owned(), json!({ "n": 9 }), 1 + 9 * 2),
        ("{ onboards(first: 2147483647) { nodes { id } } }".to_owned(), json!({}), 1 + 100 * 2),
        ("{ onboards(first: -5) { nodes { id } } }".to_owned(), json!({}), 1 + 25 * 2),
        ("query A { __typename } query B { account { id } }".to_owned(), json!({}), 3),
        (format!("{{ nodes(ids: [{}]) {{ id }} }}", ids(40)), json!({}), 1 + 40),
        ("query($i: [ID!]!) { leads(ids: $i) { id } }".to_owned(), json!({ "i": vec!["x"; 60] }), 1 + 60),
        ("{ onboards(first: 3) { ...P } } fragment P on OnboardConnection { nodes { id } }".to_owned(), json!({}), 7),
    ] {
        assert_eq!(settled(gateway.ask(&query, variables).await), breach("complexity", 0, cost), "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_onboards_with_all_that_belongs_to_them_are_let_through() {
    let world = World::start().await;
    let query = "{ onboards(first: 100) { totalCount pageInfo { endCursor hasNextPage } nodes { \
                 id status createdAt updatedAt availableTransitions { action to } \
                 account { id name features { firehose } } link { objectId partner { name } } flow { objectId name } } } }";
    world.data(query).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fragments_count_wherever_they_are_used_and_a_bomb_of_them_goes_off_nowhere() {
    let gateway = Gateway::start(&[]);
    let mut bomb = "query { ...F0 } ".to_owned();
    for index in 0..50 {
        write!(bomb, "fragment F{index} on Query {{ ...F{} ...F{} }} ", index + 1, index + 1).unwrap();
    }
    for last in ["fragment F50 on Query { __typename }", "", "fragment F50 on Query { ...F0 ...F0 }"] {
        let started = std::time::Instant::now();
        let answer = ask(&gateway, &format!("{bomb}{last}")).await;
        assert!(started.elapsed().as_secs() < 5, "{last}");
        assert_eq!(answer["errors"][0]["extensions"]["code"], "LIMIT_EXCEEDED", "{last}: {answer:#}");
    }
    for cycle in [
        "{ ...A } fragment A on Query { ...A ...A }",
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
    ] {
        let answer = ask(&gateway, cycle).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED", "{answer:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_depth_of_nesting_overflows_a_stack() {
    let gateway = Gateway::start(&set(&[
        ("LIMITS__DOCUMENT_BYTES", "10000000"),
        ("LIMITS__TOKENS", "10000000"),
        ("LIMITS__DEPTH", "10000000"),
    ]));
    let deep = 100_000;
    for (text, nesting) in [
        ("{".repeat(deep), deep),
        ("{a".repeat(deep) + &"}".repeat(deep), deep),
        (format!("{{ a(b: {}", "[".repeat(deep)), deep + 2),
        (format!("{{ a(b: {}", "{a:".repeat(deep)), deep + 2),
        (format!("query($a: {}", "[".repeat(deep)), deep + 1),
        (format!("{{ a(b: [\"\"\" \" {}", "[".repeat(deep)), deep + 3),
        ("{... ".repeat(deep), deep),
    ] {
        let expected = breach("nesting", 64, u64::try_from(nesting).unwrap());
        assert_eq!(ask(&gateway, &text).await, expected, "{}", &text[..20]);
    }
    let chain = (0..5_000).fold("{ ...F0 } ".to_owned(), |mut chain, index| {
        write!(chain, "fragment F{index} on Query {{ ...F{} }} ", index + 1).unwrap();
        chain
    });
    assert_eq!(ask(&gateway, &chain).await, breach("nesting", 64, 65));
    let unused = chain.replacen("...F0", "__typename", 1);
    assert_eq!(ask(&gateway, &unused).await, breach("nesting", 64, 65));
    for full in ["{a".repeat(64) + &"}".repeat(64), format!("{{ a(b: {}{}) }}", "[".repeat(62), "]".repeat(62))] {
        let answer = ask(&gateway, &full).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED", "{answer:#}");
    }
    let variables = format!("{{\"query\": \"{{__typename}}\", \"variables\": {{\"a\": {}", "[".repeat(deep));
    let request = gateway.client().post(format!("{}/graphql", gateway.base_url));
    let response = request.header("content-type", "application/json").body(variables).send().await.unwrap();
    assert_eq!(response.status(), 400);
    assert_eq!(ask(&gateway, "{ __typename }").await, json!({ "data": { "__typename": "Query" } }));
}

#[tokio::test(flavor = "multi_thread")]
async fn as_many_requests_come_in_one_body_as_the_settings_let_in() {
    let gateway = Gateway::start(&set(&[("LIMITS__BATCH", "3")]));
    let request = |query: &str| json!({ "query": query });
    let three = json!([request("{ __typename }"), request("{ nonsense"), request("{ account { name } }")]);
    let response = gateway.post(&three).await;
    assert_eq!(response.status(), 200);
    let answers: Value = response.json().await.unwrap();
    assert_eq!(answers[0], json!({ "data": { "__typename": "Query" } }));
    assert_eq!(answers[1]["errors"][0]["extensions"]["code"], "GRAPHQL_PARSE_FAILED");
    assert_eq!(answers[1].get("data"), None);
    assert_eq!(answers[2], json!({ "data": { "account": { "name": "Summit Funding Partners" } } }));
    let response = gateway.post(&json!(vec![request("{ __typename }"); 4])).await;
    assert_eq!(response.status(), 400);
    assert_eq!(settled(response.json().await.unwrap()), breach("batch", 3, 4));
}

/// A gateway whose requests have this deadline, and its calls a shorter one, without which it would not start.
async fn hurried_world(request_ms: &str, call_ms: &str) -> World {
    let settings = hurried(request_ms, call_ms);
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    World::bare_with(&settings).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_over_its_deadline_is_an_error_as_a_whole() {
    let world = hurried_world("2000", "1900").await;
    // Each call is within its deadline, and the two of them one after the other are not within the request's.
    world.sandbox.leadconduit().set_latency(Duration::from_millis(1200));
    for (accept, status) in [("application/json", 200), ("application/graphql-response+json", 504)] {
        let request = world.gateway.client().post(format!("{}/graphql", world.gateway.base_url));
        let request = request
            .header("accept", accept)
            .json(&json!({ "query": "{ __typename onboards(first: 60) { nodes { link { relationship } } } }" }));
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), status);
        let expected = json!({ "errors": [{
            "message": "The limit \"request_timeout_ms\" is 2000, and this request goes over it.",
            "extensions": { "code": "LIMIT_EXCEEDED", "limit": "request_timeout_ms", "allowed": 2000 },
        }] });
        assert_eq!(settled(response.json().await.unwrap()), expected, "{accept}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_goes_on_past_the_deadline_of_its_request() {
    let world = hurried_world("2000", "1900").await;
    let api = world.sandbox.leadconduit();
    // Each call is within its deadline, and the read with the write behind it is not within the request's.
    api.set_latency(Duration::from_millis(1200));
    let mutation = r#"mutation { onboardComplete(id: "onboard_5fd4371e940df5a34a3888b3") { onboard { status } } }"#;
    let answer = world.ask(mutation).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "LIMIT_EXCEEDED", "{answer:#}");
    let done = r#""outcome":"done""#;
    while !world.gateway.log().contains(done) && !world.gateway.log().contains("outcome=\"done\"") {
        tokio::task::yield_now().await;
    }
    let puts = requests(api).into_iter().filter(|request| request.starts_with("PUT "));
    assert_eq!(puts.collect::<Vec<_>>(), ["PUT /onboards/5fd4371e940df5a34a3888b3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_explorers_own_look_at_the_schema_is_let_through() {
    let gateway = Gateway::start(&[]);
    let of_type = (0..9).fold("kind name".to_owned(), |inner, _| format!("kind name ofType {{ {inner} }}"));
    let query = format!(
        "query IntrospectionQuery {{ __schema {{ queryType {{ name }} mutationType {{ name }} types {{ ...FullType }} \
         directives {{ name description locations args(includeDeprecated: true) {{ ...InputValue }} }} }} }} \
         fragment FullType on __Type {{ kind name description fields(includeDeprecated: true) {{ name description \
         args(includeDeprecated: true) {{ ...InputValue }} type {{ ...TypeRef }} isDeprecated deprecationReason }} \
         inputFields(includeDeprecated: true) {{ ...InputValue }} interfaces {{ ...TypeRef }} \
         enumValues(includeDeprecated: true) {{ name description }} possibleTypes {{ ...TypeRef }} }} \
         fragment InputValue on __InputValue {{ name description type {{ ...TypeRef }} defaultValue }} \
         fragment TypeRef on __Type {{ {of_type} }}"
    );
    assert_eq!(ask(&gateway, &query).await.get("errors"), None);
}
