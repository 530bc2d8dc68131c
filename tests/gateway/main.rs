//! The gateway's promises, a file each, driven from outside.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]
#![allow(clippy::disallowed_types, reason = "a test is a client of the gateway and of the played APIs")]
#![allow(clippy::needless_pass_by_value, reason = "a test hands `json!(…)` over as it stands")]
#![allow(unreachable_pub, reason = "nothing outside sees a test binary, and `pub(crate)` would say no more")]

mod calls;
mod checklists;
mod coalescing;
mod cors;
mod csrf;
mod errors;
mod examples;
#[allow(dead_code, reason = "the tests that ask for the rest of it come next")]
mod gateway;
mod ids;
mod leaks;
mod limits;
mod nodes;
mod order_of_keys;
mod page;
mod pages_of_onboards;
mod pages_of_verifications;
mod partial_failure;
mod protocol;
mod sandbox_rest;
mod sandbox_waldur;
mod schema;
mod settings;
mod start;
mod structure;
mod unknown_words;
