//! Tokens and open brackets of a text, counted without parsing it: the parser calls itself for each open bracket.

/// What was counted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) tokens: usize,
    /// The most brackets that were open at once.
    pub(super) nesting: usize,
}

/// Counts a text as the parser would, and rather too much than too little where it is no GraphQL.
pub(super) fn count(text: &str) -> Counted {
    let mut counted = Counted::default();
    let mut open = 0_usize;
    let mut rest = text.as_bytes();
    loop {
        rest = match rest {
            [] => return counted,
            [b' ' | b'\t' | b'\n' | b'\r' | b',', after @ ..] | [0xef, 0xbb, 0xbf, after @ ..] => {
                rest = after;
                continue;
            }
            [b'#', comment @ ..] => {
                rest = past(comment, |byte| !matches!(byte, b'\n' | b'\r'));
                continue;
            }
            [b'{' | b'[' | b'(', after @ ..] => {
                open += 1;
                counted.nesting = counted.nesting.max(open);
                after
            }
            [b'}' | b']' | b')', after @ ..] => {
                open = open.saturating_sub(1);
                after
            }
            [b'"', b'"', after @ ..] => after.strip_prefix(b"\"").and_then(past_block).unwrap_or(after),
            [b'"', text @ ..] => past_string(text),
            [b'.', b'.', b'.', after @ ..] => after,
            [b'-' | b'0'..=b'9', after @ ..] => past(after, |byte| is_word(byte) || byte == b'.'),
            [byte, after @ ..] if is_word(*byte) => past(after, is_word),
            [_, after @ ..] => after,
        };
        counted.tokens += 1;
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn past(text: &[u8], belongs: impl Fn(u8) -> bool) -> &[u8] {
    let end = text.iter().position(|byte| !belongs(*byte)).unwrap_or(text.len());
    text.get(end..).unwrap_or_default()
}

/// What comes after a string, which ends with its line at the latest.
fn past_string(mut text: &[u8]) -> &[u8] {
    loop {
        text = match text {
            [b'\\', b'"' | b'\\', after @ ..] => after,
            [b'"', after @ ..] => return after,
            [] | [b'\n' | b'\r', ..] => return text,
            [_, after @ ..] => after,
        };
    }
}

/// What comes after a block of text. One that never ends is none: to the parser its quotes are those of shorter strings.
fn past_block(mut text: &[u8]) -> Option<&[u8]> {
    loop {
        text = match text {
            [b'\\', b'"', b'"', b'"', after @ ..] => after,
            [b'"', b'"', b'"', after @ ..] => return Some(after),
            [] => return None,
            [_, after @ ..] => after,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::{Counted, count};

    #[test]
    fn tokens_and_brackets_are_counted_as_the_parser_reads_them() {
        let cases = [
            ("", 0, 0),
            (" ,\t\r\n\u{feff}# { [ (\n", 0, 0),
            ("{ a }", 3, 1),
            ("{ a(b: [1, -2.5], c: \"{ \\\" {\") { ...D } }", 18, 3),
            ("\"\"\"{ \\\"\"\" { \" {\"\"\" {", 2, 1),
            ("\"\"\" \" {{", 4, 2),
            ("\"{\n{", 2, 1),
            ("}}}{{", 5, 2),
            ("ü", 2, 0),
        ];
        for (text, tokens, nesting) in cases {
            assert_eq!(count(text), Counted { tokens, nesting }, "{text}");
        }
    }
}
