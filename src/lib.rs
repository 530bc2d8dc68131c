//! The map of the code; written out as the modules arrive.
#[cfg(feature = "sandbox")]
pub mod sandbox;
