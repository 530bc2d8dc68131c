//! An operation's answer with the bytes that it is sent as: they are written once, for however many they go to.

use std::sync::OnceLock;

use async_graphql::ServerError;
use axum::body::Bytes;
use serde::Serialize;

use crate::caller::RequestId;
use crate::error::response::restamped;
use crate::graph::{Answer, Reach};
use crate::record::{bytes_in, write_value};

/// Bytes of an answer around its records, more or less: a guess that saves growing.
const BESIDE_RECORDS: usize = 256;

/// An answer, and what is sent of it.
pub(super) struct Finished {
    pub(super) answer: Answer,
    body: OnceLock<Bytes>,
}

impl Finished {
    pub(super) fn new(answer: Answer) -> Self {
        Self { answer, body: OnceLock::new() }
    }

    /// What is sent.
    pub(super) fn body(&self) -> Bytes {
        self.body.get_or_init(|| written(&self.answer).into()).clone()
    }

    /// The same answer to another request; none where nothing in it tells of the request.
    pub(super) fn to_another(&self, id: &RequestId) -> Option<Self> {
        let Answer { response, reach } = &self.answer;
        let tells_of_request = !response.errors.is_empty();
        tells_of_request.then(|| Self::new(Answer { response: restamped(response, &id.0), reach: *reach }))
    }
}

/// What is written. A request that was not executed has no data, not even null.
fn written(answer: &Answer) -> Vec<u8> {
    let response = &answer.response;
    if answer.reach != Reach::Executed {
        return refused_body(&response.errors);
    }
    let mut body = Vec::with_capacity(bytes_in(&response.data) + BESIDE_RECORDS);
    body.push(b'{');
    if !response.errors.is_empty() {
        write_errors(&response.errors, &mut body);
        body.push(b',');
    }
    body.extend_from_slice(b"\"data\":");
    write_value(&response.data, &mut body);
    if !response.extensions.is_empty() {
        body.extend_from_slice(b",\"extensions\":");
        write_plain(&response.extensions, &mut body);
    }
    body.push(b'}');
    body
}

/// The errors alone.
pub(super) fn errors_body(errors: &[ServerError]) -> Vec<u8> {
    let mut body = Vec::new();
    write_plain(errors, &mut body);
    body
}

/// What is written where nothing was executed.
pub(super) fn refused_body(errors: &[ServerError]) -> Vec<u8> {
    let mut body = b"{".to_vec();
    write_errors(errors, &mut body);
    body.push(b'}');
    body
}

fn write_errors(errors: &[ServerError], body: &mut Vec<u8>) {
    body.extend_from_slice(b"\"errors\":");
    write_plain(errors, body);
}

/// What the graph answers with always serialises.
fn write_plain(content: &(impl Serialize + ?Sized), body: &mut Vec<u8>) {
    let _ = serde_json::to_writer(body, content);
}
