//! How many are fetched at once: this API reads one lead a call, so each distinct lead is a call of its own, all of them
//! together, as many at once as the API bears.

use std::sync::Arc;

use futures_util::future::join_all;

use super::model::Lead;
use super::rest::Client;
use crate::batch::{Batch, Loader, Outcomes, each};
use crate::error::Error;
use crate::live::{self, Reader, Reads};
use crate::scalar::Uuid;
use crate::turn::Turn;

/// A lead, none where there is no such lead, or why it could not be read.
pub(super) type Found = Result<Option<Arc<Lead>>, Error>;

/// The loaders of one request under one credential.
pub(super) struct Loaders {
    batch: Batch<Leads, Uuid>,
}

impl Loaders {
    pub(super) fn new(client: Client, turn: Turn) -> Self {
        Self { batch: Batch::new(Arc::new(Leads { client }), turn) }
    }

    pub(super) async fn find(&self, id: Uuid) -> Found {
        self.batch.load(id).await
    }

    /// Lets go of leads that were read before a write.
    pub(super) fn forget(&self) {
        self.batch.forget();
    }

    /// One answer a key, whatever became of the others.
    pub(super) async fn find_many(&self, ids: &[Uuid]) -> Outcomes<Uuid, Option<Arc<Lead>>> {
        self.batch.load_many(ids.iter().copied()).await
    }
}

struct Leads {
    client: Client,
}

impl Loader<Uuid> for Leads {
    type Value = Option<Arc<Lead>>;

    async fn load(&self, ids: &[Uuid]) -> Outcomes<Uuid, Option<Arc<Lead>>> {
        each(ids, async |id: Uuid| self.client.fetch_lead(id).await.map(|lead| lead.map(Arc::new))).await
    }
}

/// Reads leads for those who listen to them.
pub(super) struct LeadReader {
    client: Client,
}

impl LeadReader {
    pub(super) fn new(client: &Client) -> Self {
        Self { client: client.behind("watch-leads") }
    }
}

impl Reader for LeadReader {
    type Id = Uuid;
    type Record = Lead;

    const KIND: &'static str = "lead";
    const READS: Reads = Reads::Some(8);

    fn credential(&self) -> Result<live::Credential, Error> {
        self.client.fingerprint()
    }

    async fn read(&self, ids: &[Uuid]) -> Vec<live::Found<Lead>> {
        let read = async |id: Uuid| self.client.fetch_lead_anew(id).await.map(|lead| lead.map(Arc::new));
        join_all(ids.iter().copied().map(read)).await
    }
}
