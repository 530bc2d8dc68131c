//! The tools that come from no document: finding one's way in the schema, and asking what nobody has foreseen.

use async_graphql::Variables;
use rmcp::model::{Tool as Offered, ToolAnnotations};
use serde_json::{Map, Value, json};

use super::Call;
use super::schema::Types;
use super::search::{self, MOST};
use super::settings::Generic;
use super::tool::check;
use crate::documents::Asked;
use crate::error::Error;
use crate::graph::Parameters;

/// The longest text of the schema that is shown at once, in bytes.
const LONGEST: usize = 8_192;

const SEARCH: &str = "Finds what the graph has by words: queries, mutations, types, fields and values of enums, the best first. \
                      Begin here, look closer with a name that it gives.";
const INTROSPECT: &str = "Shows a type of the graph, or one member of it, as GraphQL writes it, with what is said of it. \
                          `Query` and `Mutation` are the types whose fields can be asked for.";
const EXECUTE: &str =
    "Answers a GraphQL query. Ask only for fields that you have seen in the schema. It takes no mutations.";

/// What agents are told of one.
pub(super) fn offered(tool: Generic) -> Offered {
    let (description, properties, required) = match tool {
        Generic::Search => (
            SEARCH,
            json!({
                "words": { "type": "string", "description": "What is looked for, such as `complete onboard`." },
                "limit": {
                    "type": "integer", "minimum": 1, "maximum": MOST, "default": MOST,
                    "description": "Most matches that are wanted.",
                },
            }),
            "words",
        ),
        Generic::Introspect => (
            INTROSPECT,
            json!({ "name": {
                "type": "string",
                "description": "The name of a type, or of its member behind a dot: `Onboard`, `Mutation.onboardStart`.",
            } }),
            "name",
        ),
        Generic::Execute => (
            EXECUTE,
            json!({
                "query": { "type": "string", "description": "The document. Values belong in its variables." },
                "variables": { "type": "object", "description": "The values of its variables, by their names." },
                "operationName": { "type": "string", "description": "Which of several operations is meant." },
            }),
            "query",
        ),
    };
    let schema = json!({
        "type": "object", "properties": properties, "required": [required], "additionalProperties": false,
    });
    let Value::Object(schema) = schema else { return Offered::default() };
    let annotations = ToolAnnotations::new().read_only(true).idempotent(true);
    Offered::new(tool.name(), description, schema).with_annotations(annotations)
}

/// What a call of one comes to.
pub(super) fn call(tool: Generic, mut arguments: Map<String, Value>) -> Result<Call, Error> {
    let known = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    match tool {
        Generic::Search => {
            check(&arguments, &known(&["words", "limit"]), &known(&["words"]))?;
            let words = text(&mut arguments, "words")?.unwrap_or_default();
            Ok(Call::Found(search::find(&words, limit(&arguments)?)))
        }
        Generic::Introspect => {
            check(&arguments, &known(&["name"]), &known(&["name"]))?;
            introspect(&text(&mut arguments, "name")?.unwrap_or_default()).map(Call::Shown)
        }
        Generic::Execute => {
            check(&arguments, &known(&["query", "variables", "operationName"]), &known(&["query"]))?;
            execute(arguments)
        }
    }
}

fn execute(mut arguments: Map<String, Value>) -> Result<Call, Error> {
    let variables = match arguments.remove("variables").unwrap_or_default() {
        Value::Null => Value::Object(Map::new()),
        Value::Object(variables) => Value::Object(variables),
        _ => return Err(Error::input("variables", "is no object")),
    };
    let parameters = Parameters {
        document: Asked { text: text(&mut arguments, "query")?, ..Asked::default() },
        operation_name: text(&mut arguments, "operationName")?,
        variables: Variables::from_json(variables),
        ..Parameters::default()
    };
    Ok(Call::Ask { parameters: Box::new(parameters), may_write: false })
}

fn introspect(name: &str) -> Result<String, Error> {
    let types = Types::known();
    let (ty, member) = name.split_once('.').map_or((name, None), |(ty, member)| (ty, Some(member)));
    let unknown = || Error::input("name", format!("is {name:?}, which the schema does not have"));
    let definition = types.find(ty).ok_or_else(unknown)?;
    let text = match member {
        Some(member) => types.text_of_member(definition, member).ok_or_else(unknown)?,
        None => types.text(definition),
    };
    if text.len() <= LONGEST {
        return Ok(text.to_owned());
    }
    let mut shown = String::new();
    for line in text.lines() {
        if shown.len() + line.len() >= LONGEST {
            break;
        }
        shown.push_str(line);
        shown.push('\n');
    }
    let names = definition.members().into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(", ");
    Ok(format!("{shown}# It is cut here. Ask for one of its members, such as {ty}.{{name}}: {names}"))
}

fn text(arguments: &mut Map<String, Value>, name: &'static str) -> Result<Option<String>, Error> {
    match arguments.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Error::input(name, "is no text")),
    }
}

fn limit(arguments: &Map<String, Value>) -> Result<usize, Error> {
    match arguments.get("limit") {
        None | Some(Value::Null) => Ok(MOST),
        Some(limit) => {
            let limit = limit.as_u64().and_then(|limit| usize::try_from(limit).ok());
            let within = limit.filter(|limit| (1..=MOST).contains(limit));
            within.ok_or_else(|| Error::input("limit", format!("is not in 1..={MOST}")))
        }
    }
}
