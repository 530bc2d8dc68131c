//! The writes, each with its permit in hand.
//!
//! `PUT` may replace: the vendor does not say whether members that are left out are kept. So what is sent is what was
//! read, whole and with the members that we do not know, with the changes laid over it.

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::Client;
use super::body::{AccountBody, OnboardBody};
use crate::error::Error;
use crate::leadconduit::model::{
    Account, AccountChange, BuyerDelivery, Feature, LinkId, LinkLifecycle, Onboard, OnboardChange, OnboardLifecycle,
};
use crate::leadconduit::rules::AccountPermit;
use crate::scalar::ObjectId;
use crate::transition::Permit;
use crate::upstream::{Call, Setback};

/// A record with the body that it was read from.
#[derive(Debug, Clone)]
pub(crate) struct Whole<T> {
    pub(crate) record: T,
    body: Map<String, Value>,
}

/// Members that the vendor sets, and that no request may carry.
const READ_ONLY: [&str; 3] = ["id", "created_at", "updated_at"];

impl Client {
    /// All onboards, read past everything older.
    pub(crate) async fn list_onboards_afresh(&self) -> Result<Vec<Whole<Onboard>>, Error> {
        let answer = self.access.fetch_afresh(&Call::get("/onboards", &[])).await?;
        let bodies: Vec<Map<String, Value>> = answer.success()?.decode()?;
        let typed: Vec<OnboardBody> = answer.decode()?;
        let whole = typed.into_iter().zip(bodies);
        Ok(whole.filter_map(|(typed, body)| Some(Whole { record: typed.into_onboard()?, body })).collect())
    }

    pub(crate) async fn create_onboard(
        &self,
        permit: Permit<OnboardLifecycle>,
        invitation_id: ObjectId,
        flow_id: Option<ObjectId>,
    ) -> Result<Onboard, Setback> {
        let mut body = Map::from_iter([("invitation_id".to_owned(), json!(invitation_id))]);
        body.extend(flow_id.map(|id| ("flow_id".to_owned(), json!(id))));
        self.write_onboard(permit, Call::new(Method::POST, "/onboards", &[]).json(body.into())).await
    }

    /// Sends the whole onboard that the permit is for, changed.
    pub(crate) async fn put_onboard(
        &self,
        permit: Permit<OnboardLifecycle>,
        before: &Whole<Onboard>,
        change: &OnboardChange,
    ) -> Result<Onboard, Setback> {
        let id = permit.id().copied().ok_or(Setback::NotSent(Error::Internal))?;
        let mut body = before.body.clone();
        READ_ONLY.iter().for_each(|member| drop(body.remove(*member)));
        overlay(&mut body, "status", permit.to().first().and_then(|status| status.word()));
        overlay(&mut body, "invitation_id", change.invitation_id);
        overlay(&mut body, "account_id", change.account_id);
        overlay(&mut body, "connection_id", change.connection_id);
        overlay(&mut body, "flow_id", change.flow_id);
        self.write_onboard(permit, Call::new(Method::PUT, "/onboards/{id}", &[&id]).json(body.into())).await
    }

    async fn write_onboard(&self, permit: Permit<OnboardLifecycle>, call: Call) -> Result<Onboard, Setback> {
        let written = self.access.perform(permit, &call).await;
        written.read(|answer| {
            let body: OnboardBody = answer.decode()?;
            body.into_onboard().ok_or_else(|| answer.malformed("the onboard has no id".to_owned()))
        })
    }

    /// Sets up the buyer delivery of the link that the permit is for. The path is singular.
    pub(crate) async fn set_up_buyer(
        &self,
        permit: Permit<LinkLifecycle>,
        flow_id: Option<ObjectId>,
    ) -> Result<BuyerDelivery, Setback> {
        let (member, id) = match permit.id().copied().ok_or(Setback::NotSent(Error::Internal))? {
            LinkId::Connection(id) => ("connection_id", id),
            LinkId::Invitation(id) => ("invitation_id", id),
        };
        let mut body = Map::from_iter([(member.to_owned(), json!(id))]);
        body.extend(flow_id.map(|id| ("flow_id".to_owned(), json!(id))));
        let call = Call::new(Method::POST, "/onboard/buyer", &[]).json(body.into());
        let written = self.access.perform(permit, &call).await;
        written.read(|answer| answer.decode::<RedirectBody>().map(Into::into))
    }

    /// The account, read past everything older.
    pub(crate) async fn fetch_account_afresh(&self) -> Result<Whole<Account>, Error> {
        let answer = self.access.fetch_afresh(&Call::get("/account", &[])).await?;
        let mut body: Map<String, Value> = answer.success()?.decode()?;
        // Only what a write lays its changes over is kept: the rest holds the account's secrets.
        body.retain(|member, _| member == "features" || member == "subscriptions");
        Ok(Whole { record: answer.decode::<AccountBody>()?.into(), body })
    }

    pub(crate) async fn put_account(&self, permit: AccountPermit, before: &Whole<Account>) -> Result<Account, Setback> {
        let call = Call::new(Method::PUT, "/account", &[]).json(account_body(before, permit.change()).into());
        let written = self.access.perform(permit, &call).await;
        written.read(|answer| answer.decode::<AccountBody>().map(Into::into))
    }

    /// What tells this client's account from another's, for locks and the audit log.
    pub(crate) fn scope(&self) -> String {
        self.access.scope()
    }
}

fn overlay(body: &mut Map<String, Value>, member: &str, value: Option<impl serde::Serialize>) {
    if let Some(value) = value {
        body.insert(member.to_owned(), json!(value));
    }
}

/// The members that change, and of the two that hold others all that they hold.
fn account_body(before: &Whole<Account>, change: &AccountChange) -> Map<String, Value> {
    let mut body = Map::new();
    overlay(&mut body, "data_retention_in_days", change.data_retention_in_days);
    overlay(&mut body, "data_truncated_at", change.data_truncated_at);
    if !change.features.is_empty() {
        let mut features = object(before, "features");
        features.extend(
            change.features.iter().map(|(feature, is_had)| (feature_member(*feature).to_owned(), json!(is_had))),
        );
        body.insert("features".to_owned(), features.into());
    }
    if !change.subscriptions.is_empty() {
        body.insert("subscriptions".to_owned(), subscriptions(before, change).into());
    }
    body
}

fn object(before: &Whole<Account>, member: &str) -> Map<String, Value> {
    before.body.get(member).and_then(Value::as_object).cloned().unwrap_or_default()
}

/// All subscriptions without what the vendor sets, with the changed states laid over them.
fn subscriptions(before: &Whole<Account>, change: &AccountChange) -> Map<String, Value> {
    let mut all = object(before, "subscriptions");
    for subscription in all.values_mut().filter_map(Value::as_object_mut) {
        subscription.retain(|member, _| member != "id" && member != "product_offering_id");
    }
    for (component, is_active) in &change.subscriptions {
        if let Some(subscription) = all.get_mut(component.name()).and_then(Value::as_object_mut) {
            subscription.insert("state".to_owned(), json!(if *is_active { "active" } else { "inactive" }));
        }
    }
    all
}

fn feature_member(feature: Feature) -> &'static str {
    match feature {
        Feature::SellerAccess => "seller_access",
        Feature::BuyerAccess => "buyer_access",
        Feature::LeadTransactions => "lead_transactions",
        Feature::ConversionFeedback => "conversion_feedback",
        Feature::Firehose => "firehose",
        Feature::ThirdPartyAddOnServices => "third_party_add_on_services",
        Feature::RealTimeBidding => "real_time_bidding",
        Feature::ConsentDecisions => "leadconduit_trustedform_decisions",
    }
}

#[derive(Debug, serde::Deserialize)]
struct RedirectBody {
    redirect: String,
}

impl From<RedirectBody> for BuyerDelivery {
    /// The redirect leads to the flow, whose id is its last part.
    fn from(body: RedirectBody) -> Self {
        let flow_id = body.redirect.rsplit('/').next().and_then(|id| id.parse().ok());
        Self { redirect: body.redirect, flow_id }
    }
}
