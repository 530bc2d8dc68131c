//! The forms that a text has where others write it: in addresses and forms, within JSON, in pages.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What must be encoded in an address, and what cautious writers encode besides.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The forms that a text has in paths, queries and forms.
pub(super) fn in_addresses(text: &str) -> Vec<String> {
    let cautious = utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let plain = utf8_percent_encode(text, RESERVED).to_string();
    let form: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let mut forms = Vec::with_capacity(6);
    for form in [cautious, plain, form] {
        forms.push(lower_hex(&form));
        forms.push(form);
    }
    forms
}

/// The same with small letters for the digits of what is encoded.
fn lower_hex(encoded: &str) -> String {
    let mut parts = encoded.split('%');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |written, part| {
        let (digits, rest) = part.split_at_checked(2).unwrap_or((part, ""));
        written + "%" + &digits.to_ascii_lowercase() + rest
    })
}

/// The forms that a text has within JSON that is a text itself, and in pages.
pub(super) fn in_texts(text: &str) -> Vec<String> {
    let json = serde_json::to_string(text).unwrap_or_default();
    let json = json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).unwrap_or(text).to_owned();
    let html = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let quoted = ["&#39;", "&#x27;", "'"].map(|quote| html.replace('\'', quote));
    [json.replace('/', "\\/"), json].into_iter().chain(quoted).collect()
}
