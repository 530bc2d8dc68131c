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
    /// Whether it ends within a line, so that no other can follow.
    is_torn: bool,
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
            let rules = Rules::new(api.plain, choices);
            Ok::<_, Problem>((api.name, Lines { path, file, length: 0, is_torn: false, rules }))
        };
        let mut files = HashMap::new();
        for api in apis.iter().filter(is_there) {
            let (name, lines) = lines(api).inspect_err(|_| {
                // What this call made is in the way of the next one.
                folder::discard(folder, &files.keys().copied().collect::<Vec<_>>());
            })?;
            files.insert(name, lines);
        }
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
        let known = learned(&mut self.redactor.secrets, asked, heard);
        let outcome = self.line(address, asked, heard, at, milliseconds);
        if let Some(known) = known {
            self.redactor.secrets = known;
        }
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
        if exchange.said(asked.route).any(|word| self.redactor.secrets.forbids(word)) {
            return Err(trouble("a credential would have stood in it".to_owned()));
        }
        line.push('\n');
        lines.append(&line).map_err(|error| trouble(error.to_string()))
    }
}

/// Looks for the credential of a call too. Gives back what was looked for before where it is to be forgotten after the call:
/// what an API does not accept may be any word, which a caller brings, and no others lose theirs for it.
fn learned(secrets: &mut Secrets, asked: &Asked<'_>, heard: &Heard) -> Option<Secrets> {
    let brought = || asked.secrets.iter().map(String::as_str).chain(asked.place);
    if brought().all(|secret| secrets.knows(secret)) {
        return None;
    }
    let is_accepted = matches!(heard, Heard::Answer { status, .. } if !matches!(status, 401 | 403));
    let known = (!is_accepted).then(|| secrets.clone());
    brought().for_each(|secret| secrets.learn(secret));
    known
}

impl Lines {
    /// Adds a line, or leaves the file as it was.
    fn append(&mut self, line: &str) -> io::Result<()> {
        if self.is_torn {
            return Err(io::Error::other("it ends within a line that could not be written whole"));
        }
        let outcome = self.file.write_all(line.as_bytes()).and_then(|()| self.file.flush());
        match outcome {
            Ok(()) => self.length += u64::try_from(line.len()).unwrap_or_default(),
            // A part of the line may have got there. If even that cannot be undone, it stays the last one.
            Err(_) => self.is_torn = self.file.set_len(self.length).is_err(),
        }
        outcome
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::{Tape, Track};
    use super::*;

    const API: Api = Api { name: "leads", plain: &["status"] };

    fn folder() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("target/recorder-{}", uuid::Uuid::new_v4()))
    }

    fn create(folder: &Path) -> Result<Recorder, Problem> {
        let head = Head::new("test", vec!["leads".to_owned(), "onboarding".to_owned()], Vec::new());
        let other = Api { name: "onboarding", plain: &[] };
        Recorder::create(folder, &head, &[API, other], &Choices { pages: true, ..Choices::default() }, ["own-secret"])
    }

    fn call(recorder: &Arc<Recorder>, secret: &str, status: u16, body: &'static str) {
        let secrets = [secret.to_owned()];
        let asked = Asked {
            method: "GET",
            route: "/onboards",
            target: "/onboards",
            body: None,
            header: "authorization",
            secrets: &secrets,
            place: None,
            fingerprint: [1; 32],
        };
        let Track::Recording(channel) =
            Tape::Recording(Arc::clone(recorder)).track("leads", &"http://leads.example".parse().unwrap())
        else {
            panic!("nothing is recorded");
        };
        let heard = Heard::Answer { status, headers: Vec::new(), body: bytes::Bytes::from_static(body.as_bytes()) };
        channel.begin(asked).end(&heard);
    }

    #[test]
    fn a_word_that_a_caller_brings_for_a_credential_stops_no_recording() {
        let folder = folder();
        let recorder = Arc::new(create(&folder).unwrap());
        for word in ["response", "onboards", "credential-1"] {
            call(&recorder, word, 401, "{\"status\":\"response onboards credential-1\"}");
        }
        call(&recorder, "another-one", 200, "{\"status\":\"response onboards own-secret\"}");
        call(&recorder, "response", 200, "{\"status\":\"response another-one\"}");
        let lines = fs::read_to_string(folder.join("leads.jsonl")).unwrap();
        let told =
            |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["response"]["body"]["status"].clone();
        let told: Vec<_> = lines.lines().map(told).collect();
        let expected = [
            "[removed] onboards credential-1",
            "response [removed] credential-1",
            "response onboards [removed]",
            "response onboards [removed]",
            "[removed] [removed]",
        ];
        assert_eq!(told, expected);
        assert_eq!(recorder.finish().unwrap(), 5);
        drop(recorder);
        assert!(!folder.exists());
    }

    #[test]
    fn what_could_not_be_begun_leaves_nothing_behind() {
        let folder = folder();
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("onboarding.jsonl"), "mine").unwrap();
        create(&folder).unwrap_err();
        let left: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["onboarding.jsonl"]);
        fs::remove_dir_all(&folder).unwrap();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn nothing_follows_a_line_that_is_torn() {
        let path = PathBuf::from("/dev/full");
        let file = fs::OpenOptions::new().append(true).open(&path).unwrap();
        let rules = Rules::new(&[], &Choices::default());
        let mut lines = Lines { path, file, length: 0, is_torn: false, rules };
        assert_eq!(lines.append("one\n").unwrap_err().kind(), io::ErrorKind::StorageFull);
        lines.file = fs::OpenOptions::new().append(true).open("/dev/null").unwrap();
        let problem = lines.append("two\n").unwrap_err().to_string();
        assert_eq!(problem, "it ends within a line that could not be written whole");
    }
}
