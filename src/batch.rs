//! A loader of one request: keys asked for in one turn are fetched together, each once, and each has an outcome of its own.
//!
//! Whoever asks for a key again gets the outcome that is there, or waits for the batch that is on its way with it. So a
//! batch may be started before any field asks for it, and no key is ever fetched twice.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use foldhash::fast::RandomState;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, join_all};

use crate::context::explain;
use crate::error::Error;
use crate::turn::Turn;

/// What a batch has found: an outcome for every key, so that a batch as a whole cannot fail.
pub(crate) type Outcomes<K, V> = HashMap<K, Result<V, Error>, RandomState>;

/// Fetches the keys of a batch.
pub(crate) trait Loader<K>: Send + Sync + 'static {
    /// What is found for a key.
    type Value: Clone + Send + Sync + 'static;

    /// The outcome of every one of the keys.
    fn load(&self, keys: &[K]) -> impl Future<Output = Outcomes<K, Self::Value>> + Send;
}

/// A batch on its way, or what it has found.
type Flight<K, V> = Shared<BoxFuture<'static, Arc<Outcomes<K, V>>>>;

/// The batches of one kind of key under one credential, with what they have found so far.
pub(crate) struct Batch<L: Loader<K>, K> {
    loader: Arc<L>,
    turn: Turn,
    /// Nothing until somebody asks: a request asks for few of the kinds that there are.
    asked: OnceLock<Board<K, L::Value>>,
}

/// What was asked, as the batches share it.
type Board<K, V> = Arc<Mutex<Asked<K, V>>>;

struct Asked<K, V> {
    /// The keys of the batch that goes at the end of this turn, and that batch, where there is one.
    keys: Vec<K>,
    next: Option<Flight<K, V>>,
    flights: HashMap<K, Flight<K, V>, RandomState>,
    is_explained: bool,
}

impl<K, V> Default for Asked<K, V> {
    fn default() -> Self {
        Self { keys: Vec::new(), next: None, flights: HashMap::default(), is_explained: false }
    }
}

fn lock<T>(asked: &Mutex<T>) -> MutexGuard<'_, T> {
    asked.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<L, K> Batch<L, K>
where
    L: Loader<K>,
    K: Clone + Eq + Hash + Send + Sync + 'static,
{
    pub(crate) fn new(loader: Arc<L>, turn: Turn) -> Self {
        Self { loader, turn, asked: OnceLock::new() }
    }

    /// The outcome of one key.
    pub(crate) async fn load(&self, key: K) -> Result<L::Value, Error> {
        explain::ask([&key]);
        let found = self.board(&key).await;
        // Every batch answers every one of its keys.
        found.get(&key).cloned().unwrap_or(Err(Error::Internal))
    }

    /// The outcomes of several keys, whatever became of the others.
    pub(crate) async fn load_many(&self, keys: impl IntoIterator<Item = K>) -> Outcomes<K, L::Value> {
        let outcomes = keys.into_iter().map(async |key| (key.clone(), self.load(key).await));
        join_all(outcomes).await.into_iter().collect()
    }

    /// Lets a key go with the next batch although no field has asked for it yet.
    pub(crate) fn start(&self, key: &K) {
        drop(self.board(key));
    }

    /// Whether a key was asked for, or started, since the last write.
    pub(crate) fn is_asked(&self, key: &K) -> bool {
        self.asked.get().is_some_and(|asked| lock(asked).flights.contains_key(key))
    }

    /// Lets go of what was found, or is on its way, because a write has made it old.
    pub(crate) fn forget(&self) {
        let Some(asked) = self.asked.get() else {
            return;
        };
        let Asked { keys, flights, .. } = &mut *lock(asked);
        // What has not gone yet will go after the write.
        flights.retain(|key, _| keys.contains(key));
    }

    fn board(&self, key: &K) -> Flight<K, L::Value> {
        let shared = self.asked.get_or_init(Arc::default);
        let mut asked = lock(shared);
        asked.is_explained |= explain::is_wanted();
        if let Some(flight) = asked.flights.get(key) {
            return flight.clone();
        }
        let flight = asked.next.get_or_insert_with(|| self.depart(Arc::clone(shared))).clone();
        asked.keys.push(key.clone());
        asked.flights.insert(key.clone(), flight.clone());
        flight
    }

    /// A batch of all keys that are asked for until the turn ends. It goes in a task of its own, since a write may wait
    /// for it when the request is gone.
    fn depart(&self, asked: Board<K, L::Value>) -> Flight<K, L::Value> {
        let (loader, turn) = (Arc::clone(&self.loader), self.turn.clone());
        // What a batch needs is large, and starting a task moves it about: boxed it is moved once.
        let batch = tokio::spawn(Box::pin(async move {
            turn.ended().await;
            let (keys, is_explained) = {
                let mut asked = lock(&asked);
                asked.next = None;
                (std::mem::take(&mut asked.keys), asked.is_explained)
            };
            // A task of its own knows nothing of the fields that wait for it.
            let outcomes = loader.load(&keys);
            Arc::new(if is_explained { explain::serving(&keys, Box::pin(outcomes)).await } else { outcomes.await })
        }));
        batch.map(Result::unwrap_or_default).boxed().shared()
    }
}

/// A call for each key, all of them together.
pub(crate) async fn each<K, V, F>(keys: &[K], fetch: impl Fn(K) -> F) -> Outcomes<K, V>
where
    K: Hash + Eq + Clone + 'static,
    F: Future<Output = Result<V, Error>>,
{
    let calls = keys.iter().map(|key| {
        // What a call needs is large, and would be moved and kept several times over while it waits for its turn.
        let call = Box::pin(fetch(key.clone()));
        async move { (key.clone(), one(key, call).await) }
    });
    join_all(calls).await.into_iter().collect()
}

/// What a batch does for one of its keys alone.
pub(crate) async fn one<K: Hash + 'static, T>(key: &K, call: impl Future<Output = T>) -> T {
    if explain::is_serving() { explain::serving([key], call).await } else { call.await }
}
