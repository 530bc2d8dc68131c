//! How a mutation ends, as a whole response.

use serde_json::{Value, json};

use super::Subject;

pub const READ_SHOWS_NOTHING: &str = "A read shows no change; it may still come.";
pub const READ_FAILED: &str = "It could not be read whether it was done.";
pub const NOTHING_TELLS: &str = "Nothing that can be read tells whether it was done.";

/// How a mutation ends.
pub enum Ending<'a> {
    /// It was done, and this is shown.
    Done(&'a Value),
    /// It was done, and the record cannot be read.
    Unread(Unread<'a>),
    /// Nothing was done, for a technical reason.
    NotSent { message: &'a str, extensions: &'a Value },
    /// The upstream did not do it.
    Refused { shown: &'a Value, status: u16, detail: &'a str },
    /// It is not known whether it was done; nothing is shown where reading failed.
    Unknown { shown: Option<&'a Value>, lost: &'a str, seen: &'a str },
}

/// What went wrong with the read behind the write.
pub struct Unread<'a> {
    pub message: &'a str,
    pub extensions: &'a Value,
}

impl Ending<'_> {
    /// The whole response to a query.
    pub fn response(&self, api: &str, subject: &Subject, query: &str) -> Value {
        let name = subject.name();
        match self {
            Self::Done(shown) => data(name, &payload(shown, &[])),
            Self::Unread(Unread { message, extensions }) => {
                let mut shown = subject.after.clone();
                let member = subject.shows.split(' ').next().unwrap();
                shown[member] = Value::Null;
                let column = query.find(&format!("{{ {} ", subject.shows)).unwrap() + 3;
                let error = error(api, message, column, &json!([name, member]), extensions);
                with_errors(data(name, &payload(&shown, &[])), &error)
            }
            Self::NotSent { message, extensions } => {
                let column = query.find(name).unwrap() + 1;
                with_errors(data(name, &Value::Null), &error(api, message, column, &json!([name]), extensions))
            }
            Self::Refused { shown, status, detail } => {
                let refused = json!({
                    "__typename": "UpstreamRefused",
                    "code": "UPSTREAM_REFUSED",
                    "message": format!("The upstream did not do it and said: {detail}"),
                    "path": null,
                    "httpStatus": status,
                    "detail": detail,
                });
                data(name, &payload(shown, &[refused]))
            }
            Self::Unknown { shown, lost, seen } => {
                let unknown = json!({
                    "__typename": "OutcomeUnknown",
                    "code": "OUTCOME_UNKNOWN",
                    "message": format!("The {api} API {lost} {seen}"),
                    "path": null,
                    "retryable": subject.is_repeatable,
                });
                let nothing = nulls(&subject.before);
                data(name, &payload(shown.unwrap_or(&nothing), &[unknown]))
            }
        }
    }
}

fn payload(shown: &Value, user_errors: &[Value]) -> Value {
    let mut payload = shown.clone();
    payload["userErrors"] = json!(user_errors);
    payload["dryRun"] = json!(false);
    payload
}

fn data(name: &str, payload: &Value) -> Value {
    json!({ "data": { name: payload } })
}

fn with_errors(mut response: Value, error: &Value) -> Value {
    response["errors"] = json!([error]);
    response
}

fn error(api: &str, message: &str, column: usize, path: &Value, extensions: &Value) -> Value {
    let mut extensions = extensions.clone();
    extensions["upstream"] = json!(api);
    json!({
        "message": format!("The {api} API {message}"),
        "locations": [{ "line": 1, "column": column }],
        "path": path,
        "extensions": extensions,
    })
}

/// The same members with nothing in them.
fn nulls(shown: &Value) -> Value {
    shown.as_object().unwrap().keys().map(|member| (member.clone(), Value::Null)).collect()
}
