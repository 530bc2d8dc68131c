//! What of an upstream's own words may be shown: a short line of text, without markup, traces, addresses or secrets.

use std::net::{Ipv4Addr, Ipv6Addr};

/// As much of a vendor's message as a client reads; longer ones are cut.
const LONGEST: usize = 300;

/// The message as it may be shown; none where it is markup, a trace, or nothing.
pub(super) fn masked(message: &str, secrets: &[String]) -> Option<String> {
    if looks_like_markup(message) || message.contains("Traceback") {
        return None;
    }
    let message = without(message, secrets);
    let words: Vec<&str> =
        message.split_whitespace().map(|word| if is_address(word) { "[address]" } else { word }).collect();
    let line = words.join(" ");
    (!line.is_empty()).then(|| shortened(&line))
}

/// A text in which no secret stands.
pub(super) fn without(text: &str, secrets: &[String]) -> String {
    // An empty secret would be found between any two letters.
    let secrets = secrets.iter().filter(|secret| !secret.is_empty());
    secrets.fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "[masked]"))
}

fn looks_like_markup(message: &str) -> bool {
    let after_bracket =
        |part: &str| part.starts_with(|next: char| next.is_ascii_alphabetic() || next == '!' || next == '/');
    message.split('<').skip(1).any(after_bracket)
}

/// Endings of names that mean something inside of a vendor's network alone.
const INSIDE: [&str; 6] = [".internal", ".local", ".lan", ".corp", ".intranet", ".svc"];

fn is_address(word: &str) -> bool {
    let is_in_host = |next: char| next.is_ascii_alphanumeric() || matches!(next, '.' | '-' | '_');
    let is_in_ipv6 = |next: char| next.is_ascii_hexdigit() || next == ':';
    word.contains("://")
        || word.split(|next| !is_in_host(next)).any(is_host)
        || word.split(|next| !is_in_ipv6(next)).any(|part| part.parse::<Ipv6Addr>().is_ok())
        || word
            .split_once(':')
            .is_some_and(|(host, port)| has_dot_inside(host) && port.starts_with(|next: char| next.is_ascii_digit()))
}

fn is_host(part: &str) -> bool {
    let part = part.trim_matches('.').to_ascii_lowercase();
    part.parse::<Ipv4Addr>().is_ok() || INSIDE.iter().any(|ending| part.ends_with(ending))
}

fn has_dot_inside(host: &str) -> bool {
    host.trim_matches('.').contains('.')
}

/// The beginning of a text that is longer than anybody reads.
pub(super) fn shortened(line: &str) -> String {
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::masked;

    fn shown(message: &str) -> Option<String> {
        masked(message, &["s3cret-key".to_owned()])
    }

    #[test]
    fn a_vendors_words_pass() {
        assert_eq!(shown(" not\n authorized ").as_deref(), Some("not authorized"));
        assert_eq!(shown("value < 3").as_deref(), Some("value < 3"));
    }

    #[test]
    fn markup_traces_and_nothing_do_not_pass() {
        for message in ["<h1>Server Error</h1>", "oops <!DOCTYPE html>", "Traceback (most recent call last):", " \n "] {
            assert_eq!(shown(message), None, "{message}");
        }
    }

    #[test]
    fn addresses_and_secrets_are_masked() {
        assert_eq!(
            shown("GET http://10.0.0.5/x with s3cret-key from 10.0.0.7:8000, failed").as_deref(),
            Some("GET [address] with [masked] from [address] failed")
        );
    }

    #[test]
    fn an_empty_secret_masks_nothing() {
        assert_eq!(masked("not authorized", &[String::new()]).as_deref(), Some("not authorized"));
    }

    #[test]
    fn an_address_is_masked_whatever_stands_around_it() {
        for word in [
            "host=10.1.2.3,",
            "(10.0.0.5)",
            "[fd00::17]:443",
            "db-7.internal:5432",
            "'db-7.INTERNAL'",
            "worker.prod.svc.cluster.local.",
            "app.example.com:8080",
            "postgres://u:p@db/x",
        ] {
            assert_eq!(shown(&format!("no {word} here")).as_deref(), Some("no [address] here"), "{word}");
        }
        for words in ["version 13.5.0", "at 10:20:30", "e.g. this", "errors: [1].country", "9c30a205-a60e-47cb-94b4"] {
            assert_eq!(shown(words).as_deref(), Some(words));
        }
    }

    #[test]
    fn a_long_message_is_cut() {
        let line = shown(&"é".repeat(1000)).unwrap();
        assert_eq!(line.chars().count(), 301);
    }
}
