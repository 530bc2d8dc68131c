//! The writes that make a verification, as what is particular to them.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::advance::{Look, Write};
use crate::error::Error;
use crate::error::user::UserError;
use crate::scalar::DateTime;
use crate::transition::{Lifecycle, Permit, permit_creation};
use crate::upstream::Setback;
use crate::waldur::model::{Applicant, Verification, VerificationChange, VerificationLifecycle, VerificationNeed};
use crate::waldur::rest::Client;
use crate::waldur::rules::{CREATE, START, START_MANUAL, VerificationFacts};

/// Rows among which a new verification is looked for after a lost answer.
const NEWEST: usize = 10;

/// A verification to be made: by an applicant for himself, or in a user's name.
pub(super) struct Creation {
    pub(super) client: Client,
    pub(super) change: VerificationChange,
    pub(super) applicant: Option<Applicant>,
    /// What is wrong with the input as such.
    pub(super) problems: Vec<UserError>,
}

impl Creation {
    /// The name of the rule that permits it.
    fn rule(&self) -> &'static str {
        match &self.applicant {
            None => CREATE,
            Some(applicant) if applicant.is_manual => START_MANUAL,
            Some(_) => START,
        }
    }

    fn facts(&self) -> VerificationFacts {
        let is_said = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
        let all = [
            (VerificationNeed::User, self.change.user_id.is_some()),
            (VerificationNeed::Country, is_said(&self.change.country)),
            (VerificationNeed::LegalPersonIdentifier, is_said(&self.change.legal_person_identifier)),
        ];
        VerificationFacts::to_be(all.into_iter().filter(|(_, is_held)| *is_held).map(|(need, _)| need).collect())
    }

    fn is_of(&self, verification: &Verification) -> bool {
        let said = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        verification.country == self.change.country
            && verification.legal_person_identifier == said(&self.change.legal_person_identifier)
            && verification.legal_name == said(&self.change.legal_name)
    }
}

impl Write for Creation {
    type Record = Arc<Verification>;
    /// When the newest verification was made that there is already, by the upstream's clock.
    type Before = Option<DateTime>;
    type Permit = Permit<VerificationLifecycle>;

    const NAMED_BY: &'static [&'static str] = &["input"];

    fn mutation(&self) -> &'static str {
        if self.applicant.is_some() { "verificationStart" } else { "verificationCreate" }
    }

    /// Tells companies apart without telling their numbers: a Swedish sole trader's is his personal number, and before
    /// the input is checked it may be any text.
    fn subject(&self) -> String {
        let part = |text: &Option<String>| text.clone().unwrap_or_default();
        let company = format!("{}\0{}", part(&self.change.country), part(&self.change.legal_person_identifier));
        let digest = Sha256::digest(company);
        digest.iter().take(8).fold("company_".to_owned(), |name, byte| format!("{name}{byte:02x}"))
    }

    fn is_repeatable(&self) -> bool {
        false
    }

    async fn read(&self) -> Result<Option<Option<DateTime>>, Error> {
        // What is refused for its input costs no call.
        if !self.problems.is_empty() {
            return Ok(Some(None));
        }
        Ok(Some(self.client.list_newest_afresh(1).await?.first().and_then(|newest| newest.created_at)))
    }

    fn permit(&self, _: &Option<DateTime>) -> Result<Self::Permit, Vec<UserError>> {
        if !self.problems.is_empty() {
            return Err(self.problems.clone());
        }
        permit_creation(&self.facts(), self.rule()).map_err(|refusal| vec![refusal.into()])
    }

    async fn perform(&self, permit: Self::Permit, _: &Option<DateTime>) -> Result<Arc<Verification>, Setback> {
        let made = match &self.applicant {
            Some(applicant) => self.client.start(permit, &self.change, applicant).await,
            None => self.client.create(permit, &self.change).await,
        };
        made.map(Arc::new)
    }

    /// One of the newest that says the same of a company, and was not there before, is this one. One that was made for
    /// a user may be visible to him alone, so that not to find it says nothing.
    async fn look(&self, before: &Option<DateTime>) -> Result<Look<Arc<Verification>>, Error> {
        let newest = self.client.list_newest_afresh(NEWEST).await?;
        let made =
            newest.into_iter().find(|verification| verification.created_at > *before && self.is_of(verification));
        Ok(match made {
            Some(verification) => Look::Done(Arc::new(verification)),
            None if self.change.user_id.is_some() => Look::Untold(None),
            None => Look::NotDone(None),
        })
    }

    fn shown(&self, _: &Option<DateTime>) -> Option<Arc<Verification>> {
        None
    }

    fn to(&self, verification: &Arc<Verification>) -> Option<String> {
        Some(VerificationLifecycle::state_name(verification.status).to_owned())
    }
}
