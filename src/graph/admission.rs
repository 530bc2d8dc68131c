//! What may be executed, and what became of it: an [`Admitted`] request is read and within the limits, an [`Answer`] says
//! how far its request came. Neither knows what HTTP makes of it.

use async_graphql::parser::Positioned;
use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, OperationType, VariableDefinition};
use async_graphql::{Request, Response, ServerError, Value, Variables};

use crate::caller::RequestId;
use crate::error::Breach;
use crate::error::response::{self, Stage};
use crate::limits::Limits;

/// A request whose document was read and asks for no more than the limits let through.
pub struct Admitted {
    request: Request,
    is_query: bool,
}

impl Admitted {
    pub(super) fn new(mut request: Request, limits: &Limits, id: &RequestId) -> Result<Self, Box<Answer>> {
        limits.check_text(&request.query).map_err(|breach| Box::new(Answer::over_limit(breach, id)))?;
        // The document and the variables are both the request's, and the one is held against the other.
        let variables = std::mem::take(&mut request.variables);
        let name = request.operation_name.clone();
        let document = request.parsed_query().map_err(|error| Box::new(Answer::unread(error, id)))?;
        limits.check_document(document, &variables).map_err(|breach| Box::new(Answer::over_limit(breach, id)))?;
        let meant = || meant(document, name.as_deref());
        if let Some(missing) = meant().find_map(|operation| missing_variable(operation, &variables)) {
            return Err(Box::new(Answer::unfit(missing, id)));
        }
        let is_query = meant().all(|operation| operation.ty == OperationType::Query);
        request.variables = variables;
        Ok(Self { request, is_query })
    }

    /// Whether no operation that the request may mean is anything but a query.
    pub fn is_query(&self) -> bool {
        self.is_query
    }

    /// Whether the request asks in its extensions to be told its calls.
    pub fn asks_for_explanation(&self) -> bool {
        let onramp = self.request.extensions.0.get("onramp");
        matches!(onramp, Some(Value::Object(onramp)) if onramp.get("explain") == Some(&Value::Boolean(true)))
    }

    pub(super) fn into_request(self) -> Request {
        self.request
    }
}

/// The operations that a request may mean: the one that it names, or whatever there is.
fn meant<'a>(document: &'a ExecutableDocument, name: Option<&'a str>) -> impl Iterator<Item = &'a OperationDefinition> {
    let all = document.operations.iter();
    all.filter(move |(operation, _)| name.is_none() || operation.map(|name| name.as_str()) == name)
        .map(|(_, operation)| &operation.node)
}

/// GraphQL refuses the whole request where a variable lacks a value; the engine leaves that to the field that wants it.
fn missing_variable(operation: &OperationDefinition, variables: &Variables) -> Option<ServerError> {
    let is_missing = |definition: &&Positioned<VariableDefinition>| {
        let VariableDefinition { name, var_type, default_value, .. } = &definition.node;
        let is_given = variables.get(&name.node).is_some_and(|value| *value != Value::Null);
        !var_type.node.nullable && default_value.is_none() && !is_given
    };
    let missing = operation.variable_definitions.iter().find(is_missing)?;
    let VariableDefinition { name, var_type, .. } = &missing.node;
    Some(ServerError::new(
        format!("Variable \"${}\" of type \"{}\" has no value.", name.node, var_type.node),
        Some(missing.pos),
    ))
}

/// The answer to a request.
pub struct Answer {
    /// What GraphQL says.
    pub response: Response,
    /// How far the request came.
    pub reach: Reach,
}

/// How far a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Its document is no GraphQL.
    Unread,
    /// It asks for more than a limit lets through.
    OverLimit,
    /// It does not fit the schema, or its variables do not fit it.
    Invalid,
    /// It was not answered within its deadline.
    Overdue,
    /// It was executed, whatever its fields came to.
    Executed,
}

impl Answer {
    pub(super) fn of(response: Response) -> Self {
        let was_executed = response.is_ok() || response.errors.iter().any(|error| !error.path.is_empty());
        Self { response, reach: if was_executed { Reach::Executed } else { Reach::Invalid } }
    }

    pub(super) fn overdue(breach: Breach, id: &RequestId) -> Self {
        Self { response: response::turned_away(breach, &id.0), reach: Reach::Overdue }
    }

    fn unread(error: ServerError, id: &RequestId) -> Self {
        Self { response: response::refused(error, Stage::Parsing, &id.0), reach: Reach::Unread }
    }

    fn unfit(error: ServerError, id: &RequestId) -> Self {
        Self { response: response::refused(error, Stage::Execution, &id.0), reach: Reach::Invalid }
    }

    fn over_limit(breach: Breach, id: &RequestId) -> Self {
        Self { response: response::turned_away(breach, &id.0), reach: Reach::OverLimit }
    }
}
