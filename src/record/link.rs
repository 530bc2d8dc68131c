//! What a record points at by a key that it stores: loaded once for each distinct key, and written once.

use std::collections::HashMap;
use std::future::Future;
use std::hash::Hash;
use std::ops::Range;
use std::sync::Arc;

use async_graphql::parser::types::Field as Selected;
use async_graphql::{Context, ContextSelectionSet, Error, Positioned};
use foldhash::fast::RandomState;
use futures_util::future::{BoxFuture, join_all};

use super::json::Json;
use super::plan::{Plan, Rows};
use super::{One, Record};

/// A field that is a record of another kind, had by a key.
pub(crate) trait Link: 'static {
    /// What points.
    type From: Record;
    /// By what.
    type Key: Copy + Eq + Hash + Send + Sync;
    /// What is pointed at.
    type To: Record;
    /// Why it cannot be had.
    type Failure: Into<Error> + Clone + Send + Sync;

    /// The key that a record stores, if any.
    fn key(record: &Self::From) -> Option<Self::Key>;

    /// What is behind a key, if anything.
    fn load(
        ctx: &Context<'_>,
        key: Self::Key,
    ) -> impl Future<Output = Option<Result<Arc<Self::To>, Self::Failure>>> + Send;
}

/// What a single record points at by a link.
pub(crate) async fn follow<L: Link>(ctx: &Context<'_>, record: &L::From) -> Option<Result<One<L::To>, L::Failure>> {
    L::load(ctx, L::key(record)?).await.map(|found| found.map(One))
}

/// Makes a link ready for what is selected behind it; none where that is the engine's.
pub(crate) type Linked<R> =
    for<'q> fn(&ContextSelectionSet<'q>, &'q Positioned<Selected>) -> Option<Box<dyn Fetch<R> + 'q>>;

/// [`Linked`] by a link.
pub(crate) fn linked<'q, L: Link>(
    ctx: &ContextSelectionSet<'q>,
    field: &'q Positioned<Selected>,
) -> Option<Box<dyn Fetch<L::From> + 'q>> {
    let plan = Plan::<L::To>::of_set(ctx, &field.node.selection_set.node)?;
    plan.is_stored().then(|| Box::new(Ready::<'q, L> { field, plan }) as Box<dyn Fetch<L::From> + 'q>)
}

/// A link that is ready to be loaded.
pub(crate) trait Fetch<R>: Send + Sync {
    /// Loads what the rows point at.
    fn fetch<'a>(&'a self, ctx: &'a ContextSelectionSet<'a>, rows: &'a Rows<'a, R>) -> BoxFuture<'a, Found>;
}

/// What was found behind one link of all rows, as it is written.
#[derive(Default)]
pub(crate) struct Found {
    json: Json,
    /// What is behind each distinct key.
    pieces: Vec<Range<usize>>,
    /// Which of them is behind each row.
    of_rows: Vec<Option<usize>>,
}

impl Found {
    pub(super) fn of_row(&self, place: usize) -> &[u8] {
        let piece = self.of_rows.get(place).copied().flatten().and_then(|key| self.pieces.get(key));
        piece.and_then(|piece| self.json.bytes().get(piece.clone())).unwrap_or(b"null")
    }
}

struct Ready<'q, L: Link> {
    field: &'q Positioned<Selected>,
    plan: Plan<'q, L::To>,
}

impl<L: Link> Fetch<L::From> for Ready<'_, L> {
    fn fetch<'a>(&'a self, ctx: &'a ContextSelectionSet<'a>, rows: &'a Rows<'a, L::From>) -> BoxFuture<'a, Found> {
        Box::pin(async move {
            let (keys, of_rows) = distinct(rows.iter().map(L::key));
            let at_field = ctx.with_field(self.field);
            let outcomes = join_all(keys.into_iter().map(|key| L::load(&at_field, key))).await;
            let mut found = Found { of_rows, ..Found::default() };
            for (key, outcome) in outcomes.iter().enumerate() {
                let start = found.json.len();
                match outcome {
                    Some(Ok(record)) => self.plan.write_stored(record, &mut found.json),
                    Some(Err(failure)) => {
                        found.json.push("null");
                        self.report(ctx, rows, failure, &found.of_rows, key);
                    }
                    None => found.json.push("null"),
                }
                found.pieces.push(start..found.json.len());
            }
            found
        })
    }
}

impl<L: Link> Ready<'_, L> {
    /// Every row whose key could not be loaded has an error of its own, as if it had asked alone.
    fn report(
        &self,
        ctx: &ContextSelectionSet<'_>,
        rows: &Rows<'_, L::From>,
        failure: &L::Failure,
        of_rows: &[Option<usize>],
        key: usize,
    ) {
        let failed = of_rows.iter().enumerate().filter(|(_, of_row)| **of_row == Some(key));
        for (place, _) in failed {
            let at_row = if rows.is_list() { ctx.with_index(place) } else { ctx.clone() };
            let at_field = at_row.with_field(self.field);
            let error: Error = failure.clone().into();
            at_field.add_error(at_field.set_error_path(error.into_server_error(self.field.pos)));
        }
    }
}

/// The distinct keys in the order of their first rows, and which of them each row has.
fn distinct<K: Copy + Eq + Hash>(keys: impl Iterator<Item = Option<K>>) -> (Vec<K>, Vec<Option<usize>>) {
    let (mut places, mut distinct) = (HashMap::with_hasher(RandomState::default()), Vec::new());
    let of_rows = keys.map(|key| {
        let key = key?;
        Some(*places.entry(key).or_insert_with(|| {
            distinct.push(key);
            distinct.len() - 1
        }))
    });
    let of_rows = of_rows.collect();
    (distinct, of_rows)
}
