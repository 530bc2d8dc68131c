//! What may follow what in a verification's life: the table, and nothing that reads it.
//!
//! The vendor's server checks the status for one operation alone and lets all others through in every status: these
//! rules close what it leaves open.

use crate::scalar::Uuid;
use crate::transition::{Act, Basis, Lifecycle, Rule};
use crate::waldur::model::{
    Verification, VerificationAction, VerificationLifecycle, VerificationNeed, VerificationStatus,
};

use VerificationStatus::{Escalated, Expired, Failed, Pending, Verified};

/// The name of the creation that a register will check.
pub(crate) const START: &str = "START";
/// The name of the creation that staff will check.
pub(crate) const START_MANUAL: &str = "START_MANUAL";
/// The name of the creation in another user's name.
pub(crate) const CREATE: &str = "CREATE";

/// What is known of a verification and of the input that goes with a move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VerificationFacts {
    pub(crate) status: VerificationStatus,
    pub(crate) has_customer: bool,
    pub(crate) held: Vec<VerificationNeed>,
}

impl VerificationFacts {
    /// A verification as it is, with what else is known to be there.
    pub(crate) fn new(verification: &Verification, also_held: &[VerificationNeed]) -> Self {
        let identifier = verification.legal_person_identifier.as_ref().map(|_| VerificationNeed::LegalPersonIdentifier);
        Self {
            status: verification.status,
            has_customer: verification.has_customer,
            held: also_held.iter().copied().chain(identifier).collect(),
        }
    }

    /// A verification that is to be made.
    pub(crate) fn to_be(held: Vec<VerificationNeed>) -> Self {
        Self { status: VerificationStatus::Unrecognized, has_customer: false, held }
    }
}

/// A move that a client makes on a verification that has not become a customer.
const fn moves(
    action: VerificationAction,
    from: &'static [VerificationStatus],
    to: &'static [VerificationStatus],
    needs: &'static [VerificationNeed],
    mutation: &'static str,
    source: &'static str,
) -> Rule<VerificationLifecycle> {
    Rule {
        act: Act::Move(action),
        from,
        to,
        removes: false,
        needs,
        unless_settled: true,
        basis: Basis::Policy,
        needs_basis: Basis::Policy,
        source,
        mutation: Some(mutation),
    }
}

const fn creates(
    name: &'static str,
    to: &'static [VerificationStatus],
    needs: &'static [VerificationNeed],
    mutation: &'static str,
    source: &'static str,
) -> Rule<VerificationLifecycle> {
    Rule {
        act: Act::Create(name),
        from: &[],
        to,
        removes: false,
        needs,
        unless_settled: false,
        basis: Basis::Documented,
        needs_basis: Basis::Documented,
        source,
        mutation: Some(mutation),
    }
}

/// A move that staff or the hourly task makes; the gateway sees it and never makes it.
const fn vendor(
    name: &'static str,
    from: &'static [VerificationStatus],
    to: &'static [VerificationStatus],
    source: &'static str,
) -> Rule<VerificationLifecycle> {
    Rule {
        act: Act::Vendor(name),
        from,
        to,
        removes: false,
        needs: &[],
        unless_settled: false,
        basis: Basis::Documented,
        needs_basis: Basis::Documented,
        source,
        mutation: None,
    }
}

impl Lifecycle for VerificationLifecycle {
    type State = VerificationStatus;
    type Action = VerificationAction;
    type Need = VerificationNeed;
    type Id = Uuid;
    type Facts = VerificationFacts;

    const NAME: &'static str = "VERIFICATION";

    const RULES: &'static [Rule<Self>] = &[
        creates(
            START,
            &[Pending],
            &[VerificationNeed::Country, VerificationNeed::LegalPersonIdentifier],
            "verificationStart",
            "seen: start_verification makes a pending record",
        ),
        creates(
            START_MANUAL,
            &[Escalated],
            &[VerificationNeed::Country],
            "verificationStart",
            "seen: start_verification with is_manual_validation makes an escalated record that expires after 48 hours",
        ),
        creates(
            CREATE,
            &[Pending],
            &[VerificationNeed::User, VerificationNeed::Country],
            "verificationCreate",
            "seen: create requires user and country",
        ),
        moves(
            VerificationAction::Update,
            &[Pending, Escalated],
            &[],
            &[],
            "verificationUpdate",
            "what was checked must not change under its result",
        ),
        moves(
            VerificationAction::Replace,
            &[Pending, Escalated],
            &[],
            &[],
            "verificationReplace",
            "what was checked must not change under its result",
        ),
        moves(
            VerificationAction::SubmitAnswers,
            &[Pending, Escalated, Verified],
            &[],
            &[VerificationNeed::Answers],
            "verificationSubmitAnswers",
            "answers go into the customer, so they end with it",
        ),
        moves(
            VerificationAction::RunValidation,
            &[Pending, Escalated, Expired],
            &[Verified, Escalated],
            &[VerificationNeed::LegalPersonIdentifier],
            "verificationRunValidation",
            "a verified or rejected record must not be judged again; the outcome is the register's",
        ),
        Rule {
            basis: Basis::Documented,
            needs_basis: Basis::Documented,
            ..moves(
                VerificationAction::CreateCustomer,
                &[Verified],
                &[Verified],
                &[VerificationNeed::CompleteChecklist],
                "verificationCreateCustomer",
                "seen: the server requires the status verified, no customer yet, and a complete checklist",
            )
        },
        Rule {
            removes: true,
            ..moves(
                VerificationAction::Delete,
                &[Pending, Failed, Expired, Escalated],
                &[],
                &[],
                "verificationDelete",
                "a verified record is the evidence for its customer",
            )
        },
        vendor(
            "APPROVE",
            &[Pending, Verified, Failed, Escalated, Expired],
            &[Verified],
            "seen: staff approve a justification in any status",
        ),
        vendor(
            "REJECT",
            &[Pending, Verified, Failed, Escalated, Expired],
            &[Failed],
            "seen: staff reject a justification in any status",
        ),
        vendor(
            "EXPIRE",
            &[Pending, Escalated],
            &[Expired],
            "seen: an hourly task expires what was not finished in time",
        ),
    ];

    fn state_name(state: VerificationStatus) -> &'static str {
        state.name()
    }

    fn action_name(action: VerificationAction) -> &'static str {
        match action {
            VerificationAction::Update => "UPDATE",
            VerificationAction::Replace => "REPLACE",
            VerificationAction::SubmitAnswers => "SUBMIT_ANSWERS",
            VerificationAction::RunValidation => "RUN_VALIDATION",
            VerificationAction::CreateCustomer => "CREATE_CUSTOMER",
            VerificationAction::Delete => "DELETE",
        }
    }

    fn need_name(need: VerificationNeed) -> &'static str {
        match need {
            VerificationNeed::User => "user",
            VerificationNeed::Country => "country",
            VerificationNeed::LegalPersonIdentifier => "legalPersonIdentifier",
            VerificationNeed::Answers => "answers",
            VerificationNeed::CompleteChecklist => "checklist",
        }
    }

    fn state(facts: &VerificationFacts) -> VerificationStatus {
        facts.status
    }

    fn holds(facts: &VerificationFacts, need: VerificationNeed) -> bool {
        facts.held.contains(&need)
    }

    fn settled(facts: &VerificationFacts) -> Option<&'static str> {
        facts.has_customer.then_some("a customer exists already for this verification")
    }
}
