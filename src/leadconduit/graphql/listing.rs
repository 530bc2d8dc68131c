//! Filter, order and pages of onboards, done in the gateway: the upstream knows none of them.

use std::cmp::Ordering;
use std::sync::Arc;

use async_graphql::{Enum, InputObject};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::leadconduit::model::{Onboard, OnboardStatus};
use crate::pagination::{Connection, More, Total, Window};
use crate::scalar::{DateTime, ObjectId};

/// Which onboards: those that match every member given.
#[derive(Debug, Default, InputObject)]
pub(crate) struct OnboardFilter {
    /// The status is one of these.
    status: Option<Vec<OnboardStatus>>,
    /// The upstream's own word for the status is one of these.
    raw_status: Option<Vec<String>>,
    /// It was made from this invitation.
    invitation_id: Option<ObjectId>,
    /// It belongs to this account.
    account_id: Option<ObjectId>,
    /// It points at this link.
    connection_id: Option<ObjectId>,
    /// It points at this flow.
    flow_id: Option<ObjectId>,
    /// It was made in this span.
    created_at: Option<DateTimeSpan>,
    /// It was last changed in this span.
    updated_at: Option<DateTimeSpan>,
}

/// A span of time. What has no date is in no span.
#[derive(Debug, InputObject)]
pub(crate) struct DateTimeSpan {
    /// The first instant that is in the span; open where it is left out.
    from: Option<DateTime>,
    /// The first instant that is no longer in the span; open where it is left out.
    until: Option<DateTime>,
}

impl DateTimeSpan {
    fn holds(&self, instant: Option<DateTime>) -> bool {
        instant.is_some_and(|instant| {
            self.from.is_none_or(|from| from <= instant) && self.until.is_none_or(|until| instant < until)
        })
    }
}

impl OnboardFilter {
    fn matches(&self, onboard: &Onboard) -> bool {
        let is = |wanted: Option<ObjectId>, found: Option<ObjectId>| wanted.is_none() || wanted == found;
        let within = |span: &Option<DateTimeSpan>, found| span.as_ref().is_none_or(|span| span.holds(found));
        self.status.as_ref().is_none_or(|wanted| wanted.contains(&onboard.status))
            && self.raw_status.as_ref().is_none_or(|wanted| wanted.contains(&onboard.raw_status))
            && is(self.invitation_id, onboard.invitation_id)
            && is(self.account_id, onboard.account_id)
            && is(self.connection_id, onboard.connection_id)
            && is(self.flow_id, onboard.flow_id)
            && within(&self.created_at, onboard.created_at)
            && within(&self.updated_at, onboard.updated_at)
    }
}

/// The order of onboards. Rows without the value that is ordered by come last; rows with the same value are ordered by
/// their ids.
#[derive(Debug, Clone, Copy, InputObject)]
pub(crate) struct OnboardOrder {
    /// What to order by.
    field: OnboardOrderField,
    /// Which end comes first.
    #[graphql(default_with = "OrderDirection::Asc")]
    direction: OrderDirection,
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

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Value {
    Instant(DateTime),
    Word(String),
}

impl Place {
    fn of(onboard: &Onboard, order: OnboardOrder) -> Self {
        let value = match order.field {
            OnboardOrderField::CreatedAt => onboard.created_at.map(Value::Instant),
            OnboardOrderField::UpdatedAt => onboard.updated_at.map(Value::Instant),
            OnboardOrderField::Status => Some(Value::Word(onboard.raw_status.clone())),
        };
        Self { field: order.field, direction: order.direction, value, id: onboard.object_id }
    }

    fn compare(&self, other: &Self) -> Ordering {
        let by_value = match (&self.value, &other.value) {
            (Some(one), Some(two)) if self.direction == OrderDirection::Asc => one.cmp(two),
            (Some(one), Some(two)) => two.cmp(one),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        by_value.then(self.id.cmp(&other.id))
    }

    fn is_of(&self, order: OnboardOrder) -> bool {
        self.field == order.field && self.direction == order.direction
    }
}

/// The page of `onboards` that a window shows.
pub(super) fn list(
    onboards: &[Arc<Onboard>],
    filter: &OnboardFilter,
    order: OnboardOrder,
    window: &Window<Place>,
) -> Result<Connection<Onboard>, Error> {
    check_cursor("after", window.after.as_ref(), order)?;
    check_cursor("before", window.before.as_ref(), order)?;
    let mut rows: Vec<(Place, Arc<Onboard>)> = onboards
        .iter()
        .filter(|onboard| filter.matches(onboard))
        .map(|onboard| (Place::of(onboard, order), Arc::clone(onboard)))
        .collect();
    rows.sort_unstable_by(|(one, _), (two, _)| one.compare(two));
    let total = rows.len();
    let (start, end) = bounds(&rows, window);
    let page = rows.drain(start..end).collect();
    Ok(Connection::new(page, More { before: start > 0, behind: end < total }, Total::Known(total)))
}

fn check_cursor(argument: &'static str, cursor: Option<&Place>, order: OnboardOrder) -> Result<(), Error> {
    match cursor {
        Some(place) if !place.is_of(order) => {
            Err(Error::input(argument, "is a cursor of another order than the one asked for"))
        }
        _ => Ok(()),
    }
}

fn bounds(rows: &[(Place, Arc<Onboard>)], window: &Window<Place>) -> (usize, usize) {
    let start =
        window.after.as_ref().map_or(0, |after| rows.partition_point(|(place, _)| place.compare(after).is_le()));
    let end = window
        .before
        .as_ref()
        .map_or(rows.len(), |before| rows.partition_point(|(place, _)| place.compare(before).is_lt()));
    let end = end.max(start);
    if window.from_end {
        (end.saturating_sub(window.rows).max(start), end)
    } else {
        (start, end.min(start + window.rows))
    }
}
