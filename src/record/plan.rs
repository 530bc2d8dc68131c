//! A selection of a record's fields, made ready to be written for any number of rows.

use std::ops::Range;

use async_graphql::parser::types::{Field as Selected, Selection, SelectionSet};
use async_graphql::{ContextSelectionSet, Positioned, Value};

use super::json::{Json, Write};
use super::link::{Fetch, Found};
use super::place::is_selected_once;
use super::{Field, Record, StepByStep};

/// Bytes of a field as it is written, more or less: a guess that saves growing.
const BYTES_OF_FIELD: usize = 48;
/// The same of its name alone.
const BYTES_OF_KEY: usize = 24;

/// What of a record is selected, in the order of the answer.
pub(super) struct Plan<'q, R> {
    steps: Vec<Step<'q, R>>,
    /// The names as a JSON object has them, one after the other, each with what parts it from the member before it.
    keys: Json,
}

struct Step<'q, R> {
    name: &'q str,
    /// Where its name stands among the keys.
    key: Range<usize>,
    value: Source<'q, R>,
}

enum Source<'q, R> {
    TypeName,
    Stored(fn(&R, &mut Json)),
    Linked(Box<dyn Fetch<R> + 'q>),
}

/// The records that a plan is written for.
pub(crate) enum Rows<'a, R> {
    One(&'a R),
    Many(&'a [&'a R]),
}

impl<'q, R: Record> Plan<'q, R> {
    /// The plan for what is selected at a place; none where it is the engine's.
    pub(super) fn of(ctx: &ContextSelectionSet<'q>) -> Option<Self> {
        if ctx.data_opt::<StepByStep>().is_some() {
            return None;
        }
        let plan = Self::of_set(ctx, &ctx.item.node)?;
        is_selected_once(ctx).then_some(plan)
    }

    /// The same without a look at what else may be selected at the place.
    pub(super) fn of_set(ctx: &ContextSelectionSet<'q>, set: &'q SelectionSet) -> Option<Self> {
        let fields = set.items.len();
        let mut plan = Self { steps: Vec::with_capacity(fields), keys: Json::with_capacity(fields * BYTES_OF_KEY) };
        plan.add(ctx, set)?;
        // Of what is skipped altogether an empty record is left, which has no first step to open it.
        (!plan.steps.is_empty()).then_some(plan)
    }

    fn add(&mut self, ctx: &ContextSelectionSet<'q>, set: &'q SelectionSet) -> Option<()> {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => self.add_field(ctx, field)?,
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    is_of::<R>(condition.map(|condition| condition.node.on.node.as_str()))?;
                    self.add(ctx, &inline.node.selection_set.node)?;
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = &ctx.query_env.fragments.get(&spread.node.fragment_name.node)?.node;
                    is_of::<R>(Some(fragment.type_condition.node.on.node.as_str()))?;
                    self.add(ctx, &fragment.selection_set.node)?;
                }
            }
        }
        Some(())
    }

    fn add_field(&mut self, ctx: &ContextSelectionSet<'q>, field: &'q Positioned<Selected>) -> Option<()> {
        let selected = &field.node;
        // `@skip` and `@include` are gone by now; whatever is left is the engine's.
        if !selected.directives.is_empty() {
            return None;
        }
        let name = selected.response_key().node.as_str();
        let value = match selected.name.node.as_str() {
            "__typename" => Source::TypeName,
            own => match R::field(own)? {
                Field::Stored(write) => Source::Stored(write),
                Field::Linked(link) => Source::Linked(link(ctx, field)?),
            },
        };
        if let Some(same) = self.steps.iter().find(|step| step.name == name) {
            // What is stored is the same however often it is selected. What is loaded is merged.
            return (!matches!((&same.value, value), (Source::Linked(_), _) | (_, Source::Linked(_)))).then_some(());
        }
        let start = self.keys.len();
        self.keys.push(if self.steps.is_empty() { "{" } else { "," });
        self.keys.push_quoted(name.as_bytes());
        self.keys.push(":");
        self.steps.push(Step { name, key: start..self.keys.len(), value });
        Some(())
    }

    /// Writes the rows, once all that they point at is there.
    pub(super) async fn write(&self, ctx: &ContextSelectionSet<'_>, rows: Rows<'_, R>) -> Value {
        let mut found = Vec::new();
        for step in &self.steps {
            if let Source::Linked(link) = &step.value {
                found.push(link.fetch(ctx, &rows));
            }
        }
        let found = futures_util::future::join_all(found).await;
        let mut json = Json::with_capacity(rows.len() * self.steps.len() * BYTES_OF_FIELD);
        match rows {
            Rows::One(row) => self.write_row(row, 0, &found, &mut json),
            Rows::Many(rows) => {
                for (place, row) in rows.iter().enumerate() {
                    json.push(if place == 0 { "[" } else { "," });
                    self.write_row(row, place, &found, &mut json);
                }
                json.push(if rows.is_empty() { "[]" } else { "]" });
            }
        }
        json.into_value()
    }

    /// Writes a record by a plan that [is stored](Self::is_stored).
    pub(super) fn write_stored(&self, row: &R, json: &mut Json) {
        self.write_row(row, 0, &[], json);
    }

    /// Whether nothing has to be loaded.
    pub(super) fn is_stored(&self) -> bool {
        !self.steps.iter().any(|step| matches!(step.value, Source::Linked(_)))
    }

    fn write_row(&self, row: &R, place: usize, found: &[Found], json: &mut Json) {
        let mut found = found.iter();
        for step in &self.steps {
            json.push_bytes(self.keys.bytes().get(step.key.clone()).unwrap_or_default());
            match &step.value {
                Source::TypeName => R::type_name().write(json),
                Source::Stored(write) => write(row, json),
                Source::Linked(_) => json.push_bytes(found.next().map_or(b"null", |found| found.of_row(place))),
            }
        }
        json.push("}");
    }
}

impl<R> Rows<'_, R> {
    fn len(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Many(rows) => rows.len(),
        }
    }

    pub(super) fn is_list(&self) -> bool {
        matches!(self, Self::Many(_))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &R> {
        match self {
            Self::One(row) => std::slice::from_ref(row).iter().copied(),
            Self::Many(rows) => rows.iter().copied(),
        }
    }
}

/// Whether a fragment with this condition is for a record of this type and nothing else; none where that takes a look at
/// the schema.
fn is_of<R: Record>(condition: Option<&str>) -> Option<()> {
    condition.is_none_or(|condition| R::type_name() == condition).then_some(())
}
