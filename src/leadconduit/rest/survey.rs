//! What is known of each kind of record, and the reads by which that is held against the API: as few as there can be, and
//! nothing but reads.

use serde_json::Value;

use super::body::{AccountBody, FlowBody, LinkBody, OnboardBody};
use super::{Answer, Client};
use crate::drift::{Contract, Form, Given, Look, Seen};
use crate::scalar::ObjectId;
use crate::upstream::Call;

/// The status is any text; one page of the vendor's names a word that says no more than completed does.
const ONBOARD: Contract = Contract::of::<OnboardBody>("onboard")
    .always(&["$.id", "$.invitation_id"])
    .passing_over_words(&[("$.status", "completed_flows_sync")]);

/// The secrets are documented, and end with the bytes of the answer.
const ACCOUNT: Contract = Contract::of::<AccountBody>("account").always(&["$.id"]).passing_over(&[
    "$.api_key",
    "$.keen_read_api_key",
    "$.keen_write_api_key",
]);

const LINK: Contract = Contract::of::<LinkBody>("link").always(&["$.id"]);

/// Of a flow the API documents no more than what is read, and its body is large.
const FLOW: Contract = Contract::of::<FlowBody>("flow").always(&["$.id"]).passing_over(&["$.*"]);

/// All that is known of this API's records.
pub(crate) const CONTRACTS: &[Contract] = &[ONBOARD, ACCOUNT, FLOW, LINK];

/// How many ids are tried before a kind is given up.
const MOST_TRIES: usize = 3;

impl Client {
    /// Reads one record of each kind; the onboards, which are one list, lead to the others.
    pub(crate) async fn survey(&self, _: &Given) -> Vec<Look> {
        let (onboard, onboards) = self.access.survey(Call::get("/onboards", &[]), &ONBOARD, Form::List, never).await;
        let (account, _) = self.access.survey(Call::get("/account", &[]), &ACCOUNT, Form::Record, never).await;
        let flow = self.survey_one("/flows/{id}", &FLOW, ids(&onboards, "flow_id")).await;
        let links = ids(&onboards, "connection_id").chain(ids(&onboards, "invitation_id"));
        let link = self.survey_one("/connections/{id}", &LINK, links).await;
        vec![onboard, account, flow, link]
    }

    async fn survey_one(&self, route: &'static str, contract: &Contract, ids: impl Iterator<Item = ObjectId>) -> Look {
        let mut look = Look::nothing(contract, "no onboard points at one");
        for id in ids.take(MOST_TRIES) {
            look = self.access.survey(Call::get(route, &[&id]), contract, Form::Record, gone).await.0;
            if !matches!(look.seen, Seen::Nothing { .. }) {
                break;
            }
        }
        look
    }
}

/// The ids of that name that the onboards hold, each once.
fn ids<'a>(onboards: &'a Value, member: &'static str) -> impl Iterator<Item = ObjectId> + use<'a> {
    let mut seen = Vec::new();
    let ids = onboards
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(move |onboard| onboard.get(member)?.as_str()?.parse().ok());
    ids.filter(move |id| {
        let is_new = !seen.contains(id);
        seen.push(*id);
        is_new
    })
}

fn never(_: &Answer) -> Option<String> {
    None
}

fn gone(answer: &Answer) -> Option<String> {
    answer.is_not_found().then(|| "none is found by the ids that the onboards hold".to_owned())
}
