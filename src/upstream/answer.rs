//! An upstream's answer, and the guard between its bytes and our types.

use std::any::Any;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, RETRY_AFTER};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

use super::Speech;
use super::fuse::Fuse;
use super::mask::masked;
use super::reader::read;
use crate::drift::{Contract, Form, Seen};
use crate::error::{Error, Failure, Kind};

/// A complete answer of whatever status.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(super) speech: Speech,
    pub(super) secrets: Arc<[String]>,
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) reading: Arc<Reading>,
    pub(super) made: Made,
}

/// What was made of an answer, for all who ask for it.
pub(super) type Made = OnceLock<Arc<dyn Any + Send + Sync>>;

/// What those who read an answer found.
pub(super) struct Reading {
    fuse: Arc<Fuse>,
    /// How often the breaker had turned when the call was let through.
    epoch: AtomicU64,
    is_unreadable: AtomicBool,
}

impl Reading {
    pub(super) fn new(fuse: Arc<Fuse>) -> Arc<Self> {
        Arc::new(Self { fuse, epoch: AtomicU64::new(0), is_unreadable: AtomicBool::new(false) })
    }
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reading").finish_non_exhaustive()
    }
}

impl Answer {
    /// The same answer with other headers and another body. What is found of the one holds of the other.
    pub(super) fn with(&self, headers: HeaderMap, body: Bytes) -> Self {
        let (secrets, reading) = (Arc::clone(&self.secrets), Arc::clone(&self.reading));
        Self { speech: self.speech, secrets, status: self.status, headers, body, reading, made: Made::new() }
    }

    /// Says when its call was let through by the breaker.
    pub(super) fn let_through_in(&self, epoch: u64) {
        self.reading.epoch.store(epoch, Ordering::Relaxed);
    }

    /// Whether it is JSON, as far as whoever wants nothing of it looks.
    pub(super) fn is_json(&self) -> bool {
        self.check_readable().is_ok() && self.decode_at_once::<IgnoredAny>().is_some()
    }

    /// Whether somebody could not read it.
    pub(super) fn is_unreadable(&self) -> bool {
        self.reading.is_unreadable.load(Ordering::Relaxed)
    }

    /// The code of the error that its status stands for. That there is no such record is none.
    pub(super) fn error_code(&self) -> Option<&'static str> {
        let is_error = !self.status.is_success() && self.status != StatusCode::NOT_FOUND;
        is_error.then(|| kind_of(self.status).code())
    }

    /// How long the API asks to be left alone.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        self.header(&RETRY_AFTER).and_then(seconds)
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The answer itself where its status is a success, and otherwise what the status says of the failure.
    pub(crate) fn success(&self) -> Result<&Self, Error> {
        if self.status.is_success() { Ok(self) } else { Err(self.failure(kind_of(self.status)).into()) }
    }

    /// Whether there is no such record.
    pub(crate) fn is_not_found(&self) -> bool {
        self.status == StatusCode::NOT_FOUND
    }

    /// As [`success`](Self::success), where 404 means that there is no such record.
    pub(crate) fn found(&self) -> Result<Option<&Self>, Error> {
        if self.status == StatusCode::NOT_FOUND { Ok(None) } else { self.success().map(Some) }
    }

    /// As [`found`](Self::found), behind a write that was done: a record that is gone then cannot be told as one that
    /// never was.
    pub(crate) fn found_behind_write(&self) -> Result<&Self, Error> {
        self.found()?.ok_or_else(|| self.malformed("the record is gone after it was written".to_owned()))
    }

    /// Reads the body as JSON. The error names the JSON path, and never shows the content.
    pub(crate) fn decode<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Error> {
        self.decoded().inspect_err(|_| self.report_unreadable())
    }

    /// What is made of the body as JSON, once: whoever shares the answer, or finds it kept, shares that too.
    pub(crate) fn decode_once<'a, T, M>(&'a self, make: impl FnOnce(T) -> M) -> Result<Arc<M>, Error>
    where
        T: Deserialize<'a>,
        M: Any + Send + Sync,
    {
        let made = self.made.get().and_then(|made| Arc::clone(made).downcast().ok());
        if let Some(made) = made {
            return Ok(made);
        }
        let made = Arc::new(make(self.decode()?));
        // Whoever came first has made the same of it.
        let _ = self.made.set(Arc::clone(&made) as _);
        Ok(made)
    }

    /// Holds the body against its contract.
    pub(super) fn held_against(&self, contract: &Contract, form: Form, read: String) -> (Seen, Value) {
        match self.success().and_then(Self::decode::<Value>) {
            Ok(body) => {
                let comparison = contract.compare(form, &body, &self.secrets);
                (Seen::Read { read, is_open: contract.is_open(), comparison }, body)
            }
            Err(error) => (Seen::Failed { read, because: error.to_string() }, Value::Null),
        }
    }

    fn decoded<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Error> {
        self.check_readable()?;
        // To keep in mind where one is costs more than the reading itself, so that is left to what cannot be read.
        self.decode_at_once().map_or_else(|| self.decode_by_place(), Ok)
    }

    /// That all of it is UTF-8 is quicker seen at once than of each text in it.
    fn decode_at_once<'a, T: Deserialize<'a>>(&'a self) -> Option<T> {
        read(simdutf8::basic::from_utf8(&self.body).ok()?).ok()
    }

    fn decode_by_place<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Error> {
        let mut json = serde_json::Deserializer::from_slice(&self.body);
        let value = serde_path_to_error::deserialize(&mut json).map_err(|error| self.undecodable(&error))?;
        json.end().map_err(|_| self.malformed("there is more after the JSON value".to_owned()))?;
        Ok(value)
    }

    /// The vendor's own words about a refusal, as far as they may be shown.
    pub(crate) fn problem(&self) -> Option<String> {
        let body = self.json()?;
        masked(&(self.speech.problem)(&body)?, &self.secrets)
    }

    /// The body as plain JSON, for reading a refusal; none where it is something else.
    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// An error about this answer that shows nothing of its content.
    pub(crate) fn malformed(&self, what: String) -> Error {
        let failure = Failure { detail: None, ..self.failure(Kind::Malformed(what)) };
        failure.into()
    }

    /// Tells the breaker, once however many share the answer.
    fn report_unreadable(&self) {
        if !self.reading.is_unreadable.swap(true, Ordering::Relaxed) {
            self.reading.fuse.take_back(self.reading.epoch.load(Ordering::Relaxed));
        }
    }

    pub(super) fn check_readable(&self) -> Result<(), Error> {
        let content_type = self.header(&CONTENT_TYPE).unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        let is_json = media_type.eq_ignore_ascii_case("application/json")
            || media_type.rsplit_once('+').is_some_and(|(_, suffix)| suffix.eq_ignore_ascii_case("json"));
        if !is_json {
            let found = if media_type.is_empty() { "none" } else { known_media_type(media_type) };
            return Err(self.malformed(format!("the content type is {found}, not JSON")));
        }
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Err(self.malformed("the body is empty".to_owned()));
        }
        Ok(())
    }

    fn undecodable(&self, error: &serde_path_to_error::Error<serde_json::Error>) -> Error {
        let place = place(error.path());
        let what = amiss(error.inner());
        self.malformed(if place.is_empty() { format!("the body {what}") } else { format!("{place} {what}") })
    }

    fn failure(&self, kind: Kind) -> Failure {
        Failure {
            upstream: self.speech.name.into(),
            kind,
            http_status: Some(self.status.as_u16()),
            detail: self.problem(),
            retry_after: self.retry_after(),
        }
    }
}

/// What is wrong with JSON that cannot be read.
pub(super) fn amiss(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        serde_json::error::Category::Data => "is not of the documented type",
        serde_json::error::Category::Eof => "breaks off",
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => "is not JSON",
    }
}

/// Where in a body something is wrong. Inside a record of free form a key may be somebody's code or name: the place ends
/// before the first key that no vendor would give a member.
pub(super) fn place(path: &Path) -> String {
    let mut place = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => place.push_str(&format!("[{index}]")),
            Segment::Map { key } if is_member_name(key) => {
                place.push_str(if place.is_empty() { "" } else { "." });
                place.push_str(key);
            }
            Segment::Map { .. } | Segment::Enum { .. } | Segment::Unknown => break,
        }
    }
    place
}

fn is_member_name(key: &str) -> bool {
    key.len() <= 40 && key.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_')
}

fn kind_of(status: StatusCode) -> Kind {
    match status.as_u16() {
        401 | 403 => Kind::Unauthorized,
        429 => Kind::RateLimited,
        400..=499 => Kind::Refused,
        500..=599 => Kind::Failing,
        // Redirects are not followed: the credential would go along to wherever they point.
        _ => Kind::Malformed(format!("status {} is neither a success nor an error", status.as_u16())),
    }
}

/// `Retry-After` in its form in seconds; the form with a date is not used by any of the APIs.
fn seconds(value: &str) -> Option<Duration> {
    value.trim().parse().ok().map(Duration::from_secs)
}

/// Only media types that we know are repeated: the header is the upstream's text like any other.
fn known_media_type(media_type: &str) -> &'static str {
    match media_type.to_ascii_lowercase().as_str() {
        "text/html" => "text/html",
        "text/plain" => "text/plain",
        "application/xml" | "text/xml" => "XML",
        "application/octet-stream" => "application/octet-stream",
        _ => "another one",
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::Arc;
    use std::time::Duration;

    use reqwest::StatusCode;
    use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};

    use super::{Answer, Fuse, Made, Reading, Speech};
    use crate::upstream::breaker::Rules;

    fn answer(body: &'static str) -> Answer {
        let rules =
            Rules { window: Duration::ZERO, min_calls: 0, failure_percent: 100, probe_after: Duration::from_secs(1) };
        Answer {
            speech: Speech { name: "test", problem: |_| None, plain: &[] },
            secrets: Arc::from([]),
            status: StatusCode::OK,
            headers: HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]),
            body: body.into(),
            reading: Reading::new(Arc::new(Fuse::new("test", rules, Arc::default()))),
            made: Made::new(),
        }
    }

    #[test]
    fn what_is_made_of_an_answer_is_made_once_and_of_another_body_anew() {
        let (answer, makings) = (answer("7"), Cell::new(0));
        let make = |number: u8| {
            makings.set(makings.get() + 1);
            [number]
        };
        let first = answer.decode_once(make).unwrap();
        assert_eq!(*first, [7]);
        assert!(Arc::ptr_eq(&first, &answer.decode_once(make).unwrap()));
        assert_eq!(makings.get(), 1);
        let other = answer.with(answer.headers.clone(), "8".into());
        assert_eq!(*other.decode_once(make).unwrap(), [8]);
        assert_eq!(*answer.decode_once(|number: u8| number.to_string()).unwrap(), "7", "something else");
    }

    #[test]
    fn of_what_cannot_be_read_nothing_is_kept() {
        let answer = answer("seven");
        for _ in 0..2 {
            assert!(answer.decode_once(|number: u8| number).is_err());
        }
        assert!(answer.made.get().is_none() && answer.is_unreadable());
    }
}
