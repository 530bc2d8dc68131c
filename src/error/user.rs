//! What a mutation answers where the caller can put things right: user errors, as data in its payload.

use async_graphql::{Enum, Interface, SimpleObject};
use serde::{Deserialize, Serialize};

use crate::transition::{Basis, Refusal};

/// What the caller has to put right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize, Deserialize)]
pub enum UserErrorCode {
    /// The record's state does not allow the move; nothing was written.
    TransitionRefused,
    /// Something that the move needs is missing; nothing was written.
    RequirementsMissing,
    /// The input is well-formed and does not make sense; nothing was written.
    InvalidInput,
    /// There is no such record, or none for this caller; nothing was written.
    NotFound,
    /// The idempotency key was used with another input, or another write to the record is taking too long; nothing was
    /// written.
    Conflict,
    /// The change deletes data, and that was not acknowledged; nothing was written.
    DataLossUnacknowledged,
    /// The rules allowed it and the upstream did not do it.
    UpstreamRefused,
    /// The request was sent, its answer was lost, and reading did not show the change. The record is as it was read.
    OutcomeUnknown,
}

/// Something that the caller can put right. Technical failures are top-level errors instead.
#[derive(Debug, Clone, PartialEq, Interface, Serialize, Deserialize)]
#[graphql(
    field(name = "code", ty = "&UserErrorCode", desc = "What has to be put right."),
    field(name = "message", ty = "&String", desc = "The same in a sentence, for a developer."),
    field(name = "path", ty = "&Option<Vec<String>>", desc = "The input members that it is about.")
)]
pub enum UserError {
    /// The record's state does not allow the move.
    TransitionRefused(TransitionRefused),
    /// Something that the move needs is missing.
    RequirementsMissing(RequirementsMissing),
    /// The upstream did not do it.
    UpstreamRefused(UpstreamRefused),
    /// It is not known whether the upstream did it.
    OutcomeUnknown(OutcomeUnknown),
    /// The input cannot be taken.
    InputProblem(InputProblem),
}

/// The record's state does not allow the move.
#[derive(Debug, Clone, PartialEq, SimpleObject, Serialize, Deserialize)]
pub struct TransitionRefused {
    /// What has to be put right.
    code: UserErrorCode,
    /// The same in a sentence, for a developer.
    message: String,
    /// The input members that it is about.
    path: Option<Vec<String>>,
    /// The record's state.
    from: String,
    /// The move that was asked for.
    action: String,
    /// The moves that are open instead.
    allowed: Vec<String>,
    /// Whether the rule is the vendor's or the gateway's.
    basis: Basis,
}

/// Something that the move needs is missing.
#[derive(Debug, Clone, PartialEq, SimpleObject, Serialize, Deserialize)]
pub struct RequirementsMissing {
    /// What has to be put right.
    code: UserErrorCode,
    /// The same in a sentence, for a developer.
    message: String,
    /// The input members that it is about.
    path: Option<Vec<String>>,
    /// What is missing, by the names of the input's or the record's members.
    missing: Vec<String>,
}

/// The rules allowed it and the upstream did not do it.
#[derive(Debug, Clone, PartialEq, SimpleObject, Serialize, Deserialize)]
pub struct UpstreamRefused {
    /// What has to be put right.
    code: UserErrorCode,
    /// The same in a sentence, for a developer.
    message: String,
    /// The input members that it is about.
    path: Option<Vec<String>>,
    /// The status of the upstream's answer.
    http_status: i32,
    /// The upstream's own words, as far as they may be shown.
    detail: Option<String>,
}

/// It is not known whether the upstream did it.
#[derive(Debug, Clone, PartialEq, SimpleObject, Serialize, Deserialize)]
pub struct OutcomeUnknown {
    /// What has to be put right.
    code: UserErrorCode,
    /// The same in a sentence, for a developer.
    message: String,
    /// The input members that it is about.
    path: Option<Vec<String>>,
    /// Whether asking for the same again is safe: the rules are checked against a fresh read first. Not so for what
    /// creates a record or cannot be read back.
    retryable: bool,
}

/// The input cannot be taken.
#[derive(Debug, Clone, PartialEq, SimpleObject, Serialize, Deserialize)]
pub struct InputProblem {
    /// What has to be put right.
    code: UserErrorCode,
    /// The same in a sentence, for a developer.
    message: String,
    /// The input members that it is about.
    path: Option<Vec<String>>,
}

impl UserError {
    /// A well-formed input that does not make sense; `path` names its members from the mutation's arguments on.
    pub(crate) fn invalid(path: &[&str], message: impl Into<String>) -> Self {
        Self::problem(UserErrorCode::InvalidInput, path, message)
    }

    /// The record that the mutation is about does not exist for this caller.
    pub(crate) fn not_found(path: &[&str], subject: &str) -> Self {
        Self::problem(UserErrorCode::NotFound, path, format!("There is no {subject}."))
    }

    pub(crate) fn conflict(path: &[&str], message: impl Into<String>) -> Self {
        Self::problem(UserErrorCode::Conflict, path, message)
    }

    pub(crate) fn data_loss(path: &[&str], message: impl Into<String>) -> Self {
        Self::problem(UserErrorCode::DataLossUnacknowledged, path, message)
    }

    /// Members without which the move cannot be made.
    pub(crate) fn missing(action: &str, missing: &[&str]) -> Self {
        Self::RequirementsMissing(RequirementsMissing {
            code: UserErrorCode::RequirementsMissing,
            message: format!("{action} needs {}.", missing.join(" and ")),
            path: None,
            missing: owned(missing),
        })
    }

    pub(crate) fn upstream_refused(http_status: u16, detail: Option<String>) -> Self {
        let said = detail
            .as_ref()
            .map_or_else(|| format!("with status {http_status}"), |detail| format!("and said: {detail}"));
        Self::UpstreamRefused(UpstreamRefused {
            code: UserErrorCode::UpstreamRefused,
            message: format!("The upstream did not do it {said}"),
            path: None,
            http_status: i32::from(http_status),
            detail,
        })
    }

    pub(crate) fn outcome_unknown(message: impl Into<String>, retryable: bool) -> Self {
        Self::OutcomeUnknown(OutcomeUnknown {
            code: UserErrorCode::OutcomeUnknown,
            message: message.into(),
            path: None,
            retryable,
        })
    }

    /// The code, as the audit log writes it.
    pub(crate) fn reason(&self) -> UserErrorCode {
        match self {
            Self::TransitionRefused(error) => error.code,
            Self::RequirementsMissing(error) => error.code,
            Self::UpstreamRefused(error) => error.code,
            Self::OutcomeUnknown(error) => error.code,
            Self::InputProblem(error) => error.code,
        }
    }

    fn problem(code: UserErrorCode, path: &[&str], message: impl Into<String>) -> Self {
        Self::InputProblem(InputProblem { code, message: message.into(), path: Some(owned(path)) })
    }
}

impl From<Refusal> for UserError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Missing { action, missing } => Self::missing(action, &missing),
            Refusal::Transition { from, action, allowed, basis, because } => {
                Self::TransitionRefused(TransitionRefused {
                    code: UserErrorCode::TransitionRefused,
                    message: format!("{action} is refused: {because}."),
                    path: None,
                    from: from.to_owned(),
                    action: action.to_owned(),
                    allowed: owned(&allowed),
                    basis,
                })
            }
        }
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
