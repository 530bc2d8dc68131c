//! The onboards: five lives that take turns, and the odd ones among them.
//!
//! Of every ten, three are created, three in progress, two completed, one failed, and one has a status that no page
//! recommends. Those in progress with a number that ends in 1 or 4 are on a link that waits, and so can be completed.

use serde_json::{Value, json};

use super::super::record::Record;
use super::{MAIN_ACCOUNT, SECOND_ACCOUNT, ago, flows, id, links};

const COUNT: u32 = 60;

/// The first of them has the id that the vendor's own example has.
const FAMILY: &str = "5fd4371e940df5a34a";
const FIRST: u32 = 0x38_88b2;

/// What an onboard lacks that others have. In an answer a member may be null, or not be there, or lead nowhere.
enum Oddity {
    Missing,
    Null,
    Is(&'static str),
}

const ODDITIES: [(u32, &str, Oddity); 14] = [
    (13, "flow_id", Oddity::Missing),
    (21, "invitation_id", Oddity::Null),
    (24, "connection_id", Oddity::Null),
    (31, "connection_id", Oddity::Missing),
    (34, "flow_id", Oddity::Null),
    // Ids that lead nowhere.
    (41, "connection_id", Oddity::Is("5fd5a0c2940df5a34a38ffff")),
    (57, "flow_id", Oddity::Is("5fd43b7a940df5a34a38ffff")),
    // The first link's id, in the other case.
    (38, "connection_id", Oddity::Is("5FD5A0C2940DF5A34A38A100")),
    (45, "status", Oddity::Missing),
    (55, "status", Oddity::Null),
    (49, "account_id", Oddity::Missing),
    (52, "created_at", Oddity::Null),
    (52, "updated_at", Oddity::Missing),
    (59, "connection_id", Oddity::Missing),
];

pub(super) fn main() -> Vec<Record> {
    (0..COUNT)
        .map(|number| {
            let mut onboard = onboard(number);
            let oddities = ODDITIES.iter().filter(|(odd, ..)| *odd == number);
            for (_, member, oddity) in oddities {
                oddity.befall(&mut onboard, member);
            }
            onboard
        })
        .collect()
}

impl Oddity {
    fn befall(&self, onboard: &mut Record, member: &str) {
        match self {
            Self::Missing => onboard.remove(member),
            Self::Null => onboard.set(member, Value::Null),
            Self::Is(value) => onboard.set(member, *value),
        }
    }
}

fn onboard(number: u32) -> Record {
    let (status, link) = match number % 10 {
        0 | 3 => ("created", Some(number % 7)),
        1 | 4 => ("in_progress", Some(links::SET_UP + number % links::WAITING)),
        2 | 6 => ("completed", Some(number % links::SET_UP)),
        5 => ("failed", Some(links::SET_UP + number % links::WAITING)),
        // On its way, but its link has been set up by another onboard: completing it fails.
        8 => ("in_progress", Some(number % links::SET_UP)),
        9 => ("completed_flows_sync", Some(number % links::SET_UP)),
        // Invited, and the invitation is still pending: no connection yet.
        _ => ("created", None),
    };
    let pending = super::id(super::MINTED, 2);
    Record::of(json!({
        "id": id(FAMILY, FIRST + number),
        "invitation_id": link.map_or(pending, links::invitation_id),
        "account_id": MAIN_ACCOUNT,
        "connection_id": link.map(links::connection_id),
        "flow_id": (number % 10 != 3).then(|| flows::flow_id(number % 11)),
        "status": status,
        "created_at": ago(150 - number, number),
        "updated_at": ago(120 - number, number),
    }))
}

pub(super) fn second() -> Vec<Record> {
    let statuses = ["created", "in_progress", "failed"];
    (0x80..)
        .zip(statuses)
        .map(|(number, status)| {
            Record::of(json!({
                "id": id("60c8e3057b3d90e1c4", 0x50_1000 + number),
                "invitation_id": links::invitation_id(0x80),
                "account_id": SECOND_ACCOUNT,
                "connection_id": links::connection_id(0x80),
                "flow_id": flows::flow_id(0x80),
                "status": status,
                "created_at": ago(20, 0),
                "updated_at": ago(10, 0),
            }))
        })
        .collect()
}
