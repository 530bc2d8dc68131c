//! How a played answer differs from the recorded one.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::exchange::{Exchange, Response};

/// How closely an answer is held to the recorded one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HeldTo {
    Nothing,
    /// Member names and types.
    Shape,
    /// Everything but ids and moments.
    Values,
}

impl HeldTo {
    pub(super) fn closer(self) -> Self {
        match self {
            Self::Nothing => Self::Shape,
            Self::Shape | Self::Values => Self::Values,
        }
    }
}

/// Recorded ids and what stands for them in the sandbox.
pub(super) type Ids = HashMap<Uuid, Uuid>;

/// Headers that carry meaning. The rest is the web server's.
const HEADERS: [&str; 6] = ["content-type", "www-authenticate", "location", "x-result-count", "link", "allow"];

/// Members that are null in one record and not in the next.
const NULLABLE: [&str; 6] =
    ["validated_at", "expires_at", "customer", "existing_answer", "validated_by", "user_justification"];

/// Members whose own members depend on the record.
const OPEN: [&str; 5] =
    ["verified_company_data", "raw_response", "onboarding_metadata", "user_submitted_customer_data", "answer_data"];

pub(super) fn differences(exchange: &Exchange, played: &Response, ids: &mut Ids, held: HeldTo) -> Vec<String> {
    let recorded = &exchange.response;
    let mut found = Vec::new();
    if held == HeldTo::Nothing {
        return found;
    }
    if recorded.status != played.status {
        found.push(format!("status {} instead of {}", played.status, recorded.status));
    }
    found.extend(HEADERS.iter().filter_map(|name| header(name, &recorded.headers, &played.headers, ids)));
    let mut comparison = Comparison { ids, held, found };
    match (&recorded.body, &played.body) {
        (None, None) => {}
        (Some(recorded), Some(played)) => comparison.value("$", "", recorded, played),
        (recorded, played) => comparison.note("$", recorded, played),
    }
    comparison.found
}

fn header(
    name: &str,
    recorded: &BTreeMap<String, String>,
    played: &BTreeMap<String, String>,
    ids: &Ids,
) -> Option<String> {
    let expected = translated(recorded.get(name)?, ids);
    let given = played.get(name).map_or("", String::as_str);
    (expected != given).then(|| format!("{name}: {given:?} instead of {expected:?}"))
}

/// A text in which every recorded id is replaced by the one that stands for it, in whichever form it is written.
pub(super) fn translated(text: &str, ids: &Ids) -> String {
    ids.iter().fold(text.to_owned(), |text, (recorded, played)| {
        let (simple, hyphenated) = (recorded.simple().to_string(), recorded.to_string());
        text.replace(&simple, &played.simple().to_string())
            .replace(&simple.to_uppercase(), &played.simple().to_string().to_uppercase())
            .replace(&hyphenated, &played.to_string())
    })
}

struct Comparison<'a> {
    ids: &'a mut Ids,
    held: HeldTo,
    found: Vec<String>,
}

impl Comparison<'_> {
    fn value(&mut self, path: &str, member: &str, recorded: &Value, played: &Value) {
        match (recorded, played) {
            (Value::Object(_), Value::Object(_)) if self.held == HeldTo::Shape && OPEN.contains(&member) => {}
            (Value::Object(recorded), Value::Object(played)) => self.object(path, recorded, played),
            (Value::Array(recorded), Value::Array(played)) => self.array(path, member, recorded, played),
            (Value::String(one), Value::String(other)) => {
                if !self.same_text(one, other) {
                    self.note(path, recorded, played);
                }
            }
            (Value::Null, _) | (_, Value::Null) if self.held == HeldTo::Shape && NULLABLE.contains(&member) => {}
            (Value::Number(one), Value::Number(other)) if self.held == HeldTo::Shape => {
                if one.is_f64() != other.is_f64() {
                    self.note(path, recorded, played);
                }
            }
            (Value::Bool(_), Value::Bool(_)) if self.held == HeldTo::Shape => {}
            (recorded, played) => {
                if recorded != played {
                    self.note(path, recorded, played);
                }
            }
        }
    }

    fn object(&mut self, path: &str, recorded: &Map<String, Value>, played: &Map<String, Value>) {
        for (member, value) in recorded {
            match played.get(member) {
                Some(played) => self.value(&format!("{path}.{member}"), member, value, played),
                None => self.found.push(format!("{path}.{member} is missing")),
            }
        }
        let added = played.keys().filter(|member| !recorded.contains_key(*member));
        self.found.extend(added.map(|member| format!("{path}.{member} is not the server's")));
    }

    /// By value an array is compared place by place, by shape every element is held to the first recorded one.
    fn array(&mut self, path: &str, member: &str, recorded: &[Value], played: &[Value]) {
        if self.held == HeldTo::Values && recorded.len() != played.len() {
            self.found.push(format!("{path} has {} elements instead of {}", played.len(), recorded.len()));
        }
        for (place, played) in played.iter().enumerate() {
            let expected = if self.held == HeldTo::Values { recorded.get(place) } else { recorded.first() };
            if let Some(expected) = expected {
                self.value(&format!("{path}[{place}]"), member, expected, played);
            }
        }
    }

    /// An id that was not met before is taken for the one that it meets now.
    fn same_text(&mut self, recorded: &str, played: &str) -> bool {
        let is_id = |text: &str| {
            if text.len() == 32 { Uuid::parse_str(text).ok() } else { None }
        };
        if let (Some(recorded), Some(played)) = (is_id(recorded), is_id(played)) {
            return self.held == HeldTo::Shape || *self.ids.entry(recorded).or_insert(played) == played;
        }
        if recorded.parse::<Timestamp>().is_ok() {
            return played.parse::<Timestamp>().is_ok();
        }
        if self.held == HeldTo::Shape {
            return true;
        }
        self.learn_from_addresses(recorded, played);
        translated(recorded, self.ids) == played
    }

    fn learn_from_addresses(&mut self, recorded: &str, played: &str) {
        let id = |address: &str| {
            Uuid::parse_str(address.strip_prefix("http")?.trim_end_matches('/').rsplit('/').next()?).ok()
        };
        if let (Some(recorded), Some(played)) = (id(recorded), id(played)) {
            self.ids.entry(recorded).or_insert(played);
        }
    }

    fn note(&mut self, path: &str, recorded: impl std::fmt::Debug, played: impl std::fmt::Debug) {
        self.found.push(format!("{path} is {played:?} instead of {recorded:?}"));
    }
}
