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

/// Where the gateway and its explorer are found, and which APIs it stands in front of.
pub(crate) fn serving(
    address: SocketAddr,
    metrics: Option<SocketAddr>,
    server: &Server,
    apis: &[(&str, &str)],
    tape: Option<&str>,
) -> Result<(), Problem> {
    let mut text = format!("Onramp {}\n", env!("CARGO_PKG_VERSION"));
    let scheme = if server.tls_cert.is_some() { "https" } else { "http" };
    if server.explorer {
        text.push_str(&format!("  explorer  {scheme}://{address}/\n"));
    }
    if let Some(metrics) = metrics {
        text.push_str(&format!("  metrics   http://{metrics}/metrics\n"));
    }
    if let Some(tape) = tape {
        text.push_str(&format!("  tape      {tape}\n"));
    }
    text.push_str(&format!("  graph     {scheme}://{address}/graphql\n"));
    for (name, state) in apis {
        text.push_str(&format!("  {name:<12}{state}\n"));
    }
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
