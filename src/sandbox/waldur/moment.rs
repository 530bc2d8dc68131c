//! What time it is, and how the server writes it: UTC, microseconds, the fraction left out when it is zero.

use jiff::{SignedDuration, Timestamp};

/// How long an escalated record, or one that was validated, stays open.
const OPEN_FOR: SignedDuration = SignedDuration::from_hours(48);

/// The present, cut to the microseconds that the server's database keeps.
pub(super) fn now() -> Timestamp {
    let present = Timestamp::now();
    Timestamp::from_microsecond(present.as_microsecond()).unwrap_or(present)
}

/// When something that opens at `start` runs out.
pub(super) fn deadline(start: Timestamp) -> Timestamp {
    start.checked_add(OPEN_FOR).unwrap_or(Timestamp::MAX)
}

pub(super) fn written(moment: Timestamp) -> String {
    let seconds = moment.strftime("%Y-%m-%dT%H:%M:%S");
    match moment.subsec_microsecond() {
        0 => format!("{seconds}Z"),
        fraction => format!("{seconds}.{fraction:06}Z"),
    }
}
