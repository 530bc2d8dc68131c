//! JSON as it is written: text that grows, and the values that know how they stand in it.

use std::fmt::Display;
use std::io::Write as _;

use async_graphql::{ID, Value};

use crate::scan;

/// JSON that is being written.
#[derive(Default)]
pub(crate) struct Json(Vec<u8>);

impl Json {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    /// Writes what is JSON already.
    pub(super) fn push(&mut self, json: &str) {
        self.0.extend_from_slice(json.as_bytes());
    }

    /// Writes a text of which it is known that it holds nothing to escape.
    pub(crate) fn push_quoted(&mut self, text: &[u8]) {
        self.0.push(b'"');
        self.0.extend_from_slice(text);
        self.0.push(b'"');
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Writes what is JSON already, as bytes.
    pub(super) fn push_bytes(&mut self, json: &[u8]) {
        self.0.extend_from_slice(json);
    }

    /// The JSON as a value that is copied into the response as it stands: [`write_value`] knows it by its kind, which no
    /// type of the graph has.
    pub(super) fn into_value(self) -> Value {
        Value::Binary(self.0.into())
    }
}

/// A value that is written as it is stored.
pub(crate) trait Write {
    /// Writes it.
    fn write(&self, json: &mut Json);
}

impl<T: Write> Write for Option<T> {
    fn write(&self, json: &mut Json) {
        match self {
            Some(value) => value.write(json),
            None => json.push("null"),
        }
    }
}

impl<T: Write> Write for Vec<T> {
    fn write(&self, json: &mut Json) {
        json.push("[");
        for (place, item) in self.iter().enumerate() {
            if place > 0 {
                json.push(",");
            }
            item.write(json);
        }
        json.push("]");
    }
}

impl Write for bool {
    fn write(&self, json: &mut Json) {
        json.push(if *self { "true" } else { "false" });
    }
}

impl Write for i32 {
    fn write(&self, json: &mut Json) {
        json.push(itoa::Buffer::new().format(*self));
    }
}

impl Write for str {
    fn write(&self, json: &mut Json) {
        json.0.push(b'"');
        let mut rest = self;
        loop {
            let (plain, special) = rest.split_at(scan::plain(rest.as_bytes()));
            json.push(plain);
            let mut characters = special.chars();
            let Some(character) = characters.next() else {
                break;
            };
            escape(character, json);
            rest = characters.as_str();
        }
        json.0.push(b'"');
    }
}

fn escape(character: char, json: &mut Json) {
    match character {
        '"' => json.push("\\\""),
        '\\' => json.push("\\\\"),
        '\n' => json.push("\\n"),
        '\r' => json.push("\\r"),
        '\t' => json.push("\\t"),
        '\u{8}' => json.push("\\b"),
        '\u{c}' => json.push("\\f"),
        control => {
            // Memory takes what is written.
            let _ = write!(json.0, "\\u{:04x}", u32::from(control));
        }
    }
}

impl Write for String {
    fn write(&self, json: &mut Json) {
        self.as_str().write(json);
    }
}

impl Write for ID {
    fn write(&self, json: &mut Json) {
        self.as_str().write(json);
    }
}

/// Writes a text of which it is known that it holds nothing to escape.
pub(crate) fn write_text(text: &impl Display, json: &mut Json) {
    // Memory takes what is written.
    let _ = write!(json.0, "\"{text}\"");
}

/// How many bytes of a value are JSON already: no less than these are written of it.
pub(crate) fn bytes_in(value: &Value) -> usize {
    match value {
        Value::Binary(written) => written.len(),
        Value::List(items) => items.iter().map(bytes_in).sum(),
        Value::Object(members) => members.values().map(bytes_in).sum(),
        _ => 0,
    }
}

/// Writes a value of the engine's, and what is JSON already as it stands.
pub(crate) fn write_value(value: &Value, json: &mut Vec<u8>) {
    match value {
        Value::Binary(written) => json.extend_from_slice(written),
        Value::List(items) => {
            json.push(b'[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    json.push(b',');
                }
                write_value(item, json);
            }
            json.push(b']');
        }
        Value::Object(members) => {
            json.push(b'{');
            for (place, (name, member)) in members.iter().enumerate() {
                if place > 0 {
                    json.push(b',');
                }
                write_plain(name.as_str(), json);
                json.push(b':');
                write_value(member, json);
            }
            json.push(b'}');
        }
        plain => write_plain(plain, json),
    }
}

fn write_plain<T: serde::Serialize + ?Sized>(plain: &T, json: &mut Vec<u8>) {
    // Texts, numbers and words always serialise, and memory takes what is written.
    let _ = serde_json::to_writer(json, plain);
}

#[cfg(test)]
mod tests {
    use async_graphql::Value;
    use proptest::prelude::{any, proptest};
    use serde_json::json;

    use super::{Json, Write, write_value};

    proptest! {
        #[test]
        fn a_text_is_written_as_serde_writes_it(text in any::<String>()) {
            let mut json = Json::default();
            text.write(&mut json);
            assert_eq!(json.bytes(), serde_json::to_vec(&text).unwrap());
        }
    }

    #[test]
    fn controls_are_escaped_as_serde_escapes_them() {
        let text: String = (0..=0x7f_u8).map(char::from).collect();
        let mut json = Json::default();
        text.write(&mut json);
        assert_eq!(json.bytes(), serde_json::to_vec(&text).unwrap());
    }

    #[test]
    fn what_is_written_already_is_copied_into_what_is_not() {
        let mut written = Json::default();
        vec![Some(1), None].write(&mut written);
        let plain = Value::from_json(json!({ "a": [null, true, 1.5, "\""], "b": {} })).unwrap();
        let all = Value::List(vec![plain, written.into_value()]);
        let mut json = Vec::new();
        write_value(&all, &mut json);
        assert_eq!(String::from_utf8(json).unwrap(), r#"[{"a":[null,true,1.5,"\""],"b":{}},[1,null]]"#);
    }
}
