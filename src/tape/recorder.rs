//! Writes down what went between the gateway and the APIs, each exchange whole or not at all.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::exchange::{Exchange, Lost};
use super::folder::{self, Head};
use super::pseudonym::Pseudonyms;
use super::redaction::{Address, Redactor};
use super::rules::Rules;
use super::secrets::Secrets;
use super::{Api, Asked, Choices, Heard, Problem};

/// A recording that is being made.
#[derive(Debug)]
pub struct Recorder {
    folder: PathBuf,
    state: Mutex<State>,
    is_wanted: AtomicBool,
}

#[derive(Debug)]
struct State {
    redactor: Redactor,
    files: HashMap<&'static str, Lines>,
    /// The credentials of each API in the order in which they were met.
    credentials: HashMap<(&'static str, [u8; 32]), usize>,
    written: u64,
    unwritten: u64,
    trouble: Option<Trouble>,
}

/// The file of an API, and all that it takes to write a line of it.
#[derive(Debug)]
struct Lines {
    path: PathBuf,
    file: File,
    length: u64,
    rules: Rules,
}

/// Why the first exchange that is missing is missing.
#[derive(Debug, Clone)]
struct Trouble {
    path: PathBuf,
    problem: String,
}

/// A recording that does not hold everything.
#[derive(Debug, thiserror::Error)]
#[error("the recording lacks {unwritten} exchanges, since {path} could not be written: {problem}")]
pub struct Incomplete {
    path: PathBuf,
    problem: String,
    unwritten: u64,
}

impl Recorder {
    /// Begins a recording in a folder, which is made where it is not there. None of the secrets will stand in it, whoever
    /// says them.
    ///
    /// # Errors
    /// Where the folder cannot be written, or holds a recording already.
    pub fn create<'a>(
        folder: &Path,
        head: &Head,
        apis: &[Api],
        choices: &Choices,
        secrets: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, Problem> {
        folder::create(folder, head)?;
        let is_there = |api: &&Api| head.apis.iter().any(|name| name == api.name);
        let lines = |api: &Api| {
            let path = folder::file_of(folder, api.name);
            let file = folder::create_new(&path)?;
            Ok((api.name, Lines { path, file, length: 0, rules: Rules::new(api.plain, choices) }))
        };
        let files = apis.iter().filter(is_there).map(lines).collect::<Result<_, Problem>>()?;
        let mut known = Secrets::default();
        secrets.into_iter().for_each(|secret| known.learn(secret));
        let redactor = Redactor { pseudonyms: Pseudonyms::new(), secrets: known };
        let state = State { redactor, files, credentials: HashMap::new(), written: 0, unwritten: 0, trouble: None };
        Ok(Self { folder: folder.to_owned(), state: Mutex::new(state), is_wanted: AtomicBool::new(false) })
    }

    /// Says that the gateway has started: until then the recording goes when its recorder does, so that another start may
    /// write to the same folder.
    pub fn keep(&self) {
        self.is_wanted.store(true, Ordering::Relaxed);
    }

    /// Where it is written.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// How many exchanges were written.
    ///
    /// # Errors
    /// Where some could not be.
    pub fn finish(&self) -> Result<u64, Incomplete> {
        let state = self.state();
        match state.trouble.clone() {
            Some(Trouble { path, problem }) => Err(Incomplete { path, problem, unwritten: state.unwritten }),
            None => Ok(state.written),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if !self.is_wanted.load(Ordering::Relaxed) {
            let apis: Vec<&str> = self.state().files.keys().copied().collect();
            folder::discard(&self.folder, &apis);
        }
    }
}

/// Where the exchanges with one API are written.
pub(crate) struct Channel {
    recorder: Arc<Recorder>,
    address: Address,
}

impl Channel {
    pub(super) fn new(recorder: &Arc<Recorder>, api: &'static str, base: &url::Url) -> Self {
        Self { recorder: Arc::clone(recorder), address: Address::of(api, base) }
    }

    /// A call that is about to be made. Unless it is told how it ends, it was abandoned.
    pub(crate) fn begin<'a>(&'a self, asked: Asked<'a>) -> Taking<'a> {
        Taking { channel: self, asked, at: jiff::Timestamp::now(), start: Instant::now(), is_told: false }
    }
}

/// A call that is under way, and is written down when it is over.
pub(crate) struct Taking<'a> {
    channel: &'a Channel,
    asked: Asked<'a>,
    at: jiff::Timestamp,
    start: Instant,
    is_told: bool,
}

impl Taking<'_> {
    /// Writes down what became of it.
    pub(crate) fn end(mut self, heard: &Heard) {
        self.tell(heard);
    }

    fn tell(&mut self, heard: &Heard) {
        self.is_told = true;
        let milliseconds = self.start.elapsed().as_secs_f64() * 1000.0;
        self.channel.recorder.state().write(&self.channel.address, &self.asked, heard, self.at, milliseconds);
    }
}

impl Drop for Taking<'_> {
    fn drop(&mut self) {
        if !self.is_told {
            self.tell(&Heard::Lost(Lost::Abandoned));
        }
    }
}

impl State {
    fn write(&mut self, address: &Address, asked: &Asked<'_>, heard: &Heard, at: jiff::Timestamp, milliseconds: f64) {
        let outcome = self.line(address, asked, heard, at, milliseconds);
        let Err(trouble) = outcome else {
            self.written += 1;
            return;
        };
        self.unwritten += 1;
        if self.trouble.is_none() {
            let (path, problem) = (trouble.path.display(), &trouble.problem);
            tracing::error!(%path, problem, "the recording is not complete: an exchange could not be written");
            self.trouble = Some(trouble);
        }
    }

    fn line(
        &mut self,
        address: &Address,
        asked: &Asked<'_>,
        heard: &Heard,
        at: jiff::Timestamp,
        milliseconds: f64,
    ) -> Result<(), Trouble> {
        asked
            .secrets
            .iter()
            .map(String::as_str)
            .chain(asked.place)
            .for_each(|secret| self.redactor.secrets.learn(secret));
        let Some(lines) = self.files.get_mut(address.api) else {
            let problem = "the API was not configured when the recording was begun".to_owned();
            return Err(Trouble { path: PathBuf::from(format!("{}.jsonl", address.api)), problem });
        };
        let count = self.credentials.len() + 1;
        let credential = *self.credentials.entry((address.api, asked.fingerprint)).or_insert(count);
        let mut request = self.redactor.request(&lines.rules, address, asked);
        request.credential = Some(format!("credential-{credential}"));
        let (response, lost) = match heard {
            Heard::Answer { status, headers, body } => {
                (Some(self.redactor.response(&lines.rules, address, *status, headers, body)), None)
            }
            Heard::Lost(lost) => (None, Some(*lost)),
        };
        // Microseconds are more than anybody's patience.
        let ms = (milliseconds * 1000.0).round() / 1000.0;
        let exchange = Exchange { n: self.written + 1, at: Some(at), request, response, lost, ms };
        let path = lines.path.clone();
        let trouble = |problem: String| Trouble { path: path.clone(), problem };
        let mut line = serde_json::to_string(&exchange).map_err(|error| trouble(error.to_string()))?;
        if self.redactor.secrets.forbids(&line) {
            return Err(trouble("a credential would have stood in it".to_owned()));
        }
        line.push('\n');
        lines.append(&line).map_err(|error| trouble(error.to_string()))
    }
}

impl Lines {
    /// Adds a line, or leaves the file as it was.
    fn append(&mut self, line: &str) -> io::Result<()> {
        let outcome = self.file.write_all(line.as_bytes()).and_then(|()| self.file.flush());
        match outcome {
            Ok(()) => self.length += u64::try_from(line.len()).unwrap_or_default(),
            // A part of the line may have got there. If even that cannot be undone, whoever plays it is told the line.
            Err(_) => drop(self.file.set_len(self.length)),
        }
        outcome
    }
}
