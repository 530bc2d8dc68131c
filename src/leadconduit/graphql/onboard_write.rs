//! The writes to onboards, each as what is particular to it.

use std::sync::Arc;

use super::input::{OnboardCreateInput, nothing_to_change};
use crate::advance::{Look, Write};
use crate::error::Error;
use crate::error::user::UserError;
use crate::leadconduit::model::{Onboard, OnboardAction, OnboardChange, OnboardLifecycle, OnboardStatus};
use crate::leadconduit::rest::{Client, Whole};
use crate::leadconduit::rules::OnboardFacts;
use crate::scalar::ObjectId;
use crate::transition::{Lifecycle, Permit, mutation_for, permit, permit_creation, target_of};
use crate::upstream::Setback;

/// A new onboard for an invitation.
pub(super) struct OnboardCreation {
    pub(super) client: Client,
    pub(super) input: OnboardCreateInput,
}

impl OnboardCreation {
    async fn of_invitation(&self) -> Result<Vec<Onboard>, Error> {
        let all = self.client.list_onboards_afresh().await?.into_iter().map(|whole| whole.record);
        Ok(all.filter(|onboard| onboard.invitation_id == Some(self.input.invitation_id)).collect())
    }
}

impl Write for OnboardCreation {
    type Record = Arc<Onboard>;
    /// The onboards that the invitation has already: a new one is told from them.
    type Before = Vec<ObjectId>;
    type Permit = Permit<OnboardLifecycle>;

    const NAMED_BY: &'static [&'static str] = &["input", "invitationId"];

    fn mutation(&self) -> &'static str {
        "onboardCreate"
    }

    fn subject(&self) -> String {
        format!("invitation_{}", self.input.invitation_id)
    }

    fn is_repeatable(&self) -> bool {
        false
    }

    async fn read(&self) -> Result<Option<Vec<ObjectId>>, Error> {
        Ok(Some(self.of_invitation().await?.into_iter().map(|onboard| onboard.object_id).collect()))
    }

    fn permit(&self, _: &Vec<ObjectId>) -> Result<Self::Permit, Vec<UserError>> {
        let facts = OnboardFacts {
            status: OnboardStatus::Unrecognized,
            invitation_id: Some(self.input.invitation_id),
            connection_id: None,
            flow_id: self.input.flow_id,
        };
        permit_creation(&facts, "CREATE").map_err(|refusal| vec![refusal.into()])
    }

    async fn perform(&self, permit: Self::Permit, _: &Vec<ObjectId>) -> Result<Arc<Onboard>, Setback> {
        self.client.create_onboard(permit, self.input.invitation_id, self.input.flow_id).await.map(Arc::new)
    }

    async fn look(&self, before: &Vec<ObjectId>) -> Result<Look<Arc<Onboard>>, Error> {
        let created = self.of_invitation().await?.into_iter().find(|onboard| !before.contains(&onboard.object_id));
        Ok(created.map_or(Look::NotDone(None), |onboard| Look::Done(Arc::new(onboard))))
    }

    fn shown(&self, _: &Vec<ObjectId>) -> Option<Arc<Onboard>> {
        None
    }

    fn to(&self, onboard: &Arc<Onboard>) -> Option<String> {
        Some(OnboardLifecycle::state_name(onboard.status).to_owned())
    }
}

/// A move of an onboard that exists.
pub(super) struct OnboardMove {
    pub(super) client: Client,
    pub(super) id: ObjectId,
    pub(super) action: OnboardAction,
    pub(super) change: OnboardChange,
}

impl OnboardMove {
    async fn find_afresh(&self) -> Result<Option<Whole<Onboard>>, Error> {
        let all = self.client.list_onboards_afresh().await?;
        Ok(all.into_iter().find(|whole| whole.record.object_id == self.id))
    }

    /// The onboard as it would be, which is what the rules are asked about.
    fn facts(&self, onboard: &Onboard) -> OnboardFacts {
        OnboardFacts {
            status: onboard.status,
            invitation_id: self.change.invitation_id.or(onboard.invitation_id),
            connection_id: self.change.connection_id.unwrap_or(onboard.connection_id),
            flow_id: self.change.flow_id.unwrap_or(onboard.flow_id),
        }
    }

    fn holds_the_ids(&self, onboard: &Onboard) -> bool {
        let is = |asked: Option<ObjectId>, held| asked.is_none() || asked == held;
        is(self.change.invitation_id, onboard.invitation_id)
            && is(self.change.account_id, onboard.account_id)
            && self.change.connection_id.is_none_or(|asked| asked == onboard.connection_id)
            && self.change.flow_id.is_none_or(|asked| asked == onboard.flow_id)
    }

    fn has_arrived(&self, onboard: &Onboard) -> bool {
        self.target().is_none_or(|target| target == onboard.status)
    }

    fn target(&self) -> Option<OnboardStatus> {
        target_of::<OnboardLifecycle>(self.action)
    }
}

impl Write for OnboardMove {
    type Record = Arc<Onboard>;
    type Before = Whole<Onboard>;
    type Permit = Permit<OnboardLifecycle>;

    fn mutation(&self) -> &'static str {
        mutation_for::<OnboardLifecycle>(self.action)
    }

    fn subject(&self) -> String {
        Onboard::global_id(self.id).0
    }

    /// A completion sets up the buyer delivery of its link, which other onboards and the link itself lead to as well.
    fn wider_lock(&self) -> Option<String> {
        (self.action == OnboardAction::Complete).then(|| buyer_delivery(&self.client))
    }

    /// A completion whose answer is late may still be running, and its status says nothing of it until it is done.
    fn is_repeatable(&self) -> bool {
        self.action != OnboardAction::Complete
    }

    async fn read(&self) -> Result<Option<Whole<Onboard>>, Error> {
        self.find_afresh().await
    }

    fn permit(&self, before: &Whole<Onboard>) -> Result<Self::Permit, Vec<UserError>> {
        let permit =
            permit(self.id, &self.facts(&before.record), self.action).map_err(|refusal| vec![refusal.into()])?;
        let is_idle = self.target().is_none() && self.change.is_empty();
        if is_idle { Err(vec![nothing_to_change()]) } else { Ok(permit) }
    }

    async fn perform(&self, permit: Self::Permit, before: &Whole<Onboard>) -> Result<Arc<Onboard>, Setback> {
        self.client.put_onboard(permit, before, &self.change).await.map(Arc::new)
    }

    /// A status that is another one now was changed by this write: nobody else of this gateway may write meanwhile.
    async fn look(&self, before: &Whole<Onboard>) -> Result<Look<Arc<Onboard>>, Error> {
        let now = self.find_afresh().await?.map(|whole| Arc::new(whole.record));
        Ok(Look::at(now, |now| match self.target() {
            Some(_) => now.status != before.record.status,
            None => self.holds_the_ids(now),
        }))
    }

    fn shown(&self, before: &Whole<Onboard>) -> Option<Arc<Onboard>> {
        Some(Arc::new(before.record.clone()))
    }

    /// A success of the request is none of the set-up: the status that came back tells.
    fn judge(&self, onboard: &Arc<Onboard>) -> Vec<UserError> {
        if self.has_arrived(onboard) && self.holds_the_ids(onboard) {
            return Vec::new();
        }
        let status = OnboardLifecycle::state_name(onboard.status);
        let seen = match onboard.status {
            OnboardStatus::Failed => {
                return vec![UserError::upstream_refused(200, Some(format!("the onboard is {status} now")))];
            }
            _ if self.has_arrived(onboard) => "does not hold what was asked for".to_owned(),
            _ => format!("reads {status}"),
        };
        // Whether what was asked for is still to come, the vendor does not say.
        let message = format!("The upstream accepted the move, and the onboard {seen}.");
        vec![UserError::outcome_unknown(message, self.is_repeatable())]
    }

    fn from(&self, before: &Whole<Onboard>) -> Option<String> {
        Some(OnboardLifecycle::state_name(before.record.status).to_owned())
    }

    fn to(&self, onboard: &Arc<Onboard>) -> Option<String> {
        Some(OnboardLifecycle::state_name(onboard.status).to_owned())
    }
}

/// What is locked by every write that may set up a buyer delivery: it edits flows that other links use as well.
pub(super) fn buyer_delivery(client: &Client) -> String {
    format!("buyer_delivery_of_{}", client.scope())
}
