//! HTTP to one API: credential, deadline, bounds, and every outcome as an [`Error`] or an [`Answer`].
//!
//! This is the only user of an HTTP client. It knows nothing of any API's paths and members: a slice's `rest` brings
//! the [`Call`] and reads the [`Answer`]. Reads may be kept and shared ([`sharing`]) and tried again ([`retry`]); a write is
//! sent once and never again. What keeps an API that is down or slow from taking the gateway along is the [`breaker`] and
//! the [`gate`]; what a call is told by is [`meters`].

mod access;
mod answer;
mod body;
mod breaker;
mod cache;
mod call;
mod client;
mod credential;
mod document;
mod flight;
mod fuse;
mod gate;
mod line;
mod mask;
mod meters;
mod pace;
mod part;
mod reader;
mod retry;
mod room;
mod secure;
mod settings;
mod shared;
mod sharing;
mod span;
mod taped;
mod wire;
mod written;

use std::sync::Arc;
use std::time::{Duration, Instant};

pub(crate) use access::Access;
pub(crate) use answer::Answer;
pub(crate) use breaker::BreakerState;
pub(crate) use cache::Keeping;
pub(crate) use call::Call;
pub(crate) use credential::{Credential, Credentials, part};
pub use credential::{OfProfiles, Part, PartSettings};
pub use document::Document;
pub(crate) use part::read_part;
pub use settings::{SETTINGS, Settings, Terms};
pub(crate) use written::{Setback, Written, noted};

use crate::context::RequestContext;
use crate::error::{Error, Failure, Kind};
use crate::transition::Proof;
use line::{Lane, Line, Order};
use sharing::Read;

/// Settings that were read and do not make an API that can be called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// The address is none that can be called.
    #[error("expected an address that begins with http:// or https://")]
    Address,
    /// The credential cannot be sent.
    #[error("the credential holds characters that cannot stand in an HTTP header")]
    Credential,
    /// The credential of a profile cannot be sent.
    #[error("its credential for an API holds characters that cannot stand in an HTTP header")]
    OfProfile(String),
    /// A credential lacks a part.
    #[error("is missing")]
    Missing(&'static str),
    /// The HTTP client cannot be made.
    #[error("no HTTP client can be made: {0}")]
    Client(String),
}

impl Unusable {
    /// The setting that is to blame, in the section of that name whose credential has that key.
    pub(crate) fn setting(&self, section: &str, credential: &str) -> String {
        match self {
            Self::Address => format!("{section}.base_url"),
            Self::Credential => format!("{section}.{credential}"),
            Self::OfProfile(profile) => format!("profiles.{profile}"),
            Self::Missing(key) => format!("{section}.{key}"),
            Self::Client(_) => section.to_owned(),
        }
    }
}

/// How an API names itself in the graph's errors and tells what is wrong in its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Speech {
    /// The role in the graph, such as `onboarding`.
    pub(crate) name: &'static str,
    /// Finds the vendor's message in the body of a refusal.
    pub(crate) problem: fn(&serde_json::Value) -> Option<String>,
    /// The members of bodies and queries that tell of no person, each by its name or the end of its path: what a recording
    /// keeps. All others it replaces.
    pub(crate) plain: &'static [&'static str],
}

/// One API. Cheap to clone; clones share connections, bounds, flights and what is kept.
#[derive(Clone)]
pub(crate) struct Upstream {
    speech: Speech,
    line: Option<Arc<Line>>,
}

/// How an API is doing, as the gateway sees it without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Vitals {
    pub(crate) breaker: BreakerState,
    pub(crate) in_flight: usize,
    pub(crate) queued: usize,
}

impl Upstream {
    /// An API at an address, without the trailing slash.
    pub(crate) fn connect(speech: Speech, base: &url::Url, terms: Terms) -> Result<Self, Unusable> {
        if !matches!(base.scheme(), "http" | "https") {
            return Err(Unusable::Address);
        }
        Ok(Self { speech, line: Some(Arc::new(Line::new(speech, base, terms)?)) })
    }

    /// An API that the settings do not name: every call to it fails, and says so.
    pub(crate) fn absent(speech: Speech) -> Self {
        Self { speech, line: None }
    }

    /// The role in the graph.
    pub(crate) fn name(&self) -> &'static str {
        self.speech.name
    }

    pub(crate) fn is_configured(&self) -> bool {
        self.line.is_some()
    }

    /// Whether calls fail just now without being made, since earlier ones failed.
    pub(crate) fn is_open(&self) -> bool {
        self.vitals().is_some_and(|vitals| vitals.breaker == BreakerState::Open)
    }

    /// A number that grows with every write, and whenever what is in flight is to be joined by nobody any more; none while
    /// the circuit breaker is not closed.
    pub(crate) fn epoch(&self) -> Option<u64> {
        self.line.as_ref().map_or(Some(0), |line| line.is_closed().then(|| line.epoch()))
    }

    /// How the API is doing; none where it is not configured.
    pub(crate) fn vitals(&self) -> Option<Vitals> {
        self.line.as_ref().map(|line| line.vitals())
    }

    /// The most reads that one request may cost this API.
    pub(crate) fn calls_per_operation(&self) -> usize {
        self.line.as_ref().map_or(0, |line| line.settings.calls_per_operation.get())
    }

    /// What is to be said of an API without address or credential.
    pub(crate) fn not_configured(&self) -> Error {
        Failure::new(self.speech.name, Kind::NotConfigured).into()
    }

    /// Reads, sharing the answer with whoever asks for the same thing under the same credential.
    async fn fetch(&self, read: Arc<Read>) -> Result<Arc<Answer>, Error> {
        self.line()?.share(&read).await
    }

    /// Reads with a call of its own: what a write decides upon must not be older than the decision.
    async fn fetch_afresh(
        &self,
        credential: &Credential,
        call: &Call,
        request: &Arc<RequestContext>,
    ) -> Result<Arc<Answer>, Error> {
        request.count(self.speech.name);
        let line = self.line()?;
        let served = request.served();
        let order = Order { api: self.speech.name, credential, call, request, served: &served, lane: Lane::Writes };
        Ok(line.read(&order).await.map_err(|lost| line.failure(&lost))?)
    }

    /// Reads with a call of its own that anybody may have the answer of.
    async fn fetch_anew(&self, read: Arc<Read>) -> Result<Arc<Answer>, Error> {
        read.request.count(self.speech.name);
        self.line()?.fetch_anew(&read).await
    }

    /// Says that something may have changed otherwise than by a write: nothing that was read before is read any more.
    pub(crate) fn forget(&self) {
        if let Some(line) = &self.line {
            line.flights.end_generation();
            line.shelf.clear();
        }
    }

    /// Writes: sends the request once, and spends the proof that it may be sent.
    async fn perform(
        &self,
        _: impl Proof,
        credential: &Credential,
        call: &Call,
        request: &Arc<RequestContext>,
    ) -> Written {
        request.count(self.speech.name);
        let line = match self.line() {
            Ok(line) => line,
            Err(error) => return Written::NotSent(error),
        };
        let served = request.served();
        let order = Order { api: self.speech.name, credential, call, request, served: &served, lane: Lane::Writes };
        if let Err(error) = written::cover(self.speech.name, line.deadline(call)).await {
            return Written::NotSent(error);
        }
        let outcome = line.attempt(&order, 1, Instant::now()).await;
        written::note_answered(outcome.as_ref().ok().map(|answer| answer.status.as_u16()));
        self.forget();
        written::ended(self.speech.name).await;
        match outcome {
            Ok(answer) => answer.into(),
            Err(lost) if lost.is_unsent() => Written::NotSent(line.failure(&lost).into()),
            Err(lost) => Written::Unknown(line.failure(&lost).into()),
        }
    }

    /// How long a call takes that only asks whether somebody answers, whatever the answer.
    async fn probe(
        &self,
        credential: &Credential,
        call: &Call,
        request: &Arc<RequestContext>,
    ) -> Result<Duration, Error> {
        let line = self.line()?;
        request.spend(self.speech.name, line.settings.calls_per_operation.get())?;
        let (start, served) = (Instant::now(), request.served());
        let order = Order { api: self.speech.name, credential, call, request, served: &served, lane: Lane::Aside };
        line.attempt(&order, 1, start).await.map_err(|lost| line.failure(&lost))?;
        Ok(start.elapsed())
    }

    fn line(&self) -> Result<&Arc<Line>, Error> {
        self.line.as_ref().ok_or_else(|| self.not_configured())
    }
}
