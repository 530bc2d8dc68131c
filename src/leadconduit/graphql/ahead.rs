//! Calls that start beside the one that they decorate, because the selection shows that its answer will want them.
//!
//! Only calls whose keys are known beforehand: there is one account, and one list of all flows. They are made where going
//! step by step would almost surely make them too: not for rows that a filter or a cursor may leave out, and the list of
//! flows only for a page on which more flows are to be expected than are read by id.

use async_graphql::Context;

use super::Session;

/// A page of this many rows is taken to hold more flows than are read by id.
const ROWS_OF_MANY_FLOWS: usize = 10;

/// What an operation may have to call at this API before any row is there: onboards, the account, the flows, and whether
/// it answers. Where the budget is less, nothing that might be spared takes the place of what is needed.
const RESERVE: usize = 4;

/// Where in a page its rows are selected.
const ROWS: [&[&str]; 2] = [&["nodes"], &["edges", "node"]];

impl Session {
    /// Starts what the rows of a page without filter and cursors will want.
    pub(super) fn start_for_page(&self, ctx: &Context<'_>, rows: usize) {
        let is_wanted = |field| ROWS.iter().any(|path| selects(ctx, path, field));
        if self.may_start("account") && is_wanted("account") {
            self.loaders.start_account();
        }
        if rows >= ROWS_OF_MANY_FLOWS && self.may_start("flow") && is_wanted("flow") {
            self.loaders.start_flows();
        }
    }

    /// Starts what an onboard will want.
    pub(super) fn start_for_onboard(&self, ctx: &Context<'_>) {
        if self.may_start("account") && selects(ctx, &[], "account") {
            self.loaders.start_account();
        }
    }

    /// Starts what the account will want.
    pub(super) fn start_for_account(&self, ctx: &Context<'_>) {
        if self.may_start("onboards") && selects(ctx, &[], "onboards") {
            self.loaders.start_onboards();
        }
    }

    fn may_start(&self, field: &str) -> bool {
        self.check(field).is_ok() && self.loaders.has_left(RESERVE)
    }
}

/// Whether a field is selected at the end of a path below the field that is being resolved, under whatever alias.
fn selects(ctx: &Context<'_>, path: &[&str], field: &str) -> bool {
    path.iter().fold(ctx.look_ahead(), |selected, step| selected.field(step)).field(field).exists()
}
