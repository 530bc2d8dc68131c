//! What LeadConduit starts with: the same two accounts in every run.
//!
//! Ids are made like the real ones: 18 digits that a family shares, and 6 that count up.

mod account;
mod flows;
mod links;
mod onboards;

use jiff::{SignedDuration, Timestamp};

use super::World;
use super::tenant::{Mint, Side, Tenant};

const MAIN_ACCOUNT: &str = "5fd2c1a8940df5a34a387f01";
const SECOND_ACCOUNT: &str = "60c8e2f17b3d90e1c4a50d22";

/// The family of the ids that the main account gives out from here on; its pending invitations have the first of them.
const MINTED: &str = "695b8d10940df5a34a";

/// When the sandbox's clock starts; everything in the seed is older.
const NOW: i64 = 1_767_603_600;

pub(super) fn world() -> World {
    World { main: main(), second: second() }
}

fn main() -> Tenant {
    let mut tenant = Tenant {
        account: account::main(),
        onboards: onboards::main(),
        connections: links::main(),
        flows: Some(flows::main()),
        entities: links::main_entities(),
        invited: Vec::new(),
        mint: Mint::new(MINTED, start()),
    };
    tenant.invite("partners@harborleaf.example", "Harborleaf Media", Side::Source);
    tenant.invite("leads@northgateway.example", "North Gateway Leads", Side::Source);
    tenant.invite("intake@cedarfunding.example", "Cedar Funding", Side::Recipient);
    let stale = tenant.invite("ops@brightwell.example", "Brightwell Capital", Side::Recipient);
    if let Some(id) = stale.text("id") {
        tenant.set_deadline(id, &ago(20, 0));
    }
    tenant
}

/// A free account: without flows, and nobody invited.
fn second() -> Tenant {
    Tenant {
        account: account::second(),
        onboards: onboards::second(),
        connections: links::second(),
        flows: None,
        entities: Vec::new(),
        invited: Vec::new(),
        mint: Mint::new("695b8d117b3d90e1c4", start()),
    }
}

fn id(family: &str, number: u32) -> String {
    format!("{family}{number:06x}")
}

fn start() -> Timestamp {
    Timestamp::from_second(NOW).unwrap_or_default()
}

/// A moment of the time before: the seed tells its dates in days and minutes.
fn ago(days: u32, minutes: u32) -> String {
    let past = SignedDuration::from_mins(i64::from(days) * 24 * 60 + i64::from(minutes));
    let moment = start().checked_sub(past);
    moment.unwrap_or_default().to_string()
}
