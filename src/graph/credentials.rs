//! The credentials that profiles have of their own: read from the settings, part by part, whatever API they are for.

use axum::http::HeaderName;

use super::join;
use crate::config::{self, Error, Settings};
use crate::upstream::{OfProfiles, Part, PartSettings};

/// The sections of the profiles, and the keys inside.
const PROFILES: &str = "profiles";

/// The credentials of all profiles that have one of their own for an API.
pub(super) fn of_profiles<const PARTS: usize>(
    settings: &Settings,
    of_api: &[PartSettings; PARTS],
) -> Result<OfProfiles<PARTS>, Error> {
    let mut found = OfProfiles::new();
    for profile in settings.names(PROFILES) {
        let section = format!("{PROFILES}.{profile}");
        let parts: Vec<Option<Part>> =
            of_api.iter().map(|part| read(settings, &section, part)).collect::<Result<_, _>>()?;
        if parts.iter().all(Option::is_none) {
            continue;
        }
        let absent = parts.iter().zip(of_api).find(|(part, _)| part.is_none());
        if let Some((_, of)) = absent {
            let problem = "is missing, and the rest of the credential is of no use without it";
            return Err(config::unusable(&format!("{section}.{}", of.fixed.key), problem));
        }
        // There are as many parts as the API asks for, none of them absent.
        if let Ok(parts) = parts.into_iter().flatten().collect::<Vec<_>>().try_into() {
            found.insert(profile, parts);
        }
    }
    Ok(found)
}

/// Whether some profile has a credential of its own for an API.
pub(super) fn is_had_by_a_profile(settings: &Settings, api: &str) -> bool {
    let keys = || join::profile_of(api).iter().flat_map(|part| [part.fixed.key, part.header.key]);
    settings.names(PROFILES).iter().any(|name| keys().any(|key| settings.has(&format!("{PROFILES}.{name}"), key)))
}

/// The headers in which a profile's requests bring credentials.
pub(super) fn forwarded(settings: &Settings, profile: &str) -> Result<Vec<HeaderName>, Error> {
    let section = format!("{PROFILES}.{profile}");
    let headers = join::profile_settings().map(|setting| header(settings, &section, setting.key));
    let found: Result<Vec<Option<HeaderName>>, Error> = headers.collect();
    Ok(found?.into_iter().flatten().collect())
}

fn read(settings: &Settings, section: &str, part: &PartSettings) -> Result<Option<Part>, Error> {
    let fixed = settings.given(section, part.fixed.key)?;
    match (fixed, header(settings, section, part.header.key)?) {
        (Some(_), Some(_)) => {
            let key = format!("{section}.{}", part.header.key);
            Err(config::unusable(&key, format!("cannot be given together with {section}.{}", part.fixed.key)))
        }
        (Some(fixed), None) => Ok(Some(Part::Fixed(fixed))),
        (None, header) => Ok(header.map(Part::Forwarded)),
    }
}

/// The name of a header, where the key is one that names a header and has a value.
fn header(settings: &Settings, section: &str, key: &str) -> Result<Option<HeaderName>, Error> {
    if !key.ends_with("_header") {
        return Ok(None);
    }
    let Some(name) = settings.text_of(section, key) else {
        return Ok(None);
    };
    let name = name.parse::<HeaderName>().map_err(|_| {
        config::unusable(&format!("{section}.{key}"), format!("found {name:?}, expected the name of a header"))
    })?;
    if ["authorization", "x-api-key"].contains(&name.as_str()) {
        let problem = format!("{name} is the caller's own, and is never passed on");
        return Err(config::unusable(&format!("{section}.{key}"), problem));
    }
    Ok(Some(name))
}
