//! In whose name a call is made: the headers that say so, and a fingerprint to tell callers apart.
//!
//! [`Credentials`] are all that an API may be called with: the gateway's own, and those of profiles that have one. A
//! profile's stands in the settings, or each request brings it; where it brings none, nothing takes its place.

use std::collections::HashMap;
use std::sync::Arc;

use reqwest::header::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::{Unusable, Upstream};
use crate::caller::Caller;
use crate::error::{Error, Failure, Kind};
use crate::setting::Setting;

/// A credential. Two with the same fingerprint see the same records, so what one has read the other may share.
#[derive(Clone)]
pub(crate) struct Credential {
    pub(super) header: HeaderName,
    pub(super) value: HeaderValue,
    pub(super) fingerprint: [u8; 32],
    pub(super) secrets: Arc<[String]>,
    place: Option<Arc<str>>,
}

impl Credential {
    /// A credential sent as one header; `secrets` are the forms of it that no message may repeat, besides the whole.
    pub(crate) fn header(header: HeaderName, value: &str, secrets: &[&str]) -> Result<Self, Unusable> {
        let mut sent = HeaderValue::from_str(value).map_err(|_| Unusable::Credential)?;
        sent.set_sensitive(true);
        let fingerprint = Sha256::digest(value.as_bytes()).into();
        let secrets = secrets.iter().copied().chain([value]).map(str::to_owned).collect();
        Ok(Self { header, value: sent, fingerprint, secrets, place: None })
    }

    /// The same for one place of the API, which stands in the path of every call: it is as much of the credential as the
    /// header is.
    #[must_use]
    pub(crate) fn at(mut self, place: &str) -> Self {
        let of_place = Sha256::digest(place.as_bytes());
        self.fingerprint = Sha256::new().chain_update(self.fingerprint).chain_update(of_place).finalize().into();
        self.place = Some(place.into());
        self
    }

    /// The place that the credential is for, where it is for one alone.
    pub(crate) fn place(&self) -> Option<&Arc<str>> {
        self.place.as_ref()
    }

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

/// What a profile may set of one part of a credential: the part itself, or the header that requests bring it in.
#[derive(Debug, Clone, Copy)]
pub struct PartSettings {
    /// The part itself.
    pub fixed: Setting,
    /// The name of the header.
    pub header: Setting,
}

/// Declares a part of a credential under its key in a profile.
macro_rules! part {
    ($kind:ident $key:literal, $what:literal) => {
        crate::upstream::PartSettings {
            fixed: crate::setting::Setting::$kind($key, concat!($what, " for this profile's callers.")),
            header: crate::setting::Setting::optional(
                concat!($key, "_header"),
                concat!("Header in which each request of this profile brings ", $what, " of its own."),
            ),
        }
    };
}

pub(crate) use part;

/// One text that a credential is made of.
#[derive(Debug, Clone)]
pub enum Part {
    /// It stands in the settings.
    Fixed(SecretString),
    /// Each request brings it in this header.
    Forwarded(HeaderName),
}

/// The credentials that profiles have of their own, by the profiles' names: each of as many parts as the API asks for.
pub type OfProfiles<const PARTS: usize> = HashMap<String, [Part; PARTS]>;

/// Makes a credential of its parts.
pub(crate) type Make<const PARTS: usize> = fn([&str; PARTS]) -> Result<Credential, Unusable>;

/// All that one API may be called with.
#[derive(Clone)]
pub(crate) struct Credentials<const PARTS: usize> {
    own: Option<Arc<Credential>>,
    of_profiles: HashMap<String, Origin<PARTS>>,
    make: Make<PARTS>,
}

#[derive(Clone)]
enum Origin<const PARTS: usize> {
    Fixed(Arc<Credential>),
    Forwarded([Part; PARTS]),
}

impl<const PARTS: usize> Credentials<PARTS> {
    /// The gateway's own, where it has one, and those of the profiles.
    pub(crate) fn new(
        own: Option<[&str; PARTS]>,
        of_profiles: OfProfiles<PARTS>,
        make: Make<PARTS>,
    ) -> Result<Self, Unusable> {
        let own = own.map(make).transpose()?.map(Arc::new);
        let origin = |(profile, parts): (String, [Part; PARTS])| match fixed(&parts) {
            Some(texts) => match make(texts) {
                Ok(made) => Ok((profile, Origin::Fixed(Arc::new(made)))),
                Err(_) => Err(Unusable::OfProfile(profile)),
            },
            None => Ok((profile, Origin::Forwarded(parts))),
        };
        Ok(Self { own, of_profiles: of_profiles.into_iter().map(origin).collect::<Result<_, _>>()?, make })
    }

    /// None at all.
    pub(crate) fn none(make: Make<PARTS>) -> Self {
        Self { own: None, of_profiles: HashMap::new(), make }
    }

    /// The one that a caller's requests are made with.
    pub(crate) fn of(&self, caller: &Caller, upstream: &Upstream) -> Result<Arc<Credential>, Error> {
        match self.of_profiles.get(caller.profile().name()) {
            Some(Origin::Fixed(credential)) => Ok(Arc::clone(credential)),
            Some(Origin::Forwarded(parts)) => self.brought(parts, caller, upstream).map(Arc::new),
            None => self.own.clone().ok_or_else(|| upstream.not_configured()),
        }
    }

    fn brought(&self, parts: &[Part; PARTS], caller: &Caller, upstream: &Upstream) -> Result<Credential, Error> {
        let mut texts = [""; PARTS];
        for (text, part) in texts.iter_mut().zip(parts) {
            *text = match part {
                Part::Fixed(fixed) => fixed.expose_secret(),
                Part::Forwarded(header) => {
                    let brought = caller.forwarded(header).and_then(|value| value.to_str().ok()).map(str::trim);
                    brought.filter(|text| !text.is_empty()).ok_or_else(|| missing(header, upstream))?
                }
            };
        }
        // What stood in a header may stand in one again.
        (self.make)(texts).map_err(|_| Error::Internal)
    }
}

fn missing(header: &HeaderName, upstream: &Upstream) -> Error {
    Failure::new(upstream.name(), Kind::NoCredential(header.to_string())).into()
}

fn fixed<const PARTS: usize>(parts: &[Part; PARTS]) -> Option<[&str; PARTS]> {
    let mut texts = [""; PARTS];
    for (text, part) in texts.iter_mut().zip(parts) {
        match part {
            Part::Fixed(fixed) => *text = fixed.expose_secret(),
            Part::Forwarded(_) => return None,
        }
    }
    Some(texts)
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderName;

    use super::Credential;

    #[test]
    fn the_same_key_at_another_place_is_another_credential() {
        let key = || Credential::header(HeaderName::from_static("x-api-key"), "k", &["k"]).unwrap();
        assert_eq!(key().at("a").fingerprint, key().at("a").fingerprint);
        assert_ne!(key().at("a").fingerprint, key().at("b").fingerprint);
        assert_ne!(key().at("").fingerprint, key().fingerprint);
    }
}
