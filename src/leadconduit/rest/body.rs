//! The vendor's bodies, as leniently as its documents are silent: every member but an id may be missing or null.

use async_graphql::Json;
use serde::Deserialize;

use crate::leadconduit::model::{
    Account, AccountLink, BillingType, ConnectedAccount, Features, FinancialState, Flow, LinkRelationship, Onboard,
    OnboardStatus, PendingAccount, ProductSubscription, SubscriptionState, Subscriptions,
};
use crate::scalar::{DateTime, Later, ObjectId};
use crate::vocabulary::{Documented, Word};

// The members of each kind of record that are read, which are all that is ever kept of it: the account's body holds
// secrets, and a flow's steps may. A test holds that what was kept answers like what was fetched.
pub(super) const ONBOARD: &[&str] =
    &["id", "status", "invitation_id", "account_id", "connection_id", "flow_id", "created_at", "updated_at"];
pub(super) const LINK: &[&str] = &[
    "id",
    "connected_account",
    "external_id",
    "invitation_id",
    "relationship_type",
    "created_at",
    "updated_at",
    "created_by",
];
pub(super) const FLOW: &[&str] = &["id", "name", "enabled", "created_at", "updated_at"];
pub(super) const ACCOUNT: &[&str] = &[
    "id",
    "sso_id",
    "name",
    "time_zone",
    "type",
    "state",
    "product_id",
    "data_retention_in_days",
    "data_truncated_at",
    "billing_type",
    "financial_state",
    "financial_state_updated_at",
    "lead_ping_enabled",
    "pricing_components",
    "subscriptions",
    "features",
    "connected_buyers",
    "connected_sellers",
    "pending_buyers",
    "pending_sellers",
];

#[derive(Debug, Deserialize)]
pub(super) struct OnboardBody {
    id: Option<ObjectId>,
    status: Option<Word<OnboardStatus>>,
    invitation_id: Option<ObjectId>,
    account_id: Option<ObjectId>,
    connection_id: Option<ObjectId>,
    flow_id: Option<ObjectId>,
    created_at: Option<DateTime>,
    updated_at: Option<DateTime>,
}

impl OnboardBody {
    /// The onboard; none where the body has no id, since nobody could ever ask for such a record.
    pub(super) fn into_onboard(self) -> Option<Onboard> {
        let Some(object_id) = self.id else {
            tracing::warn!(upstream = "onboarding", "an onboard without an id was left out");
            return None;
        };
        let (status, raw_status) = self.status.unwrap_or_default().parts();
        Some(Onboard {
            id: Onboard::global_id(object_id),
            object_id,
            status,
            raw_status,
            invitation_id: self.invitation_id,
            account_id: self.account_id,
            connection_id: self.connection_id,
            flow_id: self.flow_id,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct LinkBody {
    id: ObjectId,
    connected_account: Option<ConnectedAccount>,
    // Another system's id, which need not have the form of this one's: then there is none to show.
    external_id: Option<String>,
    invitation_id: Option<ObjectId>,
    relationship_type: Option<Word<LinkRelationship>>,
    created_at: Option<DateTime>,
    updated_at: Option<DateTime>,
    created_by: Option<String>,
}

impl From<LinkBody> for AccountLink {
    fn from(body: LinkBody) -> Self {
        let (relationship, raw_relationship) = Word::parts_of(body.relationship_type);
        Self {
            object_id: body.id,
            partner: body.connected_account,
            relationship,
            raw_relationship,
            external_id: body.external_id.and_then(|id| id.parse().ok()),
            invitation_id: body.invitation_id,
            created_at: body.created_at,
            updated_at: body.updated_at,
            created_by: body.created_by,
        }
    }
}

/// A flow's body is large: its steps and fields are passed over.
#[derive(Debug, Deserialize)]
pub(super) struct FlowBody {
    id: ObjectId,
    name: Option<String>,
    enabled: Option<bool>,
    created_at: Option<DateTime>,
    updated_at: Option<DateTime>,
}

impl From<FlowBody> for Flow {
    fn from(body: FlowBody) -> Self {
        Self {
            object_id: body.id,
            name: body.name,
            enabled: body.enabled,
            created_at: body.created_at,
            updated_at: body.updated_at,
        }
    }
}

/// The account without its secrets: they have no member here, so they end with the bytes of the answer.
#[derive(Debug, Deserialize)]
pub(super) struct AccountBody {
    id: ObjectId,
    sso_id: Option<String>,
    name: Option<String>,
    time_zone: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    state: Option<String>,
    product_id: Option<String>,
    data_retention_in_days: Option<i32>,
    data_truncated_at: Option<DateTime>,
    billing_type: Option<Word<BillingType>>,
    financial_state: Option<Word<FinancialState>>,
    financial_state_updated_at: Option<DateTime>,
    lead_ping_enabled: Option<bool>,
    pricing_components: Option<Vec<serde_json::Value>>,
    subscriptions: Option<Box<SubscriptionsBody>>,
    features: Option<FeaturesBody>,
    connected_buyers: Option<Later<Vec<ConnectedAccount>>>,
    connected_sellers: Option<Later<Vec<ConnectedAccount>>>,
    pending_buyers: Option<Later<Vec<PendingAccount>>>,
    pending_sellers: Option<Later<Vec<PendingAccount>>>,
}

impl From<AccountBody> for Account {
    fn from(body: AccountBody) -> Self {
        let (billing_type, raw_billing_type) = Word::parts_of(body.billing_type);
        let (financial_state, raw_financial_state) = Word::parts_of(body.financial_state);
        Self {
            id: Account::global_id(body.id),
            object_id: body.id,
            sso_id: body.sso_id,
            name: body.name,
            time_zone: body.time_zone,
            kind: body.kind,
            state: body.state,
            product_id: body.product_id,
            data_retention_in_days: body.data_retention_in_days,
            data_truncated_at: body.data_truncated_at,
            billing_type,
            raw_billing_type,
            financial_state,
            raw_financial_state,
            financial_state_updated_at: body.financial_state_updated_at,
            lead_ping_enabled: body.lead_ping_enabled,
            pricing_components: body.pricing_components.map(|components| components.into_iter().map(Json).collect()),
            subscriptions: body.subscriptions.map(|all| Box::new((*all).into())),
            features: body.features.map(Into::into),
            connected_buyers: body.connected_buyers,
            connected_sellers: body.connected_sellers,
            pending_buyers: body.pending_buyers,
            pending_sellers: body.pending_sellers,
        }
    }
}

#[derive(Debug, Deserialize)]
struct SubscriptionsBody {
    base: Option<SubscriptionBody>,
    pro: Option<SubscriptionBody>,
    partner: Option<SubscriptionBody>,
}

impl From<SubscriptionsBody> for Subscriptions {
    fn from(body: SubscriptionsBody) -> Self {
        Self { base: body.base.map(Into::into), pro: body.pro.map(Into::into), partner: body.partner.map(Into::into) }
    }
}

#[derive(Debug, Deserialize)]
struct SubscriptionBody {
    id: Option<String>,
    state: Option<Word<SubscriptionState>>,
    product_offering_id: Option<String>,
    product_offering_component: Option<Word<OfferingComponent>>,
    created_at: Option<DateTime>,
    updated_at: Option<DateTime>,
    active_at: Option<DateTime>,
    inactive_at: Option<DateTime>,
}

impl From<SubscriptionBody> for ProductSubscription {
    fn from(body: SubscriptionBody) -> Self {
        let (state, raw_state) = Word::parts_of(body.state);
        Self {
            object_id: body.id,
            state,
            raw_state,
            product_offering_id: body.product_offering_id,
            product_offering_component: body.product_offering_component.map(Word::into_text),
            created_at: body.created_at,
            updated_at: body.updated_at,
            active_at: body.active_at,
            inactive_at: body.inactive_at,
        }
    }
}

/// The parts of the product, which the graph hands on as they are.
enum OfferingComponent {}

impl Documented for OfferingComponent {
    const WORDS: &'static str = "OfferingComponent|partner|base|addons|pro";
}

#[derive(Debug, Deserialize)]
struct FeaturesBody {
    seller_access: Option<bool>,
    buyer_access: Option<bool>,
    lead_transactions: Option<bool>,
    conversion_feedback: Option<bool>,
    firehose: Option<bool>,
    third_party_add_on_services: Option<bool>,
    real_time_bidding: Option<bool>,
    leadconduit_trustedform_decisions: Option<bool>,
}

impl From<FeaturesBody> for Features {
    fn from(body: FeaturesBody) -> Self {
        Self {
            seller_access: body.seller_access,
            buyer_access: body.buyer_access,
            lead_transactions: body.lead_transactions,
            conversion_feedback: body.conversion_feedback,
            firehose: body.firehose,
            third_party_add_on_services: body.third_party_add_on_services,
            real_time_bidding: body.real_time_bidding,
            leadconduit_trustedform_decisions: body.leadconduit_trustedform_decisions,
        }
    }
}
