//! What is known of each kind of record, and the reads by which that is held against the API: as few as there can be, and
//! nothing but reads.

use reqwest::StatusCode;
use serde_json::Value;

use super::body::{ChecklistBody, CompletionBody, TemplateBody, VerificationBody};
use super::{ALL, Answer, Client, NO_CHECKLIST};
use crate::drift::{Contract, Form, Given, Look, Seen};
use crate::scalar::Uuid;
use crate::upstream::Call;
use crate::waldur::model::Customer;

/// Everything is always there. Later versions say too whether a customer can be made, which the rules say here.
const VERIFICATION: Contract = Contract::of::<VerificationBody>("verification")
    .always(&[
        "$.uuid",
        "$.user",
        "$.country",
        "$.legal_person_identifier",
        "$.legal_name",
        "$.status",
        "$.validation_method",
        "$.verified_user_roles",
        "$.verified_company_data",
        "$.raw_response",
        "$.error_traceback",
        "$.error_message",
        "$.validated_at",
        "$.expires_at",
        "$.customer",
        "$.onboarding_metadata",
        "$.user_submitted_customer_data",
        "$.created",
        "$.modified",
    ])
    .passing_over(&["$.user", "$.can_customer_be_created", "$.customer_creation_error_message"]);

/// What an answer repeats of its question, and the address of who gave it, are not read.
const CHECKLIST: Contract = Contract::of::<ChecklistBody>("checklist")
    .always(&[
        "$.checklist",
        "$.checklist.uuid",
        "$.checklist.name",
        "$.checklist.description",
        "$.checklist.checklist_type",
        "$.completion",
        "$.completion.uuid",
        "$.completion.is_completed",
        "$.completion.completion_percentage",
        "$.completion.unanswered_required_questions",
        "$.completion.unanswered_required_questions[].uuid",
        "$.completion.checklist_name",
        "$.questions",
        "$.questions[].uuid",
        "$.questions[].description",
        "$.questions[].question_type",
        "$.questions[].required",
        "$.questions[].order",
        "$.questions[].existing_answer",
        "$.questions[].existing_answer.answer_data",
        "$.questions[].question_options",
        "$.questions[].question_options[].uuid",
        "$.questions[].question_options[].label",
    ])
    .passing_over(&[
        "$.questions[].existing_answer.question_description",
        "$.questions[].existing_answer.question_type",
        "$.questions[].existing_answer.question_required",
        "$.questions[].existing_answer.user",
    ]);

const COMPLETION: Contract = Contract::of::<CompletionBody>("completionStatus").always(&[
    "$.uuid",
    "$.is_completed",
    "$.completion_percentage",
    "$.unanswered_required_questions",
    "$.unanswered_required_questions[].uuid",
    "$.checklist_name",
    "$.checklist_description",
    "$.created",
    "$.modified",
]);

const TEMPLATE: Contract = Contract::of::<TemplateBody>("checklistTemplate").always(&["$.questions"]);

/// The customer's own shape in the graph is the one that it is read in. Earlier versions give it one group.
const CUSTOMER: Contract = Contract::of::<Customer>("customer").passing_over(&["$.organization_group"]);

/// All that is known of this API's records.
pub(crate) const CONTRACTS: &[Contract] = &[VERIFICATION, CHECKLIST, COMPLETION, TEMPLATE, CUSTOMER];

/// A row costs the vendor time: as many as show more than one state, and no more.
const ROWS: usize = 5;
/// How many verifications are tried for one that has a checklist.
const MOST_TRIES: usize = 3;

impl Client {
    /// Reads one record of each kind; the newest verifications lead to the others. A template is found by its parent alone.
    pub(crate) async fn survey(&self, given: &Given) -> Vec<Look> {
        let list = Call::get(ALL, &[]).query("page", 1).query("page_size", ROWS);
        let (listed, rows) = self.access.survey(list, &VERIFICATION, Form::List, never).await;
        let ids: Vec<Uuid> = ids(&rows).collect();
        let one = self.survey_of("/api/onboarding-verifications/{uuid}/", &VERIFICATION, ids.get(..1)).await;
        let checklist =
            self.survey_of("/api/onboarding-verifications/{uuid}/checklist/", &CHECKLIST, ids.get(..)).await;
        let completion =
            self.survey_of("/api/onboarding-verifications/{uuid}/completion_status/", &COMPLETION, ids.get(..)).await;
        let customer = Look::nothing(&CUSTOMER, "it is shown by no read, but in the answer to its creation alone");
        vec![listed, one, checklist, completion, self.survey_template(given.find(&TEMPLATE)).await, customer]
    }

    async fn survey_of(&self, route: &'static str, contract: &Contract, ids: Option<&[Uuid]>) -> Look {
        let mut look = Look::nothing(contract, "no verification leads to one");
        for id in ids.into_iter().flatten().take(MOST_TRIES) {
            look =
                self.access.survey(Call::get(route, &[&id.simple()]), contract, Form::Record, none_configured).await.0;
            if !matches!(look.seen, Seen::Nothing { .. }) {
                break;
            }
        }
        look
    }

    async fn survey_template(&self, parent: Option<Uuid>) -> Look {
        let Some(parent) = parent else {
            return Look::nothing(&TEMPLATE, "it is found by the id of its parent alone, and none was given");
        };
        let call =
            Call::get("/api/onboarding-verifications/checklist-template/", &[]).query("parent_uuid", parent.simple());
        self.access.survey(call, &TEMPLATE, Form::Record, none_configured).await.0
    }
}

fn ids(rows: &Value) -> impl Iterator<Item = Uuid> {
    rows.as_array().into_iter().flatten().filter_map(|row| row.get("uuid")?.as_str()?.parse().ok())
}

fn never(_: &Answer) -> Option<String> {
    None
}

fn none_configured(answer: &Answer) -> Option<String> {
    let says_none =
        answer.status() == StatusCode::BAD_REQUEST && answer.problem().is_some_and(|words| words == NO_CHECKLIST);
    let because = "no checklist is configured for the verifications that were tried";
    (says_none || answer.is_not_found()).then(|| because.to_owned())
}
