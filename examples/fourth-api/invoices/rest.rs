//! How this vendor says it: a list, a record, and one way to change it.

use std::time::Duration;

use reqwest::Method;
use reqwest::header::AUTHORIZATION;
use serde::Deserialize;
use serde_json::Value;

use super::model::{Invoice, InvoiceLifecycle, InvoiceStatus};
use crate::drift::{Contract, Form, Look};
use crate::error::Error;
use crate::scalar::Uuid;
use crate::transition::Permit;
use crate::upstream::{Access, Call, Credential, Setback, Speech, Unusable};
use crate::vocabulary::Word;

/// How this API is named in errors, where it puts its message, and which members tell of nobody.
pub(super) const SPEECH: Speech = Speech { name: "invoicing", problem, plain: &["status", "amount"] };

/// What is known of this API's records.
pub(super) const CONTRACTS: &[Contract] = &[CONTRACT];

const CONTRACT: Contract = Contract::of::<InvoiceBody>("invoice").always(&["$.id", "$.status"]);

const ONE: &str = "/invoices/{id}";

fn problem(body: &Value) -> Option<String> {
    body.get("message").and_then(Value::as_str).map(str::to_owned)
}

/// The credential: a bearer token.
pub(super) fn credential([key]: [&str; 1]) -> Result<Credential, Unusable> {
    Credential::header(AUTHORIZATION, &format!("Bearer {key}"), &[key])
}

/// The API under one credential.
#[derive(Clone)]
pub(super) struct Client {
    access: Access,
}

impl Client {
    pub(super) fn new(access: Access) -> Self {
        Self { access }
    }

    /// The same API under the same credential for what the gateway does by itself.
    pub(super) fn behind(&self, id: &str) -> Self {
        Self { access: self.access.behind(id) }
    }

    /// What tells the credential from every other one.
    pub(super) fn fingerprint(&self) -> Result<[u8; 32], Error> {
        self.access.fingerprint()
    }

    pub(super) async fn list_invoices(&self) -> Result<Vec<Invoice>, Error> {
        let bodies: Vec<InvoiceBody> = self.access.fetch(Call::get("/invoices", &[])).await?.success()?.decode()?;
        Ok(bodies.into_iter().map(Into::into).collect())
    }

    pub(super) async fn fetch_invoice(&self, id: Uuid) -> Result<Option<Invoice>, Error> {
        let answer = self.access.fetch(Call::get(ONE, &[&id])).await?;
        answer.found()?.map(|answer| answer.decode::<InvoiceBody>().map(Into::into)).transpose()
    }

    /// The same, read past everything older.
    pub(super) async fn fetch_invoice_afresh(&self, id: Uuid) -> Result<Option<Invoice>, Error> {
        let answer = self.access.fetch_afresh(&Call::get(ONE, &[&id])).await?;
        answer.found()?.map(|answer| answer.decode::<InvoiceBody>().map(Into::into)).transpose()
    }

    /// Sends the invoice that the permit is for to its customer. The answer is the invoice.
    pub(super) async fn send(&self, permit: Permit<InvoiceLifecycle>) -> Result<Invoice, Setback> {
        let id = permit.id().copied().ok_or(Setback::NotSent(Error::Internal))?;
        let call = Call::new(Method::POST, "/invoices/{id}/send", &[&id]);
        self.access.perform(permit, &call).await.read(|answer| answer.decode::<InvoiceBody>().map(Into::into))
    }

    pub(super) async fn probe(&self) -> Result<Duration, Error> {
        self.access.probe(&Call::get("/invoices", &[])).await
    }

    pub(super) async fn survey(&self) -> Vec<Look> {
        vec![self.access.survey(Call::get("/invoices", &[]), &CONTRACT, Form::List, |_| None).await.0]
    }
}

#[derive(Debug, Deserialize)]
struct InvoiceBody {
    id: Uuid,
    status: Option<Word<InvoiceStatus>>,
    amount: Option<f64>,
}

impl From<InvoiceBody> for Invoice {
    fn from(body: InvoiceBody) -> Self {
        let (status, raw_status) = body.status.unwrap_or_default().parts();
        Self { id: Invoice::global_id(body.id), uuid: body.id, status, raw_status, amount: body.amount }
    }
}
