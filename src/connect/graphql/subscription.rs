//! How a client hears of changes of leads.

use std::sync::Arc;

use async_graphql::{Context, ID, Subscription};
use futures_util::Stream;

use super::{Found, session};
use crate::connect::loader::LeadReader;
use crate::connect::model::{LEAD, Lead};
use crate::error::Error;
use crate::node::read_id;

/// The subscriptions of this slice.
#[derive(Default)]
pub struct Subscription;

/// Changes of leads.
#[Subscription(name = "LeadSubscription")]
impl Subscription {
    /// A lead: its state now, and then each time that it has another one. What lies between two states may be
    /// left out. Null ends it: there is none, or none any more.
    async fn lead_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id, or the upstream's own id.")] id: ID,
    ) -> Result<impl Stream<Item = Found<Arc<Lead>>>, Error> {
        let session = session(ctx)?;
        let id = read_id("id", LEAD, &id)?;
        session.watches.listen(ctx, id, LeadReader::new(&session.client))
    }
}
