//! What a client may ask of invoices and do with them.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, Subscription};
use futures_util::Stream;

use super::Session;
use super::loader::InvoiceReader;
use super::model::{INVOICE, Invoice, InvoiceAction, InvoiceLifecycle};
use super::rest::Client;
use super::rules::InvoiceFacts;
use crate::advance::{Look, Terms, Write, advance, payload};
use crate::caller::{Needs, Right, needed};
use crate::error::Error;
use crate::error::user::UserError;
use crate::node::read_id;
use crate::scalar::Uuid;
use crate::transition::{Lifecycle, Permit, mutation_for, permit};
use crate::upstream::Setback;

type Found<T> = Option<Result<T, Error>>;

const READ: Right = Right::new("invoices:read");
const WRITE: Right = Right::new("invoices:write");

/// The rights of this slice's fields.
pub const NEEDS: Needs = &[("invoice", READ), ("invoices", READ), ("invoiceChanged", READ), ("invoiceSend", WRITE)];

/// The queries of this slice.
#[derive(Default)]
pub struct Query;

/// Reads of invoices.
#[Object(name = "InvoiceQuery")]
impl Query {
    /// An invoice by its global id or by the upstream's own id; null where there is none.
    async fn invoice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id, or the upstream's own id.")] id: ID,
    ) -> Found<Arc<Invoice>> {
        async { session(ctx)?.loaders.find(read_id("id", INVOICE, &id)?).await }.await.transpose()
    }

    /// All invoices.
    async fn invoices(&self, ctx: &Context<'_>) -> Found<Vec<Invoice>> {
        Some(async { session(ctx)?.client.list_invoices().await }.await)
    }
}

/// The mutations of this slice.
#[derive(Default)]
pub struct Mutation;

/// Moves of invoices.
#[Object(name = "InvoiceMutation")]
impl Mutation {
    /// Sends an invoice to its customer: DRAFT becomes SENT.
    async fn invoice_send(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id, or the upstream's own id.")] id: ID,
        #[graphql(desc = "Say what would happen, and write nothing.", default_with = "Some(false)")] dry_run: Option<
            bool,
        >,
        #[graphql(desc = "A text of your own, 1 to 255 bytes: the same text and input is done once, within 24 hours.")]
        idempotency_key: Option<String>,
    ) -> Found<InvoiceSendPayload> {
        Some(send(ctx, &id, Terms::new(dry_run, idempotency_key)).await)
    }
}

async fn send(ctx: &Context<'_>, id: &str, terms: Terms) -> Result<InvoiceSendPayload, Error> {
    let session = session(ctx)?;
    let id = read_id("id", INVOICE, id)?;
    let settled = advance(ctx, Sending { client: session.client.clone(), id }, terms).await;
    // What this request has read before is older than what was written.
    session.loaders.forget();
    settled.map(Into::into)
}

payload! {
    /// What became of sending an invoice.
    InvoiceSendPayload {
        /// The invoice as it is now.
        invoice: Arc<Invoice>
    }
}

/// The subscriptions of this slice.
#[derive(Default)]
pub struct Subscription;

/// Changes of invoices.
#[Subscription(name = "InvoiceSubscription")]
impl Subscription {
    /// An invoice: its state now, and then each time that it has another one. Null ends it.
    async fn invoice_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id, or the upstream's own id.")] id: ID,
    ) -> Result<impl Stream<Item = Found<Arc<Invoice>>>, Error> {
        let session = session(ctx)?;
        let id = read_id("id", INVOICE, &id)?;
        session.watches.listen(ctx, id, InvoiceReader::new(&session.client))
    }
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

    /// What takes a call a thing: the prefix of its ids, and the fields that name it, each with its argument.
    pub(crate) const ONE_BY_ONE: &'static [(&'static str, &'static [(&'static str, &'static str)])] =
        &[(INVOICE, &[("invoice", "id")])];

    /// The thing behind a global id of this slice.
    pub(crate) async fn find_node(&self, argument: &'static str, id: &str) -> Result<Option<super::Node>, Error> {
        self.check(INVOICE)?;
        Ok(self.loaders.find(read_id(argument, INVOICE, id)?).await?.map(super::Node::Invoice))
    }
}

/// Sending an invoice.
struct Sending {
    client: Client,
    id: Uuid,
}

impl Write for Sending {
    type Record = Arc<Invoice>;
    type Before = Invoice;
    type Permit = Permit<InvoiceLifecycle>;

    fn mutation(&self) -> &'static str {
        mutation_for::<InvoiceLifecycle>(InvoiceAction::Send)
    }

    fn subject(&self) -> String {
        Invoice::global_id(self.id).0
    }

    async fn read(&self) -> Result<Option<Invoice>, Error> {
        self.client.fetch_invoice_afresh(self.id).await
    }

    fn permit(&self, before: &Invoice) -> Result<Self::Permit, Vec<UserError>> {
        let facts = InvoiceFacts { status: before.status, has_amount: before.amount.is_some() };
        permit(self.id, &facts, InvoiceAction::Send).map_err(|refusal| vec![refusal.into()])
    }

    async fn perform(&self, permit: Self::Permit, _: &Invoice) -> Result<Arc<Invoice>, Setback> {
        self.client.send(permit).await.map(Arc::new)
    }

    async fn look(&self, before: &Invoice) -> Result<Look<Arc<Invoice>>, Error> {
        let now = self.client.fetch_invoice_afresh(self.id).await?.map(Arc::new);
        Ok(Look::at(now, |now| now.status != before.status))
    }

    fn shown(&self, before: &Invoice) -> Option<Arc<Invoice>> {
        Some(Arc::new(before.clone()))
    }

    fn from(&self, before: &Invoice) -> Option<String> {
        Some(InvoiceLifecycle::state_name(before.status).to_owned())
    }

    fn to(&self, invoice: &Arc<Invoice>) -> Option<String> {
        Some(InvoiceLifecycle::state_name(invoice.status).to_owned())
    }
}
