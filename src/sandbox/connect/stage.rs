//! The stages that a lead goes through.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Stage {
    Unmatched,
    Matched,
    Reviewed,
    Contacted,
    Qualified,
    Funded,
    Disqualified,
    Withdrawn,
}

impl Stage {
    /// Connect lets a partner move a lead on from here.
    pub(super) fn is_open(self) -> bool {
        match self {
            Self::Matched | Self::Reviewed | Self::Contacted | Self::Qualified => true,
            Self::Unmatched | Self::Funded | Self::Disqualified | Self::Withdrawn => false,
        }
    }
}
