//! What the README says is so: its first query, its settings, its codes.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use onramp::audit;
use onramp::config::{self, Section};
use onramp::documents;
use onramp::graph;
use onramp::identity;
use onramp::limits;
use onramp::mcp;
use onramp::rate;
use onramp::replicas;
use onramp::sandbox::{Ports, Sandbox, waldur};
use onramp::setting::Setting;
use onramp::tape;
use onramp::telemetry::{self, metric};
use onramp::transition::Basis;
use onramp::transition::table::{Row, diagram};
use serde_json::{Value, json};

use crate::gateway::{Calls, Gateway, World, command, pointed_at, settled};
use crate::mcp::agent;
use crate::temporary::TempFolder;

const SETTINGS: (&str, &str) = ("<!-- settings -->\n", "<!-- /settings -->");
const METRICS: (&str, &str) = ("<!-- metrics -->\n", "<!-- /metrics -->");
const RULES: (&str, &str) = ("<!-- rules -->\n", "<!-- /rules -->");
const RIGHTS: (&str, &str) = ("<!-- rights -->\n", "<!-- /rights -->");

#[tokio::test(flavor = "multi_thread")]
async fn the_first_query_answers_and_costs_what_the_readme_says() {
    let text = section("A first query");
    let world = World::start().await;
    let answer: Value = serde_json::from_str(&block(&text, "json")).unwrap();
    assert_eq!(world.ask(&block(&text, "graphql")).await, answer);
    assert_eq!(world.calls(), Calls { onboarding: 6, verification: 1, leads: 1 });
    assert!(text.contains("eight upstream calls"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_of_the_first_query_is_the_query() {
    let text = section("A first query");
    let curl = block(&text, "sh");
    let body = curl.split('\'').find(|part| part.starts_with("{\"")).unwrap();
    let world = World::start().await;
    let response: Value = world.gateway.post(&serde_json::from_str(body).unwrap()).await.json().await.unwrap();
    assert_eq!(response, json!({ "data": { "account": { "name": "Summit Funding Partners" } } }));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_push_of_the_example_is_taken() {
    let text = section("Live updates");
    let (_, push) = text.split_once("### Pushes of leads").unwrap();
    let curl = block(push, "sh");
    let quoted: Vec<&str> = curl.split('\'').skip(1).step_by(2).collect();
    let [header, body] = quoted.as_slice() else { panic!("{curl}") };
    let (name, secret) = header.split_once(": ").unwrap();
    let world = World::start_with(&[("ONRAMP__WEBHOOKS__LEADS_SECRET", secret)]).await;
    let url = format!("{}/webhooks/leads", world.gateway.base_url);
    let push = world.gateway.client().post(url).header(name, secret).body((*body).to_owned());
    assert_eq!(push.send().await.unwrap().status(), 202);
}

/// The commands are run as they stand, but for the folder.
#[tokio::test(flavor = "multi_thread")]
async fn the_bug_report_is_played() {
    let text = section("A bug report that can be played");
    let commands = block(&text, "sh");
    let folder = TempFolder::new();
    let target = folder.path().join("bug-report");
    let start = |command: &str| {
        let line = commands.lines().find_map(|line| line.strip_prefix(&format!("cargo run -- {command}"))).unwrap();
        let arguments = line.split('#').next().unwrap().split_whitespace();
        let arguments = arguments.map(|word| if word == "bug-report" { target.to_str().unwrap() } else { word });
        Gateway::start_with(&[], &[command].into_iter().chain(arguments).collect::<Vec<_>>())
    };
    let asked: Vec<Value> = commands
        .split('\'')
        .filter(|part| part.starts_with("{\""))
        .map(|body| serde_json::from_str(body).unwrap())
        .collect();
    let [asked, asked_again] = asked.as_slice() else { panic!("{commands}") };
    let mut recording = start("record");
    let mut recorded: Value = recording.post(asked).await.json().await.unwrap();
    recording.signal("INT");
    assert!(recording.ended().await.success());
    let mut replayed: Value = start("serve").post(asked_again).await.json().await.unwrap();
    let mut told: Value = serde_json::from_str(&block(&text, "json")).unwrap();
    let names = [&mut recorded, &mut replayed, &mut told].map(|answer| answer["data"]["account"]["name"].take());
    assert_eq!(names[0], "Summit Funding Partners");
    for placeholder in &names[1..] {
        assert!(placeholder.as_str().unwrap().starts_with("text-"), "{placeholder}");
    }
    assert_eq!([&recorded, &replayed], [&told, &told]);
}

#[test]
fn the_settings_file_is_one() {
    let folder = TempFolder::new();
    let file = folder.path().join("onramp.toml");
    fs::write(&file, block(&section("The real APIs"), "toml")).unwrap();
    let output = command(&[]).arg("check").arg("--config").arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The example of two callers is a file of settings, and each of its keys opens what the text says.
#[tokio::test(flavor = "multi_thread")]
async fn the_callers_of_the_example_may_what_it_says() {
    let text = section("Who may what");
    let folder = TempFolder::new();
    let file = folder.path().join("callers.toml");
    fs::write(&file, block(&text, "toml")).unwrap();
    let arguments = ["--config", file.to_str().unwrap()];
    let copied = Gateway::start_with(&[], &[arguments[0], arguments[1], "--sandbox"]);
    let request = copied.client().post(format!("{}/graphql", copied.base_url)).bearer_auth("front-end-key");
    let response = request.json(&json!({ "query": block(&text, "graphql") })).send().await.unwrap();
    let mut refused = settled(response.json().await.unwrap());
    refused["errors"][0].as_object_mut().unwrap().remove("locations");
    assert_eq!(refused, serde_json::from_str::<Value>(&block(&text, "json")).unwrap());
    let sandbox = Sandbox::start(Ports::free()).await.unwrap();
    let mut variables = pointed_at(&sandbox);
    variables.retain(|(name, _)| !name.contains("IDENTITY"));
    let gateway = Gateway::start_with(&variables, &arguments);
    let ask = async |key: &str, query: &str| {
        let request = gateway.client().post(format!("{}/graphql", gateway.base_url)).bearer_auth(key);
        let request = request.header("x-waldur-token", waldur::OTHER_TOKEN).json(&json!({ "query": query }));
        request.send().await.unwrap().json::<Value>().await.unwrap()
    };
    let refusal: Value = serde_json::from_str(&block(&text, "json")).unwrap();
    let mut refused = settled(ask("front-end-key", &block(&text, "graphql")).await);
    refused["errors"][0].as_object_mut().unwrap().remove("locations");
    assert_eq!(refused, refusal);
    let mine = ask("front-end-key", "{ verifications { totalCount } }").await;
    let others = ask("back-office-key", "{ verifications { totalCount } }").await;
    assert_ne!(mine, others);
    assert!(
        mine["data"]["verifications"].is_object() && others["data"]["verifications"].is_object(),
        "{mine} {others}"
    );
    for key in ["front-end-key", "back-office-key"] {
        assert!(text.contains(&identity::digest(key.as_bytes())), "{key}");
    }
}

/// The settings and documents of the example make the tools that it speaks of, and what writes is tried first.
#[tokio::test(flavor = "multi_thread")]
async fn the_agents_of_the_example_find_its_tools() {
    let text = section("Agents");
    let folder = TempFolder::new();
    let file = folder.path().join("agents.toml");
    fs::write(&file, block(&text, "toml")).unwrap();
    let (_, after_query) = text.split_once("```graphql\n").unwrap();
    fs::write(folder.path().join("find.graphql"), block(&text, "graphql")).unwrap();
    fs::write(folder.path().join("start.graphql"), block(after_query, "graphql")).unwrap();
    let trusted = ("ONRAMP__DOCUMENTS__TRUSTED".to_owned(), folder.path().to_str().unwrap().to_owned());
    let gateway = Gateway::start_with(&[trusted], &["--config", file.to_str().unwrap()]);
    let tools = agent::tools(&gateway).await;
    let told = tools.iter().map(|tool| (tool["name"].as_str().unwrap(), tool["annotations"]["readOnlyHint"] == true));
    assert_eq!(told.collect::<Vec<_>>(), [("FindOnboards", true), ("StartOnboard", false)]);
    let (found, _) = agent::called(&gateway, "FindOnboards", json!({ "status": ["CREATED"], "first": 1 })).await;
    let id = &found["data"]["onboards"]["nodes"][0]["id"];
    let (tried, _) = agent::called(&gateway, "StartOnboard", json!({ "id": id })).await;
    let payload = json!({ "onboard": { "status": "CREATED" }, "dryRun": true, "userErrors": [] });
    assert_eq!(tried, json!({ "data": { "onboardStart": payload } }));
    let client: Value = serde_json::from_str(&block(&text, "json")).unwrap();
    assert_eq!(client["mcpServers"]["onramp"]["url"], "http://127.0.0.1:4000/mcp");
}

#[test]
fn the_generated_parts_are_current() {
    let readme = readme();
    let current = replaced(&replaced(&readme, SETTINGS, &settings_table()), RULES, &rules());
    let current = replaced(&current, METRICS, &metrics_table());
    let current = replaced(&current, RIGHTS, &rights());
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path(), current).unwrap();
    } else {
        assert!(readme == current, "settings, rules or metrics of the README are out of date; run `make readme`");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mutation_answers_what_the_readme_says_the_first_time_and_the_second() {
    let text = section("Writes");
    let (_, answers) = text.split_once("```json\n").unwrap();
    let (first, rest) = answers.split_once("\n```\n").unwrap();
    let mutation = block(&text, "graphql");
    let world = World::start().await;
    assert_eq!(world.ask(&mutation).await, serde_json::from_str::<Value>(first).unwrap());
    let second = world.ask(&mutation.replace("order-4711", "order-4712")).await;
    assert_eq!(second, serde_json::from_str::<Value>(&block(rest, "json")).unwrap());
}

/// `check` prints every setting that the program has, so that no section is missing above.
#[test]
fn the_table_of_settings_is_complete() {
    let output = String::from_utf8(command(&[]).arg("check").output().unwrap().stdout).unwrap();
    let checked: BTreeSet<&str> = output.lines().filter_map(|line| line.split(" = ").next()).collect();
    let sections = sections();
    let tabled = sections.iter().flat_map(|section| section.settings.iter().map(|setting| key(section.name, setting)));
    assert_eq!(checked, tabled.collect::<Vec<_>>().iter().map(String::as_str).collect());
}

#[test]
fn the_table_of_codes_has_the_codes_that_the_code_has() {
    let sources =
        ["src/error/mod.rs", "src/error/response.rs"].map(|file| fs::read_to_string(in_package(file)).unwrap());
    let is_code = |text: &&str| text.len() > 5 && text.bytes().all(|byte| byte == b'_' || byte.is_ascii_uppercase());
    let in_code: BTreeSet<&str> = sources.iter().flat_map(|source| source.split('"')).filter(is_code).collect();
    let text = section("Errors");
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    let cells = rows.filter_map(|row| row.split('|').nth(1)).flat_map(|cell| cell.split('`').skip(1).step_by(2));
    assert_eq!(cells.collect::<BTreeSet<_>>(), in_code);
}

#[test]
fn the_guide_for_contributors_names_what_is_there() {
    let guide = fs::read_to_string(in_package("CONTRIBUTING.md")).unwrap();
    let quoted = guide.split('`').skip(1).step_by(2);
    let named: BTreeSet<&str> = quoted.filter(|text| text.contains('/') && !text.contains(' ')).collect();
    let absent: Vec<&&str> = named.iter().filter(|path| !in_package(path).exists()).collect();
    assert_eq!(absent, [&""; 0]);
    assert!(named.len() > 20, "{named:?}");
}

pub fn sections() -> Vec<Section> {
    let mut sections = vec![Section { name: "server", settings: config::SERVER.to_vec() }];
    sections.push(Section { name: "webhooks", settings: config::WEBHOOKS.to_vec() });
    sections.push(Section { name: "subscriptions", settings: config::SUBSCRIPTIONS.to_vec() });
    sections.push(Section { name: "limits", settings: limits::LIMITS.to_vec() });
    sections.push(Section { name: "graph", settings: graph::GRAPH.to_vec() });
    sections.push(Section { name: "documents", settings: documents::DOCUMENTS.to_vec() });
    sections.push(Section { name: "mcp", settings: mcp::MCP.to_vec() });
    sections.push(Section { name: "identity", settings: identity::IDENTITY.to_vec() });
    sections.push(Section { name: "rate", settings: rate::RATE.to_vec() });
    let of_profiles = [identity::PROFILE, rate::PROFILE, &graph::profile_settings()].concat();
    sections.push(Section { name: "profiles.<name>", settings: of_profiles });
    sections.extend(graph::sections());
    sections.push(Section { name: "redis", settings: replicas::REDIS.to_vec() });
    sections.push(Section { name: "audit", settings: audit::AUDIT.to_vec() });
    sections.push(Section { name: "telemetry", settings: telemetry::TELEMETRY.to_vec() });
    sections.push(Section { name: "sandbox", settings: config::SANDBOX.to_vec() });
    sections.push(Section { name: "record", settings: tape::RECORD.to_vec() });
    sections.push(Section { name: "replay", settings: tape::REPLAY.to_vec() });
    sections
}

/// The settings in Markdown. What every API has stands once, after the last of them.
fn settings_table() -> String {
    let sections = sections();
    let apis: Vec<&Section> =
        sections.iter().filter(|section| graph::names().any(|name| name == section.name)).collect();
    let is_shared = |setting: &Setting| apis.iter().all(|api| api.settings.contains(setting));
    let mut table = String::from("| key | default | meaning |\n|---|---|---|\n");
    for section in &sections {
        let is_api = apis.iter().any(|api| api.name == section.name);
        for setting in section.settings.iter().filter(|setting| !is_api || !is_shared(setting)) {
            write_row(&mut table, section.name, setting);
        }
        if apis.last().is_some_and(|last| last.name == section.name) {
            for setting in section.settings.iter().filter(|setting| is_shared(setting)) {
                write_row(&mut table, "<api>", setting);
            }
        }
    }
    table
}

/// The metrics in Markdown.
fn metrics_table() -> String {
    let mut table = String::from("| metric | kind | labels | what it tells |\n|---|---|---|---|\n");
    for metric in metric::METRICS {
        let labels: Vec<String> = metric.labels.iter().map(|label| format!("`{label}`")).collect();
        let (name, kind) = (metric.name, format!("{:?}", metric.kind).to_lowercase());
        writeln!(table, "| `{name}` | {kind} | {} | {} |", labels.join(", "), metric.meaning).unwrap();
    }
    table
}

/// The rules of every lifecycle: a table and a diagram each.
fn rules() -> String {
    let rows = graph::rules();
    let mut text = String::new();
    for rules in rows.chunk_by(|one, two| one.lifecycle == two.lifecycle) {
        writeln!(text, "#### {}\n", rules[0].lifecycle).unwrap();
        text.push_str("| move | from | to | needs | basis | why |\n|---|---|---|---|---|---|\n");
        rules.iter().for_each(|rule| write_rule(&mut text, rule));
        writeln!(text, "\n```mermaid\n{}```\n", diagram(rules)).unwrap();
    }
    text
}

/// Every right, with the fields that need it.
fn rights() -> String {
    let mut text = String::from("| right | opens |\n|---|---|\n");
    for right in graph::rights() {
        let fields = graph::needs().into_iter().filter(|(_, of)| *of == right);
        let fields: Vec<String> = fields.map(|(field, _)| format!("`{field}`")).collect();
        let opens =
            if fields.is_empty() { "no field; how a request is carried out".to_owned() } else { fields.join(", ") };
        writeln!(text, "| `{}` | {opens} |", right.name()).unwrap();
    }
    text
}

fn write_rule(table: &mut String, rule: &Row) {
    let made_by =
        rule.mutation.map_or_else(|| format!("(the API: {})", rule.action.to_lowercase()), |name| format!("`{name}`"));
    let from = if rule.from.is_empty() { "-".to_owned() } else { rule.from.join(", ") };
    let to = match (rule.removes, rule.to.is_empty()) {
        (true, _) => "gone".to_owned(),
        (false, true) => "unchanged".to_owned(),
        (false, false) => rule.to.join(" or "),
    };
    let settled = rule.unless_settled.then_some("no customer yet");
    let needs: Vec<&str> = rule.needs.iter().copied().chain(settled).collect();
    let basis = basis(rule);
    writeln!(table, "| {made_by} | {from} | {to} | {} | {basis} | {} |", needs.join(", "), rule.source).unwrap();
}

fn basis(rule: &Row) -> &'static str {
    match (rule.basis, rule.needs_basis) {
        (Basis::Documented, _) => "documented",
        (Basis::Policy, Basis::Documented) => "policy; the needs documented",
        (Basis::Policy, Basis::Policy) => "policy",
    }
}

/// A text with what stands between two markers replaced.
fn replaced(text: &str, (start, end): (&str, &str), current: &str) -> String {
    let (before, rest) = text.split_once(start).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    [before, start, current, end, after].concat()
}

fn write_row(table: &mut String, section: &str, setting: &Setting) {
    let default = setting.default.map_or_else(String::new, |default| format!("`{default}`"));
    let secret = if setting.secret { "Secret. " } else { "" };
    writeln!(table, "| `{}` | {default} | {secret}{} |", key(section, setting), setting.meaning).unwrap();
}

fn key(section: &str, setting: &Setting) -> String {
    format!("{section}.{}", setting.key)
}

fn in_package(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

fn path() -> PathBuf {
    in_package("README.md")
}

fn readme() -> String {
    fs::read_to_string(path()).unwrap()
}

/// What stands under a heading, up to the next one.
fn section(heading: &str) -> String {
    let readme = readme();
    let (_, rest) = readme.split_once(&format!("\n## {heading}\n")).unwrap();
    rest.split("\n## ").next().unwrap().to_owned()
}

/// The first block of code in a language.
fn block(text: &str, language: &str) -> String {
    let (_, rest) = text.split_once(&format!("```{language}\n")).unwrap();
    rest.split("```").next().unwrap().to_owned()
}
