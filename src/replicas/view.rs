//! One API as the other replicas leave it: which of their writes have made old what was read before, and the answers that
//! they have kept.
//!
//! A write says in Redis that it begins before it is sent, and that it has ended. Between the two nothing is kept and
//! nothing that was kept is given; where its replica dies, until it can be under way no more. So an answer that was kept
//! is never older than a write that has ended. What this process has kept itself it gives without asking Redis: it is told
//! of beginnings and ends, looks every quarter of a second whether it was told of all, and gives nothing while its last look
//! is older than a second. A write is answered when all replicas have heard that it is over, or can have seen nothing of
//! late that says otherwise. Looks and what is told come by two connections, so that a look may come after news of what began
//! behind it: that it saw no write says nothing of those.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use redis::cmd;
use tokio::time::Instant;

use super::link::{Link, Question};
use super::looks::CURRENT;
use super::scripts;

/// What is known of the writes to one API.
#[derive(Default)]
pub(super) struct Epoch {
    number: AtomicU64,
    generation: AtomicU64,
    /// Whether the last look saw a write.
    is_written_to: AtomicBool,
    /// The beginnings of writes that were heard of, and those of them that a look has come after.
    begun: AtomicU64,
    looked_at: AtomicU64,
    is_doubted: AtomicBool,
    lapsed: Mutex<Option<Instant>>,
}

impl Epoch {
    /// Ends what was read so far.
    pub(super) fn end(&self) {
        self.number.fetch_add(1, Ordering::SeqCst);
    }

    /// Ends what was read longer ago than a look would hold good: nobody has looked, so that it may be old.
    fn lapse(&self) {
        let mut lapsed = self.lapsed.lock().unwrap_or_else(PoisonError::into_inner);
        if lapsed.is_none_or(|lapsed| lapsed.elapsed() >= CURRENT) {
            *lapsed = Some(Instant::now());
            self.end();
        }
    }

    /// A write of another replica begins.
    pub(super) fn begin_write(&self) {
        self.begun.fetch_add(1, Ordering::SeqCst);
        self.end();
    }

    /// How many writes of other replicas were heard to begin: to be asked for before a look is sent.
    pub(super) fn begun(&self) -> u64 {
        self.begun.load(Ordering::SeqCst)
    }

    /// Whether another replica may be writing.
    fn is_written_to(&self) -> bool {
        self.is_written_to.load(Ordering::SeqCst) || self.begun() != self.looked_at.load(Ordering::SeqCst)
    }

    /// Says that what Redis holds is old, and Redis does not know it yet; or that it knows.
    pub(super) fn doubt(&self, is_doubted: bool) {
        self.is_doubted.store(is_doubted, Ordering::SeqCst);
    }

    pub(super) fn is_doubted(&self) -> bool {
        self.is_doubted.load(Ordering::SeqCst)
    }

    /// Takes note of what a look has seen that was sent after so many beginnings. What was not told of, or ended without a
    /// word, ends what was read.
    pub(super) fn see(&self, generation: u64, is_written_to: bool, begun: u64) {
        let is_news = self.generation.swap(generation, Ordering::SeqCst) != generation;
        // Before anything that was kept may be given again.
        if is_news || self.is_written_to() {
            self.end();
        }
        self.is_written_to.store(is_written_to, Ordering::SeqCst);
        self.looked_at.store(begun, Ordering::SeqCst);
    }
}

/// One API as the other replicas leave it.
pub(crate) struct View {
    link: Arc<Link>,
    api: &'static str,
    epoch: Arc<Epoch>,
    origin: String,
}

/// What Redis says of an answer.
pub(crate) struct Recalled {
    /// The writes so far, under which a newer answer is to be kept; none while one is under way.
    pub(crate) generation: Option<u64>,
    /// The answer, and for how long it may be kept yet.
    pub(crate) answer: Option<(Vec<u8>, Duration)>,
}

impl View {
    pub(super) fn new(link: &Arc<Link>, api: &'static str, origin: &str) -> Self {
        Self { link: Arc::clone(link), api, epoch: link.epoch(api), origin: origin.to_owned() }
    }

    /// A number that grows whenever what was read before is old.
    pub(crate) fn epoch(&self) -> u64 {
        if !self.link.is_current() {
            self.epoch.lapse();
        }
        self.epoch.number.load(Ordering::SeqCst)
    }

    /// Whether what this process has kept is known to be as good as new.
    pub(crate) fn is_settled(&self) -> bool {
        !self.epoch.is_written_to() && self.link.is_current()
    }

    /// Asks for a kept answer; none where Redis does not say anything.
    pub(crate) async fn recall(&self, what: &[&[u8]]) -> Option<Recalled> {
        if self.epoch.is_doubted() {
            return None;
        }
        let keys = &self.link.keys;
        let mut question = scripts::RECALL.key(keys.generation(self.api));
        question.key(keys.writing(self.api)).arg(self.place(what));
        let answer = self.link.ask("recall", Question::Script(&question)).await;
        let (generation, under_way, body, left): (u64, u64, Vec<u8>, u64) = answer.ok()?;
        let generation = (under_way == 0).then_some(generation);
        Some(Recalled { generation, answer: (!body.is_empty()).then_some((body, Duration::from_millis(left))) })
    }

    /// Keeps an answer for all replicas, as what was read under that generation.
    pub(crate) fn keep(&self, generation: u64, what: &[&[u8]], body: Vec<u8>, lives_for: Duration) {
        let mut question = cmd("SET");
        let milliseconds = u64::try_from(lives_for.as_millis()).unwrap_or(u64::MAX).max(1);
        question.arg(format!("{}:{generation}", self.place(what))).arg(body).arg("PX").arg(milliseconds);
        let link = Arc::clone(&self.link);
        tokio::spawn(async move { link.ask::<()>("keep", Question::Command(&question)).await });
    }

    fn place(&self, what: &[&[u8]]) -> String {
        let parts: Vec<&[u8]> =
            [self.api.as_bytes(), self.origin.as_bytes()].into_iter().chain(what.iter().copied()).collect();
        self.link.keys.of("answer", &parts)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::{CURRENT, Epoch};

    #[test]
    fn what_was_not_told_of_ends_what_was_read_and_so_does_an_end_without_a_word() {
        let epoch = Epoch::default();
        let number = || epoch.number.load(Ordering::SeqCst);
        let see = |generation, is_written_to| epoch.see(generation, is_written_to, epoch.begun());
        see(0, false);
        assert_eq!(number(), 0);
        see(1, false);
        assert_eq!(number(), 1, "a write was not told of");
        epoch.begin_write();
        see(2, true);
        let before = number();
        see(2, false);
        assert_eq!(number(), before + 1, "a write has ended without a word");
        see(2, false);
        assert_eq!(number(), before + 1);
    }

    #[test]
    fn a_write_that_began_behind_a_look_is_not_over_because_that_look_saw_none() {
        let epoch = Epoch::default();
        let begun = epoch.begun();
        epoch.begin_write();
        // It was made before the write began, and comes after the news of it.
        epoch.see(0, false, begun);
        assert!(epoch.is_written_to());
        epoch.see(1, true, epoch.begun());
        assert!(epoch.is_written_to());
        epoch.see(2, false, epoch.begun());
        assert!(!epoch.is_written_to());
        // One that began and ended between two looks is over with the next.
        epoch.begin_write();
        assert!(epoch.is_written_to());
        epoch.see(4, false, epoch.begun());
        assert!(!epoch.is_written_to());
    }

    #[tokio::test(start_paused = true)]
    async fn where_nobody_looks_what_was_read_is_old_after_a_second() {
        let epoch = Epoch::default();
        let number = || {
            epoch.lapse();
            epoch.number.load(Ordering::SeqCst)
        };
        let first = number();
        tokio::time::advance(CURRENT.mul_f64(0.9)).await;
        assert_eq!(number(), first);
        tokio::time::advance(CURRENT.mul_f64(0.1)).await;
        assert_eq!((number(), number()), (first + 1, first + 1));
    }
}
