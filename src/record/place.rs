//! Whether a place in the answer is selected once in the document.
//!
//! Two selections of one place are merged by the engine, member by member, and what is written already has no members.

use async_graphql::parser::types::{Field, FragmentDefinition, Selection, SelectionSet};
use async_graphql::{ContextBase, ContextSelectionSet, Name, Positioned, QueryPathSegment};
use std::collections::HashMap;
use std::sync::Arc;

/// Among a request's data: its operation, where the engine was handed it without what it selects, since the engine's own
/// would be a copy.
pub(crate) struct Operation(pub(crate) Arc<dyn Selects>);

/// Whoever holds an operation.
pub(crate) trait Selects: Send + Sync {
    /// What the operation selects.
    fn selected(&self) -> &SelectionSet;
}

/// What the operation that is being answered selects.
pub(crate) fn selected<'a, T>(ctx: &ContextBase<'a, T>) -> &'a SelectionSet {
    match ctx.data_opt::<Operation>() {
        Some(Operation(holder)) => holder.selected(),
        None => &ctx.query_env.operation.node.selection_set.node,
    }
}

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// Whether nothing else in the document selects what stands at the place that is being answered.
pub(super) fn is_selected_once(ctx: &ContextSelectionSet<'_>) -> bool {
    let Some(last) = ctx.path_node else { return false };
    let nodes = std::iter::successors(Some(&last), |node| node.parent);
    let mut names: Vec<&str> = nodes
        .filter_map(|node| match node.segment {
            QueryPathSegment::Name(name) => Some(name),
            QueryPathSegment::Index(_) => None,
        })
        .collect();
    names.reverse();
    let mut set = selected(ctx);
    for name in names {
        let mut found = Vec::new();
        find(set, name, &ctx.query_env.fragments, &mut found);
        let [field] = found.as_slice() else { return false };
        set = &field.selection_set.node;
    }
    true
}

/// Every field that answers under a name, whatever type its fragment is for.
fn find<'a>(set: &'a SelectionSet, name: &str, fragments: &'a Fragments, found: &mut Vec<&'a Field>) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) if field.node.response_key().node == name => found.push(&field.node),
            Selection::Field(_) => {}
            Selection::InlineFragment(inline) => find(&inline.node.selection_set.node, name, fragments, found),
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = fragments.get(&spread.node.fragment_name.node) {
                    find(&fragment.node.selection_set.node, name, fragments, found);
                }
            }
        }
    }
}
