//! Pages of verifications, made from the upstream's numbered pages.
//!
//! The upstream lists the newest first and knows no cursor. A cursor of ours remembers where its row stood and how many
//! rows there were. New rows push old ones back and deleted rows pull them forward. The difference in the count is never
//! more than the way that the row went, so a scan sets out from there, and skips to the row.

use std::sync::Arc;

use async_graphql::InputObject;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::pagination::{Connection, More, Total, Window};
use crate::scalar::{DateTime, Uuid};
use crate::waldur::loader::Loaders;
use crate::waldur::model::{Verification, VerificationStatus};
use crate::waldur::rest::{Narrowing, Page};

/// Upstream pages that one page of ours may cost.
const MOST_PAGES: usize = 4;
/// Rows of an upstream page where a filter may throw most of them away.
const SCANNED_ROWS: usize = 50;
/// No upstream has as many rows: a cursor that says so was made by hand, and is not reckoned with.
const FARTHEST: usize = 1 << 30;

/// Which verifications: those that match every member given.
#[derive(Debug, Default, InputObject)]
pub(crate) struct VerificationFilter {
    /// The status is one of these.
    status: Option<Vec<VerificationStatus>>,
    /// The company's country, as ISO 3166-1 alpha-2.
    country: Option<String>,
    /// The company's number in its register.
    legal_person_identifier: Option<String>,
    /// Part of the company's name, in any letter case.
    legal_name: Option<String>,
    /// Whether a customer exists already.
    has_customer: Option<bool>,
}

impl VerificationFilter {
    pub(super) fn is_empty(&self) -> bool {
        self.status.is_none()
            && self.country.is_none()
            && self.legal_person_identifier.is_none()
            && self.legal_name.is_none()
            && self.has_customer.is_none()
    }

    fn matches(&self, row: &Verification) -> bool {
        let is = |wanted: &Option<String>, found: &Option<String>| wanted.is_none() || wanted == found;
        let is_named = |part: &String| {
            row.legal_name.as_ref().is_some_and(|name| name.to_lowercase().contains(&part.to_lowercase()))
        };
        self.status.as_ref().is_none_or(|wanted| wanted.contains(&row.status))
            && is(&self.country, &row.country)
            && is(&self.legal_person_identifier, &row.legal_person_identifier)
            && self.legal_name.as_ref().is_none_or(is_named)
            && self.has_customer.is_none_or(|wanted| wanted == row.has_customer)
    }

    /// What the upstream may narrow by: only members that mean the same there. A list of statuses is none of them, since
    /// some versions take the last of several for all.
    fn narrowing(&self) -> Narrowing {
        let only_status = self.status.as_deref().and_then(|wanted| match wanted {
            [one] => one.word(),
            _ => None,
        });
        Narrowing {
            status: only_status,
            country: self.country.clone(),
            legal_person_identifier: self.legal_person_identifier.clone(),
        }
    }
}

/// The place of a row: how far from the newest, of how many, and which row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    offset: usize,
    count: Option<usize>,
    created_at: Option<DateTime>,
    uuid: Uuid,
}

impl Place {
    fn is_believable(&self) -> bool {
        self.offset.max(self.count.unwrap_or(0)) < FARTHEST
    }

    /// Whether a row lies behind this place, in an order of the newest first.
    fn is_before(&self, row: &Verification) -> bool {
        row.uuid != self.uuid && row.created_at <= self.created_at
    }
}

/// The page that a window shows of the verifications that match a filter.
pub(super) async fn list(
    loaders: &Loaders,
    filter: &VerificationFilter,
    window: &Window<Place>,
) -> Result<Connection<Verification>, Error> {
    if window.after.as_ref().is_some_and(|after| !after.is_believable()) {
        return Err(Error::input("after", "is no cursor that this connection has given"));
    }
    let page_size = if filter.is_empty() { window.rows } else { SCANNED_ROWS };
    let mut scan = Scan::new(loaders, filter.narrowing(), page_size);
    scan.seek(window.after.as_ref()).await?;
    while scan.matching(filter) < window.rows && scan.can_go_on() {
        scan.read_next().await?;
    }
    Ok(scan.page(filter, window))
}

/// A walk over the upstream's pages: the rows read so far, behind the cursor that it set out from.
struct Scan<'a> {
    loaders: &'a Loaders,
    narrowing: Narrowing,
    page_size: usize,
    rows: Vec<(Place, Arc<Verification>)>,
    count: Option<usize>,
    pages_read: usize,
    next_page: Option<usize>,
}

impl<'a> Scan<'a> {
    fn new(loaders: &'a Loaders, narrowing: Narrowing, page_size: usize) -> Self {
        Self { loaders, narrowing, page_size, rows: Vec::new(), count: None, pages_read: 0, next_page: Some(1) }
    }

    /// Reads the page on which the row behind the cursor stands.
    async fn seek(&mut self, after: Option<&Place>) -> Result<(), Error> {
        let Some(after) = after else {
            return self.read_next().await;
        };
        let expected = self.page_of(after.offset + 1);
        self.next_page = Some(expected);
        self.read_next().await?;
        let moved = self.page_of(self.offset_behind(after));
        if moved != expected {
            self.rows.clear();
            self.next_page = Some(moved);
            self.read_next().await?;
        }
        self.skip_to(after);
        while self.rows.is_empty() && self.can_go_on() {
            self.read_next().await?;
            self.skip_to(after);
        }
        Ok(())
    }

    async fn read_next(&mut self) -> Result<(), Error> {
        let Some(number) = self.next_page else {
            return Ok(());
        };
        let page = self.loaders.list(number, self.page_size, &self.narrowing).await?;
        self.pages_read += 1;
        self.next_page = page.has_next.then_some(number + 1);
        self.count = page.count.or(self.count);
        self.keep(number, page);
        Ok(())
    }

    fn keep(&mut self, number: usize, page: Page) {
        let (start, count) = ((number - 1) * self.page_size, page.count);
        for (index, row) in page.rows.into_iter().enumerate() {
            // A row that was made during the scan pushes the last row of a page onto the next one too.
            if self.rows.iter().all(|(place, _)| place.uuid != row.uuid) {
                let place = Place { offset: start + index, count, created_at: row.created_at, uuid: row.uuid };
                self.rows.push((place, Arc::new(row)));
            }
        }
    }

    fn page_of(&self, offset: usize) -> usize {
        offset / self.page_size + 1
    }

    /// The earliest offset at which the row behind the cursor can stand now.
    fn offset_behind(&self, after: &Place) -> usize {
        let (then, now) = (after.count.or(self.count).unwrap_or(0), self.count.or(after.count).unwrap_or(0));
        (after.offset + 1 + now).saturating_sub(then)
    }

    fn skip_to(&mut self, after: &Place) {
        let cursor = self.rows.iter().position(|(_, row)| row.uuid == after.uuid);
        let first =
            cursor.map_or_else(|| self.rows.iter().position(|(_, row)| after.is_before(row)), |index| Some(index + 1));
        self.rows.drain(..first.unwrap_or(self.rows.len()));
    }

    fn can_go_on(&self) -> bool {
        self.next_page.is_some() && self.pages_read < MOST_PAGES
    }

    fn matching(&self, filter: &VerificationFilter) -> usize {
        self.rows.iter().filter(|(_, row)| filter.matches(row)).count()
    }

    /// The cursor itself, moved to where the scan stopped before it came to the cursor's row.
    fn still_seeking(&self, window: &Window<Place>) -> Option<Place> {
        let offset = (self.next_page? - 1) * self.page_size - 1;
        window.after.clone().map(|after| Place { offset, count: self.count, ..after })
    }

    fn page(self, filter: &VerificationFilter, window: &Window<Place>) -> Connection<Verification> {
        let scanned = self.rows.len();
        let last_scanned = self.rows.last().map(|(place, _)| place.clone()).or_else(|| self.still_seeking(window));
        let mut taken = 0;
        let mut end = scanned;
        for (index, (_, row)) in self.rows.iter().enumerate() {
            taken += usize::from(filter.matches(row));
            if taken == window.rows {
                end = index + 1;
                break;
            }
        }
        let is_full = taken == window.rows;
        let more = More { before: window.after.is_some(), behind: end < scanned || self.next_page.is_some() };
        let total = self.count.filter(|_| filter.is_empty()).map_or(Total::Unknown, Total::Known);
        let rows = self.rows.into_iter().take(end).filter(|(_, row)| filter.matches(row)).collect();
        let connection = Connection::new(rows, more, total);
        // A page that the scan left short ends where the scan ended, so that the next page goes on from there.
        connection.ending_at(if is_full { None } else { last_scanned.as_ref() })
    }
}
