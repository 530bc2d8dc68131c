//! A lead as it is on record.

use serde::Serialize;
use uuid::Uuid;

use super::stage::Stage;
use super::stage_body::StageBody;

/// What was posted is here and nowhere else: the API shows three members and no more.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Lead {
    pub(super) id: Uuid,
    pub(super) status: Stage,
    pub(super) requested_amount: Option<f64>,
    /// Every change that was accepted, oldest first.
    pub(super) posted: Vec<StageBody>,
}
