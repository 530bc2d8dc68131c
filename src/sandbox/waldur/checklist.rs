//! Checklists as staff configured them: which questions, of which type, within which limits.
//!
//! Nothing here changes at run time; what was answered is in `completion`.

use serde_json::{Value, json};
use uuid::Uuid;

/// The questions that one country asks.
#[derive(Clone, Debug)]
pub struct Checklist {
    /// Its id.
    pub uuid: Uuid,
    /// The country, as records spell it: `ee` is not `EE`.
    pub country: &'static str,
    /// The name above the questions.
    pub name: &'static str,
    /// One line about it.
    pub description: &'static str,
    /// In their order.
    pub questions: Vec<Question>,
}

/// One question.
#[derive(Clone, Debug)]
pub struct Question {
    /// Its id.
    pub uuid: Uuid,
    /// The question itself.
    pub description: &'static str,
    /// A hint for who answers.
    pub guidance: Option<&'static str>,
    /// What an answer must look like.
    pub kind: Kind,
    /// Whether the checklist is incomplete without it, shown or not.
    pub required: bool,
    /// The answer that makes it visible; without one it always is.
    pub shown_when: Option<Condition>,
    /// Where the answer shows up on the record.
    pub feeds: Option<Feeds>,
}

/// The type of a question, with its limits.
#[derive(Clone, Debug)]
pub enum Kind {
    /// One line.
    TextInput,
    /// Many lines.
    TextArea,
    /// A number between two bounds, either of which may be open.
    Number {
        /// The least that is allowed.
        min: Option<i64>,
        /// The most that is allowed.
        max: Option<i64>,
    },
    /// Yes or no.
    Boolean,
    /// A day.
    Date,
    /// Exactly one of these.
    SingleSelect(Vec<Choice>),
    /// Any of these.
    MultiSelect(Vec<Choice>),
    /// One document.
    File(FileLimits),
    /// Several documents.
    MultipleFiles(FileLimits),
}

/// One answer to choose.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Its id, which is what an answer holds.
    pub uuid: Uuid,
    /// What is shown.
    pub label: &'static str,
    /// Its place.
    pub order: u32,
}

/// Which documents a question takes. What is empty or absent is not limited.
#[derive(Clone, Debug, Default)]
pub struct FileLimits {
    /// Endings with their dot.
    pub extensions: &'static [&'static str],
    /// Media types, `text/*` for a whole family.
    pub media_types: &'static [&'static str],
    /// The largest document.
    pub max_megabytes: Option<u32>,
    /// The most documents of one answer.
    pub max_count: Option<u32>,
}

/// An answer to another question that makes one visible.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The other question.
    pub question: Uuid,
    /// What its answer must be.
    pub answer: Expected,
}

/// What the answer to another question must be.
#[derive(Clone, Debug)]
pub enum Expected {
    /// Exactly this.
    Equal(Value),
    /// A choice among these.
    AnyOf(Vec<Uuid>),
}

/// Where a record shows an answer.
#[derive(Clone, Copy, Debug)]
pub enum Feeds {
    /// A member of `user_submitted_customer_data`, handed on to the customer.
    Customer(&'static str),
    /// A member of `onboarding_metadata`.
    Intent(&'static str),
}

impl Checklist {
    pub(super) fn described(&self) -> Value {
        json!({
            "uuid": self.uuid.simple().to_string(),
            "name": self.name,
            "description": self.description,
            "checklist_type": "customer_onboarding",
        })
    }

    pub(super) fn question(&self, uuid: Uuid) -> Option<&Question> {
        self.questions.iter().find(|question| question.uuid == uuid)
    }
}

impl Question {
    /// The question in brief, as a completion lists what is still open.
    pub(super) fn named(&self) -> Value {
        json!({
            "uuid": self.uuid.simple().to_string(),
            "description": self.description,
            "question_type": self.kind.name(),
        })
    }

    /// The whole question, with the answer that it has.
    pub(super) fn shown(&self, order: usize, existing_answer: &Value) -> Value {
        let (min, max) = self.kind.bounds();
        let limits = self.kind.file_limits();
        json!({
            "uuid": self.uuid.simple().to_string(),
            "description": self.description,
            "user_guidance": self.guidance,
            "question_type": self.kind.name(),
            "required": self.required,
            "order": order,
            "existing_answer": existing_answer,
            "question_options": self.kind.choices().iter().map(Choice::shown).collect::<Vec<_>>(),
            "min_value": min.map(decimal),
            "max_value": max.map(decimal),
            "allowed_file_types": limits.map_or(&[][..], |it| it.extensions),
            "allowed_mime_types": limits.map_or(&[][..], |it| it.media_types),
            "max_file_size_mb": limits.and_then(|it| it.max_megabytes),
            "max_files_count": limits.and_then(|it| it.max_count),
        })
    }
}

impl Choice {
    fn shown(&self) -> Value {
        json!({ "uuid": self.uuid.simple().to_string(), "label": self.label, "order": self.order })
    }
}

impl Kind {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::TextInput => "text_input",
            Self::TextArea => "text_area",
            Self::Number { .. } => "number",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::SingleSelect(_) => "single_select",
            Self::MultiSelect(_) => "multi_select",
            Self::File(_) => "file",
            Self::MultipleFiles(_) => "multiple_files",
        }
    }

    fn bounds(&self) -> (Option<i64>, Option<i64>) {
        match self {
            Self::Number { min, max } => (*min, *max),
            _ => (None, None),
        }
    }

    pub(super) fn choices(&self) -> &[Choice] {
        match self {
            Self::SingleSelect(choices) | Self::MultiSelect(choices) => choices,
            _ => &[],
        }
    }

    fn file_limits(&self) -> Option<&FileLimits> {
        match self {
            Self::File(limits) | Self::MultipleFiles(limits) => Some(limits),
            _ => None,
        }
    }
}

/// Decimals are strings with four places.
fn decimal(whole: i64) -> String {
    format!("{whole}.0000")
}
