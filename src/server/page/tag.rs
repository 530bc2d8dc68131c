//! A file's tag: told with the file, and held against what a browser says it has.

use std::fmt::Write;

use axum::http::HeaderMap;
use axum::http::header::IF_NONE_MATCH;

/// As much of a digest as no two files of a build share.
const LENGTH: usize = 16;

/// The tag of what has this digest.
pub(super) fn of(digest: &[u8]) -> String {
    let mut tag = String::from('"');
    for byte in digest.iter().take(LENGTH) {
        // Writing into a string cannot fail.
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    tag
}

/// Whether the request says that it has what has this tag, so that it need not be sent.
pub(super) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let told = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = told.flat_map(|value| value.split(',')).map(str::trim);
    tags.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}
