//! Checklists: what a country asks of a company before it becomes a customer, and what was answered.

use async_graphql::{Json, SimpleObject};

use crate::scalar::{DateTime, Decimal, Uuid};
use crate::vocabulary::vocabulary;

/// The checklist of a verification: the questions that its answers so far have made visible.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Checklist {
    /// The upstream's own id.
    pub uuid: Option<Uuid>,
    /// The checklist's name.
    pub name: Option<String>,
    /// What the checklist is for.
    pub description: Option<String>,
    /// The upstream's word for the kind of checklist.
    #[graphql(name = "type")]
    pub kind: Option<String>,
    /// How far the answers have come.
    pub completion: Option<ChecklistCompletion>,
    /// The visible questions, in their order.
    pub questions: Vec<ChecklistQuestion>,
}

/// How far the answers to a checklist have come.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct ChecklistCompletion {
    /// The upstream's own id.
    pub uuid: Option<Uuid>,
    /// Whether every required question is answered, hidden ones too.
    pub is_completed: Option<bool>,
    /// How much is answered, in percent. It may pass 100.
    pub percentage: Option<f64>,
    /// The required questions that still want an answer, hidden ones too.
    pub unanswered_required_questions: Option<Vec<UnansweredQuestion>>,
    /// The checklist's name.
    pub checklist_name: Option<String>,
    /// What the checklist is for.
    pub checklist_description: Option<String>,
    /// When the first answer could be given.
    pub created_at: Option<DateTime>,
    /// When it was last computed.
    pub modified_at: Option<DateTime>,
}

/// A required question that still wants an answer.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct UnansweredQuestion {
    /// The question's id, for answering it.
    pub uuid: Uuid,
    /// The question itself.
    pub description: Option<String>,
    /// What kind of answer it takes.
    #[graphql(name = "type")]
    pub kind: Option<QuestionType>,
}

vocabulary! {
    /// What kind of answer a question takes.
    pub enum QuestionType {
        /// A line of text: a string.
        TextInput = "text_input",
        /// Several lines of text: a string.
        TextArea = "text_area",
        /// A number, or a string that is one.
        Number = "number",
        /// True or false.
        Boolean = "boolean",
        /// A date: a string `YYYY-MM-DD`.
        Date = "date",
        /// One of the options: a list of exactly one option's id.
        SingleSelect = "single_select",
        /// Some of the options: a list of their ids.
        MultiSelect = "multi_select",
        /// A file: an object of `name` and `content`, the latter as base64.
        File = "file",
        /// Several files: a list of such objects.
        MultipleFiles = "multiple_files",
        /// A phone number: a string.
        PhoneNumber = "phone_number",
        /// A year: a number.
        Year = "year",
        /// An e-mail address: a string.
        Email = "email",
        /// A web address: a string.
        Url = "url",
        /// A country: a string.
        Country = "country",
        /// A rating: a number.
        Rating = "rating",
        /// A date and time: a string.
        DateTime = "datetime",
    }
}

/// A question of a checklist, with its answer where it has one.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct ChecklistQuestion {
    /// The question's id, for answering it.
    pub uuid: Uuid,
    /// The question itself.
    pub description: Option<String>,
    /// Advice on how to answer it.
    pub guidance: Option<String>,
    /// What kind of answer it takes.
    #[graphql(name = "type")]
    pub kind: QuestionType,
    /// The upstream's own word for the kind of answer.
    pub raw_type: String,
    /// Whether it has to be answered.
    pub required: bool,
    /// Its place among the questions.
    pub order: Option<i32>,
    /// The answer that it has.
    pub existing_answer: Option<ExistingAnswer>,
    /// What can be chosen, for questions that select.
    pub options: Vec<QuestionOption>,
    /// The smallest number that is taken.
    pub min_value: Option<Decimal>,
    /// The largest number that is taken.
    pub max_value: Option<Decimal>,
    /// The endings of file names that are taken, such as `.pdf`; any where the list is empty.
    pub allowed_file_types: Vec<String>,
    /// The media types that are taken, such as `application/pdf`; any where the list is empty. A file's
    /// type is told by its ending here, and by its content upstream.
    pub allowed_mime_types: Vec<String>,
    /// The largest file that is taken, in megabytes.
    pub max_file_size_mb: Option<f64>,
    /// The most files that are taken.
    pub max_files_count: Option<i32>,
}

/// Something that can be chosen.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct QuestionOption {
    /// The option's id, for choosing it.
    pub uuid: Uuid,
    /// What it says.
    pub label: Option<String>,
    /// Its place among the options.
    pub order: Option<i32>,
}

/// An answer that a question has.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct ExistingAnswer {
    /// The upstream's own id.
    pub uuid: Option<Uuid>,
    /// The answer, in the form that the question's type tells.
    pub answer_data: Option<Json<serde_json::Value>>,
    /// The name of the user who gave it.
    pub user_name: Option<String>,
    /// When it was given.
    pub created_at: Option<DateTime>,
    /// When it was last changed.
    pub modified_at: Option<DateTime>,
}

/// A checklist before there is anything to answer it for.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct ChecklistTemplate {
    /// The upstream's own id.
    pub uuid: Option<Uuid>,
    /// The checklist's name.
    pub name: Option<String>,
    /// What the checklist is for.
    pub description: Option<String>,
    /// The upstream's word for the kind of checklist.
    #[graphql(name = "type")]
    pub kind: Option<String>,
    /// All questions, in their order.
    pub questions: Vec<TemplateQuestion>,
    /// The questions that are visible before anything is answered.
    pub initial_visible_questions: Vec<TemplateQuestion>,
}

/// A question of a template, with the rules by which answers are judged.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct TemplateQuestion {
    /// The question, without an answer.
    #[graphql(flatten)]
    pub question: ChecklistQuestion,
    /// How an answer is compared with the one that asks for a review: `equals`, `not_equals`, `contains`, `in` or `not_in`.
    pub operator: Option<String>,
    /// The answer that asks for a review.
    pub review_answer_value: Option<Json<serde_json::Value>>,
    /// Whether every answer asks for a review.
    pub always_requires_review: Option<bool>,
    /// The answer that shows the guidance.
    pub guidance_answer_value: Option<Json<serde_json::Value>>,
    /// How an answer is compared with the one that shows the guidance.
    pub guidance_operator: Option<String>,
    /// Whether the guidance is always shown.
    pub always_show_guidance: Option<bool>,
    /// How several dependencies are joined: `and` or `or`.
    pub dependency_logic_operator: Option<String>,
}
