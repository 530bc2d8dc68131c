//! The leads that Connect starts with: 60 in every stage, and 3 of another partner.

use uuid::Uuid;

use super::Leads;
use super::lead::Lead;
use super::stage::Stage;

/// The first lead is Matched, and so is every eighth after it.
const STAGES: [Stage; 8] = [
    Stage::Matched,
    Stage::Reviewed,
    Stage::Contacted,
    Stage::Qualified,
    Stage::Funded,
    Stage::Disqualified,
    Stage::Withdrawn,
    Stage::Unmatched,
];

/// Seven amounts to eight stages, so that every stage comes with every amount, and with none.
const AMOUNTS: [Option<f64>; 7] =
    [Some(50_000.0), Some(125_000.0), Some(7_500.5), None, Some(250_000.0), Some(18_250.75), Some(1_000_000.0)];

/// The first lead of each partner; the others count up from it.
const FIRST: Uuid = Uuid::from_u128(0x9c30a205_a60e_47cb_94b4_6d45cd4c2179);
const FIRST_OF_SECOND: Uuid = Uuid::from_u128(0x4be1f7d8_2c95_4d0a_8e63_0a7c51d3b640);

pub(super) fn leads() -> Leads {
    Leads { main: row(FIRST, 60), second: row(FIRST_OF_SECOND, 3) }
}

fn row(first: Uuid, count: usize) -> Vec<Lead> {
    let stages = STAGES.into_iter().cycle();
    let amounts = AMOUNTS.into_iter().cycle();
    let ids = (first.as_u128()..).map(Uuid::from_u128);
    ids.zip(stages.zip(amounts))
        .take(count)
        .map(|(id, (status, requested_amount))| Lead { id, status, requested_amount, posted: Vec::new() })
        .collect()
}
