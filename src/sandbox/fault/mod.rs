//! The words in which a fault is told: which calls it meets, and what becomes of them.
//!
//! The same words in JSON are what `/_sandbox/faults` takes:
//!
//! ```json
//! {"on": {"method": "PUT", "path_contains": "/onboards/"}, "skip": 1, "times": 2,
//!  "effect": {"status": {"status": 429, "headers": {"retry-after": "2"}, "body": {"json": {"error": "slow down"}}}}}
//! ```
//!
//! `on`, `skip` (0) and `times` (1) may be left out. Effects: `{"status": …}`, `{"status_after": …}`, `{"endless": "<content
//! type>"}`, `{"latency_ms": 250}`, and the plain words `hang_before`, `hang_after`, `reset_before`, `reset_after`, `go_down`.
//! Bodies: `{"json": …}`, `{"html": "…"}`, `{"text": "…"}`, `{"raw": {"content_type": "…", "bytes": "…"}}`, `"empty"`.

mod answer;
mod layer;
mod queue;
mod settings;

use std::time::Duration;

use axum::http::Method;
use serde::{Deserialize, Serialize};

pub use self::answer::{Answer, Body};
pub(super) use self::layer::layered;
pub(super) use self::queue::Faults;
pub use self::settings::Settings;

/// Something that goes wrong with chosen calls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The calls it meets.
    #[serde(default)]
    pub on: Match,
    /// How many of those calls come through unharmed first.
    #[serde(default)]
    pub skip: u32,
    /// How many of them are then harmed; [`Fault::ALWAYS`] never runs out.
    #[serde(default = "once")]
    pub times: u32,
    /// What becomes of them.
    pub effect: Effect,
}

fn once() -> u32 {
    1
}

impl Fault {
    /// The number of times that never runs out.
    pub const ALWAYS: u32 = u32::MAX;

    /// Meets the next call, whichever it is, and no other.
    pub fn once(effect: Effect) -> Self {
        Self { on: Match::default(), skip: 0, times: once(), effect }
    }

    /// Meets every call from here on.
    pub fn always(effect: Effect) -> Self {
        Self { times: Self::ALWAYS, ..Self::once(effect) }
    }

    /// Only calls of this method.
    #[must_use]
    pub fn method(mut self, method: Method) -> Self {
        self.on.method = Some(method);
        self
    }

    /// Only calls whose path contains this.
    #[must_use]
    pub fn path(mut self, part: impl Into<String>) -> Self {
        self.on.path_contains = Some(part.into());
        self
    }

    /// Lets this many matching calls through first.
    #[must_use]
    pub fn after(mut self, calls: u32) -> Self {
        self.skip = calls;
        self
    }
}

/// Which calls a fault meets; what is left out matches everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Match {
    /// The method.
    #[serde(with = "method_word", skip_serializing_if = "Option::is_none")]
    pub method: Option<Method>,
    /// A part of the path, percent-encoded as it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_contains: Option<String>,
}

impl Match {
    fn meets(&self, method: &Method, path: &str) -> bool {
        let wants = self.path_contains.as_deref();
        self.method.as_ref().is_none_or(|wanted| wanted == method) && wants.is_none_or(|part| path.contains(part))
    }
}

/// What becomes of a call. "Before" leaves the API's world untouched; "after" loses the answer to something that was done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// This answer, and nothing is done.
    Status(Answer),
    /// It is done, and this answer replaces the true one.
    StatusAfter(Answer),
    /// No answer until the client goes away, and nothing is done.
    HangBefore,
    /// It is done, and no answer comes until the client goes away.
    HangAfter,
    /// The connection is reset, and nothing is done.
    ResetBefore,
    /// It is done, and the connection is reset.
    ResetAfter,
    /// A 200 of this content type whose body never ends, and nothing is done.
    Endless(String),
    /// It is done and answered, this much later.
    #[serde(rename = "latency_ms", with = "milliseconds")]
    Latency(Duration),
    /// It is done and answered with `Connection: close`; before the answer arrives, the API has stopped listening and broken
    /// its other connections, so that the next connect is refused. Only [`Played::come_back`](super::Played::come_back)
    /// opens it again.
    GoDown,
}

mod method_word {
    use axum::http::Method;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(method: &Option<Method>, serializer: S) -> Result<S::Ok, S::Error> {
        method.as_ref().map(Method::as_str).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Method>, D::Error> {
        let word = Option::<String>::deserialize(deserializer)?;
        let method = word.map(|word| word.to_ascii_uppercase().parse());
        method.transpose().map_err(D::Error::custom)
    }
}

mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        duration.as_millis().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}
