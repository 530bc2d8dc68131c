//! Relay connections: arguments with their bounds, cursors that survive inserted and deleted rows, pages.

use std::sync::Arc;

use async_graphql::{SimpleObject, TypeName};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::record::{Many, One, Record};

/// Rows of a page where the client names no number.
pub(crate) const DEFAULT_ROWS: usize = 25;
/// The most rows of a page, and the most ids of a look-up.
pub(crate) const MOST: usize = 100;

/// Where a page starts or ends, and which way it is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Window<C> {
    pub(crate) after: Option<C>,
    pub(crate) before: Option<C>,
    pub(crate) rows: usize,
    pub(crate) from_end: bool,
}

impl<C> Window<C> {
    /// Whether no cursor says where the page starts or ends: then it has rows wherever the list has any.
    pub(crate) fn is_at_an_end(&self) -> bool {
        self.after.is_none() && self.before.is_none()
    }
}

impl<C: DeserializeOwned> Window<C> {
    /// Reads the arguments of a connection field.
    pub(crate) fn read(
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Self, Error> {
        if first.is_some() && last.is_some() {
            return Err(Error::input("last", "cannot be given together with \"first\""));
        }
        let (argument, asked) = if last.is_some() { ("last", last) } else { ("first", first) };
        Ok(Self {
            after: after.map(|cursor| read_cursor("after", &cursor)).transpose()?,
            before: before.map(|cursor| read_cursor("before", &cursor)).transpose()?,
            rows: rows(argument, asked)?,
            from_end: last.is_some(),
        })
    }
}

fn rows(argument: &'static str, asked: Option<i32>) -> Result<usize, Error> {
    let Some(asked) = asked else {
        return Ok(DEFAULT_ROWS);
    };
    let rows = usize::try_from(asked).ok().filter(|rows| (1..=MOST).contains(rows));
    rows.ok_or_else(|| Error::input(argument, format!("is {asked}, which is not in 1..={MOST}")))
}

/// Refuses more ids than one look-up may bring.
pub(crate) fn check_ids<T>(argument: &'static str, ids: &[T]) -> Result<(), Error> {
    if ids.len() > MOST {
        return Err(Error::input(
            argument,
            format!("holds {} ids, and at most {MOST} are looked up at once", ids.len()),
        ));
    }
    Ok(())
}

fn read_cursor<C: DeserializeOwned>(argument: &'static str, cursor: &str) -> Result<C, Error> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
    let cursor = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    cursor.ok_or_else(|| Error::input(argument, "is no cursor that this connection has given"))
}

fn write_cursor<C: Serialize>(cursor: &C) -> String {
    // A cursor is a flat struct of text and numbers, which always serialises.
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(cursor).unwrap_or_default())
}

/// Where a page stands in its connection.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
pub struct PageInfo {
    /// Whether there are rows behind this page.
    pub has_next_page: bool,
    /// Whether there are rows before this page.
    pub has_previous_page: bool,
    /// The cursor of the first row; null on an empty page.
    pub start_cursor: Option<String>,
    /// The cursor to go on from. After a filtered scan it may lie behind the last row that is shown.
    pub end_cursor: Option<String>,
}

/// A row and the cursor that stands for its place.
#[derive(Debug, SimpleObject)]
#[graphql(name_type)]
pub(crate) struct Edge<T: Row> {
    /// The place of the row, for `after` and `before`.
    pub cursor: String,
    /// The row.
    pub node: One<T>,
}

/// A record that stands in connections, and what it is called, so that the connection can be named for it.
pub(crate) trait Row: Record {
    /// The type's name in the graph: `Onboard`.
    const NAME: &'static str;
}

impl<T: Row> TypeName for Edge<T> {
    fn type_name() -> std::borrow::Cow<'static, str> {
        format!("{}Edge", T::NAME).into()
    }
}

/// One page of a list, in Relay's form.
pub(crate) struct Connection<T> {
    pub(crate) rows: Vec<Arc<T>>,
    /// Writes the cursor of the row at a place. Cursors are long, and few clients ask for those of all rows.
    cursor: Box<dyn Fn(usize) -> Option<String> + Send + Sync>,
    /// The cursor to go on from, where it is not the last row's.
    end: Option<String>,
    pub(crate) more: More,
    total: Total,
}

/// How many rows a list has in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Total {
    /// This many.
    Known(usize),
    /// It cannot be known without reading every row.
    Unknown,
}

impl<T> Connection<T> {
    /// A page of rows with their cursors; its ends are taken from the rows.
    pub(crate) fn new<C>(rows: Vec<(C, Arc<T>)>, more: More, total: Total) -> Self
    where
        C: Serialize + Send + Sync + 'static,
    {
        let (cursors, rows): (Vec<C>, Vec<Arc<T>>) = rows.into_iter().unzip();
        let cursor = Box::new(move |place: usize| cursors.get(place).map(write_cursor));
        Self { rows, cursor, end: None, more, total }
    }

    /// Lets the page end where a scan stopped, which may lie behind its last row.
    pub(crate) fn ending_at<C: Serialize>(mut self, cursor: Option<&C>) -> Self {
        self.end = cursor.map(write_cursor);
        self
    }
}

/// Whether a list goes on at either end of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct More {
    pub(crate) before: bool,
    pub(crate) behind: bool,
}

impl<T: Row> TypeName for Connection<T> {
    fn type_name() -> std::borrow::Cow<'static, str> {
        format!("{}Connection", T::NAME).into()
    }
}

/// A page of a list: its rows, where it stands, and how many rows there are in all.
#[async_graphql::Object(name_type)]
impl<T: Row> Connection<T> {
    /// The rows with their cursors.
    async fn edges(&self) -> Vec<Edge<T>> {
        let cursor = |place| (self.cursor)(place).unwrap_or_default();
        let edge = |(place, node)| Edge { cursor: cursor(place), node: One(Arc::clone(node)) };
        self.rows.iter().enumerate().map(edge).collect()
    }

    /// The rows alone.
    async fn nodes(&self) -> Many<'_, T> {
        Many(self.rows.iter().map(AsRef::as_ref).collect())
    }

    /// Where this page stands.
    async fn page_info(&self) -> PageInfo {
        let last = || (self.cursor)(self.rows.len().checked_sub(1)?);
        PageInfo {
            has_next_page: self.more.behind,
            has_previous_page: self.more.before,
            start_cursor: (self.cursor)(0),
            end_cursor: self.end.clone().or_else(last),
        }
    }

    /// How many rows the list has in all, with the filter applied; null where that cannot be known without reading
    /// every row.
    async fn total_count(&self) -> Option<usize> {
        match self.total {
            Total::Known(count) => Some(count),
            Total::Unknown => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Window, rows, write_cursor};
    use crate::error::Error;

    #[test]
    fn a_page_has_1_to_100_rows_and_25_unless_told() {
        assert_eq!(rows("first", None), Ok(25));
        assert_eq!(rows("first", Some(100)), Ok(100));
        for breach in [0, -1, 101, i32::MAX] {
            let error = Error::input("first", format!("is {breach}, which is not in 1..=100"));
            assert_eq!(rows("first", Some(breach)), Err(error));
        }
    }

    #[test]
    fn a_cursor_is_read_back_and_a_strange_one_is_refused_by_its_argument() {
        let cursor = write_cursor(&("a", 1));
        let window = Window::<(String, i32)>::read(None, Some(cursor), None, None).unwrap();
        assert_eq!(window.after, Some(("a".to_owned(), 1)));
        let refused = Window::<(String, i32)>::read(None, Some("bm8".to_owned()), None, None);
        assert_eq!(refused, Err(Error::input("after", "is no cursor that this connection has given")));
    }
}
