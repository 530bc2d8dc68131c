//! Onboards, the account and what they point at, in the graph's words.

mod change;

use async_graphql::{Enum, ID, Json, SimpleObject};
use serde::{Deserialize, Serialize};

use crate::node::global_id;
use crate::pagination::Row;
use crate::scalar::{DateTime, Later, ObjectId};
use crate::vocabulary::vocabulary;

pub(crate) use change::{
    AccountChange, BuyerDelivery, Component, Feature, LinkAction, LinkId, LinkLifecycle, LinkState, OnboardChange,
};

/// The prefix of an onboard's global id.
pub(crate) const ONBOARD: &str = "onboard";
/// The prefix of an account's global id.
pub(crate) const ACCOUNT: &str = "account";

vocabulary! {
    /// Where an onboard stands.
    pub enum OnboardStatus {
        /// Made from an invitation; nothing else has happened.
        Created = "created",
        /// The user interface has sent the user's flow.
        InProgress = "in_progress",
        /// The buyer delivery set-up has run. Final.
        Completed = "completed",
        /// The set-up met an error.
        Failed = "failed",
    }
}

/// A partner's way from an invitation to a working delivery.
#[derive(Debug, Clone, PartialEq, SimpleObject, Serialize, Deserialize)]
#[graphql(complex)]
pub struct Onboard {
    /// Global id, such as `onboard_5fd4371e940df5a34a3888b2`.
    pub id: ID,
    /// The upstream's own id.
    pub object_id: ObjectId,
    /// Where the onboard stands.
    pub status: OnboardStatus,
    /// The upstream's own word for the status.
    pub raw_status: String,
    /// The invitation that the onboard was made from.
    pub invitation_id: Option<ObjectId>,
    /// The account that the onboard belongs to.
    pub account_id: Option<ObjectId>,
    /// What joins the two accounts; `link` reads it.
    pub connection_id: Option<ObjectId>,
    /// The flow that deliveries go through, normally a minimal one; `flow` reads it.
    pub flow_id: Option<ObjectId>,
    /// When the onboard was made.
    pub created_at: Option<DateTime>,
    /// When the onboard was last changed.
    pub updated_at: Option<DateTime>,
}

impl Onboard {
    pub(crate) fn global_id(id: ObjectId) -> ID {
        global_id(ONBOARD, &id)
    }
}

impl Row for Onboard {
    const NAME: &'static str = "Onboard";
}

vocabulary! {
    /// Which side of a link the partner is on.
    pub enum LinkRelationship {
        /// The partner sells leads to this account.
        Seller = "seller",
        /// The partner buys leads from this account.
        Buyer = "buyer",
    }
}

/// What joins this account to a partner's: the thing that an onboard's `connectionId` points at.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct AccountLink {
    /// The link's own id. It may differ from the id that it was asked for by, since a link also answers to others.
    pub object_id: ObjectId,
    /// The account on the other side.
    pub partner: Option<ConnectedAccount>,
    /// Which side the partner is on.
    pub relationship: Option<LinkRelationship>,
    /// The upstream's own word for the relationship.
    pub raw_relationship: Option<String>,
    /// The id that another system knows the link by.
    pub external_id: Option<ObjectId>,
    /// The invitation that led to the link.
    pub invitation_id: Option<ObjectId>,
    /// When the link was made.
    pub created_at: Option<DateTime>,
    /// When the link was last changed.
    pub updated_at: Option<DateTime>,
    /// Who made the link.
    pub created_by: Option<String>,
}

/// A flow that leads are delivered through.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Flow {
    /// The upstream's own id.
    pub object_id: ObjectId,
    /// The flow's name.
    pub name: Option<String>,
    /// Whether the flow takes leads.
    pub enabled: Option<bool>,
    /// When the flow was made.
    pub created_at: Option<DateTime>,
    /// When the flow was last changed.
    pub updated_at: Option<DateTime>,
}

vocabulary! {
    /// How an account pays.
    pub enum BillingType {
        /// By a contract.
        Contracted = "contracted",
        /// By a plan that the account chose itself.
        SelfService = "self_service",
    }
}

vocabulary! {
    /// Whether an account with a contract has paid.
    pub enum FinancialState {
        /// Everything due is paid.
        Paid = "paid",
        /// Something due is not paid.
        Unpaid = "unpaid",
    }
}

/// The account that the gateway's caller acts for.
#[derive(Debug, Clone, SimpleObject, Serialize, Deserialize)]
#[graphql(complex)]
pub struct Account {
    /// Global id, such as `account_64b8f0f5e4b0c3a1d5e6f7a8`.
    pub id: ID,
    /// The upstream's own id.
    pub object_id: ObjectId,
    /// The id by which single sign-on knows the account.
    pub sso_id: Option<String>,
    /// The account's name.
    pub name: Option<String>,
    /// The IANA name of its time zone, such as `America/Chicago`.
    pub time_zone: Option<String>,
    /// The upstream's word for what kind of account this is.
    #[graphql(name = "type")]
    pub kind: Option<String>,
    /// The upstream's word for whether the account is in use.
    pub state: Option<String>,
    /// The product that the account uses.
    pub product_id: Option<String>,
    /// How long events are kept, in days; older ones are deleted for good.
    pub data_retention_in_days: Option<i32>,
    /// The instant before which data has been cut off.
    pub data_truncated_at: Option<DateTime>,
    /// How the account pays.
    pub billing_type: Option<BillingType>,
    /// The upstream's own word for how the account pays.
    pub raw_billing_type: Option<String>,
    /// Whether everything due is paid; only for accounts with a contract.
    pub financial_state: Option<FinancialState>,
    /// The upstream's own word for the financial state.
    pub raw_financial_state: Option<String>,
    /// When the financial state last changed.
    pub financial_state_updated_at: Option<DateTime>,
    /// Whether leads may be pinged before they are posted.
    pub lead_ping_enabled: Option<bool>,
    /// What the account's prices are made of, as the upstream says it.
    pub pricing_components: Option<Vec<Json<serde_json::Value>>>,
    /// What the account has subscribed to.
    pub subscriptions: Option<Box<Subscriptions>>,
    /// What the account may use.
    pub features: Option<Features>,
    // Most of an account's body, and seldom asked for: what cannot be read of them is told where they are selected.
    #[graphql(skip)]
    pub(crate) connected_buyers: Option<Later<Vec<ConnectedAccount>>>,
    #[graphql(skip)]
    pub(crate) connected_sellers: Option<Later<Vec<ConnectedAccount>>>,
    #[graphql(skip)]
    pub(crate) pending_buyers: Option<Later<Vec<PendingAccount>>>,
    #[graphql(skip)]
    pub(crate) pending_sellers: Option<Later<Vec<PendingAccount>>>,
}

impl Account {
    pub(crate) fn global_id(id: ObjectId) -> ID {
        global_id(ACCOUNT, &id)
    }

    /// An account of which nothing but its id is known.
    #[cfg(test)]
    pub(crate) fn bare(object_id: ObjectId) -> Self {
        Self {
            id: Self::global_id(object_id),
            object_id,
            sso_id: None,
            name: None,
            time_zone: None,
            kind: None,
            state: None,
            product_id: None,
            data_retention_in_days: None,
            data_truncated_at: None,
            billing_type: None,
            raw_billing_type: None,
            financial_state: None,
            raw_financial_state: None,
            financial_state_updated_at: None,
            lead_ping_enabled: None,
            pricing_components: None,
            subscriptions: None,
            features: None,
            connected_buyers: None,
            connected_sellers: None,
            pending_buyers: None,
            pending_sellers: None,
        }
    }
}

/// What an account has subscribed to, by product component.
#[derive(Debug, Clone, SimpleObject, Serialize, Deserialize)]
pub struct Subscriptions {
    /// The base product.
    pub base: Option<ProductSubscription>,
    /// The professional extensions.
    pub pro: Option<ProductSubscription>,
    /// The partner programme.
    pub partner: Option<ProductSubscription>,
}

/// One subscription of an account.
#[derive(Debug, Clone, SimpleObject, Serialize, Deserialize)]
pub struct ProductSubscription {
    /// The upstream's own id.
    pub object_id: Option<String>,
    /// Whether the subscription is in force.
    pub state: Option<SubscriptionState>,
    /// The upstream's own word for the state.
    pub raw_state: Option<String>,
    /// What was bought.
    pub product_offering_id: Option<String>,
    /// The part of the product that it is: `partner`, `base`, `addons` or `pro`.
    pub product_offering_component: Option<String>,
    /// When the subscription was made.
    pub created_at: Option<DateTime>,
    /// When the subscription was last changed.
    pub updated_at: Option<DateTime>,
    /// When it last came into force.
    pub active_at: Option<DateTime>,
    /// When it last went out of force.
    pub inactive_at: Option<DateTime>,
}

vocabulary! {
    /// Whether a subscription is in force.
    pub enum SubscriptionState {
        /// It is in force.
        Active = "active",
        /// It is not in force.
        Inactive = "inactive",
    }
}

/// What an account may use.
#[derive(Debug, Clone, SimpleObject, Serialize, Deserialize)]
pub struct Features {
    /// It may act as a seller.
    pub seller_access: Option<bool>,
    /// It may act as a buyer.
    pub buyer_access: Option<bool>,
    /// It may pass leads on.
    pub lead_transactions: Option<bool>,
    /// It may send conversions back to sellers.
    pub conversion_feedback: Option<bool>,
    /// It may take the stream of all events.
    pub firehose: Option<bool>,
    /// It may use services of third parties.
    pub third_party_add_on_services: Option<bool>,
    /// It may bid for leads in real time.
    pub real_time_bidding: Option<bool>,
    /// It may decide on leads by their certificates of consent. The upstream's own name for it holds a product's name.
    #[graphql(name = "leadCertificateDecisions")]
    pub leadconduit_trustedform_decisions: Option<bool>,
}

/// An account that a link leads to.
#[derive(Debug, Clone, SimpleObject, Serialize, Deserialize)]
pub(crate) struct ConnectedAccount {
    /// The upstream's own id.
    #[serde(rename = "id", alias = "object_id")]
    pub object_id: Option<ObjectId>,
    /// The id by which single sign-on knows the account.
    pub sso_id: Option<String>,
    /// The account's name.
    pub name: Option<String>,
}

/// An account that was invited and has not accepted yet.
#[derive(Debug, Clone, SimpleObject, Serialize, Deserialize)]
pub(crate) struct PendingAccount {
    /// The upstream's own id of the invited party.
    #[serde(rename = "id", alias = "object_id")]
    pub object_id: Option<ObjectId>,
    /// The name that it was invited under.
    pub name: Option<String>,
    /// Whether the invitation has run out.
    pub expired: Option<bool>,
    /// When the invitation runs out.
    pub invitation_expires_at: Option<DateTime>,
}

/// The life of an onboard.
#[derive(Debug)]
pub(crate) enum OnboardLifecycle {}

/// What a move of an onboard may need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnboardNeed {
    Invitation,
    Connection,
    Flow,
}

/// What a client may do with an onboard that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
#[graphql(name = "OnboardAction")]
pub enum OnboardAction {
    /// Change the ids that it holds.
    Update,
    /// Send the user's flow and begin.
    Start,
    /// Run the buyer delivery set-up.
    Complete,
}
