//! What may follow what in a lead's life: the table, and nothing that reads it.
//!
//! The vendor documents the stages that may be set, and no transition: the rules are the gateway's own policy.

use super::model::{LeadAction, LeadLifecycle, LeadNeed, LeadStage};
use crate::scalar::Uuid;
use crate::transition::{Act, Basis, Lifecycle, Rule};

use LeadStage::{Contacted, Disqualified, Funded, Matched, Qualified, Reviewed, Unmatched, Withdrawn};

/// A lead's stage and what an input brings along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LeadFacts {
    pub(crate) stage: LeadStage,
    pub(crate) given: Vec<LeadNeed>,
}

/// A move by which a partner sets a stage: all of them have the same shape.
const fn moves(
    action: LeadAction,
    from: &'static [LeadStage],
    to: &'static [LeadStage],
    needs: &'static [LeadNeed],
    mutation: &'static str,
) -> Rule<LeadLifecycle> {
    Rule {
        act: Act::Move(action),
        from,
        to,
        removes: false,
        needs,
        unless_settled: false,
        basis: Basis::Policy,
        needs_basis: Basis::Policy,
        source: "forward steps may skip, none goes back, and the last three stages are final; the vendor documents no order",
        mutation: Some(mutation),
    }
}

const OPEN: &[LeadStage] = &[Matched, Reviewed, Contacted, Qualified];

impl Lifecycle for LeadLifecycle {
    type State = LeadStage;
    type Action = LeadAction;
    type Need = LeadNeed;
    type Id = Uuid;
    type Facts = LeadFacts;

    const NAME: &'static str = "LEAD";

    const RULES: &'static [Rule<Self>] = &[
        Rule {
            act: Act::Vendor("MATCH"),
            from: &[Unmatched],
            to: &[Matched],
            removes: false,
            needs: &[],
            unless_settled: false,
            basis: Basis::Documented,
            needs_basis: Basis::Documented,
            source: "vendor reference, leads: a submission becomes a lead once it matches",
            mutation: None,
        },
        moves(LeadAction::Review, &[Matched], &[Reviewed], &[], "leadReview"),
        moves(LeadAction::Contact, &[Matched, Reviewed], &[Contacted], &[], "leadContact"),
        moves(LeadAction::Qualify, &[Matched, Reviewed, Contacted], &[Qualified], &[], "leadQualify"),
        moves(LeadAction::Fund, OPEN, &[Funded], &[LeadNeed::FundedDate, LeadNeed::FundedAmount], "leadFund"),
        moves(LeadAction::Disqualify, OPEN, &[Disqualified], &[LeadNeed::DisqualifiedReason], "leadDisqualify"),
        moves(LeadAction::Withdraw, OPEN, &[Withdrawn], &[LeadNeed::WithdrawnReason], "leadWithdraw"),
    ];

    fn state_name(state: LeadStage) -> &'static str {
        state.name()
    }

    fn action_name(action: LeadAction) -> &'static str {
        match action {
            LeadAction::Review => "REVIEW",
            LeadAction::Contact => "CONTACT",
            LeadAction::Qualify => "QUALIFY",
            LeadAction::Fund => "FUND",
            LeadAction::Disqualify => "DISQUALIFY",
            LeadAction::Withdraw => "WITHDRAW",
        }
    }

    fn need_name(need: LeadNeed) -> &'static str {
        match need {
            LeadNeed::FundedDate => "fundedDate",
            LeadNeed::FundedAmount => "fundedAmount",
            LeadNeed::DisqualifiedReason => "disqualifiedReason",
            LeadNeed::WithdrawnReason => "withdrawnReason",
        }
    }

    fn state(facts: &LeadFacts) -> LeadStage {
        facts.stage
    }

    fn holds(facts: &LeadFacts, need: LeadNeed) -> bool {
        facts.given.contains(&need)
    }

    fn settled(_: &LeadFacts) -> Option<&'static str> {
        None
    }
}
