//! What may follow what: the lives of onboards and links, and the account's guards. Tables, and nothing that reads them.

mod account;
mod link;
mod onboard;

pub(crate) use account::{AccountBreach, AccountPermit, permit_account};
pub(crate) use link::LinkFacts;
pub(crate) use onboard::OnboardFacts;
