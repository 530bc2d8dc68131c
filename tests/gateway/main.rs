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
mod budget;
mod calls;
mod checklists;
mod client;
mod coalescing;
mod cors;
mod csrf;
mod departed_client;
mod documents;
mod door;
mod drain;
mod drift;
mod dry_run;
mod errors;
mod event_streams;
mod examples;
mod explain;
mod federation;
mod fuzz;
mod gateway;
mod guarded_paths;
mod health;
mod hostile_upstreams;
mod idempotency;
mod identity;
mod ids;
mod known_queries;
mod leaks;
mod limits;
mod live;
mod live_updates;
mod lost_answers;
mod mcp;
mod metrics;
mod nodes;
mod one_round_trip;
mod order_of_keys;
mod page;
mod pages_of_onboards;
mod pages_of_verifications;
mod partial_failure;
mod protocol;
mod put_replaces;
mod rate;
mod readme;
mod recorded;
mod redis;
mod reference;
mod refused_inputs;
mod reload;
mod replicas;
mod request_log;
mod resilience;
mod response_cache;
mod rights;
mod rules;
mod sandbox_controls;
mod sandbox_rest;
mod sandbox_waldur;
mod schema;
mod secrets;
mod security;
mod settings;
mod shared_operations;
mod single_writer;
mod socket;
mod start;
mod structure;
mod temporary;
mod tls;
mod traces;
mod trail;
mod two_callers;
mod unknown_words;
mod validation_deadline;
mod webhooks;
mod websocket;
mod writes;
