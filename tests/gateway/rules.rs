//! What may follow what: every state against every move, written by hand from the contracts and not from the gateway's
//! tables. A move that is not open writes nothing, whoever asks for it.

mod leads;
mod links;
mod listed;
mod onboards;
mod verifications;

use onramp::sandbox::Played;
use serde_json::{Value, json};

use crate::gateway::{World, writes};

/// What becomes of a move from a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell {
    /// It is made.
    Open,
    /// It is open, and the record lacks what it needs.
    Lacks(&'static str),
    /// The state does not allow it.
    Shut,
}

/// How a record ends that has made a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    At(&'static str),
    Unmoved,
    Gone,
}

/// A move: a column of a matrix.
struct Move {
    action: &'static str,
    mutation: &'static str,
    /// The mutation's arguments behind the id, which bring all that a record need not hold.
    input: &'static str,
    /// What of that is named as missing where no input is at hand.
    brings: &'static [&'static str],
    /// Where it may end; empty where it leaves the state as it is, or the record is gone.
    to: &'static [&'static str],
    end: End,
    basis: &'static str,
    /// The request that it makes, with `{id}` for the record's id in a path.
    write: &'static str,
}

/// A lifecycle as its contract tells it.
struct Matrix {
    /// The field of the record in queries and payloads.
    record: &'static str,
    /// The record's member that holds its state.
    state: &'static str,
    moves: &'static [Move],
    /// How `availableTransitions` writes where a move may end.
    to: fn(&[&str]) -> Value,
}

/// A record in a state, and what becomes of every move from it, in the order of the columns.
struct Row<'a> {
    id: &'a str,
    id_in_path: &'a str,
    state: &'a str,
    cells: &'a [Cell],
}

impl Matrix {
    /// Holds a row: what is offered, what a dry run says of every move, and what the move itself answers and writes.
    ///
    /// Preparing brings the whole API back to the row's state; it goes before every request.
    async fn check(&self, world: &World, api: &Played, row: &Row<'_>, prepare: impl AsyncFn()) {
        assert_eq!(row.cells.len(), self.moves.len(), "{}", row.state);
        prepare().await;
        let query = format!(
            r#"{{ {}(id: "{}") {{ {} availableTransitions {{ action to mutation ready missing basis }} }} }}"#,
            self.record, row.id, self.state
        );
        let expected = json!({ self.state: row.state, "availableTransitions": self.offered(row) });
        assert_eq!(world.data(&query).await[self.record], expected, "{} in {}", row.id, row.state);
        for (step, cell) in self.moves.iter().zip(row.cells) {
            for dry_run in [true, false] {
                let told = format!("{} of {} in {}, dry run: {dry_run}", step.mutation, row.id, row.state);
                prepare().await;
                api.forget_calls();
                let answer = world.data(&self.mutation(step, row, dry_run)).await;
                assert_eq!(answer[step.mutation], self.expected(step, *cell, row, dry_run), "{told}");
                let is_made = *cell == Cell::Open && !dry_run;
                let write = is_made.then(|| step.write.replace("{id}", row.id_in_path));
                assert_eq!(writes(api), Vec::from_iter(write), "{told}");
            }
        }
    }

    fn mutation(&self, step: &Move, row: &Row<'_>, dry_run: bool) -> String {
        let record = match step.end {
            End::Gone => "deletedVerificationId".to_owned(),
            End::At(_) | End::Unmoved => format!("{} {{ {} }}", self.record, self.state),
        };
        format!(
            r#"mutation {{ {}(id: "{}", {} dryRun: {dry_run}) {{ {record} userErrors {{
                __typename code path
                ... on TransitionRefused {{ from action allowed basis }} ... on RequirementsMissing {{ missing }}
            }} dryRun }} }}"#,
            step.mutation, row.id, step.input
        )
    }

    fn expected(&self, step: &Move, cell: Cell, row: &Row<'_>, dry_run: bool) -> Value {
        let is_made = cell == Cell::Open && !dry_run;
        let (member, record) = match step.end {
            End::Gone => ("deletedVerificationId", json!(is_made.then(|| format!("verification_{}", row.id)))),
            End::At(state) if is_made => (self.record, json!({ self.state: state })),
            End::At(_) | End::Unmoved => (self.record, json!({ self.state: row.state })),
        };
        json!({ member: record, "userErrors": self.errors(step, cell, row), "dryRun": dry_run })
    }

    fn errors(&self, step: &Move, cell: Cell, row: &Row<'_>) -> Value {
        match cell {
            Cell::Open => json!([]),
            Cell::Lacks(what) => json!([{
                "__typename": "RequirementsMissing", "code": "REQUIREMENTS_MISSING", "path": null, "missing": [what],
            }]),
            Cell::Shut => json!([{
                "__typename": "TransitionRefused", "code": "TRANSITION_REFUSED", "path": null,
                "from": row.state, "action": step.action, "allowed": self.allowed(row), "basis": step.basis,
            }]),
        }
    }

    fn allowed(&self, row: &Row<'_>) -> Vec<&str> {
        let columns = self.moves.iter().zip(row.cells);
        columns.filter(|(_, cell)| **cell != Cell::Shut).map(|(step, _)| step.action).collect()
    }

    fn offered(&self, row: &Row<'_>) -> Value {
        let columns = self.moves.iter().zip(row.cells);
        let offer = |(step, cell): (&Move, &Cell)| {
            let mut missing = step.brings.to_vec();
            match cell {
                Cell::Open => {}
                Cell::Lacks(what) => missing.push(what),
                Cell::Shut => return None,
            }
            let stays = [row.state];
            let to = if step.end == End::Unmoved { &stays } else { step.to };
            Some(json!({
                "action": step.action,
                "to": (self.to)(to),
                "mutation": step.mutation,
                "ready": missing.is_empty(),
                "missing": missing,
                "basis": step.basis,
            }))
        };
        columns.filter_map(offer).collect()
    }
}

/// Of a lifecycle whose moves end in one state each.
fn one(to: &[&str]) -> Value {
    json!(to[0])
}

/// Of a lifecycle in which a move may end in several states.
fn several(to: &[&str]) -> Value {
    json!(to)
}
