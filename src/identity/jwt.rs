//! Callers by signed tokens: the issuer's word for who it is, and for which profile he has.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Profiles;
use super::jwks::{KeySet, Source};
use super::settings::Settings;
use crate::caller::{Caller, Profile};
use crate::config::{self, Error};
use crate::error::Denial;
use crate::upstream::Document;

/// What it takes to accept a token.
pub(super) struct Tokens {
    keys: KeySet,
    /// What is checked, by the algorithm: the library wants the key to fit each that it is told to accept.
    validations: HashMap<Algorithm, Validation>,
    profile_claim: String,
    profiles: Profiles,
    default: Option<Arc<Profile>>,
    refresh: Duration,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    #[serde(flatten)]
    others: Map<String, Value>,
}

impl Tokens {
    pub(super) fn new(own: Settings, profiles: Profiles, default: Option<Arc<Profile>>) -> Result<Self, Error> {
        let issuer = own.issuer.filter(|issuer| !issuer.trim().is_empty()).ok_or_else(|| wanting("issuer"))?;
        if own.audience.is_empty() {
            return Err(wanting("audience"));
        }
        if profiles.is_empty() {
            return Err(config::unusable("identity.mode", "is \"jwt\", and there are no profiles"));
        }
        let (source, key) = source(own.jwks_file, own.jwks_url)?;
        let algorithms = own.algorithms.0;
        let validation = |algorithm: &Algorithm| {
            let mut validation = Validation::new(*algorithm);
            validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
            validation.set_issuer(&[&issuer]);
            validation.set_audience(&own.audience);
            validation.validate_nbf = true;
            validation.leeway = own.leeway_s;
            (*algorithm, validation)
        };
        let validations = algorithms.iter().map(validation).collect();
        let keys = KeySet::new(source, algorithms, Duration::from_millis(own.jwks_cooldown_ms));
        Ok(Self {
            keys: keys.map_err(|problem| config::unusable(key, problem))?,
            validations,
            profile_claim: own.profile_claim,
            profiles,
            default,
            refresh: Duration::from_secs(own.jwks_refresh_s.get()),
        })
    }

    /// Reads the keys for the first time. Where they cannot be had yet, nobody comes in until they can.
    pub(super) async fn prepare(&self) {
        self.keys.refresh().await;
    }

    pub(super) async fn identify(&self, token: &[u8]) -> Result<Caller, Denial> {
        let header = decode_header(token).map_err(|error| denied(&error))?;
        let validation = self.validations.get(&header.alg).ok_or(Denial::InvalidToken)?;
        let key = self.keys.find(header.kid.as_deref(), header.alg).await.ok_or(Denial::InvalidToken)?;
        let claims = checked(token, &key, validation)?;
        let profile = self.profile(&claims).ok_or_else(|| {
            tracing::info!(caller = claims.sub, "a token names no profile that there is");
            Denial::InvalidToken
        })?;
        let identity = format!("jwt\0{}\0{}", profile.name(), claims.sub);
        let expiry = expiry(&claims, validation.leeway);
        Ok(Caller::new(claims.sub.into(), identity.into(), Arc::clone(profile)).until(expiry))
    }

    fn profile(&self, claims: &Claims) -> Option<&Arc<Profile>> {
        match claims.others.get(&self.profile_claim) {
            None => self.default.as_ref(),
            Some(Value::String(name)) => self.profiles.get(name),
            Some(Value::Array(names)) => {
                names.iter().filter_map(Value::as_str).find_map(|name| self.profiles.get(name))
            }
            Some(_) => None,
        }
    }
}

/// When a token that is good now will not be any more: from there on it would be refused.
fn expiry(claims: &Claims, leeway: u64) -> Option<SystemTime> {
    let seconds = claims.others.get("exp")?.as_f64()?;
    let of_claim = Duration::try_from_secs_f64(seconds).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(of_claim.checked_add(Duration::from_secs(leeway))?)
}

/// Reads the keys again and again, for as long as anybody needs them.
pub(super) fn keep_current(tokens: &Arc<Tokens>) {
    let (held, every) = (Arc::downgrade(tokens), tokens.refresh);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(every).await;
            let Some(tokens) = held.upgrade() else { return };
            tokens.keys.refresh().await;
        }
    });
}

fn checked(token: &[u8], key: &DecodingKey, validation: &Validation) -> Result<Claims, Denial> {
    let claims = decode::<Claims>(token, key, validation).map_err(|error| denied(&error))?.claims;
    if claims.sub.is_empty() { Err(Denial::InvalidToken) } else { Ok(claims) }
}

/// The operator may know what is wrong with a token, and its sender no more than that it is old.
fn denied(error: &jsonwebtoken::errors::Error) -> Denial {
    match error.kind() {
        ErrorKind::ExpiredSignature => Denial::ExpiredToken,
        _ => {
            tracing::debug!(reason = ?std::mem::discriminant(error.kind()), "a token is refused");
            Denial::InvalidToken
        }
    }
}

fn source(file: Option<std::path::PathBuf>, url: Option<url::Url>) -> Result<(Source, &'static str), Error> {
    match (file, url) {
        (Some(_), Some(_)) => {
            Err(config::unusable("identity.jwks_url", "cannot be given together with identity.jwks_file"))
        }
        (Some(file), None) => Ok((Source::File(file), "identity.jwks_file")),
        (None, Some(url)) if !is_safe(&url) => {
            Err(config::unusable("identity.jwks_url", "expected an address that begins with https://"))
        }
        (None, Some(url)) => {
            let document = Document::at(url).map_err(|problem| config::unusable("identity.jwks_url", problem))?;
            Ok((Source::Url(document), "identity.jwks_url"))
        }
        (None, None) => Err(config::unusable("identity.jwks_url", "is missing, and so is identity.jwks_file")),
    }
}

/// Whoever changes the keys on their way makes tokens of his own, so they come in the clear from this machine alone.
fn is_safe(url: &url::Url) -> bool {
    let is_loopback = match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    };
    url.scheme() == "https" || is_loopback
}

fn wanting(key: &str) -> Error {
    config::unusable(&format!("identity.{key}"), "is missing, and no token is checked without it")
}
