//! What the mutations of verifications take, and what it means in the graph's words.

use async_graphql::{InputObject, Json, MaybeUndefined, OneofObject};

use crate::error::user::UserError;
use crate::scalar::{Date, DateTime, Uuid};
use crate::waldur::model::{Answer, AnswerFile, AnswerValue, Applicant, VerificationChange};

/// Whose check is to begin.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct VerificationStartInput {
    /// The country of the company, as two capital letters of ISO 3166-1. It decides on checklist and register.
    country: String,
    /// The company's number in its register, at most 50 characters. Needed unless staff check the company.
    legal_person_identifier: Option<String>,
    /// The company's name, at most 255 characters.
    legal_name: Option<String>,
    /// Whether staff check the company, and not a register.
    #[graphql(default)]
    is_manual_validation: bool,
    /// The personal code of the one who acts for the company, at most 50 characters. It cannot be read back.
    person_identifier: Option<String>,
    /// His first name, at most 100 characters. It cannot be read back.
    first_name: Option<String>,
    /// His last name, at most 100 characters. It cannot be read back.
    last_name: Option<String>,
    /// His date of birth. It cannot be read back.
    birth_date: Option<Date>,
}

impl VerificationStartInput {
    pub(super) fn problems(&self) -> Vec<UserError> {
        let mut problems = country_problem(Some(&self.country));
        problems.extend(too_long("legalPersonIdentifier", self.legal_person_identifier.as_ref(), 50));
        problems.extend(too_long("legalName", self.legal_name.as_ref(), 255));
        problems.extend(too_long("personIdentifier", self.person_identifier.as_ref(), 50));
        problems.extend(too_long("firstName", self.first_name.as_ref(), 100));
        problems.extend(too_long("lastName", self.last_name.as_ref(), 100));
        problems
    }

    pub(super) fn split(self) -> (VerificationChange, Applicant) {
        let change = VerificationChange {
            country: Some(self.country),
            legal_person_identifier: self.legal_person_identifier.as_deref().map(trimmed),
            legal_name: self.legal_name.as_deref().map(trimmed),
            ..VerificationChange::default()
        };
        let applicant = Applicant {
            is_manual: self.is_manual_validation,
            person_identifier: self.person_identifier,
            first_name: self.first_name,
            last_name: self.last_name,
            birth_date: self.birth_date,
        };
        (change, applicant)
    }
}

/// A verification to be made in a user's name.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct VerificationCreateInput {
    /// The upstream's number of the user. A verification of another user may not be visible afterwards.
    user_id: i32,
    /// The country of the company, as two capital letters of ISO 3166-1. It decides on checklist and register.
    country: String,
    /// The company's number in its register, at most 50 characters.
    legal_person_identifier: Option<String>,
    /// The company's name, at most 255 characters.
    legal_name: Option<String>,
    /// When it expires unless it is finished before.
    expires_at: Option<DateTime>,
}

impl From<VerificationCreateInput> for VerificationChange {
    fn from(input: VerificationCreateInput) -> Self {
        Self {
            user_id: Some(input.user_id),
            country: Some(input.country),
            legal_person_identifier: input.legal_person_identifier.as_deref().map(trimmed),
            legal_name: input.legal_name.as_deref().map(trimmed),
            expires_at: input.expires_at.map(|instant| Some(kept(instant))),
        }
    }
}

/// What a verification is to say. What is left out stays as it is.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct VerificationUpdateInput {
    /// The upstream's number of the user that it is given to. It may not be visible afterwards.
    user_id: Option<i32>,
    /// The country of the company, as two capital letters of ISO 3166-1. Another country has another checklist.
    country: Option<String>,
    /// The company's number in its register, at most 50 characters; null takes it away.
    legal_person_identifier: MaybeUndefined<String>,
    /// The company's name, at most 255 characters; null takes it away.
    legal_name: MaybeUndefined<String>,
    /// When it expires unless it is finished before; null for never.
    expires_at: MaybeUndefined<DateTime>,
}

impl From<VerificationUpdateInput> for VerificationChange {
    fn from(input: VerificationUpdateInput) -> Self {
        Self {
            user_id: input.user_id,
            country: input.country,
            legal_person_identifier: text(input.legal_person_identifier),
            legal_name: text(input.legal_name),
            expires_at: asked(input.expires_at).map(|instant| instant.map(kept)),
        }
    }
}

/// What a verification is to say, with user and country named anew. What is left out stays as it is.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct VerificationReplaceInput {
    /// The upstream's number of the user.
    user_id: i32,
    /// The country of the company, as two capital letters of ISO 3166-1. Another country has another checklist.
    country: String,
    /// The company's number in its register, at most 50 characters; null takes it away.
    legal_person_identifier: MaybeUndefined<String>,
    /// The company's name, at most 255 characters; null takes it away.
    legal_name: MaybeUndefined<String>,
    /// When it expires unless it is finished before; null for never.
    expires_at: MaybeUndefined<DateTime>,
}

impl From<VerificationReplaceInput> for VerificationChange {
    fn from(input: VerificationReplaceInput) -> Self {
        Self {
            user_id: Some(input.user_id),
            country: Some(input.country),
            legal_person_identifier: text(input.legal_person_identifier),
            legal_name: text(input.legal_name),
            expires_at: asked(input.expires_at).map(|instant| instant.map(kept)),
        }
    }
}

fn asked<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}

/// Text of which the upstream takes the empty one for none.
fn text(value: MaybeUndefined<String>) -> Option<String> {
    asked(value).map(|text| trimmed(&text.unwrap_or_default()))
}

/// The upstream trims text. Said as it will be kept, what was written can be found again.
fn trimmed(text: &str) -> String {
    text.trim().to_owned()
}

/// The upstream keeps microseconds. Said as it will be kept, what was written can be found again.
fn kept(instant: DateTime) -> DateTime {
    instant.to_the_microsecond()
}

/// What GraphQL's types cannot say of a change.
pub(super) fn problems(change: &VerificationChange) -> Vec<UserError> {
    let mut problems = country_problem(change.country.as_ref());
    problems.extend(too_long("legalPersonIdentifier", change.legal_person_identifier.as_ref(), 50));
    problems.extend(too_long("legalName", change.legal_name.as_ref(), 255));
    problems
}

/// The upstream takes any two characters, and finds neither checklist nor register for what is no country.
fn country_problem(country: Option<&String>) -> Vec<UserError> {
    let is_code = |country: &&String| country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
    let problem = country.filter(|country| !is_code(country));
    let message = "A country is two capital letters of ISO 3166-1, such as EE.";
    problem.map(|_| UserError::invalid(&["input", "country"], message)).into_iter().collect()
}

fn too_long(member: &str, text: Option<&String>, most: usize) -> Option<UserError> {
    let text = text?;
    if text.contains('\0') {
        return Some(UserError::invalid(&["input", member], "The text holds a NUL character."));
    }
    let length = text.chars().count();
    (length > most)
        .then(|| UserError::invalid(&["input", member], format!("{length} characters are more than {most}.")))
}

/// Answers to questions of the checklist. All of them are taken, or none.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct VerificationSubmitAnswersInput {
    /// The answers, one a question.
    pub(super) answers: Vec<VerificationAnswerInput>,
}

/// An answer to a question.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct VerificationAnswerInput {
    /// The question's id, as the checklist gives it.
    question_id: Uuid,
    /// The answer, in the form that the question's type asks for.
    value: AnswerValueInput,
}

/// An answer in the form that its question's type asks for.
#[derive(Debug, Clone, OneofObject)]
pub(crate) enum AnswerValueInput {
    /// For TEXT_INPUT, TEXT_AREA, PHONE_NUMBER, EMAIL, URL, COUNTRY and DATETIME.
    Text(String),
    /// For NUMBER, YEAR and RATING.
    Number(f64),
    /// For BOOLEAN.
    Boolean(bool),
    /// For DATE.
    Date(Date),
    /// For SINGLE_SELECT, exactly one, and MULTI_SELECT: the options' ids.
    Options(Vec<Uuid>),
    /// For FILE. A question that has a file already has to lose it first.
    File(AnswerFileInput),
    /// For MULTIPLE_FILES. A question that has files already has to lose them first.
    Files(Vec<AnswerFileInput>),
    /// For questions of an UNRECOGNIZED type alone: sent as it is.
    Json(Json<serde_json::Value>),
    /// True: takes the answer away, whatever the question's type.
    Remove(bool),
}

/// A file that answers a question.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct AnswerFileInput {
    /// The file's name with its ending, which must not stand for a media type that the question does not take.
    name: String,
    /// The content as base64. Send it as a variable: a document's own size is limited.
    content: String,
}

impl From<AnswerFileInput> for AnswerFile {
    fn from(input: AnswerFileInput) -> Self {
        Self { name: input.name, content: input.content }
    }
}

impl VerificationSubmitAnswersInput {
    /// The answers; or what is wrong with the input as such.
    pub(super) fn answers(self) -> Result<Vec<Answer>, Vec<UserError>> {
        if self.answers.is_empty() {
            return Err(vec![UserError::invalid(&["input", "answers"], "There is no answer.")]);
        }
        self.answers.into_iter().enumerate().map(|(index, answer)| answer.read(index)).collect()
    }
}

impl VerificationAnswerInput {
    fn read(self, index: usize) -> Result<Answer, Vec<UserError>> {
        let value = match self.value {
            AnswerValueInput::Text(text) => AnswerValue::Text(text),
            AnswerValueInput::Number(number) => AnswerValue::Number(number),
            AnswerValueInput::Boolean(flag) => AnswerValue::Flag(flag),
            AnswerValueInput::Date(date) => AnswerValue::Date(date),
            AnswerValueInput::Options(options) => AnswerValue::Options(options),
            AnswerValueInput::File(file) => AnswerValue::File(file.into()),
            AnswerValueInput::Files(files) => AnswerValue::Files(files.into_iter().map(Into::into).collect()),
            AnswerValueInput::Json(value) => AnswerValue::Plain(value.0),
            AnswerValueInput::Remove(true) => AnswerValue::Nothing,
            AnswerValueInput::Remove(false) => {
                let place = index.to_string();
                let path = ["input", "answers", &place, "value", "remove"];
                return Err(vec![UserError::invalid(&path, "An answer is taken away by true.")]);
            }
        };
        Ok(Answer { question: self.question_id, value })
    }
}
