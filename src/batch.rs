//! A loader of one request: keys asked for in one turn are fetched together, each once, and each has an outcome of its own.

use std::collections::HashMap;
use std::convert::Infallible;
use std::hash::Hash;
use std::sync::atomic::{AtomicBool, Ordering};

use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};
use async_graphql::runtime::TokioSpawner;
use futures_util::future::join_all;

use crate::context::explain;
use crate::error::Error;
use crate::turn::Turn;

/// What a [`Loader`] answers here: an outcome for every key, so that a batch as a whole cannot fail.
pub(crate) type Outcomes<K, V> = Result<HashMap<K, Result<V, Error>>, Infallible>;

/// The batches of an API under one credential, with what they have found so far.
pub(crate) struct Batch<L> {
    loader: DataLoader<Explained<L>, HashMapCache>,
}

impl<L: Send + Sync + 'static> Batch<L> {
    pub(crate) fn new(loader: L, turn: Turn) -> Self {
        let loader = Explained { loader, is_wanted: AtomicBool::new(false) };
        Self { loader: DataLoader::with_cache(loader, TokioSpawner::current(), turn, HashMapCache::default()) }
    }

    /// The outcome of one key.
    pub(crate) async fn load<K, V>(&self, key: K) -> Result<V, Error>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        V: Send + Sync + Clone + 'static,
        L: Loader<K, Value = Result<V, Error>, Error = Infallible>,
    {
        // Every batch answers every one of its keys.
        self.load_many([key.clone()]).await.remove(&key).unwrap_or(Err(Error::Internal))
    }

    /// The outcomes of several keys, whatever became of the others.
    pub(crate) async fn load_many<K, V>(&self, keys: impl IntoIterator<Item = K>) -> HashMap<K, Result<V, Error>>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        V: Send + Sync + Clone + 'static,
        L: Loader<K, Value = Result<V, Error>, Error = Infallible>,
    {
        let outcomes = if explain::is_wanted() {
            let keys: Vec<K> = keys.into_iter().collect();
            explain::ask(&keys);
            self.loader.loader().is_wanted.store(true, Ordering::Relaxed);
            self.loader.load_many(keys).await
        } else {
            self.loader.load_many(keys).await
        };
        match outcomes {
            Ok(outcomes) => outcomes,
            Err(never) => match never {},
        }
    }

    /// Lets go of what was found for keys of this kind, because a write has made it old.
    pub(crate) fn forget<K>(&self)
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        L: Loader<K>,
    {
        self.loader.clear::<K>();
    }
}

/// A loader whose batches can be told, with their keys: they go in tasks of their own, which know nothing of the fields
/// that wait for them.
struct Explained<L> {
    loader: L,
    is_wanted: AtomicBool,
}

impl<K, L> Loader<K> for Explained<L>
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
    L: Loader<K>,
{
    type Value = L::Value;
    type Error = L::Error;

    async fn load(&self, keys: &[K]) -> Result<HashMap<K, Self::Value>, Self::Error> {
        let batch = self.loader.load(keys);
        if self.is_wanted.load(Ordering::Relaxed) { explain::serving(keys, batch).await } else { batch.await }
    }
}

/// A call for each key, all of them together.
pub(crate) async fn each<K, V, F>(keys: &[K], fetch: impl Fn(K) -> F) -> HashMap<K, Result<V, Error>>
where
    K: Hash + Eq + Clone + 'static,
    F: Future<Output = Result<V, Error>>,
{
    let calls = keys.iter().map(|key| {
        let call = fetch(key.clone());
        async move { (key.clone(), one(key, call).await) }
    });
    join_all(calls).await.into_iter().collect()
}

/// What a batch does for one of its keys alone.
pub(crate) async fn one<K: Hash + 'static, T>(key: &K, call: impl Future<Output = T>) -> T {
    if explain::is_serving() { explain::serving([key], call).await } else { call.await }
}
