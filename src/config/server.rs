//! What an operator may set about the gateway's own door and its log.

use std::net::SocketAddr;
use std::num::NonZeroUsize;

use serde::Deserialize;

use super::origins::Origins;
use crate::setting::Setting;

/// The keys of the section `server`.
pub const SERVER: &[Setting] = &[
    Setting::new("listen", "127.0.0.1:4000", "Address and port to listen on; port 0 takes a free one."),
    Setting::new(
        "max_body_bytes",
        "16777216",
        "Largest request body that is taken, in bytes. Files that answer questions come as base64.",
    ),
    Setting::new(
        "http_status",
        "stable",
        "`stable`, or `2026` for the statuses of the newer draft to callers of `application/graphql-response+json`: 422 \
         for what fails validation, 294 for data with errors.",
    ),
    Setting::new(
        "cors_origins",
        "",
        "Origins whose pages may ask the graph from a browser, such as `https://app.example.com`: a list, or a text with \
         commas. Without any, no other origin may.",
    ),
    Setting::new(
        "explorer",
        "true",
        "Whether the explorer is served at `/`, and beside it the controls of what is played.",
    ),
    Setting::new("log", "info", "What is logged, as a filter of the `tracing` kind, such as `info,onramp=debug`."),
    Setting::new("log_format", "auto", "`text`, `json`, or `auto`: text on a terminal and JSON otherwise."),
];

/// The keys of the section `sandbox`.
pub const SANDBOX: &[Setting] = &[
    Setting::new("latency_ms", "0", "How much longer every call to a played API takes, in milliseconds."),
    Setting::new(
        "error_rate",
        "0",
        "The share of calls to a played API that fail with a 503, from 0 to 1; the same calls every time.",
    ),
];

/// The values of [`SERVER`].
#[derive(Debug, Clone, Deserialize)]
pub struct Server {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Largest request body that is taken, in bytes.
    pub max_body_bytes: NonZeroUsize,
    /// Which statuses GraphQL's answers have.
    pub http_status: HttpStatus,
    /// Whose pages may ask the graph.
    pub cors_origins: Origins,
    /// Whether the explorer is served.
    pub explorer: bool,
    /// What is logged.
    pub log: String,
    /// How it is logged.
    pub log_format: LogFormat,
}

/// Which statuses the answers of the newer media type have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum HttpStatus {
    /// 200 for what was executed and 400 for what was not.
    Stable,
    /// Those of the draft of 2026.
    Draft2026,
}

impl TryFrom<String> for HttpStatus {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        match word.as_str() {
            "stable" => Ok(Self::Stable),
            "2026" => Ok(Self::Draft2026),
            _ => Err(format!("found {word:?}, expected \"stable\" or \"2026\"")),
        }
    }
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum LogFormat {
    /// Text on a terminal and JSON otherwise.
    Auto,
    /// A line for a person.
    Text,
    /// A JSON object a line.
    Json,
}

impl TryFrom<String> for LogFormat {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        match word.as_str() {
            "auto" => Ok(Self::Auto),
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(format!("found {word:?}, expected \"text\", \"json\" or \"auto\"")),
        }
    }
}
