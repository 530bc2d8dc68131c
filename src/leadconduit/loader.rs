//! How many are fetched at once: the cheapest plan for each kind of key, within one request.
//!
//! Onboards are one list call whatever is asked of them, and the account is one call. A flow or two are read by id, more
//! by the list of all. Links have no list, so each distinct one is a call of its own, as many at once as the API bears.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use super::model::{Account, AccountLink, Flow, Onboard};
use super::rest::Client;
use crate::batch::{Batch, Loader, Outcomes, each};
use crate::error::Error;
use crate::live::{self, Reader, Reads};
use crate::scalar::ObjectId;
use crate::turn::Turn;

/// Above this number of flows the list of all is cheaper than one call each.
const FLOWS_BY_ID: usize = 2;

/// The onboards of the caller's account, in the upstream's order.
#[derive(Debug)]
pub(super) struct Onboards {
    /// Cut to size: the vector that they are made in has room for the records themselves.
    pub(super) rows: Box<[Arc<Onboard>]>,
    /// Made when the first is looked for: a list needs none.
    by_id: OnceLock<HashMap<ObjectId, Arc<Onboard>>>,
    /// Whether somebody has taken a page of them.
    was_paged: AtomicBool,
    newest_first: OnceLock<Box<[Arc<Onboard>]>>,
}

impl Onboards {
    fn new(rows: Vec<Onboard>) -> Self {
        Self {
            rows: rows.into_iter().map(Arc::new).collect(),
            by_id: OnceLock::new(),
            was_paged: AtomicBool::new(false),
            newest_first: OnceLock::new(),
        }
    }

    pub(super) fn find(&self, id: ObjectId) -> Option<Arc<Onboard>> {
        let index = || self.rows.iter().map(|onboard| (onboard.object_id, Arc::clone(onboard))).collect();
        self.by_id.get_or_init(index).get(&id).cloned()
    }

    /// All of them with the newest first, which `sort` makes of them, for whoever takes a second page: for the first it is
    /// cheaper to look for its rows.
    pub(super) fn newest_first(&self, sort: impl FnOnce(&mut [Arc<Onboard>])) -> Option<&[Arc<Onboard>]> {
        let sorted = || {
            let mut rows = self.rows.clone();
            sort(&mut rows);
            rows
        };
        self.was_paged.swap(true, Ordering::Relaxed).then(|| &**self.newest_first.get_or_init(sorted))
    }
}

/// The loaders of one request under one credential.
pub(super) struct Loaders {
    onboards: Batch<Batches, AllOnboards>,
    account: Batch<Batches, TheAccount>,
    links: Batch<Batches, LinkId>,
    flows: Batch<Batches, FlowId>,
    all_flows: Batch<Batches, AllFlows>,
    client: Client,
}

impl Loaders {
    pub(super) fn new(client: Client, turn: Turn) -> Self {
        let batches = Arc::new(Batches { client: client.clone() });
        Self {
            onboards: Batch::new(Arc::clone(&batches), turn.clone()),
            account: Batch::new(Arc::clone(&batches), turn.clone()),
            links: Batch::new(Arc::clone(&batches), turn.clone()),
            flows: Batch::new(Arc::clone(&batches), turn.clone()),
            all_flows: Batch::new(batches, turn),
            client,
        }
    }

    pub(super) async fn list_onboards(&self) -> Result<Arc<Onboards>, Error> {
        self.onboards.load(AllOnboards).await
    }

    pub(super) async fn find_account(&self) -> Result<Arc<Account>, Error> {
        self.account.load(TheAccount).await
    }

    pub(super) async fn find_link(&self, id: ObjectId) -> Result<Option<Arc<AccountLink>>, Error> {
        self.links.load(LinkId(id)).await
    }

    pub(super) async fn find_flow(&self, id: ObjectId) -> Result<Option<Arc<Flow>>, Error> {
        // Where the list is on its way already, it answers for every flow.
        if self.all_flows.is_asked(&AllFlows) {
            return Ok(self.all_flows.load(AllFlows).await?.get(&id).cloned());
        }
        self.flows.load(FlowId(id)).await
    }

    /// Reads the onboards, which a field will ask for.
    pub(super) fn start_onboards(&self) {
        self.onboards.start(&AllOnboards);
    }

    /// Reads the account, which a field will ask for.
    pub(super) fn start_account(&self) {
        self.account.start(&TheAccount);
    }

    /// Reads the list of flows, of which fields will ask for more than are read by id.
    pub(super) fn start_flows(&self) {
        self.all_flows.start(&AllFlows);
    }

    /// Whether the request may still make this many calls.
    pub(super) fn has_left(&self, calls: usize) -> bool {
        self.client.has_left(calls)
    }

    /// Lets go of everything that was read before a write: completing an onboard changes flows and links too.
    pub(super) fn forget(&self) {
        self.onboards.forget();
        self.account.forget();
        self.links.forget();
        self.flows.forget();
        self.all_flows.forget();
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

#[derive(Clone, PartialEq, Eq, Hash)]
struct AllFlows;

impl Loader<AllOnboards> for Batches {
    type Value = Arc<Onboards>;

    async fn load(&self, _: &[AllOnboards]) -> Outcomes<AllOnboards, Arc<Onboards>> {
        Outcomes::from_iter([(AllOnboards, self.client.list_onboards(Onboards::new).await)])
    }
}

impl Loader<TheAccount> for Batches {
    type Value = Arc<Account>;

    async fn load(&self, _: &[TheAccount]) -> Outcomes<TheAccount, Arc<Account>> {
        Outcomes::from_iter([(TheAccount, self.client.fetch_account().await)])
    }
}

impl Loader<LinkId> for Batches {
    type Value = Option<Arc<AccountLink>>;

    async fn load(&self, keys: &[LinkId]) -> Outcomes<LinkId, Option<Arc<AccountLink>>> {
        each(keys, async |key: LinkId| self.client.fetch_link(key.0).await.map(|link| link.map(Arc::new))).await
    }
}

impl Loader<FlowId> for Batches {
    type Value = Option<Arc<Flow>>;

    async fn load(&self, keys: &[FlowId]) -> Outcomes<FlowId, Option<Arc<Flow>>> {
        if keys.len() > FLOWS_BY_ID {
            let flows = self.flows_by_their_ids().await;
            let find = |key: &FlowId| flows.as_ref().map(|flows| flows.get(&key.0).cloned()).map_err(Clone::clone);
            keys.iter().map(|key| (key.clone(), find(key))).collect()
        } else {
            each(keys, async |key: FlowId| self.client.fetch_flow(key.0).await.map(|flow| flow.map(Arc::new))).await
        }
    }
}

/// Flows by their ids.
type Flows = HashMap<ObjectId, Arc<Flow>>;

impl Loader<AllFlows> for Batches {
    type Value = Arc<Flows>;

    async fn load(&self, _: &[AllFlows]) -> Outcomes<AllFlows, Arc<Flows>> {
        Outcomes::from_iter([(AllFlows, self.flows_by_their_ids().await)])
    }
}

impl Batches {
    async fn flows_by_their_ids(&self) -> Result<Arc<Flows>, Error> {
        self.client.list_flows(|flows| flows.into_iter().map(|flow| (flow.object_id, Arc::new(flow))).collect()).await
    }
}

/// Reads onboards for those who listen to them.
pub(super) struct OnboardReader {
    client: Client,
}

impl OnboardReader {
    pub(super) fn new(client: &Client) -> Self {
        Self { client: client.behind("watch-onboards") }
    }
}

impl Reader for OnboardReader {
    type Id = ObjectId;
    type Record = Onboard;

    const KIND: &'static str = "onboard";
    const READS: Reads = Reads::All;

    fn credential(&self) -> Result<live::Credential, Error> {
        self.client.fingerprint()
    }

    async fn read(&self, ids: &[ObjectId]) -> Vec<live::Found<Onboard>> {
        match self.client.list_onboards_anew(Onboards::new).await {
            Ok(onboards) => ids.iter().map(|id| Ok(onboards.find(*id))).collect(),
            Err(error) => ids.iter().map(|_| Err(error.clone())).collect(),
        }
    }
}
