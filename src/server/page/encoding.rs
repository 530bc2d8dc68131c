//! What a file may be compressed as, and which of it a request takes.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_ENCODING;

/// How a file lies in the build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Brotli,
    Gzip,
    Plain,
}

/// The smallest first. A plain file is never refused: there is nothing better to say to who takes no encoding at all.
const ALL: [Encoding; 3] = [Encoding::Brotli, Encoding::Gzip, Encoding::Plain];

impl Encoding {
    /// Its word in HTTP.
    pub(super) fn coding(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Plain => None,
        }
    }

    /// What the build adds to a file's name.
    pub(super) fn ending(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
            Self::Plain => "",
        }
    }

    /// Whether a name is that of a compressed file.
    pub(super) fn is_of_name(name: &str) -> bool {
        [Self::Brotli, Self::Gzip].iter().any(|encoding| name.ends_with(encoding.ending()))
    }
}

/// The encodings that a request takes, the smallest first.
pub(super) fn accepted(headers: &HeaderMap) -> impl Iterator<Item = Encoding> {
    ALL.into_iter().filter(|encoding| encoding.coding().is_none_or(|coding| accepts(headers, coding)))
}

/// Whether `Accept-Encoding` names this coding, or any, and not with the weight of nothing.
fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    let named = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let mut choices: Vec<(&str, bool)> = named.flat_map(|value| value.split(',')).map(choice).collect();
    // What is named stands above what is meant by the star.
    choices.sort_by_key(|(name, _)| *name == "*");
    let chosen = choices.iter().find(|(name, _)| name.eq_ignore_ascii_case(coding) || *name == "*");
    chosen.is_some_and(|(_, is_wanted)| *is_wanted)
}

fn choice(part: &str) -> (&str, bool) {
    let (name, parameters) = part.split_once(';').unwrap_or((part, ""));
    let weight = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("q="));
    let is_wanted = weight.is_none_or(|weight| weight.trim().parse::<f32>().is_ok_and(|weight| weight > 0.0));
    (name.trim(), is_wanted)
}
