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

mod account_guards;
mod answers;
mod audit;
mod available_transitions;
mod calls;
mod checklists;
mod coalescing;
mod cors;
mod csrf;
mod departed_client;
mod dry_run;
mod errors;
mod examples;
mod gateway;
mod guarded_paths;
mod idempotency;
mod ids;
mod leaks;
mod limits;
mod lost_answers;
mod nodes;
mod order_of_keys;
mod page;
mod pages_of_onboards;
mod pages_of_verifications;
mod partial_failure;
mod protocol;
mod put_replaces;
mod readme;
mod refused_inputs;
mod rules;
mod sandbox_controls;
mod sandbox_rest;
mod sandbox_waldur;
mod schema;
mod settings;
mod single_writer;
mod start;
mod structure;
mod trail;
mod unknown_words;
mod validation_deadline;
mod writes;
