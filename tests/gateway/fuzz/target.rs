//! The gateway under test, and what every answer of it has to be.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, Request};
use onramp::advance::Desk;
use onramp::config::Sources;
use onramp::documents::{Documents, Trusted};
use onramp::identity::{Ground, Identity};
use onramp::mcp::Tools;
use onramp::rate::Rates;
use onramp::replicas::Replicas;
use onramp::sandbox::{connect, leadconduit, waldur};
use onramp::server::{Agents, Life};
use onramp::{graph, server};
use proptest::prelude::{ProptestConfig, Strategy};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tower::ServiceExt;

use super::upstream::Upstream;
use crate::gateway::bare;
use crate::readme::sections;

/// What a push of a lead carries.
const PUSH_SECRET: &str = "of-the-pushes";

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

const STATUSES: [u16; 11] = [200, 202, 204, 304, 400, 404, 405, 406, 413, 415, 504];

/// The gateway in this process, in front of APIs that answer as they are told.
pub struct Target {
    name: &'static str,
    pub runtime: Runtime,
    pub router: Router,
    pub upstream: Upstream,
    codes: BTreeSet<String>,
}

impl Target {
    pub fn new(name: &'static str) -> Self {
        Self::with(name, &[])
    }

    /// The same with further settings.
    pub fn with(name: &'static str, settings: &[(&str, &str)]) -> Self {
        let runtime = Runtime::new().unwrap();
        let upstream = runtime.block_on(Upstream::start());
        let router = runtime.block_on(async { router(&upstream.base_urls, settings) });
        Self { name, runtime, router, upstream, codes: codes() }
    }

    /// Makes as many cases as are wanted, and says how many went well.
    pub fn each<S: Strategy>(&self, cases: S, check: impl Fn(S::Value)) {
        let config = ProptestConfig {
            cases: cases_wanted().unwrap_or(300),
            source_file: Some(file!()),
            test_name: Some(self.name),
            ..ProptestConfig::default()
        };
        let went_well = AtomicU32::new(0);
        let outcome = TestRunner::new(config).run(&cases, |case| {
            check(case);
            went_well.fetch_add(1, Ordering::Relaxed);
            Ok(())
        });
        outcome.unwrap();
        println!("{}: {} cases went well", self.name, went_well.into_inner());
    }

    /// Sends a request, and checks what comes back.
    pub fn send(&self, request: Request<Body>) -> Value {
        let (status, body) = self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            (response.status(), to_bytes(response.into_body(), usize::MAX).await.unwrap())
        });
        assert!(STATUSES.contains(&status.as_u16()), "{status}: {}", String::from_utf8_lossy(&body));
        if body.is_empty() {
            return Value::Null;
        }
        let body: Value = serde_json::from_slice(&body).unwrap();
        let answers = body.as_array().cloned().unwrap_or_else(|| vec![body.clone()]);
        for answer in &answers {
            self.check(answer);
        }
        body
    }

    pub fn check(&self, answer: &Value) {
        let errors = answer.get("errors").and_then(Value::as_array);
        assert!(answer.get("data").is_some() || errors.is_some_and(|errors| !errors.is_empty()), "{answer:#}");
        for error in errors.into_iter().flatten() {
            let code = error["extensions"]["code"].as_str();
            assert!(code.is_some_and(|code| self.codes.contains(code)), "{answer:#}");
            assert!(error["extensions"]["requestId"].is_string() && error["message"].is_string(), "{answer:#}");
        }
    }

    /// Sends a message of an agent: what comes back is a result, or an error that is not the gateway's own.
    pub fn tell(&self, message: Vec<u8>) {
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

    /// Pushes a lead, or something like one.
    pub fn push(&self, body: Vec<u8>) {
        let mut request = post("/webhooks/leads", body);
        request.headers_mut().insert("x-webhook-secret", HeaderValue::from_static(PUSH_SECRET));
        self.send(request);
    }

    pub fn ask(&self, query: &str, variables: &Value) -> Value {
        self.send(post("/graphql", json!({ "query": query, "variables": variables }).to_string().into_bytes()))
    }
}

fn router(upstream: &[String], more: &[(&str, &str)]) -> Router {
    let variables = [
        ("ONRAMP__LEADCONDUIT__BASE_URL", upstream[0].as_str()),
        ("ONRAMP__LEADCONDUIT__API_KEY", leadconduit::API_KEY),
        ("ONRAMP__WALDUR__BASE_URL", &upstream[1]),
        ("ONRAMP__WALDUR__TOKEN", waldur::OWNER_TOKEN),
        ("ONRAMP__CONNECT__BASE_URL", &upstream[2]),
        ("ONRAMP__CONNECT__API_KEY", connect::API_KEY),
        ("ONRAMP__CONNECT__PARTNER_ROUTE", connect::PARTNER_ROUTE),
        ("ONRAMP__WEBHOOKS__LEADS_SECRET", PUSH_SECRET),
        ("ONRAMP__IDENTITY__MODE", "open"),
        ("ONRAMP__LIMITS__BATCH", "3"),
        ("ONRAMP__MCP__ENABLED", "true"),
        ("ONRAMP__MCP__TOOLS", "search,introspect,execute"),
    ]
    .into_iter()
    .chain(more.iter().copied())
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    // What an API answers is to be read, every time.
    let variables = variables.chain(bare()).collect::<Vec<_>>();
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

pub fn post(path: &str, body: Vec<u8>) -> Request<Body> {
    Request::post(path).header("content-type", "application/json").body(Body::from(body)).unwrap()
}
