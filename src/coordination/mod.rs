//! Who may write when: one write at a time for a record, and once for an idempotency key.
//!
//! All of it lives in the process. What is said here is what a shared store has to say too.

mod ledger;
mod locks;

pub(crate) use ledger::{Entry, Ledger, Outcome};
pub(crate) use locks::Locks;
