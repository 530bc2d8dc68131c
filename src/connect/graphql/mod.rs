//! What a client may ask of leads.

mod input;
mod mutation;
mod rights;
mod subscription;
mod write;

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, Object, Result, SimpleObject};

use super::Session;
use super::model::{LEAD, Lead, LeadAction, LeadLifecycle, LeadStage};
use super::rules::LeadFacts;
use crate::caller::needed;
use crate::error::Error;
use crate::node::read_id;
use crate::pagination::check_ids;
use crate::scalar::Uuid;
use crate::transition::{Basis, available};

pub use mutation::Mutation;
pub use rights::NEEDS;
pub use subscription::Subscription;

type Found<T> = Option<Result<T, Error>>;

/// The queries of this slice.
#[derive(Default)]
pub struct Query;

/// Reads of leads.
#[Object(name = "LeadQuery")]
impl Query {
    /// A lead by its global id or by the upstream's own id; null where there is none.
    async fn lead(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id, or the upstream's own id.")] id: ID,
    ) -> Found<Arc<Lead>> {
        async { session(ctx)?.loaders.find(read_id("id", LEAD, &id)?).await }.await.transpose()
    }

    /// Leads by their ids, in the order asked for; null where there is none. Each distinct lead is one upstream call.
    async fn leads(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ids, or the upstream's own; at most 100.")] ids: Vec<ID>,
    ) -> Result<Vec<Found<Arc<Lead>>>, Error> {
        check_ids("ids", &ids)?;
        let session = match session(ctx) {
            Ok(session) => session,
            // The list itself cannot be null, so each of its rows says why it is.
            Err(error) => return Ok(ids.iter().map(|_| Some(Err(error.clone()))).collect()),
        };
        let ids: Vec<Result<Uuid, Error>> = ids.iter().map(|id| read_id("ids", LEAD, id)).collect();
        let readable: Vec<Uuid> = ids.iter().filter_map(|id| id.as_ref().ok().copied()).collect();
        let found = session.loaders.find_many(&readable).await;
        let row = |id: Result<Uuid, Error>| id.and_then(|id| found.get(&id).cloned().unwrap_or(Err(Error::Internal)));
        Ok(ids.into_iter().map(|id| row(id).transpose()).collect())
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
        &[(LEAD, &[("lead", "id"), ("leads", "ids")])];

    /// The thing behind a global id of this slice.
    pub(crate) async fn find_node(&self, argument: &'static str, id: &str) -> Result<Option<super::Node>, Error> {
        self.check(LEAD)?;
        Ok(self.loaders.find(read_id(argument, LEAD, id)?).await?.map(super::Node::Lead))
    }
}

/// A move that is open to a client from a lead's present stage.
#[derive(SimpleObject)]
pub(crate) struct LeadTransition {
    /// The move.
    action: LeadAction,
    /// The stage after it.
    to: LeadStage,
    /// The mutation that makes it.
    mutation: String,
    /// Whether the mutation can be called without any input.
    ready: bool,
    /// What the mutation's input has to bring.
    missing: Vec<String>,
    /// Whether the rule is the vendor's or the gateway's.
    basis: Basis,
}

#[ComplexObject]
impl Lead {
    /// The moves that are open from the present stage, with what each still needs.
    async fn available_transitions(&self) -> Vec<LeadTransition> {
        let open = available::<LeadLifecycle>(&LeadFacts { stage: self.stage, given: Vec::new() });
        open.into_iter()
            .map(|open| LeadTransition {
                action: open.action,
                to: open.to.first().copied().unwrap_or(self.stage),
                mutation: open.mutation.to_owned(),
                ready: open.missing.is_empty(),
                missing: open.missing.into_iter().map(str::to_owned).collect(),
                basis: open.basis,
            })
            .collect()
    }
}
