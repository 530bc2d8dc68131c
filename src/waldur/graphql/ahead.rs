//! Calls that start beside the one that they decorate: the questions of a verification beside the verification, both of
//! which its id names.
//!
//! Only where the verification is all that the operation asks for: the API takes one call at a time, so that among others
//! there is nothing to be gained, and nothing that might be spared takes the place of what is needed in the budget.

use async_graphql::Context;
use async_graphql::parser::types::Selection;

use super::Session;
use crate::record::selected;
use crate::scalar::Uuid;
use crate::waldur::loader::Part;

/// The verification and its questions.
const CALLS: usize = 2;

impl Session {
    /// Starts what a verification will want.
    pub(super) fn start_for_verification(&self, ctx: &Context<'_>, id: Uuid) {
        if !is_alone(ctx) || !self.loaders.has_left(CALLS) {
            return;
        }
        let selected = ctx.look_ahead();
        let is_wanted = |field| selected.field(field).exists() && self.check(field).is_ok();
        if is_wanted("checklist") {
            self.loaders.start_questions(id, Part::Whole);
        } else if is_wanted("completionStatus") {
            self.loaders.start_questions(id, Part::Completion);
        }
    }
}

fn is_alone(ctx: &Context<'_>) -> bool {
    matches!(selected(ctx).items.as_slice(), [only] if matches!(only.node, Selection::Field(_)))
}
