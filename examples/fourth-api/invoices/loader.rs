//! How many are fetched at once: each distinct invoice is a call of its own.

use std::sync::Arc;

use futures_util::future::join_all;

use super::model::Invoice;
use super::rest::Client;
use crate::batch::{Batch, Loader, Outcomes, each};
use crate::error::Error;
use crate::live::{self, Reader, Reads};
use crate::scalar::Uuid;
use crate::turn::Turn;

/// The loaders of one request under one credential.
pub(super) struct Loaders {
    batch: Batch<Invoices, Uuid>,
}

impl Loaders {
    pub(super) fn new(client: Client, turn: Turn) -> Self {
        Self { batch: Batch::new(Arc::new(Invoices { client }), turn) }
    }

    pub(super) async fn find(&self, id: Uuid) -> Result<Option<Arc<Invoice>>, Error> {
        self.batch.load(id).await
    }

    /// Lets go of invoices that were read before a write.
    pub(super) fn forget(&self) {
        self.batch.forget();
    }
}

struct Invoices {
    client: Client,
}

impl Loader<Uuid> for Invoices {
    type Value = Option<Arc<Invoice>>;

    async fn load(&self, ids: &[Uuid]) -> Outcomes<Uuid, Option<Arc<Invoice>>> {
        each(ids, async |id: Uuid| self.client.fetch_invoice(id).await.map(|invoice| invoice.map(Arc::new))).await
    }
}

/// Reads invoices for those who listen to them.
pub(super) struct InvoiceReader {
    client: Client,
}

impl InvoiceReader {
    pub(super) fn new(client: &Client) -> Self {
        Self { client: client.behind("watch-invoices") }
    }
}

impl Reader for InvoiceReader {
    type Id = Uuid;
    type Record = Invoice;

    const KIND: &'static str = "invoice";
    const READS: Reads = Reads::Some(8);

    fn credential(&self) -> Result<live::Credential, Error> {
        self.client.fingerprint()
    }

    async fn read(&self, ids: &[Uuid]) -> Vec<live::Found<Invoice>> {
        let read = async |id: Uuid| self.client.fetch_invoice_afresh(id).await.map(|invoice| invoice.map(Arc::new));
        join_all(ids.iter().copied().map(read)).await
    }
}
