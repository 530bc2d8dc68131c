//! Fields of a request, checked as Django REST framework's serializers check them, with their messages.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::python;
use super::respond::Refusal;

/// What a field comes to: its value, or all that is wrong with it.
pub(super) type Field<T> = Result<T, Vec<String>>;

/// Whether a request must have a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    Required,
    Optional,
}

/// Whether a text may be empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blank {
    Allowed,
    Refused,
}

/// The fields of one object, read one by one; complaints add up until [`Form::finish`].
pub(super) struct Form<'a> {
    members: &'a Map<String, Value>,
    partial: bool,
    complaints: Map<String, Value>,
}

impl<'a> Form<'a> {
    pub(super) fn whole(members: &'a Map<String, Value>) -> Self {
        Self { members, partial: false, complaints: Map::new() }
    }

    /// A PATCH: nothing is required.
    pub(super) fn partial(members: &'a Map<String, Value>) -> Self {
        Self { partial: true, ..Self::whole(members) }
    }

    /// The field's value, where it was sent and is fine.
    pub(super) fn read<T>(&mut self, name: &str, need: Need, check: impl FnOnce(&Value) -> Field<T>) -> Option<T> {
        let outcome = match self.members.get(name) {
            Some(value) => check(value),
            None if need == Need::Required && !self.partial => wrong("This field is required."),
            None => return None,
        };
        outcome.map_err(|messages| self.complaints.insert(name.to_owned(), Value::from(messages))).ok()
    }

    /// The complaints, a member per field.
    pub(super) fn complaints(self) -> Result<(), Map<String, Value>> {
        if self.complaints.is_empty() { Ok(()) } else { Err(self.complaints) }
    }

    pub(super) fn finish(self) -> Result<(), Refusal> {
        self.complaints().map_err(|complaints| Refusal::Invalid(Value::Object(complaints)))
    }
}

pub(super) fn wrong<T>(message: &str) -> Field<T> {
    Err(vec![message.to_owned()])
}

pub(super) fn null<T>() -> Field<T> {
    wrong("This field may not be null.")
}

/// A text, trimmed. Numbers pass as their digits; booleans do not.
pub(super) fn text(value: &Value, longest: usize, blank: Blank) -> Field<String> {
    let text = match value {
        Value::Null => return null(),
        Value::String(text) => text.trim().to_owned(),
        Value::Number(_) => python::shown(value),
        _ => return wrong("Not a valid string."),
    };
    if text.is_empty() && blank == Blank::Refused {
        return wrong("This field may not be blank.");
    }
    let too_long =
        (text.chars().count() > longest).then(|| format!("Ensure this field has no more than {longest} characters."));
    let has_nul = text.contains('\0').then(|| "Null characters are not allowed.".to_owned());
    let complaints: Vec<String> = too_long.into_iter().chain(has_nul).collect();
    if complaints.is_empty() { Ok(text) } else { Err(complaints) }
}

/// A boolean, or one of the many words for it.
pub(super) fn truth(value: &Value) -> Field<bool> {
    match python::shown(value).to_ascii_lowercase().as_str() {
        "none" if value.is_null() => null(),
        "true" | "t" | "yes" | "y" | "on" | "1" => Ok(true),
        "false" | "f" | "no" | "n" | "off" | "0" | "0.0" => Ok(false),
        _ => wrong("Must be a valid boolean."),
    }
}

/// A date-time or null. Without an offset it is UTC, without a time midnight.
pub(super) fn moment_or_null(value: &Value) -> Field<Option<Timestamp>> {
    let Some(text) = value.as_str() else {
        return if value.is_null() { Ok(None) } else { wrong(WRONG_MOMENT) };
    };
    let here = |civil: DateTime| civil.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    let moment = text.parse().ok().or_else(|| text.parse().ok().and_then(here));
    moment.map_or_else(|| wrong(WRONG_MOMENT), |moment| Ok(Some(moment)))
}

/// A day, `YYYY-MM-DD`.
pub(super) fn day(value: &Value) -> Field<Date> {
    if value.is_null() {
        return null();
    }
    let parsed = value.as_str().and_then(|text| text.parse().ok());
    parsed.map_or_else(|| wrong("Date has wrong format. Use one of these formats instead: YYYY-MM-DD."), Ok)
}

/// A uuid in any of its forms.
pub(super) fn uuid(value: &Value) -> Field<Uuid> {
    if value.is_null() {
        return null();
    }
    let parsed = value.as_str().and_then(|text| Uuid::parse_str(text).ok());
    parsed.map_or_else(|| wrong("Must be a valid UUID."), Ok)
}

const WRONG_MOMENT: &str = "Datetime has wrong format. Use one of these formats instead: \
YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].";
