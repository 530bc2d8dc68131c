//! What a write would change, in the graph's words.

use super::{Account, ProductSubscription, Subscriptions};
use crate::scalar::{DateTime, ObjectId};

/// What an onboard would hold. A member that is left out stays as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct OnboardChange {
    pub(crate) invitation_id: Option<ObjectId>,
    pub(crate) account_id: Option<ObjectId>,
    /// The inner option is none where the id is taken away.
    pub(crate) connection_id: Option<Option<ObjectId>>,
    /// The inner option is none where the id is taken away.
    pub(crate) flow_id: Option<Option<ObjectId>>,
}

impl OnboardChange {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What the account would hold. A member that is left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct AccountChange {
    pub(crate) data_retention_in_days: Option<i32>,
    pub(crate) data_truncated_at: Option<DateTime>,
    /// Whether each of these subscriptions is to be active.
    pub(crate) subscriptions: Vec<(Component, bool)>,
    /// Whether each of these features is to be had.
    pub(crate) features: Vec<(Feature, bool)>,
    /// Whether it is known and wanted that data will be deleted for good.
    pub(crate) is_loss_acknowledged: bool,
}

impl AccountChange {
    pub(crate) fn is_empty(&self) -> bool {
        let is_loss_acknowledged = self.is_loss_acknowledged;
        *self == Self { is_loss_acknowledged, ..Self::default() }
    }
}

/// A part of the product that is subscribed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Component {
    Base,
    Pro,
    Partner,
}

impl Component {
    /// The name of the input's member, which the upstream uses too.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Pro => "pro",
            Self::Partner => "partner",
        }
    }
}

impl Subscriptions {
    pub(crate) fn of(&self, component: Component) -> Option<&ProductSubscription> {
        match component {
            Component::Base => self.base.as_ref(),
            Component::Pro => self.pro.as_ref(),
            Component::Partner => self.partner.as_ref(),
        }
    }
}

/// Something that an account may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Feature {
    SellerAccess,
    BuyerAccess,
    LeadTransactions,
    ConversionFeedback,
    Firehose,
    ThirdPartyAddOnServices,
    RealTimeBidding,
    ConsentDecisions,
}

impl Account {
    /// Whether the account has the feature, as far as it is told.
    pub(crate) fn has(&self, feature: Feature) -> Option<bool> {
        let features = self.features.as_ref()?;
        match feature {
            Feature::SellerAccess => features.seller_access,
            Feature::BuyerAccess => features.buyer_access,
            Feature::LeadTransactions => features.lead_transactions,
            Feature::ConversionFeedback => features.conversion_feedback,
            Feature::Firehose => features.firehose,
            Feature::ThirdPartyAddOnServices => features.third_party_add_on_services,
            Feature::RealTimeBidding => features.real_time_bidding,
            Feature::ConsentDecisions => features.leadconduit_trustedform_decisions,
        }
    }
}

/// What a link is asked for by: it answers to its own id and to its invitation's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LinkId {
    Connection(ObjectId),
    Invitation(ObjectId),
}

/// The life of a link, as far as it is ruled.
#[derive(Debug)]
pub(crate) enum LinkLifecycle {}

/// Whether the buyer delivery of a link was set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LinkState {
    NotSetUp,
    SetUp,
}

/// What a client may do with a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LinkAction {
    SetUp,
}

/// What the buyer delivery set-up leaves behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BuyerDelivery {
    pub(crate) redirect: String,
    pub(crate) flow_id: Option<ObjectId>,
}
