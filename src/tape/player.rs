//! Tells again what became of calls once.
//!
//! A request is found by its method, path, query and body: first by all of them, then by all but what its recording does not
//! tell. Of the same request, each time that it comes, the next answer is told, and the last one ever after.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use serde_json::value::RawValue;

use super::exchange::{self, Lost, Request};
use super::folder::{self, Head, Line};
use super::json;
use super::redaction::{Literal, Masking, Words, path_of, query_of};
use super::rules::Rules;
use super::{Api, Asked, Choices, Heard, Problem, Replay};

/// As many exchanges that nobody asked for are named; there may be as many as there are.
const NAMED: usize = 20;

/// A recording that is being played.
#[derive(Debug)]
pub struct Player {
    folder: PathBuf,
    head: Head,
    channels: HashMap<&'static str, Channel>,
    settings: Replay,
}

/// What is played of one API.
#[derive(Debug)]
struct Channel {
    path: PathBuf,
    rules: Rules,
    scenes: Vec<Scene>,
    /// The scenes of each request, as far as its recording tells it, in their order.
    by_request: HashMap<String, Vec<usize>>,
    /// What was asked of each path, by its method, whatever else stood in the request.
    asked: HashSet<String>,
    /// How often each scene was played.
    played: Mutex<Vec<u64>>,
}

/// An exchange to be played.
#[derive(Debug)]
struct Scene {
    line: usize,
    told: String,
    literal: String,
    heard: Heard,
    milliseconds: f64,
}

/// What becomes of a call that is played.
#[derive(Debug)]
pub(crate) enum Played {
    /// What became of it once, after this time.
    Again(Heard, Duration),
    /// The recording does not hold it; says what.
    Unrecorded(String),
}

impl Player {
    /// Reads a recording whole, so that nothing is found to be broken later on.
    ///
    /// # Errors
    /// Where it is none, or a line of it is broken.
    pub fn open(folder: &Path, apis: &[Api], choices: &Choices, settings: Replay) -> Result<Self, Problem> {
        let head = folder::read_head(folder, apis)?;
        let is_there = |api: &&Api| head.apis.iter().any(|name| name == api.name);
        let channels = apis.iter().filter(is_there).map(|api| {
            let path = folder::file_of(folder, api.name);
            let mut lines = folder::read_lines(&path)?;
            lines.retain(|line| settings.plays(line.exchange.request.credential.as_deref()));
            Ok((api.name, Channel::new(path, Rules::new(api.plain, choices), lines)))
        });
        let channels = channels.collect::<Result<_, Problem>>()?;
        Ok(Self { folder: folder.to_owned(), head, channels, settings })
    }

    /// Where it was read.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What it says of itself.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// How many exchanges it holds.
    pub fn exchanges(&self) -> usize {
        self.channels.values().map(|channel| channel.scenes.len()).sum()
    }

    /// Says in the log which exchanges nobody has asked for.
    pub fn tell_unused(&self) {
        let mut unused: Vec<String> = self.channels.values().flat_map(Channel::unused).collect();
        unused.sort_unstable();
        let (count, exchanges) = (unused.len(), self.exchanges());
        tracing::info!(exchanges, unused = count, "the recording was played");
        for exchange in unused.iter().take(NAMED) {
            tracing::info!(exchange, "this exchange was never asked for");
        }
        if count > NAMED {
            tracing::info!(further = count - NAMED, "nor were others");
        }
    }

    /// Answers a call.
    pub(crate) fn play(&self, api: &str, asked: &Asked<'_>) -> Played {
        match self.channels.get(api) {
            Some(channel) => channel.play(asked, &self.settings),
            None => Played::Unrecorded("the API was not configured when the recording was made".to_owned()),
        }
    }
}

impl Channel {
    fn new(path: PathBuf, rules: Rules, lines: Vec<Line>) -> Self {
        let mut channel = Self {
            path,
            rules,
            scenes: Vec::with_capacity(lines.len()),
            by_request: HashMap::new(),
            asked: HashSet::new(),
            played: Mutex::new(vec![0; lines.len()]),
        };
        for line in lines {
            channel.add(line);
        }
        channel
    }

    fn add(&mut self, Line { number, exchange }: Line) {
        let request = &exchange.request;
        let masked = of_recorded(request, &mut Masking(&self.rules));
        let literal = of_recorded(request, &mut Literal).whole();
        self.asked.insert(masked.head.clone());
        self.by_request.entry(masked.whole()).or_default().push(self.scenes.len());
        let heard = match (exchange.response, exchange.lost) {
            (Some(response), _) => Heard::Answer {
                status: response.status,
                headers: response.headers.into_iter().collect(),
                body: Bytes::from(exchange::bytes(response.body.as_deref(), response.lossy)),
            },
            (None, lost) => Heard::Lost(lost.unwrap_or(Lost::Broken)),
        };
        let told = masked.told();
        self.scenes.push(Scene { line: number, told, literal, heard, milliseconds: exchange.ms });
    }

    fn play(&self, asked: &Asked<'_>, settings: &Replay) -> Played {
        let masked = of_asked(asked, &mut Masking(&self.rules));
        let Some(candidates) = self.by_request.get(&masked.whole()) else {
            let is_close = self.asked.contains(&masked.head);
            let hint = if is_close { ", which it holds with another query or body only" } else { "" };
            return Played::Unrecorded(format!("not in the recording: {}{hint}", masked.told()));
        };
        let literal = of_asked(asked, &mut Literal).whole();
        match self.next(candidates, &literal) {
            Some(scene) => Played::Again(scene.heard.clone(), settings.pause(scene.milliseconds)),
            None => Played::Unrecorded(format!("not in the recording: {}", masked.told())),
        }
    }

    /// The scene whose turn it is: of those that hold the very request, if there are any.
    fn next(&self, candidates: &[usize], literal: &str) -> Option<&Scene> {
        let is_exact = |index: &&usize| self.scenes.get(**index).is_some_and(|scene| scene.literal == literal);
        let has_exact = candidates.iter().any(|index| is_exact(&index));
        let mut played = self.played.lock().unwrap_or_else(PoisonError::into_inner);
        let eligible = || candidates.iter().filter(|index| !has_exact || is_exact(index)).copied();
        let is_fresh = |index: &usize| played.get(*index) == Some(&0);
        let index = eligible().find(is_fresh).or_else(|| eligible().next_back())?;
        *played.get_mut(index)? += 1;
        self.scenes.get(index)
    }

    fn unused(&self) -> Vec<String> {
        let played = self.played.lock().unwrap_or_else(PoisonError::into_inner);
        let scenes = self.scenes.iter().zip(played.iter()).filter(|(_, times)| **times == 0);
        scenes.map(|(scene, _)| format!("{}:{} {}", self.path.display(), scene.line, scene.told)).collect()
    }
}

/// What a request is known by.
struct Known {
    /// Method and path.
    head: String,
    query: String,
    body: String,
}

impl Known {
    fn told(&self) -> String {
        if self.query.is_empty() { self.head.clone() } else { format!("{}?{}", self.head, self.query) }
    }

    fn whole(&self) -> String {
        [&self.head, "?", &self.query, "\n", &self.body].concat()
    }
}

fn of_recorded(request: &Request, words: &mut impl Words) -> Known {
    let path = path_of(&request.path, None, words);
    let body = request.body.as_deref().map(RawValue::get).map(|body| canonical(body, words)).unwrap_or_default();
    Known { head: format!("{} {path}", request.method), query: sorted(&request.query, words), body }
}

fn of_asked(asked: &Asked<'_>, words: &mut impl Words) -> Known {
    let (path, query) = asked.target.split_once('?').unwrap_or((asked.target, ""));
    let path = path_of(path, Some(asked), words);
    let body = asked.body.map(|body| canonical(&body.to_string(), words)).unwrap_or_default();
    Known { head: format!("{} {path}", asked.method), query: sorted(query, words), body }
}

fn sorted(query: &str, words: &mut impl Words) -> String {
    query_of(query, words, |members| members.sort_unstable())
}

/// A body whose members stand in the order of the alphabet, as our own reader keeps them.
fn canonical(body: &str, words: &mut impl Words) -> String {
    let ordered = serde_json::from_str::<Value>(body).map_or_else(|_| body.to_owned(), |value| value.to_string());
    json::rewritten(&ordered, words).unwrap_or(ordered)
}
