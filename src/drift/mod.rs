//! How an answer differs from what its API documents: members and words that nobody here knows, and members that are
//! missing or of another type.
//!
//! What is known is what decodes: a [`Contract`] names the very type that a slice reads its records into, and the reading
//! is followed as it goes. Beside it stands what decoding alone does not tell: which members the API says are always there,
//! and which it documents that are not read. Nothing of an answer is ever told but the names of members, their JSON types,
//! and words where the API has a list of words.

mod report;
mod tracker;

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use report::{Look, Report, Seen, Survey};
use tracker::{Complaint, Misread, Notes, Place, Step, Tracked, Wrong};

/// The ids that were given for kinds of which no list tells any.
#[derive(Debug, Clone, Default)]
pub struct Given(Vec<(&'static str, String)>);

impl Given {
    /// The same with the id of a record of that kind.
    #[must_use]
    pub fn with(mut self, kind: &'static str, id: String) -> Self {
        self.0.push((kind, id));
        self
    }

    /// The id that was given for a kind.
    pub(crate) fn find<T: FromStr>(&self, contract: &Contract) -> Option<T> {
        self.0.iter().find(|(kind, _)| *kind == contract.kind)?.1.parse().ok()
    }
}

/// What is known of one kind of record.
#[derive(Debug, Clone, Copy)]
pub struct Contract {
    /// What the kind is called in a report.
    pub kind: &'static str,
    read: fn(Tracked<'_, '_>) -> Result<(), Complaint>,
    always: &'static [&'static str],
    passed_over: &'static [&'static str],
    words: &'static [(&'static str, &'static str)],
}

impl Contract {
    /// The contract of a kind whose records are read as `T`.
    pub(crate) const fn of<T: for<'de> Deserialize<'de>>(kind: &'static str) -> Self {
        Self { kind, read: read::<T>, always: &[], passed_over: &[], words: &[] }
    }

    /// The same with the members that the API says are always there, by their paths within a record, such as
    /// `$.questions[].uuid`; one that is null is there.
    pub(crate) const fn always(self, members: &'static [&'static str]) -> Self {
        Self { always: members, ..self }
    }

    /// The same with the members that are documented and not read. `$.*` is whatever else stands there: of such a record the
    /// API documents no more than what is read.
    pub(crate) const fn passing_over(self, members: &'static [&'static str]) -> Self {
        Self { passed_over: members, ..self }
    }

    /// The same with words that are documented and have no member of their own in the graph, each with its path.
    pub(crate) const fn passing_over_words(self, words: &'static [(&'static str, &'static str)]) -> Self {
        Self { words, ..self }
    }

    /// Whether further members are nothing new.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.passed_over.iter().any(|pattern| pattern.ends_with(".*"))
    }

    /// The members that are documented and not read, and the words that are documented and not told apart.
    pub fn passed_over(&self) -> impl Iterator<Item = &'static str> {
        self.passed_over.iter().copied().chain(self.words.iter().map(|(_, word)| *word))
    }

    /// Holds a body against this. `secrets` are what nothing that is told may hold.
    #[must_use]
    pub fn compare(&self, form: Form, body: &Value, secrets: &[String]) -> Comparison {
        let (root, records) = match (form, body) {
            (Form::Record, record) => ("$", std::slice::from_ref(record)),
            (Form::List, Value::Array(records)) => ("$[]", records.as_slice()),
            (Form::List, other) => return Comparison::no_list(JsonType::of(other)),
        };
        let mut comparison = Comparison { records: records.len(), ..Comparison::default() };
        let sight = Sight { contract: self, root, secrets };
        for record in records {
            sight.take_in(record, &mut comparison);
        }
        comparison
    }
}

/// What a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One record.
    Record,
    /// A list of them.
    List,
}

fn read<T: for<'de> Deserialize<'de>>(tracked: Tracked<'_, '_>) -> Result<(), Complaint> {
    T::deserialize(tracked).map(drop)
}

/// Something in which an answer and its contract differ. Paths have `[]` for every element of a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "difference", rename_all = "camelCase")]
pub enum Difference {
    /// A member that the contract does not know.
    UnknownMember {
        /// Where it stands.
        path: String,
        /// What it is.
        found: JsonType,
    },
    /// A word that the contract does not know, where it lists the words.
    UnknownWord {
        /// Where it stands.
        path: String,
        /// The word.
        word: String,
    },
    /// A member that the contract says is always there.
    MissingMember {
        /// Where it should stand.
        path: String,
    },
    /// A member of another type than the contract's.
    OtherType {
        /// Where it stands.
        path: String,
        /// What the contract says.
        expected: String,
        /// What it is.
        found: JsonType,
    },
}

/// What a JSON value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum JsonType {
    /// `null`.
    Null,
    /// True or false.
    Boolean,
    /// A number.
    Number,
    /// A text.
    String,
    /// A list.
    Array,
    /// Members.
    Object,
}

impl JsonType {
    fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Boolean,
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::String,
            Value::Array(_) => Self::Array,
            Value::Object(_) => Self::Object,
        }
    }

    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }
}

/// What became of holding records against their contract.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// How many records there were.
    pub records: usize,
    /// In what they differ from the contract, and how often.
    pub differences: BTreeMap<Difference, usize>,
    /// What was met of that which is documented and passed over, as the contract writes it.
    pub passed_over: BTreeSet<&'static str>,
}

impl Comparison {
    fn no_list(found: JsonType) -> Self {
        let expected = "an array".to_owned();
        let difference = Difference::OtherType { path: "$".to_owned(), expected, found };
        Self { differences: [(difference, 1)].into(), ..Self::default() }
    }
}

/// How records are looked at.
struct Sight<'a> {
    contract: &'a Contract,
    root: &'static str,
    secrets: &'a [String],
}

/// More members than this of another type in one record are not told apart.
const MOST_REPAIRS: usize = 64;

impl Sight<'_> {
    fn take_in(&self, record: &Value, comparison: &mut Comparison) {
        let notes = Notes::default();
        let mut differences = BTreeMap::new();
        for (place, wrong) in self.misread(record, &notes) {
            note(&mut differences, self.told(place, wrong));
        }
        for (place, found) in notes.unknown() {
            match self.contract.passed_over.iter().find(|pattern| covers(pattern, &place)) {
                Some(pattern) => drop(comparison.passed_over.insert(pattern)),
                None => note(&mut differences, Difference::UnknownMember { path: self.path(&place), found }),
            }
        }
        for (place, word) in notes.words() {
            let known = |(pattern, known): &&(&str, &str)| covers(pattern, &place) && *known == word;
            if let Some((_, word)) = self.contract.words.iter().find(known) {
                comparison.passed_over.insert(word);
                continue;
            }
            let word = shown("a text", &word, self.secrets);
            note(&mut differences, Difference::UnknownWord { path: self.path(&place), word });
        }
        for member in self.contract.always {
            let member = member.trim_start_matches('$');
            let (missing, path) = (missing(record, member), format!("{}{member}", self.root));
            if missing > 0 {
                // A member without which nothing can be read was noted as that before.
                differences.insert(Difference::MissingMember { path }, missing);
            }
        }
        for (difference, times) in differences {
            *comparison.differences.entry(difference).or_default() += times;
        }
    }

    /// Reads a record until nothing in it is of another type: what is gives way to null, so that what comes behind it is
    /// looked at too.
    fn misread(&self, record: &Value, notes: &Notes) -> Vec<(Vec<Step>, Wrong)> {
        let mut record = record.clone();
        let mut misread = Vec::new();
        for _ in 0..MOST_REPAIRS {
            let read = (self.contract.read)(Tracked::new(&record, &Place::ROOT, notes));
            let Err(Complaint::At(Misread { place: mut spoilt, wrong })) = read else {
                break;
            };
            if notes.spoil(&spoilt) {
                misread.push((spoilt.clone(), wrong));
            }
            // Where null is no better than what was there, all that it stands in gives way.
            while !clear(&mut record, &spoilt) {
                if spoilt.pop().is_none() {
                    return misread;
                }
                notes.spoil(&spoilt);
            }
        }
        misread
    }

    fn told(&self, mut place: Vec<Step>, wrong: Wrong) -> Difference {
        match wrong {
            Wrong::Missing(member) => {
                place.push(Step::Member(member.to_owned()));
                Difference::MissingMember { path: self.path(&place) }
            }
            Wrong::Type { expected, found } => Difference::OtherType { path: self.path(&place), expected, found },
        }
    }

    fn path(&self, place: &[Step]) -> String {
        let shown = |step: &Step| match step {
            Step::Element(_) => "[]".to_owned(),
            Step::Member(name) => format!(".{}", shown("a name", name, self.secrets)),
        };
        place.iter().map(shown).fold(self.root.to_owned(), |path, step| path + &step)
    }
}

fn note(differences: &mut BTreeMap<Difference, usize>, difference: Difference) {
    *differences.entry(difference).or_default() += 1;
}

/// Whether a pattern of the contract is for this place.
fn covers(pattern: &str, place: &[Step]) -> bool {
    let written = |step: &Step| match step {
        Step::Element(_) => "[]".to_owned(),
        Step::Member(name) => format!(".{name}"),
    };
    let mut steps: Vec<String> = place.iter().map(written).collect();
    if pattern.ends_with(".*") {
        steps.pop();
    }
    pattern.trim_end_matches(".*").strip_prefix('$').is_some_and(|pattern| pattern == steps.concat())
}

/// How often a member is not there that should be, below what is there itself.
fn missing(value: &Value, path: &str) -> usize {
    if let Some(path) = path.strip_prefix("[]") {
        return value.as_array().into_iter().flatten().map(|element| missing(element, path)).sum();
    }
    let Some(path) = path.strip_prefix('.') else {
        return 0;
    };
    let end = path.find(['.', '[']).unwrap_or(path.len());
    let (name, rest) = path.split_at(end);
    match value.as_object().map(|members| members.get(name)) {
        Some(Some(member)) => missing(member, rest),
        Some(None) => usize::from(rest.is_empty()),
        None => 0,
    }
}

/// Puts null in the place of something; false where there is nothing to put it for.
fn clear(record: &mut Value, place: &[Step]) -> bool {
    let mut spot = Some(record);
    for step in place {
        spot = spot.and_then(|value| match step {
            Step::Member(name) => value.get_mut(name),
            Step::Element(index) => value.get_mut(index),
        });
    }
    spot.is_some_and(|value| !value.take().is_null())
}

/// As much of an API's own text as may be told: a plain word that holds no secret. Of every other one its length is: words
/// with blanks between them are a sentence or a name, and a long row of digits is somebody's number.
fn shown(what: &str, text: &str, secrets: &[String]) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:/".contains(&byte);
    let is_secret = secrets.iter().any(|secret| !secret.is_empty() && text.contains(secret.as_str()));
    if !text.is_empty() && text.len() <= LONGEST && text.bytes().all(is_plain) && !is_secret && !has_long_row(text) {
        return text.to_owned();
    }
    format!("<{what} of {} characters>", text.chars().count())
}

/// Whether there are five digits in a row.
fn has_long_row(text: &str) -> bool {
    text.split(|next: char| !next.is_ascii_digit()).any(|row| row.len() >= 5)
}

/// The longest name or word that is told, in characters.
const LONGEST: usize = 48;

#[cfg(test)]
mod tests;
