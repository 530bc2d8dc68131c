//! What an operator may set about the Redis that replicas share.

use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use redis::{Client, ConnectionAddr, IntoConnectionInfo, TlsCertificates};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::setting::Setting;

/// The keys of the section `redis`.
pub const REDIS: &[Setting] = &[
    Setting::secret(
        "url",
        "Address of the Redis that the replicas of this gateway share, such as `redis://redis:6379/0`, or `rediss://` for \
         TLS; user and password may stand in it. Without it everything stays in the process.",
    ),
    Setting::secret("password", "Password for Redis, in the place of one in its address."),
    Setting::optional(
        "ca_file",
        "File of the certificates, in PEM, that the one of Redis is checked against; without it the system's.",
    ),
    Setting::new(
        "namespace",
        "onramp",
        "What all keys begin with. Replicas of one gateway have the same, and other gateways on that Redis another.",
    ),
    Setting::new("timeout_ms", "500", "Deadline of one question to Redis, in milliseconds."),
    Setting::new("connect_timeout_ms", "1000", "Deadline of making a connection to it, in milliseconds."),
    Setting::new(
        "lock_ms",
        "10000",
        "How long a record stays locked, and an idempotency key claimed, after the last sign of life of the replica that \
         holds it, in milliseconds. While a write is under way it is at least as long as that write may take.",
    ),
    Setting::new(
        "writes_without",
        "refuse",
        "What becomes of writes while Redis cannot be reached: `refuse`, or `local`, with which each replica goes on by its \
         own locks and idempotency keys alone: two replicas may then make the same write.",
    ),
];

/// The values of [`REDIS`].
#[derive(Debug, Clone, Deserialize)]
pub struct Settings {
    url: Option<SecretString>,
    password: Option<SecretString>,
    ca_file: Option<PathBuf>,
    pub(super) namespace: Namespace,
    timeout_ms: NonZeroU64,
    connect_timeout_ms: NonZeroU64,
    lock_ms: NonZeroU64,
    pub(super) writes_without: WritesWithout,
}

/// Settings that were read and by which no Redis can be reached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// The address is none.
    #[error("{0}, expected one that begins with redis:// or rediss://")]
    Scheme(String),
    /// The address begins like one and is none.
    #[error("expected an address such as redis://host:6379/0, and in this one {0}")]
    Address(&'static str),
    /// There are certificates to check against, and the address wants no TLS.
    #[error("is of no use without an address that begins with rediss://")]
    NoTls,
    /// The file of certificates cannot be used.
    #[error("{0}")]
    Certificates(String),
}

impl Unusable {
    /// The setting that is to blame.
    pub fn setting(&self) -> &'static str {
        match self {
            Self::Scheme(_) | Self::Address(_) => "redis.url",
            Self::NoTls | Self::Certificates(_) => "redis.ca_file",
        }
    }
}

impl Settings {
    pub(super) fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms.get())
    }

    pub(super) fn connect_timeout(&self) -> Duration {
        Duration::from_millis(self.connect_timeout_ms.get())
    }

    pub(super) fn lock(&self) -> Duration {
        Duration::from_millis(self.lock_ms.get())
    }

    /// What connects to Redis; none where none is named.
    pub(super) fn client(&self) -> Result<Option<Client>, Unusable> {
        let Some(url) = &self.url else {
            return Ok(None);
        };
        let address = url.expose_secret();
        let address = address.into_connection_info().map_err(|_| unusable(address))?;
        let mut login = address.redis_settings().clone();
        if let Some(password) = &self.password {
            login = login.set_password(password.expose_secret());
        }
        let has_tls = matches!(address.addr(), ConnectionAddr::TcpTls { .. });
        let address = address.set_redis_settings(login);
        let Some(file) = &self.ca_file else {
            return Client::open(address).map(Some).map_err(|_| unusable(url.expose_secret()));
        };
        if !has_tls {
            return Err(Unusable::NoTls);
        }
        let unreadable =
            |problem: &dyn std::fmt::Display| Unusable::Certificates(format!("{}: {problem}", file.display()));
        let trusted = std::fs::read(file).map_err(|error| unreadable(&error))?;
        if !trusted.windows(PEM.len()).any(|window| window == PEM) {
            return Err(unreadable(&"holds no certificate"));
        }
        let certificates = TlsCertificates { client_tls: None, root_cert: Some(trusted) };
        Client::build_with_tls(address, certificates).map(Some).map_err(|error| unreadable(&error))
    }
}

/// What is longer and stands before `://` is no scheme, and may be a part of a password.
const LONGEST_SCHEME: usize = 12;

/// What is wrong with an address that Redis' own library does not take, in words that no part of it stands in.
fn unusable(address: &str) -> Unusable {
    match address.split_once("://") {
        Some(("redis" | "rediss", _)) => {}
        Some((scheme, _)) if scheme.len() < LONGEST_SCHEME => {
            return Unusable::Scheme(format!("found an address that begins with {scheme}://"));
        }
        _ => return Unusable::Scheme("found an address without a scheme".to_owned()),
    }
    Unusable::Address(match url::Url::parse(address) {
        Err(url::ParseError::InvalidPort) => "the port is no number from 0 to 65535",
        Err(url::ParseError::EmptyHost) => "the host is missing",
        Err(_) => "the host cannot be read",
        Ok(url) if url.host().is_none() => "the host is missing",
        Ok(_) => "what follows the host is no number of a database",
    })
}

const PEM: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// What all keys begin with.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Namespace(pub(super) String);

impl TryFrom<String> for Namespace {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if !word.is_empty() && word.bytes().all(is_plain) {
            return Ok(Self(word));
        }
        Err(format!("found {word:?}, expected letters, digits, \"-\", \"_\" and \".\""))
    }
}

/// What becomes of writes while Redis cannot be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) enum WritesWithout {
    Refuse,
    Local,
}

impl TryFrom<String> for WritesWithout {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        match word.as_str() {
            "refuse" => Ok(Self::Refuse),
            "local" => Ok(Self::Local),
            _ => Err(format!("found {word:?}, expected \"refuse\" or \"local\"")),
        }
    }
}
