//! Where recordings come from and go to: what `onramp record` writes, and `onramp serve --replay` plays.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use onramp::config::{Settings, Sources, Words};
use onramp::graph;
use onramp::tape::{Api, Choices, Head, Player, Recorder, Replay, Tape};
use onramp::telemetry::build;
use secrecy::ExposeSecret;

use crate::startup::Problem;

/// What is wanted of recordings in one run.
#[derive(Debug, Clone, Default)]
pub(crate) enum Wish {
    /// Nothing.
    #[default]
    None,
    /// That one is made in this folder.
    Record(PathBuf),
    /// That the one in this folder is played.
    Replay(PathBuf),
}

/// What is recorded or played in one run.
#[derive(Default)]
pub(crate) struct Deck {
    tape: Tape,
}

/// The values of the section `record`.
#[derive(Debug, serde::Deserialize)]
struct Record {
    #[serde(default)]
    redact: Words,
    #[serde(default)]
    keep: Words,
    pages: bool,
}

/// The values of the section `replay`.
#[derive(Debug, serde::Deserialize)]
struct Playing {
    latency: bool,
    #[serde(default, rename = "as")]
    credentials: Words,
}

/// What stands in the settings for an API that is played from a recording: nothing of it is ever sent anywhere.
const STAND_INS: [(&str, &str, &str); 7] = [
    ("leadconduit", "base_url", "http://onboarding.invalid"),
    ("leadconduit", "api_key", "replayed"),
    ("waldur", "base_url", "http://verification.invalid"),
    ("waldur", "token", "replayed"),
    ("connect", "base_url", "http://leads.invalid"),
    ("connect", "api_key", "replayed"),
    ("connect", "partner_route", "replayed"),
];

impl Deck {
    /// Opens the recording that is to be played. One that is to be made is begun once it is known what there is to record.
    pub(crate) fn open(wish: &Wish, settings: &Settings) -> Result<Self, Problem> {
        let tape = match wish {
            Wish::Replay(folder) => {
                let player = Player::open(folder, &apis(), &choices(settings)?, replay(settings)?)?;
                Tape::Playing(Arc::new(player))
            }
            Wish::None | Wish::Record(_) => Tape::Off,
        };
        Ok(Self { tape })
    }

    /// Begins the recording that is to be made, of the APIs that these settings name; the sandbox plays some of them.
    pub(crate) fn begin(&mut self, wish: &Wish, settings: &Settings, sandboxed: &[&str]) -> Result<(), Problem> {
        let Wish::Record(folder) = wish else {
            return Ok(());
        };
        let there = || graph::recorded().iter().filter(|(section, _)| graph::is_configured(settings, section));
        let present = there().map(|(_, api)| api.name.to_owned()).collect();
        let played = there().filter(|(section, _)| sandboxed.contains(section)).map(|(_, api)| api.name.to_owned());
        let head = Head::new(build::DESCRIBED, present, played.collect());
        let secrets = settings.secrets()?;
        let secrets = secrets.iter().map(|secret| secret.expose_secret());
        let recorder = Recorder::create(folder, &head, &apis(), &choices(settings)?, secrets)?;
        self.tape = Tape::Recording(Arc::new(recorder));
        Ok(())
    }

    /// Checks that nothing is given of an API whose credential is not, unless none is needed.
    pub(crate) fn check_absent(&self, settings: &Settings) -> Result<(), Problem> {
        if self.played().is_none() {
            graph::check_absent(settings)?;
        }
        Ok(())
    }

    pub(crate) fn tape(&self) -> &Tape {
        &self.tape
    }

    /// The APIs that are played from a recording, by their sections' names; none where none is played.
    pub(crate) fn played(&self) -> Option<Vec<&'static str>> {
        let Tape::Playing(player) = &self.tape else {
            return None;
        };
        let is_there = |api: &Api| player.head().apis.iter().any(|name| name == api.name);
        Some(graph::recorded().iter().filter(|(_, api)| is_there(api)).map(|(section, _)| *section).collect())
    }

    /// The same sources, with something in the place of what is missing for those APIs that are played.
    pub(crate) fn fill(&self, sources: Sources) -> Sources {
        let played = self.played().unwrap_or_default();
        let of_played = STAND_INS.into_iter().filter(|(section, _, _)| played.contains(section));
        of_played.fold(sources, |sources, (section, key, value)| sources.with(&format!("{section}.{key}"), value))
    }

    /// Says that the gateway serves: what is recorded from now on stays.
    pub(crate) fn keep(&self) {
        if let Tape::Recording(recorder) = &self.tape {
            recorder.keep();
        }
    }

    /// What the banner says.
    pub(crate) fn told(&self) -> Option<String> {
        match &self.tape {
            Tape::Off => None,
            Tape::Recording(recorder) => Some(format!("recording to {}", shown(recorder.folder()))),
            Tape::Playing(player) => {
                let exchanges = player.exchanges();
                let started = player.head().started.map(|at| format!(" of {at}")).unwrap_or_default();
                Some(format!(
                    "replaying {}: {exchanges} exchanges{started}, and no API is called",
                    shown(player.folder())
                ))
            }
        }
    }

    /// Says what came of it, once no call is made any more.
    pub(crate) fn close(&self) -> Result<(), Problem> {
        match &self.tape {
            Tape::Off => {}
            Tape::Recording(recorder) => {
                let exchanges = recorder.finish()?;
                tracing::info!(exchanges, folder = %shown(recorder.folder()), "the recording is complete");
            }
            Tape::Playing(player) => player.tell_unused(),
        }
        Ok(())
    }
}

fn shown(folder: &Path) -> std::path::Display<'_> {
    folder.display()
}

fn apis() -> Vec<Api> {
    graph::recorded().iter().map(|(_, api)| *api).collect()
}

fn choices(settings: &Settings) -> Result<Choices, Problem> {
    let Record { redact, keep, pages } = settings.section("record")?;
    Ok(Choices { redact: redact.to_vec(), keep: keep.to_vec(), pages })
}

fn replay(settings: &Settings) -> Result<Replay, Problem> {
    let Playing { latency, credentials } = settings.section("replay")?;
    Ok(Replay { latency, credentials: credentials.to_vec() })
}

/// Checks what the settings say of recordings.
pub(crate) fn check(settings: &Settings) -> Result<(), Problem> {
    choices(settings)?;
    replay(settings)?;
    Ok(())
}
