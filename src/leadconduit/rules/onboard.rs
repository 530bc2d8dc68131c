//! What may follow what in an onboard's life: the table, and nothing that reads it.

use crate::leadconduit::model::{Onboard, OnboardAction, OnboardLifecycle, OnboardNeed, OnboardStatus};
use crate::scalar::ObjectId;
use crate::transition::{Act, Basis, Lifecycle, Rule};

use OnboardStatus::{Completed, Created, Failed, InProgress};

/// An onboard with the ids that an input would give it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OnboardFacts {
    pub(crate) status: OnboardStatus,
    pub(crate) invitation_id: Option<ObjectId>,
    pub(crate) connection_id: Option<ObjectId>,
    pub(crate) flow_id: Option<ObjectId>,
}

impl From<&Onboard> for OnboardFacts {
    fn from(onboard: &Onboard) -> Self {
        Self {
            status: onboard.status,
            invitation_id: onboard.invitation_id,
            connection_id: onboard.connection_id,
            flow_id: onboard.flow_id,
        }
    }
}

impl Lifecycle for OnboardLifecycle {
    type State = OnboardStatus;
    type Action = OnboardAction;
    type Need = OnboardNeed;
    type Id = ObjectId;
    type Facts = OnboardFacts;

    const NAME: &'static str = "ONBOARD";

    const RULES: &'static [Rule<Self>] = &[
        Rule {
            act: Act::Create("CREATE"),
            from: &[],
            to: &[Created],
            removes: false,
            needs: &[OnboardNeed::Invitation],
            unless_settled: false,
            basis: Basis::Documented,
            needs_basis: Basis::Documented,
            source: "vendor reference, create onboard: invitation_id is required, the initial status is created",
            mutation: Some("onboardCreate"),
        },
        Rule {
            act: Act::Move(OnboardAction::Update),
            from: &[Created, InProgress, Failed],
            to: &[],
            removes: false,
            needs: &[],
            unless_settled: false,
            basis: Basis::Policy,
            needs_basis: Basis::Policy,
            source: "the set-up of a completed onboard has run with the ids that it held",
            mutation: Some("onboardUpdate"),
        },
        Rule {
            act: Act::Move(OnboardAction::Start),
            from: &[Created, Failed],
            to: &[InProgress],
            removes: false,
            needs: &[OnboardNeed::Flow],
            unless_settled: false,
            basis: Basis::Policy,
            needs_basis: Basis::Policy,
            source: "in_progress means that the user's flow has been sent",
            mutation: Some("onboardStart"),
        },
        Rule {
            act: Act::Move(OnboardAction::Complete),
            from: &[InProgress],
            to: &[Completed],
            removes: false,
            needs: &[OnboardNeed::Invitation, OnboardNeed::Connection],
            unless_settled: false,
            basis: Basis::Policy,
            needs_basis: Basis::Documented,
            source: "completion follows the start; that invitation_id and connection_id are set first, the vendor reference demands (update onboard)",
            mutation: Some("onboardComplete"),
        },
        Rule {
            act: Act::Vendor("FAIL"),
            from: &[Created, InProgress, Completed],
            to: &[Failed],
            removes: false,
            needs: &[],
            unless_settled: false,
            basis: Basis::Documented,
            needs_basis: Basis::Documented,
            source: "vendor reference, onboard status: failed is set by the server where the set-up met an error",
            mutation: None,
        },
    ];

    fn state_name(state: OnboardStatus) -> &'static str {
        state.name()
    }

    fn action_name(action: OnboardAction) -> &'static str {
        match action {
            OnboardAction::Update => "UPDATE",
            OnboardAction::Start => "START",
            OnboardAction::Complete => "COMPLETE",
        }
    }

    fn need_name(need: OnboardNeed) -> &'static str {
        match need {
            OnboardNeed::Invitation => "invitationId",
            OnboardNeed::Connection => "connectionId",
            OnboardNeed::Flow => "flowId",
        }
    }

    fn state(facts: &OnboardFacts) -> OnboardStatus {
        facts.status
    }

    fn holds(facts: &OnboardFacts, need: OnboardNeed) -> bool {
        let held = match need {
            OnboardNeed::Invitation => facts.invitation_id,
            OnboardNeed::Connection => facts.connection_id,
            OnboardNeed::Flow => facts.flow_id,
        };
        held.is_some()
    }

    fn settled(_: &OnboardFacts) -> Option<&'static str> {
        None
    }
}
