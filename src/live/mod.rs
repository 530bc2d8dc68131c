//! What has changed, and who is told of it: the gateway's own writes, pushes from outside and polls, as one stream a
//! listener.
//!
//! The [`Hub`] lives as long as the process: it is told of every [`Change`] and hands it on to whoever reads records, and to
//! whoever tells other processes. [`Watches`] read a kind of record while somebody listens, once for all who do so under the
//! same credential. What a listener gets is the state of his record and no list of changes: whoever is slow misses what lay
//! between, and never what is now.

mod listener;
mod places;
mod rounds;
mod settings;
mod watch;

use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

pub(crate) use listener::Opening;
use places::Places;
pub(crate) use settings::Pace;
pub use settings::{LIVE, Settings};
pub(crate) use watch::{Credential, Found, Reader, Reads, Watches};

/// So many changes may be told before whoever observes them has to have read the first.
const UNREAD: usize = 4096;

/// A record that has changed, or may have.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Change {
    /// The kind of the record, as the prefix of its global id says it.
    pub kind: String,
    /// The upstream's own id of it.
    pub id: String,
}

impl Change {
    /// A change of the record with this global id.
    pub fn of(global_id: &str) -> Self {
        let (kind, id) = global_id.split_once('_').unwrap_or((global_id, ""));
        Self { kind: kind.to_owned(), id: id.to_owned() }
    }
}

/// Reads records, or keeps what was read of them.
pub trait Ear: Send + Sync {
    /// Lets go of what was read before the change, and reads again what somebody listens to.
    fn hear(&self, change: &Change);
}

/// Where every change is told.
pub struct Hub {
    ears: Mutex<Vec<Weak<dyn Ear>>>,
    told: broadcast::Sender<Change>,
    places: Arc<Places>,
    end: CancellationToken,
}

impl Default for Hub {
    fn default() -> Self {
        let told = broadcast::Sender::new(UNREAD);
        Self { ears: Mutex::default(), told, places: Arc::default(), end: CancellationToken::new() }
    }
}

impl Hub {
    /// Tells a change that this process has made or was the first to hear of.
    pub fn tell(&self, change: Change) {
        self.hear(&change);
        // That nobody observes is no failure.
        let _ = self.told.send(change);
    }

    /// Hears of a change that another process has told: it is not to be told on.
    pub fn hear(&self, change: &Change) {
        let ears: Vec<Arc<dyn Ear>> = self.ears().iter().filter_map(Weak::upgrade).collect();
        ears.iter().for_each(|ear| ear.hear(change));
    }

    /// Every change that is [told](Self::tell) in this process from now on. Who falls behind by more than 4096 of them
    /// learns that he did.
    pub fn observe(&self) -> broadcast::Receiver<Change> {
        self.told.subscribe()
    }

    /// Has somebody hear of every change from now on, for as long as he lives.
    pub fn attach(&self, ear: Weak<dyn Ear>) {
        let mut ears = self.ears();
        ears.retain(|ear| ear.strong_count() > 0);
        ears.push(ear);
    }

    /// Ends what every listener listens to, now and from now on.
    pub fn end(&self) {
        self.end.cancel();
    }

    fn ears(&self) -> std::sync::MutexGuard<'_, Vec<Weak<dyn Ear>>> {
        self.ears.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
