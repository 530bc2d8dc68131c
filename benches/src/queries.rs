//! What is asked, and what it has to cost in upstream calls.

/// Rows of a page at most; what a client wants more of, it asks for in several pages.
pub(crate) const PAGE: usize = 100;

/// One of the queries that everybody is measured with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Query {
    /// Nothing but the way through the gateway.
    Typename,
    /// One call, one record.
    Account,
    /// One call, a hundred records.
    Onboards,
    /// Two calls, whose second all rows share.
    Shared,
    /// A hundred and one calls: one more for each row.
    Fanned,
}

impl Query {
    pub(crate) const ALL: [Self; 5] = [Self::Typename, Self::Account, Self::Onboards, Self::Shared, Self::Fanned];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Typename => "Q1",
            Self::Account => "Q2",
            Self::Onboards => "Q3",
            Self::Shared => "Q4a",
            Self::Fanned => "Q4b",
        }
    }

    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::Typename => "`__typename`",
            Self::Account => "the account, 8 scalars",
            Self::Onboards => "100 onboards, 8 scalars each",
            Self::Shared => "100 onboards with the account's id and name",
            Self::Fanned => "100 onboards with a distinct link each",
        }
    }

    pub(crate) fn text(self) -> String {
        match self {
            Self::Typename => "{__typename}".to_owned(),
            Self::Account => {
                "{account{id name timeZone state productId dataRetentionInDays billingType financialState}}".to_owned()
            }
            Self::Onboards => onboards(PAGE),
            Self::Shared => format!("{{onboards(first:{PAGE}){{nodes{{id account{{id name}}}}}}}}"),
            Self::Fanned => format!("{{onboards(first:{PAGE}){{nodes{{id link{{objectId createdBy}}}}}}}}"),
        }
    }

    /// The upstream calls that it takes, by the contract of the APIs.
    pub(crate) fn calls(self) -> u64 {
        match self {
            Self::Typename => 0,
            Self::Account | Self::Onboards => 1,
            Self::Shared => 2,
            Self::Fanned => 101,
        }
    }
}

/// The onboards of one page.
pub(crate) fn onboards(rows: usize) -> String {
    format!("{{onboards(first:{rows}){{nodes{{{SCALARS}}}}}}}")
}

/// The onboards of several pages, each behind the cursor that the one before it ends with, in one operation.
pub(crate) fn pages(cursors: &[String]) -> String {
    let page = |(number, after): (usize, &String)| {
        format!("p{}:onboards(first:{PAGE},after:{after:?}){{nodes{{{SCALARS}}}}}", number + 1)
    };
    let further: Vec<String> = cursors.iter().enumerate().map(page).collect();
    format!("{{p0:onboards(first:{PAGE}){{nodes{{{SCALARS}}}}} {}}}", further.join(" "))
}

const SCALARS: &str = "id status invitationId accountId connectionId flowId createdAt updatedAt";

/// A request's body.
pub(crate) fn body(query: &str) -> String {
    serde_json::json!({ "query": query }).to_string()
}
