//! When the buyer delivery of a link may be set up by itself.

use crate::leadconduit::model::{AccountLink, LinkAction, LinkId, LinkLifecycle, LinkState, Onboard, OnboardStatus};
use crate::transition::{Act, Basis, Lifecycle, Rule};

/// Whether an onboard has been completed over the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LinkFacts {
    pub(crate) has_completed_onboard: bool,
}

impl LinkFacts {
    /// What the account's onboards tell of a link, by its own id or by its invitation's.
    pub(crate) fn new<'a>(link: &AccountLink, mut onboards: impl Iterator<Item = &'a Onboard>) -> Self {
        let is_of_link = |onboard: &Onboard| {
            onboard.connection_id == Some(link.object_id)
                || (link.invitation_id.is_some() && onboard.invitation_id == link.invitation_id)
        };
        let has_completed_onboard =
            onboards.any(|onboard| is_of_link(onboard) && onboard.status == OnboardStatus::Completed);
        Self { has_completed_onboard }
    }
}

impl Lifecycle for LinkLifecycle {
    type State = LinkState;
    type Action = LinkAction;
    type Need = ();
    type Id = LinkId;
    type Facts = LinkFacts;

    const NAME: &'static str = "LINK";

    const RULES: &'static [Rule<Self>] = &[Rule {
        act: Act::Move(LinkAction::SetUp),
        from: &[LinkState::NotSetUp],
        to: &[LinkState::SetUp],
        removes: false,
        needs: &[],
        unless_settled: false,
        basis: Basis::Documented,
        needs_basis: Basis::Documented,
        source: "vendor reference, buyer onboarding: the connection exists and has not already been set up",
        mutation: Some("buyerDeliverySetUp"),
    }];

    fn state_name(state: LinkState) -> &'static str {
        match state {
            LinkState::NotSetUp => "NOT_SET_UP",
            LinkState::SetUp => "SET_UP",
        }
    }

    fn action_name(action: LinkAction) -> &'static str {
        match action {
            LinkAction::SetUp => "SET_UP",
        }
    }

    fn need_name((): ()) -> &'static str {
        ""
    }

    fn state(facts: &LinkFacts) -> LinkState {
        if facts.has_completed_onboard { LinkState::SetUp } else { LinkState::NotSetUp }
    }

    fn holds(_: &LinkFacts, (): ()) -> bool {
        true
    }

    fn settled(_: &LinkFacts) -> Option<&'static str> {
        None
    }
}
