//! What idempotency keys stand for: the input that came with each, and the outcome that it had or is about to have.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, Shared};
use moka::policy::EvictionPolicy;
use moka::sync::Cache;

/// Keys that are remembered; the least used go first.
const REMEMBERED: u64 = 100_000;
/// How long a key is remembered.
const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// An outcome of whatever kind its mutation has.
pub(crate) type Outcome = Arc<dyn Any + Send + Sync>;

/// What a key stands for.
#[derive(Clone)]
pub(crate) struct Entry {
    /// A digest of the mutation and its input.
    pub(crate) input: [u8; 32],
    /// The outcome, or the way to it while the write is under way.
    pub(crate) outcome: Shared<BoxFuture<'static, Outcome>>,
}

/// The keys of all callers, each in the scope of whoever it is done for.
pub(crate) struct Ledger {
    entries: Cache<(String, String), Entry>,
}

impl Default for Ledger {
    fn default() -> Self {
        // The default policy may turn a new key away in favour of old ones; none that was taken may be lost so.
        let policy = EvictionPolicy::lru();
        let entries = Cache::builder().max_capacity(REMEMBERED).eviction_policy(policy).time_to_live(LIFETIME).build();
        Self { entries }
    }
}

impl Ledger {
    /// The entry of a key in a scope; where there is none, the one that `begin` makes. `begin` runs at most once a key.
    pub(crate) fn enter(&self, scope: &str, key: &str, begin: impl FnOnce() -> Entry) -> Entry {
        self.entries.get_with((scope.to_owned(), key.to_owned()), begin)
    }

    /// Forgets a key under which nothing was sent: the next try is a first one.
    pub(crate) fn forget(&self, scope: &str, key: &str) {
        self.entries.invalidate(&(scope.to_owned(), key.to_owned()));
    }
}
