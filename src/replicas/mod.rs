//! The other replicas of this gateway, as far as one Redis lets them know of each other.
//!
//! Without a Redis there are none, and nothing here costs anything. With one there are [`Lease`]s, by which one replica at
//! a time writes to a record and an idempotency key is known to all; [`View`]s, which tell what other replicas' writes have
//! made old and share kept answers; documents, rates, and news of what has changed. A question that Redis does not answer
//! at once is not waited for: the [`link`] is down until Redis answers again, and what can go on without it does.

mod hearings;
mod keys;
mod lease;
mod link;
mod looks;
mod scripts;
mod settings;
mod view;

use std::sync::Arc;
use std::time::Duration;

use redis::cmd;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

pub use settings::{REDIS, Settings, Unusable};

pub(crate) use lease::{Claim, Lease};
use link::{Link, Question};
pub(crate) use view::{Recalled, View};

/// How long a thing such as a document is kept for the others. Each keeps it by itself, and a client sends it anew.
const KEPT_FOR: Duration = Duration::from_secs(60 * 60);

/// A record that is another one than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What kind of record it is: the prefix of its global id.
    pub kind: String,
    /// Its global id.
    pub id: String,
}

/// What is shared with other replicas; nothing, where there is no Redis. Cheap to clone.
#[derive(Clone, Default)]
pub struct Replicas(Option<Arc<Link>>);

impl Replicas {
    /// Shares what the settings say. `longest` is how long one write may be under way. Whether Redis is there shows soon
    /// or later: the gateway does not depend on it to start.
    ///
    /// # Errors
    /// Settings by which nothing can be reached.
    pub async fn join(settings: &Settings, longest: Duration) -> Result<Self, Unusable> {
        let Some(client) = settings.client()? else {
            return Ok(Self::default());
        };
        let link = Arc::new(Link::new(client, settings, longest));
        tokio::spawn(Arc::clone(&link).keep());
        link.tried().await;
        Ok(Self(Some(link)))
    }

    /// Checks that the settings name something that can be reached, or nothing.
    ///
    /// # Errors
    /// Settings by which nothing can be reached.
    pub fn check(settings: &Settings) -> Result<(), Unusable> {
        settings.client().map(drop)
    }

    /// Whether there are no others to ask.
    pub(crate) fn is_alone(&self) -> bool {
        self.0.is_none()
    }

    /// Whether Redis answers; none where there is none.
    pub fn is_reachable(&self) -> Option<bool> {
        self.0.as_ref().map(|link| link.is_up())
    }

    /// What one write holds among the replicas, which is nothing yet; none where there are no others.
    pub(crate) fn lease(&self) -> Option<Lease> {
        self.0.as_ref().map(Lease::new)
    }

    /// One API as the other replicas leave it; `origin` tells its address from another's.
    pub(crate) fn view(&self, api: &'static str, origin: &str) -> Option<View> {
        self.0.as_ref().map(|link| View::new(link, api, origin))
    }

    /// A thing of a kind that any replica has kept.
    pub(crate) async fn find(&self, kind: &'static str, id: &str) -> Option<String> {
        let link = self.0.as_ref()?;
        let mut question = cmd("GET");
        question.arg(link.keys.of(kind, &[id.as_bytes()]));
        link.ask(kind, Question::Command(&question)).await.ok().flatten()
    }

    /// Keeps a thing of a kind for every replica, unless so many bytes of the kind are kept already.
    pub(crate) fn keep(&self, kind: &'static str, id: &str, text: &str, most: u64) {
        let Some(link) = self.0.clone() else {
            return;
        };
        let mut question = scripts::KEEP.key(link.keys.of(kind, &[id.as_bytes()]));
        question.key(link.keys.of(kind, &[])).arg(text).arg(KEPT_FOR.as_millis().to_string()).arg(most);
        // Whoever asks for it before it is there is told that it is not known, as by a gateway that has just begun.
        tokio::spawn(async move { link.ask::<i64>(kind, Question::Script(&question)).await });
    }

    /// Counts requests against so many at once, of which one comes back in each interval: how long until they may be
    /// made, which is no time where they may now. None where it cannot be told.
    pub(crate) async fn count(&self, who: &[&[u8]], interval: Duration, burst: u32, requests: u32) -> Option<Duration> {
        let link = self.0.as_ref()?;
        let mut question = scripts::COUNT.key(link.keys.of("rate", who));
        question.arg(interval.as_nanos().div_ceil(1000).to_string()).arg(burst).arg(requests);
        link.ask("rate", Question::Script(&question)).await.ok().map(Duration::from_micros)
    }

    /// Tells the other replicas of a change. What was kept of the API that it is of is old, and of all where that is not
    /// known.
    pub(crate) async fn tell(&self, change: Change, api: Option<&str>) {
        if let Some(link) = &self.0 {
            link.tell(change, api).await;
        }
    }

    /// Says that all that was kept may be old: what has changed can no longer be told.
    pub(crate) async fn make_all_old(&self) {
        if let Some(link) = &self.0 {
            link.make_all_old().await;
        }
    }

    /// What other replicas tell from now on; none where there are none.
    pub(crate) fn changes(&self) -> Option<broadcast::Receiver<Change>> {
        self.0.as_ref().map(|link| link.changes())
    }
}
