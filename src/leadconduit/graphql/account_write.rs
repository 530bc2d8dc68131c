//! The writes to the account and to links, each as what is particular to it.

use std::sync::Arc;

use super::input::{BuyerDeliverySetUpInput, nothing_to_change};
use super::onboard_write::buyer_delivery;
use super::payload::BuyerDeliveryOutcome;
use crate::advance::{Look, Write};
use crate::error::Error;
use crate::error::user::UserError;
use crate::leadconduit::model::{Account, AccountChange, LinkAction, LinkId, LinkLifecycle, SubscriptionState};
use crate::leadconduit::rest::{Client, Whole};
use crate::leadconduit::rules::{AccountBreach, AccountPermit, LinkFacts, permit_account};
use crate::scalar::DateTime;
use crate::transition::{Permit, permit};
use crate::upstream::Setback;

/// A change of the account.
pub(super) struct AccountWrite {
    pub(super) client: Client,
    pub(super) change: AccountChange,
}

impl AccountWrite {
    fn is_as_asked(&self, account: &Account) -> bool {
        let is_active = |component| {
            account
                .subscriptions
                .as_ref()
                .and_then(|all| all.of(component))
                .map(|one| one.state == Some(SubscriptionState::Active))
        };
        self.change.data_retention_in_days.is_none_or(|asked| account.data_retention_in_days == Some(asked))
            && self.change.data_truncated_at.is_none_or(|asked| account.data_truncated_at == Some(asked))
            && self.change.subscriptions.iter().all(|(component, asked)| is_active(*component) == Some(*asked))
            && self.change.features.iter().all(|(feature, asked)| account.has(*feature) == Some(*asked))
    }
}

impl AccountWrite {
    /// The retention, where the change is about it: what deletes data is to be found in the audit log.
    fn retention(&self, account: &Account) -> Option<String> {
        self.change.data_retention_in_days?;
        account.data_retention_in_days.map(|days| format!("{days} days"))
    }
}

impl Write for AccountWrite {
    type Record = Arc<Account>;
    type Before = Whole<Account>;
    type Permit = AccountPermit;

    const NAMED_BY: &'static [&'static str] = &["input"];

    fn mutation(&self) -> &'static str {
        "accountUpdate"
    }

    /// The account's id is not known before it is read, so it goes by the credential that it belongs to.
    fn subject(&self) -> String {
        format!("account_of_{}", self.client.scope())
    }

    async fn read(&self) -> Result<Option<Whole<Account>>, Error> {
        self.client.fetch_account_afresh().await.map(Some)
    }

    fn permit(&self, before: &Whole<Account>) -> Result<AccountPermit, Vec<UserError>> {
        let now = DateTime(jiff::Timestamp::now());
        let permitted = permit_account(&before.record, &self.change, now);
        permitted.map_err(|breaches| breaches.into_iter().map(told).collect())
    }

    async fn perform(&self, permit: AccountPermit, before: &Whole<Account>) -> Result<Arc<Account>, Setback> {
        self.client.put_account(permit, before).await.map(Arc::new)
    }

    async fn look(&self, _: &Whole<Account>) -> Result<Look<Arc<Account>>, Error> {
        let now = Arc::new(self.client.fetch_account_afresh().await?.record);
        Ok(Look::at(Some(now), |now| self.is_as_asked(now)))
    }

    fn shown(&self, before: &Whole<Account>) -> Option<Arc<Account>> {
        Some(Arc::new(before.record.clone()))
    }

    fn judge(&self, account: &Arc<Account>) -> Vec<UserError> {
        if self.is_as_asked(account) {
            return Vec::new();
        }
        vec![UserError::upstream_refused(200, Some("the account is not as it was to be".to_owned()))]
    }

    fn from(&self, before: &Whole<Account>) -> Option<String> {
        self.retention(&before.record)
    }

    fn to(&self, account: &Arc<Account>) -> Option<String> {
        self.retention(account)
    }
}

/// A breach of the account's guards in the words of the input.
fn told(breach: AccountBreach) -> UserError {
    let retention = ["input", "dataRetentionInDays"];
    let truncation = ["input", "dataTruncatedAt"];
    match breach {
        AccountBreach::Empty => nothing_to_change(),
        AccountBreach::RetentionOutOfRange { asked, least, most } => {
            UserError::invalid(&retention, format!("{asked} days are not in {least}..={most}."))
        }
        AccountBreach::RetentionShortened { asked, present } => {
            let present = present.map_or_else(|| "an unknown number of days".to_owned(), |days| format!("{days} days"));
            let message = format!(
                "Going from {present} to {asked} deletes older events for good; acknowledgeDataLoss has to be true."
            );
            UserError::data_loss(&retention, message)
        }
        AccountBreach::TruncationMovedBack { present } => UserError::invalid(
            &truncation,
            format!("Data is cut off at {present} already, and what is cut off does not come back."),
        ),
        AccountBreach::TruncationInFuture => UserError::invalid(&truncation, "The instant lies in the future."),
        AccountBreach::NoSubscription { component } => {
            UserError::invalid(&["input", "subscriptions", component.name()], "The account has no such subscription.")
        }
        AccountBreach::SubscriptionStuck { component, raw_state } => UserError::invalid(
            &["input", "subscriptions", component.name()],
            format!("The subscription is {raw_state:?}, from which no switch is known."),
        ),
    }
}

/// The buyer delivery set-up of a link by itself.
pub(super) struct BuyerDeliveryWrite {
    pub(super) client: Client,
    pub(super) input: BuyerDeliverySetUpInput,
}

impl Write for BuyerDeliveryWrite {
    type Record = BuyerDeliveryOutcome;
    type Before = LinkFacts;
    type Permit = Permit<LinkLifecycle>;

    const NAMED_BY: &'static [&'static str] = &["input", "link"];

    fn mutation(&self) -> &'static str {
        "buyerDeliverySetUp"
    }

    fn subject(&self) -> String {
        match LinkId::from(&self.input.link) {
            LinkId::Connection(id) => format!("link_{id}"),
            LinkId::Invitation(id) => format!("invitation_{id}"),
        }
    }

    fn wider_lock(&self) -> Option<String> {
        Some(buyer_delivery(&self.client))
    }

    fn is_repeatable(&self) -> bool {
        false
    }

    async fn read(&self) -> Result<Option<LinkFacts>, Error> {
        let (LinkId::Connection(asked) | LinkId::Invitation(asked)) = LinkId::from(&self.input.link);
        // A link answers to its own id and to its invitation's, so one read tells both.
        let Some(link) = self.client.fetch_link_afresh(asked).await? else {
            return Ok(None);
        };
        let onboards = self.client.list_onboards_afresh().await?;
        Ok(Some(LinkFacts::new(&link, onboards.iter().map(|whole| &whole.record))))
    }

    fn permit(&self, before: &LinkFacts) -> Result<Self::Permit, Vec<UserError>> {
        let link = LinkId::from(&self.input.link);
        permit(link, before, LinkAction::SetUp).map_err(|refusal| vec![refusal.into()])
    }

    async fn perform(&self, permit: Self::Permit, _: &LinkFacts) -> Result<BuyerDeliveryOutcome, Setback> {
        let delivery = self.client.set_up_buyer(permit, self.input.flow_id).await?;
        Ok(BuyerDeliveryOutcome::new(delivery))
    }

    /// Nothing that can be read tells whether a set-up has run.
    async fn look(&self, _: &LinkFacts) -> Result<Look<BuyerDeliveryOutcome>, Error> {
        Ok(Look::Untold(None))
    }

    fn shown(&self, _: &LinkFacts) -> Option<BuyerDeliveryOutcome> {
        None
    }
}
