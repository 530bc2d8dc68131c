//! One HTTP request to an API, before it has an address and a credential.

use std::fmt::{Display, Write};
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;

use super::Keeping;

/// Everything but the unreserved characters of RFC 3986 is encoded in a path segment and in a query.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A request: its route as a template, for logs; its path and query, for the wire; its body.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(super) method: Method,
    pub(super) route: &'static str,
    pub(super) target: String,
    pub(super) body: Option<serde_json::Value>,
    pub(super) deadline: Option<Duration>,
    pub(super) keeping: Option<Keeping>,
}

impl Call {
    /// A request for a route such as `/flows/{id}`, whose placeholders are filled in order with the encoded values.
    pub(crate) fn new(method: Method, route: &'static str, values: &[&(dyn Display + Sync)]) -> Self {
        let mut target = String::with_capacity(route.len() + 32);
        let mut values = values.iter();
        let mut rest = route;
        while let Some((before, after)) = rest.split_once('{') {
            target.push_str(before);
            if let Some(value) = values.next() {
                push_encoded(&mut target, &value.to_string());
            }
            rest = after.split_once('}').map_or("", |(_, after)| after);
        }
        target.push_str(rest);
        Self { method, route, target, body: None, deadline: None, keeping: None }
    }

    pub(crate) fn get(route: &'static str, values: &[&(dyn Display + Sync)]) -> Self {
        Self::new(Method::GET, route, values)
    }

    /// Adds a member to the query.
    pub(crate) fn query(mut self, name: &'static str, value: impl Display) -> Self {
        let separator = if self.target.contains('?') { '&' } else { '?' };
        self.target.push(separator);
        self.target.push_str(name);
        self.target.push('=');
        push_encoded(&mut self.target, &value.to_string());
        self
    }

    /// Sends a JSON body along.
    pub(crate) fn json(mut self, body: serde_json::Value) -> Self {
        self.body = Some(body);
        self
    }

    /// Lets the answer be kept, for as long and as much of it as is said.
    pub(crate) fn kept(mut self, keeping: Keeping) -> Self {
        self.keeping = Some(keeping);
        self
    }

    /// Gives the call a deadline of its own in place of its API's.
    pub(crate) fn within(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }
}

fn push_encoded(target: &mut String, value: &str) {
    // Writing to a string cannot fail.
    let _ = write!(target, "{}", utf8_percent_encode(value, ENCODED));
}

#[cfg(test)]
mod tests {
    use super::Call;

    #[test]
    fn values_are_encoded_into_path_and_query() {
        let call = Call::get("/api/v1/{partner}/leads", &[&"../a b"]).query("leadId", "x&y=z").query("n", 1);
        assert_eq!(call.target, "/api/v1/..%2Fa%20b/leads?leadId=x%26y%3Dz&n=1");
    }
}
