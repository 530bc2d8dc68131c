//! Whatever comes in, from a client or from an API: no panic, and nothing but answers of the documented kinds.
//!
//! A run makes a few hundred cases of each kind; `ONRAMP_FUZZ_CASES` says how many more.

mod documents;
mod mutation;
mod upstream;

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderName, HeaderValue, Method, Request, StatusCode};
use onramp::advance::Desk;
use onramp::config::Sources;
use onramp::documents::{Documents, Trusted};
use onramp::identity::{Ground, Identity};
use onramp::mcp::Tools;
use onramp::rate::Rates;
use onramp::replicas::Replicas;
use onramp::server::{Agents, Life};
use onramp::{graph, server};
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof};
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;
use tower::ServiceExt;

use crate::gateway::bare;
use crate::readme::sections;
use mutation::{Mutation, mutated};
use upstream::Upstream;

/// What the code in an error may be: what is documented but for a bug.
fn codes() -> BTreeSet<String> {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let (_, after) = readme.split_once("\n## Errors\n").unwrap();
    let rows = after.lines().take_while(|line| !line.starts_with("## ")).filter(|line| line.starts_with("| `"));
    let cells = rows.filter_map(|row| row.split('|').nth(1)).flat_map(|cell| cell.split('`').skip(1).step_by(2));
    cells.filter(|code| *code != "INTERNAL_SERVER_ERROR").map(str::to_owned).collect()
}

#[expect(clippy::disallowed_methods, reason = "how long to search is the searcher's to say, and no setting")]
fn cases_wanted() -> Option<u32> {
    std::env::var("ONRAMP_FUZZ_CASES").ok()?.parse().ok()
}

const STATUSES: [u16; 10] = [200, 204, 304, 400, 404, 405, 406, 413, 415, 504];

/// The gateway in this process, in front of one upstream that answers as it is told.
struct Target {
    runtime: Runtime,
    router: Router,
    upstream: Upstream,
    codes: BTreeSet<String>,
}

impl Target {
    fn new(name: &'static str) -> (Self, TestRunner) {
        let runtime = Runtime::new().unwrap();
        let upstream = runtime.block_on(Upstream::start());
        let router = runtime.block_on(async { router(&upstream.base_url) });
        let cases = cases_wanted().unwrap_or(300);
        let config =
            ProptestConfig { cases, source_file: Some(file!()), test_name: Some(name), ..ProptestConfig::default() };
        (Self { runtime, router, upstream, codes: codes() }, TestRunner::new(config))
    }

    /// Sends a request, and checks what comes back.
    fn send(&self, request: Request<Body>) -> Value {
        let (status, body) = self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            (response.status(), to_bytes(response.into_body(), usize::MAX).await.unwrap())
        });
        assert!(STATUSES.contains(&status.as_u16()), "{status}: {}", String::from_utf8_lossy(&body));
        if body.is_empty() || status == StatusCode::NO_CONTENT {
            return Value::Null;
        }
        let body: Value = serde_json::from_slice(&body).unwrap();
        let answers = body.as_array().cloned().unwrap_or_else(|| vec![body.clone()]);
        for answer in &answers {
            self.check(answer);
        }
        body
    }

    fn check(&self, answer: &Value) {
        let errors = answer.get("errors").and_then(Value::as_array);
        assert!(answer.get("data").is_some() || errors.is_some_and(|errors| !errors.is_empty()), "{answer:#}");
        for error in errors.into_iter().flatten() {
            let code = error["extensions"]["code"].as_str();
            assert!(code.is_some_and(|code| self.codes.contains(code)), "{answer:#}");
            assert!(error["extensions"]["requestId"].is_string() && error["message"].is_string(), "{answer:#}");
        }
    }

    /// Sends a message of an agent: what comes back is a result, or an error that is not the gateway's own.
    fn tell(&self, message: Vec<u8>) {
        let mut request = post("/mcp", message);
        request.headers_mut().insert("host", HeaderValue::from_static("localhost"));
        request.headers_mut().insert("accept", HeaderValue::from_static("application/json, text/event-stream"));
        let (status, body) = self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            (response.status(), to_bytes(response.into_body(), usize::MAX).await.unwrap())
        });
        assert!([200, 202, 400].contains(&status.as_u16()), "{status}: {}", String::from_utf8_lossy(&body));
        let Ok(answer) = serde_json::from_slice::<Value>(&body) else { return };
        let code = answer["error"]["code"].as_i64();
        assert!(answer["result"].is_object() || code.is_some_and(|code| code != -32603), "{answer:#}");
        let structured = &answer["result"]["structuredContent"];
        if structured.get("errors").is_some() || structured.get("data").is_some() {
            self.check(structured);
        }
    }

    fn ask(&self, query: &str, variables: &Value) -> Value {
        self.send(post("/graphql", json!({ "query": query, "variables": variables }).to_string().into_bytes()))
    }
}

fn router(upstream: &str) -> Router {
    let variables = [
        ("ONRAMP__LEADCONDUIT__BASE_URL", upstream),
        ("ONRAMP__LEADCONDUIT__API_KEY", "key"),
        ("ONRAMP__WALDUR__BASE_URL", upstream),
        ("ONRAMP__WALDUR__TOKEN", "token"),
        ("ONRAMP__CONNECT__BASE_URL", upstream),
        ("ONRAMP__CONNECT__API_KEY", "key"),
        ("ONRAMP__CONNECT__PARTNER_ROUTE", "partner"),
        ("ONRAMP__IDENTITY__MODE", "open"),
        ("ONRAMP__LIMITS__BATCH", "3"),
        ("ONRAMP__MCP__ENABLED", "true"),
        ("ONRAMP__MCP__TOOLS", "search,introspect,execute"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    // What an API answers is to be read, every time.
    let variables = variables.into_iter().chain(bare());
    let settings = Sources::new(None).with_environment(variables).read(&sections()).unwrap();
    let apis = graph::Apis::new(&settings, &[], &Replicas::default()).unwrap();
    let documents = Documents::new(&settings.section("documents").unwrap(), Trusted::default(), Replicas::default());
    let own = settings.section("graph").unwrap();
    let limits = settings.section("limits").unwrap();
    let tools = Tools::read(&settings.section("mcp").unwrap(), &documents, &own, &limits).unwrap();
    let graph = graph::Graph::new(&own, apis, Arc::new(Desk::default()), limits, documents);
    let rights = graph::rights();
    let ground = Ground { rights: &rights, open: rights.clone(), real: None };
    let identity = Identity::new(&settings, &ground, |profile| graph::forwarded(&settings, profile)).unwrap();
    let rates = Rates::new(settings.section("rate").unwrap(), false, HashMap::new(), Replicas::default());
    let door = server::door(
        graph,
        identity,
        rates,
        Replicas::default(),
        Arc::new(Life::default()),
        server::Settings {
            server: &settings.section("server").unwrap(),
            subscriptions: settings.section("subscriptions").unwrap(),
            webhooks: settings.section("webhooks").unwrap(),
            agents: tools.map(|tools| Agents { tools, allowed_hosts: None }),
        },
        Router::new(),
    );
    door.into_router()
}

fn post(path: &str, body: Vec<u8>) -> Request<Body> {
    Request::post(path).header("content-type", "application/json").body(Body::from(body)).unwrap()
}

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
    let (target, mut runner) = Target::new("bodies");
    let seeds = bodies();
    let strategy = (0..seeds.len(), vec(any::<Mutation>(), 0..8));
    runner
        .run(&strategy, |(seed, mutations)| {
            target.send(post("/graphql", mutated(&seeds[seed], &mutations)));
            Ok(())
        })
        .unwrap();
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
    let (target, mut runner) = Target::new("messages");
    let seeds = messages();
    let strategy = (0..seeds.len(), vec(any::<Mutation>(), 0..8));
    runner
        .run(&strategy, |(seed, mutations)| {
            target.tell(mutated(&seeds[seed], &mutations));
            Ok(())
        })
        .unwrap();
}

#[test]
fn documents_of_any_shape() {
    let (target, mut runner) = Target::new("documents");
    let words = documents::words(&onramp::graph::sdl());
    let examples = documents::examples();
    let strategy = prop_oneof![
        documents::grown(words),
        (0..examples.len(), vec(any::<Mutation>(), 0..6)).prop_map(move |(index, mutations)| {
            String::from_utf8_lossy(&mutated(examples[index].as_bytes(), &mutations)).into_owned()
        }),
    ];
    runner
        .run(&strategy, |query| {
            target.ask(&query, &json!({}));
            Ok(())
        })
        .unwrap();
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
    let (target, mut runner) = Target::new("variables");
    let query = "query ($id: ID!, $ids: [ID!]!, $rows: Int, $filter: OnboardFilter, $uuid: UUID, $word: String) { \
        onboard(id: $id) { id } nodes(ids: $ids) { id } onboards(first: $rows, after: $word, filter: $filter) { totalCount } \
        checklistTemplate(parentId: $uuid) { name } }";
    let strategy = (any_json(), any_json(), any_json(), any_json(), any_json());
    runner
        .run(&strategy, |(id, ids, rows, filter, uuid)| {
            let word = id.clone();
            target.ask(
                &query.replace(
                    "(parentId: $uuid)",
                    if uuid.is_string() { "(parentId: $uuid)" } else { "(parentId: \"x\")" },
                ),
                &json!({ "id": id, "ids": ids, "rows": rows, "filter": filter, "uuid": uuid, "word": word }),
            );
            Ok(())
        })
        .unwrap();
}

#[test]
fn ids_of_any_text() {
    let (target, mut runner) = Target::new("ids");
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
    runner
        .run(&(prefix, own), |(prefix, own)| {
            let id = json!({ "id": format!("{prefix}{own}") });
            target.ask(query, &id);
            target.ask(mutation, &id);
            Ok(())
        })
        .unwrap();
}

#[test]
fn headers_and_methods_of_any_kind() {
    let (target, mut runner) = Target::new("headers");
    let name = prop_oneof![
        Just("accept"),
        Just("content-type"),
        Just("origin"),
        Just("x-request-id"),
        Just("traceparent"),
        Just("if-none-match"),
        Just("authorization"),
        Just("x-api-key"),
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
    let seeds = bodies();
    runner
        .run(&strategy, |(method, query, headers, mutations)| {
            let url: String = percent_encoding::utf8_percent_encode(&query, percent_encoding::CONTROLS).to_string();
            let mut request = Request::new(Body::from(mutated(&seeds[0], &mutations)));
            *request.method_mut() = Method::from_bytes(method.as_bytes()).unwrap();
            let Ok(uri) = format!("/graphql?{}", url.replace(' ', "+")).parse() else { return Ok(()) };
            *request.uri_mut() = uri;
            for (name, value) in headers {
                if let Ok(value) = HeaderValue::from_bytes(&value) {
                    request.headers_mut().append(HeaderName::from_static(name), value);
                }
            }
            target.send(request);
            Ok(())
        })
        .unwrap();
}

#[test]
fn answers_of_apis_of_any_kind() {
    let (target, mut runner) = Target::new("answers");
    let seeds = upstream::bodies();
    for seed in &seeds {
        target.upstream.answer(200, "application/json", seed.body.clone().into_bytes());
        let answer = target.ask(seed.query, &json!({}));
        assert!(answer.get("data").is_some(), "{}: {answer:#}", seed.query);
    }
    let content_type =
        prop_oneof![Just("application/json"), Just("text/html"), Just("application/problem+json"), Just("")];
    let status = prop_oneof![5 => Just(200_u16), 1 => 100..600_u16];
    let strategy = (0..seeds.len(), vec(any::<Mutation>(), 0..6), status, content_type);
    runner
        .run(&strategy, |(seed, mutations, status, content_type)| {
            let seed = &seeds[seed];
            target.upstream.answer(status, content_type, mutated(seed.body.as_bytes(), &mutations));
            target.ask(seed.query, &json!({}));
            Ok(())
        })
        .unwrap();
}
