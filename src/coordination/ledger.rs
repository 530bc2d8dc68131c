//! What idempotency keys stand for: the input that came with each, and the outcome that it had or is about to have.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, Shared};
use moka::policy::EvictionPolicy;
use moka::sync::Cache;

/// How much is remembered, in bytes; the least used go first.
const REMEMBERED: u64 = 64 * 1024 * 1024;
/// What a key takes besides its own text and its outcome.
const AT_LEAST: u32 = 512;
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
    /// How large the outcome is, once it is known.
    bytes: u32,
}

impl Entry {
    /// What a key is to stand for, while nothing is known of its outcome.
    pub(crate) fn new(input: [u8; 32], outcome: Shared<BoxFuture<'static, Outcome>>) -> Self {
        Self { input, outcome, bytes: 0 }
    }
}

/// A key in its scope.
type Key = (String, String);

/// How many bytes a key takes with all that belongs to it.
fn weight((scope, key): &Key, entry: &Entry) -> u32 {
    let texts = u32::try_from(scope.len() + key.len()).unwrap_or(u32::MAX);
    AT_LEAST.saturating_add(texts).saturating_add(entry.bytes)
}

/// The keys of all callers, each in the scope of whoever it is done for.
pub(crate) struct Ledger {
    entries: Cache<Key, Entry>,
}

impl Default for Ledger {
    fn default() -> Self {
        // The default policy may turn a new key away in favour of old ones; none that was taken may be lost so.
        let policy = EvictionPolicy::lru();
        let entries = Cache::builder().max_capacity(REMEMBERED).weigher(weight).eviction_policy(policy);
        Self { entries: entries.time_to_live(LIFETIME).build() }
    }
}

impl Ledger {
    /// The entry of a key in a scope; where there is none, the one that `begin` makes. `begin` runs at most once a key.
    pub(crate) fn enter(&self, scope: &str, key: &str, begin: impl FnOnce() -> Entry) -> Entry {
        self.entries.get_with((scope.to_owned(), key.to_owned()), begin)
    }

    /// Takes note of how many bytes a key's outcome has.
    pub(crate) fn weigh(&self, scope: &str, key: &str, bytes: usize) {
        let key = (scope.to_owned(), key.to_owned());
        if let Some(entry) = self.entries.get(&key) {
            let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
            self.entries.insert(key, Entry { bytes, ..entry });
        }
    }

    /// Forgets a key under which nothing was sent: the next try is a first one.
    pub(crate) fn forget(&self, scope: &str, key: &str) {
        self.entries.invalidate(&(scope.to_owned(), key.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::FutureExt;

    use super::{AT_LEAST, Entry, Ledger, Outcome, REMEMBERED};

    fn entry() -> Entry {
        Entry::new([0; 32], async { Arc::new(()) as Outcome }.boxed().shared())
    }

    fn is_known(ledger: &Ledger, key: u64) -> bool {
        ledger.entries.contains_key(&("a".to_owned(), key.to_string()))
    }

    #[test]
    fn large_outcomes_take_no_more_room_than_small_ones_and_the_latest_stay() {
        const LARGE: u64 = 1024 * 1024;
        let ledger = Ledger::default();
        for key in 0..200 {
            ledger.enter("a", &key.to_string(), entry);
            ledger.weigh("a", &key.to_string(), usize::try_from(LARGE).unwrap());
        }
        ledger.entries.run_pending_tasks();
        let held = ledger.entries.weighted_size();
        assert!((REMEMBERED - 2 * LARGE..=REMEMBERED).contains(&held), "{held} bytes");
        assert!(!is_known(&ledger, 0) && (150..200).all(|key| is_known(&ledger, key)));
    }

    #[test]
    fn small_outcomes_are_remembered_by_the_ten_thousands() {
        let ledger = Ledger::default();
        let many = REMEMBERED / u64::from(AT_LEAST) / 2;
        for key in 0..many {
            ledger.enter("a", &key.to_string(), entry);
        }
        ledger.entries.run_pending_tasks();
        assert_eq!(ledger.entries.entry_count(), many);
        // What was forgotten meanwhile does not come back by its weight.
        ledger.forget("a", "0");
        ledger.weigh("a", "0", 1);
        assert!(!is_known(&ledger, 0) && is_known(&ledger, 1));
    }
}
