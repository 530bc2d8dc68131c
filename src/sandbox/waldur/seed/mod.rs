//! The world that the sandbox starts with: three users, two checklists, three registers, forty verifications.
//!
//! Ids come from counters and dates are fixed: it is the same at every start.

use super::mint;
use super::register::{Entry, Person, Register};
use super::users::{Role, User};
use super::world::World;

mod answered;
mod companies;
mod questions;
mod verifications;

/// The token of the owner of most verifications.
pub const OWNER_TOKEN: &str = "3f9b1c47d2a86e05b7c4f1390a5d8e62417cb09f";
/// The token of staff, who see everything.
pub const STAFF_TOKEN: &str = "c85e07a1f4923bd6e018c7549fa2d36b0e71a84c";
/// The token of another owner, who sees a few of their own.
pub const OTHER_TOKEN: &str = "71d0e3a96b5f28c4970b1e86fd43c25a8e90b7d1";

const STAFF: u64 = 1;
const OWNER: u64 = 2;
const OTHER: u64 = 3;

/// The personal code of the owner, which registers list for some companies.
const OWNER_CODE: &str = "48806260018";

pub(super) fn world() -> World {
    let mut world = World::new(users(), questions::checklists(), registers());
    verifications::fill(&mut world);
    world
}

fn users() -> Vec<User> {
    let user = |pk, full_name, token, civil_number, role| User {
        pk,
        uuid: mint::scattered(USERS + pk),
        full_name,
        token,
        civil_number,
        role,
    };
    vec![
        user(STAFF, "Helena Lind", STAFF_TOKEN, "47605120235", Role::Staff),
        user(OWNER, "Kertu Saar", OWNER_TOKEN, OWNER_CODE, Role::Owner),
        user(OTHER, "Lukas Gruber", OTHER_TOKEN, "39002170041", Role::Owner),
    ]
}

/// Counters of ids that no run reaches: the running one starts at one.
const USERS: u64 = 1 << 40;
const QUESTIONS: u64 = 1 << 41;
const RECORDS: u64 = 1 << 42;

fn registers() -> Vec<Register> {
    vec![
        Register {
            country: "EE",
            method: "ariregister",
            title: "Estonian Business Register",
            manager: "JUHL",
            digits_only: true,
            entries: vec![somebody_elses_company()],
        },
        Register {
            country: "AT",
            method: "wirtschaftscompass",
            title: "Austrian Company Register",
            manager: "GF",
            digits_only: false,
            entries: Vec::new(),
        },
        Register {
            country: "SE",
            method: "bolagsverket",
            title: "Swedish Companies Registration Office",
            manager: "VD",
            digits_only: false,
            entries: Vec::new(),
        },
    ]
}

/// The owner holds a share of it and may not sign: a validation escalates and still tells the role.
fn somebody_elses_company() -> Entry {
    Entry::Company {
        code: "10137319",
        name: "AS Tartu Mõõteriistad",
        people: vec![
            Person { code: "36712240219", role: "JUHL", may_sign_alone: true },
            Person { code: OWNER_CODE, role: "OSAN", may_sign_alone: false },
        ],
    }
}
