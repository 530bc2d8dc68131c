//! Played later.
