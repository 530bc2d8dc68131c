//! The writes on the way from a checklist to a customer: answers, the register's check, the customer.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::advance::{Look, Write};
use crate::error::Error;
use crate::error::user::UserError;
use crate::scalar::Uuid;
use crate::transition::{Lifecycle, Permit, permit};
use crate::upstream::Setback;
use crate::waldur::model::{
    Answer, Checklist, Customer, QuestionType, Verification, VerificationAction, VerificationLifecycle,
    VerificationNeed,
};
use crate::waldur::rest::Client;
use crate::waldur::rules::{Misfit, VerificationFacts, fitted};

type Permitted = Permit<VerificationLifecycle>;

/// Answers to questions of a checklist.
pub(super) struct Submission {
    pub(super) client: Client,
    pub(super) id: Uuid,
    /// The answers, or what is wrong with the input as such.
    pub(super) answers: Result<Vec<Answer>, Vec<UserError>>,
}

/// A verification and the questions that it may be asked.
pub(super) struct Questioned {
    verification: Verification,
    checklist: Option<Checklist>,
}

/// A permit with the answers in the form that is sent.
pub(super) struct FittedAnswers {
    permit: Permitted,
    answers: Vec<(Uuid, Value)>,
}

impl Submission {
    fn fitted(&self, before: &Questioned) -> Result<Vec<(Uuid, Value)>, Vec<UserError>> {
        let answers = self.answers.as_ref().map_err(Clone::clone)?;
        let Some(checklist) = &before.checklist else {
            return Err(vec![UserError::invalid(&["input", "answers"], "The verification has no checklist.")]);
        };
        fitted(checklist, answers).map_err(|misfits| misfits.iter().map(told).collect())
    }
}

fn told(misfit: &Misfit) -> UserError {
    UserError::invalid(&["input", "answers", &misfit.index.to_string()], misfit.why.clone())
}

impl Write for Submission {
    type Record = Arc<Verification>;
    type Before = Questioned;
    type Permit = FittedAnswers;

    fn mutation(&self) -> &'static str {
        "verificationSubmitAnswers"
    }

    fn subject(&self) -> String {
        Verification::global_id(self.id).0
    }

    async fn read(&self) -> Result<Option<Questioned>, Error> {
        let Some(verification) = self.client.fetch_verification_afresh(self.id).await? else {
            return Ok(None);
        };
        let checklist = self.client.fetch_checklist_afresh(self.id).await?;
        Ok(Some(Questioned { verification, checklist }))
    }

    fn permit(&self, before: &Questioned) -> Result<FittedAnswers, Vec<UserError>> {
        // Whether there may be answers comes before whether they fit.
        let facts = VerificationFacts::new(&before.verification, &[VerificationNeed::Answers]);
        let permit =
            permit(self.id, &facts, VerificationAction::SubmitAnswers).map_err(|refusal| vec![refusal.into()])?;
        Ok(FittedAnswers { permit, answers: self.fitted(before)? })
    }

    /// The answers change what the verification says of its customer to be, so it is read again.
    async fn perform(&self, fitted: FittedAnswers, _: &Questioned) -> Result<Arc<Verification>, Setback> {
        self.client.submit(fitted.permit, &fitted.answers).await?;
        self.client.read_back_verification(self.id).await.map(Arc::new).map_err(Setback::Unread)
    }

    async fn look(&self, before: &Questioned) -> Result<Look<Arc<Verification>>, Error> {
        let answers = self.fitted(before).unwrap_or_default();
        let checklist = self.client.fetch_checklist_afresh(self.id).await?;
        let now = self.client.fetch_verification_afresh(self.id).await?.map(Arc::new);
        Ok(Look::at(now, |_| {
            checklist.is_some_and(|checklist| answers.iter().all(|answer| is_held(&checklist, answer)))
        }))
    }

    fn shown(&self, before: &Questioned) -> Option<Arc<Verification>> {
        Some(Arc::new(before.verification.clone()))
    }

    fn from(&self, before: &Questioned) -> Option<String> {
        Some(VerificationLifecycle::state_name(before.verification.status).to_owned())
    }

    fn to(&self, verification: &Arc<Verification>) -> Option<String> {
        Some(VerificationLifecycle::state_name(verification.status).to_owned())
    }
}

/// Whether a question has the answer that was sent. Files come back in another form; but there was none before, or the
/// rules would not have let the answer pass, so that one which is there now is this one.
fn is_held(checklist: &Checklist, (question, sent): &(Uuid, Value)) -> bool {
    let question = checklist.questions.iter().find(|held| held.uuid == *question);
    let takes_files =
        question.is_some_and(|question| matches!(question.kind, QuestionType::File | QuestionType::MultipleFiles));
    let held = question.and_then(|question| question.existing_answer.as_ref()?.answer_data.as_ref());
    match held {
        Some(held) => held.0 == *sent || (takes_files && !sent.is_null()),
        None => sent.is_null(),
    }
}

/// The check of a company against its register.
pub(super) struct Validation {
    pub(super) client: Client,
    pub(super) id: Uuid,
    /// The register may take its time, so this write has a deadline of its own.
    pub(super) deadline: Duration,
}

impl Write for Validation {
    type Record = Arc<Verification>;
    type Before = Verification;
    type Permit = Permitted;

    fn mutation(&self) -> &'static str {
        "verificationRunValidation"
    }

    fn subject(&self) -> String {
        Verification::global_id(self.id).0
    }

    async fn read(&self) -> Result<Option<Verification>, Error> {
        self.client.fetch_verification_afresh(self.id).await
    }

    fn permit(&self, before: &Verification) -> Result<Permitted, Vec<UserError>> {
        let permit = permit(self.id, &VerificationFacts::new(before, &[]), VerificationAction::RunValidation);
        permit.map_err(|refusal| vec![refusal.into()])
    }

    async fn perform(&self, permit: Permitted, _: &Verification) -> Result<Arc<Verification>, Setback> {
        self.client.run_validation(permit, self.deadline).await.map(Arc::new)
    }

    async fn look(&self, before: &Verification) -> Result<Look<Arc<Verification>>, Error> {
        let now = self.client.fetch_verification_afresh(self.id).await?.map(Arc::new);
        Ok(Look::at(now, |now| now.validated_at != before.validated_at))
    }

    fn shown(&self, before: &Verification) -> Option<Arc<Verification>> {
        Some(Arc::new(before.clone()))
    }

    fn from(&self, before: &Verification) -> Option<String> {
        Some(VerificationLifecycle::state_name(before.status).to_owned())
    }

    fn to(&self, verification: &Arc<Verification>) -> Option<String> {
        Some(VerificationLifecycle::state_name(verification.status).to_owned())
    }
}

/// The customer that a verified company becomes.
pub(super) struct CustomerCreation {
    pub(super) client: Client,
    pub(super) id: Uuid,
}

/// A verification, and whether its checklist is complete.
pub(super) struct Answered {
    verification: Verification,
    is_complete: bool,
}

/// A verification and the customer that it has become, as far as each could be read.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct CustomerOutcome {
    pub(super) verification: Result<Arc<Verification>, Error>,
    pub(super) customer: Option<Arc<Customer>>,
}

impl CustomerOutcome {
    fn without(verification: Verification) -> Self {
        Self { verification: Ok(Arc::new(verification)), customer: None }
    }
}

impl Write for CustomerCreation {
    type Record = CustomerOutcome;
    type Before = Answered;
    type Permit = Permitted;

    fn mutation(&self) -> &'static str {
        "verificationCreateCustomer"
    }

    fn subject(&self) -> String {
        Verification::global_id(self.id).0
    }

    async fn read(&self) -> Result<Option<Answered>, Error> {
        let Some(verification) = self.client.fetch_verification_afresh(self.id).await? else {
            return Ok(None);
        };
        // The rules ask for the checklist last, so it is read where nothing else stands in the way.
        let facts = VerificationFacts::new(&verification, &[VerificationNeed::CompleteChecklist]);
        let is_open = permit::<VerificationLifecycle>(self.id, &facts, VerificationAction::CreateCustomer).is_ok();
        let completion = if is_open { self.client.fetch_completion_afresh(self.id).await? } else { None };
        let is_complete = completion.is_some_and(|completion| completion.is_completed == Some(true));
        Ok(Some(Answered { verification, is_complete }))
    }

    fn permit(&self, before: &Answered) -> Result<Permitted, Vec<UserError>> {
        let held = if before.is_complete { &[VerificationNeed::CompleteChecklist][..] } else { &[] };
        let facts = VerificationFacts::new(&before.verification, held);
        permit(self.id, &facts, VerificationAction::CreateCustomer).map_err(|refusal| vec![refusal.into()])
    }

    /// The answer is the only place where its owner ever sees the customer.
    async fn perform(&self, permit: Permitted, _: &Answered) -> Result<CustomerOutcome, Setback> {
        let customer = Arc::new(self.client.create_customer(permit).await?);
        let verification = self.client.read_back_verification(self.id).await.map(Arc::new);
        Ok(CustomerOutcome { verification, customer: Some(customer) })
    }

    /// That there is a customer now is to be seen; the customer itself is not.
    async fn look(&self, _: &Answered) -> Result<Look<CustomerOutcome>, Error> {
        let now = self.client.fetch_verification_afresh(self.id).await?;
        let has_customer = now.as_ref().is_some_and(|now| now.has_customer);
        Ok(Look::at(now.map(CustomerOutcome::without), |_| has_customer))
    }

    fn shown(&self, before: &Answered) -> Option<CustomerOutcome> {
        Some(CustomerOutcome::without(before.verification.clone()))
    }

    fn from(&self, before: &Answered) -> Option<String> {
        Some(VerificationLifecycle::state_name(before.verification.status).to_owned())
    }

    fn to(&self, outcome: &CustomerOutcome) -> Option<String> {
        outcome
            .verification
            .as_ref()
            .ok()
            .map(|verification| VerificationLifecycle::state_name(verification.status).to_owned())
    }
}
