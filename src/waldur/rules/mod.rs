//! What may follow what in a verification's life, and which answers fit which questions. Rules, and nothing that reads them.

mod answers;
mod verification;

pub(crate) use answers::{Misfit, fitted};
pub(crate) use verification::{CREATE, START, START_MANUAL, VerificationFacts};
