//! Settings that cannot be together stop the start, and say which setting and which operation it is about.

use serde_json::{Value, json};

use super::agent::Trusted;
use crate::gateway::command;

const NAME: &str = "query AccountName { account { name } }";
const START: &str = "mutation StartOnboard($id: ID!) { onboardStart(id: $id) { dryRun } }";

/// What the program says as it refuses to start, and when it is only asked to check.
fn complaint(settings: &[(&str, &str)]) -> String {
    let settings: Vec<(String, String)> =
        settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let checked = command(&settings).arg("check").output().unwrap();
    let started = command(&settings).output().unwrap();
    assert!(!checked.status.success() && !started.status.success());
    let [checked, started] = [checked, started].map(|output| String::from_utf8(output.stderr).unwrap());
    assert_eq!(checked, started);
    checked
}

fn said(setting: &str, problem: &str) -> String {
    let variable = format!("ONRAMP__{}", setting.to_uppercase().replace('.', "__"));
    format!("onramp: setting {setting} ({variable}): {problem}\n")
}

/// What is said of these documents, of which these mutations are listed.
fn complaint_of(documents: Value, mutations: &str, more: &[(&str, &str)]) -> String {
    let trusted = Trusted::new(documents);
    complaint(&[trusted.settings(mutations).as_slice(), more].concat())
}

#[test]
fn an_endpoint_with_nothing_to_offer() {
    let nothing =
        said("mcp.enabled", "there is nothing to offer: no trusted operation is a tool, and mcp.tools names none");
    assert_eq!(complaint(&[("ONRAMP__MCP__ENABLED", "true")]), nothing);
    assert_eq!(complaint_of(json!({ "s": START }), "", &[]), nothing);
}

#[test]
fn an_operation_that_is_not_there_or_is_something_else() {
    let documents = || json!({ "n": NAME, "s": START });
    let unknown = |name: &str| said("mcp.mutations", &format!("{name:?} is no mutation of documents.trusted"));
    assert_eq!(complaint_of(documents(), "StartOnboard,Nothing", &[]), unknown("Nothing"));
    assert_eq!(complaint_of(documents(), "AccountName", &[]), unknown("AccountName"));
    let query = [("ONRAMP__MCP__QUERIES", "StartOnboard")];
    let expected = said("mcp.queries", "\"StartOnboard\" is no query of documents.trusted");
    assert_eq!(complaint_of(documents(), "", &query), expected);
}

#[test]
fn an_operation_that_cannot_be_called_by_its_name() {
    let nameless = json!({ "n": NAME, "other": "{ account { id } }" });
    let expected = said("mcp.queries", "the document \"other\" has an operation without a name, which a tool needs");
    assert_eq!(complaint_of(nameless, "", &[]), expected);
    let twice = json!({ "a": NAME, "b": "query AccountName { account { id } }" });
    let expected = said("mcp.queries", "the documents \"a\" and \"b\" both have an operation \"AccountName\"");
    assert_eq!(complaint_of(twice, "", &[]), expected);
    let taken = json!({ "s": "query search { account { id } }" });
    let expected = said("mcp.tools", "\"search\" is the name of an operation in the document \"s\"");
    assert_eq!(complaint_of(taken, "", &[("ONRAMP__MCP__TOOLS", "search")]), expected);
}

#[test]
fn an_operation_that_does_not_fit_the_schema() {
    let unfit = json!({ "n": NAME, "u": "query Unfit { account { nothing } }" });
    let expected = said("documents.trusted", "u: Unknown field \"nothing\" on type \"Account\".");
    assert!(complaint_of(unfit, "", &[]).starts_with(expected.trim_end()));
}

#[test]
fn a_mutation_that_could_not_be_tried_first() {
    let cannot =
        |problem: &str| said("mcp.mutations", &format!("\"M\" in the document \"m\" cannot be a tool: {problem}"));
    for (text, problem) in [
        (
            "mutation M($id: ID!) { onboardStart(id: $id, dryRun: false) { dryRun } }",
            "it binds dryRun to a value with which it writes at once; leave it out, or bind it to a variable",
        ),
        (
            "mutation M($id: ID!, $dryRun: Boolean!) { onboardStart(id: $id) { dryRun @include(if: $dryRun) } }",
            "its variable $dryRun is bound to something else",
        ),
        (
            "mutation M($id: ID!) { onboardStart(id: $id) { dryRun } } query Q { account { id } }",
            "it has to be the only operation of its document",
        ),
    ] {
        assert_eq!(complaint_of(json!({ "m": text }), "M", &[]), cannot(problem));
    }
}

#[test]
fn a_tool_that_another_setting_forbids() {
    let only = [("ONRAMP__DOCUMENTS__ONLY_TRUSTED", "true"), ("ONRAMP__MCP__TOOLS", "search,execute")];
    let expected = said("mcp.tools", "execute cannot be there with documents.only_trusted = true");
    assert_eq!(complaint_of(json!({ "n": NAME }), "", &only), expected);
    for tool in ["search", "introspect"] {
        let hidden = [("ONRAMP__LIMITS__INTROSPECTION", "false"), ("ONRAMP__MCP__TOOLS", tool)];
        let expected = said("mcp.tools", &format!("{tool} cannot be there with limits.introspection = false"));
        assert_eq!(complaint_of(json!({ "n": NAME }), "", &hidden), expected);
    }
}

#[test]
fn a_value_that_is_none() {
    let of = |key: &str, value: &str| complaint(&[("ONRAMP__MCP__ENABLED", "true"), (key, value)]);
    let expected = said("mcp.tools", "found \"run\", expected search, introspect or execute");
    assert_eq!(of("ONRAMP__MCP__TOOLS", "search,run"), expected);
    for host in ["https://graph.example.com", "graph.example.com:443", "graph.example.com/mcp"] {
        let problem =
            format!("found {host:?}, expected a host such as \"graph.example.com\", without a scheme or a port");
        assert_eq!(of("ONRAMP__MCP__ALLOWED_HOSTS", host), said("mcp.allowed_hosts", &problem));
    }
}
