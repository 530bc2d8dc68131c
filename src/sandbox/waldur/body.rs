//! The request's body as the server reads it: JSON or a form, each refused in the server's words.
//!
//! The server takes multipart forms too; they are not played and count as an unsupported media type.

use axum::body::Bytes;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::python;
use super::respond::Refusal;

/// A body that nobody has read yet: some operations never look at theirs.
#[derive(Debug)]
pub(super) struct Unread {
    pub(super) media_type: String,
    pub(super) bytes: Bytes,
}

impl Unread {
    /// Whatever was sent; nothing at all reads as an empty object.
    pub(super) fn value(&self) -> Result<Value, Refusal> {
        if self.bytes.is_empty() {
            return Ok(json!({}));
        }
        match self.essence().as_str() {
            "application/json" => self.json(),
            "application/x-www-form-urlencoded" => Ok(self.form()),
            _ => Err(Refusal::UnsupportedMediaType(self.media_type.clone())),
        }
    }

    /// The members of an object, which most operations want.
    pub(super) fn members(&self) -> Result<Map<String, Value>, Refusal> {
        match self.value()? {
            Value::Object(members) => Ok(members),
            Value::Null => Err(whole("No data provided")),
            other => Err(whole(&not_a_dictionary(&other))),
        }
    }

    fn essence(&self) -> String {
        let essence = self.media_type.split(';').next().unwrap_or_default();
        essence.trim().to_ascii_lowercase()
    }

    fn json(&self) -> Result<Value, Refusal> {
        let text = std::str::from_utf8(&self.bytes)
            .map_err(|_| Refusal::detail("JSON parse error - 'utf-8' codec can't decode byte: invalid start byte"))?;
        serde_json::from_str(text)
            .map_err(|error| Refusal::detail(&format!("JSON parse error - {}", complaint(text, &error))))
    }

    /// Of a repeated field the last value counts.
    fn form(&self) -> Value {
        let fields = form_urlencoded::parse(&self.bytes);
        Value::Object(fields.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect())
    }
}

pub(super) fn not_a_dictionary(value: &Value) -> String {
    format!("Invalid data. Expected a dictionary, but got {}.", python::type_name(value))
}

fn whole(message: &str) -> Refusal {
    Refusal::Invalid(json!({ "non_field_errors": [message] }))
}

/// Python's complaint about the same text. The two parsers agree on where a text breaks, give or take a blank.
fn complaint(text: &str, error: &serde_json::Error) -> String {
    let reason = error.to_string();
    let expected = match reason.as_str() {
        _ if error.is_eof() && wants_a_name(text) => "Expecting property name enclosed in double quotes",
        it if it.starts_with("key must be a string") => "Expecting property name enclosed in double quotes",
        it if it.starts_with("trailing comma") => "Illegal trailing comma before end of object",
        it if it.starts_with("trailing characters") => "Extra data",
        it if it.starts_with("EOF while parsing a string") => "Unterminated string starting at",
        it if it.starts_with("expected `:`") => "Expecting ':' delimiter",
        it if it.starts_with("expected `,`") => "Expecting ',' delimiter",
        _ => "Expecting value",
    };
    let place = if error.is_eof() { text.chars().count() } else { offset(text, error) };
    let before: String = text.chars().take(place).collect();
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|&it| it != '\n').count() + 1;
    format!("{expected}: line {line} column {column} (char {place})")
}

/// The characters before the one at which the parser stopped.
fn offset(text: &str, error: &serde_json::Error) -> usize {
    let lines_before = error.line().saturating_sub(1);
    let before: usize = text.split_inclusive('\n').take(lines_before).map(|line| line.chars().count()).sum();
    before + error.column().saturating_sub(1)
}

/// Whether a text ends where the next member of an object would begin.
fn wants_a_name(text: &str) -> bool {
    let text = text.trim_end();
    let is_open = |left: char, right: char| text.matches(left).count() > text.matches(right).count();
    text.ends_with('{') || (text.ends_with(',') && is_open('{', '}') && !is_open('[', ']'))
}
