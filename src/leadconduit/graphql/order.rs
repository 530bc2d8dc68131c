//! The order of onboards, and the place of one in it.

use std::cmp::Ordering;

use async_graphql::{Enum, InputObject};
use serde::{Deserialize, Serialize};

use crate::leadconduit::model::Onboard;
use crate::scalar::{DateTime, ObjectId};

/// The order of onboards. Rows without the value that is ordered by come last; rows with the same value are ordered by
/// their ids.
#[derive(Debug, Clone, Copy, InputObject)]
pub(crate) struct OnboardOrder {
    /// What to order by.
    pub(super) field: OnboardOrderField,
    /// Which end comes first.
    #[graphql(default_with = "OrderDirection::Asc")]
    pub(super) direction: OrderDirection,
}

impl OnboardOrder {
    pub(super) fn compare(self, one: &Onboard, two: &Onboard) -> Ordering {
        Rank::of(one, self).cmp(&Rank::of(two, self))
    }
}

impl Default for OnboardOrder {
    fn default() -> Self {
        Self { field: OnboardOrderField::CreatedAt, direction: OrderDirection::Desc }
    }
}

/// What onboards can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize, Deserialize)]
pub(crate) enum OnboardOrderField {
    /// When they were made.
    CreatedAt,
    /// When they were last changed.
    UpdatedAt,
    /// The upstream's word for the status, by the alphabet.
    Status,
}

/// Which end of an order comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize, Deserialize)]
pub(crate) enum OrderDirection {
    /// The smallest, the oldest, the first of the alphabet.
    Asc,
    /// The largest, the newest, the last of the alphabet.
    Desc,
}

/// The place of a row in an order: it holds its ground when rows around it come and go, and when the row itself does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    field: OnboardOrderField,
    direction: OrderDirection,
    value: Option<Value>,
    id: ObjectId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Value {
    Instant(DateTime),
    Word(String),
}

impl Place {
    pub(super) fn of(onboard: &Onboard, order: OnboardOrder) -> Self {
        let rank = Rank::of(onboard, order);
        let value = rank.value.map(|value| match value {
            Ranked::Instant(instant) => Value::Instant(instant),
            Ranked::Word(word) => Value::Word(word.to_owned()),
        });
        Self { field: order.field, direction: order.direction, value, id: rank.id }
    }

    pub(super) fn rank(&self) -> Rank<'_> {
        let value = self.value.as_ref().map(|value| match value {
            Value::Instant(instant) => Ranked::Instant(*instant),
            Value::Word(word) => Ranked::Word(word),
        });
        Rank { direction: self.direction, value, id: self.id }
    }

    pub(super) fn is_of(&self, order: OnboardOrder) -> bool {
        self.field == order.field && self.direction == order.direction
    }
}

/// What a row is ordered by, borrowed from it.
#[derive(PartialEq, Eq)]
pub(super) struct Rank<'a> {
    direction: OrderDirection,
    value: Option<Ranked<'a>>,
    id: ObjectId,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Ranked<'a> {
    Instant(DateTime),
    Word(&'a str),
}

impl<'a> Rank<'a> {
    pub(super) fn of(onboard: &'a Onboard, order: OnboardOrder) -> Self {
        let value = match order.field {
            OnboardOrderField::CreatedAt => onboard.created_at.map(Ranked::Instant),
            OnboardOrderField::UpdatedAt => onboard.updated_at.map(Ranked::Instant),
            OnboardOrderField::Status => Some(Ranked::Word(&onboard.raw_status)),
        };
        Self { direction: order.direction, value, id: onboard.object_id }
    }
}

impl PartialOrd for Rank<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Rank<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_value = match (&self.value, &other.value) {
            (Some(one), Some(two)) if self.direction == OrderDirection::Asc => one.cmp(two),
            (Some(one), Some(two)) => two.cmp(one),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        by_value.then(self.id.cmp(&other.id))
    }
}
