//! What the moves of a lead take: each stage its own members, and those that every stage takes.

use async_graphql::InputObject;

use crate::connect::model::{DisqualifiedReason, LeadNeed, StageDetails, TechnicalAssistance, WithdrawnReason};
use crate::error::user::UserError;
use crate::scalar::DateTime;

/// Declares a stage's input: its own members, and those that every stage takes.
macro_rules! stage_input {
    ($(#[doc = $doc:literal])+ $name:ident { $($(#[$meta:meta])+ $member:ident: $type:ty,)* }) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, InputObject)]
        pub(crate) struct $name {
            $($(#[$meta])+ $member: $type,)*
            /// What else there is to say.
            additional_info: Option<String>,
            /// Whether the applicant will get technical assistance.
            will_receive_technical_assistance: Option<bool>,
            /// With what he will be assisted; only together with willReceiveTechnicalAssistance: true.
            technical_assistance_options: Option<Vec<TechnicalAssistance>>,
        }

        impl $name {
            /// The members that every stage takes.
            fn common(self) -> StageDetails {
                StageDetails {
                    additional_info: self.additional_info,
                    will_receive_technical_assistance: self.will_receive_technical_assistance,
                    technical_assistance_options: self.technical_assistance_options,
                    ..StageDetails::default()
                }
            }
        }
    };
}

stage_input! {
    /// What goes with a review.
    LeadReviewInput {}
}

stage_input! {
    /// What goes with a contact.
    LeadContactInput {}
}

stage_input! {
    /// What goes with a qualification.
    LeadQualifyInput {}
}

stage_input! {
    /// The funding that was paid out.
    LeadFundInput {
        /// When it was paid out.
        funded_date: DateTime,
        /// How much was paid out, in US dollars; more than nothing.
        funded_amount: f64,
        /// The interest rate. Whether it is a percentage or a fraction, the upstream does not say.
        funded_interest_rate: Option<f64>,
        /// The annual percentage rate. Whether it is a percentage or a fraction, the upstream does not say.
        #[graphql(name = "fundedAPR")]
        funded_apr: Option<f64>,
        /// How long the funding runs, in months.
        funded_term_months: Option<i32>,
        /// Over how long it is paid back, in months.
        funded_amortization_months: Option<i32>,
    }
}

stage_input! {
    /// Why the applicant is turned down.
    LeadDisqualifyInput {
        /// The reason; OTHER needs additionalInfo.
        disqualified_reason: DisqualifiedReason,
    }
}

stage_input! {
    /// Why the applicant left.
    LeadWithdrawInput {
        /// The reason; OTHER needs additionalInfo.
        withdrawn_reason: WithdrawnReason,
    }
}

impl From<LeadReviewInput> for StageDetails {
    fn from(input: LeadReviewInput) -> Self {
        input.common()
    }
}

impl From<LeadContactInput> for StageDetails {
    fn from(input: LeadContactInput) -> Self {
        input.common()
    }
}

impl From<LeadQualifyInput> for StageDetails {
    fn from(input: LeadQualifyInput) -> Self {
        input.common()
    }
}

impl From<LeadFundInput> for StageDetails {
    fn from(input: LeadFundInput) -> Self {
        Self {
            funded_date: Some(input.funded_date),
            funded_amount: Some(input.funded_amount),
            funded_interest_rate: input.funded_interest_rate,
            funded_apr: input.funded_apr,
            funded_term_months: input.funded_term_months,
            funded_amortization_months: input.funded_amortization_months,
            ..input.common()
        }
    }
}

impl From<LeadDisqualifyInput> for StageDetails {
    fn from(input: LeadDisqualifyInput) -> Self {
        Self { disqualified_reason: Some(input.disqualified_reason), ..input.common() }
    }
}

impl From<LeadWithdrawInput> for StageDetails {
    fn from(input: LeadWithdrawInput) -> Self {
        Self { withdrawn_reason: Some(input.withdrawn_reason), ..input.common() }
    }
}

/// What GraphQL's types cannot say of the details.
pub(super) fn problems(details: &StageDetails) -> Vec<UserError> {
    let has_info = details.additional_info.as_ref().is_some_and(|info| !info.trim().is_empty());
    let is_other = details.disqualified_reason == Some(DisqualifiedReason::Other)
        || details.withdrawn_reason == Some(WithdrawnReason::Other);
    let has_options = details.technical_assistance_options.as_ref().is_some_and(|options| !options.is_empty());
    let mut problems = Vec::new();
    if is_other && !has_info {
        problems.push(UserError::missing("A reason of OTHER", &["additionalInfo"]));
    }
    if has_options && details.will_receive_technical_assistance != Some(true) {
        problems.push(UserError::missing("technicalAssistanceOptions", &["willReceiveTechnicalAssistance"]));
    }
    problems.extend(not_positive("fundedAmount", details.funded_amount));
    problems.extend(not_positive("fundedTermMonths", details.funded_term_months.map(f64::from)));
    problems.extend(not_positive("fundedAmortizationMonths", details.funded_amortization_months.map(f64::from)));
    problems
}

fn not_positive(member: &str, value: Option<f64>) -> Option<UserError> {
    let value = value.filter(|value| *value <= 0.0)?;
    Some(UserError::invalid(&["input", member], format!("{value} is not more than nothing.")))
}

/// The needs of the rules that the details fill.
pub(super) fn given(details: &StageDetails) -> Vec<LeadNeed> {
    let all = [
        (LeadNeed::FundedDate, details.funded_date.is_some()),
        (LeadNeed::FundedAmount, details.funded_amount.is_some()),
        (LeadNeed::DisqualifiedReason, details.disqualified_reason.is_some()),
        (LeadNeed::WithdrawnReason, details.withdrawn_reason.is_some()),
    ];
    all.into_iter().filter(|(_, is_given)| *is_given).map(|(need, _)| need).collect()
}
