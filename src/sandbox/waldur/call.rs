//! A call that came through the door: who asks, where, and with what.

use std::sync::Arc;

use super::body::Unread;
use super::pages::Listing;
use super::users::User;

/// A request whose caller is known.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) caller: Arc<User>,
    /// The site's address up to `/api/`, from the request's Host: the server's links are absolute.
    pub(super) site: String,
    /// The path below the site.
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Unread,
}

impl Call {
    pub(super) fn asked(&self, name: &str) -> Option<&str> {
        self.query.iter().rev().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn address(&self) -> String {
        format!("{}{}", self.site, self.path)
    }

    pub(super) fn listing<'a>(&'a self, address: &'a str) -> Listing<'a> {
        Listing { address, query: &self.query }
    }
}
