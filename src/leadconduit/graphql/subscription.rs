//! How a client hears of changes of onboards.

use async_graphql::{Context, ID, Subscription};
use futures_util::{Stream, StreamExt};

use super::{Found, session};
use crate::error::Error;
use crate::leadconduit::loader::OnboardReader;
use crate::leadconduit::model::{ONBOARD, Onboard};
use crate::node::read_id;
use crate::record::One;

/// The subscriptions of this slice.
#[derive(Default)]
pub struct Subscription;

/// Changes of onboards.
#[Subscription(name = "OnboardingSubscription")]
impl Subscription {
    /// An onboard: its state now, and then each time that it has another one. What lies between two states may be
    /// left out. Null ends it: there is none, or none any more.
    async fn onboard_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id, or the upstream's own id.")] id: ID,
    ) -> Result<impl Stream<Item = Found<One<Onboard>>>, Error> {
        let session = session(ctx)?;
        let id = read_id("id", ONBOARD, &id)?;
        let events = session.watches.listen(ctx, id, OnboardReader::new(&session.client))?;
        Ok(events.map(|found| found.map(|found| found.map(One))))
    }
}
