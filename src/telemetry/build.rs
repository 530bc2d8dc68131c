//! Which build this is.

/// The version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The commit that it was built from; blank where that was not known.
pub const COMMIT: &str = env!("ONRAMP_COMMIT");
/// The version with what else is known of the build: `0.1.0 (b1333af0c2d4, x86_64-unknown-linux-gnu)`.
pub const DESCRIBED: &str = env!("ONRAMP_VERSION");
