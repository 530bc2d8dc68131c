//! The three APIs, played: stateful, deterministic, faithful to their contracts.
pub mod connect;
pub mod leadconduit;
pub mod waldur;
