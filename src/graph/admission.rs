//! What may be executed, and what became of it: an [`Admitted`] request is read and within the limits, an [`Answer`] says
//! how far its request came. Neither knows what HTTP makes of it.

use std::sync::{Arc, OnceLock};

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, OperationType};
use async_graphql::{Request, Response, ServerError, Variables};

use super::known::Document;
use super::subscription::raise_root;
use super::{Graph, direct, known};
use crate::caller::RequestId;
use crate::documents;
use crate::error::response::{self, Stage};
use crate::error::{Breach, Error};

/// The parameters of a request, as GraphQL over HTTP names them.
#[derive(Debug, Default)]
pub struct Parameters {
    /// Which document is meant.
    pub document: documents::Asked,
    /// The operation of the document, where it has several.
    pub operation_name: Option<String>,
    /// The values of its variables.
    pub variables: Variables,
    /// What is said besides.
    pub extensions: serde_json::Map<String, serde_json::Value>,
}

/// A request whose document was read and asks for no more than the limits let through.
#[derive(Clone)]
pub struct Admitted {
    text: Arc<str>,
    document: Arc<Document>,
    /// Whether the document is known to fit the schema.
    pub(super) is_known: bool,
    digest: Option<String>,
    operation_name: Option<String>,
    variables: Variables,
    is_query: bool,
    operation: Operation,
    asks_for_explanation: bool,
    is_repeatable: bool,
    /// It as a query that can be executed directly, made when it first is.
    query: OnceLock<Option<Arc<direct::Query>>>,
}

/// What is asked, as far as logs and metrics tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The operation's name, where it has one.
    pub name: Option<String>,
    /// `query`, `mutation`, `subscription`, or `unknown` where that could not be read.
    pub kind: &'static str,
}

impl Operation {
    /// One that could not be read, or was not.
    pub const UNKNOWN: Self = Self { name: None, kind: "unknown" };

    fn of(document: &ExecutableDocument, name: Option<&str>) -> Self {
        let mut all = document.operations.iter();
        let meant = all.find(|(operation, _)| name.is_none() || operation.map(|name| name.as_str()) == name);
        meant.map_or(Self::UNKNOWN, |(name, operation)| Self {
            name: name.map(|name| name.to_string()),
            kind: match operation.node.ty {
                OperationType::Query => "query",
                OperationType::Mutation => "mutation",
                OperationType::Subscription => "subscription",
            },
        })
    }
}

/// What two requests have in common that ask for the same, whoever asks.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Sameness {
    text: Arc<str>,
    operation_name: Option<String>,
    variables: String,
}

impl Admitted {
    /// What this request has in common with those that ask for the same.
    pub fn sameness(&self) -> Sameness {
        // Values that came as JSON always serialise.
        let written = || serde_json::to_string(&self.variables).unwrap_or_default();
        Sameness {
            text: Arc::clone(&self.text),
            operation_name: self.operation_name.clone(),
            variables: if self.variables.is_empty() { String::new() } else { written() },
        }
    }

    /// Whether no operation that the request may mean is anything but a query.
    pub fn is_query(&self) -> bool {
        self.is_query
    }

    /// Whether every operation that the request may mean is a subscription.
    pub fn is_subscription(&self) -> bool {
        self.operation.kind == "subscription"
    }

    /// Whether an operation that the request may mean is a mutation.
    pub fn may_write(&self) -> bool {
        let mut meant = meant(&self.document.parsed, self.operation_name.as_deref());
        meant.any(|each| each.ty == OperationType::Mutation)
    }

    /// Whether the request asks in its extensions to be told its calls.
    pub fn asks_for_explanation(&self) -> bool {
        self.asks_for_explanation
    }

    /// Whether whoever sends the same parameters again would be let in the same way, by these settings.
    pub fn is_repeatable(&self) -> bool {
        self.is_repeatable
    }

    /// What is asked.
    pub fn operation(&self) -> &Operation {
        &self.operation
    }

    /// The request for an operation that there is not, which the engine validates and does not execute.
    pub(super) fn request_for_validation(&self) -> Request {
        let mut request = Request::new("").variables(self.variables.clone()).operation_name(super::NO_NAME);
        request.set_parsed_query(self.document.parsed.clone());
        request
    }

    /// Puts the field of a subscription where the engine finds it.
    pub(super) fn raise_root(&mut self) -> Result<(), ServerError> {
        let mut parsed = self.document.parsed.clone();
        raise_root(&mut parsed, self.operation_name.as_deref())?;
        self.document = Arc::new(Document::new(parsed));
        self.query = OnceLock::new();
        Ok(())
    }

    /// The request as a query that can be executed directly, where it is one.
    pub(super) fn query(&self) -> Option<&Arc<direct::Query>> {
        let query = || direct::Query::of(&self.document, self.operation_name.as_deref(), &self.variables);
        self.query.get_or_init(|| self.is_known.then(query).flatten().map(Arc::new)).as_ref()
    }

    /// The request as the engine takes it, which takes its document apart.
    pub(super) fn request(&self) -> Request {
        let mut request = Request::new("").variables(self.variables.clone());
        request.operation_name.clone_from(&self.operation_name);
        request.set_parsed_query(self.document.parsed.clone());
        request
    }
}

impl Graph {
    /// Asks the other replicas for the document that a request means, where it is not known here.
    pub async fn learn_document(&self, parameters: &Parameters) {
        self.documents.learn(&parameters.document).await;
    }

    /// Reads a request's document and holds it against the limits and the budgets.
    ///
    /// # Errors
    /// The answer to a request that cannot be read or asks for too much.
    pub fn admit(&self, parameters: Parameters, id: &RequestId) -> Result<Admitted, Box<Answer>> {
        let Parameters { document: asked, operation_name, variables, extensions } = parameters;
        let text = self.documents.find(&asked).map_err(|error| Answer::over_limit(error, id))?;
        let known = self.known.find(&text);
        let is_known = known.is_some();
        let document = known.map_or_else(|| self.read(&text, id), Ok)?;
        // What a text alone decides was decided when it was first read.
        if !(is_known && document.is_closed) {
            let parsed = &document.parsed;
            self.limits.check_document(parsed, &variables).map_err(|breach| Answer::over_limit(breach, id))?;
            for operation in meant(parsed, operation_name.as_deref()) {
                self.input_types.check(operation, &variables).map_err(|error| Answer::unfit(error, id))?;
                for budget in self.budgets.iter() {
                    let checked = budget.check(parsed, operation, &variables);
                    checked.map_err(|error| Answer::over_limit(error, id))?;
                }
            }
        }
        let is_query = meant(&document.parsed, operation_name.as_deref()).all(|each| each.ty == OperationType::Query);
        let operation = Operation::of(&document.parsed, operation_name.as_deref());
        // What its digest or its id stands for may be another document one day.
        let is_sent = asked.text.is_some() && asked.digest.is_none() && variables.is_empty();
        let is_told = document.is_closed && operation.kind == "query" && extensions.is_empty();
        let is_repeatable = is_known && is_sent && is_told;
        let digest = asked.digest.filter(|_| asked.text.is_some());
        let asks_for_explanation =
            extensions.get("onramp").and_then(|onramp| onramp.get("explain")) == Some(&true.into());
        Ok(Admitted {
            text,
            document,
            is_known,
            digest,
            operation_name,
            variables,
            is_query,
            operation,
            asks_for_explanation,
            is_repeatable,
            query: OnceLock::new(),
        })
    }

    fn read(&self, text: &str, id: &RequestId) -> Result<Arc<Document>, Box<Answer>> {
        self.limits.check_text(text).map_err(|breach| Answer::over_limit(breach, id))?;
        let parsed = parse_query(text).map_err(|error| Answer::unread(error.into(), id))?;
        Ok(Arc::new(Document::new(parsed)))
    }

    /// Keeps a document that was found to fit the schema, as an answer to it shows.
    pub fn learn(&self, admitted: &Admitted, answer: &Answer) {
        if answer.reach == Reach::Executed {
            self.keep(admitted);
        }
    }

    /// Keeps a document that fits the schema.
    pub(super) fn keep(&self, admitted: &Admitted) {
        if let Some(digest) = &admitted.digest {
            self.documents.remember(&admitted.text, digest);
        }
        if !admitted.is_known {
            self.known.keep(admitted.text.to_string(), Arc::clone(&admitted.document));
        }
    }
}

/// Counts the document of a request that was not read again as one that was known.
pub fn count_known() {
    known::count(true);
}

/// The operations that a request may mean: the one that it names, or whatever there is.
fn meant<'a>(document: &'a ExecutableDocument, name: Option<&'a str>) -> impl Iterator<Item = &'a OperationDefinition> {
    let all = document.operations.iter();
    all.filter(move |(operation, _)| name.is_none() || operation.map(|name| name.as_str()) == name)
        .map(|(_, operation)| &operation.node)
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

    fn unread(error: ServerError, id: &RequestId) -> Box<Self> {
        Box::new(Self { response: response::refused(error, Stage::Parsing, &id.0), reach: Reach::Unread })
    }

    pub(super) fn misfit(error: ServerError, id: &RequestId) -> Box<Self> {
        Box::new(Self { response: response::refused(error, Stage::Validation, &id.0), reach: Reach::Invalid })
    }

    pub(super) fn unfit(error: ServerError, id: &RequestId) -> Box<Self> {
        Box::new(Self { response: response::refused(error, Stage::Execution, &id.0), reach: Reach::Invalid })
    }

    fn over_limit(error: impl Into<Error>, id: &RequestId) -> Box<Self> {
        Box::new(Self { response: response::turned_away(error, &id.0), reach: Reach::OverLimit })
    }
}
