//! Running text: what vendors say of a request, and pages that are no JSON. Its words stay; what looks like somebody's does
//! not.

use percent_encoding::percent_decode_str;

use super::pseudonym::{Pseudonyms, date_at, date_in, is_email};
use super::rules::is_id;

/// So many digits in a row are a number of somebody's.
const TELLING_ROW: usize = 5;
/// No word of a machine's is longer, in bytes.
const LONGEST_WORD: usize = 256;
/// So many in groups are.
const TELLING_GROUPS: usize = 7;

/// A sentence, in which what stands in quotation marks was in the request.
pub(super) fn sentence(text: &str, pseudonyms: &mut Pseudonyms) -> String {
    let text = pseudonyms.in_text(text);
    let text = quoted(&text, pseudonyms);
    words(&text, pseudonyms)
}

/// A page, in which quotation marks are the page's own.
pub(super) fn page(text: &str, pseudonyms: &mut Pseudonyms) -> String {
    let text = pseudonyms.in_text(text);
    words(&text, pseudonyms)
}

/// Replaces the e-mail addresses in a text that is kept for the rest.
pub(super) fn plain(text: &str, pseudonyms: &mut Pseudonyms) -> String {
    if has_at(text) { without_email(text, pseudonyms) } else { text.to_owned() }
}

/// Whether there may be an e-mail address in a text, also as addresses of pages encode it.
fn has_at(text: &str) -> bool {
    text.contains('@') || text.contains("%40")
}

fn words(text: &str, pseudonyms: &mut Pseudonyms) -> String {
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let number = number_at(rest);
        let (piece, after) = rest.split_at(number.unwrap_or_else(|| word_at(rest)));
        written.push_str(&if number.is_some() { of_number(piece, pseudonyms) } else { of_word(piece, pseudonyms) });
        rest = after;
    }
    written
}

/// How long the number is that a text begins with, as people write them, with marks and blanks between its digits.
fn number_at(text: &str) -> Option<usize> {
    // Of a day and of a time nothing is told but them: what comes behind is a number of its own.
    let day = date_at(text);
    if day.is_some_and(|day| text.get(day..).is_some_and(|rest| !goes_on(rest))) {
        return day;
    }
    let is_of_number = |next: char| next.is_ascii_digit() || "+()-./ ".contains(next);
    text.starts_with(|first: char| first.is_ascii_digit() || "+(".contains(first)).then_some(())?;
    let end = text.find(|next| !is_of_number(next)).unwrap_or(text.len());
    let span = text.get(..end)?;
    let span = span.split("  ").next().unwrap_or(span);
    // Digits that a word goes on with are the word's.
    let is_cut = text.get(span.len()..)?.starts_with(|next: char| next.is_alphanumeric() || "@%_".contains(next))
        && span.ends_with(|last: char| last != ' ');
    let span = if is_cut { span.rsplit_once(' ')?.0 } else { span };
    let length = span.trim_end_matches(|last: char| !last.is_ascii_digit()).len();
    (length > 0).then_some(length)
}

/// Whether what stands before a text is not all of a number or word.
fn goes_on(text: &str) -> bool {
    let rest = text.trim_start_matches(['-', '/', '.', '+', ':', '@', '_', '%']);
    let is_mark = rest.len() < text.len();
    rest.starts_with(|next: char| if is_mark { next.is_ascii_digit() } else { next.is_alphanumeric() })
}

/// How long the word is that a text begins with, or what stands between two.
fn word_at(text: &str) -> usize {
    let is_of_word = |next: char| next.is_alphanumeric() || "@.+-_%:".contains(next);
    let is_in = text.starts_with(is_of_word);
    text.find(|next| is_of_word(next) != is_in).unwrap_or(text.len())
}

fn of_number(number: &str, pseudonyms: &mut Pseudonyms) -> String {
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let is_telling = digits >= TELLING_GROUPS || longest_row(number) >= TELLING_ROW;
    let is_nobodys = is_id(number) || date_in(number).is_some();
    if is_telling && !is_nobodys { pseudonyms.of_part(number) } else { number.to_owned() }
}

fn longest_row(text: &str) -> usize {
    text.split(|next: char| !next.is_ascii_digit()).map(str::len).max().unwrap_or_default()
}

fn of_word(word: &str, pseudonyms: &mut Pseudonyms) -> String {
    if has_at(word) {
        return without_email(word, pseudonyms);
    }
    let mut written = String::with_capacity(word.len());
    let mut rest = word;
    // What is encoded parts a word from the next, and a placeholder may be encoded as a whole.
    while !is_nobodys(rest, pseudonyms) {
        let Some((before, after)) = rest.split_once('%') else {
            return written + &rows(rest, pseudonyms);
        };
        let (digits, after) = after.split_at_checked(2).unwrap_or((after, ""));
        let before = if is_nobodys(before, pseudonyms) { before.to_owned() } else { rows(before, pseudonyms) };
        written.push_str(&[&before, "%", digits].concat());
        rest = after;
    }
    written + rest
}

/// Whether a word is an id, a time or a placeholder, whose digits are nobody's.
fn is_nobodys(word: &str, pseudonyms: &Pseudonyms) -> bool {
    let bare = word.trim_end_matches(['.', ':']);
    bare.len() <= LONGEST_WORD && (is_id(bare) || date_in(bare).is_some() || pseudonyms.is_one(bare))
}

/// The rows of digits in a word, replaced where they are long.
fn rows(word: &str, pseudonyms: &mut Pseudonyms) -> String {
    let is_row = |row: &str| row.len() >= TELLING_ROW && row.bytes().all(|byte| byte.is_ascii_digit());
    let replaced = pieces(word, |next| next.is_ascii_digit());
    replaced.map(|(row, _)| if is_row(row) { pseudonyms.of_part(row) } else { row.to_owned() }).collect()
}

/// A text in pieces of characters of a kind and of such as are not, each with whether it is of the kind.
fn pieces<'a>(text: &'a str, is_inside: impl Fn(char) -> bool + 'a) -> impl Iterator<Item = (&'a str, bool)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let is_in = is_inside(rest.chars().next()?);
        let end = rest.find(|next| is_inside(next) != is_in).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some((piece, is_in))
    })
}

fn without_email(word: &str, pseudonyms: &mut Pseudonyms) -> String {
    let is_of_email = |next: char| next.is_alphanumeric() || "@.+-_%".contains(next);
    pieces(word, is_of_email)
        .map(|(piece, _)| {
            let end = piece.trim_end_matches('.').len();
            let (bare, after) = piece.split_at(end);
            let decoded = percent_decode_str(bare).decode_utf8_lossy();
            if pseudonyms.is_one(bare) || !is_email(&decoded) {
                return piece.to_owned();
            }
            pseudonyms.of_part(&decoded) + after
        })
        .collect()
}

/// Replaces what stands in quotation marks, but for words of a machine, ids, and numbers too short to be anybody's.
fn quoted(text: &str, pseudonyms: &mut Pseudonyms) -> String {
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, mark, inside, after)) = next_quoted(rest) {
        written.push_str(before);
        written.push(mark);
        written.push_str(&if is_machines(inside) { inside.to_owned() } else { pseudonyms.of_part(inside) });
        written.push(mark);
        rest = after;
    }
    written + rest
}

/// The text up to the next quotation marks, which they are, what stands between them, and the rest.
fn next_quoted(text: &str) -> Option<(&str, char, &str, &str)> {
    let mut from = 0;
    loop {
        let start = from + text.get(from..)?.find(['\'', '"'])?;
        let (before, rest) = text.split_at_checked(start)?;
        let mark = rest.chars().next()?;
        let inside = rest.get(1..)?;
        // One in the middle of a word is an apostrophe.
        let is_open = before.chars().next_back().is_none_or(|last| !last.is_alphanumeric());
        if let Some(end) = inside.find(mark).filter(|_| is_open) {
            let (inside, after) = inside.split_at_checked(end)?;
            return Some((before, mark, inside, after.get(1..)?));
        }
        from = start + 1;
    }
}

fn is_machines(text: &str) -> bool {
    let is_word = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    is_word(text) || is_id(text) || (text.len() < TELLING_ROW && text.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_is_told_by_stays() {
        for text in [
            "No checklist configured for this object",
            "Cannot create customer: verification status must be 'verified'",
            "Question with UUID 9c30a205-a60e-47cb-94b4-6d45cd4c2179 doesn't exist",
            "Invalid pk \"9999\" - object does not exist.",
            "expired at 2026-11-21T05:42:57.801902Z, on 2026-11-21.",
            "see /flows/5fd4371e940df5a34a3888b2?x=1",
            "version 13.5.0\n\n  at line 12:7",
            "due 2026-11-21 05:42:57 at the latest",
        ] {
            assert_eq!(sentence(text, &mut Pseudonyms::new()), text);
        }
    }

    #[test]
    fn what_somebody_is_told_by_is_replaced_as_everywhere_else() {
        let mut pseudonyms = Pseudonyms::new();
        let (code, email) = (pseudonyms.of_text("12345678"), pseudonyms.of_text("mari@example.com"));
        let (phone, name) = (pseudonyms.of_text("+372 5555 1234"), pseudonyms.of_text("Mari Maasikas"));
        assert_eq!(
            sentence("customer with code 12345678 already exists for country EE", &mut pseudonyms),
            format!("customer with code {code} already exists for country EE")
        );
        assert_eq!(
            sentence("Answer 'Mari Maasikas' (code=12345678, <mari@example.com>.)", &mut pseudonyms),
            format!("Answer '{name}' (code={code}, <{email}>.)")
        );
        assert_eq!(
            page("<b class=\"Big Red\">Call +372 5555 1234.</b>", &mut pseudonyms),
            format!("<b class=\"Big Red\">Call {phone}.</b>")
        );
        let odd = pseudonyms.of_text("a b c 1");
        for again in [&code, &email, &name, &odd, &format!("'{name}' and {code}.")] {
            assert_eq!(sentence(again, &mut pseudonyms), *again);
        }
        assert_eq!(plain("ask mari@example.com", &mut pseudonyms), format!("ask {email}"));
        let other = pseudonyms.of_text("Jüri Õun");
        assert_eq!(
            page("?q=mari%40example.com&n=Mari+Maasikas&m=n%3DMari%20Maasikas,J%c3%bcri%20%C3%95un", &mut pseudonyms),
            format!("?q={}&n={name}&m=n%3D{name},J%c3%bcri%20%C3%95un", email.replace('@', "%40"))
        );
        assert_eq!(page("<a href=\"/x?n=J%C3%BCri+%C3%95un\">", &mut pseudonyms), format!("<a href=\"/x?n={other}\">"));
        let unmet = pseudonyms.of_text("ants@example.com");
        assert!(!plain("/x?to=ants%40example.com", &mut Pseudonyms::new()).contains("ants"));
        assert_eq!(page("to=ants%40example.com", &mut pseudonyms), format!("to={}", unmet.replace('@', "%40")));
        let later = page("1980-01-08 12345678, 1980-01-08 +372 5555 1234", &mut pseudonyms);
        assert_eq!(later, format!("1980-01-08 {code}, 1980-01-08 {phone}"));
    }
}
