//! What a client may do with onboards, links and the account.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};

use super::account_write::{AccountWrite, BuyerDeliveryWrite};
use super::input::{
    AccountUpdateInput, BuyerDeliverySetUpInput, OnboardCreateInput, OnboardStartInput, OnboardUpdateInput,
};
use super::onboard_write::{OnboardCreation, OnboardMove};
use super::payload::{
    AccountUpdatePayload, BuyerDeliverySetUpPayload, OnboardCompletePayload, OnboardCreatePayload, OnboardStartPayload,
    OnboardUpdatePayload,
};
use super::{Found, session};
use crate::advance::{Settled, Terms, advance};
use crate::error::Error;
use crate::leadconduit::model::{ONBOARD, Onboard, OnboardAction, OnboardChange};
use crate::node::read_id;

/// The mutations of this slice.
#[derive(Default)]
pub struct Mutation;

/// Writes of onboards, links and the account.
#[Object(name = "OnboardingMutation")]
impl Mutation {
    /// Makes an onboard from an invitation; its status is CREATED. The same invitation makes another one each time.
    async fn onboard_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is made from.")] input: OnboardCreateInput,
        #[graphql(desc = "Say what would happen, and write nothing.", default_with = "Some(false)")] dry_run: Option<
            bool,
        >,
        #[graphql(desc = "A text of your own, 1 to 255 bytes: the same text and input is done once, within 24 hours.")]
        idempotency_key: Option<String>,
    ) -> Found<OnboardCreatePayload> {
        let terms = Terms::new(dry_run, idempotency_key);
        let settled = async {
            let session = session(ctx)?;
            let settled = advance(ctx, OnboardCreation { client: session.client.clone(), input }, terms).await;
            session.loaders.forget();
            settled
        };
        Some(settled.await.map(Into::into))
    }

    /// Changes the ids that an onboard holds. Open while it is CREATED, IN_PROGRESS or FAILED.
    async fn onboard_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id, or the upstream's own id.")] id: ID,
        #[graphql(desc = "The ids that it is to hold.")] input: OnboardUpdateInput,
        #[graphql(desc = "Say what would happen, and write nothing.", default_with = "Some(false)")] dry_run: Option<
            bool,
        >,
        #[graphql(desc = "A text of your own, 1 to 255 bytes: the same text and input is done once, within 24 hours.")]
        idempotency_key: Option<String>,
    ) -> Found<OnboardUpdatePayload> {
        let terms = Terms::new(dry_run, idempotency_key);
        Some(move_onboard(ctx, &id, OnboardAction::Update, input.into(), terms).await.map(Into::into))
    }

    /// Sends the user's flow and begins: CREATED or FAILED becomes IN_PROGRESS. The flow is the input's, or the one that
    /// the onboard holds already.
    async fn onboard_start(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id, or the upstream's own id.")] id: ID,
        #[graphql(desc = "What it needs to start.")] input: Option<OnboardStartInput>,
        #[graphql(desc = "Say what would happen, and write nothing.", default_with = "Some(false)")] dry_run: Option<
            bool,
        >,
        #[graphql(desc = "A text of your own, 1 to 255 bytes: the same text and input is done once, within 24 hours.")]
        idempotency_key: Option<String>,
    ) -> Found<OnboardStartPayload> {
        let terms = Terms::new(dry_run, idempotency_key);
        let change =
            OnboardChange { flow_id: input.and_then(|input| input.flow_id).map(Some), ..OnboardChange::default() };
        Some(move_onboard(ctx, &id, OnboardAction::Start, change, terms).await.map(Into::into))
    }

    /// Runs the buyer delivery set-up: IN_PROGRESS becomes COMPLETED, or FAILED where the set-up meets an error. It edits
    /// flows and sends e-mails to the seller's users, once, and cannot be undone.
    async fn onboard_complete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id, or the upstream's own id.")] id: ID,
        #[graphql(desc = "Say what would happen, and write nothing.", default_with = "Some(false)")] dry_run: Option<
            bool,
        >,
        #[graphql(desc = "A text of your own, 1 to 255 bytes: the same text and input is done once, within 24 hours.")]
        idempotency_key: Option<String>,
    ) -> Found<OnboardCompletePayload> {
        let terms = Terms::new(dry_run, idempotency_key);
        let change = OnboardChange::default();
        Some(move_onboard(ctx, &id, OnboardAction::Complete, change, terms).await.map(Into::into))
    }

    /// Runs the buyer delivery set-up by itself, for a link that no onboard has completed. It edits flows and sends
    /// e-mails, and nothing that can be read tells afterwards whether it has run.
    async fn buyer_delivery_set_up(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which link, and by which flow.")] input: BuyerDeliverySetUpInput,
        #[graphql(desc = "Say what would happen, and write nothing.", default_with = "Some(false)")] dry_run: Option<
            bool,
        >,
        #[graphql(desc = "A text of your own, 1 to 255 bytes: the same text and input is done once, within 24 hours.")]
        idempotency_key: Option<String>,
    ) -> Found<BuyerDeliverySetUpPayload> {
        let terms = Terms::new(dry_run, idempotency_key);
        let settled = async {
            let session = session(ctx)?;
            let settled = advance(ctx, BuyerDeliveryWrite { client: session.client.clone(), input }, terms).await;
            session.loaders.forget();
            settled
        };
        Some(settled.await.map(Into::into))
    }

    /// Changes what the account holds. Of features and subscriptions the ones that are not named stay as they are.
    async fn account_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is to hold.")] input: AccountUpdateInput,
        #[graphql(desc = "That data will be deleted for good is known and wanted.", default_with = "Some(false)")]
        acknowledge_data_loss: Option<bool>,
        #[graphql(desc = "Say what would happen, and write nothing.", default_with = "Some(false)")] dry_run: Option<
            bool,
        >,
        #[graphql(desc = "A text of your own, 1 to 255 bytes: the same text and input is done once, within 24 hours.")]
        idempotency_key: Option<String>,
    ) -> Found<AccountUpdatePayload> {
        let terms = Terms::new(dry_run, idempotency_key);
        let settled = async {
            let session = session(ctx)?;
            let change = input.into_change(acknowledge_data_loss);
            let write = AccountWrite { client: session.client.clone(), change };
            let settled = advance(ctx, write, terms).await;
            session.loaders.forget();
            settled
        };
        Some(settled.await.map(Into::into))
    }
}

async fn move_onboard(
    ctx: &Context<'_>,
    id: &str,
    action: OnboardAction,
    change: OnboardChange,
    terms: Terms,
) -> Result<Settled<Arc<Onboard>>, Error> {
    let session = session(ctx)?;
    let id = read_id("id", ONBOARD, id)?;
    let settled = advance(ctx, OnboardMove { client: session.client.clone(), id, action, change }, terms).await;
    // What this request has read before is older than what was written.
    session.loaders.forget();
    settled
}
