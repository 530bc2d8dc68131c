//! Who may write when: one write at a time for a record, and once for an idempotency key.
//!
//! All of it lives in the process. Other replicas have to be asked besides.

mod ledger;
mod locks;

pub(crate) use ledger::{Entry, Ledger, Outcome};
pub(crate) use locks::{Locks, PATIENCE};
