//! What went between the gateway and the APIs, written down so that it can be sent to somebody, and played again.
//!
//! A [`Tape`] hangs where a call leaves the gateway, and nowhere else. That is on purpose no proxy with a port of its own: a
//! proxy would change what it shows. A connection that an API refuses would reach the gateway as one that broke, which is
//! another outcome of a write, and a deadline would be nobody's. What is seen here is what the gateway itself sees, whatever
//! became of the call, and what is played is given back in the same place, without any network.
//!
//! Nothing is written that is not known to be nobody's: a member of a body keeps its text and its number where its API says
//! that it tells of no person ([`Api::plain`]) and is replaced otherwise ([`rules`]). A placeholder is the same for the same
//! value everywhere in a recording ([`pseudonym`]), so what belonged together still does. Credentials are no such values: they
//! are looked for in everything ([`secrets`]).

mod encoding;
mod exchange;
mod folder;
mod json;
mod message;
mod player;
mod pseudonym;
mod recorder;
mod redaction;
mod rules;
mod secrets;
mod settings;

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

pub use folder::Head;
pub use player::Player;
pub use recorder::{Incomplete, Recorder};
pub use settings::{Choices, RECORD, REPLAY, Replay};

pub(crate) use exchange::Lost;
pub(crate) use player::Played;
pub(crate) use recorder::Taking;

/// An API as a recording knows it.
#[derive(Debug, Clone, Copy)]
pub struct Api {
    /// Its role in the graph, which is the name of its file.
    pub name: &'static str,
    /// The members of its bodies and queries that tell of no person.
    pub plain: &'static [&'static str],
}

/// Why there can be no recording, or none be played.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// A file or folder that cannot be made or written.
    #[error("recording {path}: {problem}")]
    Unwritable {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A file or folder that cannot be read.
    #[error("recording {path}: {problem}")]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A line that is no exchange.
    #[error("recording {path}:{line}: {problem}")]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1 on.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
}

/// What is done with the calls of a run.
#[derive(Clone, Default)]
pub enum Tape {
    /// They are made, and that is all.
    #[default]
    Off,
    /// They are made and written down.
    Recording(Arc<Recorder>),
    /// They are not made: what became of them once is told again.
    Playing(Arc<Player>),
}

impl Tape {
    /// What is done with the calls to one API, which has this address.
    pub(crate) fn track(&self, api: &'static str, base: &url::Url) -> Track {
        match self {
            Self::Off => Track::Off,
            Self::Recording(recorder) => Track::Recording(recorder::Channel::new(recorder, api, base)),
            Self::Playing(player) => Track::Playing { player: Arc::clone(player), api },
        }
    }
}

/// What is done with the calls to one API.
pub(crate) enum Track {
    /// Nothing.
    Off,
    /// They are written down.
    Recording(recorder::Channel),
    /// They are answered from what was written down.
    Playing {
        /// What answers.
        player: Arc<Player>,
        /// The API, by its role.
        api: &'static str,
    },
}

/// A call before it is made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) method: &'a str,
    /// The path as a template, such as `/flows/{id}`.
    pub(crate) route: &'a str,
    /// Path and query as they are sent.
    pub(crate) target: &'a str,
    pub(crate) body: Option<&'a Value>,
    /// The header that the credential is sent in.
    pub(crate) header: &'a str,
    /// The credential in every form that nobody may see.
    pub(crate) secrets: &'a [String],
    /// The part of the path that belongs to the credential.
    pub(crate) place: Option<&'a str>,
    /// What tells one credential from another.
    pub(crate) fingerprint: [u8; 32],
}

/// What became of a call.
#[derive(Debug, Clone)]
pub(crate) enum Heard {
    /// It was answered.
    Answer {
        /// The status.
        status: u16,
        /// The headers, in their order.
        headers: Vec<(String, String)>,
        /// The whole body.
        body: Bytes,
    },
    /// It has no answer.
    Lost(Lost),
}
