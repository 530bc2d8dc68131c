//! The gateway with a fourth API, in front of a toy that plays it: what the joined graph has of it without a word more.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]
#![allow(clippy::disallowed_types, reason = "a test is a client of the gateway")]
#![allow(unreachable_pub, reason = "nothing outside sees a test binary")]

mod structure;
mod toy;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use toy::{DRAFT, EMPTY, PAID, Toy};

/// The program, in front of the toy and of a sandbox that plays the other three.
struct Gateway {
    process: Child,
    graph: String,
}

fn command(toy: &Toy) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fourth-api"));
    command.env_clear().env("ONRAMP__SERVER__LISTEN", "127.0.0.1:0").env("ONRAMP__IDENTITY__MODE", "open");
    command.env("ONRAMP__INVOICES__BASE_URL", &toy.address).env("ONRAMP__INVOICES__API_KEY", toy::KEY).arg("--sandbox");
    command
}

impl Gateway {
    fn start(toy: &Toy) -> Self {
        let mut process = command(toy).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
        let graph = lines.find_map(|line| line.trim().strip_prefix("graph").map(|address| address.trim().to_owned()));
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, graph: graph.unwrap() }
    }

    async fn ask(&self, query: &str) -> Value {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let request = reqwest::Client::new().post(&self.graph).json(&json!({ "query": query }));
        request.send().await.unwrap().json().await.unwrap()
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn its_records_stand_in_the_joined_graph_beside_the_others() {
    let toy = Toy::start().await;
    let query = format!(
        r#"{{
            invoice(id: "{DRAFT}") {{ id status rawStatus amount }}
            invoices {{ uuid status }}
            node(id: "invoice_{PAID}") {{ __typename id ... on Invoice {{ status }} }}
            account {{ name }}
            upstreams {{ name configured sandboxed }}
        }}"#
    );
    let expected = json!({ "data": {
        "invoice": { "id": format!("invoice_{DRAFT}"), "status": "DRAFT", "rawStatus": "draft", "amount": 120.5 },
        "invoices": [
            { "uuid": DRAFT, "status": "DRAFT" },
            { "uuid": EMPTY, "status": "DRAFT" },
            { "uuid": PAID, "status": "PAID" },
        ],
        "node": { "__typename": "Invoice", "id": format!("invoice_{PAID}"), "status": "PAID" },
        "account": { "name": "Summit Funding Partners" },
        "upstreams": [
            { "name": "onboarding", "configured": false, "sandboxed": true },
            { "name": "verification", "configured": false, "sandboxed": true },
            { "name": "leads", "configured": false, "sandboxed": true },
            { "name": "invoicing", "configured": true, "sandboxed": false },
        ],
    } });
    assert_eq!(Gateway::start(&toy).ask(&query).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn its_rules_keep_what_must_not_happen_from_it() {
    let toy = Toy::start().await;
    let gateway = Gateway::start(&toy);
    let send = async |id: &str, arguments: &str| {
        let payload = "{ invoice { status } userErrors { code message } dryRun }";
        let answer = gateway.ask(&format!(r#"mutation {{ invoiceSend(id: "{id}"{arguments}) {payload} }}"#)).await;
        answer["data"]["invoiceSend"].clone()
    };
    let paid = send(PAID, "").await;
    assert_eq!(
        (&paid["invoice"]["status"], &paid["userErrors"][0]["code"]),
        (&json!("PAID"), &json!("TRANSITION_REFUSED"))
    );
    let empty = send(EMPTY, "").await;
    assert_eq!(empty["userErrors"].as_array().unwrap().len(), 1, "{empty:#}");
    let dry = json!({ "invoice": { "status": "DRAFT" }, "userErrors": [], "dryRun": true });
    assert_eq!(send(DRAFT, ", dryRun: true").await, dry);
    assert_eq!(toy.writes(), [""; 0]);
    let sent = json!({ "invoice": { "status": "SENT" }, "userErrors": [], "dryRun": false });
    assert_eq!(send(DRAFT, r#", idempotencyKey: "once""#).await, sent);
    assert_eq!(send(DRAFT, r#", idempotencyKey: "once""#).await, sent);
    assert_eq!(toy.writes(), [format!("POST /invoices/{DRAFT}/send")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn schema_settings_and_the_check_of_its_contract_hold_it() {
    let toy = Toy::start().await;
    let said = |arguments: &[&str]| {
        let mut command = command(&toy);
        command.args(arguments);
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let said = |arguments: &[&str]| tokio::task::block_in_place(|| said(arguments));
    let schema = said(&["schema"]);
    for line in ["type Invoice implements Node {", "\tinvoiceChanged(", "enum InvoiceStatus {", "\tinvoiceSend("] {
        assert_eq!(schema.lines().filter(|own| own.starts_with(line)).count(), 1, "{line}");
    }
    assert!(said(&["schema", "--federation"]).contains("extend type Invoice @key(fields: \"id\")"));
    let settings = said(&["check"]);
    for line in ["invoices.api_key = (set)", "invoices.timeout_ms = 10000", "live.invoices_ms = 10000"] {
        assert_eq!(settings.lines().filter(|own| *own == line).count(), 1, "{line}: {settings}");
    }
    let live = said(&["check", "--live"]);
    assert!(live.contains("\ninvoicing\n  invoice             GET /invoices, 3 records\n"), "{live}");
    let rules = Gateway::start(&toy).ask("{ transitionRules { lifecycle action from to basis } }").await;
    let rules = rules["data"]["transitionRules"].as_array().unwrap();
    let own: Vec<&Value> = rules.iter().filter(|rule| rule["lifecycle"] == "INVOICE").collect();
    let expected = [
        json!({ "lifecycle": "INVOICE", "action": "SEND", "from": ["DRAFT"], "to": ["SENT"], "basis": "POLICY" }),
        json!({ "lifecycle": "INVOICE", "action": "PAY", "from": ["SENT"], "to": ["PAID"], "basis": "DOCUMENTED" }),
    ];
    assert_eq!(own, expected.iter().collect::<Vec<_>>());
}
