//! How a write ended, as far as one can know.

use std::cell::Cell;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::Answer;
use crate::error::Error;
use crate::replicas::Lease;

tokio::task_local! {
    /// The status of the answer to the write that this task makes.
    static ANSWERED: Cell<Option<u16>>;
    /// What the write that this task makes holds among the replicas.
    static LEASE: Option<Lease>;
}

/// Takes note of the status of the answer to a write, where there was one.
pub(super) fn note_answered(status: Option<u16>) {
    // Outside of `noted` nobody wants to know.
    let _ = ANSWERED.try_with(|answered| answered.set(status));
}

/// Holds a write back unless it may be sent now, as far as the other replicas are concerned.
pub(super) async fn cover(api: &'static str, within: Duration) -> Result<(), Error> {
    match lease() {
        Some(lease) => lease.cover(api, within).await,
        None => Ok(()),
    }
}

/// Says to the other replicas that a write is over.
pub(super) async fn ended(api: &'static str) {
    if let Some(lease) = lease() {
        lease.ended(api).await;
    }
}

fn lease() -> Option<Lease> {
    LEASE.try_with(Clone::clone).ok().flatten()
}

/// Makes a write, with what it holds among the replicas, and says besides with which status it was answered, where it was: what a write is made of does not have
/// to hand that on for the audit log's sake.
pub(crate) async fn noted<T>(lease: Option<Lease>, write: impl Future<Output = T>) -> (T, Option<u16>) {
    let noted = ANSWERED.scope(Cell::new(None), async { (write.await, ANSWERED.with(Cell::get)) });
    LEASE.scope(lease, noted).await
}

/// How a write ended, as far as one can know.
#[derive(Debug)]
pub(crate) enum Written {
    /// The API answered with a success.
    Done(Arc<Answer>),
    /// The API answered that it will not do it.
    Refused(Arc<Answer>),
    /// Nothing was done: nothing was sent, or the API turned the request away unread.
    NotSent(Error),
    /// The request may have been carried out; its answer is lost or says nothing.
    Unknown(Error),
}

/// Why a write has no record to show.
#[derive(Debug, Clone)]
pub(crate) enum Setback {
    /// The API answered that it will not do it.
    Refused {
        /// The status of its answer.
        status: u16,
        /// Its own words, as far as they may be shown.
        detail: Option<String>,
    },
    /// Nothing was done.
    NotSent(Error),
    /// It may have been done; the answer is lost or says nothing.
    Unknown(Error),
    /// It was done, and the record could not be read afterwards.
    Unread(Error),
}

impl Written {
    /// What the answer to a write holds. One that cannot be read says as little as one that was lost.
    pub(crate) fn read<T>(self, read: impl FnOnce(&Answer) -> Result<T, Error>) -> Result<T, Setback> {
        match self {
            Self::Done(answer) => read(&answer).map_err(Setback::Unknown),
            Self::Refused(answer) => {
                Err(Setback::Refused { status: answer.status().as_u16(), detail: answer.problem() })
            }
            Self::NotSent(error) => Err(Setback::NotSent(error)),
            Self::Unknown(error) => Err(Setback::Unknown(error)),
        }
    }
}

impl From<Arc<Answer>> for Written {
    /// How a write ended that was answered.
    fn from(answer: Arc<Answer>) -> Self {
        let status = answer.status;
        match answer.success() {
            Ok(_) => Self::Done(answer),
            Err(error) if status.is_server_error() => Self::Unknown(error),
            Err(error) if status.is_redirection() => Self::Unknown(error),
            // Turned away at the door: the credential was not accepted, or its quota is spent.
            Err(error) if matches!(status.as_u16(), 401 | 403 | 429) => Self::NotSent(error),
            Err(_) => Self::Refused(answer),
        }
    }
}
