//! Settings that cannot be together stop the start, and say which setting and which operation it is about.

use serde_json::{Value, json};

use super::agent::Trusted;
use crate::settings::refused;

const NAME: &str = "query AccountName { account { name } }";
const START: &str = "mutation StartOnboard($id: ID!) { onboardStart(id: $id) { dryRun } }";

/// Nothing starts with these documents, of which these mutations are listed.
fn refused_of(documents: Value, mutations: &str, more: &[(&str, &str)], complaint: &str) {
    let trusted = Trusted::new(documents);
    refused(&[trusted.settings(mutations).as_slice(), more].concat(), &[], complaint);
}

fn said(setting: &str, problem: &str) -> String {
    format!("setting {setting} (ONRAMP__{}): {problem}", setting.to_uppercase().replace('.', "__"))
}

#[test]
fn an_endpoint_with_nothing_to_offer() {
    let nothing =
        said("mcp.enabled", "there is nothing to offer: no trusted operation is a tool, and mcp.tools names none");
    refused(&[("ONRAMP__MCP__ENABLED", "true")], &[], &nothing);
    refused_of(json!({ "s": START }), "", &[], &nothing);
}

#[test]
fn an_operation_that_is_not_there_or_is_something_else() {
    let documents = || json!({ "n": NAME, "s": START });
    let unknown = |name: &str| said("mcp.mutations", &format!("{name:?} is no mutation of documents.trusted"));
    refused_of(documents(), "StartOnboard,Nothing", &[], &unknown("Nothing"));
    refused_of(documents(), "AccountName", &[], &unknown("AccountName"));
    let query = [("ONRAMP__MCP__QUERIES", "StartOnboard")];
    let expected = said("mcp.queries", "\"StartOnboard\" is no query of documents.trusted");
    refused_of(documents(), "", &query, &expected);
}

#[test]
fn an_operation_that_cannot_be_called_by_its_name() {
    let nameless = json!({ "n": NAME, "other": "{ account { id } }" });
    let expected = said("mcp.queries", "the document \"other\" has an operation without a name, which a tool needs");
    refused_of(nameless, "", &[], &expected);
    let twice = json!({ "a": NAME, "b": "query AccountName { account { id } }" });
    let expected = said("mcp.queries", "the documents \"a\" and \"b\" both have an operation \"AccountName\"");
    refused_of(twice, "", &[], &expected);
    let taken = json!({ "s": "query search { account { id } }" });
    let expected = said("mcp.tools", "\"search\" is the name of an operation in the document \"s\"");
    refused_of(taken, "", &[("ONRAMP__MCP__TOOLS", "search")], &expected);
}

#[test]
fn an_operation_that_does_not_fit_the_schema() {
    let unfit = json!({ "n": NAME, "u": "query Unfit { account { nothing } }" });
    let expected = said("documents.trusted", "u: Unknown field \"nothing\" on type \"Account\".");
    refused_of(unfit, "", &[], &expected);
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
        refused_of(json!({ "m": text }), "M", &[], &cannot(problem));
    }
}

#[test]
fn a_tool_that_another_setting_forbids() {
    let only = [("ONRAMP__DOCUMENTS__ONLY_TRUSTED", "true"), ("ONRAMP__MCP__TOOLS", "search,execute")];
    let expected = said("mcp.tools", "execute cannot be there with documents.only_trusted = true");
    refused_of(json!({ "n": NAME }), "", &only, &expected);
    for tool in ["search", "introspect"] {
        let hidden = [("ONRAMP__LIMITS__INTROSPECTION", "false"), ("ONRAMP__MCP__TOOLS", tool)];
        let expected = said("mcp.tools", &format!("{tool} cannot be there with limits.introspection = false"));
        refused_of(json!({ "n": NAME }), "", &hidden, &expected);
    }
}

#[test]
fn a_value_that_is_none() {
    let of = |key: &str, value: &str, complaint: &str| {
        refused(&[("ONRAMP__MCP__ENABLED", "true"), (key, value)], &[], complaint);
    };
    let expected = said("mcp.tools", "found \"run\", expected search, introspect or execute");
    of("ONRAMP__MCP__TOOLS", "search,run", &expected);
    for host in ["https://graph.example.com", "graph.example.com:443", "graph.example.com/mcp"] {
        let problem =
            format!("found {host:?}, expected a host such as \"graph.example.com\", without a scheme or a port");
        of("ONRAMP__MCP__ALLOWED_HOSTS", host, &said("mcp.allowed_hosts", &problem));
    }
}
