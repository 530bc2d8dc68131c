//! A mutation with the terms that every mutation takes: its caller tries it first, and may give it an idempotency key.
//!
//! What a document binds itself stays as it is. What it leaves out is bound here to variables of our own, in its text, so
//! that nothing knows of two ways to execute an operation.

use std::collections::BTreeMap;

use async_graphql::parser::types::{Field, OperationDefinition};
use async_graphql_value::Value;

use super::operation::{Operation, root_fields};
use super::place::Places;
use super::schema::Types;

pub(super) const DRY_RUN: &str = "dryRun";
pub(super) const KEY: &str = "idempotencyKey";

/// A mutation as it is executed.
pub(super) struct Terms {
    /// The document with all that it takes.
    pub(super) text: String,
    /// The variables that say whether this is a dry run; none where the document says so itself.
    pub(super) dry_runs: Vec<String>,
    /// The variables of our own that hold idempotency keys, one for each field that had none.
    pub(super) keys: Vec<String>,
}

/// Why a mutation cannot be one of an agent's tools.
#[derive(Debug, thiserror::Error)]
pub enum Unbindable {
    /// Other operations stand in its document.
    #[error("it has to be the only operation of its document")]
    NotAlone,
    /// Nothing can say what it would do.
    #[error("its field {0} knows no dry run")]
    NoDryRun(String),
    /// Nobody could try it first.
    #[error("it binds {DRY_RUN} to a value with which it writes at once; leave it out, or bind it to a variable")]
    AlwaysReal,
    /// The name that is needed means something else.
    #[error("its variable ${DRY_RUN} is bound to something else")]
    OtherMeaning,
}

impl Terms {
    /// Binds what a mutation's document leaves out.
    pub(super) fn bind(operation: &Operation, types: &Types) -> Result<Self, Unbindable> {
        if !operation.stands_alone() {
            return Err(Unbindable::NotAlone);
        }
        let fields: Vec<&Field> = root_fields(&operation.document, &operation.definition)
            .into_iter()
            .filter(|field| !field.name.node.starts_with("__"))
            .collect();
        let mut edits = Edits::of(operation);
        let dry_runs = bind_dry_runs(&fields, &operation.definition, types, &mut edits)?;
        let keys = bind_keys(&fields, &operation.definition, types, &mut edits);
        Ok(Self { text: edits.made(), dry_runs, keys })
    }
}

fn bind_dry_runs(
    fields: &[&Field],
    operation: &OperationDefinition,
    types: &Types,
    edits: &mut Edits<'_>,
) -> Result<Vec<String>, Unbindable> {
    let mut variables = Vec::new();
    let mut unbound = Vec::new();
    for field in fields {
        match field.get_argument(DRY_RUN).map(|value| &value.node) {
            Some(Value::Variable(name)) => variables.push(name.to_string()),
            Some(Value::Boolean(true)) => {}
            Some(_) => return Err(Unbindable::AlwaysReal),
            None if takes(types, field, DRY_RUN) => unbound.push(*field),
            None => return Err(Unbindable::NoDryRun(field.name.node.to_string())),
        }
    }
    if unbound.is_empty() {
        return Ok(variables);
    }
    if variables.is_empty() {
        if declares(operation, DRY_RUN) {
            return Err(Unbindable::OtherMeaning);
        }
        edits.declare(DRY_RUN, "Boolean! = true");
        variables.push(DRY_RUN.to_owned());
    }
    let variable = variables.first().map_or(DRY_RUN, String::as_str);
    unbound.into_iter().for_each(|field| edits.bind(field, DRY_RUN, variable));
    Ok(variables)
}

/// One key stands for one write, so that each field has one of its own.
fn bind_keys(fields: &[&Field], operation: &OperationDefinition, types: &Types, edits: &mut Edits<'_>) -> Vec<String> {
    let mut keys = Vec::new();
    if declares(operation, KEY) {
        return keys;
    }
    for field in fields.iter().filter(|field| field.get_argument(KEY).is_none() && takes(types, field, KEY)) {
        let variable = if keys.is_empty() { KEY.to_owned() } else { format!("{KEY}_{}", keys.len() + 1) };
        edits.declare(&variable, "String");
        edits.bind(field, KEY, &variable);
        keys.push(variable);
    }
    keys
}

fn takes(types: &Types, field: &Field, argument: &str) -> bool {
    let known = types.field("Mutation", &field.name.node);
    known.is_some_and(|known| known.arguments.iter().any(|each| each.node.name.node == argument))
}

fn declares(operation: &OperationDefinition, variable: &str) -> bool {
    operation.variable_definitions.iter().any(|definition| definition.node.name.node == variable)
}

/// What is put into an operation's text, by the byte at which it goes in.
struct Edits<'a> {
    operation: &'a Operation,
    places: Places<'a>,
    variables: Vec<String>,
    arguments: BTreeMap<usize, Vec<String>>,
}

impl<'a> Edits<'a> {
    fn of(operation: &'a Operation) -> Self {
        let places = Places::of(&operation.text);
        Self { operation, places, variables: Vec::new(), arguments: BTreeMap::new() }
    }

    fn declare(&mut self, variable: &str, ty: &str) {
        self.variables.push(format!("${variable}: {ty}"));
    }

    fn bind(&mut self, field: &Field, argument: &str, variable: &str) {
        let place = match field.arguments.first() {
            Some((name, _)) => self.places.byte(name.pos),
            None => self.places.byte(field.name.pos) + field.name.node.len(),
        };
        self.arguments.entry(place).or_default().push(format!("{argument}: ${variable}"));
    }

    /// The text with all of it. Where there are no brackets yet they come along.
    fn made(self) -> String {
        let text = &self.operation.text;
        let mut parts: BTreeMap<usize, String> = BTreeMap::new();
        for (place, arguments) in &self.arguments {
            parts.insert(*place, listed(arguments, is_before_a_name(text, *place)));
        }
        if !self.variables.is_empty() {
            let first = self.operation.definition.variable_definitions.first();
            let place = first.map_or_else(|| self.end_of_name(), |first| self.places.byte(first.pos));
            parts.insert(place, listed(&self.variables, first.is_some()));
        }
        let mut made = String::with_capacity(text.len() + 64);
        let mut copied = 0;
        for (place, part) in parts {
            made.push_str(text.get(copied..place).unwrap_or_default());
            made.push_str(&part);
            copied = place;
        }
        made.push_str(text.get(copied..).unwrap_or_default());
        made
    }

    /// The byte behind the operation's name, which comes after its type and whatever GraphQL ignores.
    fn end_of_name(&self) -> usize {
        let text = self.operation.text.get(self.operation.start..).unwrap_or_default();
        let mut rest = text.strip_prefix("mutation").unwrap_or(text);
        loop {
            let ahead = rest.trim_start_matches([' ', '\t', '\n', ',', '\u{feff}']);
            match ahead.strip_prefix('#') {
                Some(comment) => rest = comment.trim_start_matches(|each| each != '\n'),
                None => return self.operation.start + text.len() - ahead.len() + self.operation.name.len(),
            }
        }
    }
}

/// Whether what is put in at a place goes before other arguments: otherwise it comes right behind the field's name.
fn is_before_a_name(text: &str, place: usize) -> bool {
    let before = text.get(..place).and_then(|text| text.chars().next_back());
    before.is_none_or(|each| !each.is_ascii_alphanumeric() && each != '_')
}

fn listed(items: &[String], has_brackets: bool) -> String {
    let items = items.join(", ");
    if has_brackets { format!("{items}, ") } else { format!("({items})") }
}

#[cfg(test)]
mod tests {
    use super::{Terms, Unbindable};
    use crate::mcp::operation::Operation;
    use crate::mcp::schema::Types;

    fn bound(text: &str) -> Result<Terms, Unbindable> {
        let operations = Operation::all("id", text).ok().unwrap();
        Terms::bind(operations.first().unwrap(), Types::known())
    }

    #[test]
    fn what_is_left_out_is_bound() {
        let terms = bound("mutation Start($id: ID!) { onboardStart(id: $id) { dryRun } }").unwrap();
        let text = "mutation Start($dryRun: Boolean! = true, $idempotencyKey: String, $id: ID!) \
                    { onboardStart(dryRun: $dryRun, idempotencyKey: $idempotencyKey, id: $id) { dryRun } }";
        assert_eq!(terms.text, text);
        assert_eq!((terms.dry_runs, terms.keys), (vec!["dryRun".to_owned()], vec!["idempotencyKey".to_owned()]));
    }

    #[test]
    fn it_is_put_where_the_text_has_room_for_it() {
        let terms = bound("# Ää\r\nmutation # Start (\r\n  ,Start\r\n{ x: leadReview # ö\r { dryRun } }").unwrap();
        let text = "# Ää\nmutation # Start (\n  ,Start($dryRun: Boolean! = true, $idempotencyKey: String)\n\
                    { x: leadReview(dryRun: $dryRun, idempotencyKey: $idempotencyKey) # ö\n { dryRun } }";
        assert_eq!(terms.text, text);
    }

    #[test]
    fn what_the_document_binds_stays_as_it_is() {
        let text = "mutation A($id: ID!, $try: Boolean, $key: String) { \
                    onboardStart(id: $id, dryRun: $try, idempotencyKey: $key) { dryRun } }";
        let terms = bound(text).unwrap();
        assert_eq!((terms.text.as_str(), terms.dry_runs, terms.keys.len()), (text, vec!["try".to_owned()], 0));
        let text = "mutation A($id: ID!, $key: String) { onboardStart(id: $id, dryRun: true, idempotencyKey: $key) { dryRun } }";
        let terms = bound(text).unwrap();
        assert_eq!((terms.text.as_str(), terms.dry_runs.len(), terms.keys.len()), (text, 0, 0));
    }

    #[test]
    fn each_of_several_fields_has_a_key_of_its_own() {
        let terms = bound(
            "mutation A { a: onboardStart(id: 1) { dryRun } ...F } fragment F on Mutation { b: leadReview(id: 2, dryRun: true) { dryRun } }",
        );
        let terms = terms.unwrap();
        let text = "mutation A($dryRun: Boolean! = true, $idempotencyKey: String, $idempotencyKey_2: String) \
                    { a: onboardStart(dryRun: $dryRun, idempotencyKey: $idempotencyKey, id: 1) { dryRun } ...F } \
                    fragment F on Mutation { b: leadReview(idempotencyKey: $idempotencyKey_2, id: 2, dryRun: true) { dryRun } }";
        assert_eq!(terms.text, text);
    }

    #[test]
    fn a_mutation_that_nobody_could_try_first_is_refused() {
        let refused = |text| bound(text).err().map(|problem| problem.to_string());
        let always = "it binds dryRun to a value with which it writes at once; leave it out, or bind it to a variable";
        assert_eq!(refused("mutation A { onboardStart(id: 1, dryRun: false) { dryRun } }").as_deref(), Some(always));
        let other = "mutation A($dryRun: Boolean!) { onboardStart(id: 1) { dryRun @include(if: $dryRun) } }";
        assert_eq!(refused(other).as_deref(), Some("its variable $dryRun is bound to something else"));
        let two = "mutation A { onboardStart(id: 1) { dryRun } } query B { account { id } }";
        assert_eq!(refused(two).as_deref(), Some("it has to be the only operation of its document"));
    }
}
