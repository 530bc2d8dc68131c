//! Documents that were read and found to fit the schema: what has been done for a text once is not done again.

use std::sync::Arc;

use async_graphql::parser::types::ExecutableDocument;
use moka::sync::Cache;

use crate::telemetry::metric;

/// How many bytes of text are kept, give or take; what was read from them is some ten times as large.
const CAPACITY: u64 = 4 << 20;
/// What a document takes beside its text, so that small ones are bounded too.
const BESIDE_TEXT: usize = 256;

/// A document as it was read.
pub(super) struct Document {
    pub(super) parsed: ExecutableDocument,
    /// Whether all that it asks for stands in its text.
    pub(super) is_closed: bool,
}

impl Document {
    pub(super) fn new(parsed: ExecutableDocument) -> Self {
        let has_variables =
            parsed.operations.iter().any(|(_, operation)| !operation.node.variable_definitions.is_empty());
        Self { parsed, is_closed: !has_variables }
    }
}

/// The documents that are known to be valid, by their texts.
#[derive(Clone)]
pub(super) struct Known {
    documents: Cache<String, Arc<Document>>,
}

impl Known {
    pub(super) fn new() -> Self {
        let weigh = |text: &String, _: &Arc<Document>| u32::try_from(text.len() + BESIDE_TEXT).unwrap_or(u32::MAX);
        Self { documents: Cache::builder().max_capacity(CAPACITY).weigher(weigh).build() }
    }

    pub(super) fn find(&self, text: &str) -> Option<Arc<Document>> {
        let found = self.documents.get(text);
        metrics::counter!(metric::DOCUMENTS, "outcome" => if found.is_some() { "hit" } else { "miss" }).increment(1);
        found
    }

    pub(super) fn keep(&self, text: String, document: Arc<Document>) {
        self.documents.insert(text, document);
    }
}
