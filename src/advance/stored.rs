//! A mutation's outcome as other replicas read it.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Ending, Settled};
use crate::error::Error;
use crate::error::user::UserError;

#[derive(Serialize, Deserialize)]
struct Stored<R> {
    record: Option<Result<R, Error>>,
    user_errors: Vec<UserError>,
}

/// The outcome of what was sent, for other replicas.
pub(super) fn written<R: Clone + Serialize>(settled: &Settled<R>) -> Option<Vec<u8>> {
    let stored = Stored { record: settled.record.clone(), user_errors: settled.user_errors.clone() };
    serde_json::to_vec(&stored).ok()
}

/// The outcome that another replica has written down.
pub(super) fn read<R: DeserializeOwned>(outcome: &[u8]) -> Ending<R> {
    let stored: Stored<R> = serde_json::from_slice(outcome).map_err(|_| Error::Internal)?;
    Ok(Settled { record: stored.record, user_errors: stored.user_errors, is_dry_run: false, was_sent: true })
}
