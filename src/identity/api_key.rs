//! Callers by API keys, of which the settings hold digests alone.

use std::sync::Arc;

use sha2::{Digest, Sha256};
use subtle::{ConditionallySelectable, ConstantTimeEq};

use crate::caller::{Caller, Profile, hex};
use crate::config::{self, Error};

/// The digest that the settings hold of a key.
pub fn digest(key: &[u8]) -> String {
    hex(&Sha256::digest(key))
}

/// The digests of all keys, each with the caller whose it is.
#[derive(Default)]
pub(super) struct ApiKeys {
    digests: Vec<([u8; 32], Caller)>,
}

impl ApiKeys {
    /// Takes in the keys of one profile, which is one caller.
    pub(super) fn add(&mut self, section: &str, digests: &[String], profile: &Arc<Profile>) -> Result<(), Error> {
        let unusable = |problem: &str| config::unusable(&format!("{section}.api_keys"), problem);
        let identity: Arc<str> = format!("api_key\0{}", profile.name()).into();
        let caller = Caller::new(profile.name().into(), identity, Arc::clone(profile));
        for text in digests {
            let digest = read(text).ok_or_else(|| unusable("expected SHA-256 digests of 64 hexadecimal digits"))?;
            if self.digests.iter().any(|(known, _)| *known == digest) {
                return Err(unusable("holds a digest that stands in the settings already"));
            }
            self.digests.push((digest, caller.clone()));
        }
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.digests.is_empty()
    }

    /// The caller whose key this is. How long it takes says nothing of how near a wrong key came, or whose a right one is.
    pub(super) fn identify(&self, key: &[u8]) -> Option<Caller> {
        let digest: [u8; 32] = Sha256::digest(key).into();
        let mut found = u64::MAX;
        for (place, (known, _)) in (0_u64..).zip(&self.digests) {
            found.conditional_assign(&place, known.ct_eq(&digest));
        }
        let (_, caller) = self.digests.get(usize::try_from(found).ok()?)?;
        Some(caller.clone())
    }
}

fn read(text: &str) -> Option<[u8; 32]> {
    let is_hex = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut digest = [0; 32];
    for (byte, place) in digest.iter_mut().zip((0..text.len()).step_by(2)) {
        *byte = u8::from_str_radix(text.get(place..place + 2).filter(|_| is_hex)?, 16).ok()?;
    }
    is_hex.then_some(digest)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{ApiKeys, digest};
    use crate::caller::Profile;

    fn keys(of: &[(&str, &[String])]) -> Result<ApiKeys, crate::config::Error> {
        let mut keys = ApiKeys::default();
        for (name, digests) in of {
            let profile = Arc::new(Profile::new((*name).to_owned(), Vec::new(), Vec::new()));
            keys.add(&format!("profiles.{name}"), digests, &profile)?;
        }
        Ok(keys)
    }

    #[test]
    fn each_key_is_its_callers_and_no_other_is_anybodys() {
        let keys =
            keys(&[("a", &[digest(b"one"), digest(b"two").to_uppercase()]), ("b", &[digest(b"three")])]).unwrap();
        let who = |key: &[u8]| keys.identify(key).map(|caller| caller.name().to_owned());
        assert_eq!([who(b"one"), who(b"two"), who(b"three")], ["a", "a", "b"].map(|name| Some(name.to_owned())));
        assert_eq!([who(b""), who(b"on"), who(digest(b"one").as_bytes())], [None, None, None]);
    }

    #[test]
    fn what_is_no_digest_and_what_stands_twice_is_refused() {
        let said = |of: &[(&str, &[String])]| keys(of).err().unwrap().to_string();
        let wrong = "setting profiles.a.api_keys (ONRAMP__PROFILES__A__API_KEYS): expected SHA-256 digests of 64 hexadecimal digits";
        for text in ["", "abc", &"+1".repeat(32), &"ä".repeat(32), &digest(b"x")[1..]] {
            assert_eq!(said(&[("a", &[text.to_owned()])]), wrong);
        }
        let twice = said(&[("a", &[digest(b"one")]), ("b", &[digest(b"one")])]);
        assert!(twice.starts_with("setting profiles.b.api_keys "), "{twice}");
    }
}
