//! One exchange as a line of a recording: the request, and its answer or what became of it instead.
//!
//! This is the form of the recordings that the sandbox is held against, so that whatever reads one reads the other.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A line of a recording.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Exchange {
    /// Its place among all exchanges of the run.
    #[serde(default)]
    pub(super) n: u64,
    /// When the request was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) at: Option<jiff::Timestamp>,
    /// What was asked.
    pub(super) request: Request,
    /// What was answered, if anything was.
    #[serde(default)]
    pub(super) response: Option<Response>,
    /// What became of the request where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) lost: Option<Lost>,
    /// How long it took, in milliseconds.
    #[serde(default)]
    pub(super) ms: f64,
}

impl Exchange {
    /// What in it was said by somebody: neither the words of the format nor those of the path's template.
    pub(super) fn said<'a>(&'a self, route: &'a str) -> impl Iterator<Item = &'a str> {
        let request = &self.request;
        let is_fixed = move |segment: &&str| route.split('/').any(|fixed| fixed == *segment);
        let filled = request.path.split('/').filter(move |segment| !is_fixed(segment));
        let headers = self.response.iter().flat_map(|response| response.headers.values()).map(String::as_str);
        let bodies = [request.body.as_deref(), self.response.as_ref().and_then(|response| response.body.as_deref())];
        let bodies = bodies.into_iter().flatten().map(RawValue::get);
        filled.chain([request.query.as_str()]).chain(headers).chain(bodies)
    }
}

/// What was asked.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Request {
    pub(super) method: String,
    /// From behind the API's address on.
    pub(super) path: String,
    #[serde(default)]
    pub(super) query: String,
    /// Whose credential it was sent with.
    #[serde(default, rename = "as")]
    pub(super) credential: Option<String>,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) body: Option<Box<RawValue>>,
}

/// What was answered.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Response {
    pub(super) status: u16,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) body: Option<Box<RawValue>>,
    /// Whether the body was no UTF-8: what could not be read of it is U+FFFD here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) lossy: bool,
}

/// What became of a request that has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Lost {
    /// No connection could be made, so nothing was sent.
    Unsent,
    /// The connection broke before the answer was complete.
    Broken,
    /// The deadline passed.
    Timeout,
    /// The answer was larger than what is read.
    TooLarge,
    /// Nobody waited for the answer any more.
    Abandoned,
}

/// A body of text, as a line holds it: an object or a list as it is, and anything else as a text.
pub(super) fn body(text: &str, is_json: bool) -> Option<Box<RawValue>> {
    if text.is_empty() {
        return None;
    }
    let written = if is_json { text.to_owned() } else { serde_json::to_string(text).ok()? };
    RawValue::from_string(written).ok()
}

/// The body that a line holds, as it was sent.
pub(super) fn bytes(body: Option<&RawValue>, lossy: bool) -> Vec<u8> {
    let Some(body) = body else {
        return Vec::new();
    };
    let text = match serde_json::from_str::<String>(body.get()) {
        Ok(text) => text,
        Err(_) => return body.get().as_bytes().to_vec(),
    };
    if !lossy {
        return text.into_bytes();
    }
    // Any byte that begins no character will do for one that began none.
    let mut buffer = [0; 4];
    let bytes_of = |next: char| {
        if next == char::REPLACEMENT_CHARACTER { vec![0xff] } else { next.encode_utf8(&mut buffer).as_bytes().to_vec() }
    };
    text.chars().flat_map(bytes_of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_body_comes_back() {
        for (text, is_json) in [
            ("{\"a\":1.10}", true),
            ("[]", true),
            ("<html>\n\"é\"", false),
            ("\"x\"", false),
            ("null", false),
            ("", false),
        ] {
            let held = body(text, is_json);
            let line = serde_json::to_string(&held).unwrap();
            let held: Option<Box<RawValue>> = serde_json::from_str(&line).unwrap();
            assert_eq!(bytes(held.as_deref(), false), text.as_bytes(), "{line}");
        }
        let held = body("caf\u{fffd}", false);
        assert_eq!(bytes(held.as_deref(), true), b"caf\xff");
    }
}
