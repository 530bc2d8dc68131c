//! What is known of a lead, and the read by which that is held against the API.

use super::{Client, LeadBody};
use crate::drift::{Contract, Form, Given, Look};
use crate::scalar::Uuid;
use crate::upstream::Answer;

/// A lead. All of its members are always there.
const LEAD: Contract = Contract::of::<LeadBody>("lead").always(&["$.id", "$.status", "$.requestedAmount"]);

/// All that is known of this API's records.
pub(crate) const CONTRACTS: &[Contract] = &[LEAD];

impl Client {
    /// Reads a lead, where it is known which: there is no list of them.
    pub(crate) async fn survey(&self, given: &Given) -> Vec<Look> {
        let Some(id) = given.find::<Uuid>(&LEAD) else {
            return vec![Look::nothing(&LEAD, "leads are found by their id alone, and none was given")];
        };
        vec![self.access.survey(self.read(id), &LEAD, Form::Record, no_lead).await.0]
    }
}

fn no_lead(answer: &Answer) -> Option<String> {
    answer.is_not_found().then(|| "there is no lead of the id that was given".to_owned())
}
