//! What the mutations of onboards and the account take, and what it means in the graph's words.

use async_graphql::{Enum, InputObject, MaybeUndefined, OneofObject};

use crate::error::user::UserError;
use crate::leadconduit::model::{AccountChange, Component, Feature, LinkId, OnboardChange};
use crate::scalar::{DateTime, ObjectId};

/// What a new onboard is made from.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct OnboardCreateInput {
    /// The invitation; the upstream finds the link by it.
    pub(super) invitation_id: ObjectId,
    /// The flow that deliveries go through, where it is known already.
    pub(super) flow_id: Option<ObjectId>,
}

/// The ids that an onboard is to hold. What is left out stays as it is.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct OnboardUpdateInput {
    /// The invitation. It can be changed and not taken away.
    invitation_id: Option<ObjectId>,
    /// The account that it belongs to. It can be changed and not taken away.
    account_id: Option<ObjectId>,
    /// The link that it points at; null takes it away.
    connection_id: MaybeUndefined<ObjectId>,
    /// The flow that it points at; null takes it away.
    flow_id: MaybeUndefined<ObjectId>,
}

impl From<OnboardUpdateInput> for OnboardChange {
    fn from(input: OnboardUpdateInput) -> Self {
        Self {
            invitation_id: input.invitation_id,
            account_id: input.account_id,
            connection_id: asked(input.connection_id),
            flow_id: asked(input.flow_id),
        }
    }
}

fn asked<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}

/// What an onboard needs to start.
#[derive(Debug, Clone, Default, InputObject)]
pub(crate) struct OnboardStartInput {
    /// The user's flow, where the onboard does not hold it already.
    pub(super) flow_id: Option<ObjectId>,
}

/// Which link's buyer delivery is to be set up, and by which flow.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct BuyerDeliverySetUpInput {
    /// The link.
    pub(super) link: BuyerDeliveryLink,
    /// The flow that deliveries go through, where it is to be a certain one.
    pub(super) flow_id: Option<ObjectId>,
}

/// A link, by its own id or by that of the invitation that led to it.
#[derive(Debug, Clone, OneofObject)]
pub(crate) enum BuyerDeliveryLink {
    /// The link's own id.
    ConnectionId(ObjectId),
    /// The id of the invitation that led to it.
    InvitationId(ObjectId),
}

impl From<&BuyerDeliveryLink> for LinkId {
    fn from(link: &BuyerDeliveryLink) -> Self {
        match link {
            BuyerDeliveryLink::ConnectionId(id) => Self::Connection(*id),
            BuyerDeliveryLink::InvitationId(id) => Self::Invitation(*id),
        }
    }
}

/// What the account is to hold. What is left out stays as it is.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct AccountUpdateInput {
    /// How long events are kept, in days, 1 to 3650. A lower number deletes older events for good, and so has to be
    /// acknowledged.
    data_retention_in_days: Option<i32>,
    /// The instant before which data is cut off. It moves forward alone, and not past the present.
    data_truncated_at: Option<DateTime>,
    /// The subscriptions to be switched; the others stay as they are.
    subscriptions: Option<SubscriptionsInput>,
    /// The features to be switched; the others stay as they are.
    features: Option<FeaturesInput>,
}

/// Subscriptions to be switched.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct SubscriptionsInput {
    /// The base product.
    base: Option<SubscriptionSwitch>,
    /// The professional extensions.
    pro: Option<SubscriptionSwitch>,
    /// The partner programme.
    partner: Option<SubscriptionSwitch>,
}

/// What a subscription can be switched to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum SubscriptionSwitch {
    /// In force.
    Active,
    /// Not in force.
    Inactive,
}

/// Features to be switched.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct FeaturesInput {
    /// It may act as a seller.
    seller_access: Option<bool>,
    /// It may act as a buyer.
    buyer_access: Option<bool>,
    /// It may pass leads on.
    lead_transactions: Option<bool>,
    /// It may send conversions back to sellers.
    conversion_feedback: Option<bool>,
    /// It may take the stream of all events.
    firehose: Option<bool>,
    /// It may use services of third parties.
    third_party_add_on_services: Option<bool>,
    /// It may bid for leads in real time.
    real_time_bidding: Option<bool>,
    /// It may decide on leads by their certificates of consent.
    consent_decisions: Option<bool>,
}

impl AccountUpdateInput {
    pub(super) fn into_change(self, acknowledge_data_loss: Option<bool>) -> AccountChange {
        let input = self;
        AccountChange {
            is_loss_acknowledged: acknowledge_data_loss.unwrap_or_default(),
            data_retention_in_days: input.data_retention_in_days,
            // The vendor's own instants end with the millisecond, and what is finer would not read as it was written.
            data_truncated_at: input.data_truncated_at.map(DateTime::to_the_millisecond),
            subscriptions: input.subscriptions.as_ref().map(switched).unwrap_or_default(),
            features: input.features.as_ref().map(granted).unwrap_or_default(),
        }
    }
}

fn switched(input: &SubscriptionsInput) -> Vec<(Component, bool)> {
    let all = [(Component::Base, input.base), (Component::Pro, input.pro), (Component::Partner, input.partner)];
    all.into_iter().filter_map(|(component, to)| Some((component, to? == SubscriptionSwitch::Active))).collect()
}

fn granted(input: &FeaturesInput) -> Vec<(Feature, bool)> {
    let all = [
        (Feature::SellerAccess, input.seller_access),
        (Feature::BuyerAccess, input.buyer_access),
        (Feature::LeadTransactions, input.lead_transactions),
        (Feature::ConversionFeedback, input.conversion_feedback),
        (Feature::Firehose, input.firehose),
        (Feature::ThirdPartyAddOnServices, input.third_party_add_on_services),
        (Feature::RealTimeBidding, input.real_time_bidding),
        (Feature::ConsentDecisions, input.consent_decisions),
    ];
    all.into_iter().filter_map(|(feature, is_had)| Some((feature, is_had?))).collect()
}

/// What there is to say of an input that names nothing.
pub(super) fn nothing_to_change() -> UserError {
    UserError::invalid(&["input"], "The input names nothing to change.")
}
