//! What a client may do with leads.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};

use super::input::{
    LeadContactInput, LeadDisqualifyInput, LeadFundInput, LeadQualifyInput, LeadReviewInput, LeadWithdrawInput,
};
use super::write::LeadMove;
use super::{Found, session};
use crate::advance::{Settled, Terms, advance, payload};
use crate::connect::model::{LEAD, Lead, LeadAction, StageDetails};
use crate::error::Error;
use crate::node::read_id;

/// The mutations of this slice.
#[derive(Default)]
pub struct Mutation;

/// Moves of leads.
#[Object(name = "LeadMutation")]
impl Mutation {
    /// Says that a lead was looked at: MATCHED becomes REVIEWED.
    async fn lead_review(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id, or the upstream's own id.")] id: ID,
        #[graphql(desc = "What goes with it.")] input: Option<LeadReviewInput>,
        #[graphql(desc = "Say what would happen, and write nothing.", default_with = "Some(false)")] dry_run: Option<
            bool,
        >,
        #[graphql(desc = "A text of your own, 1 to 255 bytes: the same text and input is done once, within 24 hours.")]
        idempotency_key: Option<String>,
    ) -> Found<LeadReviewPayload> {
        let details = input.map(Into::into).unwrap_or_default();
        let terms = Terms::new(dry_run, idempotency_key);
        Some(move_lead(ctx, &id, LeadAction::Review, details, terms).await.map(Into::into))
    }

    /// Says that the applicant was spoken to: MATCHED or REVIEWED becomes CONTACTED.
    async fn lead_contact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id, or the upstream's own id.")] id: ID,
        #[graphql(desc = "What goes with it.")] input: Option<LeadContactInput>,
        #[graphql(desc = "Say what would happen, and write nothing.", default_with = "Some(false)")] dry_run: Option<
            bool,
        >,
        #[graphql(desc = "A text of your own, 1 to 255 bytes: the same text and input is done once, within 24 hours.")]
        idempotency_key: Option<String>,
    ) -> Found<LeadContactPayload> {
        let details = input.map(Into::into).unwrap_or_default();
        let terms = Terms::new(dry_run, idempotency_key);
        Some(move_lead(ctx, &id, LeadAction::Contact, details, terms).await.map(Into::into))
    }

    /// Says that the applicant qualifies: MATCHED, REVIEWED or CONTACTED becomes QUALIFIED.
    async fn lead_qualify(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id, or the upstream's own id.")] id: ID,
        #[graphql(desc = "What goes with it.")] input: Option<LeadQualifyInput>,
        #[graphql(desc = "Say what would happen, and write nothing.", default_with = "Some(false)")] dry_run: Option<
            bool,
        >,
        #[graphql(desc = "A text of your own, 1 to 255 bytes: the same text and input is done once, within 24 hours.")]
        idempotency_key: Option<String>,
    ) -> Found<LeadQualifyPayload> {
        let details = input.map(Into::into).unwrap_or_default();
        let terms = Terms::new(dry_run, idempotency_key);
        Some(move_lead(ctx, &id, LeadAction::Qualify, details, terms).await.map(Into::into))
    }

    /// Says that the funding was paid out: every stage from MATCHED to QUALIFIED becomes FUNDED, which is final.
    async fn lead_fund(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id, or the upstream's own id.")] id: ID,
        #[graphql(desc = "The funding.")] input: LeadFundInput,
        #[graphql(desc = "Say what would happen, and write nothing.", default_with = "Some(false)")] dry_run: Option<
            bool,
        >,
        #[graphql(desc = "A text of your own, 1 to 255 bytes: the same text and input is done once, within 24 hours.")]
        idempotency_key: Option<String>,
    ) -> Found<LeadFundPayload> {
        let details = input.into();
        let terms = Terms::new(dry_run, idempotency_key);
        Some(move_lead(ctx, &id, LeadAction::Fund, details, terms).await.map(Into::into))
    }

    /// Turns the applicant down: every stage from MATCHED to QUALIFIED becomes DISQUALIFIED, which is final.
    async fn lead_disqualify(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id, or the upstream's own id.")] id: ID,
        #[graphql(desc = "The reason.")] input: LeadDisqualifyInput,
        #[graphql(desc = "Say what would happen, and write nothing.", default_with = "Some(false)")] dry_run: Option<
            bool,
        >,
        #[graphql(desc = "A text of your own, 1 to 255 bytes: the same text and input is done once, within 24 hours.")]
        idempotency_key: Option<String>,
    ) -> Found<LeadDisqualifyPayload> {
        let details = input.into();
        let terms = Terms::new(dry_run, idempotency_key);
        Some(move_lead(ctx, &id, LeadAction::Disqualify, details, terms).await.map(Into::into))
    }

    /// Says that the applicant left: every stage from MATCHED to QUALIFIED becomes WITHDRAWN, which is final.
    async fn lead_withdraw(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id, or the upstream's own id.")] id: ID,
        #[graphql(desc = "The reason.")] input: LeadWithdrawInput,
        #[graphql(desc = "Say what would happen, and write nothing.", default_with = "Some(false)")] dry_run: Option<
            bool,
        >,
        #[graphql(desc = "A text of your own, 1 to 255 bytes: the same text and input is done once, within 24 hours.")]
        idempotency_key: Option<String>,
    ) -> Found<LeadWithdrawPayload> {
        let details = input.into();
        let terms = Terms::new(dry_run, idempotency_key);
        Some(move_lead(ctx, &id, LeadAction::Withdraw, details, terms).await.map(Into::into))
    }
}

async fn move_lead(
    ctx: &Context<'_>,
    id: &str,
    action: LeadAction,
    details: StageDetails,
    terms: Terms,
) -> Result<Settled<Arc<Lead>>, Error> {
    let session = session(ctx)?;
    let id = read_id("id", LEAD, id)?;
    let settled = advance(ctx, LeadMove { client: session.client.clone(), id, action, details }, terms).await;
    // What this request has read before is older than what was written.
    session.loaders.forget();
    settled
}

payload! {
    /// What became of a review.
    LeadReviewPayload {
        /// The lead as it is now.
        lead: Arc<Lead>
    }
}

payload! {
    /// What became of a contact.
    LeadContactPayload {
        /// The lead as it is now.
        lead: Arc<Lead>
    }
}

payload! {
    /// What became of a qualification.
    LeadQualifyPayload {
        /// The lead as it is now.
        lead: Arc<Lead>
    }
}

payload! {
    /// What became of a funding.
    LeadFundPayload {
        /// The lead as it is now.
        lead: Arc<Lead>
    }
}

payload! {
    /// What became of a disqualification.
    LeadDisqualifyPayload {
        /// The lead as it is now.
        lead: Arc<Lead>
    }
}

payload! {
    /// What became of a withdrawal.
    LeadWithdrawPayload {
        /// The lead as it is now.
        lead: Arc<Lead>
    }
}
