//! The queries that belong to no API: things by their global ids, the rules, and how the upstreams are.

use async_graphql::{Context, ID, Object, Result};
use futures_util::future::join_all;

use super::join::Apis;
use super::lifecycle::{LifecycleName, TransitionRule, rules};
use super::node::Node;
use super::upstreams::Upstream;
use crate::error::Error;
use crate::pagination::check_ids;

type Found<T> = Option<Result<T, Error>>;

/// The queries of the gateway itself.
#[derive(Default)]
pub(crate) struct Query;

/// Reads across the APIs.
#[Object(name = "GatewayQuery")]
impl Query {
    /// Anything by its global id; null where there is nothing behind it.
    async fn node(&self, ctx: &Context<'_>, #[graphql(desc = "The global id.")] id: ID) -> Found<Node> {
        Apis::find_node(ctx, "id", &id).await.transpose()
    }

    /// Things by their global ids, in the order asked for; null where there is nothing behind an id.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ids; at most 100.")] ids: Vec<ID>,
    ) -> Result<Vec<Found<Node>>, Error> {
        check_ids("ids", &ids)?;
        Ok(join_all(ids.iter().map(async |id| Apis::find_node(ctx, "ids", id).await.transpose())).await)
    }

    /// The rules by which records move, a row a move: what the mutations enforce and `availableTransitions` shows.
    async fn transition_rules(
        &self,
        #[graphql(desc = "Only the rules of this lifecycle.")] lifecycle: Option<LifecycleName>,
    ) -> Vec<TransitionRule> {
        rules()
            .into_iter()
            .filter(|row| lifecycle.is_none_or(|wanted| wanted.is(row.lifecycle)))
            .map(Into::into)
            .collect()
    }

    /// The APIs behind the graph, and how they are.
    async fn upstreams(&self, ctx: &Context<'_>) -> Result<Vec<Upstream>, Error> {
        ctx.data_opt::<std::sync::Arc<Apis>>().ok_or(Error::Internal)?.upstreams(ctx)
    }
}
