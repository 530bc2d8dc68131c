//! A setting as its reader, the README and `onramp check` see it: name, default, meaning.

use std::net::SocketAddr;

use serde::{Deserialize, Deserializer};

/// Reads an address to listen on.
///
/// # Errors
/// What was found and what was expected.
pub fn listen_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    let text = String::deserialize(deserializer)?;
    let problem = || format!("found {text:?}, expected an IP address and a port, such as 127.0.0.1:4000 or [::1]:4000");
    text.parse().map_err(|_| serde::de::Error::custom(problem()))
}

/// The same where none need be given.
///
/// # Errors
/// What was found and what was expected.
pub fn optional_listen_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
    listen_address(deserializer).map(Some)
}

/// One key of a section of the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// The key inside its section, in lower case.
    pub key: &'static str,
    /// The value where none is given, as it would be written; none where the key has no default.
    pub default: Option<&'static str>,
    /// What it is for, with its unit, in a sentence.
    pub meaning: &'static str,
    /// Whether the value is never shown, and may be given as a file by the key with `_file` after it.
    pub secret: bool,
}

impl Setting {
    /// A setting with a default.
    pub const fn new(key: &'static str, default: &'static str, meaning: &'static str) -> Self {
        Self { key, default: Some(default), meaning, secret: false }
    }

    /// A setting that is absent unless given.
    pub const fn optional(key: &'static str, meaning: &'static str) -> Self {
        Self { key, default: None, meaning, secret: false }
    }

    /// A secret, absent unless given.
    pub const fn secret(key: &'static str, meaning: &'static str) -> Self {
        Self { key, default: None, meaning, secret: true }
    }
}
