//! The body of a write: the members of its stage alone, and none of them null, since the vendor takes no null in most.

use serde_json::{Map, Value, json};

use crate::connect::model::{DisqualifiedReason, LeadLifecycle, StageDetails, TechnicalAssistance, WithdrawnReason};
use crate::transition::Permit;

/// The body that sets the stage which the permit is for.
pub(super) fn body(permit: &Permit<LeadLifecycle>, details: &StageDetails) -> Option<Value> {
    let stage = permit.to().first()?.word()?;
    let mut body = Map::from_iter([("id".to_owned(), json!(permit.id()?)), ("status".to_owned(), json!(stage))]);
    let options = details.technical_assistance_options.as_deref();
    let members = [
        ("fundedDate", details.funded_date.map(|date| json!(date))),
        ("fundedAmount", details.funded_amount.map(|amount| json!(amount))),
        ("fundedInterestRate", details.funded_interest_rate.map(|rate| json!(rate))),
        ("fundedAPR", details.funded_apr.map(|rate| json!(rate))),
        ("fundedTermMonths", details.funded_term_months.map(|months| json!(months))),
        ("fundedAmortizationMonths", details.funded_amortization_months.map(|months| json!(months))),
        ("disqualifiedReason", details.disqualified_reason.map(|reason| json!(disqualified(reason)))),
        ("withdrawnReason", details.withdrawn_reason.map(|reason| json!(withdrawn(reason)))),
        ("additionalInfo", details.additional_info.as_ref().map(|info| json!(info))),
        ("willReceiveTechnicalAssistance", details.will_receive_technical_assistance.map(|will| json!(will))),
        (
            "technicalAssistanceOptions",
            options.map(|options| options.iter().map(|option| assistance(*option)).collect()),
        ),
    ];
    body.extend(members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    Some(body.into())
}

fn disqualified(word: DisqualifiedReason) -> &'static str {
    match word {
        DisqualifiedReason::EligibilityIssue => "EligibilityIssue",
        DisqualifiedReason::CreditIssue => "CreditIssue",
        DisqualifiedReason::CashFlowIssue => "CashFlowIssue",
        DisqualifiedReason::CollateralIssue => "CollateralIssue",
        DisqualifiedReason::LoanUseIssue => "LoanUseIssue",
        DisqualifiedReason::PersonalGuaranteeIssue => "PersonalGuaranteeIssue",
        DisqualifiedReason::Other => "Other",
    }
}

fn withdrawn(word: WithdrawnReason) -> &'static str {
    match word {
        WithdrawnReason::BorrowerStoppedResponding => "BorrowerStoppedResponding",
        WithdrawnReason::Duplicate => "Duplicate",
        WithdrawnReason::LostBidToCompetitor => "LostBidToCompetitor",
        WithdrawnReason::FraudOrSpam => "FraudOrSpam",
        WithdrawnReason::Reassignment => "Reassignment",
        WithdrawnReason::Other => "Other",
    }
}

fn assistance(word: TechnicalAssistance) -> &'static str {
    match word {
        TechnicalAssistance::Accounting => "Accounting",
        TechnicalAssistance::BusinessPlan => "BusinessPlan",
        TechnicalAssistance::BuyOrSellABusiness => "BuyOrSellABusiness",
        TechnicalAssistance::CashFlowManagement => "CashFlowManagement",
        TechnicalAssistance::CompanyFormation => "CompanyFormation",
        TechnicalAssistance::CustomerRelations => "CustomerRelations",
        TechnicalAssistance::CreditCounseling => "CreditCounseling",
        TechnicalAssistance::FinancingOrCapital => "FinancingOrCapital",
        TechnicalAssistance::Franchising => "Franchising",
        TechnicalAssistance::GovernmentContracting => "GovernmentContracting",
        TechnicalAssistance::HumanResourcesAndManagement => "HumanResourcesAndManagement",
        TechnicalAssistance::InternationalTrade => "InternationalTrade",
        TechnicalAssistance::LegalIssues => "LegalIssues",
        TechnicalAssistance::MarketingOrSales => "MarketingOrSales",
        TechnicalAssistance::PrivateSectorProcurement => "PrivateSectorProcurement",
        TechnicalAssistance::TaxPlanning => "TaxPlanning",
        TechnicalAssistance::TechnologyAndECommerce => "TechnologyAndECommerce",
    }
}
