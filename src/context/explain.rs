//! What a request's calls were, for those who ask to be told: which, how long, for which fields.
//!
//! A field's resolver runs under its path ([`under`]), so that the loader that it asks can note which key the path waits
//! for, and a batch runs under its keys ([`serving`]), so that the calls that it makes can note whom they serve. Nobody
//! runs under anything where nothing is to be explained.

use std::any::TypeId;
use std::collections::{BTreeSet, HashMap};
use std::future::Future;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use super::RequestContext;

/// How an answer was come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Via {
    /// By a call.
    Network,
    /// By a call that somebody else was making.
    Coalesced,
    /// From what was kept.
    Cached,
    /// From what was kept and is older than its time.
    Stale,
}

impl Via {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Coalesced => "coalesced",
            Self::Cached => "cached",
            Self::Stale => "stale",
        }
    }
}

/// One call, or one that was spared. It has no headers.
#[derive(Debug, Clone)]
pub(crate) struct CallRecord {
    pub(crate) api: &'static str,
    pub(crate) method: &'static str,
    pub(crate) route: &'static str,
    pub(crate) status: Option<u16>,
    pub(crate) error: Option<&'static str>,
    /// When it began, from the request's beginning on.
    pub(crate) start: Duration,
    pub(crate) duration: Duration,
    pub(crate) bytes: usize,
    pub(crate) attempt: usize,
    pub(crate) via: Via,
    pub(crate) served: Served,
    pub(crate) bodies: Bodies,
}

/// What was sent and what came back, abridged; nothing of either where the API is a real one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bodies {
    pub(crate) request: Option<serde_json::Value>,
    pub(crate) response: Option<serde_json::Value>,
}

/// What a call is made for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Served {
    keys: Vec<Key>,
    path: Option<Arc<str>>,
    /// The number of keys in the loader's batch.
    pub(crate) batch: usize,
}

/// A loader's key, of whatever type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key(TypeId, u64);

impl Key {
    fn of<K: Hash + 'static>(key: &K) -> Self {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        Self(TypeId::of::<K>(), hasher.finish())
    }
}

/// All that there is to tell of one request.
#[derive(Debug, Default)]
pub(super) struct Explanation {
    pub(super) calls: Vec<CallRecord>,
    asked: HashMap<Key, BTreeSet<Arc<str>>>,
}

impl Explanation {
    /// The paths of the fields that a call served.
    pub(super) fn paths(&self, served: &Served) -> Vec<Arc<str>> {
        let of_keys = served.keys.iter().filter_map(|key| self.asked.get(key)).flatten();
        let paths: BTreeSet<&Arc<str>> = of_keys.chain(&served.path).collect();
        paths.into_iter().cloned().collect()
    }
}

#[derive(Clone)]
struct Field {
    path: Arc<str>,
    request: Arc<RequestContext>,
}

tokio::task_local! {
    static FIELD: Field;
    static BATCH: Served;
}

/// Resolves a field under its path.
pub(crate) async fn under<T>(path: String, request: Arc<RequestContext>, field: impl Future<Output = T>) -> T {
    FIELD.scope(Field { path: path.into(), request }, field).await
}

/// Lets what goes on in a task of its own be explained like the field that sets it out.
pub(crate) fn carried<T>(task: impl Future<Output = T>) -> impl Future<Output = T> {
    let field = FIELD.try_with(Clone::clone).ok();
    async {
        match field {
            Some(field) => FIELD.scope(field, task).await,
            None => task.await,
        }
    }
}

/// Whether what goes on is to be explained.
pub(crate) fn is_wanted() -> bool {
    FIELD.try_with(|_| ()).is_ok()
}

/// Notes that the field which is being resolved waits for these keys.
pub(crate) fn ask<'a, K: Hash + 'static>(keys: impl IntoIterator<Item = &'a K>) {
    // Outside of a field nobody wants to know.
    let _ = FIELD.try_with(|field| {
        field.request.explain(|explanation| {
            for key in keys {
                explanation.asked.entry(Key::of(key)).or_default().insert(Arc::clone(&field.path));
            }
        });
    });
}

/// Runs a batch under its keys, or a part of one under its own.
pub(crate) async fn serving<'a, K: Hash + 'static, T>(
    keys: impl IntoIterator<Item = &'a K>,
    calls: impl Future<Output = T>,
) -> T {
    let keys: Vec<Key> = keys.into_iter().map(Key::of).collect();
    // A part of a batch is told with the number of keys of the whole.
    let batch = BATCH.try_with(|whole| whole.batch).unwrap_or(keys.len());
    BATCH.scope(Served { keys, path: None, batch }, calls).await
}

/// Whether a batch is under way that is to be explained.
pub(crate) fn is_serving() -> bool {
    BATCH.try_with(|_| ()).is_ok()
}

/// What a call that is made now is made for.
pub(crate) fn served() -> Served {
    BATCH.try_with(Clone::clone).unwrap_or_else(|_| {
        let path = FIELD.try_with(|field| Arc::clone(&field.path)).ok();
        Served { keys: Vec::new(), path, batch: 1 }
    })
}
