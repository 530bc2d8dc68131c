//! Credentials, and where they stand in what is to be written down: anywhere.

use std::collections::BTreeSet;

use base64::alphabet;
use base64::engine::general_purpose::{
    GeneralPurpose, GeneralPurposeConfig, STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD,
};
use base64::engine::{DecodePaddingMode, Engine};

use super::encoding::{in_addresses, in_texts};
use super::pseudonym::replaced_whole;

/// What takes the place of a credential.
pub(super) const REMOVED: &str = "[removed]";

/// A line in which anybody says a secret of at least this length is not written, whatever let it through. Shorter ones may be words of
/// the format itself.
const UNMISTAKABLE: usize = 8;

/// A word of Base64 that is shorter holds no secret worth the name.
const SHORTEST_WRAPPED: usize = 12;

/// Reads what others have written, with its end as they leave it.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Every credential that was met so far, in each form that somebody may echo it in.
#[derive(Debug, Clone, Default)]
pub(super) struct Secrets(BTreeSet<String>);

impl Secrets {
    /// Whether this one is looked for already.
    pub(super) fn knows(&self, secret: &str) -> bool {
        secret.is_empty() || self.0.contains(secret)
    }

    /// Looks for this one too from now on.
    pub(super) fn learn(&mut self, secret: &str) {
        if self.knows(secret) {
            return;
        }
        self.0.insert(secret.to_owned());
        self.0.extend(in_addresses(secret));
        self.0.extend(in_texts(secret));
        self.0.extend([STANDARD.encode(secret), STANDARD_NO_PAD.encode(secret), URL_SAFE_NO_PAD.encode(secret)]);
    }

    /// The same text without them. The longer first: one may be a part of another.
    pub(super) fn removed_from(&self, text: &str) -> String {
        let mut found: Vec<&String> = self.0.iter().filter(|secret| text.contains(secret.as_str())).collect();
        found.sort_unstable_by_key(|secret| std::cmp::Reverse(secret.len()));
        let text = found.iter().fold(text.to_owned(), |text, secret| match secret.len() {
            // A short one may be a part of any word.
            0..UNMISTAKABLE => replaced_whole(&text, secret, REMOVED),
            _ => text.replace(secret.as_str(), REMOVED),
        });
        let wrapped: Vec<String> = self.wrapped_in(&text).map(str::to_owned).collect();
        wrapped.iter().fold(text, |text, word| text.replace(word.as_str(), REMOVED))
    }

    /// Whether any stands in a text.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.0.iter().any(|secret| text.contains(secret.as_str())) || self.wrapped_in(text).next().is_some()
    }

    /// Whether the line must not be written in which this stands.
    pub(super) fn forbids(&self, text: &str) -> bool {
        let text = text.replace(REMOVED, "");
        let is_unmistakable = |secret: &&String| secret.len() >= UNMISTAKABLE;
        self.0.iter().filter(is_unmistakable).any(|secret| text.contains(secret.as_str()))
    }

    /// The words of a text that hold a secret in Base64 together with something else, as HTTP Basic does.
    fn wrapped_in<'a>(&'a self, text: &'a str) -> impl Iterator<Item = &'a str> {
        let is_of_word = |next: char| next.is_ascii_alphanumeric() || "+/-_".contains(next);
        let words = text.split(move |next| !is_of_word(next)).filter(|word| word.len() >= SHORTEST_WRAPPED);
        words.filter(|word| self.is_wrapped(word))
    }

    fn is_wrapped(&self, word: &str) -> bool {
        let plain = LENIENT.decode(word.replace('-', "+").replace('_', "/")).unwrap_or_default();
        let plain = String::from_utf8_lossy(&plain);
        self.0.iter().any(|secret| secret.len() >= UNMISTAKABLE && plain.contains(secret.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_in_each_form_of_it() {
        let mut secrets = Secrets::default();
        secrets.learn("s3cret/key");
        secrets.learn("Basic s3cret/key");
        secrets.learn("");
        // The last is "you:s3cret/key".
        for form in ["s3cret/key", "s3cret%2Fkey", "czNjcmV0L2tleQ==", "Basic s3cret/key", "eW91OnMzY3JldC9rZXk"] {
            assert!(secrets.is_in(form), "{form}");
            assert_eq!(secrets.removed_from(&format!("no {form} here")), "no [removed] here");
        }
        let mut odd = Secrets::default();
        odd.learn("a-b_c/d \"e&f+ü");
        for form in [
            "a-b_c%2Fd%20%22e%26f%2B%C3%BC",
            "a-b_c%2fd%20%22e%26f%2b%c3%bc",
            "a%2Db%5Fc%2Fd%20%22e%26f%2B%C3%BC",
            "a-b_c%2Fd+%22e%26f%2B%C3%BC",
            "a-b_c/d \\\"e&f+ü",
            "a-b_c\\/d \\\"e&f+ü",
            "a-b_c/d &quot;e&amp;f+ü",
        ] {
            assert!(odd.forbids(form), "{form}");
            assert_eq!(odd.removed_from(&format!("no {form} here")), "no [removed] here");
        }
        secrets.learn("usa");
        assert_eq!(secrets.removed_from("usable in usa"), "usable in [removed]");
        assert!(!secrets.forbids("nothing") && !secrets.is_in("nothing"));
    }
}
