//! All that disturbs one played API, as one value: what it starts with, and what `/_sandbox/faults` shows and takes.

use serde::{Deserialize, Deserializer, Serialize, de::Error};

use super::Fault;

/// How a played API is disturbed. Everything may be left out; the default disturbs nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// How much longer every call takes.
    pub latency_ms: u64,
    /// The share of calls that fail with a 503 before anything is done: 0 to 1.
    #[serde(deserialize_with = "share")]
    pub error_rate: f64,
    /// The faults that wait, first come first served.
    pub faults: Vec<Fault>,
}

fn share<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let rate = f64::deserialize(deserializer)?;
    if (0.0..=1.0).contains(&rate) {
        return Ok(rate);
    }
    Err(D::Error::custom(format!("{rate} is not a share between 0 and 1")))
}
