//! Requests that came before, byte by byte: what was read of one is not read again.
//!
//! Only those for a document that is known, and of which the document's text says everything: what clients send that
//! poll, and what many of them send at once. With variables there would be as many of them as there are values.

use foldhash::quality::RandomState;
use moka::sync::Cache;

/// How many bytes are kept, give or take.
const CAPACITY: u64 = 4 << 20;
/// How many times a body's bytes what was read of it takes, more or less: its document is its own once nobody else keeps
/// that.
const READ: usize = 12;
/// What a request takes beside that.
const BESIDE_BODY: usize = 512;
/// Larger ones are not looked for: to compare them costs as well.
const LARGEST: usize = 8 << 10;

type Body = Box<[u8]>;

/// What was read of bodies.
pub(super) struct Recent<T> {
    /// Its hash is seeded anew in every process, and nobody is told of it.
    requests: Cache<Body, T, RandomState>,
}

impl<T: Clone + Send + Sync + 'static> Default for Recent<T> {
    fn default() -> Self {
        let weigh = |body: &Body, _: &T| u32::try_from(body.len() * READ + BESIDE_BODY).unwrap_or(u32::MAX);
        let requests = Cache::builder().max_capacity(CAPACITY).weigher(weigh);
        Self { requests: requests.build_with_hasher(RandomState::default()) }
    }
}

impl<T: Clone + Send + Sync + 'static> Recent<T> {
    /// What was read of such a body.
    pub(super) fn find(&self, body: &[u8]) -> Option<T> {
        (body.len() <= LARGEST).then(|| self.requests.get(body)).flatten()
    }

    /// Keeps what was read of a body.
    pub(super) fn keep(&self, body: &[u8], read: &T) {
        if body.len() <= LARGEST {
            self.requests.insert(body.into(), read.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CAPACITY, LARGEST, READ, Recent};

    #[test]
    fn what_was_kept_is_found_by_the_very_same_bytes_alone() {
        let recent = Recent::default();
        recent.keep(b"{\"query\":\"{a}\"}", &1);
        recent.keep(b"{\"query\":\"{b}\"}", &2);
        assert_eq!(recent.find(b"{\"query\":\"{a}\"}"), Some(1));
        assert_eq!(recent.find(b"{\"query\":\"{b}\"}"), Some(2));
        assert_eq!(recent.find(b"{\"query\": \"{a}\"}"), None);
        assert_eq!(recent.find(b""), None);
    }

    #[test]
    fn what_is_large_is_not_kept_and_what_is_too_much_goes() {
        let recent = Recent::default();
        recent.keep(&[b' '; LARGEST + 1], &0);
        assert_eq!(recent.find(&[b' '; LARGEST + 1]), None);
        let most = usize::try_from(CAPACITY).unwrap() / (LARGEST * READ);
        for number in 0..2 * most {
            let mut body = [b' '; LARGEST];
            body[..8].copy_from_slice(&number.to_be_bytes());
            recent.keep(&body, &number);
        }
        recent.requests.run_pending_tasks();
        assert!((1..=most as u64).contains(&recent.requests.entry_count()), "{}", recent.requests.entry_count());
    }
}
