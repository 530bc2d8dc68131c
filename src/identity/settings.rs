//! What an operator may set about who comes in, and what each kind of caller may do.

use std::num::NonZeroU64;
use std::path::PathBuf;
use std::str::FromStr;

use jsonwebtoken::{Algorithm, AlgorithmFamily};
use serde::Deserialize;

use crate::config::Words;
use crate::setting::Setting;

/// The keys of the section `identity`.
pub const IDENTITY: &[Setting] = &[
    Setting::optional(
        "mode",
        "How callers are known: `open` lets in whoever comes, `api_key` and `jwt` do not. It has to be said where any API \
         is a real one; `open` goes without saying where the sandbox plays all that there is.",
    ),
    Setting::optional(
        "default_profile",
        "Profile of those whom nothing else gives one: everybody in `open`, and in `jwt` those whose token lacks the \
         claim. Without it whoever comes in `open` has every right but `verifications:sensitive`, and that one too where \
         the sandbox plays that API; a token without the claim is refused.",
    ),
    Setting::optional("jwks_file", "In `jwt`: file of the keys that tokens are signed with, as a JWK set."),
    Setting::optional("jwks_url", "In `jwt`: address of that JWK set, in the place of a file."),
    Setting::new(
        "jwks_refresh_s",
        "300",
        "How often the JWK set is read again, in seconds. Where it cannot be read the keys read last hold good.",
    ),
    Setting::new(
        "jwks_cooldown_ms",
        "10000",
        "Least time between two readings for the sake of tokens whose key is unknown, in milliseconds.",
    ),
    Setting::optional("issuer", "In `jwt`: who signs tokens, their `iss`."),
    Setting::new("audience", "", "In `jwt`: whom tokens are for, a list of which their `aud` has to name one."),
    Setting::new(
        "algorithms",
        "RS256,ES256",
        "In `jwt`: the signatures that are accepted, of `RS256`, `RS384`, `RS512`, `PS256`, `PS384`, `PS512`, `ES256`, \
         `ES384` and `EdDSA`.",
    ),
    Setting::new("leeway_s", "30", "In `jwt`: by how much clocks may differ, in seconds."),
    Setting::new(
        "profile_claim",
        "onramp_profile",
        "In `jwt`: the claim that names the caller's profile, a text or a list of which the first that is a profile counts.",
    ),
];

/// The keys that every profile has.
pub const PROFILE: &[Setting] = &[
    Setting::optional("rights", "What callers of this profile may do: a list of rights, at least one."),
    Setting::secret(
        "api_keys",
        "In `api_key`: SHA-256 digests of the keys of the caller of this profile, in hexadecimal digits; several while keys \
         are changed. `onramp digest` makes one.",
    ),
];

/// The values of [`IDENTITY`].
#[derive(Debug, Deserialize)]
pub(super) struct Settings {
    pub(super) mode: Option<Mode>,
    pub(super) default_profile: Option<String>,
    pub(super) jwks_file: Option<PathBuf>,
    pub(super) jwks_url: Option<url::Url>,
    pub(super) jwks_refresh_s: NonZeroU64,
    pub(super) jwks_cooldown_ms: u64,
    pub(super) issuer: Option<String>,
    pub(super) audience: Words,
    pub(super) algorithms: Algorithms,
    pub(super) leeway_s: u64,
    pub(super) profile_claim: String,
}

/// How callers are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Mode {
    /// They are not.
    Open,
    /// By a key of the settings.
    ApiKey,
    /// By a signed token.
    Jwt,
}

impl Mode {
    /// The word for it in the settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::ApiKey => "api_key",
            Self::Jwt => "jwt",
        }
    }
}

impl TryFrom<String> for Mode {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        match word.as_str() {
            "open" => Ok(Self::Open),
            "api_key" => Ok(Self::ApiKey),
            "jwt" => Ok(Self::Jwt),
            _ => Err(format!("found {word:?}, expected \"open\", \"api_key\" or \"jwt\"")),
        }
    }
}

/// The signatures that are accepted, none of them made with what is known to those who check it.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Words")]
pub(super) struct Algorithms(pub(super) Vec<Algorithm>);

impl TryFrom<Words> for Algorithms {
    type Error = String;

    fn try_from(words: Words) -> Result<Self, String> {
        let read = |word: &String| {
            let known = Algorithm::from_str(word).ok().filter(|known| known.family() != AlgorithmFamily::Hmac);
            known.ok_or_else(|| format!("found {word:?}, which is no signature by a public key that is known here"))
        };
        let read: Vec<Algorithm> = words.iter().map(read).collect::<Result<_, _>>()?;
        if read.is_empty() { Err("names no signature".to_owned()) } else { Ok(Self(read)) }
    }
}

/// The values of [`PROFILE`].
#[derive(Debug, Deserialize)]
pub(super) struct ProfileSettings {
    #[serde(default)]
    pub(super) rights: Words,
    #[serde(default)]
    pub(super) api_keys: Words,
}
