//! Who asks, and what he may see.

use crate::error::Error;

/// Something that not every caller may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// See what a company register said of persons, and the traces of failed checks.
    VerificationsSensitive,
    /// See which calls a request cost, and how long each took.
    Explain,
}

impl Right {
    /// The right's name, as errors and settings write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::VerificationsSensitive => "verifications:sensitive",
            Self::Explain => "explain",
        }
    }
}

/// The id of the request that is being answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(pub String);

/// The one who sent a request.
#[derive(Debug, Clone)]
pub struct Caller {
    name: String,
    rights: Vec<Right>,
}

impl Caller {
    /// A caller without a name, with these rights besides the ordinary ones.
    pub fn anonymous(rights: Vec<Right>) -> Self {
        Self { name: "anonymous".to_owned(), rights }
    }

    /// Who it is, as the audit log writes it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the caller has a right.
    pub fn has(&self, right: Right) -> bool {
        self.rights.contains(&right)
    }

    /// Checks that the caller has a right.
    ///
    /// # Errors
    /// `FORBIDDEN`, naming the right.
    pub fn require(&self, right: Right) -> Result<(), Error> {
        if self.has(right) { Ok(()) } else { Err(Error::Forbidden { right: right.name() }) }
    }
}
