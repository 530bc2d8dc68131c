//! Requests that came before, byte by byte: what was read of one is not read again.
//!
//! Only those for a document that is known, and of which the document's text says everything: what clients send that
//! poll, and what many of them send at once. With variables there would be as many of them as there are values.

use axum::body::Bytes;
use foldhash::quality::RandomState;
use moka::sync::Cache;

use crate::graph::Admitted;

/// How many bytes of bodies are kept, with what was read of them, give or take.
const CAPACITY: u64 = 2 << 20;
/// What a request takes beside its body.
const BESIDE_BODY: usize = 512;
/// Larger ones are not looked for: to compare them costs as well.
const LARGEST: usize = 8 << 10;

type Body = Box<[u8]>;

/// What was read of them.
pub(super) struct Recent {
    requests: Cache<Body, Admitted, RandomState>,
}

impl Default for Recent {
    fn default() -> Self {
        let weigh = |body: &Body, _: &Admitted| u32::try_from(body.len() + BESIDE_BODY).unwrap_or(u32::MAX);
        let requests = Cache::builder().max_capacity(CAPACITY).weigher(weigh);
        Self { requests: requests.build_with_hasher(RandomState::default()) }
    }
}

impl Recent {
    /// What was read of such a body.
    pub(super) fn find(&self, body: &[u8]) -> Option<Admitted> {
        let found = (body.len() <= LARGEST).then(|| self.requests.get(body)).flatten()?;
        found.count_again();
        Some(found)
    }

    /// Keeps what was read of a body, where it would be read so every time.
    pub(super) fn keep(&self, body: &Bytes, admitted: &Admitted) {
        if admitted.is_repeatable() && body.len() <= LARGEST {
            self.requests.insert(body.as_ref().into(), admitted.clone());
        }
    }
}
