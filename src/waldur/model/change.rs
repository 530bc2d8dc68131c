//! What a write would change, in the graph's words.

use serde_json::Value;

use crate::scalar::{Date, DateTime, Uuid};

/// The life of a verification.
#[derive(Debug)]
pub(crate) enum VerificationLifecycle {}

/// What a move of a verification may need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VerificationNeed {
    User,
    Country,
    LegalPersonIdentifier,
    /// Answers that fit the questions of this verification's checklist.
    Answers,
    /// A checklist whose required questions are all answered.
    CompleteChecklist,
}

/// What a verification says of a company. A member that is left out stays as it is, or is the upstream's default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct VerificationChange {
    pub(crate) user_id: Option<i32>,
    pub(crate) country: Option<String>,
    pub(crate) legal_person_identifier: Option<String>,
    pub(crate) legal_name: Option<String>,
    /// The inner option is none where it is not to expire.
    pub(crate) expires_at: Option<Option<DateTime>>,
}

impl VerificationChange {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Who asks for the check of a company, besides what the verification says of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Applicant {
    pub(crate) is_manual: bool,
    pub(crate) person_identifier: Option<String>,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) birth_date: Option<Date>,
}

/// An answer to a question.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) question: Uuid,
    pub(crate) value: AnswerValue,
}

/// What is answered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum AnswerValue {
    Text(String),
    Number(f64),
    Flag(bool),
    Date(Date),
    Options(Vec<Uuid>),
    File(AnswerFile),
    Files(Vec<AnswerFile>),
    /// The form that only a question of an unknown type may need.
    Plain(Value),
    /// The answer is taken away.
    Nothing,
}

/// A file that answers a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AnswerFile {
    pub(crate) name: String,
    /// The content as base64.
    pub(crate) content: String,
}
