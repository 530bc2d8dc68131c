//! Which answers fit which questions. The upstream lets some nonsense pass, and keeps it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::scalar::Uuid;
use crate::waldur::model::{Answer, AnswerFile, AnswerValue, Checklist, ChecklistQuestion, QuestionType};

/// An answer that does not fit: which one, and why, in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Misfit {
    pub(crate) index: usize,
    pub(crate) why: String,
}

/// The answers in the form that is sent, each with its question; or every one that does not fit.
pub(crate) fn fitted(checklist: &Checklist, answers: &[Answer]) -> Result<Vec<(Uuid, Value)>, Vec<Misfit>> {
    let mut sent = Vec::with_capacity(answers.len());
    let mut misfits = Vec::new();
    for (index, answer) in answers.iter().enumerate() {
        let is_repeated = answers.iter().take(index).any(|earlier| earlier.question == answer.question);
        match fit(checklist, answer, is_repeated) {
            Ok(value) => sent.push((answer.question, value)),
            Err(why) => misfits.push(Misfit { index, why }),
        }
    }
    if misfits.is_empty() { Ok(sent) } else { Err(misfits) }
}

fn fit(checklist: &Checklist, answer: &Answer, is_repeated: bool) -> Result<Value, String> {
    if is_repeated {
        return Err("The question is answered twice.".to_owned());
    }
    let question = checklist.questions.iter().find(|question| question.uuid == answer.question);
    let question = question.ok_or_else(|| "The checklist has no such question.".to_owned())?;
    if answer.value == AnswerValue::Nothing {
        return Ok(Value::Null);
    }
    match question.kind {
        QuestionType::TextInput
        | QuestionType::TextArea
        | QuestionType::PhoneNumber
        | QuestionType::Email
        | QuestionType::Url
        | QuestionType::Country
        | QuestionType::DateTime => text(&answer.value),
        QuestionType::Number | QuestionType::Year | QuestionType::Rating => number(question, &answer.value),
        QuestionType::Boolean => flag(&answer.value),
        QuestionType::Date => date(&answer.value),
        QuestionType::SingleSelect => options(question, &answer.value, 1),
        QuestionType::MultiSelect => options(question, &answer.value, usize::MAX),
        QuestionType::File => file(question, &answer.value),
        QuestionType::MultipleFiles => files(question, &answer.value),
        QuestionType::Unrecognized => plain(question, &answer.value),
    }
}

fn wants<T>(what: &str) -> Result<T, String> {
    Err(format!("The question takes {what}."))
}

fn text(value: &AnswerValue) -> Result<Value, String> {
    match value {
        AnswerValue::Text(text) if text.contains('\0') => Err("The text holds a NUL character.".to_owned()),
        AnswerValue::Text(text) if text.trim().is_empty() => {
            Err("The text is empty; take the answer away instead.".to_owned())
        }
        AnswerValue::Text(text) => Ok(json!(text)),
        _ => wants("text"),
    }
}

fn number(question: &ChecklistQuestion, value: &AnswerValue) -> Result<Value, String> {
    let AnswerValue::Number(number) = value else {
        return wants("number");
    };
    let exact =
        rust_decimal::Decimal::try_from(*number).map_err(|_| format!("{number} is no number that can be taken."))?;
    if question.min_value.is_some_and(|least| exact < least.0) || question.max_value.is_some_and(|most| exact > most.0)
    {
        let bound =
            |bound: Option<crate::scalar::Decimal>| bound.map_or_else(|| "any".to_owned(), |bound| bound.to_string());
        return Err(format!("{number} is not from {} to {}.", bound(question.min_value), bound(question.max_value)));
    }
    // A whole number is sent as one: 12, and not 12.0.
    Ok(if exact.fract().is_zero() {
        json!(i64::try_from(exact).map_err(|_| format!("{number} is too large."))?)
    } else {
        json!(number)
    })
}

fn flag(value: &AnswerValue) -> Result<Value, String> {
    match value {
        AnswerValue::Flag(flag) => Ok(json!(flag)),
        _ => wants("boolean"),
    }
}

fn date(value: &AnswerValue) -> Result<Value, String> {
    match value {
        AnswerValue::Date(date) => Ok(json!(date)),
        _ => wants("date"),
    }
}

fn options(question: &ChecklistQuestion, value: &AnswerValue, most: usize) -> Result<Value, String> {
    let AnswerValue::Options(chosen) = value else {
        return wants("options");
    };
    if chosen.is_empty() {
        return Err("No option is chosen; take the answer away instead.".to_owned());
    }
    if chosen.len() > most {
        return Err(format!("{} options are chosen, and the question takes one.", chosen.len()));
    }
    if let Some(strange) = chosen.iter().find(|id| question.options.iter().all(|option| option.uuid != **id)) {
        return Err(format!("The question has no option {strange}."));
    }
    if chosen.iter().enumerate().any(|(index, id)| chosen.iter().take(index).any(|earlier| earlier == id)) {
        return Err("An option is chosen twice.".to_owned());
    }
    Ok(chosen.iter().map(|id| json!(id.simple().to_string())).collect())
}

fn file(question: &ChecklistQuestion, value: &AnswerValue) -> Result<Value, String> {
    let AnswerValue::File(file) = value else {
        return wants("file");
    };
    // The upstream spoils a file that takes the place of another.
    if question.existing_answer.is_some() {
        return Err("The question has a file already; take that answer away first.".to_owned());
    }
    check_file(question, file)
}

fn files(question: &ChecklistQuestion, value: &AnswerValue) -> Result<Value, String> {
    let AnswerValue::Files(files) = value else {
        return wants("files");
    };
    if question.existing_answer.is_some() {
        return Err("The question has files already; take that answer away first.".to_owned());
    }
    if files.is_empty() {
        return Err("There is no file; take the answer away instead.".to_owned());
    }
    let most = question.max_files_count.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
    if files.len() > most {
        return Err(format!("There are {} files, and the question takes {most}.", files.len()));
    }
    files.iter().map(|file| check_file(question, file)).collect()
}

fn check_file(question: &ChecklistQuestion, file: &AnswerFile) -> Result<Value, String> {
    let AnswerFile { name, content } = file;
    let bytes = STANDARD.decode(content).map_err(|_| format!("The content of {name:?} is not base64."))?;
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
    let is_allowed = |allowed: &String| allowed.trim_start_matches('.').eq_ignore_ascii_case(&ending);
    if !question.allowed_file_types.is_empty() && !question.allowed_file_types.iter().any(is_allowed) {
        return Err(format!("{name:?} is none of {}.", question.allowed_file_types.join(", ")));
    }
    if !question.allowed_mime_types.is_empty() && !may_be_of(name, &question.allowed_mime_types) {
        return Err(format!("{name:?} is by its ending none of {}.", question.allowed_mime_types.join(", ")));
    }
    if question.max_file_size_mb.is_some_and(|most| megabytes(bytes.len()) > most) {
        return Err(format!("{name:?} is larger than {} MB.", question.max_file_size_mb.unwrap_or_default()));
    }
    Ok(json!({ "name": name, "content": content }))
}

/// Whether the ending may stand for one of these types; `text/*` is a whole family. The upstream looks at the content,
/// so an ending that tells nothing is left to it.
fn may_be_of(name: &str, allowed: &[String]) -> bool {
    let guesses = mime_guess::from_path(name);
    let is = |guess: &str, allowed: &str| match allowed.strip_suffix('*') {
        Some(family) => guess.starts_with(family),
        None => guess == allowed,
    };
    let is_allowed = |guess: &str| allowed.iter().any(|allowed| is(guess, &allowed.to_ascii_lowercase()));
    guesses.is_empty() || guesses.iter().any(|guess| is_allowed(guess.essence_str()))
}

#[expect(clippy::cast_precision_loss, reason = "no file that can be sent has anywhere near 2^52 bytes")]
fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / (1024.0 * 1024.0)
}

fn plain(question: &ChecklistQuestion, value: &AnswerValue) -> Result<Value, String> {
    match value {
        AnswerValue::Plain(value) => Ok(value.clone()),
        _ => Err(format!("The question is of a type that is not known here ({}) and takes json.", question.raw_type)),
    }
}

#[cfg(test)]
mod tests;
