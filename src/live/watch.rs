//! One watch a kind of record and credential: it reads what is listened to, for all who listen, and ends with the last of
//! them.
//!
//! A record is read when the first listener comes, when a change of it is told, and each time that the interval is over. A
//! change that is told while a read is under way makes another read: what set out before it tells nobody anything.

use std::collections::HashMap;
use std::fmt::Display;
use std::future::Future;
use std::hash::Hash;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::Context;
use futures_util::Stream;
use metrics::counter;
use tokio::sync::{Notify, watch};

use super::Pace;
use super::listener::{Event, Listener, Subscriber};
use super::rounds::Rounds;
use crate::error::Error;
use crate::telemetry::metric;

/// What a read has found: the record, none where there is no such record, or why it could not be read.
pub(crate) type Found<T> = Result<Option<Arc<T>>, Error>;

/// What a listener is to see: nothing while what was read is known to be old.
pub(super) type State<T> = Option<Found<T>>;

/// How many records a reader reads at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reads {
    /// All that there are, with one call, whichever of them it is asked for.
    All,
    /// So many, with a call each.
    Some(usize),
}

/// Reads records under one credential, past everything that was kept.
pub(crate) trait Reader: Send + Sync + 'static {
    /// What a record is known by.
    type Id: Copy + Eq + Hash + Display + FromStr + Send + Sync + 'static;
    /// What is read; a record that equals the one before has not changed.
    type Record: PartialEq + Send + Sync + 'static;

    /// The kind of the records, for the metrics.
    const KIND: &'static str;
    /// How many are read at once. What is due is not held up by more than these.
    const READS: Reads;

    /// What tells the credential that it reads under from every other one.
    ///
    /// # Errors
    /// Where it has none.
    fn credential(&self) -> Result<Credential, Error>;

    /// The records with these ids as they are now, an outcome for each.
    fn read(&self, ids: &[Self::Id]) -> impl Future<Output = Vec<Found<Self::Record>>> + Send;
}

/// A credential, as far as it tells who sees what.
pub(crate) type Credential = [u8; 32];

/// The watches of one kind of record, by the credentials under which they read.
pub(crate) struct Watches<R: Reader> {
    pace: Pace,
    watches: Arc<Watched<R>>,
}

type Watched<R> = Mutex<HashMap<Credential, Arc<Watch<R>>>>;

impl<R: Reader> Clone for Watches<R> {
    fn clone(&self) -> Self {
        Self { pace: self.pace, watches: Arc::clone(&self.watches) }
    }
}

/// The records that are read under one credential.
pub(super) struct Watch<R: Reader> {
    reader: R,
    slots: Mutex<Slots<R>>,
    /// A record is due, or the last one has gone.
    news: Notify,
}

type Slots<R> = HashMap<<R as Reader>::Id, Slot<<R as Reader>::Record>>;

struct Slot<T> {
    state: watch::Sender<State<T>>,
    /// Whether it is to be read without waiting for the next poll.
    is_due: bool,
}

impl<R: Reader> Watches<R> {
    /// None yet, and polled at this pace.
    pub(crate) fn new(pace: Pace) -> Self {
        Self { pace, watches: Arc::default() }
    }

    /// What the caller in whose name a field is resolved hears of a record: its present state, and then each that is
    /// another one. `reader` reads under his credential; where others listen under the same, theirs does.
    ///
    /// # Errors
    /// `LIMIT_EXCEEDED`, where he listens to as much as he may, and why there is no credential.
    pub(crate) fn listen(
        &self,
        ctx: &Context<'_>,
        id: R::Id,
        reader: R,
    ) -> Result<impl Stream<Item = Event<R>> + Send + use<R>, Error> {
        let subscriber = Subscriber::of(ctx)?;
        let credential = reader.credential()?;
        let place = subscriber.take_place(self.pace.per_caller)?;
        let mut watches = locked(&self.watches);
        let watch = watches.entry(credential).or_insert_with(|| {
            let watch = Arc::new(Watch { reader, slots: Mutex::default(), news: Notify::new() });
            let keeping = Keeping { watches: Arc::clone(&self.watches), credential, watch: Arc::clone(&watch) };
            tokio::spawn(keep(keeping, self.pace));
            watch
        });
        let state = watch.join(id);
        Ok(Listener::new(Arc::clone(watch), id, state, place, subscriber.end()).events())
    }

    /// Has a record that may have changed be read at once, under each credential under which somebody listens to it.
    pub(crate) fn hear(&self, id: &str) {
        let Ok(id) = id.parse() else { return };
        let watches: Vec<Arc<Watch<R>>> = locked(&self.watches).values().cloned().collect();
        watches.iter().for_each(|watch| watch.hear(id));
    }
}

impl<R: Reader> Watch<R> {
    fn join(&self, id: R::Id) -> watch::Receiver<State<R::Record>> {
        let mut slots = locked(&self.slots);
        let slot = slots.entry(id).or_insert_with(|| {
            self.news.notify_one();
            Slot { state: watch::Sender::new(None), is_due: true }
        });
        slot.state.subscribe()
    }

    /// Lets go of a record that nobody listens to any more.
    pub(super) fn leave(&self, id: R::Id) {
        let mut slots = locked(&self.slots);
        if slots.get(&id).is_some_and(|slot| slot.state.receiver_count() == 0) {
            slots.remove(&id);
        }
        if slots.is_empty() {
            self.news.notify_one();
        }
    }

    fn hear(&self, id: R::Id) {
        if let Some(slot) = locked(&self.slots).get_mut(&id) {
            slot.is_due = true;
            // Whoever comes now is not to be told what is known to be old, and whoever has it is not to be woken by that.
            slot.state.send_if_modified(|state| {
                *state = None;
                false
            });
            self.news.notify_one();
        }
    }

    /// Every record that somebody listens to.
    fn ids(&self) -> Vec<R::Id> {
        locked(&self.slots).keys().copied().collect()
    }

    /// Takes the records that are to be read next: those that are due, or else some of the poll that is under way.
    fn take(&self, poll: &mut Vec<R::Id>) -> Vec<R::Id> {
        let mut slots = locked(&self.slots);
        poll.retain(|id| slots.contains_key(id));
        let due = slots.iter().filter(|(_, slot)| slot.is_due).map(|(id, _)| *id);
        let ids: Vec<R::Id> = match R::READS {
            Reads::Some(most) => {
                let due: Vec<R::Id> = due.take(most).collect();
                if due.is_empty() { poll.split_off(poll.len().saturating_sub(most)) } else { due }
            }
            Reads::All if due.count() == 0 && poll.is_empty() => Vec::new(),
            Reads::All => {
                poll.clear();
                slots.keys().copied().collect()
            }
        };
        for id in &ids {
            if let Some(slot) = slots.get_mut(id) {
                slot.is_due = false;
            }
        }
        ids
    }

    fn publish(&self, ids: &[R::Id], found: Vec<Found<R::Record>>) {
        let slots = locked(&self.slots);
        for (id, found) in ids.iter().zip(found) {
            // What was told while it was read is read again at once.
            let Some(slot) = slots.get(id).filter(|slot| !slot.is_due) else { continue };
            let found = Some(found);
            slot.state.send_if_modified(|state| {
                let is_news = *state != found;
                *state = found;
                is_news
            });
        }
    }
}

/// A watch that is being kept. However that ends, whoever comes next finds no watch that nobody keeps.
struct Keeping<R: Reader> {
    watches: Arc<Watched<R>>,
    credential: Credential,
    watch: Arc<Watch<R>>,
}

impl<R: Reader> Keeping<R> {
    /// Ends the watch where nobody listens; nobody can join it meanwhile.
    fn is_over(&self) -> bool {
        let mut watches = locked(&self.watches);
        let is_over = locked(&self.watch.slots).is_empty();
        if is_over {
            watches.remove(&self.credential);
        }
        is_over
    }
}

impl<R: Reader> Drop for Keeping<R> {
    fn drop(&mut self) {
        let mut watches = locked(&self.watches);
        if watches.get(&self.credential).is_some_and(|watch| Arc::ptr_eq(watch, &self.watch)) {
            watches.remove(&self.credential);
        }
        // Only a bug leaves anybody in here; he is told by the end of what he listens to.
        locked(&self.watch.slots).clear();
    }
}

async fn keep<R: Reader>(keeping: Keeping<R>, pace: Pace) {
    let watch = &keeping.watch;
    let mut rounds = Rounds::new(pace);
    while !keeping.is_over() {
        rounds.begin_if_due(|| watch.ids());
        let ids = watch.take(&mut rounds.left);
        if !ids.is_empty() {
            let found = watch.reader.read(&ids).await;
            counter!(metric::WATCH_READS, "kind" => R::KIND).increment(1);
            rounds.note(has_failed(&found), R::READS == Reads::All);
            watch.publish(&ids, found);
        }
        rounds.end_if_done();
        if ids.is_empty() {
            tokio::select! {
                () = watch.news.notified() => {}
                () = tokio::time::sleep_until(rounds.next) => {}
            }
        }
    }
}

/// Whether it is of no use to ask again soon: the API is out of order, or refuses whatever is asked. That one record
/// cannot be read says nothing of others.
fn has_failed<T>(found: &[Found<T>]) -> bool {
    let mut errors = found.iter().filter_map(|found| found.as_ref().err());
    errors.any(|error| error.is_passing() || matches!(error.code(), "UPSTREAM_UNAUTHORIZED"))
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
