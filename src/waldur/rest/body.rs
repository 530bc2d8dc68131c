//! The vendor's bodies. Empty text means nothing, ids come without hyphens, and what later versions change is taken too.

use async_graphql::Json;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::scalar::{DateTime, Decimal, Uuid};
use crate::vocabulary::{Documented, Word};
use crate::waldur::model::{
    Checklist, ChecklistCompletion, ChecklistQuestion, ChecklistTemplate, ExistingAnswer, QuestionOption, QuestionType,
    TemplateQuestion, UnansweredQuestion, ValidationMethod, Verification, VerificationErrorCode, VerificationStatus,
};

#[derive(Debug, Deserialize)]
pub(super) struct VerificationBody {
    uuid: Uuid,
    country: Option<String>,
    legal_person_identifier: Option<String>,
    legal_name: Option<String>,
    status: Option<Word<VerificationStatus>>,
    validation_method: Option<Word<ValidationMethod>>,
    verified_user_roles: Option<Vec<String>>,
    verified_company_data: Option<Value>,
    raw_response: Option<Value>,
    error_traceback: Option<String>,
    error_message: Option<Word<VerificationErrorCode>>,
    validated_at: Option<DateTime>,
    expires_at: Option<DateTime>,
    // A number in this version and an address in later ones: that there is one is all that is told.
    customer: Option<IgnoredAny>,
    onboarding_metadata: Option<Value>,
    user_submitted_customer_data: Option<Value>,
    created: Option<DateTime>,
    modified: Option<DateTime>,
}

/// Text of which the vendor writes the empty one for none.
fn said(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

impl From<VerificationBody> for Verification {
    fn from(body: VerificationBody) -> Self {
        let (status, raw_status) = body.status.unwrap_or_default().parts();
        let (validation_method, raw_validation_method) = Word::parts_of(body.validation_method.and_then(Word::said));
        let (error_code, raw_error_code) = Word::parts_of(body.error_message.and_then(Word::said));
        Self {
            id: Verification::global_id(body.uuid),
            uuid: body.uuid,
            status,
            raw_status,
            country: said(body.country),
            legal_person_identifier: said(body.legal_person_identifier),
            legal_name: said(body.legal_name),
            validation_method,
            raw_validation_method,
            verified_user_roles: body.verified_user_roles,
            verified_company_data: body.verified_company_data.map(Json),
            raw_response: body.raw_response,
            error_traceback: said(body.error_traceback),
            error_code,
            raw_error_code,
            validated_at: body.validated_at,
            expires_at: body.expires_at,
            has_customer: body.customer.is_some(),
            onboarding_metadata: body.onboarding_metadata.map(Json),
            user_submitted_customer_data: body.user_submitted_customer_data.map(Json),
            created_at: body.created,
            modified_at: body.modified,
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct ChecklistBody {
    checklist: Option<HeadBody>,
    completion: Option<CompletionBody>,
    questions: Option<Vec<QuestionBody>>,
}

impl From<ChecklistBody> for Checklist {
    fn from(body: ChecklistBody) -> Self {
        let head = body.checklist.unwrap_or_default();
        Self {
            uuid: head.uuid,
            name: head.name,
            description: said(head.description),
            kind: head.checklist_type,
            completion: body.completion.map(Into::into),
            questions: all(body.questions),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
struct HeadBody {
    uuid: Option<Uuid>,
    name: Option<String>,
    description: Option<String>,
    checklist_type: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct CompletionBody {
    uuid: Option<Uuid>,
    is_completed: Option<bool>,
    completion_percentage: Option<f64>,
    unanswered_required_questions: Option<Vec<UnansweredBody>>,
    checklist_name: Option<String>,
    checklist_description: Option<String>,
    created: Option<DateTime>,
    modified: Option<DateTime>,
}

impl From<CompletionBody> for ChecklistCompletion {
    fn from(body: CompletionBody) -> Self {
        Self {
            uuid: body.uuid,
            is_completed: body.is_completed,
            percentage: body.completion_percentage,
            unanswered_required_questions: body
                .unanswered_required_questions
                .map(|questions| questions.into_iter().map(Into::into).collect()),
            checklist_name: body.checklist_name,
            checklist_description: said(body.checklist_description),
            created_at: body.created,
            modified_at: body.modified,
        }
    }
}

#[derive(Debug, Deserialize)]
struct UnansweredBody {
    uuid: Uuid,
    description: Option<String>,
    question_type: Option<Word<QuestionType>>,
}

impl From<UnansweredBody> for UnansweredQuestion {
    fn from(body: UnansweredBody) -> Self {
        Self { uuid: body.uuid, description: body.description, kind: Word::parts_of(body.question_type).0 }
    }
}

#[derive(Debug, Deserialize)]
struct QuestionBody {
    uuid: Uuid,
    description: Option<String>,
    user_guidance: Option<String>,
    question_type: Option<Word<QuestionType>>,
    required: Option<bool>,
    order: Option<i32>,
    existing_answer: Option<AnswerBody>,
    question_options: Option<Vec<OptionBody>>,
    min_value: Option<Decimal>,
    max_value: Option<Decimal>,
    allowed_file_types: Option<Vec<String>>,
    allowed_mime_types: Option<Vec<String>>,
    max_file_size_mb: Option<f64>,
    max_files_count: Option<i32>,
    // These belong to the questions of a template alone.
    operator: Option<Word<Operator>>,
    review_answer_value: Option<Value>,
    always_requires_review: Option<bool>,
    guidance_answer_value: Option<Value>,
    guidance_operator: Option<Word<Operator>>,
    always_show_guidance: Option<bool>,
    dependency_logic_operator: Option<Word<Junction>>,
}

impl From<QuestionBody> for ChecklistQuestion {
    fn from(body: QuestionBody) -> Self {
        let (kind, raw_type) = body.question_type.unwrap_or_default().parts();
        Self {
            uuid: body.uuid,
            description: body.description,
            guidance: said(body.user_guidance),
            kind,
            raw_type,
            required: body.required.unwrap_or_default(),
            order: body.order,
            existing_answer: body.existing_answer.map(Into::into),
            options: all(body.question_options),
            min_value: body.min_value,
            max_value: body.max_value,
            allowed_file_types: body.allowed_file_types.unwrap_or_default(),
            allowed_mime_types: body.allowed_mime_types.unwrap_or_default(),
            max_file_size_mb: body.max_file_size_mb,
            max_files_count: body.max_files_count,
        }
    }
}

#[derive(Debug, Deserialize)]
struct OptionBody {
    uuid: Uuid,
    label: Option<String>,
    order: Option<i32>,
}

impl From<OptionBody> for QuestionOption {
    fn from(body: OptionBody) -> Self {
        Self { uuid: body.uuid, label: body.label, order: body.order }
    }
}

#[derive(Debug, Deserialize)]
struct AnswerBody {
    uuid: Option<Uuid>,
    answer_data: Option<Value>,
    user_name: Option<String>,
    created: Option<DateTime>,
    modified: Option<DateTime>,
}

impl From<AnswerBody> for ExistingAnswer {
    fn from(body: AnswerBody) -> Self {
        Self {
            uuid: body.uuid,
            answer_data: body.answer_data.map(Json),
            user_name: said(body.user_name),
            created_at: body.created,
            modified_at: body.modified,
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct TemplateBody {
    checklist: Option<HeadBody>,
    questions: Option<Vec<QuestionBody>>,
    initial_visible_questions: Option<Vec<QuestionBody>>,
}

impl From<TemplateBody> for ChecklistTemplate {
    fn from(body: TemplateBody) -> Self {
        let head = body.checklist.unwrap_or_default();
        Self {
            uuid: head.uuid,
            name: head.name,
            description: said(head.description),
            kind: head.checklist_type,
            questions: all(body.questions),
            initial_visible_questions: all(body.initial_visible_questions),
        }
    }
}

/// How an answer is compared with another.
enum Operator {}

impl Documented for Operator {
    const WORDS: &'static str = "Operator|equals|not_equals|contains|in|not_in";
}

/// How several comparisons are joined.
enum Junction {}

impl Documented for Junction {
    const WORDS: &'static str = "Junction|and|or";
}

impl From<QuestionBody> for TemplateQuestion {
    fn from(mut body: QuestionBody) -> Self {
        let text = |word: Option<Word<Operator>>| word.and_then(Word::said).map(Word::into_text);
        Self {
            operator: text(body.operator.take()),
            review_answer_value: body.review_answer_value.take().map(Json),
            always_requires_review: body.always_requires_review,
            guidance_answer_value: body.guidance_answer_value.take().map(Json),
            guidance_operator: text(body.guidance_operator.take()),
            always_show_guidance: body.always_show_guidance,
            dependency_logic_operator: body.dependency_logic_operator.take().and_then(Word::said).map(Word::into_text),
            question: body.into(),
        }
    }
}

fn all<B, T: From<B>>(bodies: Option<Vec<B>>) -> Vec<T> {
    bodies.unwrap_or_default().into_iter().map(Into::into).collect()
}
