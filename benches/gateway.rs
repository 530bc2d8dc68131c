//! The program as the measurements start it: in a process of its own, in front of played APIs.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// The gateway, stopped by its process id when this is dropped.
pub(crate) struct Gateway {
    process: Child,
    pub(crate) url: String,
    /// One for all: to make one takes longer than to be answered.
    pub(crate) client: reqwest::Client,
}

impl Gateway {
    pub(crate) fn start(settings: &[(&str, &str)]) -> Self {
        // Built without TLS in mind, the client still wants a provider of cryptography.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut command = Command::new(env!("CARGO_BIN_EXE_onramp"));
        command.env_clear().envs(settings.iter().copied()).envs([
            ("ONRAMP__SERVER__LISTEN", "127.0.0.1:0"),
            ("ONRAMP__SERVER__LOG", "warn"),
            ("ONRAMP__IDENTITY__MODE", "open"),
        ]);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
        let line = lines.into_iter().find(|line| line.ends_with("/graphql")).unwrap();
        let url = line.split_whitespace().last().unwrap().to_owned();
        Self { process, url, client: reqwest::Client::new() }
    }

    /// What the system says of its memory under a name such as `VmRSS`, in kilobytes.
    pub(crate) fn memory(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let told = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap();
        told.trim().trim_end_matches(" kB").parse().unwrap()
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
