//! An operation's answer with the bytes that it is sent as: they are written once, for however many they go to.

use std::sync::OnceLock;

use async_graphql::ServerError;
use axum::body::Bytes;
use serde::Serialize;

use crate::caller::RequestId;
use crate::error::response::restamped;
use crate::graph::{Answer, Reach};

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
        self.body.get_or_init(|| written(&Body::from(&self.answer)).into()).clone()
    }

    /// The same answer to another request; none where nothing in it tells of the request.
    pub(super) fn to_another(&self, id: &RequestId) -> Option<Self> {
        let Answer { response, reach } = &self.answer;
        let tells_of_request = !response.errors.is_empty();
        tells_of_request.then(|| Self::new(Answer { response: restamped(response, &id.0), reach: *reach }))
    }
}

/// What is written. A request that was not executed has no data, not even null.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Body<'a> {
    Executed(&'a async_graphql::Response),
    Refused { errors: &'a [ServerError] },
}

impl<'a> From<&'a Answer> for Body<'a> {
    fn from(answer: &'a Answer) -> Self {
        match answer.reach {
            Reach::Executed => Self::Executed(&answer.response),
            _ => Self::Refused { errors: &answer.response.errors },
        }
    }
}

/// What the graph answers with always serialises.
pub(super) fn written(content: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(content).unwrap_or_default()
}
