//! A gateway under test: the program itself, in a process of its own, in front of a sandbox that the test holds.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use onramp::sandbox::{self, Ports, Sandbox};
use serde_json::{Value, json};

use crate::client::Client;
use crate::secrets::Planted;

/// The sandbox and the gateway in front of it. Both end when this is dropped.
pub struct World {
    pub sandbox: Sandbox,
    pub gateway: Gateway,
}

impl World {
    /// A gateway in front of all three played APIs.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// The same with further settings, or others in the place of the sandbox's.
    pub async fn start_with(settings: &[(&str, &str)]) -> Self {
        let sandbox = Sandbox::start(Ports::free()).await.unwrap();
        let mut variables = pointed_at(&sandbox);
        variables.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let gateway = Gateway::start(&variables);
        Self { sandbox, gateway }
    }

    /// A gateway that keeps no answer and tries nothing again, for a test that counts calls one by one, spoils exactly one
    /// of them, or changes records behind the gateway's back.
    pub async fn bare() -> Self {
        Self::bare_with(&[]).await
    }

    /// The same with further settings.
    pub async fn bare_with(settings: &[(&str, &str)]) -> Self {
        let bare = bare();
        let bare = bare.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        Self::start_with(&bare.chain(settings.iter().copied()).collect::<Vec<_>>()).await
    }

    /// Asks a query; the whole response comes back.
    pub async fn ask(&self, query: &str) -> Value {
        self.gateway.ask(query, json!({})).await
    }

    /// Asks a query with variables; the whole response comes back.
    pub async fn ask_with(&self, query: &str, variables: Value) -> Value {
        self.gateway.ask(query, variables).await
    }

    /// The answer's data, where there must be no errors.
    pub async fn data(&self, query: &str) -> Value {
        let mut response = self.ask(query).await;
        assert!(response.get("errors").is_none(), "{query}: {response:#}");
        response["data"].take()
    }

    /// The number of calls that the three APIs have seen since the last time this was asked.
    pub fn calls(&self) -> Calls {
        let count = |played: &sandbox::Played| {
            let calls = played.calls().len();
            played.forget_calls();
            calls
        };
        Calls {
            onboarding: count(self.sandbox.leadconduit()),
            verification: count(self.sandbox.waldur()),
            leads: count(self.sandbox.connect()),
        }
    }
}

/// A response that can be compared: the ids of the request, which chance made, are gone.
pub fn settled(mut response: Value) -> Value {
    for error in response.get_mut("errors").and_then(Value::as_array_mut).into_iter().flatten() {
        let id = error["extensions"].as_object_mut().unwrap().remove("requestId");
        assert!(id.is_some_and(|id| id.is_string()), "an error without a request's id: {error:#}");
    }
    response
}

/// What an API was asked since the last time that this was called, as it was asked, in the order of the alphabet.
pub fn requests(played: &sandbox::Played) -> Vec<String> {
    let told = |call: &sandbox::Call| {
        let query = call.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{} {}{query}", call.method, call.path)
    };
    let mut requests: Vec<String> = played.calls().iter().map(told).collect();
    played.forget_calls();
    requests.sort();
    requests
}

/// The same without what only reads.
pub fn writes(played: &sandbox::Played) -> Vec<String> {
    let is_read = |request: &String| request.starts_with("GET ") || request.starts_with("HEAD ");
    requests(played).into_iter().filter(|request| !is_read(request)).collect()
}

/// How many calls each API has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calls {
    pub onboarding: usize,
    pub verification: usize,
    pub leads: usize,
}

/// No call at all.
pub const NO_CALLS: Calls = Calls { onboarding: 0, verification: 0, leads: 0 };

/// Longer than anything that comes by itself takes on a slow machine.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is looked for.
const GLANCE: Duration = Duration::from_millis(5);

/// Waits for what comes by itself, and fails where it does not come.
pub async fn until(what: &str, has_come: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !has_come() {
        assert!(Instant::now() < deadline, "it never came: {what}");
        tokio::time::sleep(GLANCE).await;
    }
}

/// The same where it takes a question to know.
pub async fn until_so(what: &str, is_so: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so().await {
        assert!(Instant::now() < deadline, "it never came: {what}");
        tokio::time::sleep(GLANCE).await;
    }
}

/// The settings that point a gateway at a sandbox.
pub fn pointed_at(sandbox: &Sandbox) -> Vec<(String, String)> {
    [
        ("ONRAMP__LEADCONDUIT__BASE_URL", sandbox.leadconduit().base_url()),
        ("ONRAMP__LEADCONDUIT__API_KEY", sandbox::leadconduit::API_KEY.to_owned()),
        ("ONRAMP__WALDUR__BASE_URL", sandbox.waldur().base_url()),
        ("ONRAMP__WALDUR__TOKEN", sandbox::waldur::OWNER_TOKEN.to_owned()),
        ("ONRAMP__CONNECT__BASE_URL", sandbox.connect().base_url()),
        ("ONRAMP__CONNECT__API_KEY", sandbox::connect::API_KEY.to_owned()),
        ("ONRAMP__CONNECT__PARTNER_ROUTE", sandbox::connect::PARTNER_ROUTE.to_owned()),
        // To the gateway these are real APIs, in front of which nobody is let in by an oversight.
        ("ONRAMP__IDENTITY__MODE", "open".to_owned()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

/// The settings with which every read is one call of its own, whatever became of those before.
pub fn bare() -> Vec<(String, String)> {
    let of_each = ["LEADCONDUIT", "WALDUR", "CONNECT"].into_iter().flat_map(|api| {
        [("RETRY_ATTEMPTS", "1"), ("BREAKER_MIN_CALLS", "0")]
            .map(|(key, value)| (format!("ONRAMP__{api}__{key}"), value))
    });
    let kept = ["ACCOUNT", "FLOWS"].map(|kind| (format!("ONRAMP__LEADCONDUIT__CACHE_{kind}_MS"), "0"));
    of_each.chain(kept).map(|(name, value)| (name, value.to_owned())).collect()
}

/// The settings with which a request has a deadline this short, and every call a shorter one.
pub fn hurried(request_ms: &str, call_ms: &str) -> Vec<(String, String)> {
    let calls = ["LEADCONDUIT", "WALDUR", "CONNECT"].into_iter().flat_map(|api| {
        ["TIMEOUT_MS", "CONNECT_TIMEOUT_MS"].map(|key| (format!("ONRAMP__{api}__{key}"), call_ms.to_owned()))
    });
    calls.chain([("ONRAMP__LIMITS__REQUEST_TIMEOUT_MS".to_owned(), request_ms.to_owned())]).collect()
}

/// The program under test, stopped by its process id when this is dropped.
pub struct Gateway {
    process: Child,
    pub base_url: String,
    pub banner: String,
    client: Client,
    planted: Arc<Planted>,
    log: Stream,
    output: Stream,
}

/// What stands in the banner behind a word.
pub fn told<'a>(banner: &'a str, word: &str) -> &'a str {
    let mut lines = banner.lines().map(|line| line.trim().split_once(' '));
    lines.find_map(|line| line.filter(|(first, _)| *first == word)).unwrap().1.trim()
}

impl Gateway {
    /// Starts the program on a free port and waits until it has said where it listens.
    pub fn start(variables: &[(String, String)]) -> Self {
        Self::start_with(variables, &[])
    }

    /// The same with arguments on its command line.
    pub fn start_with(variables: &[(String, String)], arguments: &[&str]) -> Self {
        let mut command = command(variables);
        command.args(arguments);
        Self::start_by(command)
    }

    /// Starts whatever a command starts.
    pub fn start_by(mut command: Command) -> Self {
        let planted = Arc::new(Planted::of(&command));
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let log = collected(process.stderr.take().unwrap());
        let mut banner = String::new();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        while !banner.contains("/graphql\n") {
            assert_ne!(output.read_line(&mut banner).unwrap(), 0, "it stopped:\n{banner}\n{}", log.text());
        }
        let base_url = told(&banner, "graph").trim_end_matches("/graphql").to_owned();
        // Reading on keeps the pipe from filling up.
        let output = collected(output);
        Self { process, base_url, banner, client: Client::new(Arc::clone(&planted)), planted, log, output }
    }

    /// Sends a query with variables; the whole response comes back.
    pub async fn ask(&self, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables });
        self.post(&body).await.json().await.unwrap()
    }

    /// Sends a request's body as JSON.
    pub async fn post(&self, body: &Value) -> reqwest::Response {
        self.client.post(format!("{}/graphql", self.base_url)).json(body).send().await.unwrap()
    }

    /// Sends a request's body from a task of its own. To abort it is to be a client that goes away.
    pub fn begin(&self, body: &Value) -> tokio::task::JoinHandle<reqwest::Response> {
        let request = self.client.post(format!("{}/graphql", self.base_url)).json(body);
        tokio::spawn(async move { request.send().await.unwrap() })
    }

    /// Sends the program a signal by its name, such as `INT`.
    pub fn signal(&self, name: &str) {
        // The shell knows `kill` wherever there are signals, and no unsafe code is needed for it.
        let order = format!("kill -{name} {}", self.process.id());
        assert!(Command::new("sh").args(["-c", &order]).status().unwrap().success());
    }

    /// Waits for the program to end by itself.
    pub async fn ended(&mut self) -> std::process::ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "it does not end:\n{}", self.log());
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// A client for requests that are to be something else.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The most memory that the program has held so far, in kilobytes.
    pub fn peak_kilobytes(&self) -> u64 {
        self.memory("VmHWM:")
    }

    /// The memory that the program holds, in kilobytes.
    pub fn resident_kilobytes(&self) -> u64 {
        self.memory("VmRSS:")
    }

    fn memory(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let told = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        told.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// All that the program has logged so far.
    pub fn log(&self) -> String {
        self.log.text()
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let said = [self.log.whole(), self.output.whole()];
        if !std::thread::panicking() {
            said.iter().for_each(|text| self.planted.assert_absent("what the program said", text));
        }
    }
}

/// The program with these settings alone: nothing of the test's own environment reaches it.
pub fn command(variables: &[(String, String)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onramp"));
    command.env_clear().env("ONRAMP__SERVER__LISTEN", "127.0.0.1:0").env("ONRAMP__SERVER__LOG", "info,onramp=debug");
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    command
}

/// Reads a stream to its end in the background.
fn collected(stream: impl Read + Send + 'static) -> Stream {
    let text = Arc::new(Mutex::new(String::new()));
    let collected = Arc::clone(&text);
    let reading = std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let mut text = collected.lock().unwrap();
            text.push_str(&line);
            text.push('\n');
        }
    });
    Stream { text, reading: Some(reading) }
}

/// What a stream has brought so far.
struct Stream {
    text: Arc<Mutex<String>>,
    reading: Option<std::thread::JoinHandle<()>>,
}

impl Stream {
    fn text(&self) -> String {
        self.text.lock().unwrap().clone()
    }

    /// All of it, once whoever wrote it has ended.
    fn whole(&mut self) -> String {
        let _ = self.reading.take().map(std::thread::JoinHandle::join);
        self.text()
    }
}
