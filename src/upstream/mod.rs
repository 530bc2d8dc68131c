//! HTTP to one API: credential, deadline, bound, and every outcome as an [`Error`] or an [`Answer`].
//!
//! This is the only user of the HTTP client. It knows nothing of any API's paths and members: a slice's `rest` brings
//! the [`Call`] and reads the [`Answer`]. Reads may be shared ([`flight`]); a write is sent once and never again.

mod access;
mod answer;
mod call;
mod credential;
mod document;
mod flight;
mod mask;
mod settings;

use std::cell::Cell;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use reqwest::{Method, StatusCode};
use tokio::sync::Semaphore;
use tracing::field::Empty;
use tracing::{Instrument, Span};

pub(crate) use access::Access;
pub(crate) use answer::Answer;
pub(crate) use call::Call;
pub(crate) use credential::{Credential, Credentials, part};
pub use credential::{OfProfiles, Part, PartSettings};
pub use document::Document;
pub use settings::{SETTINGS, Settings};

use crate::context::RequestContext;
use crate::error::{Error, Failure, Kind};
use crate::telemetry::trace;
use crate::transition::Proof;
use flight::{Flights, Key};

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

tokio::task_local! {
    /// The status of the answer to the write that this task makes.
    static ANSWERED: Cell<Option<u16>>;
}

/// Makes a write and says besides with which status it was answered, where it was: what a write is made of does not have
/// to hand that on for the audit log's sake.
pub(crate) async fn noted<T>(write: impl Future<Output = T>) -> (T, Option<u16>) {
    ANSWERED.scope(Cell::new(None), async { (write.await, ANSWERED.with(Cell::get)) }).await
}

/// How an API names itself in the graph's errors and tells what is wrong in its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Speech {
    /// The role in the graph, such as `onboarding`.
    pub(crate) name: &'static str,
    /// Finds the vendor's message in the body of a refusal.
    pub(crate) problem: fn(&serde_json::Value) -> Option<String>,
}

/// One API. Cheap to clone; clones share connections, bound and flights.
#[derive(Clone)]
pub(crate) struct Upstream {
    speech: Speech,
    line: Option<Arc<Line>>,
}

/// What it takes to call a configured API.
struct Line {
    #[expect(clippy::disallowed_types, reason = "this module is the one that may hold the HTTP client")]
    client: reqwest::Client,
    base: String,
    settings: Settings,
    reads: Semaphore,
    flights: Arc<Flights>,
}

impl Line {
    fn deadline(&self, call: &Call) -> Duration {
        call.deadline.unwrap_or(self.settings.deadline())
    }
}

/// How a write ended, as far as one can know.
#[derive(Debug)]
pub(crate) enum Written {
    /// The API answered with a success.
    Done(Answer),
    /// The API answered that it will not do it.
    Refused(Answer),
    /// Nothing was done: nothing was sent, or the API turned the request away unread.
    NotSent(Error),
    /// The request may have been carried out; its answer is lost or says nothing.
    Unknown(Error),
}

/// Why a write has no record to show.
#[derive(Debug, Clone)]
pub(crate) enum Setback {
    /// The API answered that it will not do it.
    Refused {
        /// The status of its answer.
        status: u16,
        /// Its own words, as far as they may be shown.
        detail: Option<String>,
    },
    /// Nothing was done.
    NotSent(Error),
    /// It may have been done; the answer is lost or says nothing.
    Unknown(Error),
    /// It was done, and the record could not be read afterwards.
    Unread(Error),
}

impl Written {
    /// What the answer to a write holds. One that cannot be read says as little as one that was lost.
    pub(crate) fn read<T>(self, read: impl FnOnce(&Answer) -> Result<T, Error>) -> Result<T, Setback> {
        match self {
            Self::Done(answer) => read(&answer).map_err(Setback::Unknown),
            Self::Refused(answer) => {
                Err(Setback::Refused { status: answer.status().as_u16(), detail: answer.problem() })
            }
            Self::NotSent(error) => Err(Setback::NotSent(error)),
            Self::Unknown(error) => Err(Setback::Unknown(error)),
        }
    }
}

impl Upstream {
    /// An API at an address, without the trailing slash.
    pub(crate) fn connect(speech: Speech, base: &url::Url, settings: Settings) -> Result<Self, Unusable> {
        if !matches!(base.scheme(), "http" | "https") {
            return Err(Unusable::Address);
        }
        let client = client(settings.connect_deadline())?;
        let line = Line {
            client,
            base: base.as_str().trim_end_matches('/').to_owned(),
            settings,
            reads: Semaphore::new(settings.max_in_flight.get().min(Semaphore::MAX_PERMITS)),
            flights: Arc::default(),
        };
        Ok(Self { speech, line: Some(Arc::new(line)) })
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

    /// Whether calls fail just now without being made. Nothing keeps them from being made yet.
    pub(crate) fn is_open(&self) -> bool {
        false
    }

    /// The most reads that one request may cost this API.
    pub(crate) fn calls_per_operation(&self) -> usize {
        self.line.as_ref().map_or(0, |line| line.settings.calls_per_operation.get())
    }

    /// What is to be said of an API without address or credential.
    pub(crate) fn not_configured(&self) -> Error {
        Failure::new(self.speech.name, Kind::NotConfigured).into()
    }

    /// Reads, sharing the call with whoever is asking for the same thing under the same credential right now: with the same
    /// request alone where the settings will have it so.
    async fn fetch(
        &self,
        credential: &Credential,
        call: Call,
        request: &Arc<RequestContext>,
    ) -> Result<Arc<Answer>, Error> {
        let line = self.line()?;
        let key = Key {
            credential: credential.fingerprint,
            method: call.method.clone(),
            url: call.target.clone(),
            request: (!line.settings.coalescing).then(|| request.id().clone()),
        };
        let flights = Arc::clone(&line.flights);
        let depart = || {
            // A call that is shared costs him who made it.
            request.spend(self.speech.name, line.settings.calls_per_operation.get())?;
            let (upstream, credential) = (self.clone(), credential.clone());
            // Whoever polls a shared call, it is a part of the trace of him who made it.
            Ok(request.trace().follow(async move { upstream.read(&credential, &call).await }))
        };
        flights.join(key, depart)?.await
    }

    /// Reads with a call of its own: what a write decides upon must not be older than the decision.
    async fn fetch_afresh(
        &self,
        credential: &Credential,
        call: &Call,
        request: &RequestContext,
    ) -> Result<Arc<Answer>, Error> {
        request.count(self.speech.name);
        self.read(credential, call).await
    }

    /// Writes: sends the request once, and spends the proof that it may be sent.
    async fn perform(&self, _: impl Proof, credential: &Credential, call: &Call, request: &RequestContext) -> Written {
        request.count(self.speech.name);
        let line = match self.line() {
            Ok(line) => Arc::clone(line),
            Err(error) => return Written::NotSent(error),
        };
        let outcome = self.send(&line, credential, call, Instant::now()).await;
        let status = outcome.as_ref().ok().map(|answer| answer.status.as_u16());
        // Outside of `noted` nobody wants to know.
        let _ = ANSWERED.try_with(|answered| answered.set(status));
        line.flights.end_generation();
        match outcome {
            Ok(answer) => written(answer),
            Err(lost) if lost.is_unsent() => Written::NotSent(self.failure(lost).into()),
            Err(lost) => Written::Unknown(self.failure(lost).into()),
        }
    }

    /// How long a call takes that only asks whether somebody answers, whatever the answer.
    async fn probe(&self, credential: &Credential, call: &Call, request: &RequestContext) -> Result<Duration, Error> {
        let line = self.line()?;
        request.spend(self.speech.name, line.settings.calls_per_operation.get())?;
        let start = Instant::now();
        self.send(line, credential, call, start).await.map_err(|lost| self.failure(lost))?;
        Ok(start.elapsed())
    }

    async fn read(&self, credential: &Credential, call: &Call) -> Result<Arc<Answer>, Error> {
        let line = self.line()?;
        let (start, deadline) = (Instant::now(), line.deadline(call));
        let turn = tokio::time::timeout(deadline, line.reads.acquire());
        let Ok(_turn) = turn.await else {
            return Err(self.failure(Lost::Late(deadline)).into());
        };
        // Waiting for a turn counts: the caller's patience is one, whoever it is spent on.
        let answer = self.send(line, credential, call, start).await.map_err(|lost| self.failure(lost))?;
        Ok(Arc::new(answer))
    }

    async fn send(&self, line: &Line, credential: &Credential, call: &Call, start: Instant) -> Result<Answer, Lost> {
        let deadline = line.deadline(call);
        let left = deadline.saturating_sub(start.elapsed());
        let span = span(self.speech.name, call);
        let exchange = self.exchange(line, credential, call).instrument(span.clone());
        let outcome = tokio::time::timeout(left, exchange).await;
        let outcome = outcome.unwrap_or(Err(Lost::Late(deadline)));
        let status = outcome.as_ref().map_or(0, |answer| answer.status.as_u16());
        note(&span, &outcome);
        let milliseconds = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(upstream = self.speech.name, method = %call.method, route = call.route, status, milliseconds, "call");
        outcome
    }

    async fn exchange(&self, line: &Line, credential: &Credential, call: &Call) -> Result<Answer, Lost> {
        let mut request = line
            .client
            .request(call.method.clone(), format!("{}{}", line.base, call.target))
            .header(ACCEPT, HeaderValue::from_static("application/json"))
            .headers(trace::headers())
            .header(&credential.header, &credential.value);
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        let mut response = request.send().await.map_err(|error| Lost::of(&error))?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let body = if call.method == Method::HEAD {
            Bytes::new()
        } else {
            read_body(response, line.settings.max_body_bytes.get()).await?
        };
        Ok(self.answer(credential, status, headers, body))
    }

    fn answer(&self, credential: &Credential, status: StatusCode, headers: HeaderMap, body: Bytes) -> Answer {
        Answer { speech: self.speech, secrets: Arc::clone(&credential.secrets), status, headers, body }
    }

    fn line(&self) -> Result<&Arc<Line>, Error> {
        self.line.as_ref().ok_or_else(|| self.not_configured())
    }

    fn failure(&self, lost: Lost) -> Failure {
        let kind = match lost {
            Lost::Unsent => Kind::Unreachable,
            Lost::Broken => Kind::Broken,
            Lost::Late(deadline) => Kind::Timeout(deadline),
            Lost::Large(limit) => Kind::Malformed(format!("the body is larger than {limit} bytes")),
        };
        Failure::new(self.speech.name, kind)
    }
}

/// The span of a call, for those who get it exported.
fn span(upstream: &'static str, call: &Call) -> Span {
    tracing::debug_span!(
        target: "onramp::trace",
        "call",
        otel.name = format!("{} {}", call.method, call.route),
        otel.kind = "client",
        upstream,
        http.request.method = call.method.as_str(),
        url.template = call.route,
        http.response.status_code = Empty,
        error.r#type = Empty,
        otel.status_code = Empty
    )
}

fn note(span: &Span, outcome: &Result<Answer, Lost>) {
    let error = match outcome {
        Ok(answer) => {
            span.record("http.response.status_code", answer.status.as_u16());
            if !answer.status.is_client_error() && !answer.status.is_server_error() {
                return;
            }
            answer.status.as_str()
        }
        Err(Lost::Unsent) => "connect",
        Err(Lost::Broken) => "broken",
        Err(Lost::Late(_)) => "timeout",
        Err(Lost::Large(_)) => "too_large",
    };
    span.record("error.type", error);
    span.record("otel.status_code", "ERROR");
}

/// The HTTP client as every call is made with it.
#[expect(clippy::disallowed_types, reason = "this module is the one that may hold the HTTP client")]
fn client(connect_deadline: Duration) -> Result<reqwest::Client, Unusable> {
    // The client takes the process's provider of cryptography. That one is there already is what is wanted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .connect_timeout(connect_deadline)
        // A redirect would carry the credential to wherever it points, and turns a POST into a GET.
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        // The client would ask the environment for proxies, which only the settings may: one that is set for other
        // programs would get the credential, and stand between the gateway and the sandbox on the loopback.
        .no_proxy()
        .tcp_nodelay(true)
        .user_agent(concat!("onramp/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| Unusable::Client(error.to_string()))
}

/// A call that has no complete answer.
#[derive(Debug, Clone, Copy)]
enum Lost {
    Unsent,
    Broken,
    Late(Duration),
    Large(usize),
}

impl Lost {
    /// Only a failure to connect proves that nothing was sent.
    fn of(error: &reqwest::Error) -> Self {
        if error.is_connect() { Self::Unsent } else { Self::Broken }
    }

    fn is_unsent(self) -> bool {
        matches!(self, Self::Unsent)
    }
}

fn written(answer: Answer) -> Written {
    let status = answer.status;
    match answer.success() {
        Ok(_) => Written::Done(answer),
        Err(error) if status.is_server_error() => Written::Unknown(error),
        Err(error) if status.is_redirection() => Written::Unknown(error),
        // Turned away at the door: the credential was not accepted, or its quota is spent.
        Err(error) if matches!(status.as_u16(), 401 | 403 | 429) => Written::NotSent(error),
        Err(_) => Written::Refused(answer),
    }
}

async fn read_body(mut response: reqwest::Response, limit: usize) -> Result<Bytes, Lost> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| Lost::Broken)? {
        if body.len() + chunk.len() > limit {
            return Err(Lost::Large(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}
