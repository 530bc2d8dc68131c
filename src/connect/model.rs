//! Leads, in the graph's words.

use async_graphql::{Enum, ID, SimpleObject};
use serde::{Deserialize, Serialize};

use crate::node::global_id;
use crate::scalar::{DateTime, Uuid};
use crate::vocabulary::vocabulary;

/// The prefix of a lead's global id.
pub(crate) const LEAD: &str = "lead";

vocabulary! {
    /// Where a lead stands.
    pub enum LeadStage {
        /// Submitted, and fits no product yet.
        Unmatched = "Unmatched",
        /// Fits a product whose partner may work on it.
        Matched = "Matched",
        /// The partner has looked at it.
        Reviewed = "Reviewed",
        /// The partner has spoken to the applicant.
        Contacted = "Contacted",
        /// The applicant qualifies for funding.
        Qualified = "Qualified",
        /// The funding was paid out. Final.
        Funded = "Funded",
        /// The partner turned the applicant down. Final.
        Disqualified = "Disqualified",
        /// The applicant, or somebody for him, left. Final.
        Withdrawn = "Withdrawn",
    }
}

/// A link between an applicant's submission and a product. Its stage and the amount asked for are all that can be read
/// back; what was posted with a move cannot.
#[derive(Debug, Clone, PartialEq, SimpleObject, Serialize, Deserialize)]
#[graphql(complex)]
pub struct Lead {
    /// Global id, such as `lead_9c30a205-a60e-47cb-94b4-6d45cd4c2179`.
    pub id: ID,
    /// The upstream's own id.
    pub uuid: Uuid,
    /// Where the lead stands.
    pub stage: LeadStage,
    /// The upstream's own word for the stage.
    pub raw_stage: String,
    /// The amount that the applicant asked for, in US dollars.
    pub requested_amount: Option<f64>,
}

impl Lead {
    pub(crate) fn global_id(uuid: Uuid) -> ID {
        global_id(LEAD, &uuid)
    }
}

/// What a client may do with a lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
#[graphql(name = "LeadAction")]
pub enum LeadAction {
    /// Say that it was looked at.
    Review,
    /// Say that the applicant was spoken to.
    Contact,
    /// Say that the applicant qualifies.
    Qualify,
    /// Say that the funding was paid out.
    Fund,
    /// Turn the applicant down.
    Disqualify,
    /// Say that the applicant left.
    Withdraw,
}

/// The life of a lead.
#[derive(Debug)]
pub(crate) enum LeadLifecycle {}

/// What a move of a lead may need. None of it can be read back, so all of it comes with the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LeadNeed {
    FundedDate,
    FundedAmount,
    DisqualifiedReason,
    WithdrawnReason,
}

/// What is told of a lead with its new stage, and cannot be read back.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct StageDetails {
    pub(crate) funded_date: Option<DateTime>,
    pub(crate) funded_amount: Option<f64>,
    pub(crate) funded_interest_rate: Option<f64>,
    pub(crate) funded_apr: Option<f64>,
    pub(crate) funded_term_months: Option<i32>,
    pub(crate) funded_amortization_months: Option<i32>,
    pub(crate) disqualified_reason: Option<DisqualifiedReason>,
    pub(crate) withdrawn_reason: Option<WithdrawnReason>,
    pub(crate) additional_info: Option<String>,
    pub(crate) will_receive_technical_assistance: Option<bool>,
    pub(crate) technical_assistance_options: Option<Vec<TechnicalAssistance>>,
}

/// Why an applicant is turned down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum DisqualifiedReason {
    /// The applicant may not have this product.
    EligibilityIssue,
    /// His credit does not allow it.
    CreditIssue,
    /// His cash flow does not allow it.
    CashFlowIssue,
    /// There is not enough to secure it.
    CollateralIssue,
    /// The money is wanted for what it is not lent for.
    LoanUseIssue,
    /// Nobody stands in for it in person.
    PersonalGuaranteeIssue,
    /// Something else, which additionalInfo has to tell.
    Other,
}

/// Why an applicant left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum WithdrawnReason {
    /// He does not answer any more.
    BorrowerStoppedResponding,
    /// It is another lead once more.
    Duplicate,
    /// Somebody else funds him.
    LostBidToCompetitor,
    /// It was never meant.
    FraudOrSpam,
    /// Somebody else works on it.
    Reassignment,
    /// Something else, which additionalInfo has to tell.
    Other,
}

/// With what an applicant is assisted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum TechnicalAssistance {
    /// Keeping books.
    Accounting,
    /// Writing a business plan.
    BusinessPlan,
    /// Buying or selling a business.
    BuyOrSellABusiness,
    /// Managing cash flow.
    CashFlowManagement,
    /// Forming a company.
    CompanyFormation,
    /// Relations with customers.
    CustomerRelations,
    /// Advice on credit.
    CreditCounseling,
    /// Finding money.
    FinancingOrCapital,
    /// Franchising.
    Franchising,
    /// Contracts with the government.
    GovernmentContracting,
    /// People and how to lead them.
    HumanResourcesAndManagement,
    /// Trade with other countries.
    InternationalTrade,
    /// Questions of law.
    LegalIssues,
    /// Marketing and sales.
    MarketingOrSales,
    /// Selling to companies.
    PrivateSectorProcurement,
    /// Planning for taxes.
    TaxPlanning,
    /// Technology and selling online.
    TechnologyAndECommerce,
}
