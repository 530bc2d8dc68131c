//! What an operator may set about recordings.

use std::time::Duration;

use crate::setting::Setting;

/// The keys of the section `record`.
pub const RECORD: &[Setting] = &[
    Setting::optional(
        "redact",
        "Members of bodies and queries that `onramp record` replaces although it would keep them, ids included: names, or ends \
         of paths such as `questions.description`, where `*` stands for any one name.",
    ),
    Setting::optional(
        "keep",
        "Members that it keeps although it would replace them, in the same words. Credentials are never kept.",
    ),
    Setting::new(
        "pages",
        "true",
        "Whether it keeps bodies that are no JSON, such as error pages, but for what in them looks like somebody's. A name that \
         stands in one alone is not known to be one.",
    ),
];

/// The keys of the section `replay`.
pub const REPLAY: &[Setting] = &[
    Setting::new(
        "latency",
        "false",
        "Whether `onramp serve --replay` lets each call take as long as it took when it was recorded.",
    ),
    Setting::optional(
        "as",
        "The credentials whose exchanges it plays, as `request.as` of a line names them. Unset, it plays everybody's.",
    ),
];

/// The values of [`RECORD`], as paths of members.
#[derive(Debug, Clone, Default)]
pub struct Choices {
    /// What is replaced although it would be kept.
    pub redact: Vec<String>,
    /// What is kept although it would be replaced.
    pub keep: Vec<String>,
    /// Whether bodies that are no JSON are kept at all.
    pub pages: bool,
}

/// The values of [`REPLAY`].
#[derive(Debug, Clone, Default)]
pub struct Replay {
    /// Whether calls take as long as they did.
    pub latency: bool,
    /// Whose exchanges are played; everybody's where nobody is named.
    pub credentials: Vec<String>,
}

impl Replay {
    /// Whether an exchange with this credential is played.
    pub(super) fn plays(&self, credential: Option<&str>) -> bool {
        self.credentials.is_empty() || credential.is_some_and(|name| self.credentials.iter().any(|own| own == name))
    }

    /// How long a call takes that took so many milliseconds once.
    pub(super) fn pause(&self, milliseconds: f64) -> Duration {
        if self.latency {
            Duration::try_from_secs_f64(milliseconds / 1000.0).unwrap_or_default()
        } else {
            Duration::ZERO
        }
    }
}
