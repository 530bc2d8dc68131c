//! What one write holds among the replicas: the locks of its records, and its idempotency key.
//!
//! All of it bears one token, lives for a bounded time and is renewed while the write is under way. Right before a request
//! is sent the holder asks whether it still holds everything, for at least as long as the request may take; if it does not,
//! nothing is sent. So a replica that was cut off, stopped or slow for longer than its locks live writes nothing after
//! somebody else may. The APIs themselves know no such tokens: what is sent cannot be called back.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};

use redis::{FromRedisValue, ScriptInvocation};
use tokio_util::task::AbortOnDropHandle;

use super::link::{Link, News, Question, chance, in_milliseconds, name};
use super::scripts;
use super::settings::WritesWithout;
use crate::error::{Error, Uncoordinated};

/// How often it is tried again to take a lock, or to learn what became of somebody else's write.
const AGAIN: Duration = Duration::from_millis(20);
/// How long outcomes are remembered.
const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);
/// How often and how many times it is tried again to say what became of a write.
const SETTLING: (Duration, usize) = (Duration::from_millis(500), 120);

/// What an idempotency key stands for among the replicas.
pub(crate) enum Claim {
    /// This write, from now on.
    Ours,
    /// A write that had this outcome.
    Done(Vec<u8>),
    /// A write that may have been sent, by a replica that is no more.
    Lost,
    /// Another input.
    Other,
}

/// What one write holds. Cheap to clone; what is held is let go of with the last clone.
#[derive(Clone)]
pub(crate) struct Lease(Arc<Held>);

struct Held {
    link: Arc<Link>,
    token: String,
    holdings: Mutex<Holdings>,
    renewal: OnceLock<AbortOnDropHandle<()>>,
}

#[derive(Clone, Default)]
struct Holdings {
    locks: Vec<String>,
    record: Option<String>,
    input: String,
    /// Whether the process goes on by itself, as the settings let it.
    is_alone: bool,
}

impl Lease {
    pub(super) fn new(link: &Arc<Link>) -> Self {
        let holdings = Mutex::default();
        Self(Arc::new(Held { link: Arc::clone(link), token: name(), holdings, renewal: OnceLock::new() }))
    }

    /// Takes the locks of records, all of them at once; false where somebody else's writes take longer than that.
    ///
    /// # Errors
    /// Where it cannot be known whether somebody else writes.
    pub(crate) async fn lock(&self, records: &[String], patience: Duration) -> Result<bool, Error> {
        let link = &self.0.link;
        let locks: Vec<String> = records.iter().map(|record| link.keys.of("lock", &[record.as_bytes()])).collect();
        // Noted before they are taken: an answer that is lost may have been a yes.
        self.holdings().locks.clone_from(&locks);
        let mut question = scripts::LOCK.key(link.keys.era());
        question.key(&locks).arg(&self.0.token).arg(in_milliseconds(link.lifetime));
        let deadline = Instant::now() + patience;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let wait = match self.ask::<i64>("lock", Question::Script(&question)).await {
                Ok(TAKEN) => break,
                Ok(NO_ERA) => {
                    link.give_up();
                    AGAIN
                }
                Ok(HELD) => chance(AGAIN),
                Ok(closed) => {
                    let closed = Duration::from_millis(closed.unsigned_abs());
                    if closed > left {
                        return Err(Uncoordinated::Settling(closed).into());
                    }
                    closed.min(SETTLING.0)
                }
                Err(error) => return self.alone_or(error).map(|()| true),
            };
            if left.is_zero() {
                return Ok(false);
            }
            tokio::time::sleep(wait.min(left)).await;
        }
        self.renew();
        Ok(true)
    }

    /// Claims an idempotency key, or says what it stands for; waits for whoever has claimed it and is still at it.
    ///
    /// # Errors
    /// Where it cannot be known, or takes longer than that.
    pub(crate) async fn claim(&self, key: &[&[u8]], input: &str, patience: Duration) -> Result<Claim, Error> {
        let link = &self.0.link;
        let record = link.keys.of("once", key);
        self.holdings().record = Some(record.clone());
        self.holdings().input = input.to_owned();
        let mut question = scripts::CLAIM.key(link.keys.era());
        question.key(&record).arg(&self.0.token).arg(input).arg(in_milliseconds(link.lifetime));
        let deadline = Instant::now() + patience;
        loop {
            let answer = match self.ask::<Vec<Vec<u8>>>("claim", Question::Script(&question)).await {
                Ok(answer) => answer,
                Err(error) => return self.alone_or(error).map(|()| Claim::Ours),
            };
            let mut parts = answer.into_iter();
            let claim = match parts.next().as_deref() {
                Some(b"claimed") => {
                    self.renew();
                    return Ok(Claim::Ours);
                }
                Some(b"done") => Some(Claim::Done(parts.next().unwrap_or_default())),
                Some(b"lost") => Some(Claim::Lost),
                Some(b"other") => Some(Claim::Other),
                Some(b"held") => None,
                _ => {
                    link.give_up();
                    None
                }
            };
            if let Some(claim) = claim {
                self.holdings().record = None;
                return Ok(claim);
            }
            if Instant::now() >= deadline {
                self.holdings().record = None;
                return Err(Uncoordinated::Busy.into());
            }
            tokio::time::sleep(chance(AGAIN)).await;
        }
    }

    /// Makes sure that everything is held for as long as a request may take that is sent now, and says to all that it is.
    ///
    /// # Errors
    /// Where it is not held any more, or cannot be known to be. Nothing may be sent then.
    pub(crate) async fn cover(&self, api: &str, within: Duration) -> Result<(), Error> {
        let holdings = self.holdings().clone();
        if holdings.is_alone {
            return Ok(());
        }
        let link = &self.0.link;
        let mut question = scripts::COVER.key(holdings.record.unwrap_or_default());
        question.key(link.keys.generation(api)).key(link.keys.writing(api)).key(&holdings.locks);
        question.arg(&self.0.token).arg(in_milliseconds(link.cover(within))).arg(in_milliseconds(REMEMBERED));
        question.arg(link.keys.news()).arg(link.told(News::Began(api.to_owned()), None));
        match self.ask::<i64>("cover", Question::Script(&question)).await {
            Ok(1) => Ok(()),
            Ok(_) => Err(Uncoordinated::Lost.into()),
            Err(error) => self.alone_or(error),
        }
    }

    /// Says to all that a request has been answered, or never will be, and waits until they have heard it. Where they do
    /// not, it shows in time.
    pub(crate) async fn ended(&self, api: &str) {
        if self.holdings().is_alone {
            return;
        }
        let link = &self.0.link;
        let hearing = link.hearings.begin(name());
        let mut question = scripts::ENDED.key(link.keys.generation(api));
        question.key(link.keys.writing(api)).arg(&self.0.token);
        question.arg(link.keys.news()).arg(link.told(News::Ended(api.to_owned()), Some(hearing.name())));
        let told = self.ask::<i64>("ended", Question::Script(&question)).await;
        hearing.by_all(told.ok()).await;
    }

    /// Writes down what became of the write, for whoever comes with the same key.
    pub(crate) async fn settle(&self, outcome: &[u8]) {
        let (record, input) = {
            let mut holdings = self.holdings();
            (holdings.record.take(), std::mem::take(&mut holdings.input))
        };
        let Some(record) = record else {
            return;
        };
        let mut question = scripts::SETTLE.key(record);
        question.arg(&self.0.token).arg(input).arg(outcome).arg(in_milliseconds(REMEMBERED));
        self.insist("settle", question).await;
    }

    /// Frees the idempotency key: nothing was done under it.
    pub(crate) async fn forget(&self) {
        let Some(record) = self.holdings().record.take() else {
            return;
        };
        let mut question = scripts::FORGET.key(record);
        question.arg(&self.0.token).arg("known");
        self.insist("forget", question).await;
    }

    /// Says what became of the write. Where Redis does not take it now it is tried again for a while; nobody waits for that.
    async fn insist(&self, what: &'static str, question: ScriptInvocation<'static>) {
        let link = Arc::clone(&self.0.link);
        let say = async move |link: &Link| link.ask_for_write::<()>(what, Question::Script(&question)).await.is_ok();
        if say(&link).await {
            return;
        }
        tokio::spawn(async move {
            for _ in 0..SETTLING.1 {
                tokio::time::sleep(SETTLING.0).await;
                if say(&link).await {
                    return;
                }
            }
            tracing::warn!(question = what, "what became of a write is known to this replica alone");
        });
    }

    /// Lets go of the locks.
    pub(crate) async fn release(&self) {
        let locks = std::mem::take(&mut self.holdings().locks);
        if !locks.is_empty() {
            self.0.link.release(&locks, &self.0.token).await;
        }
    }

    async fn ask<T: FromRedisValue>(&self, what: &'static str, question: Question<'_>) -> Result<T, Error> {
        self.0.link.ask_for_write(what, question).await
    }

    fn alone_or(&self, error: Error) -> Result<(), Error> {
        match self.0.link.writes_without {
            WritesWithout::Refuse => Err(error),
            WritesWithout::Local => {
                self.holdings().is_alone = true;
                Ok(())
            }
        }
    }

    /// Gives signs of life from now on, for as long as anything is held.
    fn renew(&self) {
        self.0.renewal.get_or_init(|| {
            let held = Arc::downgrade(&self.0);
            AbortOnDropHandle::new(tokio::spawn(renew(held, self.0.link.lifetime / 3)))
        });
    }

    fn holdings(&self) -> MutexGuard<'_, Holdings> {
        self.0.holdings()
    }
}

/// The answers of the script that takes locks; any other is the milliseconds for which none is given.
const TAKEN: i64 = -1;
const NO_ERA: i64 = -2;
const HELD: i64 = 0;

async fn renew(held: Weak<Held>, interval: Duration) {
    loop {
        tokio::time::sleep(interval).await;
        let Some(held) = held.upgrade() else {
            return;
        };
        let holdings = held.holdings().clone();
        let mut question = scripts::RENEW.key(holdings.record.unwrap_or_default());
        question.key(&holdings.locks).arg(&held.token).arg(in_milliseconds(held.link.lifetime));
        // Where it fails, what is held runs out, which is found out before anything is sent.
        let _ = held.link.ask::<()>("renew", Question::Script(&question)).await;
    }
}

impl Held {
    fn holdings(&self) -> MutexGuard<'_, Holdings> {
        self.holdings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Held {
    /// A write that broke off lets go of what nobody needs it to hold.
    fn drop(&mut self) {
        let holdings = std::mem::take(&mut *self.holdings());
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        if holdings.locks.is_empty() && holdings.record.is_none() {
            return;
        }
        let (link, token) = (Arc::clone(&self.link), self.token.clone());
        runtime.spawn(async move {
            link.release(&holdings.locks, &token).await;
            if let Some(record) = holdings.record {
                let mut question = scripts::FORGET.key(record);
                question.arg(&token).arg("unknown");
                let _ = link.ask::<()>("forget", Question::Script(&question)).await;
            }
        });
    }
}

impl Link {
    async fn release(&self, locks: &[String], token: &str) {
        if locks.is_empty() {
            return;
        }
        let mut question = scripts::RELEASE.prepare_invoke();
        question.key(locks).arg(token);
        // Where it fails they run out.
        let _ = self.ask::<()>("release", Question::Script(&question)).await;
    }
}
