//! Filter, order and pages of onboards, done in the gateway: the upstream knows none of them.

use std::sync::Arc;

use async_graphql::InputObject;

use super::order::{OnboardOrder, Place, Rank};
use crate::error::Error;
use crate::leadconduit::loader::Onboards;
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

/// The page of all onboards that a window shows.
pub(super) fn list_all(
    onboards: &Onboards,
    filter: Option<&OnboardFilter>,
    order: Option<OnboardOrder>,
    window: &Window<Place>,
) -> Result<Connection<Onboard>, Error> {
    let newest_first = OnboardOrder::default();
    if filter.is_none()
        && order.is_none()
        && let Some(sorted) =
            onboards.newest_first(|rows| rows.sort_unstable_by(|one, two| newest_first.compare(one, two)))
    {
        return list_sorted(sorted, newest_first, window);
    }
    list(&onboards.rows, filter.unwrap_or(&OnboardFilter::default()), order.unwrap_or(newest_first), window)
}

/// The same of rows that are in order already.
fn list_sorted(
    sorted: &[Arc<Onboard>],
    order: OnboardOrder,
    window: &Window<Place>,
) -> Result<Connection<Onboard>, Error> {
    check_cursors(window, order)?;
    let (after, before) = (window.after.as_ref().map(Place::rank), window.before.as_ref().map(Place::rank));
    let place = |is_before: &dyn Fn(Rank<'_>) -> bool| sorted.partition_point(|row| is_before(Rank::of(row, order)));
    let start = after.map_or(0, |after| place(&|rank| rank <= after));
    let end = before.map_or(sorted.len(), |before| place(&|rank| rank < before)).max(start);
    let (start, end) = if window.from_end {
        (end.saturating_sub(window.rows).max(start), end)
    } else {
        (start, end.min(start + window.rows))
    };
    let rows = sorted.get(start..end).unwrap_or_default();
    let rows = rows.iter().map(|onboard| (Place::of(onboard, order), Arc::clone(onboard))).collect();
    Ok(Connection::new(rows, More { before: start > 0, behind: end < sorted.len() }, Total::Known(sorted.len())))
}

/// The page of `onboards` that a window shows. All of them are looked at, and no more than the page is sorted.
pub(super) fn list(
    onboards: &[Arc<Onboard>],
    filter: &OnboardFilter,
    order: OnboardOrder,
    window: &Window<Place>,
) -> Result<Connection<Onboard>, Error> {
    check_cursors(window, order)?;
    let (after, before) = (window.after.as_ref().map(Place::rank), window.before.as_ref().map(Place::rank));
    let (mut total, mut start) = (0, 0);
    let mut between: Vec<&Arc<Onboard>> = Vec::new();
    for onboard in onboards.iter().filter(|onboard| filter.matches(onboard)) {
        let rank = Rank::of(onboard, order);
        total += 1;
        if after.as_ref().is_some_and(|after| rank <= *after) {
            start += 1;
        } else if before.as_ref().is_none_or(|before| rank < *before) {
            between.push(onboard);
        }
    }
    let end = start + between.len();
    let page = page(&mut between, order, window);
    let (start, end) = if window.from_end { (end - page.len(), end) } else { (start, start + page.len()) };
    let rows = page.iter().map(|onboard| (Place::of(onboard, order), Arc::clone(onboard))).collect();
    Ok(Connection::new(rows, More { before: start > 0, behind: end < total }, Total::Known(total)))
}

/// The rows at the start of an order or at its end, sorted.
fn page<'r, 'a>(
    rows: &'r mut [&'a Arc<Onboard>],
    order: OnboardOrder,
    window: &Window<Place>,
) -> &'r mut [&'a Arc<Onboard>] {
    let rank = |one: &&Arc<Onboard>, two: &&Arc<Onboard>| order.compare(one, two);
    let others = rows.len().saturating_sub(window.rows);
    let first_of_page = if window.from_end { others } else { 0 };
    let split = if window.from_end { others } else { window.rows };
    if others > 0 && split < rows.len() {
        rows.select_nth_unstable_by(split, rank);
    }
    let length = rows.len() - others;
    let page = rows.get_mut(first_of_page..first_of_page + length).unwrap_or_default();
    page.sort_unstable_by(rank);
    page
}

fn check_cursors(window: &Window<Place>, order: OnboardOrder) -> Result<(), Error> {
    check_cursor("after", window.after.as_ref(), order)?;
    check_cursor("before", window.before.as_ref(), order)
}

fn check_cursor(argument: &'static str, cursor: Option<&Place>, order: OnboardOrder) -> Result<(), Error> {
    match cursor {
        Some(place) if !place.is_of(order) => {
            Err(Error::input(argument, "is a cursor of another order than the one asked for"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;
    use std::sync::Arc;

    use async_graphql::ID;
    use proptest::prelude::*;

    use super::super::order::{OnboardOrder, OnboardOrderField, OrderDirection, Place, Rank};
    use super::{OnboardFilter, list, list_sorted};
    use crate::leadconduit::model::{Onboard, OnboardStatus};
    use crate::pagination::Window;
    use crate::scalar::{DateTime, ObjectId};

    fn onboard(number: u32, minute: Option<i64>) -> Arc<Onboard> {
        let object_id: ObjectId = format!("{number:024x}").parse().unwrap();
        let instant = minute.map(|minute| DateTime(jiff::Timestamp::from_second(minute * 60).unwrap()));
        Arc::new(Onboard {
            id: ID::from(object_id.to_string()),
            object_id,
            status: OnboardStatus::Created,
            raw_status: "created".to_owned(),
            invitation_id: None,
            account_id: None,
            connection_id: None,
            flow_id: None,
            created_at: instant,
            updated_at: None,
        })
    }

    /// Rows of which many are made in the same minute, and some at none.
    fn rows() -> impl Strategy<Value = Vec<Arc<Onboard>>> {
        let minutes = prop::collection::vec(prop::option::weighted(0.9, 0..6_i64), 0..40);
        let numbered = |minutes: Vec<Option<i64>>| {
            let numbered = (0_u32..).zip(minutes);
            numbered.map(|(number, minute)| onboard(number.wrapping_mul(0x9e37_79b1), minute)).collect()
        };
        minutes.prop_map(numbered)
    }

    proptest! {
        #[test]
        fn a_page_is_what_it_is_in_the_whole_list_sorted(
            all in rows(),
            is_ascending in any::<bool>(),
            from_end in any::<bool>(),
            length in 1..12_usize,
            after in prop::option::of(any::<prop::sample::Index>()),
            before in prop::option::of(any::<prop::sample::Index>()),
        ) {
            let direction = if is_ascending { OrderDirection::Asc } else { OrderDirection::Desc };
            let order = OnboardOrder { field: OnboardOrderField::CreatedAt, direction };
            let mut sorted = all.clone();
            sorted.sort_by(|one, two| order.compare(one, two));
            let place = |index: Option<prop::sample::Index>| {
                let index = index.filter(|_| !all.is_empty())?;
                Some(Place::of(all.get(index.index(all.len()))?, order))
            };
            let window = Window { rows: length, after: place(after), before: place(before), from_end };
            let count = |place: &Option<Place>, orderings: &[Ordering], otherwise: usize| {
                place.as_ref().map_or(otherwise, |place| {
                    let is_before = |onboard: &&Arc<Onboard>| orderings.contains(&Rank::of(onboard, order).cmp(&place.rank()));
                    sorted.iter().filter(is_before).count()
                })
            };
            let start = count(&window.after, &[Ordering::Less, Ordering::Equal], 0);
            let end = count(&window.before, &[Ordering::Less], sorted.len()).max(start);
            let (start, end) = match from_end {
                true => (end.saturating_sub(length).max(start), end),
                false => (start, end.min(start + length)),
            };
            let ids = |rows: &[Arc<Onboard>]| rows.iter().map(|row| row.object_id).collect::<Vec<_>>();
            let found = list(&all, &OnboardFilter::default(), order, &window).unwrap();
            for page in [found, list_sorted(&sorted, order, &window).unwrap()] {
                prop_assert_eq!(ids(&page.rows), ids(&sorted[start..end]));
                prop_assert_eq!((page.more.before, page.more.behind), (start > 0, end < sorted.len()));
            }
        }
    }
}
