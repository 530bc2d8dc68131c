//! What an operator may set about the gateway's own door and its log.

use std::net::SocketAddr;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;

use serde::Deserialize;

use super::origins::Origins;
use super::words::Words;
use crate::setting::Setting;

/// The keys of the section `server`.
pub const SERVER: &[Setting] = &[
    Setting::new("listen", "127.0.0.1:4000", "Address and port to listen on; port 0 takes a free one."),
    Setting::optional(
        "tls_cert",
        "File of the certificate chain, in PEM. With it and the key, HTTPS is served instead of HTTP.",
    ),
    Setting::optional("tls_key", "File of the certificate's private key, in PEM."),
    Setting::new("max_connections", "10000", "Most connections at once. Further ones wait to be accepted."),
    Setting::new(
        "idle_timeout_ms",
        "75000",
        "How long a connection may stay without a complete request, in milliseconds; it is closed within a quarter of \
         that afterwards. Keep it above that of a load balancer in front, which would otherwise send into a connection \
         that is closing.",
    ),
    Setting::new("max_header_bytes", "65536", "Largest header section of a request, in bytes; at least 8192."),
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
        "share_operations",
        "true",
        "Whether identical queries of one caller with the same credentials, asked while one of them is being answered, \
         share that answer. A query that is asked after a write was answered never gets an older answer.",
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
    Setting::new(
        "required_upstreams",
        "",
        "APIs without which the gateway is not ready, such as `leadconduit,connect`: a list, or a text with commas.",
    ),
    Setting::new(
        "drain_delay_ms",
        "0",
        "How long connections are still accepted after the signal to end, in milliseconds, so that load balancers see \
         that the gateway is not ready.",
    ),
    Setting::new(
        "drain_timeout_ms",
        "30000",
        "How long requests may take to finish after that, in milliseconds. Writes that are under way finish in any case.",
    ),
    Setting::new(
        "reload_interval_ms",
        "5000",
        "How often the files of the settings are looked at for changes, in milliseconds. At 0 only SIGHUP reloads them.",
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
    #[serde(deserialize_with = "crate::setting::listen_address")]
    pub listen: SocketAddr,
    /// The file of the certificate chain.
    pub tls_cert: Option<PathBuf>,
    /// The file of its key.
    pub tls_key: Option<PathBuf>,
    /// Most connections at once.
    pub max_connections: NonZeroUsize,
    /// How long a connection may be without a request, in milliseconds.
    pub idle_timeout_ms: NonZeroU64,
    /// Largest header section of a request, in bytes.
    pub max_header_bytes: HeaderBytes,
    /// Largest request body that is taken, in bytes.
    pub max_body_bytes: NonZeroUsize,
    /// Which statuses GraphQL's answers have.
    pub http_status: HttpStatus,
    /// Whether identical queries at once share one answer.
    pub share_operations: bool,
    /// Whose pages may ask the graph.
    pub cors_origins: Origins,
    /// Whether the explorer is served.
    pub explorer: bool,
    /// The sections of the APIs without which nobody should ask.
    pub required_upstreams: Words,
    /// How long the door stays open after the signal to end, in milliseconds.
    pub drain_delay_ms: u64,
    /// How long requests have to finish after that, in milliseconds.
    pub drain_timeout_ms: u64,
    /// How often files are looked at for changes, in milliseconds.
    pub reload_interval_ms: u64,
    /// What is logged.
    pub log: String,
    /// How it is logged.
    pub log_format: LogFormat,
}

/// The least that the HTTP library can read into.
const LEAST_HEADER_BYTES: u32 = 8192;

/// A bound on the header section of a request, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u32")]
pub struct HeaderBytes(u32);

impl HeaderBytes {
    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for HeaderBytes {
    type Error = String;

    fn try_from(bytes: u32) -> Result<Self, String> {
        if bytes >= LEAST_HEADER_BYTES {
            Ok(Self(bytes))
        } else {
            Err(format!("found {bytes}, expected at least {LEAST_HEADER_BYTES}"))
        }
    }
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
