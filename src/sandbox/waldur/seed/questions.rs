//! The seeded checklists. Estonia's asks a question of every type, Austria's is short, Sweden has none.

use serde_json::json;
use uuid::Uuid;

use super::super::checklist::{Checklist, Choice, Condition, Expected, Feeds, FileLimits, Kind, Question};
use super::super::mint;
use super::QUESTIONS;

/// Ids below these counters: a checklist, its questions, their choices.
const ESTONIAN: u64 = QUESTIONS;
const AUSTRIAN: u64 = QUESTIONS + 1000;

pub(super) fn checklists() -> Vec<Checklist> {
    vec![estonian(), austrian()]
}

fn estonian() -> Checklist {
    let processes_personal_data = id(ESTONIAN, 4);
    let mut personal_data =
        required(id(ESTONIAN, 5), "Describe the personal data and where it comes from", Kind::TextArea);
    personal_data.shown_when =
        Some(Condition { question: processes_personal_data, answer: Expected::Equal(json!(true)) });
    Checklist {
        uuid: id(ESTONIAN, 0),
        country: "EE",
        name: "Estonian onboarding",
        description: "Questions for Estonian companies",
        questions: vec![
            Question {
                guidance: Some("A shared mailbox outlives its reader."),
                feeds: Some(Feeds::Customer("email")),
                ..required(id(ESTONIAN, 1), "Contact e-mail of the organization", Kind::TextInput)
            },
            Question {
                feeds: Some(Feeds::Intent("intents")),
                ..required(
                    id(ESTONIAN, 2),
                    "What do you want to do?",
                    Kind::MultiSelect(choices(ESTONIAN + 100, &["Research", "Teaching", "Commercial use"])),
                )
            },
            Question {
                feeds: Some(Feeds::Intent("sector")),
                ..required(
                    id(ESTONIAN, 3),
                    "Sector",
                    Kind::SingleSelect(choices(ESTONIAN + 200, &["Public", "Private", "Non-profit"])),
                )
            },
            optional(processes_personal_data, "Do you process personal data?", Kind::Boolean),
            personal_data,
            optional(id(ESTONIAN, 6), "Number of employees", Kind::Number { min: Some(1), max: Some(100_000) }),
            optional(id(ESTONIAN, 7), "Planned start", Kind::Date),
            optional(id(ESTONIAN, 8), "Articles of association", Kind::File(articles())),
            optional(id(ESTONIAN, 9), "Other documents", Kind::MultipleFiles(documents())),
        ],
    }
}

fn austrian() -> Checklist {
    let kinds = choices(AUSTRIAN + 100, &["Company", "University", "Public body"]);
    let universities = kinds.iter().filter(|choice| choice.label == "University").map(|choice| choice.uuid).collect();
    let kind = id(AUSTRIAN, 3);
    Checklist {
        uuid: id(AUSTRIAN, 0),
        country: "AT",
        name: "Austrian onboarding",
        description: "Questions for Austrian companies and universities",
        questions: vec![
            Question {
                feeds: Some(Feeds::Intent("purpose")),
                ..required(id(AUSTRIAN, 1), "What will the account be used for?", Kind::TextArea)
            },
            Question {
                feeds: Some(Feeds::Customer("email")),
                ..required(id(AUSTRIAN, 2), "Contact e-mail", Kind::TextInput)
            },
            required(kind, "Kind of organization", Kind::SingleSelect(kinds)),
            Question {
                shown_when: Some(Condition { question: kind, answer: Expected::AnyOf(universities) }),
                ..optional(id(AUSTRIAN, 4), "Faculty or institute", Kind::TextInput)
            },
            Question {
                guidance: Some("ATU and eight digits."),
                feeds: Some(Feeds::Customer("vat_code")),
                ..optional(id(AUSTRIAN, 5), "VAT number", Kind::TextInput)
            },
            required(id(AUSTRIAN, 6), "Expected number of users", Kind::Number { min: Some(1), max: Some(5000) }),
        ],
    }
}

fn articles() -> FileLimits {
    FileLimits {
        extensions: &[".pdf", ".txt"],
        media_types: &["application/pdf", "text/*"],
        max_megabytes: Some(1),
        max_count: None,
    }
}

fn documents() -> FileLimits {
    FileLimits { max_megabytes: Some(5), max_count: Some(3), ..FileLimits::default() }
}

fn required(uuid: Uuid, description: &'static str, kind: Kind) -> Question {
    Question { required: true, ..optional(uuid, description, kind) }
}

fn optional(uuid: Uuid, description: &'static str, kind: Kind) -> Question {
    Question { uuid, description, guidance: None, kind, required: false, shown_when: None, feeds: None }
}

fn choices(counter: u64, labels: &[&'static str]) -> Vec<Choice> {
    let numbered = (0..).zip(labels);
    numbered.map(|(order, label)| Choice { uuid: mint::scattered(counter + u64::from(order)), label, order }).collect()
}

fn id(checklist: u64, number: u64) -> Uuid {
    mint::scattered(checklist + number)
}
