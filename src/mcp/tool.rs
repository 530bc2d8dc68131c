//! A tool: what an agent is told of it, and the request that a call of it comes to.

use std::sync::Arc;

use async_graphql::Variables;
use async_graphql::parser::types::VariableDefinition;
use rmcp::model::{Tool as Offered, ToolAnnotations};
use serde_json::{Map, Value, json};

use super::Call;
use super::generic;
use super::json_schema::{Schemas, described, set};
use super::operation::Operation;
use super::schema::Types;
use super::settings::Generic;
use super::terms::{KEY, Terms};
use crate::documents::Asked;
use crate::error::Error;
use crate::graph::Parameters;

/// What is told of a variable that decides whether anything is written.
const ABOUT_DRY_RUN: &str = "Whether only to say what would happen, and write nothing. Only false writes.";
/// What is told of a key.
const ABOUT_KEY: &str = "A text of your own choice, 1 to 200 bytes, for a call that writes: repeated with the same text and \
                         arguments it is done once, within 24 hours. Use the same one when an answer was lost.";

/// A tool.
pub(super) struct Tool {
    offered: Offered,
    action: Action,
}

enum Action {
    Operation(Box<Prepared>),
    Generic(Generic),
}

/// An operation as a call of its tool executes it.
struct Prepared {
    id: String,
    name: String,
    text: Arc<str>,
    may_write: bool,
    /// The arguments that the tool takes.
    arguments: Vec<String>,
    required: Vec<String>,
    dry_runs: Vec<String>,
    keys: Vec<String>,
}

impl Tool {
    /// A query as it stands.
    pub(super) fn query(operation: &Operation, types: &Types) -> Self {
        let annotations = ToolAnnotations::new().read_only(true).idempotent(true);
        let terms = Terms { text: operation.text.clone(), dry_runs: Vec::new(), keys: Vec::new() };
        Self::of(operation, terms, types, operation.description(types), annotations, false)
    }

    /// A mutation with the terms that it takes.
    pub(super) fn mutation(operation: &Operation, terms: Terms, types: &Types) -> Self {
        let is_never_real = terms.dry_runs.is_empty();
        let annotations =
            ToolAnnotations::new().read_only(is_never_real).destructive(!is_never_real).idempotent(is_never_real);
        let about = match terms.dry_runs.as_slice() {
            [] => "It only says what would happen, and writes nothing.".to_owned(),
            switches => {
                let switches = switches.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
                format!(
                    "Unless {switches} is false it only says what would happen, and writes nothing: call it so first, \
                     look at `userErrors`, and write when that is wanted."
                )
            }
        };
        let description = format!("{}\n\n{about}", operation.description(types));
        Self::of(operation, terms, types, description.trim().to_owned(), annotations, true)
    }

    /// One that comes from no document.
    pub(super) fn generic(tool: Generic) -> Self {
        Self { offered: generic::offered(tool), action: Action::Generic(tool) }
    }

    fn of(
        operation: &Operation,
        terms: Terms,
        types: &Types,
        description: String,
        annotations: ToolAnnotations,
        may_write: bool,
    ) -> Self {
        let input = Input::of(operation, &terms, types);
        let prepared = Prepared {
            id: operation.id.clone(),
            name: operation.name.clone(),
            text: terms.text.into(),
            may_write,
            arguments: input.members.keys().cloned().collect(),
            required: input.required.clone(),
            dry_runs: terms.dry_runs,
            keys: terms.keys,
        };
        let schema = input.schemas.into_object(input.members, &input.required);
        let offered = Offered::new(operation.name.clone(), description, schema).with_annotations(annotations);
        Self { offered, action: Action::Operation(Box::new(prepared)) }
    }

    /// What agents are told.
    pub(super) fn offered(&self) -> &Offered {
        &self.offered
    }

    /// The document behind it, by its id.
    pub(super) fn document(&self) -> &str {
        match &self.action {
            Action::Operation(prepared) => &prepared.id,
            Action::Generic(_) => "",
        }
    }

    /// The text that is executed, where it is always the same.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.action {
            Action::Operation(prepared) => Some(&prepared.text),
            Action::Generic(_) => None,
        }
    }

    /// What a call comes to.
    pub(super) fn call(&self, arguments: Map<String, Value>) -> Result<Call, Error> {
        match &self.action {
            Action::Operation(prepared) => prepared.call(arguments),
            Action::Generic(tool) => generic::call(*tool, arguments),
        }
    }
}

/// What a tool takes.
struct Input<'a> {
    members: Map<String, Value>,
    required: Vec<String>,
    schemas: Schemas<'a>,
}

impl<'a> Input<'a> {
    /// The variables of an operation, and its terms.
    fn of(operation: &Operation, terms: &Terms, types: &'a Types) -> Self {
        let mut input = Self { members: Map::new(), required: Vec::new(), schemas: Schemas::new(types) };
        for definition in &operation.definition.variable_definitions {
            let definition = &definition.node;
            if !terms.dry_runs.iter().any(|name| *name == *definition.name.node) {
                input.take(definition, operation.use_of(&definition.name.node, types));
            }
        }
        for name in &terms.dry_runs {
            let schema = json!({ "type": "boolean", "default": true, "description": ABOUT_DRY_RUN });
            input.members.insert(name.clone(), schema);
        }
        if !terms.keys.is_empty() {
            let schema = json!({ "type": ["string", "null"], "description": ABOUT_KEY });
            input.members.insert(KEY.to_owned(), schema);
        }
        input
    }

    fn take(&mut self, definition: &VariableDefinition, used: Option<String>) {
        let name = definition.name.node.to_string();
        let mut schema = described(self.schemas.of(&definition.var_type.node), &used.unwrap_or_default());
        let default = definition.default_value.as_ref().and_then(|value| value.node.clone().into_json().ok());
        match default {
            Some(default) => set(&mut schema, "default", default),
            None if definition.var_type.node.nullable => {}
            None => self.required.push(name.clone()),
        }
        self.members.insert(name, schema);
    }
}

impl Prepared {
    fn call(&self, mut arguments: Map<String, Value>) -> Result<Call, Error> {
        check(&arguments, &self.arguments, &self.required)?;
        for name in &self.dry_runs {
            // Whoever says nothing has not said that anything is to be written.
            let said = arguments.get(name).filter(|value| !value.is_null());
            if said.is_none() {
                arguments.insert(name.clone(), true.into());
            }
        }
        if let Some(key) = arguments.get(KEY).filter(|_| !self.keys.is_empty()).cloned() {
            for (place, variable) in self.keys.iter().enumerate() {
                arguments.insert(variable.clone(), key_of(place, &key));
            }
        }
        let parameters = Parameters {
            document: Asked { prepared: Some(Arc::clone(&self.text)), ..Asked::default() },
            operation_name: Some(self.name.clone()),
            variables: Variables::from_json(Value::Object(arguments)),
            ..Parameters::default()
        };
        Ok(Call::Ask { parameters: Box::new(parameters), may_write: self.may_write })
    }
}

/// The key of one of several writes: a key stands for one.
fn key_of(place: usize, key: &Value) -> Value {
    match key {
        Value::String(key) if place > 0 => format!("{key}#{}", place + 1).into(),
        other => other.clone(),
    }
}

/// Checks that arguments are known, and that none is missing.
pub(super) fn check(given: &Map<String, Value>, known: &[String], required: &[String]) -> Result<(), Error> {
    if let Some(unknown) = given.keys().find(|name| !known.contains(name)) {
        let known = known.join(", ");
        let known = if known.is_empty() { "none".to_owned() } else { known };
        return Err(Error::input(unknown.clone(), format!("is unknown to this tool, which takes {known}")));
    }
    match required.iter().find(|name| given.get(*name).is_none_or(Value::is_null)) {
        Some(missing) => Err(Error::input(missing.clone(), "is missing")),
        None => Ok(()),
    }
}
