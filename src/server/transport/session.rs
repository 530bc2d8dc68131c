//! One WebSocket's talk, by the letter of `graphql-transport-ws`: who it is, what goes on, and what ends it.
//!
//! Answers come from the operations' tasks through a short queue. What does not fit waits in its task, so a client who
//! does not read costs no more than one answer an operation, until a message has waited for too long and he is dropped.

use std::collections::HashMap;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::extract::ws::{Message, WebSocket};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use futures_util::StreamExt;
use metrics::counter;
use serde_json::{Map, Value};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

use super::close::Close;
use super::message::{Received, Sent};
use super::operation::{self, Answers, Asked, Transport};
use super::seats::Seat;
use super::some_of_the_spread;
use crate::caller::{Caller, RequestId};
use crate::error::Breach;
use crate::graph::Reach;
use crate::rate::Who;
use crate::server::finished::errors_body;
use crate::server::request::{Cause, read_object};
use crate::server::standing::Standing;
use crate::server::visitor::{self, Visitor};
use crate::server::{Gateway, Life};
use crate::telemetry::metric;
use crate::telemetry::trace::Trace;

/// Messages that wait to be written, besides one in each operation's task.
const QUEUE: usize = 8;
/// Headers by which a caller is known. Where the handshake brought one, what `connection_init` says is not looked at.
const KNOWN_BY: [HeaderName; 2] = [AUTHORIZATION, HeaderName::from_static("x-api-key")];
/// Headers that make operations a part of the trace of whoever opened the connection.
const OF_TRACES: [&str; 2] = ["traceparent", "tracestate"];

/// What is known from the handshake.
pub(super) struct Guest {
    pub(super) id: RequestId,
    pub(super) from: Option<IpAddr>,
    headers: HeaderMap,
}

impl Guest {
    pub(super) fn new(parts: &mut Parts) -> Self {
        let (id, from) = (visitor::id_of(parts), visitor::address_of(parts));
        Self { id, from, headers: std::mem::take(&mut parts.headers) }
    }

    /// The headers with those that `connection_init` brings in their place, as a browser cannot set any.
    fn introduced(&mut self, payload: Map<String, Value>) -> Result<HeaderMap, Close> {
        let mut headers = std::mem::take(&mut self.headers);
        let of_traces = OF_TRACES.map(HeaderName::from_static);
        self.headers = headers.iter().filter(|(name, _)| of_traces.contains(name)).map(owned).collect();
        let is_known = KNOWN_BY.iter().any(|name| headers.contains_key(name));
        for (key, value) in payload {
            let (Ok(name), Value::String(value)) = (HeaderName::try_from(&key), value) else {
                continue;
            };
            let mut value = HeaderValue::try_from(value)
                .map_err(|_| Close::invalid(format!("payload.{name} cannot be the value of a header")))?;
            value.set_sensitive(true);
            let is_settled = headers.contains_key(&name) || (is_known && KNOWN_BY.contains(&name));
            if !is_settled {
                headers.insert(name, value);
            }
        }
        Ok(headers)
    }
}

fn owned((name, value): (&HeaderName, &HeaderValue)) -> (HeaderName, HeaderValue) {
    (name.clone(), value.clone())
}

/// Whom the connection was acknowledged to.
struct Known {
    caller: Caller,
    asks_for_explanation: bool,
    _seat: Seat,
}

/// An operation that is not over.
struct Running {
    number: u64,
    is_endless: bool,
    _task: AbortOnDropHandle<()>,
}

/// What an operation's task has to say.
struct Said {
    number: u64,
    sent: Sent,
}

pub(super) struct Session {
    gateway: Arc<Gateway>,
    guest: Guest,
    known: Option<Known>,
    running: HashMap<Arc<str>, Running>,
    begun: u64,
    said: (mpsc::Sender<Said>, mpsc::Receiver<Said>),
    /// Whether anything has come since the last ping.
    is_alive: bool,
    /// When the next ping goes out, or until when the connection has to be initialised.
    due: Instant,
    expiry: Option<Instant>,
    /// Set once the gateway is to end the connection, as soon as what has an end of its own is over.
    end: Option<Close>,
}

/// What happens next.
enum Event {
    Received(Option<Result<Message, axum::Error>>),
    Said(Option<Said>),
    Due,
    End(Close),
}

impl Session {
    pub(super) fn new(gateway: Arc<Gateway>, guest: Guest) -> Self {
        let due = Instant::now() + gateway.transports.init_timeout();
        Self {
            gateway,
            guest,
            known: None,
            running: HashMap::new(),
            begun: 0,
            said: mpsc::channel(QUEUE),
            is_alive: true,
            due,
            expiry: None,
            end: None,
        }
    }

    /// Who it is, once that is known.
    pub(super) fn caller(&self) -> Option<&str> {
        self.known.as_ref().map(|known| known.caller.name())
    }

    /// How many operations there were.
    pub(super) fn operations(&self) -> u64 {
        self.begun
    }

    /// Talks until one of the two ends it.
    pub(super) async fn run(&mut self, socket: &mut WebSocket, standing: Option<&Standing>) -> Close {
        let gateway = Arc::clone(&self.gateway);
        let mut told_to_end = pin!(told_to_end(&gateway, standing));
        loop {
            let wake = self.expiry.map_or(self.due, |expiry| expiry.min(self.due));
            let event = tokio::select! {
                end = told_to_end.as_mut(), if self.end.is_none() => Event::End(end),
                received = socket.recv() => Event::Received(received),
                said = self.said.1.recv() => Event::Said(said),
                () = tokio::time::sleep_until(wake) => Event::Due,
            };
            let sent = match self.handle(event).await {
                Ok(sent) => sent,
                Err(close) => return close,
            };
            if let Some(sent) = sent
                && let Err(close) = self.write(socket, sent).await
            {
                return close;
            }
            if let Some(end) = self.end.take_if(|_| self.running.is_empty()) {
                return end;
            }
        }
    }

    async fn handle(&mut self, event: Event) -> Result<Option<Sent>, Close> {
        match event {
            Event::Received(received) => self.receive(received).await,
            Event::Said(said) => Ok(said.and_then(|said| self.pass_on(said))),
            Event::Due => self.look_after().map(Some),
            Event::End(end) => {
                // A subscription that was told to be complete would not be asked for again elsewhere.
                self.running.retain(|_, running| !running.is_endless);
                self.end = Some(end);
                Ok(None)
            }
        }
    }

    async fn write(&self, socket: &mut WebSocket, sent: Sent) -> Result<(), Close> {
        counter!(metric::WEBSOCKET_MESSAGES, "direction" => "out", "type" => sent.name()).increment(1);
        match tokio::time::timeout(self.gateway.transports.write_timeout(), socket.send(sent.written())).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Close::Left),
            Err(_) => Err(Close::TOO_SLOW),
        }
    }

    async fn receive(&mut self, received: Option<Result<Message, axum::Error>>) -> Result<Option<Sent>, Close> {
        let message = received.ok_or(Close::Left)?.map_err(|error| self.broken(error))?;
        self.is_alive = true;
        let text = match &message {
            Message::Text(text) => text,
            Message::Binary(_) => return Err(Close::invalid("it is binary")),
            Message::Close(_) => return Err(Close::Left),
            // The library answers these by itself.
            Message::Ping(_) | Message::Pong(_) => return Ok(None),
        };
        let count = |name| counter!(metric::WEBSOCKET_MESSAGES, "direction" => "in", "type" => name).increment(1);
        let received = Received::read(text).inspect_err(|_| count("invalid")).map_err(Close::invalid)?;
        count(received.name());
        match received {
            Received::Init(payload) => self.initialise(payload).await.map(Some),
            Received::Ping(payload) => Ok(Some(Sent::Pong(payload))),
            Received::Pong => Ok(None),
            Received::Subscribe { id, payload } => self.subscribe(id, payload).await.map(|()| None),
            Received::Complete { id } => {
                self.running.remove(id.as_str());
                Ok(None)
            }
        }
    }

    /// Why nothing can be read any more.
    fn broken(&self, error: axum::Error) -> Close {
        let Ok(error) = error.into_inner().downcast::<tungstenite::Error>() else {
            return Close::Left;
        };
        match *error {
            tungstenite::Error::Capacity(_) => {
                let allowed = u64::try_from(self.gateway.transports.settings.message_bytes.get()).unwrap_or(u64::MAX);
                Close::too_large(&Breach { limit: "message_bytes", allowed, asked: None })
            }
            tungstenite::Error::Utf8(_) => Close::invalid("it is no UTF-8"),
            _ => Close::Left,
        }
    }

    async fn initialise(&mut self, payload: Map<String, Value>) -> Result<Sent, Close> {
        if self.known.is_some() {
            return Err(Close::SECOND_INIT);
        }
        let headers = self.guest.introduced(payload)?;
        let caller = self.gateway.identity.identify(&headers).await.map_err(Close::forbidden)?;
        let transports = &self.gateway.transports;
        let seat = transports.seats.take(Who::of(&caller, self.guest.from)).map_err(Close::forbidden)?;
        self.expiry = caller.expiry().map(moment);
        self.due = Instant::now() + transports.ping_interval();
        let asks_for_explanation = visitor::asks_for_explanation(&headers);
        self.known = Some(Known { caller, asks_for_explanation, _seat: seat });
        Ok(Sent::Ack)
    }

    async fn subscribe(&mut self, id: Arc<str>, payload: Map<String, Value>) -> Result<(), Close> {
        let known = self.known.as_ref().ok_or(Close::UNACKNOWLEDGED)?;
        if self.running.contains_key(&id) {
            return Err(Close::taken(&id));
        }
        if self.end.is_some() {
            return Ok(());
        }
        self.begun += 1;
        let visitor = self.visitor(known);
        let asked = self.admit(&visitor, payload).await?;
        let (number, is_endless) = (self.begun, operation::is_endless(&asked));
        let answers = operation::answers(Arc::clone(&self.gateway), visitor, asked, Transport::WebSocket);
        let speaker = Speaker {
            sender: self.said.0.clone(),
            number,
            id: Arc::clone(&id),
            is_endless,
            life: Arc::clone(&self.gateway.life),
        };
        let task = AbortOnDropHandle::new(tokio::spawn(speaker.say_all(answers)));
        self.running.insert(id, Running { number, is_endless, _task: task });
        Ok(())
    }

    /// Who an operation is of: each is a request of its own, known by the connection's id and its number.
    fn visitor(&self, known: &Known) -> Visitor {
        let id = RequestId(format!("{}.{}", self.guest.id.0, self.begun).into());
        let span = tracing::debug_span!(parent: None, "request", request_id = &*id.0);
        Visitor {
            caller: known.caller.clone(),
            trace: Trace::begin(span, &self.guest.headers),
            id,
            asks_for_explanation: known.asks_for_explanation,
            from: self.guest.from,
            standing: None,
        }
    }

    async fn admit(&self, visitor: &Visitor, payload: Map<String, Value>) -> Result<Asked, Close> {
        let turned_away = |cause| Ok(operation::turned_away(cause, &visitor.id));
        let allowed = self.gateway.transports.settings.operations_per_connection.get();
        if self.running.len() >= allowed {
            let allowed = u64::try_from(allowed).unwrap_or(u64::MAX);
            let breach = Breach { limit: "operations_per_connection", allowed, asked: None };
            return turned_away(Cause::Known(breach.into()));
        }
        if let Err(refusal) = visitor.count(&self.gateway, 1).await {
            return turned_away(refusal.cause);
        }
        match read_object(payload) {
            Ok(parameters) => Ok(self.gateway.admit(parameters, &visitor.id).await),
            Err(refusal) => match refusal.cause {
                Cause::Wrong(problem) => Err(Close::invalid(problem)),
                known @ Cause::Known(_) => turned_away(known),
            },
        }
    }

    /// What an operation says is passed on while it is one: a client who has completed it is told nothing more.
    fn pass_on(&mut self, Said { number, sent }: Said) -> Option<Sent> {
        let (Sent::Next(id, _) | Sent::Error(id, _) | Sent::Complete(id)) = &sent else {
            return None;
        };
        if self.running.get(id)?.number != number {
            return None;
        }
        if !matches!(sent, Sent::Next(..)) {
            self.running.remove(id);
        }
        Some(sent)
    }

    fn look_after(&mut self) -> Result<Sent, Close> {
        if self.known.is_none() {
            return Err(Close::NO_INIT);
        }
        if self.expiry.is_some_and(|expiry| expiry <= Instant::now()) {
            return Err(Close::EXPIRED);
        }
        if !std::mem::take(&mut self.is_alive) {
            return Err(Close::SILENT);
        }
        self.due = Instant::now() + self.gateway.transports.ping_interval();
        Ok(Sent::Ping)
    }
}

/// What an operation's task speaks through.
struct Speaker {
    sender: mpsc::Sender<Said>,
    number: u64,
    id: Arc<str>,
    is_endless: bool,
    life: Arc<Life>,
}

impl Speaker {
    /// Says every answer, and that there are no more.
    async fn say_all(self, mut answers: Answers) {
        while let Some(finished) = answers.next().await {
            let answer = &finished.answer;
            if answer.reach != Reach::Executed {
                return self.say(Sent::Error(Arc::clone(&self.id), errors_body(&answer.response.errors).into())).await;
            }
            self.say(Sent::Next(Arc::clone(&self.id), finished.body())).await;
        }
        // Where it is the gateway that ends, nothing is complete: it is to be asked for again elsewhere.
        if !(self.is_endless && self.life.is_closing()) {
            self.say(Sent::Complete(Arc::clone(&self.id))).await;
        }
    }

    async fn say(&self, sent: Sent) {
        // Without the connection there is nobody to hear it.
        let _ = self.sender.send(Said { number: self.number, sent }).await;
    }
}

/// Waits until the gateway ends, or other settings are in force under which everybody is known anew.
async fn told_to_end(gateway: &Gateway, standing: Option<&Standing>) -> Close {
    let replaced = async {
        match standing {
            Some(standing) => standing.replaced().await,
            None => std::future::pending().await,
        }
        tokio::time::sleep(some_of_the_spread()).await;
    };
    tokio::select! {
        () = gateway.life.closed() => Close::GOING_AWAY,
        () = replaced => Close::REPLACED,
    }
}

/// The moment on the clock that cannot be set.
pub(super) fn moment(time: SystemTime) -> Instant {
    Instant::now() + time.duration_since(SystemTime::now()).unwrap_or(Duration::ZERO)
}
