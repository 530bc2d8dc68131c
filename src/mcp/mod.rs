//! What agents are offered: trusted operations as tools, and tools for finding one's way in the graph.
//!
//! A tool comes to a request like any other, with its caller's own rights and limits, or to a part of the schema. How
//! agents come in, and how they are answered, is the server's.

mod generic;
mod json_schema;
mod operation;
mod place;
mod schema;
mod search;
mod settings;
mod terms;
mod tool;

use std::collections::BTreeMap;

use async_graphql::parser::types::OperationType;
use serde_json::{Map, Value};

use crate::documents::{Documents, Unusable};
use crate::error::Error;
use crate::graph::{self, Parameters};
use crate::limits::Limits;
use operation::{Nameless, Operation};
use schema::Types;
use terms::{Terms, Unbindable};
use tool::Tool;

pub use settings::{Generic, Hosts, MCP, Settings};

/// Why there cannot be the tools that the settings want.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// There would be no tool at all.
    #[error("there is nothing to offer: no trusted operation is a tool, and mcp.tools names none")]
    Nothing,
    /// A document has an operation that cannot be called by its name.
    #[error("the document {0:?} has an operation without a name, which a tool needs")]
    Nameless(String),
    /// Two operations would be one tool.
    #[error("the documents {one:?} and {other:?} both have an operation {name:?}")]
    Twice {
        /// The operation's name.
        name: String,
        /// The document of one.
        one: String,
        /// The document of the other.
        other: String,
    },
    /// A tool of the gateway's own has the operation's name.
    #[error("{name:?} is the name of an operation in the document {id:?}")]
    Taken {
        /// The name.
        name: &'static str,
        /// The document.
        id: String,
    },
    /// A list names what is not there, or is something else.
    #[error("{name:?} is no {kind} of documents.trusted")]
    Unknown {
        /// The setting.
        setting: &'static str,
        /// The name that it gives.
        name: String,
        /// What is wanted.
        kind: &'static str,
    },
    /// A mutation that its caller could not try first.
    #[error("{name:?} in the document {id:?} cannot be a tool: {problem}")]
    Mutation {
        /// The mutation's name.
        name: String,
        /// Its document.
        id: String,
        /// What is wrong with it.
        problem: Unbindable,
    },
    /// A document does not fit the schema.
    #[error(transparent)]
    Unfit(#[from] Unusable),
    /// A tool does what another setting forbids.
    #[error("{} cannot be there with {because}", tool.name())]
    Forbidden {
        /// The tool.
        tool: Generic,
        /// The other setting.
        because: &'static str,
    },
}

impl Problem {
    /// The setting that it is about.
    pub fn setting(&self) -> &'static str {
        match self {
            Self::Nothing => "mcp.enabled",
            Self::Nameless(_) | Self::Twice { .. } => "mcp.queries",
            Self::Unknown { setting, .. } => setting,
            Self::Mutation { .. } | Self::Unfit(_) => "mcp.mutations",
            Self::Taken { .. } | Self::Forbidden { .. } => "mcp.tools",
        }
    }
}

/// What a call of a tool comes to.
pub enum Call {
    /// A request to the graph.
    Ask {
        /// What is asked.
        parameters: Box<Parameters>,
        /// Whether it may be a mutation.
        may_write: bool,
    },
    /// What matches a search.
    Found(Value),
    /// A part of the schema, as GraphQL writes it.
    Shown(String),
}

/// The tools, by their names.
pub struct Tools {
    tools: BTreeMap<String, Tool>,
}

impl Tools {
    /// The tools that the settings want; none where they want no agents.
    ///
    /// # Errors
    /// What cannot be, with the setting and the operation that it is about.
    pub fn read(
        settings: &Settings,
        documents: &Documents,
        of_graph: &graph::Settings,
        limits: &Limits,
    ) -> Result<Option<Self>, Problem> {
        if !settings.enabled {
            return Ok(None);
        }
        let mut tools = trusted(settings, documents)?;
        let prepared: Vec<(&str, &str)> =
            tools.iter().filter_map(|(name, tool)| Some((name.as_str(), tool.text()?))).collect();
        graph::check_documents(of_graph, limits, prepared)?;
        for tool in settings.tools.0.iter().copied() {
            check(tool, documents, limits)?;
            if let Some(taken) = tools.insert(tool.name().to_owned(), Tool::generic(tool)) {
                return Err(Problem::Taken { name: tool.name(), id: taken.document().to_owned() });
            }
        }
        if tools.is_empty() { Err(Problem::Nothing) } else { Ok(Some(Self { tools })) }
    }

    /// What agents are told of the tools, by the alphabet.
    pub fn offered(&self) -> impl Iterator<Item = &rmcp::model::Tool> {
        self.tools.values().map(Tool::offered)
    }

    /// What a call comes to; none where there is no such tool.
    pub fn call(&self, name: &str, arguments: Map<String, Value>) -> Option<Result<Call, Error>> {
        self.tools.get(name).map(|tool| tool.call(arguments))
    }
}

/// The tools that come from documents.
fn trusted(settings: &Settings, documents: &Documents) -> Result<BTreeMap<String, Tool>, Problem> {
    let types = Types::known();
    let operations = chosen(settings, documents)?;
    let tools = operations.into_values().map(|operation| {
        let tool = match operation.kind() {
            OperationType::Mutation => {
                let Operation { name, id, .. } = &operation;
                let terms = Terms::bind(&operation, types);
                let cannot = |problem| Problem::Mutation { name: name.clone(), id: id.clone(), problem };
                Tool::mutation(&operation, terms.map_err(cannot)?, types)
            }
            _ => Tool::query(&operation, types),
        };
        Ok((operation.name, tool))
    });
    tools.collect()
}

/// The operations that the settings choose, by their names.
fn chosen(settings: &Settings, documents: &Documents) -> Result<BTreeMap<String, Operation>, Problem> {
    let queries = settings.queries.as_deref();
    let is_chosen = |operation: &Operation| match operation.kind() {
        OperationType::Query => queries.is_none_or(|names| names.contains(&operation.name)),
        OperationType::Mutation => settings.mutations.contains(&operation.name),
        OperationType::Subscription => false,
    };
    let mut chosen: BTreeMap<String, Operation> = BTreeMap::new();
    let mut trusted: Vec<(&str, &str)> = documents.trusted().iter().collect();
    trusted.sort_unstable();
    for (id, text) in trusted {
        let operations = match Operation::all(id, text) {
            Ok(operations) => operations,
            // Where all are tools, one that cannot be would be missed.
            Err(Nameless(id)) if queries.is_none() => return Err(Problem::Nameless(id)),
            Err(Nameless(_)) => continue,
        };
        for operation in operations.into_iter().filter(is_chosen) {
            match chosen.get(&operation.name) {
                Some(one) if one.text != operation.text => {
                    return Err(Problem::Twice { name: operation.name, one: one.id.clone(), other: id.to_owned() });
                }
                Some(_) => {}
                None => {
                    chosen.insert(operation.name.clone(), operation);
                }
            }
        }
    }
    all_found(queries, "mcp.queries", "query", OperationType::Query, &chosen)?;
    all_found(Some(&settings.mutations), "mcp.mutations", "mutation", OperationType::Mutation, &chosen)?;
    Ok(chosen)
}

fn all_found(
    names: Option<&[String]>,
    setting: &'static str,
    kind: &'static str,
    wanted: OperationType,
    chosen: &BTreeMap<String, Operation>,
) -> Result<(), Problem> {
    let is_found = |name: &String| chosen.get(name).is_some_and(|operation| operation.kind() == wanted);
    match names.unwrap_or_default().iter().find(|name| !is_found(name)) {
        Some(name) => Err(Problem::Unknown { setting, name: name.clone(), kind }),
        None => Ok(()),
    }
}

/// Checks that a tool does nothing that is forbidden elsewhere.
fn check(tool: Generic, documents: &Documents, limits: &Limits) -> Result<(), Problem> {
    let because = match tool {
        Generic::Execute if documents.are_only_trusted() => "documents.only_trusted = true",
        Generic::Search | Generic::Introspect if !limits.introspects() => "limits.introspection = false",
        _ => return Ok(()),
    };
    Err(Problem::Forbidden { tool, because })
}
