//! Who may come in: a token is one user, and the user decides what is seen.

use uuid::Uuid;

use serde_json::Value;

use super::fields::{self, Field};
use super::python;

/// What a user may see and do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Sees what is theirs.
    Owner,
    /// Sees everything and decides on justifications.
    Staff,
    /// Sees everything.
    Support,
}

/// One user, with the one token they have.
#[derive(Clone, Debug)]
pub struct User {
    /// The number that records carry.
    pub pk: u64,
    /// The id in a user's address.
    pub uuid: Uuid,
    /// The name beside an answer.
    pub full_name: &'static str,
    /// What follows `Token` in `Authorization`.
    pub token: &'static str,
    /// The personal code that the company registers are asked about; empty where the user never gave it.
    pub civil_number: &'static str,
    /// What they may see.
    pub role: Role,
}

impl User {
    pub(super) fn sees(&self, owner: u64) -> bool {
        self.pk == owner || self.role != Role::Owner
    }
}

/// The user that a request names by number. Any existing one will do, whoever asks.
pub(super) fn named(users: &[User], value: &Value) -> Field<u64> {
    let pk = match value {
        Value::Null => return fields::null(),
        Value::String(text) if text.is_empty() => return fields::null(),
        Value::String(text) => text.trim().parse::<i128>().ok(),
        Value::Number(number) => number.as_i128().or_else(|| whole_part(number.as_f64())),
        _ => None,
    };
    let Some(pk) = pk else {
        return fields::wrong(&format!("Incorrect type. Expected pk value, received {}.", python::type_name(value)));
    };
    match users.iter().find(|user| i128::from(user.pk) == pk) {
        Some(user) => Ok(user.pk),
        None => fields::wrong(&format!("Invalid pk \"{}\" - object does not exist.", python::shown(value))),
    }
}

/// Digits beyond the integers of the JSON reader arrive as a float, and no user has so high a number.
#[expect(clippy::cast_possible_truncation, reason = "a saturated number is nobody's, which is all that is asked")]
fn whole_part(float: Option<f64>) -> Option<i128> {
    float.map(|float| float as i128)
}
