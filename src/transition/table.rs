//! A lifecycle's table as plain rows, and what is written from them: a description and a state diagram.

use std::fmt::Write;

use super::{Act, Basis, Lifecycle, Rule};

/// One rule, by the names that the graph gives its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The lifecycle: `ONBOARD`.
    pub lifecycle: &'static str,
    /// The move: `START`.
    pub action: &'static str,
    /// The states in which it may be made; empty for a creation.
    pub from: Vec<&'static str>,
    /// The states in which it may end; empty where it leaves the state as it is or removes the record.
    pub to: Vec<&'static str>,
    /// Whether the record is gone afterwards.
    pub removes: bool,
    /// What it needs.
    pub needs: Vec<&'static str>,
    /// Whether it is closed once the record is settled.
    pub unless_settled: bool,
    /// Whether the vendor makes it, and not the client.
    pub by_vendor: bool,
    /// Whose rule it is that the move is open from these states and leads to those.
    pub basis: Basis,
    /// Whose rule it is that the needs have to be held.
    pub needs_basis: Basis,
    /// Where it is written.
    pub source: &'static str,
    /// The mutation that makes it; none for the vendor's moves.
    pub mutation: Option<&'static str>,
}

/// The lifecycle's table in its own order.
pub fn rows<L: Lifecycle>() -> Vec<Row> {
    L::RULES.iter().map(row::<L>).collect()
}

fn row<L: Lifecycle>(rule: &Rule<L>) -> Row {
    let names = |states: &[L::State]| states.iter().map(|state| L::state_name(*state)).collect();
    Row {
        lifecycle: L::NAME,
        action: match rule.act {
            Act::Create(name) | Act::Vendor(name) => name,
            Act::Move(action) => L::action_name(action),
        },
        from: names(rule.from),
        to: names(rule.to),
        removes: rule.removes,
        needs: rule.needs.iter().map(|need| L::need_name(*need)).collect(),
        unless_settled: rule.unless_settled,
        by_vendor: matches!(rule.act, Act::Vendor(_)),
        basis: rule.basis,
        needs_basis: rule.needs_basis,
        source: rule.source,
        mutation: rule.mutation,
    }
}

/// The rules in Markdown, a line each, for the description of a status enum.
pub fn describe(rows: &[Row]) -> String {
    rows.iter().fold(String::from("Moves:"), |mut text, row| {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n- {}", sentence(row));
        text
    })
}

fn sentence(row: &Row) -> String {
    let mover = row.mutation.unwrap_or("the upstream itself");
    let from = if row.from.is_empty() { "nothing".to_owned() } else { row.from.join(", ") };
    let to = match (row.removes, row.to.is_empty()) {
        (true, _) => "gone".to_owned(),
        (false, true) => "unchanged".to_owned(),
        (false, false) => row.to.join(" or "),
    };
    let needs = if row.needs.is_empty() { String::new() } else { format!("; needs {}", row.needs.join(", ")) };
    let basis = if row.basis == Basis::Documented { "documented" } else { "policy" };
    format!("{from} to {to} by {mover}{needs} ({basis})")
}

/// The lifecycle as a Mermaid state diagram; the vendor's moves are marked, and moves that change nothing are left out.
pub fn diagram(rows: &[Row]) -> String {
    let mut text = String::from("stateDiagram-v2\n");
    for row in rows.iter().filter(|row| row.removes || !row.to.is_empty()) {
        let label = row.mutation.map_or_else(|| format!("({})", row.action.to_lowercase()), str::to_owned);
        let starts = if row.from.is_empty() { vec!["[*]"] } else { row.from.clone() };
        let ends = if row.removes { vec!["[*]"] } else { row.to.clone() };
        for start in &starts {
            for end in &ends {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "    {start} --> {end}: {label}");
            }
        }
    }
    text
}
