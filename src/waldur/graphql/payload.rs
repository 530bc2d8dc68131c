//! What the mutations of verifications answer.

use std::sync::Arc;

use async_graphql::{ID, SimpleObject};

use super::check_write::CustomerOutcome;
use crate::advance::{Settled, payload};
use crate::error::Error;
use crate::error::user::UserError;
use crate::waldur::model::{Customer, Verification};

payload! {
    /// What became of the beginning of a check.
    VerificationStartPayload {
        /// The new verification.
        verification: Arc<Verification>
    }
}

payload! {
    /// What became of a new verification.
    VerificationCreatePayload {
        /// The new verification.
        verification: Arc<Verification>
    }
}

payload! {
    /// What became of a change of what a verification says.
    VerificationUpdatePayload {
        /// The verification as it is now.
        verification: Arc<Verification>
    }
}

payload! {
    /// What became of saying anew what a verification says.
    VerificationReplacePayload {
        /// The verification as it is now.
        verification: Arc<Verification>
    }
}

payload! {
    /// What became of answers.
    VerificationSubmitAnswersPayload {
        /// The verification as it is now.
        verification: Arc<Verification>
    }
}

payload! {
    /// What became of a check against the register.
    VerificationRunValidationPayload {
        /// The verification as it is now: its status is the outcome.
        verification: Arc<Verification>
    }
}

payload! {
    /// What became of a deletion.
    VerificationDeletePayload {
        /// The global id of the verification that is gone.
        deleted_verification_id: ID
    }
}

/// What became of a new customer.
#[derive(SimpleObject)]
pub(crate) struct VerificationCreateCustomerPayload {
    /// The verification as it is now.
    verification: Option<Result<Arc<Verification>, Error>>,
    /// The customer; null where the answer that held it was lost, though hasCustomer is true.
    customer: Option<Arc<Customer>>,
    /// What the caller can put right; empty where it was done, or in a dry run would be.
    user_errors: Vec<UserError>,
    /// Whether this only says what would happen: nothing was written.
    dry_run: bool,
}

impl From<Settled<CustomerOutcome>> for VerificationCreateCustomerPayload {
    fn from(settled: Settled<CustomerOutcome>) -> Self {
        let (verification, customer) = match settled.record {
            Some(Ok(outcome)) => (Some(outcome.verification), outcome.customer),
            Some(Err(error)) => (Some(Err(error)), None),
            None => (None, None),
        };
        Self { verification, customer, user_errors: settled.user_errors, dry_run: settled.is_dry_run }
    }
}
