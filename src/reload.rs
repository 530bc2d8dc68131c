//! Settings that change while the program runs: by SIGHUP, or when one of their files has another content.
//!
//! New settings are in force whole or not at all. The desk, with its locks, keys and audit log, is the same throughout.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use onramp::config::Settings;
use onramp::server::Current;
use sha2::{Digest, Sha256};

use crate::log::{self, Log};
use crate::signals::Hangups;
use crate::startup::{Gateway, Problem, Reading, sections};

/// What is in force from the start to the end, whatever the settings say meanwhile.
const FIXED: &[&str] = &[
    "server.listen",
    "server.max_connections",
    "server.log_format",
    "redis.url",
    "redis.password",
    "redis.ca_file",
    "redis.namespace",
    "redis.timeout_ms",
    "redis.connect_timeout_ms",
    "redis.lock_ms",
    "redis.writes_without",
    "audit.file",
    "telemetry.metrics_listen",
    "telemetry.otlp_endpoint",
    "telemetry.sample_ratio",
    "telemetry.service_name",
    "sandbox.latency_ms",
    "sandbox.error_rate",
    "record.redact",
    "record.keep",
    "record.pages",
    "replay.latency",
    "replay.as",
];

/// The settings in force, and what brings others in their place.
pub(crate) struct Following<'a> {
    gateway: &'a Gateway,
    current: &'a Current,
    log: &'a Log,
    reading: Reading,
    files: Files,
    hangups: Hangups,
}

impl<'a> Following<'a> {
    /// Follows from now on; before, a hangup ends the program.
    pub(crate) fn new(gateway: &'a Gateway, current: &'a Current, log: &'a Log, reading: Reading) -> Self {
        let files = Files::new(gateway.files(&reading));
        Self { gateway, current, log, reading, files, hangups: Hangups::listen() }
    }

    /// What is in force.
    pub(crate) fn reading(&self) -> &Reading {
        &self.reading
    }

    /// Puts new settings in force for as long as it is polled.
    pub(crate) async fn follow(&mut self) {
        loop {
            let interval = Duration::from_millis(self.reading.server.reload_interval_ms);
            tokio::select! {
                () = self.hangups.next() => self.files.look(),
                () = self.files.changed(interval) => {}
            }
            match self.read_anew().await {
                Ok(()) => tracing::info!("the settings were read anew and are in force"),
                Err(problem) => tracing::error!(%problem, "the settings cannot be used; the old ones stay in force"),
            }
        }
    }

    async fn read_anew(&mut self) -> Result<(), Problem> {
        let reading = self.gateway.read()?;
        let filter = log::filter(&reading.server)?;
        self.current.replace(self.gateway.front(&reading).await?);
        self.log.follow(filter);
        warn_of_fixed(&self.reading.settings, &reading.settings);
        self.files = Files::new(self.gateway.files(&reading));
        self.reading = reading;
        Ok(())
    }
}

/// Says which settings have changed and need another start.
fn warn_of_fixed(before: &Settings, after: &Settings) {
    for section in sections() {
        for setting in &section.settings {
            let key = format!("{}.{}", section.name, setting.key);
            let shown = |settings: &Settings| settings.shown(section.name, setting);
            if FIXED.contains(&key.as_str()) && shown(before) != shown(after) {
                tracing::warn!(key, "this setting has changed, and takes a restart to be in force");
            }
        }
    }
}

/// What tells cheaply that a file may have changed: none where it is not there.
type Stamp = Option<(SystemTime, u64)>;

/// The files that the settings are made from, as they were when they were read.
struct Files {
    stamps: BTreeMap<PathBuf, Stamp>,
    digest: [u8; 32],
}

impl Files {
    fn new(files: Vec<PathBuf>) -> Self {
        let mut files = Self { stamps: files.into_iter().map(|file| (file, None)).collect(), digest: [0; 32] };
        files.look();
        files
    }

    /// Takes the files as they are for read.
    fn look(&mut self) {
        for (file, stamp) in &mut self.stamps {
            *stamp = stamp_of(file);
        }
        self.digest = self.digest();
    }

    /// Waits until what the files hold is something else. A file that was merely touched has not changed.
    async fn changed(&mut self, interval: Duration) {
        if interval.is_zero() || self.stamps.is_empty() {
            std::future::pending::<()>().await;
        }
        loop {
            tokio::time::sleep(interval).await;
            if self.stamps.iter().all(|(file, stamp)| stamp_of(file) == *stamp) {
                continue;
            }
            let before = self.digest;
            self.look();
            if self.digest != before {
                return;
            }
        }
    }

    fn digest(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        for file in self.stamps.keys() {
            digest.update(Sha256::digest(fs::read(file).unwrap_or_default()));
        }
        digest.finalize().into()
    }
}

fn stamp_of(file: &Path) -> Stamp {
    let metadata = fs::metadata(file).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
