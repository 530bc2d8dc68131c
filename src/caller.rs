//! Who asks, and what he may do: a [`Caller`] has a [`Profile`], and a profile has rights.
//!
//! Which field needs which right is said by the slice that brings the field, in a table of [`Needs`]. How a caller is
//! known by what he sends is left to `identity`.

use std::fmt::Write;
use std::sync::Arc;
use std::time::SystemTime;

use axum::http::{HeaderName, HeaderValue};
use sha2::{Digest, Sha256};

use crate::error::Error;

/// Something that not every caller may do, such as `onboards:read`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Right(&'static str);

impl Right {
    /// The right of this name, as errors and settings write it.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The right's name.
    pub fn name(self) -> &'static str {
        self.0
    }

    /// Whether it is about more than what a caller of the gateway has to see to do his work.
    pub fn is_sensitive(self) -> bool {
        self.0.ends_with(":sensitive")
    }
}

/// The right that each field of a slice needs, by the field's name. What is not named here is not to be had by a session.
pub type Needs = &'static [(&'static str, Right)];

/// The right that a field needs.
///
/// # Errors
/// Where the table does not know the field: it is refused to everybody until its right is decided.
pub(crate) fn needed(needs: Needs, field: &str) -> Result<Right, Error> {
    let row = needs.iter().find(|(name, _)| *name == field);
    row.map(|(_, right)| *right).ok_or(Error::Internal)
}

/// The id of the request that is being answered. Cheap to clone, since everything that is done for a request holds it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RequestId(pub Arc<str>);

/// What callers of one kind may do, and which of their headers are passed on as credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    name: String,
    rights: Vec<Right>,
    forwarded: Vec<HeaderName>,
}

impl Profile {
    /// A profile of the settings, with the headers whose values its callers' calls to the APIs are made with.
    pub fn new(name: String, rights: Vec<Right>, forwarded: Vec<HeaderName>) -> Self {
        Self { name, rights, forwarded }
    }

    /// The name in the settings; blank for the profile of those for whom the settings name none.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// The one who sent a request. Cheap to clone, since everything that is done for him holds him.
#[derive(Debug, Clone)]
pub struct Caller(Arc<Known>);

/// What is known of a caller.
#[derive(Debug, Clone)]
struct Known {
    name: Arc<str>,
    identity: Arc<str>,
    profile: Arc<Profile>,
    forwarded: Vec<(HeaderName, HeaderValue)>,
    expiry: Option<SystemTime>,
    scope: Arc<str>,
}

impl Caller {
    /// A caller that is known as `name` to people and as `identity` to the gateway: no two callers share that.
    pub fn new(name: Arc<str>, identity: Arc<str>, profile: Arc<Profile>) -> Self {
        let scope = scope(&profile, &identity, &[]);
        Self(Arc::new(Known { name, identity, profile, forwarded: Vec::new(), expiry: None, scope }))
    }

    /// A caller of whom nothing is known.
    pub fn anonymous(profile: Arc<Profile>) -> Self {
        Self::new("anonymous".into(), "".into(), profile)
    }

    /// The same as long as a moment is not over.
    #[must_use]
    pub fn until(mut self, expiry: Option<SystemTime>) -> Self {
        Arc::make_mut(&mut self.0).expiry = expiry;
        self
    }

    /// When what he is known by is worth nothing any more; none where that never ends by itself.
    pub fn expiry(&self) -> Option<SystemTime> {
        self.0.expiry
    }

    /// The same with the headers that his profile passes on, found by `find`.
    #[must_use]
    pub fn bringing<'a>(mut self, find: impl Fn(&HeaderName) -> Option<&'a HeaderValue>) -> Self {
        let found = |name: &HeaderName| {
            let mut value = find(name)?.clone();
            value.set_sensitive(true);
            Some((name.clone(), value))
        };
        let forwarded: Vec<_> = self.0.profile.forwarded.iter().filter_map(found).collect();
        if !forwarded.is_empty() {
            let known = Arc::make_mut(&mut self.0);
            known.scope = scope(&known.profile, &known.identity, &forwarded);
            known.forwarded = forwarded;
        }
        self
    }

    /// Who it is, as the audit log writes it.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The same, to be kept.
    pub(crate) fn shared_name(&self) -> Arc<str> {
        Arc::clone(&self.0.name)
    }

    /// What tells him from every other caller; blank for all who are anonymous.
    pub fn identity(&self) -> &str {
        &self.0.identity
    }

    /// The same, to be kept.
    pub(crate) fn shared_identity(&self) -> Arc<str> {
        Arc::clone(&self.0.identity)
    }

    /// What he may do.
    pub fn profile(&self) -> &Profile {
        &self.0.profile
    }

    /// What his request brought in a header that his profile passes on.
    pub(crate) fn forwarded(&self, header: &HeaderName) -> Option<&HeaderValue> {
        self.0.forwarded.iter().find(|(name, _)| name == header).map(|(_, value)| value)
    }

    /// In whose name his writes are made: his own, and that of the credentials that he brought. A front end that passes
    /// on its users' credentials is as many as it has users.
    pub(crate) fn scope(&self) -> &Arc<str> {
        &self.0.scope
    }

    /// Whether the caller has a right.
    pub fn has(&self, right: Right) -> bool {
        self.0.profile.rights.contains(&right)
    }

    /// Checks that the caller has a right.
    ///
    /// # Errors
    /// `FORBIDDEN`, naming the right.
    pub fn require(&self, right: Right) -> Result<(), Error> {
        if self.has(right) { Ok(()) } else { Err(Error::Forbidden { right: right.name() }) }
    }
}

fn scope(profile: &Profile, identity: &str, forwarded: &[(HeaderName, HeaderValue)]) -> Arc<str> {
    let mut scope = [&profile.name, "\0", identity].concat();
    if !forwarded.is_empty() {
        let mut digest = Sha256::new();
        for (name, value) in forwarded {
            digest.update(name.as_str());
            digest.update([0]);
            digest.update(value.len().to_be_bytes());
            digest.update(value.as_bytes());
        }
        // Writing to a string cannot fail.
        let _ = write!(scope, "\0{}", hex(&digest.finalize()));
    }
    scope.into()
}

/// Bytes in hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    use super::{Caller, Profile};

    const TOKEN: HeaderName = HeaderName::from_static("x-token");

    fn caller(identity: &str, profile: &str, headers: &HeaderMap) -> Caller {
        let profile = Profile::new(profile.to_owned(), Vec::new(), vec![TOKEN]);
        Caller::new("name".into(), identity.into(), Arc::new(profile)).bringing(|name| headers.get(name))
    }

    #[test]
    fn a_scope_is_shared_by_nobody_who_differs_in_identity_profile_or_credential() {
        let with = |token: &'static str| HeaderMap::from_iter([(TOKEN, HeaderValue::from_static(token))]);
        let scopes = [
            caller("a", "p", &with("1")).scope().clone(),
            caller("b", "p", &with("1")).scope().clone(),
            caller("a", "q", &with("1")).scope().clone(),
            caller("a", "p", &with("2")).scope().clone(),
            caller("a", "p", &HeaderMap::new()).scope().clone(),
        ];
        for (place, scope) in scopes.iter().enumerate() {
            assert_eq!(scopes.iter().position(|other| other == scope), Some(place), "{scopes:?}");
        }
        assert_eq!(scopes[0], *caller("a", "p", &with("1")).scope());
    }

    #[test]
    fn what_was_brought_is_not_shown() {
        let headers = HeaderMap::from_iter([(TOKEN, HeaderValue::from_static("s3cret"))]);
        assert!(!format!("{:?}", caller("a", "p", &headers)).contains("s3cret"));
    }
}
