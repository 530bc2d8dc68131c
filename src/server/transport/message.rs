//! The messages of `graphql-transport-ws`: read strictly, and written.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::ws::{Message, Utf8Bytes};
use serde_json::{Map, Value, json};

/// Longer ids of operations are none: each is kept for as long as its operation goes on.
const LONGEST_ID: usize = 1024;

/// What a client says.
#[derive(Debug, PartialEq)]
pub(super) enum Received {
    Init(Map<String, Value>),
    Ping(Option<Map<String, Value>>),
    Pong,
    Subscribe { id: Arc<str>, payload: Map<String, Value> },
    Complete { id: String },
}

impl Received {
    /// The names of all of them, and of what is none.
    pub(super) const NAMES: [&str; 6] = ["connection_init", "ping", "pong", "subscribe", "complete", "invalid"];

    /// Reads a message.
    ///
    /// # Errors
    /// Why it is none, as the rest of a sentence.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let read: Value = serde_json::from_str(text).map_err(|error| format!("it is no JSON, {error}"))?;
        let Value::Object(mut members) = read else {
            return Err("it is no JSON object".to_owned());
        };
        match members.get("type").and_then(Value::as_str).unwrap_or_default() {
            "connection_init" => Ok(Self::Init(payload(&mut members)?.unwrap_or_default())),
            "ping" => Ok(Self::Ping(payload(&mut members)?)),
            "pong" => payload(&mut members).map(|_| Self::Pong),
            "subscribe" => {
                let payload = payload(&mut members)?.ok_or_else(|| "payload is missing".to_owned())?;
                Ok(Self::Subscribe { id: id(&mut members)?.into(), payload })
            }
            "complete" => Ok(Self::Complete { id: id(&mut members)? }),
            "" => Err("type is missing".to_owned()),
            other => Err(format!("type is {other:?}, which a client does not send")),
        }
    }

    /// The type's name.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Init(_) => "connection_init",
            Self::Ping(_) => "ping",
            Self::Pong => "pong",
            Self::Subscribe { .. } => "subscribe",
            Self::Complete { .. } => "complete",
        }
    }
}

fn payload(members: &mut Map<String, Value>) -> Result<Option<Map<String, Value>>, String> {
    match members.remove("payload") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(payload)) => Ok(Some(payload)),
        Some(_) => Err("payload is no object".to_owned()),
    }
}

fn id(members: &mut Map<String, Value>) -> Result<String, String> {
    match members.remove("id") {
        Some(Value::String(id)) if id.is_empty() => Err("id is empty".to_owned()),
        Some(Value::String(id)) if id.len() > LONGEST_ID => Err(format!("id is longer than {LONGEST_ID} bytes")),
        Some(Value::String(id)) => Ok(id),
        Some(_) => Err("id is no text".to_owned()),
        None => Err("id is missing".to_owned()),
    }
}

/// What the gateway says.
#[derive(Debug)]
pub(super) enum Sent {
    Ack,
    Ping,
    Pong(Option<Map<String, Value>>),
    /// A result, as it was written.
    Next(Arc<str>, Bytes),
    /// The errors of an operation that is refused, as they were written.
    Error(Arc<str>, Bytes),
    Complete(Arc<str>),
}

impl Sent {
    /// The names of all of them.
    pub(super) const NAMES: [&str; 6] = ["connection_ack", "ping", "pong", "next", "error", "complete"];

    /// The type's name.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Ack => "connection_ack",
            Self::Ping => "ping",
            Self::Pong(_) => "pong",
            Self::Next(..) => "next",
            Self::Error(..) => "error",
            Self::Complete(_) => "complete",
        }
    }

    /// The message as it is sent.
    pub(super) fn written(self) -> Message {
        let name = self.name();
        match self {
            Self::Ack | Self::Ping | Self::Pong(None) => text(&json!({ "type": name })),
            Self::Pong(payload) => text(&json!({ "type": name, "payload": payload })),
            Self::Complete(id) => text(&json!({ "id": &*id, "type": name })),
            Self::Next(id, payload) | Self::Error(id, payload) => around(name, &id, &payload),
        }
    }
}

fn text(message: &Value) -> Message {
    Message::Text(message.to_string().into())
}

/// A message around what was written before, which is JSON and so is text.
fn around(name: &str, id: &str, payload: &[u8]) -> Message {
    let id = Value::from(id).to_string();
    let parts: [&[u8]; 7] =
        [b"{\"id\":", id.as_bytes(), b",\"type\":\"", name.as_bytes(), b"\",\"payload\":", payload, b"}"];
    Message::Text(Utf8Bytes::try_from(Bytes::from(parts.concat())).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Received, Sent};

    #[test]
    fn what_a_client_may_say_is_read() {
        let read = |message: Value| Received::read(&message.to_string()).unwrap();
        let object = |value: Value| value.as_object().cloned().unwrap();
        assert_eq!(read(json!({ "type": "connection_init" })), Received::Init(object(json!({}))));
        let init = json!({ "type": "connection_init", "payload": { "a": 1 } });
        assert_eq!(read(init), Received::Init(object(json!({ "a": 1 }))));
        assert_eq!(read(json!({ "type": "ping", "payload": null })), Received::Ping(None));
        assert_eq!(read(json!({ "type": "pong", "payload": {} })), Received::Pong);
        let subscribe = json!({ "id": "1", "type": "subscribe", "payload": { "query": "{ a }" } });
        let payload = object(json!({ "query": "{ a }" }));
        assert_eq!(read(subscribe), Received::Subscribe { id: "1".into(), payload });
        assert_eq!(read(json!({ "id": "1", "type": "complete" })), Received::Complete { id: "1".to_owned() });
    }

    #[test]
    fn whatever_else_it_says_is_refused_with_the_reason() {
        let long = "x".repeat(1025);
        for (text, reason) in [
            ("[]", "it is no JSON object"),
            ("{}", "type is missing"),
            (r#"{"type":1}"#, "type is missing"),
            (r#"{"type":"start"}"#, r#"type is "start", which a client does not send"#),
            (r#"{"type":"connection_ack"}"#, r#"type is "connection_ack", which a client does not send"#),
            (r#"{"type":"ping","payload":[]}"#, "payload is no object"),
            (r#"{"type":"subscribe","id":"1"}"#, "payload is missing"),
            (r#"{"type":"subscribe","payload":{}}"#, "id is missing"),
            (r#"{"type":"subscribe","id":"","payload":{}}"#, "id is empty"),
            (r#"{"type":"complete","id":1}"#, "id is no text"),
            (&format!(r#"{{"type":"complete","id":"{long}"}}"#), "id is longer than 1024 bytes"),
        ] {
            assert_eq!(Received::read(text), Err(reason.to_owned()), "{text}");
        }
        assert!(Received::read("{").unwrap_err().starts_with("it is no JSON, "));
    }

    #[test]
    fn what_the_gateway_says_is_written_around_what_was_written_before() {
        let written = |sent: Sent| -> Value { serde_json::from_str(sent.written().to_text().unwrap()).unwrap() };
        let next = Sent::Next("\"a\u{0}".into(), r#"{"data":{"ä":1}}"#.into());
        assert_eq!(written(next), json!({ "id": "\"a\u{0}", "type": "next", "payload": { "data": { "ä": 1 } } }));
        let error = Sent::Error("1".into(), "[{}]".into());
        assert_eq!(written(error), json!({ "id": "1", "type": "error", "payload": [{}] }));
        assert_eq!(written(Sent::Complete("1".into())), json!({ "id": "1", "type": "complete" }));
        assert_eq!(written(Sent::Pong(None)), json!({ "type": "pong" }));
    }
}
