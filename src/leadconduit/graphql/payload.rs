//! What the mutations of onboards and the account answer.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Result, SimpleObject};
use serde::{Deserialize, Serialize};

use super::{Found, session};
use crate::advance::payload;
use crate::leadconduit::model::{Account, BuyerDelivery, Flow, Onboard};
use crate::scalar::ObjectId;

payload! {
    /// What became of a new onboard.
    OnboardCreatePayload {
        /// The new onboard.
        onboard: Arc<Onboard>
    }
}

payload! {
    /// What became of a change of an onboard's ids.
    OnboardUpdatePayload {
        /// The onboard as it is now.
        onboard: Arc<Onboard>
    }
}

payload! {
    /// What became of starting an onboard.
    OnboardStartPayload {
        /// The onboard as it is now.
        onboard: Arc<Onboard>
    }
}

payload! {
    /// What became of completing an onboard.
    OnboardCompletePayload {
        /// The onboard as it is now. It may be FAILED: a user error says so then.
        onboard: Arc<Onboard>
    }
}

payload! {
    /// What became of a change of the account.
    AccountUpdatePayload {
        /// The account as it is now.
        account: Arc<Account>
    }
}

payload! {
    /// What became of a buyer delivery set-up.
    BuyerDeliverySetUpPayload {
        /// What it left behind.
        delivery: BuyerDeliveryOutcome
    }
}

/// What a buyer delivery set-up left behind.
#[derive(Debug, Clone, SimpleObject, Serialize, Deserialize)]
#[graphql(complex)]
pub(crate) struct BuyerDeliveryOutcome {
    /// Where the upstream's own user interface would go next, as a path.
    redirect: String,
    /// The flow that the redirect leads to.
    flow_id: Option<ObjectId>,
}

impl BuyerDeliveryOutcome {
    pub(super) fn new(delivery: BuyerDelivery) -> Self {
        Self { redirect: delivery.redirect, flow_id: delivery.flow_id }
    }
}

#[ComplexObject]
impl BuyerDeliveryOutcome {
    /// The flow that the redirect leads to.
    async fn flow(&self, ctx: &Context<'_>) -> Found<Arc<Flow>> {
        let id = self.flow_id?;
        async { session(ctx)?.loaders.find_flow(id).await }.await.transpose()
    }
}
