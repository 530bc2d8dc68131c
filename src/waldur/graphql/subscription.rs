//! How a client hears of changes of verifications.

use std::sync::Arc;

use async_graphql::{Context, ID, Subscription};
use futures_util::Stream;

use super::{Found, session};
use crate::error::Error;
use crate::node::read_id;
use crate::waldur::loader::VerificationReader;
use crate::waldur::model::{VERIFICATION, Verification};

/// The subscriptions of this slice.
#[derive(Default)]
pub struct Subscription;

/// Changes of verifications.
#[Subscription(name = "VerificationSubscription")]
impl Subscription {
    /// A verification: its state now, and then each time that it has another one. What lies between two states may be
    /// left out. Null ends it: there is none, or none any more. What hangs on a verification, such as the answers to its checklist, makes no event by itself.
    async fn verification_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id, or the upstream's own id.")] id: ID,
    ) -> Result<impl Stream<Item = Found<Arc<Verification>>>, Error> {
        let session = session(ctx)?;
        let id = read_id("id", VERIFICATION, &id)?;
        session.watches.listen(ctx, id, VerificationReader::new(&session.client))
    }
}
