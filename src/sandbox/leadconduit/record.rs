//! A JSON object as the vendor stores it: members may hold a value, hold null, or not be there at all, and which of the
//! three it is shows in every answer.

use serde::Serialize;
use serde_json::{Map, Value};

use super::refusal::Refusal;

#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub(super) struct Record(Map<String, Value>);

impl Record {
    /// A request's body.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Refusal> {
        serde_json::from_slice(body)
            .map(Self)
            .map_err(|_| Refusal::bad_request("the request body must be a JSON object"))
    }

    /// The members of a value that is known to be an object; of any other, none.
    pub(super) fn of(value: Value) -> Self {
        match value {
            Value::Object(members) => Self(members),
            _ => Self::default(),
        }
    }

    /// A member as it was given; none if it is not there, null if it is null.
    pub(super) fn given(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    pub(super) fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    pub(super) fn list(&mut self, name: &str) -> Option<&mut Vec<Value>> {
        self.0.get_mut(name)?.as_array_mut()
    }

    /// The member holds this id, in either case of its letters.
    pub(super) fn refers_to(&self, name: &str, id: &str) -> bool {
        self.text(name).is_some_and(|known| known.eq_ignore_ascii_case(id))
    }

    /// These members are ids wherever they are given.
    pub(super) fn check_ids(&self, names: &[&str]) -> Result<(), Refusal> {
        let wrong = names.iter().find(|name| match self.given(name) {
            None | Some(Value::Null) => false,
            Some(Value::String(id)) => !is_id(id),
            Some(_) => true,
        });
        match wrong {
            None => Ok(()),
            Some(name) => Err(Refusal::bad_request(format!("{name} is not a valid id"))),
        }
    }
}

fn is_id(text: &str) -> bool {
    text.len() == 24 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
