//! What it takes to call a configured API: its connections, the bounds that keep it from taking the gateway along, and one
//! attempt at a call through all of them.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use tracing::Instrument;

use super::answer::{Made, Reading};
use super::breaker::Sign;
use super::cache::Shelf;
use super::client::{Client, Request, Response};
use super::flight::Flights;
use super::fuse::{Fuse, Passage};
use super::gate::{Gate, Permit, Shut};
use super::meters::Meters;
use super::retry::{self, Budget};
use super::room::{Bound, Room};
use super::{Answer, BreakerState, Call, Credential, Settings, Speech, Terms, Unusable, Vitals};
use super::{span, taped};
use crate::context::RequestContext;
use crate::context::explain::Served;
use crate::error::{Failure, Kind};
use crate::replicas::View;
use crate::tape::Track;
use crate::telemetry::trace;

/// A configured API.
pub(super) struct Line {
    client: Client,
    pub(super) speech: Speech,
    pub(super) settings: Settings,
    reads: Gate,
    writes: Gate,
    budget: Budget,
    room: Room,
    room_of_writes: Room,
    pub(super) fuse: Arc<Fuse>,
    pub(super) flights: Arc<Flights>,
    pub(super) shelf: Shelf,
    pub(super) meters: Meters,
    /// The API as other replicas leave it, where there are any.
    pub(super) view: Option<View>,
    /// What is written down of its calls, or played instead of them.
    pub(super) track: Track,
}

/// A call, in whose name it is made, and what for.
#[derive(Clone, Copy)]
pub(super) struct Order<'a> {
    pub(super) api: &'static str,
    pub(super) credential: &'a Credential,
    pub(super) call: &'a Call,
    pub(super) request: &'a Arc<RequestContext>,
    pub(super) served: &'a Served,
    pub(super) lane: Lane,
}

/// Which bounds a call keeps to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    /// Those of reads.
    Reads,
    /// Those of writes and of the reads that they decide by.
    Writes,
    /// None: it is asked how the API is.
    Aside,
}

/// A call that may be made.
struct Entered<'a> {
    passage: Passage,
    permit: Option<Permit<'a>>,
    /// When its turn came.
    at: Instant,
}

impl Line {
    /// The line to an address.
    pub(super) fn new(speech: Speech, base: &url::Url, terms: Terms) -> Result<Self, Unusable> {
        let Terms { settings, replicas, tape } = terms;
        let flights: Arc<Flights> = Arc::default();
        Ok(Self {
            client: Client::new(base, settings.connect_deadline())?,
            speech,
            settings,
            reads: Gate::paced(settings.max_in_flight.get(), settings.max_queued),
            writes: Gate::fixed(settings.max_writes_in_flight.get(), settings.max_queued),
            budget: Budget::new(settings.retry_percent),
            room: Room::new(settings.max_bodies_bytes.get()),
            room_of_writes: Room::new(usize::MAX),
            fuse: Arc::new(Fuse::new(speech.name, settings.breaker(), Arc::clone(&flights))),
            flights,
            shelf: Shelf::new(settings.cache_bytes, settings.ages()),
            meters: Meters::new(speech.name, &settings),
            view: replicas.view(speech.name, base.as_str()),
            track: tape.track(speech.name, base),
        })
    }

    /// The number of writes so far, by this process and as far as others have told: what was read before one is nobody's
    /// any more.
    pub(super) fn generation(&self) -> u64 {
        self.flights.generation() + self.view.as_ref().map_or(0, View::epoch)
    }

    /// The same, counting too how often it was said that nobody joins any more what is in flight. Both only grow.
    pub(super) fn epoch(&self) -> u64 {
        self.generation() + self.flights.abandoned()
    }

    /// How the API is doing.
    pub(super) fn vitals(&self) -> Vitals {
        Vitals {
            breaker: self.fuse.state(),
            in_flight: self.reads.in_flight() + self.writes.in_flight(),
            queued: self.reads.waiting() + self.writes.waiting(),
        }
    }

    /// Whether the breaker lets everything through.
    pub(super) fn is_closed(&self) -> bool {
        self.fuse.state() == BreakerState::Closed
    }

    /// Reads, again where that may help, within the call's deadline.
    pub(super) async fn read(&self, order: &Order<'_>) -> Result<Arc<Answer>, Lost> {
        let start = Instant::now();
        self.budget.earn();
        let outcome = self.attempt(order, 1, start).await;
        match may_be_repeated(&outcome) {
            // Boxed only now: hardly any read comes to it, and every one would keep its room.
            Some(asked) => Box::pin(self.read_again(order, start, outcome, asked)).await,
            None => outcome,
        }
    }

    /// Repeats a read after a first attempt that came to nothing, when the API has been left alone for as long as it asked.
    async fn read_again(
        &self,
        order: &Order<'_>,
        start: Instant,
        mut outcome: Result<Arc<Answer>, Lost>,
        mut asked: Option<Duration>,
    ) -> Result<Arc<Answer>, Lost> {
        let deadline = self.deadline(order.call);
        let mut waits = retry::waits(self.settings.retry_attempts.get(), self.settings.retry_delay());
        for attempt in 2.. {
            let left = deadline.saturating_sub(start.elapsed());
            match waits.next().and_then(|planned| retry::wait(planned, asked, left)) {
                Some(wait) if self.budget.spend() => tokio::time::sleep(wait).await,
                _ => break,
            }
            self.meters.retry();
            outcome = self.attempt(order, attempt, start).await;
            match may_be_repeated(&outcome) {
                Some(again) => asked = again,
                None => break,
            }
        }
        outcome
    }

    /// Makes one attempt at a call that began at `start`, waiting for its turn included: the caller's patience is one,
    /// whoever it is spent on.
    pub(super) async fn attempt(&self, order: &Order<'_>, number: usize, start: Instant) -> Result<Arc<Answer>, Lost> {
        // Nothing has happened yet in a first attempt.
        let now = if number == 1 { start } else { Instant::now() };
        let entered = self.enter(order, start, now).await?;
        // Boxed only now: those who wait for their turn are many, and would keep its room all the while.
        Box::pin(self.send(order, number, start, entered)).await
    }

    /// Makes an attempt for which leave and turn are there.
    async fn send(
        &self,
        order: &Order<'_>,
        number: usize,
        start: Instant,
        Entered { passage, permit, at }: Entered<'_>,
    ) -> Result<Arc<Answer>, Lost> {
        let _in_flight = self.meters.in_flight();
        let sent = if order.lane == Lane::Writes { Instant::now() } else { at };
        let left = self.deadline(order.call).saturating_sub(sent.duration_since(start));
        if left.is_zero() && order.lane == Lane::Writes {
            // A process that was stopped for a while goes on here, and others may be writing by now.
            return Err(Lost::Busy(self.writes.size()));
        }
        let span = span::of(self.speech.name, order.call);
        // Pinned where it is: what wraps a call would move it about.
        let exchange = pin!(self.exchange_within(left, *order));
        let outcome = exchange.instrument(span.clone()).await;
        let ended = Instant::now();
        let took = ended.duration_since(sent);
        span::note(&span, &outcome);
        if let Ok(answer) = &outcome {
            answer.let_through_in(passage.epoch());
        }
        let is_page = passage.is_probe() && is_page(order.call, &outcome);
        passage.end(if is_page { Sign::Ill } else { sign(&outcome) }, ended);
        if let Some(permit) = permit.as_ref().filter(|_| is_telling(&outcome)) {
            let kind = (order.call.method == Method::HEAD, order.call.route);
            permit.took(kind, took, ended).into_iter().for_each(|allowed| self.meters.allowed(allowed));
        }
        self.meters.called(order, number, sent, took, &outcome);
        outcome.map(Arc::new)
    }

    /// Waits for leave and turn.
    async fn enter(&self, order: &Order<'_>, start: Instant, now: Instant) -> Result<Entered<'_>, Lost> {
        let gate = match order.lane {
            Lane::Aside => return Ok(Entered { passage: self.fuse.admit_anyway(), permit: None, at: now }),
            Lane::Reads => &self.reads,
            Lane::Writes => &self.writes,
        };
        let passage = self.fuse.admit(now).map_err(Lost::Open)?;
        if passage.is_probe() {
            // Behind those who hang it would never find out that they need not.
            return Ok(Entered { passage, permit: None, at: now });
        }
        let left = self.deadline(order.call).saturating_sub(now.duration_since(start));
        if let Some(permit) = gate.enter_at_once() {
            return Ok(Entered { passage, permit: Some(permit), at: now });
        }
        let permit = gate.enter(left, || self.meters.queued()).await.map_err(|shut| match (shut, order.lane) {
            (Shut::Late, Lane::Reads) => Lost::Late(self.deadline(order.call)),
            _ => Lost::Busy(gate.size()),
        })?;
        if !passage.holds() {
            return Err(Lost::Open(self.settings.breaker().probe_after));
        }
        Ok(Entered { passage, permit: Some(permit), at: Instant::now() })
    }

    /// Makes a call, or plays it, and has it written down where calls are.
    async fn exchange_within(&self, left: Duration, order: Order<'_>) -> Result<Answer, Lost> {
        let taking = self.taken(&order);
        let outcome = tokio::time::timeout(left, pin!(self.exchange(order))).await;
        let outcome = outcome.unwrap_or(Err(Lost::Late(self.deadline(order.call))));
        if let Some(taking) = taking
            && let Some(heard) = taped::heard(&outcome)
        {
            taking.end(&heard);
        }
        outcome
    }

    async fn exchange(&self, order: Order<'_>) -> Result<Answer, Lost> {
        if let Track::Playing { player, api } = &self.track {
            return self.play(&order, player, api).await;
        }
        let Order { call, credential, .. } = order;
        let headers = trace::headers();
        // JSON of our own making always serialises.
        let body = call.body.as_ref().map(|body| body.to_string().into_bytes());
        let (method, target) = (&call.method, call.target.as_str());
        let request = Request {
            method,
            target,
            credential: (&credential.header, &credential.value),
            headers: &headers,
            body: body.as_deref(),
        };
        // What a write comes to is not to be lost to others' reads: it is known once, and writes are few.
        let room = if order.lane == Lane::Writes { &self.room_of_writes } else { &self.room };
        let bound = Bound { limit: self.settings.max_body_bytes.get(), room };
        let Response { status, headers, body } = self.client.call(&request, bound).await?;
        Ok(self.answer(credential, status, headers, body))
    }

    pub(super) fn answer(
        &self,
        credential: &Credential,
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
    ) -> Answer {
        let (secrets, reading) = (Arc::clone(&credential.secrets), Reading::new(Arc::clone(&self.fuse)));
        Answer { speech: self.speech, secrets, status, headers, body, reading, made: Made::new() }
    }

    pub(super) fn deadline(&self, call: &Call) -> Duration {
        call.deadline.unwrap_or(self.settings.deadline())
    }

    /// What is to be said of a call that has no answer.
    pub(super) fn failure(&self, lost: &Lost) -> Failure {
        let retry_after = match lost {
            Lost::Open(wait) => Some(*wait),
            _ => None,
        };
        let detail = match lost {
            Lost::Unrecorded(what) => Some(what.to_string()),
            _ => None,
        };
        Failure { retry_after, detail, ..Failure::new(self.speech.name, lost.kind()) }
    }
}

/// A call that has no complete answer.
#[derive(Debug, Clone)]
pub(super) enum Lost {
    Unsent,
    Broken,
    Late(Duration),
    Large(usize),
    /// The answers that are being read take all of so many bytes.
    Crowded(usize),
    /// The breaker is open for this much longer.
    Open(Duration),
    /// This many calls are under way, and too many wait.
    Busy(usize),
    /// The recording that is played does not hold it; says what.
    Unrecorded(Arc<str>),
}

impl Lost {
    pub(super) fn is_unsent(&self) -> bool {
        matches!(self, Self::Unsent | Self::Open(_) | Self::Busy(_) | Self::Unrecorded(_))
    }

    pub(super) fn kind(&self) -> Kind {
        match *self {
            Self::Unsent => Kind::Unreachable,
            Self::Broken => Kind::Broken,
            Self::Late(deadline) => Kind::Timeout(deadline),
            Self::Large(limit) => Kind::Malformed(format!("the body is larger than {limit} bytes")),
            Self::Crowded(bytes) => Kind::Crowded { bytes },
            Self::Open(_) => Kind::BreakerOpen,
            Self::Busy(at_once) => Kind::Busy { at_once },
            Self::Unrecorded(_) => Kind::Unrecorded,
        }
    }
}

/// Whether the same read may well go better at once, and how long the API asks to be left alone first.
fn may_be_repeated(outcome: &Result<Arc<Answer>, Lost>) -> Option<Option<Duration>> {
    match outcome {
        Ok(answer) if answer.status.is_server_error() || answer.status == StatusCode::TOO_MANY_REQUESTS => {
            Some(answer.retry_after())
        }
        Err(Lost::Unsent | Lost::Broken) => Some(None),
        Ok(_)
        | Err(
            Lost::Late(_) | Lost::Large(_) | Lost::Crowded(_) | Lost::Open(_) | Lost::Busy(_) | Lost::Unrecorded(_),
        ) => None,
    }
}

/// Whether the time that a call took tells how much its API bears: who is turned away is soon done with.
fn is_telling(outcome: &Result<Answer, Lost>) -> bool {
    match outcome {
        Ok(answer) => answer.status.is_success(),
        Err(lost) => matches!(lost, Lost::Late(_)),
    }
}

/// Whether a read was answered with a success that is no JSON, such as the page of a proxy before an API that is down.
fn is_page(call: &Call, outcome: &Result<Answer, Lost>) -> bool {
    let is_read = call.method == Method::GET;
    outcome.as_ref().is_ok_and(|answer| is_read && answer.status.is_success() && !answer.is_json())
}

/// What a call shows of its API. A refusal is something that an API says which is well.
fn sign(outcome: &Result<Answer, Lost>) -> Sign {
    match outcome {
        Ok(answer) if answer.status.is_success() || answer.status.is_client_error() => Sign::Well,
        Ok(_) | Err(Lost::Unsent | Lost::Broken | Lost::Late(_) | Lost::Large(_)) => Sign::Ill,
        Err(Lost::Crowded(_) | Lost::Open(_) | Lost::Busy(_) | Lost::Unrecorded(_)) => Sign::None,
    }
}
