//! Who comes in: by nothing, by an API key or by a signed token, and with which profile.
//!
//! A caller is known once for each HTTP request, before its body is read. What the profile's rights open is left to the
//! slices, and how often a caller may come to `rate`. Neither a key nor a token is ever logged or kept.

mod api_key;
mod jwks;
mod jwt;
mod settings;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderName};

use crate::caller::{Caller, Profile, Right};
use crate::config::{self, Error};
use crate::error::Denial;
use api_key::ApiKeys;
use jwt::Tokens;
use settings::{ProfileSettings, Settings};

pub use api_key::digest;
pub use settings::{IDENTITY, Mode, PROFILE};

/// The section of the profiles, without their names.
const PROFILES: &str = "profiles";

/// What the gateway is that callers come to.
#[derive(Debug)]
pub struct Ground<'a> {
    /// Every right that there is.
    pub rights: &'a [Right],
    /// The rights of those for whom the settings name no profile, where such are let in.
    pub open: Vec<Right>,
    /// An API that is a real one, where any is.
    pub real: Option<&'a str>,
}

/// How callers are known.
pub struct Identity {
    way: Way,
}

enum Way {
    Open(Caller),
    ApiKey(ApiKeys),
    Jwt(Arc<Tokens>),
}

/// The profiles of the settings, by their names.
type Profiles = BTreeMap<String, Arc<Profile>>;

impl Identity {
    /// The way that the settings say. `forwarded` tells in which headers a profile's requests bring credentials.
    ///
    /// # Errors
    /// The first setting that is missing or cannot be used, by its key.
    pub fn new(
        settings: &config::Settings,
        ground: &Ground<'_>,
        forwarded: impl Fn(&str) -> Result<Vec<HeaderName>, Error>,
    ) -> Result<Self, Error> {
        let own: Settings = settings.section("identity")?;
        let mode = mode(&own, ground)?;
        let mut profiles = Profiles::new();
        let mut keys = ApiKeys::default();
        for name in settings.names(PROFILES) {
            let section = format!("{PROFILES}.{name}");
            let read: ProfileSettings = settings.section(&section)?;
            let rights = rights(&section, &read, ground.rights)?;
            let profile = Arc::new(Profile::new(name.clone(), rights, forwarded(&name)?));
            keys.add(&section, &read.api_keys, &profile)?;
            profiles.insert(name, profile);
        }
        let default = default_profile(&own, &profiles)?;
        let way = match mode {
            Mode::Open => {
                let open = || Arc::new(Profile::new(String::new(), ground.open.clone(), Vec::new()));
                Way::Open(Caller::anonymous(default.unwrap_or_else(open)))
            }
            Mode::ApiKey if keys.is_empty() => {
                let problem = "is \"api_key\", and no profile has api_keys";
                return Err(config::unusable("identity.mode", problem));
            }
            Mode::ApiKey => Way::ApiKey(keys),
            Mode::Jwt => Way::Jwt(Arc::new(Tokens::new(own, profiles, default)?)),
        };
        Ok(Self { way })
    }

    /// Gets what comes from elsewhere, and keeps it current for as long as this lives.
    pub async fn prepare(&self) {
        if let Way::Jwt(tokens) = &self.way {
            tokens.prepare().await;
            jwt::keep_current(tokens);
        }
    }

    /// How callers are known.
    pub fn mode(&self) -> Mode {
        match self.way {
            Way::Open(_) => Mode::Open,
            Way::ApiKey(_) => Mode::ApiKey,
            Way::Jwt(_) => Mode::Jwt,
        }
    }

    /// Whether nothing is known of anybody.
    pub fn is_open(&self) -> bool {
        matches!(self.way, Way::Open(_))
    }

    /// Who sends a request with these headers.
    ///
    /// # Errors
    /// Why nobody knows, in words that help nobody who guesses.
    pub async fn identify(&self, headers: &HeaderMap) -> Result<Caller, Denial> {
        let caller = match &self.way {
            Way::Open(caller) => caller.clone(),
            Way::ApiKey(keys) => {
                let key = bearer(headers).or_else(|| headers.get("x-api-key").map(|value| value.as_bytes()));
                keys.identify(key.ok_or(Denial::NoKey)?).ok_or(Denial::InvalidKey)?
            }
            // It may have to wait for keys, and what that needs nobody else is to make room for.
            Way::Jwt(tokens) => Box::pin(tokens.identify(bearer(headers).ok_or(Denial::NoToken)?)).await?,
        };
        Ok(caller.bringing(|name| headers.get(name)))
    }
}

/// What follows `Bearer` in `Authorization`.
fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let (scheme, rest) = headers.get(AUTHORIZATION)?.as_bytes().split_at_checked("Bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"Bearer ").then(|| rest.trim_ascii()).filter(|rest| !rest.is_empty())
}

/// In front of a real API nobody is let in by an oversight.
fn mode(own: &Settings, ground: &Ground<'_>) -> Result<Mode, Error> {
    match (own.mode, ground.real) {
        (Some(mode), _) => Ok(mode),
        (None, None) => Ok(Mode::Open),
        (None, Some(real)) => {
            let problem = format!(
                "is missing, and {real} is a real API: say \"api_key\" or \"jwt\", or \"open\" to let in whoever comes"
            );
            Err(config::unusable("identity.mode", problem))
        }
    }
}

fn rights(section: &str, read: &ProfileSettings, known: &[Right]) -> Result<Vec<Right>, Error> {
    let key = format!("{section}.rights");
    if read.rights.is_empty() {
        return Err(config::unusable(&key, "is missing: a profile has at least one right"));
    }
    let find = |word: &String| {
        let names = || known.iter().map(|right| right.name()).collect::<Vec<_>>().join(", ");
        let found = known.iter().find(|right| right.name() == word).copied();
        found.ok_or_else(|| config::unusable(&key, format!("found {word:?}, which is none of {}", names())))
    };
    read.rights.iter().map(find).collect()
}

fn default_profile(own: &Settings, profiles: &Profiles) -> Result<Option<Arc<Profile>>, Error> {
    let Some(name) = &own.default_profile else {
        return Ok(None);
    };
    let found = profiles.get(name).cloned();
    let unknown = || config::unusable("identity.default_profile", format!("found {name:?}, which is no profile"));
    found.ok_or_else(unknown).map(Some)
}
