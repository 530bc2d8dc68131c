//! Whatever comes in, from a client or from an API: no panic, and nothing but answers of the documented kinds.
//!
//! A run makes a few hundred cases of each kind; `ONRAMP_FUZZ_CASES` says how many, and `make fuzz` makes a million in all.

mod documents;
mod mutation;
mod socket;
mod spoiled;
mod target;
mod upstream;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, Request};
use onramp::sandbox::{Ports, Sandbox};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::Index;
use serde_json::{Map, Value, json};

use crate::examples;
use crate::gateway::settled;
use mutation::{Mutation, mutated};
use target::{Target, post};
use upstream::Exchange;

/// Bodies from which others are made: every way to say a request.
fn bodies() -> Vec<Vec<u8>> {
    let query =
        "query Q($id: ID!, $rows: Int) { account { id } node(id: $id) { id } onboards(first: $rows) { totalCount } }";
    let digest = "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38";
    [
        json!({ "query": query, "operationName": "Q", "variables": { "id": "lead_1", "rows": 3 }, "extensions": {} }),
        json!([{ "query": "{ __typename }" }, { "query": query, "variables": { "id": null } }]),
        json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": digest } } }),
        json!({ "documentId": "sha256:1", "query": null, "variables": null }),
    ]
    .map(|body| body.to_string().into_bytes())
    .to_vec()
}

#[test]
fn bodies_of_any_bytes() {
    let target = Target::new("bodies");
    let seeds = bodies();
    let strategy = (0..seeds.len(), vec(any::<Mutation>(), 0..8));
    target.each(strategy, |(seed, mutations)| {
        target.send(post("/graphql", mutated(&seeds[seed], &mutations)));
    });
}

/// Messages from which those of agents are made.
fn messages() -> Vec<Vec<u8>> {
    let call = |tool: &str, arguments: Value| ("tools/call", json!({ "name": tool, "arguments": arguments }));
    let client = json!({ "name": "fuzz", "version": "1" });
    let about = json!({ "io.modelcontextprotocol/protocolVersion": "2026-07-28" });
    [
        ("initialize", json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client })),
        ("tools/list", json!({ "_meta": about })),
        call(
            "execute",
            json!({ "query": "query ($id: ID!) { node(id: $id) { id } }", "variables": { "id": "lead_1" } }),
        ),
        call("search", json!({ "words": "complete an onboard", "limit": 3 })),
        call("introspect", json!({ "name": "Mutation.onboardStart" })),
    ]
    .map(|(method, params)| json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }))
    .map(|message| message.to_string().into_bytes())
    .to_vec()
}

#[test]
fn messages_of_agents_of_any_bytes() {
    let target = Target::new("messages");
    let seeds = messages();
    let strategy = (0..seeds.len(), vec(any::<Mutation>(), 0..8));
    target.each(strategy, |(seed, mutations)| {
        target.tell(mutated(&seeds[seed], &mutations));
    });
}

#[test]
fn documents_of_any_shape() {
    let target = Target::new("documents");
    let words = documents::words(&onramp::graph::sdl());
    let examples = documents::examples();
    let strategy = prop_oneof![
        documents::grown(words),
        (0..examples.len(), vec(any::<Mutation>(), 0..6)).prop_map(move |(index, mutations)| {
            String::from_utf8_lossy(&mutated(examples[index].as_bytes(), &mutations)).into_owned()
        }),
    ];
    target.each(strategy, |query| {
        target.ask(&query, &json!({}));
    });
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        "[a-z]{1,10}_[0-9a-f-]{1,36}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        let name = prop_oneof!["[a-zA-Z]{1,8}", Just("status".to_owned()), Just("flowId".to_owned())];
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            vec((name, inner), 0..5).prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

#[test]
fn variables_of_any_shape() {
    let target = Target::new("variables");
    let query = "query ($id: ID!, $ids: [ID!]!, $rows: Int, $filter: OnboardFilter, $uuid: UUID, $word: String) { \
        onboard(id: $id) { id } nodes(ids: $ids) { id } onboards(first: $rows, after: $word, filter: $filter) { totalCount } \
        checklistTemplate(parentId: $uuid) { name } }";
    let strategy = (any_json(), any_json(), any_json(), any_json(), any_json());
    target.each(strategy, |(id, ids, rows, filter, uuid)| {
        let word = id.clone();
        target.ask(
            &query
                .replace("(parentId: $uuid)", if uuid.is_string() { "(parentId: $uuid)" } else { "(parentId: \"x\")" }),
            &json!({ "id": id, "ids": ids, "rows": rows, "filter": filter, "uuid": uuid, "word": word }),
        );
    });
}

#[test]
fn ids_of_any_text() {
    let target = Target::new("ids");
    let prefix = prop_oneof![
        Just(""),
        Just("onboard_"),
        Just("account_"),
        Just("verification_"),
        Just("lead_"),
        Just("other_"),
    ];
    let own =
        prop_oneof![".{0,60}", "[0-9a-fA-F]{24}", "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}"];
    let query = "query ($id: ID!) { node(id: $id) { id __typename } nodes(ids: [$id, $id]) { id } onboard(id: $id) { status } \
        verification(id: $id) { status } lead(id: $id) { stage } leads(ids: [$id]) { stage } }";
    let mutation = "mutation ($id: ID!) { onboardStart(id: $id, input: {}) { userErrors { code } } \
        verificationDelete(id: $id, dryRun: true) { userErrors { code } } leadReview(id: $id, idempotencyKey: $id) { dryRun } }";
    for query in [query, mutation] {
        assert!(target.ask(query, &json!({ "id": "x" })).get("data").is_some(), "{query}");
    }
    target.each((prefix, own), |(prefix, own)| {
        let id = json!({ "id": format!("{prefix}{own}") });
        target.ask(query, &id);
        target.ask(mutation, &id);
    });
}

#[test]
fn headers_and_methods_of_any_kind() {
    // Whoever comes brings an API's credential in a header.
    let target = Target::with(
        "headers",
        &[
            ("ONRAMP__IDENTITY__DEFAULT_PROFILE", "front"),
            ("ONRAMP__PROFILES__FRONT__RIGHTS", "onboards:read,account:read,verifications:read,leads:read"),
            ("ONRAMP__PROFILES__FRONT__WALDUR_TOKEN_HEADER", "x-waldur-token"),
        ],
    );
    let name = prop_oneof![
        Just("accept"),
        Just("content-type"),
        Just("origin"),
        Just("x-request-id"),
        Just("traceparent"),
        Just("if-none-match"),
        Just("authorization"),
        Just("x-api-key"),
        Just("x-waldur-token"),
        Just("tracestate"),
        Just("cookie"),
        Just("user-agent"),
        Just("accept-encoding"),
        Just("content-length"),
    ];
    let value = prop_oneof![
        vec(any::<u8>(), 0..40),
        "(application/json|\\*/\\*|text/html|application/graphql-response\\+json)(;q=[01](\\.[0-9]{0,4})?)?(, ?\\*/\\*)?".prop_map(String::into_bytes),
        "[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}".prop_map(String::into_bytes),
    ];
    let method = prop_oneof![Just("GET"), Just("POST"), Just("PUT"), Just("HEAD"), Just("OPTIONS"), Just("BREW")];
    let strategy = (method, "[ -~]{0,30}", vec((name, value), 0..5), vec(any::<Mutation>(), 0..3));
    let seed = json!({ "query": "{ account { id } verifications(first: 1) { totalCount nodes { id } } }" });
    let seed = seed.to_string().into_bytes();
    target.each(strategy, |(method, query, headers, mutations)| {
        let url: String = percent_encoding::utf8_percent_encode(&query, percent_encoding::CONTROLS).to_string();
        let mut request = Request::new(Body::from(mutated(&seed, &mutations)));
        *request.method_mut() = Method::from_bytes(method.as_bytes()).unwrap();
        let Ok(uri) = format!("/graphql?{}", url.replace(' ', "+")).parse() else { return };
        *request.uri_mut() = uri;
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                request.headers_mut().append(HeaderName::from_static(name), value);
            }
        }
        target.send(request);
    });
}

/// Operations of every kind, each with the calls that it takes and what the sandbox answers to them.
fn recorded(target: &Target) -> Vec<(String, Value, Vec<Exchange>)> {
    let sandbox = target.runtime.block_on(Sandbox::start(Ports::free())).unwrap();
    target.upstream.follow(&sandbox);
    let operations = examples::queries().into_iter().chain(examples::mutations());
    let recorded = operations.filter_map(|(query, variables)| {
        let answer = settled(target.ask(&query, &variables));
        let exchanges = target.upstream.written();
        for api in [sandbox.leadconduit(), sandbox.waldur(), sandbox.connect()] {
            api.reset();
        }
        if exchanges.is_empty() {
            return None;
        }
        assert_eq!(answer.get("errors"), None, "{query}: {answer:#}");
        Some((query, variables, exchanges, answer))
    });
    let recorded: Vec<_> = recorded.collect();
    assert!(recorded.len() > 25, "{}", recorded.len());
    let unspoiled = recorded.into_iter().map(|(query, variables, exchanges, answer)| {
        target.upstream.play(exchanges.clone());
        assert_eq!(settled(target.ask(&query, &variables)), answer, "{query}");
        (query, variables, exchanges)
    });
    unspoiled.collect()
}

#[test]
fn answers_of_apis_of_any_kind() {
    let target = Target::new("answers");
    let seeds = recorded(&target);
    target.each((0..seeds.len(), any::<Index>(), spoiled::any_spoil()), |(seed, place, spoil)| {
        let (query, variables, mut exchanges) = seeds[seed].clone();
        let place = place.index(exchanges.len());
        spoil.spoil(&mut exchanges[place].answer);
        target.upstream.play(exchanges);
        target.ask(&query, &variables);
    });
}

#[test]
fn pushes_of_any_bytes() {
    let target = Target::new("pushes");
    let id = "9c30a205-a60e-47cb-94b4-6d45cd4c2179";
    let seeds = [json!({ "id": id }), json!({ "ID": id, "stage": { "id": 7 }, "rows": [id] })];
    let seeds = seeds.map(|push| push.to_string().into_bytes());
    target.each((0..seeds.len(), vec(any::<Mutation>(), 0..6)), |(seed, mutations)| {
        target.push(mutated(&seeds[seed], &mutations));
    });
}

/// Messages of clients from which others are made.
fn words() -> Vec<Vec<u8>> {
    let payload = json!({ "query": "query ($id: ID!) { node(id: $id) { id } }", "variables": { "id": "lead_1" } });
    let watch =
        json!({ "query": "subscription { leadChanged(id: \"9c30a205-a60e-47cb-94b4-6d45cd4c2179\") { stage } }" });
    [
        json!({ "type": "connection_init", "payload": { "authorization": "Bearer x" } }),
        json!({ "type": "ping", "payload": {} }),
        json!({ "type": "pong" }),
        json!({ "type": "subscribe", "id": "1", "payload": payload }),
        json!({ "type": "subscribe", "id": "2", "payload": watch }),
        json!({ "type": "complete", "id": "2" }),
    ]
    .map(|message| message.to_string().into_bytes())
    .to_vec()
}

#[test]
fn messages_of_sockets_of_any_bytes() {
    let target = Target::new("sockets");
    let seeds = words();
    let message = (0..seeds.len(), vec(any::<Mutation>(), 0..4), any::<bool>());
    target.each(vec(message, 0..5), |messages| {
        let messages =
            messages.into_iter().map(|(seed, mutations, is_text)| (mutated(&seeds[seed], &mutations), is_text));
        socket::talk(&target, messages.collect());
    });
}
