//! In whose name a call is made: the headers that say so, and a fingerprint to tell callers apart.

use std::sync::Arc;

use reqwest::header::{HeaderName, HeaderValue};
use sha2::{Digest, Sha256};

use super::Unusable;

/// A credential. Two with the same fingerprint see the same records, so what one has read the other may share.
#[derive(Clone)]
pub(crate) struct Credential {
    pub(super) header: HeaderName,
    pub(super) value: HeaderValue,
    pub(super) fingerprint: [u8; 32],
    pub(super) secrets: Arc<[String]>,
}

impl Credential {
    /// A credential sent as one header; `secrets` are the forms of it that no message may repeat, besides the whole.
    pub(crate) fn header(header: HeaderName, value: &str, secrets: &[&str]) -> Result<Self, Unusable> {
        let mut sent = HeaderValue::from_str(value).map_err(|_| Unusable::Credential)?;
        sent.set_sensitive(true);
        let fingerprint = Sha256::digest(value.as_bytes()).into();
        let secrets = secrets.iter().copied().chain([value]).map(str::to_owned).collect();
        Ok(Self { header, value: sent, fingerprint, secrets })
    }
}

impl Credential {
    /// A short name for whoever this credential stands for, from which the credential cannot be told.
    pub(crate) fn scope(&self) -> String {
        self.fingerprint.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
    }
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credential").finish_non_exhaustive()
    }
}
