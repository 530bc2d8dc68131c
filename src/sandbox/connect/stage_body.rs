//! What `POST …/leads` takes, and what it refuses before it looks for the lead.
//!
//! Connect binds the body to a class: the first member that does not fit ends it with a 400. Members that nobody knows
//! are ignored. The three reasons are not nullable, so an explicit null is refused where leaving them out is not.

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::{Deserialize, Deserializer, Serialize, de::Error};
use uuid::Uuid;

use super::problem::Problem;
use super::stage::Stage;

/// A stage to set, with whatever was said beside it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StageBody {
    id: Uuid,
    #[serde(deserialize_with = "settable")]
    status: Stage,
    #[serde(default, deserialize_with = "date_time", skip_serializing_if = "Option::is_none")]
    funded_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    funded_amount: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    funded_interest_rate: Option<f64>,
    #[serde(rename = "fundedAPR", skip_serializing_if = "Option::is_none")]
    funded_apr: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    funded_term_months: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    funded_amortization_months: Option<i32>,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    disqualified_reason: Option<DisqualifiedReason>,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    withdrawn_reason: Option<WithdrawnReason>,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    abandoned_reason: Option<WithdrawnReason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_info: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    will_receive_technical_assistance: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    technical_assistance_options: Option<Vec<Assistance>>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum DisqualifiedReason {
    EligibilityIssue,
    CreditIssue,
    CashFlowIssue,
    CollateralIssue,
    LoanUseIssue,
    PersonalGuaranteeIssue,
    Other,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum WithdrawnReason {
    BorrowerStoppedResponding,
    Duplicate,
    LostBidToCompetitor,
    FraudOrSpam,
    Reassignment,
    Other,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum Assistance {
    Accounting,
    BusinessPlan,
    BuyOrSellABusiness,
    CashFlowManagement,
    CompanyFormation,
    CustomerRelations,
    CreditCounseling,
    FinancingOrCapital,
    Franchising,
    GovernmentContracting,
    HumanResourcesAndManagement,
    InternationalTrade,
    LegalIssues,
    MarketingOrSales,
    PrivateSectorProcurement,
    TaxPlanning,
    TechnologyAndECommerce,
}

impl StageBody {
    pub(super) fn parse(body: &[u8]) -> Result<Self, Problem> {
        let json = &mut serde_json::Deserializer::from_slice(body);
        serde_path_to_error::deserialize(json).map_err(|error| misfit(&error.path().to_string()))
    }

    pub(super) fn id(&self) -> Uuid {
        self.id
    }

    pub(super) fn stage(&self) -> Stage {
        self.status
    }
}

/// The two complaints that ASP.NET makes together when a body does not bind.
fn misfit(path: &str) -> Problem {
    // A missing member has no path of its own; it is the whole that does not fit.
    let path = match path {
        "." => "$".to_owned(),
        member => format!("$.{member}"),
    };
    let message = format!("The JSON value could not be converted to Connect.Leads.UpdateLeadRequest. Path: {path}");
    Problem::invalid_fields([("request", "The request field is required.".to_owned()), (path.as_str(), message)])
}

/// For members that may be left out, and are refused as null.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Six of the eight stages: Unmatched and Matched are Connect's own to set.
fn settable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Stage, D::Error> {
    match Stage::deserialize(deserializer)? {
        Stage::Unmatched | Stage::Matched => Err(D::Error::custom("not a stage to set")),
        stage => Ok(stage),
    }
}

/// ASP.NET takes a time with or without an offset, and keeps what it was told.
fn date_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    let fits = |text: &str| text.parse::<Timestamp>().is_ok() || text.parse::<DateTime>().is_ok();
    if text.as_deref().is_none_or(fits) {
        return Ok(text);
    }
    Err(D::Error::custom("not a date and time"))
}
