//! What a seeded company answers to a question: something that its kind of question would get.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::checklist::{Choice, Feeds, Kind, Question};
use super::super::completion::Answer;
use super::super::mint;
use super::companies::Line;

/// The answer, with two ids: `ids` for itself and the next for the document that it may be.
pub(super) fn answer(question: &Question, line: &Line, ids: u64, at: Timestamp) -> Answer {
    Answer {
        uuid: mint::scattered(ids),
        question: question.uuid,
        user: line.owner,
        data: data(question, line, ids + 1),
        created: at,
        modified: at,
    }
}

fn data(question: &Question, line: &Line, file: u64) -> Value {
    let size = line.name.len();
    match &question.kind {
        Kind::TextInput => json!(short_text(question, line)),
        Kind::TextArea => json!(LONG_TEXTS.iter().cycle().nth(size)),
        Kind::Number { .. } => json!(size * 3),
        Kind::Boolean => json!(size.is_multiple_of(2)),
        Kind::Date => json!(format!("2026-{:02}-01", 4 + size % 8)),
        Kind::SingleSelect(choices) => json!(picked(choices.iter().cycle().skip(size).take(1))),
        Kind::MultiSelect(choices) => {
            json!(picked(choices.iter().take(1 + size % choices.len().max(1))))
        }
        Kind::File(_) => document("articles-of-association.pdf", 48_211, file),
        Kind::MultipleFiles(_) => json!([document("annual-report-2025.pdf", 212_640, file)]),
    }
}

const LONG_TEXTS: [&str; 3] = [
    "Names and work e-mail addresses of our staff, from our own directory.",
    "Nightly simulations for two research projects, about 4,000 core hours a month.",
    "Measurements of customers' machines with the operators' initials, from the machines themselves.",
];

fn short_text(question: &Question, line: &Line) -> String {
    match question.feeds {
        Some(Feeds::Customer("email")) => {
            format!("info@{}.{}", domain(line.name), line.country.to_lowercase())
        }
        Some(Feeds::Customer("vat_code")) => {
            format!("ATU{:08}", 12_000_000 + line.name.len() * 7919)
        }
        _ => "Institute of Applied Mathematics".to_owned(),
    }
}

/// The company's name without its legal form, as it would stand in an address.
fn domain(name: &str) -> String {
    let words = name.split(' ').filter(|word| !["AS", "OÜ", "SA", "MTÜ", "AB", "GmbH", "KG", "OG"].contains(word));
    let plain: String = words.collect::<String>().to_lowercase();
    plain.replace(['ä', 'å'], "a").replace(['ö', 'õ'], "o").replace('ü', "u")
}

fn picked<'a>(choices: impl Iterator<Item = &'a Choice>) -> Vec<String> {
    choices.map(|choice| choice.uuid.simple().to_string()).collect()
}

fn document(name: &str, size: u32, file: u64) -> Value {
    json!({
        "name": name,
        "size": size,
        "mime_type": "application/pdf",
        "stored_file_id": mint::scattered(file).to_string(),
    })
}
