//! What is told of the gateway's work to those who run it: traces and metrics. Nothing here knows what is told of.
//!
//! Names follow OpenTelemetry's conventions. No label holds what a client chose, so their number stays small.

pub mod build;
mod export;
pub mod metric;
pub mod trace;

use std::net::SocketAddr;

use secrecy::SecretString;
use serde::Deserialize;

use crate::setting::Setting;

pub use export::Exporter;
pub use metric::Metrics;

/// The keys of the section `telemetry`.
pub const TELEMETRY: &[Setting] = &[
    Setting::optional(
        "metrics_listen",
        "Address and port to serve `/metrics` on, in the form of Prometheus; never the gateway's own port.",
    ),
    Setting::optional(
        "otlp_endpoint",
        "Address of an OTLP collector that takes protobuf over HTTP, such as `http://127.0.0.1:4318`; traces go to its \
         `/v1/traces`.",
    ),
    Setting::secret("otlp_authorization", "Value of the header `Authorization` for the collector."),
    Setting::new(
        "sample_ratio",
        "1",
        "The share of traces that are exported, from 0 to 1, of those that the caller's trace context does not decide.",
    ),
    Setting::new("service_name", "onramp", "Name of the service in traces."),
];

/// The values of [`TELEMETRY`].
#[derive(Debug, Clone, Deserialize)]
pub struct Settings {
    /// Where metrics are served.
    #[serde(default, deserialize_with = "crate::setting::optional_listen_address")]
    pub metrics_listen: Option<SocketAddr>,
    otlp_endpoint: Option<Endpoint>,
    otlp_authorization: Option<SecretString>,
    sample_ratio: Ratio,
    service_name: String,
}

/// A collector's address.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "url::Url")]
struct Endpoint(url::Url);

impl TryFrom<url::Url> for Endpoint {
    type Error = &'static str;

    fn try_from(address: url::Url) -> Result<Self, Self::Error> {
        if matches!(address.scheme(), "http" | "https") {
            Ok(Self(address))
        } else {
            Err("expected an address that begins with http:// or https://")
        }
    }
}

/// A share of a whole.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "f64")]
struct Ratio(f64);

impl TryFrom<f64> for Ratio {
    type Error = String;

    fn try_from(share: f64) -> Result<Self, String> {
        if (0.0..=1.0).contains(&share) { Ok(Self(share)) } else { Err(format!("found {share}, expected 0 to 1")) }
    }
}
