//! What a client may ask of onboards and the account.

mod account_write;
mod ahead;
mod input;
mod listing;
mod mutation;
mod onboard_write;
mod order;
mod payload;
mod records;
mod rights;
mod subscription;

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, Object, Result, SimpleObject};
use serde::de::DeserializeOwned;

use super::model::{
    ACCOUNT, Account, AccountLink, ConnectedAccount, Flow, ONBOARD, Onboard, OnboardAction, OnboardLifecycle,
    OnboardStatus, PendingAccount,
};
use super::rules::OnboardFacts;
use super::{SPEECH, Session};
use crate::caller::needed;
use crate::error::Error;
use crate::node::read_id;
use crate::pagination::{Connection, Window};
use crate::record::{One, follow};
use crate::scalar::{Later, ObjectId};
use crate::transition::{Basis, available};
use crate::upstream::read_part;
pub use mutation::Mutation;
pub use rights::NEEDS;
pub use subscription::Subscription;

use listing::{OnboardFilter, list, list_all};
use order::OnboardOrder;
use records::{OwnAccount, ToFlow, ToLink};

type Found<T> = Option<Result<T, Error>>;

/// The queries of this slice.
#[derive(Default)]
pub struct Query;

/// Reads of onboards and the account.
#[Object(name = "OnboardingQuery")]
impl Query {
    /// An onboard by its global id or by the upstream's own id; null where there is none.
    async fn onboard(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id, or the upstream's own id.")] id: ID,
    ) -> Found<One<Onboard>> {
        find_onboard(ctx, &id).await.map(|found| found.map(One)).transpose()
    }

    /// The account's onboards. All of them are read with one upstream call, so filters, order and pages cost nothing.
    async fn onboards(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, 1 to 100; 25 where neither first nor last is given.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, 1 to 100; not together with first.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Only rows that match every member given.")] filter: Option<OnboardFilter>,
        #[graphql(desc = "The order of the rows; the newest first unless told.")] order_by: Option<OnboardOrder>,
    ) -> Found<Connection<Onboard>> {
        let page = async {
            let session = session(ctx)?;
            let window = Window::read(first, after, last, before)?;
            if filter.is_none() && window.is_at_an_end() {
                session.start_for_page(ctx, window.rows);
            }
            let onboards = session.loaders.list_onboards().await?;
            list_all(&onboards, filter.as_ref(), order_by, &window)
        };
        Some(page.await)
    }

    /// The account that the gateway's caller acts for.
    async fn account(&self, ctx: &Context<'_>) -> Found<One<Account>> {
        let account = async {
            let session = session(ctx)?;
            session.start_for_account(ctx);
            session.loaders.find_account().await
        };
        Some(account.await.map(One))
    }
}

async fn find_onboard(ctx: &Context<'_>, id: &str) -> Result<Option<Arc<Onboard>>, Error> {
    let session = session(ctx)?;
    let id: ObjectId = read_id("id", ONBOARD, id)?;
    session.start_for_onboard(ctx);
    Ok(session.loaders.list_onboards().await?.find(id))
}

/// This request's session, where its caller may have the field that is being resolved.
fn session<'a>(ctx: &Context<'a>) -> Result<&'a Session, Error> {
    let session = super::Session::of(ctx)?;
    session.check(ctx.item.node.name.node.as_str())?;
    Ok(session)
}

impl Session {
    /// Checks that the caller may have a field; a kind of node is had as the field of that name is.
    fn check(&self, field: &str) -> Result<(), Error> {
        self.request.caller().require(needed(NEEDS, field)?)
    }

    /// What takes a call a thing: nothing at the top of an operation, since all onboards are one call, as the account is.
    pub(crate) const ONE_BY_ONE: &'static [(&'static str, &'static [(&'static str, &'static str)])] = &[];

    /// The thing behind a global id of this slice.
    pub(crate) async fn find_node(&self, argument: &'static str, id: &str) -> Result<Option<super::Node>, Error> {
        if id.starts_with(ACCOUNT) {
            self.check(ACCOUNT)?;
            let own: ObjectId = read_id(argument, ACCOUNT, id)?;
            let account = self.loaders.find_account().await?;
            return Ok((account.object_id == own).then_some(super::Node::Account(account)));
        }
        self.check(ONBOARD)?;
        let own: ObjectId = read_id(argument, ONBOARD, id)?;
        Ok(self.loaders.list_onboards().await?.find(own).map(super::Node::Onboard))
    }
}

/// A move that is open to a client from an onboard's present status.
#[derive(SimpleObject)]
pub(crate) struct OnboardTransition {
    /// The move.
    action: OnboardAction,
    /// The status after it.
    to: OnboardStatus,
    /// The mutation that makes it.
    mutation: String,
    /// Whether nothing is missing.
    ready: bool,
    /// What the record lacks and the move needs, by the names of the input's members.
    missing: Vec<String>,
    /// Whether the rule is the vendor's or the gateway's.
    basis: Basis,
}

#[ComplexObject]
impl Onboard {
    /// The caller's own account, where the onboard belongs to it.
    async fn account(&self, ctx: &Context<'_>) -> Found<One<Account>> {
        follow::<OwnAccount>(ctx, self).await
    }

    /// What joins the two accounts; null where there is no connectionId or nothing behind it.
    async fn link(&self, ctx: &Context<'_>) -> Found<One<AccountLink>> {
        follow::<ToLink>(ctx, self).await
    }

    /// The flow that deliveries go through; null where there is no flowId or nothing behind it.
    async fn flow(&self, ctx: &Context<'_>) -> Found<One<Flow>> {
        follow::<ToFlow>(ctx, self).await
    }

    /// The moves that are open from the present status, with what each still needs.
    async fn available_transitions(&self) -> Vec<OnboardTransition> {
        let open = available::<OnboardLifecycle>(&OnboardFacts::from(self));
        open.into_iter()
            .map(|open| OnboardTransition {
                action: open.action,
                to: open.to.first().copied().unwrap_or(self.status),
                mutation: open.mutation.to_owned(),
                ready: open.missing.is_empty(),
                missing: open.missing.into_iter().map(str::to_owned).collect(),
                basis: open.basis,
            })
            .collect()
    }
}

#[ComplexObject]
impl Account {
    /// The accounts that buy from this one.
    async fn connected_buyers(&self) -> Found<Vec<ConnectedAccount>> {
        read(self.connected_buyers.as_ref(), "connected_buyers")
    }

    /// The accounts that sell to this one.
    async fn connected_sellers(&self) -> Found<Vec<ConnectedAccount>> {
        read(self.connected_sellers.as_ref(), "connected_sellers")
    }

    /// The buyers that were invited and have not accepted yet.
    async fn pending_buyers(&self) -> Found<Vec<PendingAccount>> {
        read(self.pending_buyers.as_ref(), "pending_buyers")
    }

    /// The sellers that were invited and have not accepted yet.
    async fn pending_sellers(&self) -> Found<Vec<PendingAccount>> {
        read(self.pending_sellers.as_ref(), "pending_sellers")
    }

    /// The onboards that belong to this account, the newest first.
    async fn onboards(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, 1 to 100; 25 unless told.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Only rows that match every member given.")] filter: Option<OnboardFilter>,
    ) -> Found<Connection<Onboard>> {
        let page = async {
            let session = session(ctx)?;
            let window = Window::read(first, after, None, None)?;
            if filter.is_none() && window.is_at_an_end() {
                session.start_for_page(ctx, window.rows);
            }
            let onboards = session.loaders.list_onboards().await?;
            let own: Vec<Arc<Onboard>> =
                onboards.rows.iter().filter(|onboard| onboard.account_id == Some(self.object_id)).cloned().collect();
            list(&own, &filter.unwrap_or_default(), OnboardOrder::default(), &window)
        };
        Some(page.await)
    }
}

/// What a member of the account holds, read now that it is selected.
fn read<T: DeserializeOwned>(member: Option<&Later<T>>, name: &'static str) -> Found<T> {
    member.map(|later| read_part(SPEECH.name, name, later.text()))
}
