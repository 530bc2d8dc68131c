//! Documents that were read and found to fit the schema: what has been done for a text once is not done again.

use std::sync::Arc;

use async_graphql::Positioned;
use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, Selection};
use foldhash::quality::RandomState;
use moka::sync::Cache;

use crate::telemetry::metric;

/// How many bytes of text are kept, give or take; what was read from them is some ten times as large.
const CAPACITY: u64 = 4 << 20;
/// What a document takes beside its text, so that small ones are bounded too.
const BESIDE_TEXT: usize = 256;

/// A document as it was read.
pub(super) struct Document {
    pub(super) parsed: ExecutableDocument,
    /// Whether all that it may be meant to ask for stands in its text: one operation, without variables.
    pub(super) is_closed: bool,
    /// Whether its fields are all that there is to execute: nothing that depends on a directive, and nothing about the
    /// schema itself.
    pub(super) is_plain: bool,
}

impl Document {
    pub(super) fn new(parsed: ExecutableDocument) -> Self {
        let has_variables =
            parsed.operations.iter().any(|(_, operation)| !operation.node.variable_definitions.is_empty());
        let is_plain = is_plain(&parsed);
        Self { is_closed: !has_variables && parsed.operations.iter().count() == 1, is_plain, parsed }
    }

    /// The operation of this name, or the only one where none is named.
    pub(super) fn operation(&self, name: Option<&str>) -> Option<&Positioned<OperationDefinition>> {
        match (&self.parsed.operations, name) {
            (DocumentOperations::Single(operation), None) => Some(operation),
            (DocumentOperations::Single(_), Some(_)) => None,
            (DocumentOperations::Multiple(all), Some(name)) => all.get(name),
            (DocumentOperations::Multiple(all), None) => all.values().next().filter(|_| all.len() == 1),
        }
    }
}

/// A document may be nested as deep as its text lets it, so that what is left to look at is kept in a list.
fn is_plain(document: &ExecutableDocument) -> bool {
    let operations = document.operations.iter().map(|(_, operation)| &operation.node);
    let fragments = document.fragments.values().map(|fragment| &fragment.node);
    let has_none = operations.clone().all(|operation| operation.directives.is_empty())
        && fragments.clone().all(|fragment| fragment.directives.is_empty());
    let roots = operations.map(|operation| &operation.selection_set);
    let mut left: Vec<_> = roots.chain(fragments.map(|fragment| &fragment.selection_set)).collect();
    while let Some(set) = left.pop() {
        for selection in &set.node.items {
            let (directives, inside) = match &selection.node {
                Selection::Field(field) if ["__schema", "__type"].contains(&field.node.name.node.as_str()) => {
                    return false;
                }
                Selection::Field(field) => (&field.node.directives, Some(&field.node.selection_set)),
                Selection::FragmentSpread(spread) => (&spread.node.directives, None),
                Selection::InlineFragment(fragment) => (&fragment.node.directives, Some(&fragment.node.selection_set)),
            };
            if !directives.is_empty() {
                return false;
            }
            left.extend(inside);
        }
    }
    has_none
}

/// Counts a document that was known, or was not.
pub(super) fn count(is_hit: bool) {
    if metric::is_counting() {
        metrics::counter!(metric::DOCUMENTS, "outcome" => if is_hit { "hit" } else { "miss" }).increment(1);
    }
}

/// The documents that are known to be valid, by their texts.
#[derive(Clone)]
pub(super) struct Known {
    documents: Cache<String, Arc<Document>, RandomState>,
}

impl Known {
    pub(super) fn new() -> Self {
        let weigh = |text: &String, _: &Arc<Document>| u32::try_from(text.len() + BESIDE_TEXT).unwrap_or(u32::MAX);
        Self {
            documents: Cache::builder().max_capacity(CAPACITY).weigher(weigh).build_with_hasher(RandomState::default()),
        }
    }

    pub(super) fn find(&self, text: &str) -> Option<Arc<Document>> {
        let found = self.documents.get(text);
        count(found.is_some());
        found
    }

    pub(super) fn keep(&self, text: String, document: Arc<Document>) {
        self.documents.insert(text, document);
    }
}
