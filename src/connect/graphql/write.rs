//! A move of a lead, as what is particular to it.

use std::sync::Arc;

use super::input::{given, problems};
use crate::advance::{Look, Write};
use crate::connect::model::{Lead, LeadAction, LeadLifecycle, StageDetails};
use crate::connect::rest::Client;
use crate::connect::rules::LeadFacts;
use crate::error::Error;
use crate::error::user::UserError;
use crate::scalar::Uuid;
use crate::transition::{Lifecycle, Permit, mutation_for, permit, target_of};
use crate::upstream::Setback;

/// A move of a lead to another stage.
pub(super) struct LeadMove {
    pub(super) client: Client,
    pub(super) id: Uuid,
    pub(super) action: LeadAction,
    pub(super) details: StageDetails,
}

impl Write for LeadMove {
    type Record = Arc<Lead>;
    type Before = Lead;
    type Permit = Permit<LeadLifecycle>;

    fn mutation(&self) -> &'static str {
        mutation_for::<LeadLifecycle>(self.action)
    }

    fn subject(&self) -> String {
        Lead::global_id(self.id).0
    }

    async fn read(&self) -> Result<Option<Lead>, Error> {
        self.client.fetch_lead_afresh(self.id).await
    }

    fn permit(&self, before: &Lead) -> Result<Self::Permit, Vec<UserError>> {
        let facts = LeadFacts { stage: before.stage, given: given(&self.details) };
        let permit = permit(self.id, &facts, self.action).map_err(|refusal| vec![refusal.into()])?;
        let problems = problems(&self.details);
        if problems.is_empty() { Ok(permit) } else { Err(problems) }
    }

    /// The answer holds nothing, so the lead is read again.
    async fn perform(&self, permit: Self::Permit, _: &Lead) -> Result<Arc<Lead>, Setback> {
        self.client.set_stage(permit, &self.details).await?;
        self.client.read_back_lead(self.id).await.map(Arc::new).map_err(Setback::Unread)
    }

    async fn look(&self, before: &Lead) -> Result<Look<Arc<Lead>>, Error> {
        let now = self.client.fetch_lead_afresh(self.id).await?.map(Arc::new);
        Ok(Look::at(now, |now| now.stage != before.stage))
    }

    fn shown(&self, before: &Lead) -> Option<Arc<Lead>> {
        Some(Arc::new(before.clone()))
    }

    /// The request was answered with a success, and the lead as it is read tells whether it has moved.
    fn judge(&self, lead: &Arc<Lead>) -> Vec<UserError> {
        if target_of::<LeadLifecycle>(self.action) == Some(lead.stage) {
            return Vec::new();
        }
        let stage = LeadLifecycle::state_name(lead.stage);
        vec![UserError::outcome_unknown(format!("The upstream accepted the move, and the lead reads {stage}."), true)]
    }

    fn from(&self, before: &Lead) -> Option<String> {
        Some(LeadLifecycle::state_name(before.stage).to_owned())
    }

    fn to(&self, lead: &Arc<Lead>) -> Option<String> {
        Some(LeadLifecycle::state_name(lead.stage).to_owned())
    }
}
