//! Which field of this slice needs which right: the one place that knows. A field is refused until it stands here.

use crate::caller::{Needs, Right};

const READ: Right = Right::new("leads:read");
const WRITE: Right = Right::new("leads:write");

/// The rights of this slice's fields.
pub const NEEDS: Needs = &[
    ("lead", READ),
    ("leadChanged", READ),
    ("leads", READ),
    ("leadReview", WRITE),
    ("leadContact", WRITE),
    ("leadQualify", WRITE),
    ("leadFund", WRITE),
    ("leadDisqualify", WRITE),
    ("leadWithdraw", WRITE),
];
