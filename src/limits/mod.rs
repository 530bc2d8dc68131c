//! What one request may ask for: counted on its text and its document, before anything expensive is done for it.
//!
//! Nothing here knows the schema, HTTP or the engine. A fragment counts wherever it is used.

mod measure;
mod tokens;

use std::time::Duration;

use async_graphql::Variables;
use async_graphql::parser::types::ExecutableDocument;
use serde::Deserialize;

use crate::error::Breach;
use crate::setting::Setting;

/// The keys of the section `limits`.
pub const LIMITS: &[Setting] = &[
    Setting::new(
        "document_bytes",
        "524288",
        "Largest text of a document, in bytes. What is larger, such as a file, belongs in the variables.",
    ),
    Setting::new(
        "tokens",
        "5000",
        "Most tokens of a document: names, values, punctuation. They are counted before it is parsed.",
    ),
    Setting::new("depth", "20", "Most fields inside one another. The explorer's own look at the schema takes 15."),
    Setting::new("root_fields", "30", "Most fields at the top of an operation."),
    Setting::new("aliases", "50", "Most fields with an alias in an operation."),
    Setting::new("directives", "4", "Most directives at one place: a field, a fragment, an operation or a variable."),
    Setting::new(
        "complexity",
        "20000",
        "Highest cost of a document, with all of its operations. A field costs 1; what is inside `nodes` or `edges` counts for each row of \
         `first` or `last`, 25 without either, and what is inside a field with `ids` or `representations` for each \
         of them.",
    ),
    Setting::new("batch", "0", "Most requests in one body, where they come as an array. At 0 no array is taken."),
    Setting::new(
        "request_timeout_ms",
        "60000",
        "Deadline of a whole request, in milliseconds. Over it the answer is an error; a write that is under way goes on.",
    ),
    Setting::new("introspection", "true", "Whether `__schema` and `__type` may be asked."),
    Setting::new(
        "introspection_depth",
        "2",
        "Most lists of fields, input fields, interfaces or possible types inside one another in `__schema` or `__type`.",
    ),
    Setting::new("suggestions", "true", "Whether an error of validation names the fields that may have been meant."),
];

/// Most brackets, or sets of fields, open at once. What walks a document calls itself for each, on a stack that ends.
const NESTING: usize = 64;

/// The values of [`LIMITS`].
#[derive(Debug, Clone, Deserialize)]
pub struct Limits {
    document_bytes: usize,
    tokens: usize,
    depth: usize,
    root_fields: usize,
    aliases: usize,
    directives: usize,
    complexity: usize,
    batch: usize,
    request_timeout_ms: u64,
    introspection: bool,
    introspection_depth: usize,
    suggestions: bool,
}

impl Limits {
    /// Checks a document's text, which nobody has parsed yet.
    ///
    /// # Errors
    /// The first limit that it breaks.
    pub fn check_text(&self, text: &str) -> Result<(), Breach> {
        within("document_bytes", text.len(), self.document_bytes)?;
        let counted = tokens::count(text);
        within("tokens", counted.tokens, self.tokens)?;
        within("nesting", counted.nesting, NESTING)
    }

    /// Checks a parsed document, each operation by itself but for the cost: the engine validates them all. It need not be
    /// valid.
    ///
    /// # Errors
    /// The first limit that it breaks.
    pub fn check_document(&self, document: &ExecutableDocument, variables: &Variables) -> Result<(), Breach> {
        let mut complexity = 0_usize;
        for measured in measure::operations(document, variables) {
            within("nesting", measured.nesting, NESTING)?;
            within("depth", measured.depth, self.depth)?;
            within("root_fields", measured.root_fields, self.root_fields)?;
            within("aliases", measured.aliases, self.aliases)?;
            within("directives", measured.directives, self.directives)?;
            let introspections = if self.introspection { usize::MAX } else { 0 };
            within("introspection", measured.introspections, introspections)?;
            within("introspection_depth", measured.introspection_depth, self.introspection_depth)?;
            complexity = complexity.saturating_add(measured.complexity);
        }
        within("complexity", complexity, self.complexity)
    }

    /// Checks how many requests came in one body.
    ///
    /// # Errors
    /// The limit, where it is broken.
    pub fn check_batch(&self, requests: usize) -> Result<(), Breach> {
        within("batch", requests, self.batch)
    }

    /// How long a request may take.
    pub fn deadline(&self) -> Duration {
        Duration::from_millis(self.request_timeout_ms)
    }

    /// A request that took longer than it may.
    pub fn overdue(&self) -> Breach {
        Breach { limit: "request_timeout_ms", allowed: self.request_timeout_ms, asked: None }
    }

    /// How deep the engine may follow sets of fields.
    pub(crate) fn nesting(&self) -> usize {
        NESTING
    }

    /// Whether the schema may be asked for.
    pub fn introspects(&self) -> bool {
        self.introspection
    }

    /// Whether an error of validation may suggest names.
    pub(crate) fn suggests(&self) -> bool {
        self.suggestions
    }
}

fn within(limit: &'static str, asked: usize, allowed: usize) -> Result<(), Breach> {
    let told = |count| u64::try_from(count).unwrap_or(u64::MAX);
    if asked <= allowed { Ok(()) } else { Err(Breach { limit, allowed: told(allowed), asked: Some(told(asked)) }) }
}
