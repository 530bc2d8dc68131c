//! The worklist of a gateway that plays its APIs.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use onramp_example_rust::{Problem, worklist};

/// The gateway, ended when this is dropped.
struct Gateway {
    process: Child,
    url: String,
    /// Held open: a gateway that cannot say where it listens ends.
    _output: BufReader<std::process::ChildStdout>,
}

impl Gateway {
    fn start(settings: &[(&str, &str)]) -> Self {
        let binary = std::env::var("ONRAMP_BIN")
            .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/debug/onramp").to_owned());
        let mut command = Command::new(binary);
        command.env_clear().env("ONRAMP__SERVER__LISTEN", "127.0.0.1:0").env("ONRAMP__SERVER__LOG", "warn");
        let mut process = command.envs(settings.iter().copied()).stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut said = String::new();
        while !said.contains("/graphql\n") {
            assert_ne!(output.read_line(&mut said).unwrap(), 0, "the gateway ended:\n{said}");
        }
        let url = said.split_whitespace().find(|word| word.ends_with("/graphql")).unwrap().to_owned();
        Self { process, url, _output: output }
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn every_onboard_in_progress_is_listed_with_what_it_lacks() {
    let rows = worklist(&Gateway::start(&[]).url).unwrap();
    assert_eq!(rows.len(), 18);
    let ready: Vec<&str> = rows.iter().filter(|row| row.lacks.is_empty()).map(|row| row.id.as_str()).collect();
    assert!(ready.contains(&"onboard_5fd4371e940df5a34a3888b3"), "{rows:#?}");
    let lacking: Vec<&Vec<String>> = rows.iter().map(|row| &row.lacks).filter(|lacks| !lacks.is_empty()).collect();
    assert!(lacking.contains(&&vec!["invitationId".to_owned()]), "{rows:#?}");
    assert!(lacking.contains(&&vec!["connectionId".to_owned()]), "{rows:#?}");
}

#[test]
fn a_graph_that_fails_says_why() {
    let limits = [("ONRAMP__LIMITS__ROOT_FIELDS", "0")];
    let problem = worklist(&Gateway::start(&limits).url).unwrap_err();
    let Problem::Failed(messages) = problem else { panic!("{problem}") };
    assert_eq!(messages, "The limit \"root_fields\" is 0, and this request comes to 1.");
}
