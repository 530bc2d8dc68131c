//! What was looked at, and what came of it: for people and for machines.

use std::fmt::Write;

use serde::Serialize;
use serde_json::{Value, json};

use super::{Comparison, Contract, Difference};

/// One kind of record, and whether it could be looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// The kind.
    pub kind: &'static str,
    /// What came of it.
    pub seen: Seen,
}

/// What came of looking at a kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Seen {
    /// It was read.
    Read {
        /// The read, with the route as a template.
        read: String,
        /// Whether members besides the documented ones are nothing new.
        is_open: bool,
        /// In what it differs from its contract.
        comparison: Comparison,
    },
    /// There is nothing to look at, or no way to it: that is no fault of the API.
    Nothing {
        /// Why.
        because: String,
    },
    /// The API was asked and gave nothing that can be looked at.
    Failed {
        /// The read, with the route as a template.
        read: String,
        /// Why.
        because: String,
    },
}

impl Look {
    /// A kind of which nothing is looked at.
    pub(crate) fn nothing(contract: &Contract, because: impl Into<String>) -> Self {
        Self { kind: contract.kind, seen: Seen::Nothing { because: because.into() } }
    }

    fn differences(&self) -> impl Iterator<Item = (&Difference, usize)> {
        let comparison = match &self.seen {
            Seen::Read { comparison, .. } => Some(comparison),
            Seen::Nothing { .. } | Seen::Failed { .. } => None,
        };
        comparison.into_iter().flat_map(|comparison| comparison.differences.iter().map(|(what, times)| (what, *times)))
    }
}

/// What was looked at of one API.
#[derive(Debug, Clone, PartialEq)]
pub struct Survey {
    /// The API's name in the graph.
    pub api: &'static str,
    /// Its kinds; none where the settings do not name the API.
    pub looks: Vec<Look>,
}

/// What was looked at of all of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Report(pub Vec<Survey>);

impl Report {
    /// Whether anything differs from its contract.
    #[must_use]
    pub fn has_drift(&self) -> bool {
        self.looks().any(|look| look.differences().next().is_some())
    }

    /// Whether an API was asked in vain.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.looks().any(|look| matches!(look.seen, Seen::Failed { .. }))
    }

    fn looks(&self) -> impl Iterator<Item = &Look> {
        self.0.iter().flat_map(|survey| &survey.looks)
    }

    /// The report for people.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for survey in &self.0 {
            text.push_str(survey.api);
            text.push_str(if survey.looks.is_empty() { ": not configured\n" } else { "\n" });
            survey.looks.iter().for_each(|look| look.tell(&mut text));
        }
        text.push_str(self.verdict());
        text.push('\n');
        text
    }

    fn verdict(&self) -> &'static str {
        match (self.has_drift(), self.has_failed()) {
            (true, false) => "The APIs differ from their contracts.",
            (true, true) => "The APIs differ from their contracts, and not all of them could be looked at.",
            (false, true) => "Not everything could be looked at; what was differs in nothing from its contract.",
            (false, false) => "Nothing that was looked at differs from its contract.",
        }
    }

    /// The report for machines.
    #[must_use]
    pub fn json(&self) -> Value {
        let survey = |survey: &Survey| json!({"api": survey.api, "kinds": survey.looks.iter().map(Look::json).collect::<Vec<_>>()});
        let apis: Vec<Value> = self.0.iter().map(survey).collect();
        json!({"drift": self.has_drift(), "failed": self.has_failed(), "apis": apis})
    }
}

impl Look {
    fn tell(&self, text: &mut String) {
        let told = match &self.seen {
            Seen::Read { read, is_open, comparison } => {
                let records = if comparison.records == 1 { "record" } else { "records" };
                let further = if *is_open { "; further members are not documented and not looked at" } else { "" };
                format!("{read}, {} {records}{further}", comparison.records)
            }
            Seen::Nothing { because } => format!("not looked at: {because}"),
            Seen::Failed { read, because } => format!("{read}, could not be looked at: {because}"),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {:<20}{told}", self.kind);
        for (difference, times) in self.differences() {
            let _ = writeln!(text, "      {}, {}", difference.sentence(), counted(times));
        }
    }

    fn json(&self) -> Value {
        let differences = |comparison: &Comparison| {
            let counted = |(difference, times): (&Difference, &usize)| json!(Counted { difference, times: *times });
            comparison.differences.iter().map(counted).collect::<Vec<_>>()
        };
        match &self.seen {
            Seen::Read { read, is_open, comparison } => json!({
                "kind": self.kind,
                "read": read,
                "records": comparison.records,
                "furtherMembers": if *is_open { "passed over" } else { "told" },
                "differences": differences(comparison),
            }),
            Seen::Nothing { because } => json!({"kind": self.kind, "notLookedAt": because}),
            Seen::Failed { read, because } => json!({"kind": self.kind, "read": read, "failed": because}),
        }
    }
}

#[derive(Serialize)]
struct Counted<'a> {
    #[serde(flatten)]
    difference: &'a Difference,
    times: usize,
}

impl Difference {
    fn sentence(&self) -> String {
        match self {
            Self::UnknownMember { path, found } => format!("unknown member {path} ({})", found.name()),
            Self::UnknownWord { path, word } => format!("unknown word {word} at {path}"),
            Self::MissingMember { path } => format!("missing member {path}"),
            Self::OtherType { path, expected, found } => {
                format!("other type at {path}: expected {expected}, found {}", found.name())
            }
        }
    }
}

fn counted(times: usize) -> String {
    if times == 1 { "once".to_owned() } else { format!("{times} times") }
}
