//! A wrong setting stops the start, by its name and with what was expected; a secret is never shown.

mod check;
mod files;
mod read;
mod secrets;
mod together;

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use crate::gateway::command;
use crate::secrets::Planted;

fn variables(given: &[(&str, &str)]) -> Vec<(String, String)> {
    given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// What a run said, by its exit code, standard output and standard error. A gateway that starts is stopped, and has no
/// code.
fn run(given: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = command(&variables(given));
    let planted = Planted::of(command.args(arguments));
    let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap());
    let mut output = String::new();
    while !output.contains("/graphql\n") && lines.read_line(&mut output).unwrap() > 0 {}
    if output.contains("/graphql\n") {
        process.kill().unwrap();
    }
    let mut complaint = String::new();
    process.stderr.take().unwrap().read_to_string(&mut complaint).unwrap();
    planted.assert_absent("a start", &format!("{output}{complaint}"));
    (process.wait().unwrap().code(), output, complaint)
}

/// Neither a start nor a check goes further than this complaint.
pub fn refused(given: &[(&str, &str)], arguments: &[&str], complaint: &str) {
    for command in ["serve", "check"] {
        let arguments = [&[command], arguments].concat();
        let expected = (Some(1), String::new(), format!("onramp: {complaint}\n"));
        assert_eq!(run(given, &arguments), expected, "{given:?} {arguments:?}");
    }
}

const WALDUR: [(&str, &str); 3] = [
    ("ONRAMP__WALDUR__BASE_URL", "http://127.0.0.1:9"),
    ("ONRAMP__WALDUR__TOKEN", "t0ken-t0ken"),
    ("ONRAMP__IDENTITY__MODE", "open"),
];

fn with(
    mut given: Vec<(&'static str, &'static str)>,
    more: &[(&'static str, &'static str)],
) -> Vec<(&'static str, &'static str)> {
    given.extend(more);
    given
}
