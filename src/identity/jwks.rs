//! The keys that tokens are signed with: a JWK set from a file or an address, read again and again.
//!
//! Keys change while tokens of the old ones are still about, and an address does not always answer: so what was read
//! last holds good until something else was read. A key that nobody knows makes the set be read at once, though not more
//! often than the settings say, whoever sends how many tokens.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::upstream::Document;

/// Where a JWK set is found.
pub(super) enum Source {
    File(PathBuf),
    Url(Document),
}

impl Source {
    async fn read(&self) -> Result<Vec<u8>, String> {
        match self {
            Self::File(file) => std::fs::read(file).map_err(|error| format!("{}: {error}", file.display())),
            Self::Url(document) => document.fetch().await,
        }
    }
}

/// A set that is kept current.
pub(super) struct KeySet {
    source: Source,
    algorithms: Vec<Algorithm>,
    cooldown: Duration,
    keys: ArcSwap<Vec<Key>>,
    last_read: Mutex<Option<Instant>>,
}

struct Key {
    id: Option<String>,
    algorithm: Option<Algorithm>,
    key: DecodingKey,
}

impl Key {
    fn fits(&self, algorithm: Algorithm) -> bool {
        self.key.family() == algorithm.family() && self.algorithm.is_none_or(|own| own == algorithm)
    }
}

impl KeySet {
    /// The set of a source. That of a file is read right away: one that cannot be read is a mistake in the settings.
    pub(super) fn new(source: Source, algorithms: Vec<Algorithm>, cooldown: Duration) -> Result<Self, String> {
        let keys = match &source {
            Source::File(file) => {
                let set = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
                read(&set, &algorithms).map_err(|problem| format!("{}: {problem}", file.display()))?
            }
            Source::Url(_) => Vec::new(),
        };
        Ok(Self { source, algorithms, cooldown, keys: ArcSwap::from_pointee(keys), last_read: Mutex::new(None) })
    }

    /// The key that a token says it was signed with.
    pub(super) async fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Option<DecodingKey> {
        if let Some(key) = self.known(id, algorithm) {
            return Some(key);
        }
        self.read_for_unknown().await;
        self.known(id, algorithm)
    }

    /// Reads the set again.
    pub(super) async fn refresh(&self) {
        self.read_into(&mut *self.last_read.lock().await).await;
    }

    /// The same, unless somebody did a moment ago. Whoever comes meanwhile waits for the one reading.
    async fn read_for_unknown(&self) {
        let mut last_read = self.last_read.lock().await;
        if last_read.is_none_or(|last| last.elapsed() >= self.cooldown) {
            self.read_into(&mut last_read).await;
        }
    }

    async fn read_into(&self, last_read: &mut Option<Instant>) {
        let set = self.source.read().await.and_then(|set| read(&set, &self.algorithms));
        *last_read = Some(Instant::now());
        match set {
            Ok(keys) => self.keys.store(Arc::new(keys)),
            Err(problem) => tracing::warn!(problem, "the JWK set cannot be read; the keys read last hold good"),
        }
    }

    /// A token without a key's id is of the only key that fits, if there is but one.
    fn known(&self, id: Option<&str>, algorithm: Algorithm) -> Option<DecodingKey> {
        let keys = self.keys.load();
        let mut fitting = keys.iter().filter(|key| key.fits(algorithm) && (id.is_none() || key.id.as_deref() == id));
        let first = fitting.next()?;
        (id.is_some() || fitting.next().is_none()).then(|| first.key.clone())
    }
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

/// The keys of a set that can be of use. A set may well hold others: for encryption, or of kinds that came up later.
fn read(set: &[u8], algorithms: &[Algorithm]) -> Result<Vec<Key>, String> {
    let set: Set = serde_json::from_slice(set).map_err(|error| format!("is no JWK set: {error}"))?;
    let keys = set.keys.into_iter().filter_map(key);
    let keys: Vec<Key> = keys.filter(|key| algorithms.iter().any(|algorithm| key.fits(*algorithm))).collect();
    if keys.is_empty() { Err("holds no key of the algorithms that are accepted".to_owned()) } else { Ok(keys) }
}

fn key(value: Value) -> Option<Key> {
    let jwk: Jwk = serde_json::from_value(value).ok()?;
    let is_for_signatures = jwk.common.public_key_use.as_ref().is_none_or(|of| *of == PublicKeyUse::Signature);
    let algorithm = match jwk.common.key_algorithm {
        Some(algorithm) => Some(algorithm.to_string().parse().ok()?),
        None => None,
    };
    let key = DecodingKey::from_jwk(&jwk).ok().filter(|_| is_for_signatures)?;
    Some(Key { id: jwk.common.key_id, algorithm, key })
}
