//! Why there is no result.

use std::io;
use std::process::Command;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    #[error("cannot start {0}: {1}")]
    Start(String, String),
    #[error("{0} ended without telling where it serves; started by hand, it tells why")]
    Silent(String),
    #[error("cannot read {0}: {1}")]
    Proc(String, io::Error),
    #[error("cannot write or read {0}: {1}")]
    File(String, io::Error),
    #[error("serving failed: {0}")]
    Serving(#[from] io::Error),
    #[error("a call failed: {0}")]
    Call(#[from] reqwest::Error),
    #[error("{0} is not as expected: {1}")]
    Read(String, serde_json::Error),
    #[error("{who} answers {query} with {found}, and the ceiling with {expected}")]
    Differs { who: &'static str, query: &'static str, found: String, expected: String },
    #[error("{who} makes {found} upstream calls for {query}, which takes {expected}")]
    Calls { who: &'static str, query: &'static str, found: u64, expected: u64 },
    #[error("{errors} of {requests} requests failed under load at {url}")]
    Failed { errors: u64, requests: u64, url: String },
    #[error("{0}")]
    Other(String),
}

impl Problem {
    pub(crate) fn start(command: &Command, error: &io::Error) -> Self {
        Self::Start(command.get_program().to_string_lossy().into_owned(), error.to_string())
    }
}
