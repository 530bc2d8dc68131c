//! Answers as a stream of events: graphql-sse's distinct connections mode, an operation a request.
//!
//! <https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md>. A request that is none is refused as any other; an
//! operation that is refused is an event, since `EventSource` could read nothing else.

use std::cmp::Ordering;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::SystemTime;

use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use metrics::{counter, gauge};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

use super::operation::{self, Answers, Asked, Transport};
use super::seats::Seat;
use super::session::moment;
use super::{origin, some_of_the_spread};
use crate::caller::RequestId;
use crate::error::{Denial, Error};
use crate::rate::Who;
use crate::server::Gateway;
use crate::server::csrf;
use crate::server::finished::refused_body;
use crate::server::request::{Cause, Refusal};
use crate::server::response::event_streams;
use crate::server::standing::Standing;
use crate::server::visitor::Visitor;
use crate::telemetry::metric;

/// Events that wait to be sent, besides what the connection itself holds.
const QUEUE: usize = 8;
/// What a proxy or a browser sees while nothing happens.
const KEPT_ALIVE: Bytes = Bytes::from_static(b":\n\n");
const COMPLETE: Bytes = Bytes::from_static(b"event: complete\ndata: \n\n");
/// Tells a proxy in front to pass on what comes when it comes.
const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Whether a request takes its answer as a stream of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::server) enum Wish {
    /// It takes no such thing.
    Never,
    /// It takes one answer as readily, or more so: what has no end can come as a stream alone.
    ForSubscriptions,
    /// Whatever it asks.
    Always,
}

impl Wish {
    pub(in crate::server) fn of(headers: &HeaderMap) -> Self {
        match event_streams(headers) {
            None => Self::Never,
            Some(Ordering::Greater) => Self::Always,
            Some(Ordering::Equal | Ordering::Less) => Self::ForSubscriptions,
        }
    }

    /// Whether the answer to what was asked is to be a stream.
    pub(in crate::server) fn is_for(self, asked: &Asked) -> bool {
        match self {
            Self::Never => false,
            Self::ForSubscriptions => operation::is_endless(asked),
            Self::Always => true,
        }
    }
}

/// Checks a request for a stream that has no body, as a browser's `EventSource` sends it: without any header of a page's
/// choice, and so not after asking whether it may.
pub(in crate::server) fn check(parts: &Parts, gateway: &Gateway) -> Result<(), Refusal> {
    let headers = &parts.headers;
    let is_from_own_page = || headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin");
    let has_origin = headers.contains_key(axum::http::header::ORIGIN);
    let is_allowed =
        if has_origin { origin::is_allowed(parts, &gateway.transports.origins) } else { is_from_own_page() };
    if is_allowed || csrf::is_preflighted(headers) || !csrf::is_from_browser(headers) {
        return Ok(());
    }
    let message =
        "A browser's stream by GET is for pages of this origin and of server.cors_origins, or needs the header";
    Err(Refusal::bad_request(format!("{message} {}.", csrf::HEADER)))
}

/// Answers an operation with a stream of events.
pub(in crate::server) fn open(gateway: Arc<Gateway>, mut visitor: Visitor, asked: Asked) -> Result<Response, Refusal> {
    let seat = gateway.transports.seats.take(Who::of(&visitor.caller, visitor.from));
    let seat = seat.map_err(|breach| Refusal::known(StatusCode::TOO_MANY_REQUESTS, breach))?;
    let (sender, receiver) = mpsc::channel(QUEUE);
    let writer = Writer {
        id: visitor.id.clone(),
        standing: visitor.standing.take(),
        expiry: visitor.caller.expiry(),
        is_endless: operation::is_endless(&asked),
        end: End::Client,
        start: Instant::now(),
        sender,
        _seat: seat,
        gateway: Arc::clone(&gateway),
    };
    let answers = operation::answers(gateway, visitor, asked, Transport::EventStream);
    gauge!(metric::EVENT_STREAMS).increment(1);
    let task = AbortOnDropHandle::new(tokio::spawn(writer.write(answers)));
    // Whoever drops the body, such as a connection that has ended, ends the operation.
    let events = stream::unfold((receiver, task), |(mut receiver, task)| async move {
        let event: Bytes = receiver.recv().await?;
        Some((Ok::<_, Infallible>(event), (receiver, task)))
    });
    let headers = [(CONTENT_TYPE, "text/event-stream; charset=utf-8"), (CACHE_CONTROL, "no-cache"), (BUFFERING, "no")];
    Ok((headers, Body::from_stream(events)).into_response())
}

/// The names of the events.
pub(super) const EVENTS: [&str; 2] = ["next", "complete"];
/// The names of the causes for which streams end.
pub(super) const ENDS: [&str; 6] = ["complete", "client", "too_slow", "expired", "closing", "replaced"];

/// Why a stream ended.
#[derive(Debug, Clone, Copy)]
enum End {
    Complete,
    Client,
    TooSlow,
    Expired,
    Closing,
    Replaced,
}

impl End {
    fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Client => "client",
            Self::TooSlow => "too_slow",
            Self::Expired => "expired",
            Self::Closing => "closing",
            Self::Replaced => "replaced",
        }
    }
}

/// What writes a stream's events, for as long as there is somebody who reads them.
struct Writer {
    gateway: Arc<Gateway>,
    id: RequestId,
    standing: Option<Standing>,
    expiry: Option<SystemTime>,
    is_endless: bool,
    sender: mpsc::Sender<Bytes>,
    /// That it was the client who ended it is what is left where nobody has said anything else.
    end: End,
    start: Instant,
    _seat: Seat,
}

impl Writer {
    async fn write(mut self, answers: Answers) {
        let end = match self.write_all(answers).await {
            Ok(end) | Err(end) => end,
        };
        if let (End::TooSlow, Some(standing)) = (end, &self.standing) {
            standing.cut();
        }
        self.end = end;
    }

    async fn write_all(&self, mut answers: Answers) -> Result<End, End> {
        let interval = self.gateway.transports.ping_interval();
        let expiry = self.expiry.map(moment);
        let mut told_to_end = std::pin::pin!(self.told_to_end());
        let mut next_sign = Instant::now() + interval;
        self.send(KEPT_ALIVE).await?;
        loop {
            tokio::select! {
                answer = answers.next() => match answer {
                    Some(finished) => self.send_next(&finished.body()).await?,
                    // The gateway's end completes nothing.
                    None if self.is_endless && self.gateway.life.is_closing() => return Ok(End::Closing),
                    None => return self.send_complete().await.map(|()| End::Complete),
                },
                end = told_to_end.as_mut() => return Ok(end),
                () = until(expiry) => {
                    let refused = Cause::Known(Error::Unauthenticated(Denial::ExpiredToken)).response(&self.id);
                    self.send_next(&refused_body(&refused.errors)).await?;
                    return self.send_complete().await.map(|()| End::Expired);
                }
                () = tokio::time::sleep_until(next_sign) => self.send(KEPT_ALIVE).await?,
            }
            next_sign = Instant::now() + interval;
        }
    }

    /// An answer's JSON has no line breaks of its own.
    async fn send_next(&self, answer: &[u8]) -> Result<(), End> {
        counter!(metric::EVENTS, "event" => "next").increment(1);
        self.send([b"event: next\ndata: ", answer, b"\n\n"].concat().into()).await
    }

    async fn send_complete(&self) -> Result<(), End> {
        counter!(metric::EVENTS, "event" => "complete").increment(1);
        self.send(COMPLETE).await
    }

    async fn send(&self, event: Bytes) -> Result<(), End> {
        match tokio::time::timeout(self.gateway.transports.write_timeout(), self.sender.send(event)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Client),
            Err(_) => Err(End::TooSlow),
        }
    }

    /// What has an end of its own comes to it. A subscription is ended without a word: one that was complete would not be
    /// asked for again elsewhere.
    async fn told_to_end(&self) -> End {
        if !self.is_endless {
            return std::future::pending().await;
        }
        let replaced = async {
            match &self.standing {
                Some(standing) => standing.replaced().await,
                None => std::future::pending().await,
            }
            tokio::time::sleep(some_of_the_spread()).await;
        };
        tokio::select! {
            () = self.gateway.life.closed() => End::Closing,
            () = replaced => End::Replaced,
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        gauge!(metric::EVENT_STREAMS).decrement(1);
        counter!(metric::EVENT_STREAM_ENDS, "cause" => self.end.name()).increment(1);
        let seconds = self.start.elapsed().as_secs();
        tracing::info!(request_id = &*self.id.0, cause = self.end.name(), seconds, "an event stream ended");
    }
}

async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
