//! Requests that came before, byte by byte: what was read of one is not read again.
//!
//! Only those for a document that is known, and of which the document's text says everything: what clients send that
//! poll, and what many of them send at once. With variables there would be as many of them as there are values.
//!
//! They are kept in two generations: what is asked for is in the younger one, or is taken over into it, and when that is
//! full the older one goes. A cache that knows what was used last looks at a clock for each request, and takes four times
//! as long to find it.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use foldhash::quality::RandomState;

/// How many bytes are kept at most, give or take.
const CAPACITY: usize = 4 << 20;
/// How many times a body's bytes what was read of it takes, more or less: its document is its own once nobody else keeps
/// that.
const READ: usize = 12;
/// What a request takes beside that.
const BESIDE_BODY: usize = 512;
/// Larger ones are not looked for: to compare them costs as well.
const LARGEST: usize = 8 << 10;

/// What was read of bodies. Their hashes are seeded anew in every process, and nobody is told of them.
type Generation<T> = HashMap<Box<[u8]>, T, RandomState>;

/// What was read of bodies, most recently.
pub(super) struct Recent<T> {
    requests: RwLock<Generations<T>>,
}

struct Generations<T> {
    younger: Generation<T>,
    /// How many bytes the younger one takes.
    bytes: usize,
    older: Generation<T>,
}

impl<T> Default for Recent<T> {
    fn default() -> Self {
        let requests = Generations { younger: Generation::default(), bytes: 0, older: Generation::default() };
        Self { requests: RwLock::new(requests) }
    }
}

impl<T: Clone> Recent<T> {
    /// What was read of such a body.
    pub(super) fn find(&self, body: &[u8]) -> Option<T> {
        if body.len() > LARGEST {
            return None;
        }
        let requests = self.requests.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(read) = requests.younger.get(body) {
            return Some(read.clone());
        }
        let read = requests.older.get(body).cloned()?;
        drop(requests);
        self.keep(body, &read);
        Some(read)
    }

    /// Keeps what was read of a body.
    pub(super) fn keep(&self, body: &[u8], read: &T) {
        if body.len() > LARGEST {
            return;
        }
        let mut requests = self.requests.write().unwrap_or_else(PoisonError::into_inner);
        if requests.younger.insert(body.into(), read.clone()).is_some() {
            return;
        }
        requests.bytes += body.len() * READ + BESIDE_BODY;
        if requests.bytes > CAPACITY / 2 {
            requests.older = std::mem::take(&mut requests.younger);
            requests.bytes = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BESIDE_BODY, CAPACITY, LARGEST, READ, Recent};

    /// As many of the largest bodies fill a generation.
    const MOST: usize = CAPACITY / 2 / (LARGEST * READ + BESIDE_BODY) + 1;

    fn body(number: usize) -> [u8; LARGEST] {
        let mut body = [b' '; LARGEST];
        body[..8].copy_from_slice(&number.to_be_bytes());
        body
    }

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
    fn what_is_large_is_not_kept() {
        let recent = Recent::default();
        recent.keep(&[b' '; LARGEST + 1], &0);
        assert_eq!(recent.find(&[b' '; LARGEST + 1]), None);
    }

    #[test]
    fn what_is_asked_for_stays_and_what_is_not_goes() {
        let recent = Recent::default();
        for number in 0..10 * MOST {
            recent.keep(&body(number), &number);
            assert_eq!(recent.find(&body(0)), Some(0), "{number}");
            let requests = recent.requests.read().unwrap();
            assert!(requests.younger.len() + requests.older.len() <= 2 * MOST, "{number}");
        }
        assert_eq!(recent.find(&body(1)), None);
        assert_eq!(recent.find(&body(10 * MOST - 1)), Some(10 * MOST - 1));
    }

    #[test]
    fn what_is_kept_again_takes_no_more_room() {
        let recent = Recent::default();
        for _ in 0..10 * MOST {
            recent.keep(&body(1), &1);
        }
        assert!(recent.requests.read().unwrap().older.is_empty());
    }
}
