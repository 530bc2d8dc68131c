//! A loader of one request: keys asked for in one turn are fetched together, each once, and each has an outcome of its own.

use std::collections::HashMap;
use std::convert::Infallible;
use std::hash::Hash;

use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};
use async_graphql::runtime::TokioSpawner;

use crate::error::Error;
use crate::turn::Turn;

/// What a [`Loader`] answers here: an outcome for every key, so that a batch as a whole cannot fail.
pub(crate) type Outcomes<K, V> = Result<HashMap<K, Result<V, Error>>, Infallible>;

/// The batches of an API under one credential, with what they have found so far.
pub(crate) struct Batch<L> {
    loader: DataLoader<L, HashMapCache>,
}

impl<L: Send + Sync + 'static> Batch<L> {
    pub(crate) fn new(loader: L, turn: Turn) -> Self {
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
        match self.loader.load_many(keys).await {
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
