//! Which field of this slice needs which right: the one place that knows. A field is refused until it stands here.

use crate::caller::{Needs, Right};

const READ: Right = Right::new("verifications:read");
const WRITE: Right = Right::new("verifications:write");
const SENSITIVE: Right = Right::new("verifications:sensitive");

/// The rights of this slice's fields.
pub const NEEDS: Needs = &[
    ("verification", READ),
    ("verificationChanged", READ),
    ("verifications", READ),
    ("checklistTemplate", READ),
    ("checklist", READ),
    ("completionStatus", READ),
    ("rawResponse", SENSITIVE),
    ("errorTraceback", SENSITIVE),
    ("verificationStart", WRITE),
    ("verificationCreate", WRITE),
    ("verificationUpdate", WRITE),
    ("verificationReplace", WRITE),
    ("verificationDelete", WRITE),
    ("verificationSubmitAnswers", WRITE),
    ("verificationRunValidation", WRITE),
    ("verificationCreateCustomer", WRITE),
];
