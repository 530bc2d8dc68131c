//! A recorded exchange, as its line says.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

const RECORDINGS: &str = include_str!("../../fixtures/waldur/recordings.jsonl");

#[derive(Debug, Deserialize)]
pub(super) struct Exchange {
    pub(super) n: u64,
    pub(super) variant: String,
    pub(super) op: String,
    pub(super) case: String,
    pub(super) request: Request,
    pub(super) response: Response,
}

#[derive(Debug, Deserialize)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: String,
    #[serde(rename = "as")]
    pub(super) user: Option<String>,
    pub(super) headers: BTreeMap<String, String>,
    /// A string is what was sent as it is, anything else was sent as JSON.
    pub(super) body: Option<Value>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Option<Value>,
}

impl Exchange {
    pub(super) fn all() -> Vec<Self> {
        RECORDINGS.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}
