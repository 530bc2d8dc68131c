//! Origins of web pages, as a browser writes them.

use std::ops::Deref;

use serde::Deserialize;

use super::words::Words;

/// A list of origins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Words")]
pub struct Origins(Vec<String>);

impl Deref for Origins {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.0
    }
}

impl TryFrom<Words> for Origins {
    type Error = String;

    fn try_from(given: Words) -> Result<Self, String> {
        given.iter().cloned().map(checked).collect::<Result<_, _>>().map(Self)
    }
}

/// Anything but what a browser would send never matches, and must not look as if it might.
fn checked(given: String) -> Result<String, String> {
    let origin = url::Url::parse(&given).map(|url| url.origin().ascii_serialization());
    if origin.as_ref() == Ok(&given) && given != "null" {
        Ok(given)
    } else {
        Err(format!("found {given:?}, expected an origin such as \"https://app.example.com\", without a path"))
    }
}
