//! What was attempted, by whom, and what became of it: one event for each write, in the log and in a file of its own.
//!
//! An event names records and states. It has no member for an input, an answer or a secret.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use crate::setting::Setting;

/// The keys of the section `audit`.
pub const AUDIT: &[Setting] =
    &[Setting::optional("file", "File that audit events are appended to, a JSON object a line, besides the log.")];

/// The values of [`AUDIT`].
#[derive(Debug, Clone, Default, serde::Deserialize)]
pub struct Settings {
    /// The file, where one is wanted.
    pub file: Option<std::path::PathBuf>,
}

/// One attempted write.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Event {
    pub(crate) time: jiff::Timestamp,
    pub(crate) request_id: String,
    pub(crate) caller: String,
    pub(crate) mutation: &'static str,
    /// The record's global id, or what it is to be made from.
    pub(crate) record: String,
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
    pub(crate) outcome: &'static str,
    /// The code of the refusal or failure.
    pub(crate) reason: Option<String>,
    pub(crate) upstream_status: Option<u16>,
    pub(crate) milliseconds: u64,
}

/// Where events go.
#[derive(Debug, Default)]
pub struct Audit {
    file: Option<Mutex<File>>,
}

impl Audit {
    /// The log alone, or the log and a file.
    ///
    /// # Errors
    /// Where the file cannot be opened for appending.
    pub fn open(file: Option<&Path>) -> io::Result<Self> {
        let file = file.map(|path| OpenOptions::new().create(true).append(true).open(path)).transpose()?;
        Ok(Self { file: file.map(Mutex::new) })
    }

    /// Whether the file could be opened, without making one that is not there yet.
    ///
    /// # Errors
    /// Why it could not be.
    pub fn check(file: Option<&Path>) -> io::Result<()> {
        let Some(path) = file else {
            return Ok(());
        };
        match OpenOptions::new().append(true).open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
                folder.map_or(Ok(()), |folder| folder.read_dir().map(drop))
            }
            opened => opened.map(drop),
        }
    }

    pub(crate) fn record(&self, event: &Event) {
        tracing::info!(
            target: "onramp::audit",
            request_id = event.request_id,
            caller = event.caller,
            mutation = event.mutation,
            record = event.record,
            from = event.from,
            to = event.to,
            outcome = event.outcome,
            reason = event.reason,
            upstream_status = event.upstream_status,
            milliseconds = event.milliseconds,
            "write"
        );
        if let Err(error) = self.append(event) {
            // The write has happened; that its record is incomplete has to be seen by whoever reads the log.
            tracing::error!(%error, request_id = event.request_id, "an audit event could not be written to its file");
        }
    }

    fn append(&self, event: &Event) -> io::Result<()> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let mut line = serde_json::to_vec(event)?;
        line.push(b'\n');
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        // One call a line, so that lines of several processes do not mix.
        file.write_all(&line)?;
        file.flush()
    }
}
