//! How this vendor says it: one path under the partner's route, ProblemDetails, and members that can only be written.

mod survey;
mod write;

use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::HeaderName;
use serde::Deserialize;
use serde_json::Value;

use super::model::{Lead, LeadLifecycle, LeadStage, StageDetails};
use crate::error::Error;
use crate::scalar::Uuid;
use crate::transition::Permit;
use crate::upstream::{Access, Answer, Call, Credential, Keeping, Setback, Speech, Unusable};
use crate::vocabulary::Word;

pub(super) use survey::CONTRACTS;

/// How this API is named in errors, and where it puts its message.
pub(super) const SPEECH: Speech = Speech { name: "leads", problem, plain: PLAIN };

const LEADS: &str = "/api/v1/{servicepartner}/leads";

/// The members that tell of no person: where a lead stands, and what it is about in figures. What its form holds is not
/// among them, nor are words about it.
const PLAIN: &[&str] = &[
    "status",
    "type",
    "requestedAmount",
    "fundedDate",
    "fundedAmount",
    "fundedInterestRate",
    "fundedAPR",
    "fundedTermMonths",
    "fundedAmortizationMonths",
    "disqualifiedReason",
    "withdrawnReason",
    "abandonedReason",
    "willReceiveTechnicalAssistance",
    "technicalAssistanceOptions",
];

/// ProblemDetails: the messages by field where there are any, else the detail, else the title.
fn problem(body: &Value) -> Option<String> {
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    field_messages(body).or_else(|| text("detail")).or_else(|| text("title"))
}

fn field_messages(body: &Value) -> Option<String> {
    let errors = body.get("errors")?.as_object()?;
    let said = errors.iter().map(|(field, messages)| format!("{field}: {}", sentences(messages)));
    let said: Vec<String> = said.collect();
    (!said.is_empty()).then(|| said.join("; "))
}

fn sentences(messages: &Value) -> String {
    let messages = messages.as_array().map_or(&[][..], Vec::as_slice);
    messages.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
}

/// The credential. The partner's route belongs to it, and is part of every path.
pub(super) fn credential([key, route]: [&str; 2]) -> Result<Credential, Unusable> {
    Ok(Credential::header(HeaderName::from_static("x-api-key"), key, &[key])?.at(route))
}

/// The API under one credential.
#[derive(Clone)]
pub(super) struct Client {
    access: Access,
    route: Arc<str>,
    kept_for: Duration,
}

impl Client {
    pub(super) fn new(access: Access, route: Arc<str>, kept_for: Duration) -> Self {
        Self { access, route, kept_for }
    }

    /// The same API under the same credential for what the gateway does by itself.
    pub(super) fn behind(&self, id: &str) -> Self {
        Self { access: self.access.behind(id), ..self.clone() }
    }

    /// What tells the credential from every other one.
    pub(super) fn fingerprint(&self) -> Result<[u8; 32], Error> {
        self.access.fingerprint()
    }

    pub(super) async fn fetch_lead(&self, id: Uuid) -> Result<Option<Lead>, Error> {
        lead_in(&*self.access.fetch(self.read_kept(id)).await?)
    }

    /// The same past what was kept.
    pub(super) async fn fetch_lead_anew(&self, id: Uuid) -> Result<Option<Lead>, Error> {
        lead_in(&*self.access.fetch_anew(self.read_kept(id)).await?)
    }

    /// The same, read past everything older.
    pub(super) async fn fetch_lead_afresh(&self, id: Uuid) -> Result<Option<Lead>, Error> {
        lead_in(&*self.access.fetch_afresh(&self.read(id)).await?)
    }

    /// The lead behind a write that was done: that it is not there is none of its answers.
    pub(super) async fn read_back_lead(&self, id: Uuid) -> Result<Lead, Error> {
        let answer = self.access.fetch_afresh(&self.read(id)).await?;
        answer.found_behind_write()?.decode::<LeadBody>().map(Into::into)
    }

    /// Sets the stage that the permit is for. The answer's body is not documented and is not read.
    pub(super) async fn set_stage(&self, permit: Permit<LeadLifecycle>, details: &StageDetails) -> Result<(), Setback> {
        let body = write::body(&permit, details).ok_or(Setback::NotSent(Error::Internal))?;
        let call = Call::new(Method::POST, LEADS, &[&self.route]).json(body);
        self.access.perform(permit, &call).await.read(|_| Ok(()))
    }

    /// Asks for a lead that cannot be: this API has no question of its own for its health, and a 404 is an answer.
    pub(super) async fn probe(&self) -> Result<Duration, Error> {
        let call = Call::get(LEADS, &[&self.route]).query("leadId", "00000000-0000-0000-0000-000000000000");
        self.access.probe(&call).await
    }

    fn read_kept(&self, id: Uuid) -> Call {
        self.read(id).kept(Keeping::members(self.kept_for, LEAD))
    }

    fn read(&self, id: Uuid) -> Call {
        Call::get(LEADS, &[&self.route]).query("leadId", id)
    }
}

fn lead_in(answer: &Answer) -> Result<Option<Lead>, Error> {
    answer.found()?.map(|answer| answer.decode::<LeadBody>().map(Into::into)).transpose()
}

/// The members of a lead that are read, which are all that is ever kept of it.
const LEAD: &[&str] = &["id", "status", "requestedAmount"];

#[derive(Debug, Deserialize)]
struct LeadBody {
    id: Uuid,
    status: Option<Word<LeadStage>>,
    #[serde(rename = "requestedAmount")]
    requested_amount: Option<f64>,
}

impl From<LeadBody> for Lead {
    fn from(body: LeadBody) -> Self {
        let (stage, raw_stage) = body.status.unwrap_or_default().parts();
        Self { id: Lead::global_id(body.id), uuid: body.id, stage, raw_stage, requested_amount: body.requested_amount }
    }
}
