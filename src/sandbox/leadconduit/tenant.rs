//! One account and all that belongs to it.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::record::Record;

#[derive(Debug, Serialize)]
pub(super) struct Tenant {
    pub(super) account: Record,
    pub(super) onboards: Vec<Record>,
    pub(super) connections: Vec<Link>,
    /// None where the plan has no flows.
    pub(super) flows: Option<Vec<Record>>,
    pub(super) entities: Vec<Record>,
    pub(super) invited: Vec<Invited>,
    #[serde(skip)]
    pub(super) mint: Mint,
}

/// A connection with another account, and what only the server knows of it.
#[derive(Debug, Serialize)]
pub(super) struct Link {
    /// What `GET /connections/{id}` shows.
    pub(super) body: Record,
    /// The flow through which leads come over this connection.
    pub(super) flow_id: String,
    /// How often the buyer's delivery was set up; it can be once, and a link with one is set up already.
    pub(super) set_ups: u32,
}

impl Link {
    /// A connection answers to its own id, to the other account's single-sign-on id, and to the invitation it came from.
    pub(super) fn answers_to(&self, id: &str) -> bool {
        let sso_id = self.body.given("connected_account");
        let sso_id = sso_id.and_then(|account| account.get("sso_id")?.as_str());
        self.body.refers_to("id", id)
            || self.body.refers_to("invitation_id", id)
            || sso_id.is_some_and(|sso_id| sso_id.eq_ignore_ascii_case(id))
    }
}

/// An invitation that was sent: the address is no member of the entity that it made.
#[derive(Debug, Serialize)]
pub(super) struct Invited {
    pub(super) email: String,
    pub(super) as_a: Side,
    pub(super) entity_id: String,
}

/// What somebody is invited to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Side {
    /// Sends leads to this account.
    Source,
    /// Gets leads from this account.
    Recipient,
}

/// New ids, and a clock that moves a second with every look at it: the same calls give the same records in every run.
#[derive(Debug)]
pub(super) struct Mint {
    family: &'static str,
    ids: u32,
    now: Timestamp,
}

impl Mint {
    /// The family is the first 18 of an id's 24 digits.
    pub(super) fn new(family: &'static str, now: Timestamp) -> Self {
        let ids = 0;
        Self { family, ids, now }
    }

    pub(super) fn id(&mut self) -> String {
        self.ids += 1;
        format!("{}{:06x}", self.family, self.ids)
    }

    pub(super) fn now(&mut self) -> String {
        self.now = self.now.checked_add(SignedDuration::from_secs(1)).unwrap_or(self.now);
        self.now.to_string()
    }

    /// When an invitation that is sent now ends.
    pub(super) fn in_two_weeks(&self) -> String {
        let end = self.now.checked_add(SignedDuration::from_hours(14 * 24));
        end.unwrap_or(self.now).to_string()
    }
}
