//! The response cache: answers to reads, kept for as long as their kind says, for the credential that read them.
//!
//! A write ends what was kept before it: the generation is part of the key, and a read keeps its answer under the
//! generation in which it set out, so that what was in flight during a write is found by nobody afterwards. What is kept
//! is no more than the members that the slice names: an answer may hold secrets that it never decodes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use moka::Expiry;
use moka::sync::Cache;
use reqwest::header::{CONTENT_LENGTH, SET_COOKIE};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::flight::Place;
use super::{Answer, Call, shared};

/// For how long an answer of some kind is kept, and what of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keeping {
    fresh_for: Duration,
    members: &'static [&'static str],
}

impl Keeping {
    /// Keeps these members of the records in an answer: the answer is a record or a list of them.
    pub(crate) fn members(fresh_for: Duration, members: &'static [&'static str]) -> Self {
        Self { fresh_for, members }
    }

    /// Whether anything is kept at all.
    pub(super) fn is_wanted(&self) -> bool {
        !self.fresh_for.is_zero()
    }
}

/// How old an answer may be, beyond the time for which it is fresh.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ages {
    /// How much older it may be while a new one is fetched.
    pub(super) while_refreshing: Duration,
    /// How old it may be while the API is down.
    pub(super) while_down: Duration,
}

/// The kept answers of one API.
pub(super) struct Shelf {
    cache: Cache<Place, Arc<Kept>>,
    ages: Ages,
}

/// An answer that was kept.
pub(super) struct Kept {
    pub(super) answer: Arc<Answer>,
    since: Instant,
    fresh_for: Duration,
    lives_for: Duration,
    is_being_refreshed: AtomicBool,
}

impl Kept {
    pub(super) fn age(&self) -> Duration {
        self.since.elapsed()
    }

    /// How long from its making on it may be shown at all.
    pub(super) fn lives_for(&self) -> Duration {
        self.lives_for
    }

    pub(super) fn is_fresh(&self) -> bool {
        self.age() < self.fresh_for
    }

    /// Whether the caller is the one to fetch a new one. Nobody else is until that was given up.
    pub(super) fn take_refresh(&self) -> bool {
        !self.is_being_refreshed.swap(true, Ordering::Relaxed)
    }

    pub(super) fn give_up_refresh(&self) {
        self.is_being_refreshed.store(false, Ordering::Relaxed);
    }
}

impl Shelf {
    pub(super) fn new(bytes: u64, ages: Ages) -> Self {
        let weigh = |place: &Place, kept: &Arc<Kept>| {
            // What is made of a body takes as much once more, and the rest is what an entry takes besides, roughly.
            u32::try_from(2 * kept.answer.body.len() + place.url.len() + 1024).unwrap_or(u32::MAX)
        };
        let cache = Cache::builder().max_capacity(bytes).weigher(weigh).expire_after(Life).build();
        Self { cache, ages }
    }

    /// What was kept for this place and could be read, however old.
    pub(super) fn find(&self, place: &Place) -> Option<Arc<Kept>> {
        self.cache.get(place).filter(|kept| !kept.answer.is_unreadable())
    }

    /// Whether it may be shown while a new one is fetched.
    pub(super) fn serves_while_refreshing(&self, kept: &Kept) -> bool {
        kept.age() < kept.fresh_for + self.ages.while_refreshing
    }

    /// Whether it may be shown while the API is down.
    pub(super) fn serves_while_down(&self, kept: &Kept) -> bool {
        kept.age() < self.ages.while_down
    }

    /// Keeps an answer, where it is one of a kind that is kept; gives it as it is kept.
    pub(super) fn keep(&self, place: Place, call: &Call, answer: &Answer) -> Option<Arc<Kept>> {
        let keeping = call.keeping.filter(Keeping::is_wanted)?;
        let body = kept_body(call, answer, keeping.members)?;
        let mut headers = answer.headers.clone();
        headers.remove(SET_COOKIE);
        headers.remove(CONTENT_LENGTH);
        Some(self.put(place, keeping, answer.with(headers, body), Duration::ZERO))
    }

    /// Keeps an answer that another replica has kept and that has so much left, where it is fresh; says whether it is.
    pub(super) fn keep_for(&self, place: Place, call: &Call, answer: &Answer, left: Duration) -> bool {
        let Some(keeping) = call.keeping else {
            return false;
        };
        let age = shared::age(self.life(keeping), left);
        let is_fresh = age < keeping.fresh_for;
        if is_fresh {
            self.put(place, keeping, answer.with(answer.headers.clone(), answer.body.clone()), age);
        }
        is_fresh
    }

    fn put(&self, place: Place, keeping: Keeping, answer: Answer, age: Duration) -> Arc<Kept> {
        let now = Instant::now();
        let kept = Arc::new(Kept {
            answer: Arc::new(answer),
            since: now.checked_sub(age).unwrap_or(now),
            fresh_for: keeping.fresh_for,
            lives_for: self.life(keeping),
            is_being_refreshed: AtomicBool::new(false),
        });
        self.cache.insert(place, Arc::clone(&kept));
        kept
    }

    fn life(&self, keeping: Keeping) -> Duration {
        (keeping.fresh_for + self.ages.while_refreshing).max(self.ages.while_down)
    }

    /// Lets go of everything: a write makes it old.
    pub(super) fn clear(&self) {
        self.cache.invalidate_all();
    }
}

/// The body as it is kept; none where the answer is none to keep. That there is no such record is worth keeping only of a
/// route that names one.
fn kept_body(call: &Call, answer: &Answer, members: &[&str]) -> Option<Bytes> {
    if answer.status == StatusCode::NOT_FOUND && call.route.contains('{') {
        return Some(Bytes::new());
    }
    if answer.status != StatusCode::OK {
        return None;
    }
    if call.method == Method::HEAD {
        return Some(Bytes::new());
    }
    answer.check_readable().ok()?;
    let mut body: Value = serde_json::from_slice(&answer.body).ok()?;
    match &mut body {
        Value::Array(records) => records.iter_mut().for_each(|record| reduce(record, members)),
        record => reduce(record, members),
    }
    serde_json::to_vec(&body).ok().map(Bytes::from)
}

fn reduce(record: &mut Value, members: &[&str]) {
    if let Value::Object(record) = record {
        record.retain(|name, _| members.contains(&name.as_str()));
    }
}

/// Each entry lives as long as it may be shown at all.
struct Life;

impl Expiry<Place, Arc<Kept>> for Life {
    fn expire_after_create(&self, _: &Place, kept: &Arc<Kept>, _: Instant) -> Option<Duration> {
        Some(kept.lives_for.saturating_sub(kept.age()))
    }

    fn expire_after_update(&self, _: &Place, kept: &Arc<Kept>, _: Instant, _: Option<Duration>) -> Option<Duration> {
        Some(kept.lives_for.saturating_sub(kept.age()))
    }
}
