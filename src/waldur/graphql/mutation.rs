//! What a client may do with verifications.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};

use super::change_write::{ChangeWrite, Deletion};
use super::check_write::{CustomerCreation, Submission, Validation};
use super::creation::Creation;
use super::input::{
    VerificationCreateInput, VerificationReplaceInput, VerificationStartInput, VerificationSubmitAnswersInput,
    VerificationUpdateInput, problems,
};
use super::payload::{
    VerificationCreateCustomerPayload, VerificationCreatePayload, VerificationDeletePayload,
    VerificationReplacePayload, VerificationRunValidationPayload, VerificationStartPayload,
    VerificationSubmitAnswersPayload, VerificationUpdatePayload,
};
use super::{Found, session};
use crate::advance::{Settled, Terms, advance};
use crate::error::Error;
use crate::error::user::UserError;
use crate::node::read_id;
use crate::waldur::model::{Applicant, VERIFICATION, Verification, VerificationAction, VerificationChange};

/// The mutations of this slice.
#[derive(Default)]
pub struct Mutation;

/// Writes of verifications.
#[Object(name = "VerificationMutation")]
impl Mutation {
    /// Begins the check of a company for the caller himself: PENDING, or ESCALATED where staff check it. Each call
    /// makes another verification.
    async fn verification_start(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose check is to begin.")] input: VerificationStartInput,
        #[graphql(desc = "Say what would happen, and write nothing.", default_with = "Some(false)")] dry_run: Option<
            bool,
        >,
        #[graphql(desc = "A text of your own, 1 to 255 bytes: the same text and input is done once, within 24 hours.")]
        idempotency_key: Option<String>,
    ) -> Found<VerificationStartPayload> {
        let terms = Terms::new(dry_run, idempotency_key);
        let settled = async {
            let problems = input.problems();
            let (change, applicant) = input.split();
            make_verification(ctx, change, Some(applicant), problems, terms).await
        };
        Some(settled.await.map(Into::into))
    }

    /// Makes a verification in a user's name; its status is PENDING. Each call makes another one.
    async fn verification_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it says of the company.")] input: VerificationCreateInput,
        #[graphql(desc = "Say what would happen, and write nothing.", default_with = "Some(false)")] dry_run: Option<
            bool,
        >,
        #[graphql(desc = "A text of your own, 1 to 255 bytes: the same text and input is done once, within 24 hours.")]
        idempotency_key: Option<String>,
    ) -> Found<VerificationCreatePayload> {
        let terms = Terms::new(dry_run, idempotency_key);
        let settled = async {
            let change: VerificationChange = input.into();
            let problems = problems(&change);
            make_verification(ctx, change, None, problems, terms).await
        };
        Some(settled.await.map(Into::into))
    }

    /// Changes some of what a verification says of its company. Open while it is PENDING or ESCALATED and has no
    /// customer.
    async fn verification_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id, or the upstream's own id.")] id: ID,
        #[graphql(desc = "What it is to say.")] input: VerificationUpdateInput,
        #[graphql(desc = "Say what would happen, and write nothing.", default_with = "Some(false)")] dry_run: Option<
            bool,
        >,
        #[graphql(desc = "A text of your own, 1 to 255 bytes: the same text and input is done once, within 24 hours.")]
        idempotency_key: Option<String>,
    ) -> Found<VerificationUpdatePayload> {
        let terms = Terms::new(dry_run, idempotency_key);
        let settled = async { change_verification(ctx, &id, VerificationAction::Update, input.into(), terms).await };
        Some(settled.await.map(Into::into))
    }

    /// Says anew what a verification says of its company, with user and country. Open while it is PENDING or ESCALATED
    /// and has no customer.
    async fn verification_replace(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id, or the upstream's own id.")] id: ID,
        #[graphql(desc = "What it is to say.")] input: VerificationReplaceInput,
        #[graphql(desc = "Say what would happen, and write nothing.", default_with = "Some(false)")] dry_run: Option<
            bool,
        >,
        #[graphql(desc = "A text of your own, 1 to 255 bytes: the same text and input is done once, within 24 hours.")]
        idempotency_key: Option<String>,
    ) -> Found<VerificationReplacePayload> {
        let terms = Terms::new(dry_run, idempotency_key);
        let settled = async { change_verification(ctx, &id, VerificationAction::Replace, input.into(), terms).await };
        Some(settled.await.map(Into::into))
    }

    /// Does away with a verification. Open while it is PENDING, FAILED, EXPIRED or ESCALATED and has no customer.
    async fn verification_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id, or the upstream's own id.")] id: ID,
        #[graphql(desc = "Say what would happen, and write nothing.", default_with = "Some(false)")] dry_run: Option<
            bool,
        >,
        #[graphql(desc = "A text of your own, 1 to 255 bytes: the same text and input is done once, within 24 hours.")]
        idempotency_key: Option<String>,
    ) -> Found<VerificationDeletePayload> {
        let terms = Terms::new(dry_run, idempotency_key);
        let settled = async {
            let session = session(ctx)?;
            let id = read_id("id", VERIFICATION, &id)?;
            let settled = advance(ctx, Deletion { client: session.client.clone(), id }, terms).await;
            session.loaders.forget();
            settled
        };
        Some(settled.await.map(Into::into))
    }

    /// Answers questions of a verification's checklist, all of them or none. Each answer is checked against its
    /// question before anything is sent. Open while it is PENDING, ESCALATED or VERIFIED and has no customer.
    async fn verification_submit_answers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id, or the upstream's own id.")] id: ID,
        #[graphql(desc = "The answers.")] input: VerificationSubmitAnswersInput,
        #[graphql(desc = "Say what would happen, and write nothing.", default_with = "Some(false)")] dry_run: Option<
            bool,
        >,
        #[graphql(desc = "A text of your own, 1 to 255 bytes: the same text and input is done once, within 24 hours.")]
        idempotency_key: Option<String>,
    ) -> Found<VerificationSubmitAnswersPayload> {
        let terms = Terms::new(dry_run, idempotency_key);
        let settled = async {
            let session = session(ctx)?;
            let id = read_id("id", VERIFICATION, &id)?;
            let write = Submission { client: session.client.clone(), id, answers: input.answers() };
            let settled = advance(ctx, write, terms).await;
            session.loaders.forget();
            settled
        };
        Some(settled.await.map(Into::into))
    }

    /// Checks the company against its register, which may take 45 seconds: PENDING, ESCALATED or EXPIRED becomes
    /// VERIFIED or ESCALATED, as the register says. Needs a legalPersonIdentifier, and no customer.
    async fn verification_run_validation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id, or the upstream's own id.")] id: ID,
        #[graphql(desc = "Say what would happen, and write nothing.", default_with = "Some(false)")] dry_run: Option<
            bool,
        >,
        #[graphql(desc = "A text of your own, 1 to 255 bytes: the same text and input is done once, within 24 hours.")]
        idempotency_key: Option<String>,
    ) -> Found<VerificationRunValidationPayload> {
        let terms = Terms::new(dry_run, idempotency_key);
        let settled = async {
            let session = session(ctx)?;
            let id = read_id("id", VERIFICATION, &id)?;
            let write = Validation { client: session.client.clone(), id, deadline: session.validation_deadline };
            let settled = advance(ctx, write, terms).await;
            session.loaders.forget();
            settled
        };
        Some(settled.await.map(Into::into))
    }

    /// Makes a verified company a customer, once. The customer is shown in this answer and never again.
    async fn verification_create_customer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id, or the upstream's own id.")] id: ID,
        #[graphql(desc = "Say what would happen, and write nothing.", default_with = "Some(false)")] dry_run: Option<
            bool,
        >,
        #[graphql(desc = "A text of your own, 1 to 255 bytes: the same text and input is done once, within 24 hours.")]
        idempotency_key: Option<String>,
    ) -> Found<VerificationCreateCustomerPayload> {
        let terms = Terms::new(dry_run, idempotency_key);
        let settled = async {
            let session = session(ctx)?;
            let id = read_id("id", VERIFICATION, &id)?;
            let settled = advance(ctx, CustomerCreation { client: session.client.clone(), id }, terms).await;
            session.loaders.forget();
            settled
        };
        Some(settled.await.map(Into::into))
    }
}

async fn make_verification(
    ctx: &Context<'_>,
    change: VerificationChange,
    applicant: Option<Applicant>,
    problems: Vec<UserError>,
    terms: Terms,
) -> Result<Settled<Arc<Verification>>, Error> {
    let session = session(ctx)?;
    let settled = advance(ctx, Creation { client: session.client.clone(), change, applicant, problems }, terms).await;
    // What this request has read before is older than what was made.
    session.loaders.forget();
    settled
}

async fn change_verification(
    ctx: &Context<'_>,
    id: &str,
    action: VerificationAction,
    change: VerificationChange,
    terms: Terms,
) -> Result<Settled<Arc<Verification>>, Error> {
    let session = session(ctx)?;
    let id = read_id("id", VERIFICATION, id)?;
    let settled = advance(ctx, ChangeWrite { client: session.client.clone(), id, action, change }, terms).await;
    // What this request has read before is older than what was written.
    session.loaders.forget();
    settled
}
