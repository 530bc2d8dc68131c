//! The account's guards. It has no lifecycle: what is guarded is what a change would do to its data.

use crate::leadconduit::model::{Account, AccountChange, Component, SubscriptionState};
use crate::scalar::DateTime;
use crate::transition::Proof;

/// The days for which events may be kept.
const RETENTION: std::ops::RangeInclusive<i32> = 1..=3650;

/// The proof that a change of the account was checked: [`permit_account`] is its only maker.
#[must_use]
#[derive(Debug)]
pub(crate) struct AccountPermit {
    change: AccountChange,
}

impl AccountPermit {
    /// The change that was checked, and that alone may be sent.
    pub(crate) fn change(&self) -> &AccountChange {
        &self.change
    }
}

impl Proof for AccountPermit {}

/// What stands against a change of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AccountBreach {
    /// The change names nothing.
    Empty,
    /// The retention is outside its range.
    RetentionOutOfRange { asked: i32, least: i32, most: i32 },
    /// The retention would be shortened, which deletes data, and nobody has acknowledged that.
    RetentionShortened { asked: i32, present: Option<i32> },
    /// Data that was cut off would be promised back.
    TruncationMovedBack { present: DateTime },
    /// Data that does not exist yet would be cut off.
    TruncationInFuture,
    /// The account has no such subscription.
    NoSubscription { component: Component },
    /// The subscription is in a state that the rules do not know.
    SubscriptionStuck { component: Component, raw_state: String },
}

/// Checks a change against the account as it is and the present instant.
pub(crate) fn permit_account(
    account: &Account,
    change: &AccountChange,
    now: DateTime,
) -> Result<AccountPermit, Vec<AccountBreach>> {
    let mut breaches = Vec::new();
    if change.is_empty() {
        breaches.push(AccountBreach::Empty);
    }
    breaches.extend(change.data_retention_in_days.and_then(|asked| retention(account, asked, change)));
    breaches.extend(change.data_truncated_at.and_then(|asked| truncation(account, asked, now)));
    breaches.extend(change.subscriptions.iter().filter_map(|(component, _)| subscription(account, *component)));
    if breaches.is_empty() { Ok(AccountPermit { change: change.clone() }) } else { Err(breaches) }
}

fn retention(account: &Account, asked: i32, change: &AccountChange) -> Option<AccountBreach> {
    if !RETENTION.contains(&asked) {
        return Some(AccountBreach::RetentionOutOfRange { asked, least: *RETENTION.start(), most: *RETENTION.end() });
    }
    let present = account.data_retention_in_days;
    // A retention that is not told may be any: whether the new one is shorter cannot be ruled out.
    let is_shorter = present.is_none_or(|present| asked < present);
    (is_shorter && !change.is_loss_acknowledged).then_some(AccountBreach::RetentionShortened { asked, present })
}

fn truncation(account: &Account, asked: DateTime, now: DateTime) -> Option<AccountBreach> {
    match account.data_truncated_at {
        _ if asked > now => Some(AccountBreach::TruncationInFuture),
        Some(present) if asked < present => Some(AccountBreach::TruncationMovedBack { present }),
        _ => None,
    }
}

fn subscription(account: &Account, component: Component) -> Option<AccountBreach> {
    let Some(subscription) = account.subscriptions.as_ref().and_then(|all| all.of(component)) else {
        return Some(AccountBreach::NoSubscription { component });
    };
    match subscription.state {
        Some(SubscriptionState::Active | SubscriptionState::Inactive) => None,
        Some(SubscriptionState::Unrecognized) | None => {
            let raw_state = subscription.raw_state.clone().unwrap_or_default();
            Some(AccountBreach::SubscriptionStuck { component, raw_state })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AccountBreach, permit_account};
    use crate::leadconduit::model::{Account, AccountChange, Component};
    use crate::scalar::{DateTime, ObjectId};

    fn at(text: &str) -> DateTime {
        text.parse().unwrap()
    }

    fn account() -> Account {
        let object_id: ObjectId = "64b8f0f5e4b0c3a1d5e6f7a8".parse().unwrap();
        let mut account = Account::bare(object_id);
        account.data_retention_in_days = Some(90);
        account.data_truncated_at = Some(at("2025-01-01T00:00:00Z"));
        account
    }

    fn breaches(change: &AccountChange, is_loss_acknowledged: bool) -> Vec<AccountBreach> {
        let change = AccountChange { is_loss_acknowledged, ..change.clone() };
        permit_account(&account(), &change, at("2025-06-01T00:00:00Z")).err().unwrap_or_default()
    }

    fn retention(days: i32) -> AccountChange {
        AccountChange { data_retention_in_days: Some(days), ..AccountChange::default() }
    }

    #[test]
    fn retention_stays_in_its_range_whoever_acknowledges_what() {
        for asked in [i32::MIN, 0, 3651] {
            let breach = AccountBreach::RetentionOutOfRange { asked, least: 1, most: 3650 };
            assert_eq!(breaches(&retention(asked), true), [breach]);
        }
        assert_eq!(breaches(&retention(1), true), []);
        assert_eq!(breaches(&retention(3650), false), []);
    }

    #[test]
    fn a_shorter_retention_wants_to_be_acknowledged() {
        let breach = AccountBreach::RetentionShortened { asked: 89, present: Some(90) };
        assert_eq!(breaches(&retention(89), false), [breach]);
        assert_eq!(breaches(&retention(89), true), []);
        assert_eq!(breaches(&retention(90), false), []);
    }

    #[test]
    fn truncation_moves_forward_and_not_past_the_present() {
        let truncation = |text| AccountChange { data_truncated_at: Some(at(text)), ..AccountChange::default() };
        let back = AccountBreach::TruncationMovedBack { present: at("2025-01-01T00:00:00Z") };
        assert_eq!(breaches(&truncation("2024-12-31T23:59:59Z"), true), [back]);
        assert_eq!(breaches(&truncation("2025-06-01T00:00:01Z"), true), [AccountBreach::TruncationInFuture]);
        assert_eq!(breaches(&truncation("2025-06-01T00:00:00Z"), false), []);
    }

    #[test]
    fn nothing_to_change_and_nothing_to_switch_are_breaches() {
        assert_eq!(breaches(&AccountChange::default(), true), [AccountBreach::Empty]);
        let change = AccountChange { subscriptions: vec![(Component::Pro, true)], ..AccountChange::default() };
        assert_eq!(breaches(&change, true), [AccountBreach::NoSubscription { component: Component::Pro }]);
    }
}
