//! The writes, each with its permit in hand, and the reads that they decide upon.

use std::time::Duration;

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::body::{ChecklistBody, CompletionBody, VerificationBody};
use super::{ALL, Client, configured};
use crate::error::Error;
use crate::scalar::Uuid;
use crate::transition::Permit;
use crate::upstream::{Answer, Call, Setback, Written};
use crate::waldur::model::{
    Applicant, Checklist, ChecklistCompletion, Customer, Verification, VerificationChange, VerificationLifecycle,
};

type Permitted = Permit<VerificationLifecycle>;

const ONE: &str = "/api/onboarding-verifications/{uuid}/";

impl Client {
    /// The verification, read past everything older.
    pub(crate) async fn fetch_verification_afresh(&self, id: Uuid) -> Result<Option<Verification>, Error> {
        let answer = self.access.fetch_afresh(&Call::get(ONE, &[&id.simple()])).await?;
        answer.found()?.map(verification_in).transpose()
    }

    /// The verification behind a write that was done: that it is not there is none of its answers.
    pub(crate) async fn read_back_verification(&self, id: Uuid) -> Result<Verification, Error> {
        let answer = self.access.fetch_afresh(&Call::get(ONE, &[&id.simple()])).await?;
        verification_in(answer.found_behind_write()?)
    }

    /// The newest verifications, read past everything older.
    pub(crate) async fn list_newest_afresh(&self, rows: usize) -> Result<Vec<Verification>, Error> {
        let call = Call::get(ALL, &[]).query("page", 1).query("page_size", rows);
        let answer = self.access.fetch_afresh(&call).await?;
        let bodies: Vec<VerificationBody> = answer.success()?.decode()?;
        Ok(bodies.into_iter().map(Into::into).collect())
    }

    /// The checklist with its hidden questions too, since one answer of a submission may make another's question visible.
    pub(crate) async fn fetch_checklist_afresh(&self, id: Uuid) -> Result<Option<Checklist>, Error> {
        let route = "/api/onboarding-verifications/{uuid}/checklist/";
        let call = Call::get(route, &[&id.simple()]).query("include_all", "true");
        let answer = self.access.fetch_afresh(&call).await?;
        configured::<ChecklistBody>(&answer).map(|body| body.map(Into::into))
    }

    /// The completion of the checklist, read past everything older.
    pub(crate) async fn fetch_completion_afresh(&self, id: Uuid) -> Result<Option<ChecklistCompletion>, Error> {
        let call = Call::get("/api/onboarding-verifications/{uuid}/completion_status/", &[&id.simple()]);
        let answer = self.access.fetch_afresh(&call).await?;
        configured::<CompletionBody>(&answer).map(|body| body.map(Into::into))
    }

    pub(crate) async fn create(&self, permit: Permitted, change: &VerificationChange) -> Result<Verification, Setback> {
        let call = Call::new(Method::POST, ALL, &[]).json(members(change).into());
        self.perform(permit, call).await.read(verification_in)
    }

    /// Starts a verification. The vendor's schema says 200 and its server answers 201: both are taken.
    pub(crate) async fn start(
        &self,
        permit: Permitted,
        change: &VerificationChange,
        applicant: &Applicant,
    ) -> Result<Verification, Setback> {
        let mut body = members(change);
        body.insert("is_manual_validation".to_owned(), json!(applicant.is_manual));
        let persons = [
            ("person_identifier", applicant.person_identifier.as_ref().map(|text| json!(text))),
            ("first_name", applicant.first_name.as_ref().map(|text| json!(text))),
            ("last_name", applicant.last_name.as_ref().map(|text| json!(text))),
            ("birth_date", applicant.birth_date.map(|date| json!(date))),
        ];
        body.extend(persons.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        let call = Call::new(Method::POST, "/api/onboarding-verifications/start_verification/", &[]).json(body.into());
        self.perform(permit, call).await.read(verification_in)
    }

    pub(crate) async fn update(&self, permit: Permitted, change: &VerificationChange) -> Result<Verification, Setback> {
        let call = Call::new(Method::PATCH, ONE, &[&subject(&permit)?.simple()]).json(members(change).into());
        self.perform(permit, call).await.read(verification_in)
    }

    pub(crate) async fn replace(
        &self,
        permit: Permitted,
        change: &VerificationChange,
    ) -> Result<Verification, Setback> {
        let call = Call::new(Method::PUT, ONE, &[&subject(&permit)?.simple()]).json(members(change).into());
        self.perform(permit, call).await.read(verification_in)
    }

    pub(crate) async fn delete(&self, permit: Permitted) -> Result<(), Setback> {
        let call = Call::new(Method::DELETE, ONE, &[&subject(&permit)?.simple()]);
        self.perform(permit, call).await.read(|_| Ok(()))
    }

    /// Sends all answers or none. What the answer says differs between versions, and is not read.
    pub(crate) async fn submit(&self, permit: Permitted, answers: &[(Uuid, Value)]) -> Result<(), Setback> {
        let answer = |(question, data): &(Uuid, Value)| json!({"question_uuid": question.simple().to_string(), "answer_data": data});
        let route = "/api/onboarding-verifications/{uuid}/submit_answers/";
        let call =
            Call::new(Method::POST, route, &[&subject(&permit)?.simple()]).json(answers.iter().map(answer).collect());
        self.perform(permit, call).await.read(|_| Ok(()))
    }

    /// Asks the register, which may take its time. A success says nothing of the outcome: the status does.
    pub(crate) async fn run_validation(&self, permit: Permitted, deadline: Duration) -> Result<Verification, Setback> {
        let route = "/api/onboarding-verifications/{uuid}/run_validation/";
        let call = Call::new(Method::POST, route, &[&subject(&permit)?.simple()]).within(deadline);
        self.perform(permit, call).await.read(verification_in)
    }

    pub(crate) async fn create_customer(&self, permit: Permitted) -> Result<Customer, Setback> {
        let route = "/api/onboarding-verifications/{uuid}/create_customer/";
        let call = Call::new(Method::POST, route, &[&subject(&permit)?.simple()]);
        self.perform(permit, call).await.read(customer_in)
    }

    async fn perform(&self, permit: Permitted, call: Call) -> Written {
        self.access.perform(permit, &call).await
    }
}

fn subject(permit: &Permitted) -> Result<Uuid, Setback> {
    permit.id().copied().ok_or(Setback::NotSent(Error::Internal))
}

fn verification_in(answer: &Answer) -> Result<Verification, Error> {
    answer.decode::<VerificationBody>().map(Into::into)
}

/// The answer is the only place where its owner ever sees the customer, so a member that is not of the documented type
/// costs that member and nothing else.
fn customer_in(answer: &Answer) -> Result<Customer, Error> {
    let members: Map<String, Value> = answer.decode()?;
    let members = members.into_iter().map(|(name, member)| (name, without_empty_text(member))).filter(is_readable);
    Customer::deserialize(Value::Object(members.collect()))
        .map_err(|_| answer.malformed("the customer is not of the documented type".to_owned()))
}

/// A member that the graph does not have is readable whatever it is, so that none but documented names are logged.
fn is_readable((name, member): &(String, Value)) -> bool {
    let is_readable = Customer::deserialize(json!({ name: member })).is_ok();
    if !is_readable {
        tracing::warn!(upstream = "verification", member = name, "a customer's member of another type was left out");
    }
    is_readable
}

/// The vendor writes the empty text for none.
fn without_empty_text(value: Value) -> Value {
    match value {
        Value::String(text) if text.is_empty() => Value::Null,
        Value::Array(items) => items.into_iter().map(without_empty_text).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, member)| (name, without_empty_text(member))).collect()
        }
        other => other,
    }
}

fn members(change: &VerificationChange) -> Map<String, Value> {
    let members = [
        ("user", change.user_id.map(|id| json!(id))),
        ("country", change.country.as_ref().map(|text| json!(text))),
        ("legal_person_identifier", change.legal_person_identifier.as_ref().map(|text| json!(text))),
        ("legal_name", change.legal_name.as_ref().map(|text| json!(text))),
        ("expires_at", change.expires_at.map(|instant| json!(instant))),
    ];
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}
