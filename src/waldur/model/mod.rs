//! Verifications of companies and their checklists, in the graph's words.

mod change;
mod checklist;
mod customer;

use async_graphql::{Enum, ID, Json, SimpleObject};
use serde::{Deserialize, Serialize};

use crate::node::global_id;
use crate::pagination::Row;
use crate::scalar::{DateTime, Uuid};
use crate::vocabulary::vocabulary;

pub(crate) use change::{
    Answer, AnswerFile, AnswerValue, Applicant, VerificationChange, VerificationLifecycle, VerificationNeed,
};
pub(crate) use checklist::{
    Checklist, ChecklistCompletion, ChecklistQuestion, ChecklistTemplate, ExistingAnswer, QuestionOption, QuestionType,
    TemplateQuestion, UnansweredQuestion,
};
pub(crate) use customer::Customer;

/// The prefix of a verification's global id.
pub(crate) const VERIFICATION: &str = "verification";

vocabulary! {
    /// Where a verification stands.
    pub enum VerificationStatus {
        /// Made, and not validated yet.
        Pending = "pending",
        /// The company is verified; it may become a customer.
        Verified = "verified",
        /// Staff rejected the justification.
        Failed = "failed",
        /// It waits for staff.
        Escalated = "escalated",
        /// It was not finished in time.
        Expired = "expired",
    }
}

vocabulary! {
    /// The company register that a verification was checked against.
    pub enum ValidationMethod {
        /// The Estonian business register.
        Ariregister = "ariregister",
        /// An Austrian register of companies.
        Wirtschaftscompass = "wirtschaftscompass",
        /// The Swedish companies registration office.
        Bolagsverket = "bolagsverket",
        /// The Norwegian business register.
        Breg = "breg",
        /// A Swedish credit register.
        DnbSe = "dnb_se",
        /// A Norwegian credit register.
        DnbNo = "dnb_no",
        /// A Danish credit register.
        DnbDk = "dnb_dk",
        /// A Finnish credit register.
        DnbFi = "dnb_fi",
    }
}

vocabulary! {
    /// What went wrong in the last check. It outlives a later success: judge by the status alone.
    pub enum VerificationErrorCode {
        /// There is no register for the country.
        NoBackendAvailable = "NO_BACKEND_AVAILABLE",
        /// The person could not be identified.
        IdentityValidationFailed = "IDENTITY_VALIDATION_FAILED",
        /// The person may not act for the company.
        NotAuthorized = "NOT_AUTHORIZED",
        /// The register does not know the company.
        CompanyNotFound = "COMPANY_NOT_FOUND",
        /// The register could not be asked.
        ApiError = "API_ERROR",
        /// Something else went wrong.
        UnknownError = "UNKNOWN_ERROR",
        /// The register is not set up.
        ConfigurationError = "CONFIGURATION_ERROR",
        /// The check failed.
        ValidationFailed = "VALIDATION_FAILED",
        /// The verification was not finished in time.
        VerificationExpired = "VERIFICATION_EXPIRED",
    }
}

/// The check of a company against a register, on its way to becoming a customer.
#[derive(Debug, Clone, PartialEq, SimpleObject, Serialize, Deserialize)]
#[graphql(complex)]
pub struct Verification {
    /// Global id, such as `verification_2e484bd0-f786-489b-bf87-e123bb7c61e3`.
    pub id: ID,
    /// The upstream's own id.
    pub uuid: Uuid,
    /// Where the verification stands.
    pub status: VerificationStatus,
    /// The upstream's own word for the status.
    pub raw_status: String,
    /// The country of the company, as ISO 3166-1 alpha-2; it decides on checklist and register.
    pub country: Option<String>,
    /// The company's number in its register.
    pub legal_person_identifier: Option<String>,
    /// The company's name.
    pub legal_name: Option<String>,
    /// The register that the company was checked against; null until one was chosen.
    pub validation_method: Option<ValidationMethod>,
    /// The upstream's own word for the register.
    pub raw_validation_method: Option<String>,
    /// What the person is in the company, in the register's own codes.
    pub verified_user_roles: Option<Vec<String>>,
    /// What the register says of the company.
    pub verified_company_data: Option<Json<serde_json::Value>>,
    #[graphql(skip)]
    pub(crate) raw_response: Option<serde_json::Value>,
    #[graphql(skip)]
    pub(crate) error_traceback: Option<String>,
    /// What went wrong in the last check; it outlives a later success, so judge by the status alone.
    pub error_code: Option<VerificationErrorCode>,
    /// The upstream's own word for what went wrong.
    pub raw_error_code: Option<String>,
    /// When the company was last checked.
    pub validated_at: Option<DateTime>,
    /// When the verification expires unless it is finished before.
    pub expires_at: Option<DateTime>,
    /// Whether a customer exists already.
    pub has_customer: bool,
    /// What the checklist's answers say about the onboarding, computed as it is read.
    pub onboarding_metadata: Option<Json<serde_json::Value>>,
    /// What the checklist's answers say about the customer to be, computed as it is read.
    pub user_submitted_customer_data: Option<Json<serde_json::Value>>,
    /// When the verification was made.
    pub created_at: Option<DateTime>,
    /// When the verification was last changed.
    pub modified_at: Option<DateTime>,
}

impl Verification {
    pub(crate) fn global_id(uuid: Uuid) -> ID {
        global_id(VERIFICATION, &uuid)
    }
}

impl Row for Verification {
    const NAME: &'static str = "Verification";
}

/// What a client may do with a verification that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
#[graphql(name = "VerificationAction")]
pub enum VerificationAction {
    /// Change some of what it says of the company.
    Update,
    /// Say anew what it says of the company.
    Replace,
    /// Answer questions of its checklist.
    SubmitAnswers,
    /// Check the company against its register.
    RunValidation,
    /// Make the company a customer.
    CreateCustomer,
    /// Do away with it.
    Delete,
}
