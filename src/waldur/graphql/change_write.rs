//! The writes to what a verification says, and its deletion, as what is particular to them.

use std::sync::Arc;

use async_graphql::ID;

use super::input::problems;
use crate::advance::{Look, Write};
use crate::error::Error;
use crate::error::user::UserError;
use crate::scalar::Uuid;
use crate::transition::{Lifecycle, Permit, permit};
use crate::upstream::Setback;
use crate::waldur::model::{Verification, VerificationAction, VerificationChange, VerificationLifecycle};
use crate::waldur::rest::Client;
use crate::waldur::rules::VerificationFacts;

type Permitted = Permit<VerificationLifecycle>;

/// A change of some members, or a replacement of the whole.
pub(super) struct ChangeWrite {
    pub(super) client: Client,
    pub(super) id: Uuid,
    /// REPLACE or UPDATE.
    pub(super) action: VerificationAction,
    pub(super) change: VerificationChange,
}

impl ChangeWrite {
    fn is_replacement(&self) -> bool {
        self.action == VerificationAction::Replace
    }

    fn is_said_by(&self, verification: &Verification) -> bool {
        let is = |asked: &Option<String>, said: &Option<String>| {
            asked.as_ref().is_none_or(|asked| asked == said.as_deref().unwrap_or_default())
        };
        is(&self.change.country, &verification.country)
            && is(&self.change.legal_person_identifier, &verification.legal_person_identifier)
            && is(&self.change.legal_name, &verification.legal_name)
            && self.change.expires_at.is_none_or(|asked| asked == verification.expires_at)
    }
}

impl Write for ChangeWrite {
    type Record = Arc<Verification>;
    type Before = Verification;
    type Permit = Permitted;

    fn mutation(&self) -> &'static str {
        if self.is_replacement() { "verificationReplace" } else { "verificationUpdate" }
    }

    fn subject(&self) -> String {
        Verification::global_id(self.id).0
    }

    async fn read(&self) -> Result<Option<Verification>, Error> {
        self.client.fetch_verification_afresh(self.id).await
    }

    fn permit(&self, before: &Verification) -> Result<Permitted, Vec<UserError>> {
        let permit = permit(self.id, &VerificationFacts::new(before, &[]), self.action);
        let permit = permit.map_err(|refusal| vec![refusal.into()])?;
        let mut problems = problems(&self.change);
        if self.change.is_empty() {
            problems.push(UserError::invalid(&["input"], "The input names nothing to change."));
        }
        if problems.is_empty() { Ok(permit) } else { Err(problems) }
    }

    async fn perform(&self, permit: Permitted, _: &Verification) -> Result<Arc<Verification>, Setback> {
        let changed = if self.is_replacement() {
            self.client.replace(permit, &self.change).await
        } else {
            self.client.update(permit, &self.change).await
        };
        changed.map(Arc::new)
    }

    /// The user that a verification is given to is not read, and to him alone it may be visible: of a change of nothing
    /// else, and of a verification that is out of sight now, one cannot tell.
    async fn look(&self, _: &Verification) -> Result<Look<Arc<Verification>>, Error> {
        let now = self.client.fetch_verification_afresh(self.id).await?.map(Arc::new);
        let is_hidden = now.is_none() || VerificationChange { user_id: None, ..self.change.clone() }.is_empty();
        if self.change.user_id.is_some() && is_hidden {
            return Ok(Look::Untold(now));
        }
        Ok(Look::at(now, |now| self.is_said_by(now)))
    }

    fn shown(&self, before: &Verification) -> Option<Arc<Verification>> {
        Some(Arc::new(before.clone()))
    }

    fn from(&self, before: &Verification) -> Option<String> {
        Some(VerificationLifecycle::state_name(before.status).to_owned())
    }

    fn to(&self, verification: &Arc<Verification>) -> Option<String> {
        Some(VerificationLifecycle::state_name(verification.status).to_owned())
    }
}

/// The end of a verification.
pub(super) struct Deletion {
    pub(super) client: Client,
    pub(super) id: Uuid,
}

impl Write for Deletion {
    type Record = ID;
    type Before = Verification;
    type Permit = Permitted;

    fn mutation(&self) -> &'static str {
        "verificationDelete"
    }

    fn subject(&self) -> String {
        Verification::global_id(self.id).0
    }

    async fn read(&self) -> Result<Option<Verification>, Error> {
        self.client.fetch_verification_afresh(self.id).await
    }

    fn permit(&self, before: &Verification) -> Result<Permitted, Vec<UserError>> {
        let permit = permit(self.id, &VerificationFacts::new(before, &[]), VerificationAction::Delete);
        permit.map_err(|refusal| vec![refusal.into()])
    }

    async fn perform(&self, permit: Permitted, _: &Verification) -> Result<ID, Setback> {
        self.client.delete(permit).await.map(|()| Verification::global_id(self.id))
    }

    async fn look(&self, _: &Verification) -> Result<Look<ID>, Error> {
        let is_gone = self.client.fetch_verification_afresh(self.id).await?.is_none();
        Ok(if is_gone { Look::Done(Verification::global_id(self.id)) } else { Look::NotDone(None) })
    }

    fn shown(&self, _: &Verification) -> Option<ID> {
        None
    }

    fn from(&self, before: &Verification) -> Option<String> {
        Some(VerificationLifecycle::state_name(before.status).to_owned())
    }
}
