//! What of onboards and the account is stored in their records, and what they point at.

use std::sync::Arc;

use async_graphql::Context;

use super::{Found, session};
use crate::error::Error;
use crate::leadconduit::model::{Account, AccountLink, Flow, Onboard};
use crate::record::{Link, record};
use crate::scalar::ObjectId;

record! {
    Onboard {
        id, object_id, status, raw_status, invitation_id, account_id, connection_id, flow_id, created_at, updated_at,
    }
    links { "account": OwnAccount, "link": ToLink, "flow": ToFlow }
}

record! {
    Account {
        id, object_id, sso_id, name, time_zone, state, product_id, data_retention_in_days, data_truncated_at, billing_type,
        raw_billing_type, financial_state, raw_financial_state, financial_state_updated_at, lead_ping_enabled,
    }
}

record! {
    AccountLink {
        object_id, relationship, raw_relationship, external_id, invitation_id, created_at, updated_at, created_by,
    }
}

record! { Flow { object_id, name, enabled, created_at, updated_at } }

/// The account that an onboard belongs to, where it is the caller's own.
pub(super) struct OwnAccount;

impl Link for OwnAccount {
    type From = Onboard;
    type Key = ObjectId;
    type To = Account;
    type Failure = Error;

    fn key(onboard: &Onboard) -> Option<ObjectId> {
        onboard.account_id
    }

    async fn load(ctx: &Context<'_>, own: ObjectId) -> Found<Arc<Account>> {
        let account = async { session(ctx)?.loaders.find_account().await }.await;
        account.map(|account| Some(account).filter(|account| account.object_id == own)).transpose()
    }
}

/// What an onboard's `connectionId` points at.
pub(super) struct ToLink;

impl Link for ToLink {
    type From = Onboard;
    type Key = ObjectId;
    type To = AccountLink;
    type Failure = Error;

    fn key(onboard: &Onboard) -> Option<ObjectId> {
        onboard.connection_id
    }

    async fn load(ctx: &Context<'_>, id: ObjectId) -> Found<Arc<AccountLink>> {
        async { session(ctx)?.loaders.find_link(id).await }.await.transpose()
    }
}

/// The flow that an onboard's deliveries go through.
pub(super) struct ToFlow;

impl Link for ToFlow {
    type From = Onboard;
    type Key = ObjectId;
    type To = Flow;
    type Failure = Error;

    fn key(onboard: &Onboard) -> Option<ObjectId> {
        onboard.flow_id
    }

    async fn load(ctx: &Context<'_>, id: ObjectId) -> Found<Arc<Flow>> {
        async { session(ctx)?.loaders.find_flow(id).await }.await.transpose()
    }
}
