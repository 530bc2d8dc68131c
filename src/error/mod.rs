//! The taxonomy of failures, sorted by what the caller can do about each.
//!
//! An [`Error`] is what a resolver returns and what stands in the response's `errors`; [`user`] holds what a mutation
//! answers as data. Where an error becomes a GraphQL error is [`response`], and nowhere else.

pub mod response;
pub mod user;
mod written;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Why a field has no value. Cheap to clone, since every row that waited for a failed call shares its failure.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// An argument that GraphQL's types let pass and the gateway does not.
    #[error("Argument \"{argument}\" {problem}.")]
    Input {
        /// The argument's name in the schema.
        argument: Cow<'static, str>,
        /// What is wrong with it and what was expected, as the rest of a sentence; no full stop.
        problem: String,
    },
    /// The caller lacks a right.
    #[error("The right {right} is needed here.")]
    Forbidden {
        /// The right's name, as the settings write it.
        right: &'static str,
    },
    /// Nobody knows who asks.
    #[error(transparent)]
    Unauthenticated(Denial),
    /// The caller asks too often.
    #[error("Too many requests; the next one is welcome in {} ms.", milliseconds(*retry_after))]
    RateLimited {
        /// When he may ask again.
        retry_after: Duration,
    },
    /// An upstream call that gave no usable answer.
    #[error(transparent)]
    Upstream(Arc<Failure>),
    /// The request has made as many calls to an API as it may.
    #[error("A request may make {allowed} calls to the {upstream} API, and this one would make {}.", more(*asked))]
    Budget {
        /// The API by its role in the graph.
        upstream: &'static str,
        /// The most calls.
        allowed: usize,
        /// What it would come to, where that is known.
        asked: Option<usize>,
    },
    /// The replicas of the gateway cannot agree on who writes, so nothing was sent.
    #[error(transparent)]
    Uncoordinated(Uncoordinated),
    /// The request names a document that the gateway does not have or does not let through.
    #[error(transparent)]
    Document(Unpersisted),
    /// The request asks for more than the gateway lets it.
    #[error(transparent)]
    Limit(Breach),
    /// Something that cannot happen, did.
    #[error("Something went wrong inside the gateway.")]
    Internal,
}

impl Error {
    /// An argument's breach: `problem` goes on from the argument's name, without a full stop: `is 0, which is not in 1..=100`.
    pub fn input(argument: impl Into<Cow<'static, str>>, problem: impl Into<String>) -> Self {
        Self::Input { argument: argument.into(), problem: problem.into() }
    }

    /// Whether the same request may well succeed later without anybody mending anything.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Upstream(failure) if failure.kind.is_passing())
    }

    /// Whether the API, or the way to it, is out of order for now.
    pub(crate) fn is_down(&self) -> bool {
        matches!(self, Self::Upstream(failure) if failure.kind.is_down())
    }

    /// The status of the upstream's answer, where there was one.
    pub fn http_status(&self) -> Option<u16> {
        match self {
            Self::Upstream(failure) => failure.http_status,
            _ => None,
        }
    }

    /// Whether another call to the same API would only wait for the same failure. An API that answered with a 5xx is there.
    pub fn is_out_of_reach(&self) -> bool {
        self.is_passing() && !matches!(self, Self::Upstream(failure) if failure.kind == Kind::Failing)
    }

    /// The word in `extensions.code`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Input { .. } => "BAD_USER_INPUT",
            Self::Forbidden { .. } => "FORBIDDEN",
            Self::Unauthenticated(_) => "UNAUTHENTICATED",
            Self::RateLimited { .. } => "RATE_LIMITED",
            Self::Upstream(failure) => failure.kind.code(),
            Self::Budget { .. } => "UPSTREAM_BUDGET_EXCEEDED",
            Self::Uncoordinated(_) => "COORDINATION_UNAVAILABLE",
            Self::Document(Unpersisted::Unknown) => "PERSISTED_QUERY_NOT_FOUND",
            Self::Document(Unpersisted::Unsupported) => "PERSISTED_QUERY_NOT_SUPPORTED",
            Self::Document(Unpersisted::Untrusted) => "QUERY_NOT_IN_SAFELIST",
            Self::Limit(_) => "LIMIT_EXCEEDED",
            Self::Internal => "INTERNAL_SERVER_ERROR",
        }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::Upstream(Arc::new(failure))
    }
}

/// Why a caller is not known. It says no more than whoever guesses may learn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denial {
    /// Nothing was sent that could be an API key.
    #[error("An API key is needed, as \"Authorization: Bearer …\" or as x-api-key.")]
    NoKey,
    /// What was sent is no key of any caller.
    #[error("The API key is not valid.")]
    InvalidKey,
    /// Nothing was sent that could be a token.
    #[error("A token is needed, as \"Authorization: Bearer …\".")]
    NoToken,
    /// The token is not accepted.
    #[error("The token is not valid.")]
    InvalidToken,
    /// A push that does not carry what pushes are known by.
    #[error("The push does not carry its secret.")]
    NoSecret,
    /// The token was accepted once.
    #[error("The token has expired.")]
    ExpiredToken,
}

/// Why the replicas of the gateway cannot agree on who writes. Nothing was sent, and the same may be asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Uncoordinated {
    /// Redis cannot be reached.
    #[error("What keeps the gateway's replicas from writing at the same time cannot be reached; nothing was sent.")]
    Down,
    /// Redis has lost what it held, and writes from before may still be under way.
    #[error(
        "Writes from before an outage may still be under way, so others wait {} ms more; nothing was sent.",
        milliseconds(*_0)
    )]
    Settling(Duration),
    /// The record's lock ran out before the request was sent.
    #[error("The record's lock was lost before the request could be sent; nothing was sent.")]
    Lost,
    /// The same key is in use at another replica for longer than can be waited for.
    #[error("The write with this idempotency key is still under way at another replica; nothing else was sent.")]
    Busy,
}

impl Uncoordinated {
    /// When it is worth trying again.
    pub(crate) fn retry_after(self) -> Duration {
        match self {
            Self::Settling(wait) => wait,
            Self::Down | Self::Lost | Self::Busy => Duration::from_secs(1),
        }
    }
}

impl From<Uncoordinated> for Error {
    fn from(why: Uncoordinated) -> Self {
        Self::Uncoordinated(why)
    }
}

fn more(asked: Option<usize>) -> String {
    asked.map_or_else(|| "more".to_owned(), |asked| asked.to_string())
}

/// Why a document cannot be had. Clients of APQ know the first two by these very messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unpersisted {
    /// Nobody has sent it yet, and it is none of the trusted ones.
    #[error("PersistedQueryNotFound")]
    Unknown,
    /// Documents come as text here.
    #[error("PersistedQueryNotSupported")]
    Unsupported,
    /// It is none of the trusted ones.
    #[error("This document is none of those that this gateway executes.")]
    Untrusted,
}

/// A span in whole milliseconds, and never shorter than it is.
fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

/// A limit and what went over it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// The limit's name, which is its key in the settings where it has one.
    pub limit: &'static str,
    /// The most that it lets through.
    pub allowed: u64,
    /// What was asked, where that was counted to its end.
    pub asked: Option<u64>,
}

impl std::error::Error for Breach {}

impl std::fmt::Display for Breach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { limit, allowed, asked } = self;
        write!(f, "The limit \"{limit}\" is {allowed}")?;
        match asked {
            Some(asked) => write!(f, ", and this request comes to {asked}."),
            None => write!(f, ", and this request goes over it."),
        }
    }
}

impl From<Breach> for Error {
    fn from(breach: Breach) -> Self {
        Self::Limit(breach)
    }
}

/// One upstream call that gave no usable answer: what is known of it and may be shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// The API by its role in the graph: `onboarding`, `verification`, `leads`.
    pub upstream: Cow<'static, str>,
    /// What went wrong.
    pub kind: Kind,
    /// The answer's status, where there was an answer.
    pub http_status: Option<u16>,
    /// The upstream's own words, masked.
    pub detail: Option<String>,
    /// How long the upstream asked to be left alone.
    pub retry_after: Option<Duration>,
}

impl Failure {
    /// A failure of which nothing but its kind is known.
    pub fn new(upstream: &'static str, kind: Kind) -> Self {
        Self { upstream: upstream.into(), kind, http_status: None, detail: None, retry_after: None }
    }
}

/// What went wrong with an upstream call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// The gateway has no address or credential for this API.
    NotConfigured,
    /// The caller's profile has the API called with a credential that each request brings, and this one did not: the
    /// header that it was to come in.
    NoCredential(String),
    /// No connection could be made, so nothing was sent.
    Unreachable,
    /// The connection broke before the answer was complete.
    Broken,
    /// The answer was a 5xx.
    Failing,
    /// The deadline passed.
    Timeout(Duration),
    /// The answer was a 429.
    RateLimited,
    /// The answer was another 4xx.
    Refused,
    /// The API did not accept the gateway's credential, or that credential's plan.
    Unauthorized,
    /// The circuit breaker is open, so nothing was sent.
    BreakerOpen,
    /// As many calls wait for their turn as may, or the turn did not come in time, so nothing was sent.
    Busy {
        /// The most calls at once.
        at_once: usize,
    },
    /// The answers of this API that are being read take all the room that there is for them.
    Crowded {
        /// How much that is.
        bytes: usize,
    },
    /// The API is played from a recording, which does not hold this call.
    Unrecorded,
    /// The answer cannot be read; says why, by content type or JSON path, never by content.
    Malformed(String),
}

impl Kind {
    /// The word in `extensions.code`.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::NoCredential(_) => "UNAUTHENTICATED",
            Self::NotConfigured
            | Self::Unreachable
            | Self::Broken
            | Self::Failing
            | Self::BreakerOpen
            | Self::Unrecorded
            | Self::Crowded { .. }
            | Self::Busy { .. } => "UPSTREAM_UNAVAILABLE",
            Self::Timeout(_) => "UPSTREAM_TIMEOUT",
            Self::RateLimited => "UPSTREAM_RATE_LIMITED",
            Self::Refused => "UPSTREAM_REFUSED",
            Self::Unauthorized => "UPSTREAM_UNAUTHORIZED",
            Self::Malformed(_) => "UPSTREAM_MALFORMED",
        }
    }

    /// Whether the same call may well succeed later without anybody mending anything.
    fn is_passing(&self) -> bool {
        self.is_down() || matches!(self, Self::RateLimited)
    }

    /// Whether the API, or the way to it, is out of order for now.
    fn is_down(&self) -> bool {
        match self {
            Self::Unreachable
            | Self::Broken
            | Self::Failing
            | Self::Timeout(_)
            | Self::BreakerOpen
            | Self::Crowded { .. }
            | Self::Busy { .. } => true,
            Self::NotConfigured
            | Self::NoCredential(_)
            | Self::RateLimited
            | Self::Refused
            | Self::Unauthorized
            | Self::Unrecorded
            | Self::Malformed(_) => false,
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "The {} API ", self.upstream)?;
        match &self.kind {
            Kind::NotConfigured => write!(f, "is not configured on this gateway"),
            Kind::NoCredential(header) => {
                write!(f, "is called with your own credential, and the header {header} has none")
            }
            Kind::Unreachable => write!(f, "cannot be reached"),
            Kind::Broken => write!(f, "broke off its answer"),
            Kind::Failing => write!(f, "failed with status {}", self.http_status.unwrap_or_default()),
            Kind::Timeout(after) => write!(f, "did not answer within {} ms", after.as_millis()),
            Kind::RateLimited => write!(f, "is receiving too many requests"),
            Kind::Refused => write!(f, "refused the request with status {}", self.http_status.unwrap_or_default()),
            Kind::Unauthorized => write!(f, "did not accept the gateway's credential"),
            Kind::BreakerOpen => write!(f, "keeps failing and is left alone for now"),
            Kind::Busy { at_once } => write!(f, "has {at_once} calls under way and too many waiting"),
            Kind::Crowded { bytes } => write!(f, "sends more at once than the {bytes} bytes that there is room for"),
            Kind::Unrecorded => write!(f, "is played from a recording"),
            Kind::Malformed(what) => write!(f, "gave an answer that cannot be read: {what}"),
        }?;
        match &self.detail {
            Some(detail) => write!(f, ": {detail}"),
            None => write!(f, "."),
        }
    }
}

impl std::error::Error for Failure {}
