//! A verification, and the nineteen members that the server always shows of one.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::checklist::Checklist;
use super::completion::Completion;
use super::mint::Mint;
use super::moment;
use super::register::Finding;

/// Where a verification stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Made, not validated.
    Pending,
    /// May become a customer.
    Verified,
    /// Staff rejected the justification.
    Failed,
    /// Needs staff.
    Escalated,
    /// Ran out before anything came of it.
    Expired,
}

impl Status {
    /// The word on the wire.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Verified => "verified",
            Self::Failed => "failed",
            Self::Escalated => "escalated",
            Self::Expired => "expired",
        }
    }
}

/// One verification. Texts are empty, never absent.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) uuid: Uuid,
    pub(super) user: u64,
    pub(super) country: String,
    pub(super) identifier: String,
    pub(super) name: String,
    pub(super) status: Status,
    pub(super) finding: Finding,
    pub(super) error: Complaint,
    pub(super) validated_at: Option<Timestamp>,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) customer: Option<u64>,
    pub(super) created: Timestamp,
    pub(super) modified: Timestamp,
    /// One for each checklist the record ever had: its country may change and change back.
    pub(super) completions: Vec<Completion>,
}

/// The last failure. A later success leaves it standing.
#[derive(Clone, Debug, Default)]
pub(super) struct Complaint {
    pub(super) code: &'static str,
    pub(super) traceback: String,
}

impl Record {
    /// A pending record of `user`.
    pub(super) fn new(uuid: Uuid, user: u64, country: String, at: Timestamp) -> Self {
        Self {
            uuid,
            user,
            country,
            identifier: String::new(),
            name: String::new(),
            status: Status::Pending,
            finding: Finding::default(),
            error: Complaint::default(),
            validated_at: None,
            expires_at: None,
            customer: None,
            created: at,
            modified: at,
            completions: Vec::new(),
        }
    }

    /// The active checklist and how far it has come: made at the first look, saved anew at each.
    pub(super) fn completion<'a>(
        &mut self,
        checklists: &'a [Checklist],
        mint: &mut Mint,
    ) -> Option<(&'a Checklist, &mut Completion)> {
        let checklist = checklists.iter().find(|it| it.country == self.country)?;
        let now = moment::now();
        if !self.completions.iter().any(|it| it.checklist == checklist.uuid) {
            let uuid = mint.draw();
            self.completions.push(Completion {
                uuid,
                checklist: checklist.uuid,
                created: now,
                modified: now,
                answers: Vec::new(),
            });
        }
        let completion = self.completions.iter_mut().find(|it| it.checklist == checklist.uuid)?;
        completion.modified = now;
        Some((checklist, completion))
    }

    /// The record as the server shows it.
    pub(super) fn shown(&mut self, checklists: &[Checklist], mint: &mut Mint) -> Value {
        let (metadata, customer_data) = self.fed(checklists, mint);
        json!({
            "uuid": self.uuid.simple().to_string(),
            "user": self.user,
            "country": self.country,
            "legal_person_identifier": self.identifier,
            "legal_name": self.name,
            "status": self.status.word(),
            "validation_method": self.finding.method,
            "verified_user_roles": self.finding.roles,
            "verified_company_data": self.finding.company,
            "raw_response": self.finding.raw,
            "error_traceback": self.error.traceback,
            "error_message": self.error.code,
            "validated_at": self.validated_at.map(moment::written),
            "expires_at": self.expires_at.map(moment::written),
            "customer": self.customer,
            "onboarding_metadata": metadata,
            "user_submitted_customer_data": customer_data,
            "created": moment::written(self.created),
            "modified": moment::written(self.modified),
        })
    }

    fn fed(&mut self, checklists: &[Checklist], mint: &mut Mint) -> (Map<String, Value>, Map<String, Value>) {
        self.completion(checklists, mint)
            .map(|(checklist, completion)| (completion.metadata(checklist), completion.customer_data(checklist)))
            .unwrap_or_default()
    }

    /// What the sandbox's own page lists.
    pub(super) fn summary(&self) -> Value {
        json!({
            "uuid": self.uuid.simple().to_string(),
            "status": self.status.word(),
            "country": self.country,
            "legal_name": self.name,
            "user": self.user,
            "customer": self.customer,
        })
    }
}
