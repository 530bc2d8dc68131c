//! How many are fetched at once: the cheapest plan for each kind of key, within one request.
//!
//! Onboards are one list call whatever is asked of them, and the account is one call. A flow or two are read by id, more
//! by the list of all. Links have no list, so each distinct one is a call of its own, as many at once as the API bears.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use async_graphql::dataloader::Loader;

use super::model::{Account, AccountLink, Flow, Onboard};
use super::rest::Client;
use crate::batch::{Batch, Outcomes, each};
use crate::error::Error;
use crate::scalar::ObjectId;
use crate::turn::Turn;

/// Above this number of flows the list of all is cheaper than one call each.
const FLOWS_BY_ID: usize = 2;

/// The onboards of the caller's account, in the upstream's order.
#[derive(Debug)]
pub(super) struct Onboards {
    pub(super) rows: Vec<Arc<Onboard>>,
    by_id: HashMap<ObjectId, Arc<Onboard>>,
}

impl Onboards {
    fn new(rows: Vec<Onboard>) -> Self {
        let rows: Vec<Arc<Onboard>> = rows.into_iter().map(Arc::new).collect();
        let by_id = rows.iter().map(|onboard| (onboard.object_id, Arc::clone(onboard))).collect();
        Self { rows, by_id }
    }

    pub(super) fn find(&self, id: ObjectId) -> Option<Arc<Onboard>> {
        self.by_id.get(&id).cloned()
    }
}

/// The loaders of one request under one credential.
pub(super) struct Loaders {
    batch: Batch<Batches>,
}

impl Loaders {
    pub(super) fn new(client: Client, turn: Turn) -> Self {
        Self { batch: Batch::new(Batches { client }, turn) }
    }

    pub(super) async fn list_onboards(&self) -> Result<Arc<Onboards>, Error> {
        self.batch.load(AllOnboards).await
    }

    pub(super) async fn find_account(&self) -> Result<Arc<Account>, Error> {
        self.batch.load(TheAccount).await
    }

    pub(super) async fn find_link(&self, id: ObjectId) -> Result<Option<Arc<AccountLink>>, Error> {
        self.batch.load(LinkId(id)).await
    }

    pub(super) async fn find_flow(&self, id: ObjectId) -> Result<Option<Arc<Flow>>, Error> {
        self.batch.load(FlowId(id)).await
    }

    /// Lets go of everything that was read before a write: completing an onboard changes flows and links too.
    pub(super) fn forget(&self) {
        self.batch.forget::<AllOnboards>();
        self.batch.forget::<TheAccount>();
        self.batch.forget::<LinkId>();
        self.batch.forget::<FlowId>();
    }
}

struct Batches {
    client: Client,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct AllOnboards;

#[derive(Clone, PartialEq, Eq, Hash)]
struct TheAccount;

#[derive(Clone, PartialEq, Eq, Hash)]
struct LinkId(ObjectId);

#[derive(Clone, PartialEq, Eq, Hash)]
struct FlowId(ObjectId);

impl Loader<AllOnboards> for Batches {
    type Value = Result<Arc<Onboards>, Error>;
    type Error = Infallible;

    async fn load(&self, _: &[AllOnboards]) -> Outcomes<AllOnboards, Arc<Onboards>> {
        let onboards = self.client.list_onboards().await.map(|rows| Arc::new(Onboards::new(rows)));
        Ok(HashMap::from([(AllOnboards, onboards)]))
    }
}

impl Loader<TheAccount> for Batches {
    type Value = Result<Arc<Account>, Error>;
    type Error = Infallible;

    async fn load(&self, _: &[TheAccount]) -> Outcomes<TheAccount, Arc<Account>> {
        Ok(HashMap::from([(TheAccount, self.client.fetch_account().await.map(Arc::new))]))
    }
}

impl Loader<LinkId> for Batches {
    type Value = Result<Option<Arc<AccountLink>>, Error>;
    type Error = Infallible;

    async fn load(&self, keys: &[LinkId]) -> Outcomes<LinkId, Option<Arc<AccountLink>>> {
        Ok(each(keys, async |key: LinkId| self.client.fetch_link(key.0).await.map(|link| link.map(Arc::new))).await)
    }
}

impl Loader<FlowId> for Batches {
    type Value = Result<Option<Arc<Flow>>, Error>;
    type Error = Infallible;

    async fn load(&self, keys: &[FlowId]) -> Outcomes<FlowId, Option<Arc<Flow>>> {
        Ok(if keys.len() > FLOWS_BY_ID { self.flows_from_list(keys).await } else { self.flows_by_id(keys).await })
    }
}

impl Batches {
    async fn flows_by_id(&self, keys: &[FlowId]) -> HashMap<FlowId, Result<Option<Arc<Flow>>, Error>> {
        each(keys, async |key: FlowId| self.client.fetch_flow(key.0).await.map(|flow| flow.map(Arc::new))).await
    }

    async fn flows_from_list(&self, keys: &[FlowId]) -> HashMap<FlowId, Result<Option<Arc<Flow>>, Error>> {
        let flows: Result<HashMap<ObjectId, Arc<Flow>>, Error> = self
            .client
            .list_flows()
            .await
            .map(|flows| flows.into_iter().map(|flow| (flow.object_id, Arc::new(flow))).collect());
        keys.iter()
            .map(|key| (key.clone(), flows.as_ref().map(|flows| flows.get(&key.0).cloned()).map_err(Clone::clone)))
            .collect()
    }
}
