//! What the command line says: the banner on standard output, complaints on standard error.

use std::fmt::Display;
use std::io::{self, Write};
use std::net::SocketAddr;

use onramp::config::Server;

use crate::startup::Problem;

/// Writes to standard output. Whoever reads may have gone, which is no reason to fail.
pub(crate) fn print(text: &str) -> Result<(), Problem> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Problem::Output(error)),
        _ => Ok(()),
    }
}

/// Says on standard error why the start failed.
pub(crate) fn complain(problem: &impl Display) {
    // There is nowhere else to tell that this failed.
    let _ = writeln!(io::stderr().lock(), "onramp: {problem}");
}

/// What there is to say of a gateway that serves.
pub(crate) struct Serving<'a> {
    pub(crate) address: SocketAddr,
    pub(crate) metrics: Option<SocketAddr>,
    pub(crate) server: &'a Server,
    /// Whether the schema is there to be read as a page.
    pub(crate) has_reference: bool,
    /// Whether agents are answered.
    pub(crate) answers_agents: bool,
    /// Whether leads are pushed to it.
    pub(crate) has_webhooks: bool,
    /// Each API, and whether it is a real one.
    pub(crate) apis: &'a [(&'a str, &'a str)],
    /// What is recorded or played.
    pub(crate) tape: Option<String>,
    /// How callers are known.
    pub(crate) mode: &'a str,
    /// What the keys begin with that it shares with other replicas by Redis, where it does.
    pub(crate) namespace: Option<String>,
}

/// Where the gateway and what belongs to it are found, which APIs it stands in front of, and for whom.
pub(crate) fn serving(serving: &Serving<'_>) -> Result<(), Problem> {
    let Serving { address, server, apis, .. } = serving;
    let mut text = format!("Onramp {}\n", env!("CARGO_PKG_VERSION"));
    let scheme = if server.tls_cert.is_some() { "https" } else { "http" };
    let own = |path: &str| format!("{scheme}://{address}{path}");
    let places = [
        ("explorer", server.explorer.then(|| own("/"))),
        ("reference", serving.has_reference.then(|| own("/reference"))),
        ("metrics", serving.metrics.map(|metrics| format!("http://{metrics}/metrics"))),
        ("tape", serving.tape.clone()),
        ("graph", Some(own("/graphql"))),
        ("agents", serving.answers_agents.then(|| own("/mcp"))),
        ("webhooks", serving.has_webhooks.then(|| own("/webhooks/leads"))),
    ];
    for (name, place) in places {
        text.extend(place.map(|place| format!("  {name:<10}{place}\n")));
    }
    for (name, state) in *apis {
        text.push_str(&format!("  {name:<12}{state}\n"));
    }
    text.push_str(&format!("  {:<12}{}\n", "callers", serving.mode));
    let replicas = serving.namespace.as_ref();
    text.extend(replicas.map(|namespace| format!("  {:<12}by Redis, namespace {namespace}\n", "replicas")));
    if apis.iter().all(|(_, state)| *state == SANDBOX) {
        text.push_str(
            "No API is configured, so the sandbox plays all three: nothing here is real, and nothing is kept.\n",
        );
    }
    print(&text)
}

/// The word for an API that is played from a recording.
pub(crate) const RECORDING: &str = "recording";
/// The word for an API that the sandbox plays.
pub(crate) const SANDBOX: &str = "sandbox";
