//! Answers of APIs that are not what they were: in their bytes, in what they hold, and in what their heads say.

use axum::http::{HeaderName, HeaderValue};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::Index;
use serde_json::Value;

use super::any_json;
use super::mutation::{Mutation, mutated};
use super::upstream::Answer;

/// What becomes of an answer.
#[derive(Debug, Clone)]
pub struct Spoil {
    status: Option<u16>,
    headers: Vec<(&'static str, Vec<u8>)>,
    body: Body,
}

#[derive(Debug, Clone)]
enum Body {
    /// Damages to its bytes, after which it seldom is JSON.
    Bytes(Vec<Mutation>),
    /// Other values in the place of some that stand in it, none for those that are left out.
    Values(Vec<(Index, Option<Value>)>),
}

pub fn any_spoil() -> impl Strategy<Value = Spoil> {
    let body = prop_oneof![
        1 => vec(any::<Mutation>(), 0..6).prop_map(Body::Bytes),
        2 => vec((any::<Index>(), proptest::option::weighted(0.8, any_json())), 0..4).prop_map(Body::Values),
    ];
    let status = prop_oneof![5 => Just(None), 1 => (100..600_u16).prop_map(Some)];
    let name = prop_oneof![
        2 => Just("content-type"),
        1 => Just("x-result-count"),
        1 => Just("retry-after"),
        1 => Just("link"),
        1 => Just("location"),
        1 => Just("content-encoding"),
    ];
    let value = prop_oneof![
        Just(b"application/problem+json".to_vec()),
        Just(b"text/html; charset=utf-16".to_vec()),
        Just(b"gzip".to_vec()),
        "-?[0-9]{1,25}".prop_map(String::into_bytes),
        vec(any::<u8>(), 0..30),
    ];
    let headers = prop_oneof![3 => Just(Vec::new()), 1 => vec((name, value), 1..3)];
    (status, headers, body).prop_map(|(status, headers, body)| Spoil { status, headers, body })
}

impl Spoil {
    pub fn spoil(&self, answer: &mut Answer) {
        answer.status = self.status.unwrap_or(answer.status);
        for (name, value) in &self.headers {
            if let Ok(value) = HeaderValue::from_bytes(value) {
                answer.headers.insert(HeaderName::from_static(name), value);
            }
        }
        answer.body = match &self.body {
            Body::Bytes(mutations) => mutated(&answer.body, mutations).into(),
            Body::Values(values) => {
                let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) else { return };
                for (place, value) in values {
                    let place = place.index(size(&body));
                    body = replaced(body, &mut { place }, value.as_ref()).unwrap_or_default();
                }
                body.to_string().into()
            }
        };
    }
}

/// How many values there are in a value, itself included.
fn size(value: &Value) -> usize {
    1 + match value {
        Value::Array(elements) => elements.iter().map(size).sum(),
        Value::Object(members) => members.values().map(size).sum(),
        _ => 0,
    }
}

/// The value with another one, or none, in the place of the one that `left` others stand before.
fn replaced(value: Value, left: &mut usize, by: Option<&Value>) -> Option<Value> {
    let Some(rest) = left.checked_sub(1) else {
        // None of those behind it is to be replaced.
        *left = usize::MAX;
        return by.cloned();
    };
    *left = rest;
    Some(match value {
        Value::Array(elements) => elements.into_iter().filter_map(|element| replaced(element, left, by)).collect(),
        Value::Object(members) => {
            let members = members.into_iter();
            members.filter_map(|(name, value)| Some((name, replaced(value, left, by)?))).collect()
        }
        other => other,
    })
}
