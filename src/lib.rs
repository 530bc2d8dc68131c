//! Onramp: one GraphQL graph over three REST APIs. So far it plays them.

#![forbid(unsafe_code)]

#[cfg(feature = "sandbox")]
pub mod sandbox;
