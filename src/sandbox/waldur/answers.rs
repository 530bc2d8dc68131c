//! Submitting answers: what this server takes for an answer, with its lenience, and how it keeps one.
//!
//! It lets some nonsense pass, and so must this: `true` is a number, a numeric string is never out of range,
//! an option need not be one of the question's, and a date may be loose. All or nothing is stored.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::body::{self, Unread};
use super::checklist::{Checklist, Kind, Question};
use super::completion::{Answer, Completion};
use super::fields::{self, Form, Need};
use super::files;
use super::mint::Mint;
use super::python;
use super::respond::Refusal;

/// One answer that passed.
#[derive(Debug)]
pub(super) struct Accepted<'a> {
    question: &'a Question,
    data: Value,
}

/// All answers of a request, or the complaints about each.
pub(super) fn accept<'a>(
    unread: &Unread,
    checklist: &'a Checklist,
    everywhere: &[Checklist],
) -> Result<Vec<Accepted<'a>>, Refusal> {
    let value = unread.value()?;
    let Value::Array(items) = &value else {
        let message = format!("Expected a list of items but got type \"{}\".", python::type_name(&value));
        return Err(Refusal::Invalid(json!({ "non_field_errors": [message] })));
    };
    let checked: Vec<_> = items.iter().map(|item| accept_one(item, checklist, everywhere)).collect();
    if checked.iter().all(Result::is_ok) {
        return Ok(checked.into_iter().flatten().collect());
    }
    let complaints = checked.into_iter().map(|outcome| outcome.err().unwrap_or_else(|| json!({})));
    Err(Refusal::Invalid(complaints.collect()))
}

fn accept_one<'a>(item: &Value, checklist: &'a Checklist, everywhere: &[Checklist]) -> Result<Accepted<'a>, Value> {
    let members = match item {
        Value::Object(members) => members,
        Value::Null => return Err(json!(["This field may not be null."])),
        other => return Err(complaint(&body::not_a_dictionary(other))),
    };
    let (uuid, data) = answer_fields(members).map_err(Value::Object)?;
    let question = checklist.question(uuid).ok_or_else(|| complaint(&not_here(uuid, everywhere)))?;
    if data.is_null() || is_valid(question, &data) {
        return Ok(Accepted { question, data });
    }
    Err(complaint(&format!(
        "Answer value '{}' is not valid for the question '{}' (type: {}).",
        python::shown(&data),
        shortened(question.description),
        question.kind.name(),
    )))
}

fn answer_fields(members: &Map<String, Value>) -> Result<(Uuid, Value), Map<String, Value>> {
    let mut form = Form::whole(members);
    let uuid = form.read("question_uuid", Need::Required, fields::uuid);
    let data = form.read("answer_data", Need::Required, |value| Ok(value.clone()));
    form.complaints()?;
    Ok((uuid.unwrap_or_default(), data.unwrap_or_default()))
}

fn complaint(message: &str) -> Value {
    json!({ "non_field_errors": [message] })
}

/// Messages name a question by the hyphenated form of its id.
fn not_here(uuid: Uuid, everywhere: &[Checklist]) -> String {
    if everywhere.iter().any(|checklist| checklist.question(uuid).is_some()) {
        format!("Question {uuid} does not belong to this checklist")
    } else {
        format!("Question with UUID {uuid} does not exist")
    }
}

/// A question in a message: no more than its first fifty characters.
fn shortened(description: &str) -> String {
    if description.chars().count() > 50 {
        let start: String = description.chars().take(50).collect();
        format!("{start}...")
    } else {
        description.to_owned()
    }
}

fn is_valid(question: &Question, data: &Value) -> bool {
    match &question.kind {
        Kind::TextInput | Kind::TextArea => data.is_string(),
        Kind::Number { min, max } => is_number(data, *min, *max),
        Kind::Boolean => data.is_boolean(),
        Kind::Date => data.as_str().is_some_and(reads_as_a_date),
        Kind::SingleSelect(_) => uuids(data) == Some(1),
        Kind::MultiSelect(_) => uuids(data).is_some(),
        Kind::File(limits) => files::is_file(data, limits),
        Kind::MultipleFiles(limits) => files::are_files(data, limits),
    }
}

/// The bounds hold for numbers alone; `true` counts as 1 and a numeric string passes whatever it says.
#[expect(clippy::cast_precision_loss, reason = "the server compares floats too")]
fn is_number(data: &Value, min: Option<i64>, max: Option<i64>) -> bool {
    let number = match data {
        Value::String(text) => return text.trim().parse::<f64>().is_ok(),
        Value::Bool(truth) => Some(f64::from(*truth)),
        other => other.as_f64(),
    };
    number.is_some_and(|it| min.is_none_or(|min| it >= min as f64) && max.is_none_or(|max| it <= max as f64))
}

/// How many uuids a list holds, where it holds nothing else.
fn uuids(data: &Value) -> Option<usize> {
    let items = data.as_array()?;
    let is_uuid = |item: &Value| item.as_str().is_some_and(|text| Uuid::parse_str(text).is_ok());
    items.iter().all(is_uuid).then_some(items.len())
}

/// The server's date parser is a lenient one: `3 Feb 2027` is a date. Digits, and words that belong to dates.
fn reads_as_a_date(text: &str) -> bool {
    if text.parse::<Date>().is_ok() {
        return true;
    }
    let mut words = text.split(|it: char| !it.is_alphanumeric()).filter(|word| !word.is_empty()).peekable();
    words.peek().is_some() && text.contains(|it: char| it.is_ascii_digit()) && words.all(belongs_to_a_date)
}

fn belongs_to_a_date(word: &str) -> bool {
    const NAMES: [&str; 19] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mon", "tue", "wed", "thu",
        "fri", "sat", "sun",
    ];
    let word = word.to_lowercase();
    let digits = word.trim_end_matches(|it: char| !it.is_ascii_digit());
    match word.strip_prefix(digits) {
        Some(ending) if !digits.is_empty() => {
            digits.len() <= 8 && ["", "st", "nd", "rd", "th", "am", "pm", "z"].contains(&ending)
        }
        _ => {
            NAMES.iter().any(|name| word.starts_with(name))
                || ["of", "am", "pm", "t", "z", "utc"].contains(&word.as_str())
        }
    }
}

/// Keeps what one user answered: `null` takes their answer away, of two answers to one question the last stays.
pub(super) fn store(
    completion: &mut Completion,
    accepted: Vec<Accepted<'_>>,
    user: u64,
    mint: &mut Mint,
    at: Timestamp,
) {
    for Accepted { question, data } in accepted {
        let is_theirs = |answer: &Answer| answer.question == question.uuid && answer.user == user;
        if data.is_null() {
            completion.answers.retain(|answer| !is_theirs(answer));
        } else if let Some(answer) = completion.answers.iter_mut().find(|answer| is_theirs(answer)) {
            // Only a first answer's files are put away; a second one is kept as it came, base64 and all.
            answer.data = data;
            answer.modified = at;
        } else {
            let data = files::put_away(&question.kind, data, mint);
            completion.answers.push(Answer {
                uuid: mint.draw(),
                question: question.uuid,
                user,
                data,
                created: at,
                modified: at,
            });
        }
    }
}
