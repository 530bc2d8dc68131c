//! What things are called in Redis. Every name has the namespace and a version in front, and none holds a text of a
//! caller's or a credential: those are digested.

use sha2::{Digest, Sha256};

/// How what is kept is written. Replicas of two versions that write it differently must not read each other's.
const VERSION: &str = "v1";

/// Names under one namespace.
#[derive(Debug, Clone)]
pub(super) struct Keys {
    prefix: String,
}

impl Keys {
    pub(super) fn new(namespace: &str) -> Self {
        Self { prefix: format!("{namespace}:{VERSION}") }
    }

    /// The time for which Redis has held what it holds.
    pub(super) fn era(&self) -> String {
        format!("{}:era", self.prefix)
    }

    /// Where replicas tell each other news.
    pub(super) fn news(&self) -> String {
        format!("{}:news", self.prefix)
    }

    /// Where the others tell a replica what they have heard of it.
    pub(super) fn heard(&self, replica: &str) -> String {
        format!("{}:heard:{replica}", self.prefix)
    }

    /// The number of the writes to an API.
    pub(super) fn generation(&self, api: &str) -> String {
        format!("{}:generation:{api}", self.prefix)
    }

    /// The writes to an API that are under way.
    pub(super) fn writing(&self, api: &str) -> String {
        format!("{}:writing:{api}", self.prefix)
    }

    /// Something of a kind that is known by these parts.
    pub(super) fn of(&self, kind: &str, parts: &[&[u8]]) -> String {
        let mut digest = Sha256::new();
        for part in parts {
            digest.update(part.len().to_be_bytes());
            digest.update(part);
        }
        let digest = digest.finalize();
        let digits = digest.iter().map(|byte| format!("{byte:02x}"));
        format!("{}:{kind}:{}", self.prefix, digits.collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::Keys;

    #[test]
    fn a_name_tells_nothing_and_is_nobody_elses() {
        let keys = Keys::new("mine");
        let of = |parts: &[&[u8]]| keys.of("lock", parts);
        assert_eq!(of(&[b"secret"]).len(), "mine:v1:lock:".len() + 64);
        assert_eq!(of(&[b"secret"]), of(&[b"secret"]));
        assert_ne!(of(&[b"ab", b"c"]), of(&[b"a", b"bc"]));
        assert_ne!(of(&[b"a"]), Keys::new("other").of("lock", &[b"a"]));
    }
}
