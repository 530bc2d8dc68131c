//! Invoices, in the graph's words.

use async_graphql::{Enum, ID, SimpleObject};
use serde::{Deserialize, Serialize};

use crate::node::global_id;
use crate::scalar::Uuid;
use crate::vocabulary::vocabulary;

/// The prefix of an invoice's global id.
pub(crate) const INVOICE: &str = "invoice";

vocabulary! {
    /// Where an invoice stands.
    pub enum InvoiceStatus {
        /// It can still be changed.
        Draft = "draft",
        /// The customer has it.
        Sent = "sent",
        /// The customer has paid it. Final.
        Paid = "paid",
    }
}

/// What a customer is asked to pay.
#[derive(Debug, Clone, PartialEq, SimpleObject, Serialize, Deserialize)]
pub struct Invoice {
    /// Global id, such as `invoice_7d9f1c0a-5b1e-4f3a-9a51-2f6f1c1f8e01`.
    pub id: ID,
    /// The upstream's own id.
    pub uuid: Uuid,
    /// Where the invoice stands.
    pub status: InvoiceStatus,
    /// The upstream's own word for the status.
    pub raw_status: String,
    /// What is to be paid.
    pub amount: Option<f64>,
}

impl Invoice {
    pub(crate) fn global_id(uuid: Uuid) -> ID {
        global_id(INVOICE, &uuid)
    }
}

/// What a client may do with an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
#[graphql(name = "InvoiceAction")]
pub enum InvoiceAction {
    /// Send it to the customer.
    Send,
}

/// The life of an invoice.
#[derive(Debug)]
pub(crate) enum InvoiceLifecycle {}

/// What a move of an invoice may need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InvoiceNeed {
    Amount,
}
