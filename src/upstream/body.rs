//! A body as it is told of an API that is played: its beginning, without what goes by the name of a secret.
//!
//! What is not JSON is not told: in it no secret has a name.

use serde_json::{Map, Value};

use super::mask::{shortened, without};

/// From here on a body is cut, in bytes.
const LENGTH: usize = 4096;

/// What a member's name ends with or holds that is nobody's business, without what joins its words.
const ENDINGS: [&str; 2] = ["key", "keys"];
const SECRET: [&str; 7] = ["secret", "token", "password", "passphrase", "credential", "authorization", "cookie"];

/// An answer's body; none where it is empty.
pub(super) fn told_of(body: &[u8], secrets: &[String]) -> Option<Value> {
    let told = || match serde_json::from_slice(body) {
        Ok(body) => told(body, secrets),
        Err(_) => format!("{} bytes that are not JSON", body.len()).into(),
    };
    (!body.is_empty()).then(told)
}

/// A body; the secrets are those that no text in it may hold, whatever its name.
pub(super) fn told(body: Value, secrets: &[String]) -> Value {
    Excerpt { left: LENGTH, secrets }.of(body)
}

/// How much may still be told.
struct Excerpt<'a> {
    left: usize,
    secrets: &'a [String],
}

impl Excerpt<'_> {
    fn of(&mut self, value: Value) -> Value {
        match value {
            Value::Object(members) => Value::Object(self.members(members)),
            Value::Array(elements) => Value::Array(self.elements(elements)),
            Value::String(text) => Value::String(self.text(&text)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {
                self.spend(8);
                value
            }
        }
    }

    fn members(&mut self, members: Map<String, Value>) -> Map<String, Value> {
        let (all, mut told) = (members.len(), Map::new());
        for (name, value) in members {
            if self.left == 0 {
                told.insert("…".to_owned(), more(all - told.len()));
                break;
            }
            let is_secret = is_secret(&name);
            let name = self.text(&name);
            let value = if is_secret { "[redacted]".into() } else { self.of(value) };
            told.insert(name, value);
        }
        told
    }

    fn elements(&mut self, elements: Vec<Value>) -> Vec<Value> {
        let (all, mut told) = (elements.len(), Vec::new());
        for element in elements {
            if self.left == 0 {
                told.push(more(all - told.len()));
                break;
            }
            told.push(self.of(element));
        }
        told
    }

    fn text(&mut self, text: &str) -> String {
        let text = shortened(&without(text, self.secrets));
        // Its quotes and its comma are a part of it.
        self.spend(text.len() + 3);
        text
    }

    fn spend(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(bytes);
    }
}

fn more(count: usize) -> Value {
    format!("… {count} more").into()
}

fn is_secret(name: &str) -> bool {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    ENDINGS.iter().any(|ending| name.ends_with(ending)) || SECRET.iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{LENGTH, told, told_of};

    fn secrets() -> [String; 1] {
        ["s3cret-key".to_owned()]
    }

    #[test]
    fn what_goes_by_the_name_of_a_secret_is_not_told_whatever_it_is() {
        let body = json!({
            "id": 7,
            "api_key": "a",
            "apiKey": 1,
            "keen_read_api_key": ["b"],
            "signingKeys": {"c": "d"},
            "nested": [{"Access-Token": "e", "client_secret": null, "PASSWORD": "f", "name": "g"}],
        });
        let redacted = "[redacted]";
        let expected = json!({
            "id": 7,
            "api_key": redacted,
            "apiKey": redacted,
            "keen_read_api_key": redacted,
            "signingKeys": redacted,
            "nested": [{"Access-Token": redacted, "client_secret": redacted, "PASSWORD": redacted, "name": "g"}],
        });
        assert_eq!(told(body, &secrets()), expected);
    }

    #[test]
    fn the_credential_itself_is_in_no_text_and_in_no_name() {
        let body = json!({"message": "s3cret-key is not known", "s3cret-key-2": 1});
        assert_eq!(told(body, &secrets()), json!({"message": "[masked] is not known", "[masked]-2": 1}));
    }

    #[test]
    fn what_is_not_json_is_not_told() {
        let broken = br#"{"api_key": "a", "#;
        assert_eq!(told_of(broken, &[]), Some(json!("17 bytes that are not JSON")));
        assert_eq!(told_of(b"", &[]), None);
        assert_eq!(told_of(b"[1]", &[]), Some(json!([1])));
    }

    #[test]
    fn a_long_body_is_cut_and_says_by_how_much() {
        let rows: Vec<Value> = (0..1000).map(|row| json!({"row": row, "text": "x".repeat(1000)})).collect();
        let told = told(json!(rows), &[]);
        let last = told.as_array().and_then(|rows| rows.last()).cloned();
        let count = told.as_array().map_or(0, Vec::len) - 1;
        assert!((2..100).contains(&count), "{count}");
        assert_eq!(last, Some(json!(format!("… {} more", 1000 - count))));
        assert!(told.to_string().len() < 2 * LENGTH);
    }

    #[test]
    fn many_members_are_cut_too() {
        let members = (0..10_000).map(|number| (format!("m{number:05}"), json!(number))).collect();
        let told = told(Value::Object(members), &[]);
        let count = told.as_object().map_or(0, |members| members.len() - 1);
        assert_eq!(told["…"], json!(format!("… {} more", 10_000 - count)));
        assert!(told.to_string().len() < 2 * LENGTH);
    }
}
