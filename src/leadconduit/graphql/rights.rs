//! Which field of this slice needs which right: the one place that knows. A field is refused until it stands here.

use crate::caller::{Needs, Right};

const READ: Right = Right::new("onboards:read");
const WRITE: Right = Right::new("onboards:write");
const READ_ACCOUNT: Right = Right::new("account:read");
const WRITE_ACCOUNT: Right = Right::new("account:write");

/// The rights of this slice's fields. What an onboard points at belongs to it; the account is its own thing.
pub const NEEDS: Needs = &[
    ("onboard", READ),
    ("onboardChanged", READ),
    ("onboards", READ),
    ("link", READ),
    ("flow", READ),
    ("account", READ_ACCOUNT),
    ("onboardCreate", WRITE),
    ("onboardUpdate", WRITE),
    ("onboardStart", WRITE),
    ("onboardComplete", WRITE),
    ("buyerDeliverySetUp", WRITE),
    ("accountUpdate", WRITE_ACCOUNT),
];
