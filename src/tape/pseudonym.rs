//! Placeholders: the same for the same value throughout a recording, of the same form, and telling nothing of it.
//!
//! They are made from the value under a key that is drawn for the recording and kept nowhere, so that nobody finds the value
//! again by trying: there are not so many phone numbers.

use std::collections::{HashMap, HashSet};

use sha2::{Digest, Sha256};

use super::encoding::in_addresses;

/// What the placeholder of a member's name begins with.
pub(super) const NAME: &str = "key-";
/// What the placeholder of a part of a path begins with.
pub(super) const SEGMENT: &str = "id-";
/// Shorter values stand in too many texts for nobody's sake.
const TELLING: usize = 4;
/// As many values are looked for in texts; a recording that has more has been going on for long.
const REMEMBERED: usize = 50_000;
/// A number with as many digits may be too large for its reader with others.
const WIDE: usize = 16;
/// A text of digits and letters that is longer is a text like any other.
const LONGEST_CODE: usize = 40;

/// The placeholders of one recording.
#[derive(Debug)]
pub(super) struct Pseudonyms {
    key: [u8; 32],
    seen: HashMap<String, String>,
    /// Those among them that have another form in an address, in each such form.
    encoded: HashMap<String, String>,
    /// The placeholders of those.
    issued: HashSet<String>,
}

impl Pseudonyms {
    pub(super) fn new() -> Self {
        // Each of the two is of 122 bits that chance made.
        let chance = [uuid::Uuid::new_v4(), uuid::Uuid::new_v4()];
        let key = chance.iter().fold(Sha256::new(), |hash, uuid| hash.chain_update(uuid.as_bytes())).finalize().into();
        Self { key, seen: HashMap::new(), encoded: HashMap::new(), issued: HashSet::new() }
    }

    /// What takes a text's place.
    pub(super) fn of_text(&mut self, text: &str) -> String {
        if let Some(known) = self.seen.get(text) {
            return known.clone();
        }
        let placeholder = self.made(text);
        if text.chars().count() >= TELLING && self.seen.len() < REMEMBERED {
            self.remember(text, &placeholder);
        }
        placeholder
    }

    fn remember(&mut self, text: &str, placeholder: &str) {
        for (form, told) in in_addresses(text).into_iter().zip(in_addresses(placeholder)) {
            if form != text {
                self.issued.insert(told.clone());
                self.encoded.insert(form, told);
            }
        }
        self.seen.insert(text.to_owned(), placeholder.to_owned());
        self.issued.insert(placeholder.to_owned());
    }

    /// Whether there were more values than are looked for, so that one may stand in a text and not be found.
    pub(super) fn is_full(&self) -> bool {
        self.seen.len() >= REMEMBERED
    }

    /// What takes the place of a part of a text in which others were replaced before: a placeholder stays one.
    pub(super) fn of_part(&mut self, part: &str) -> String {
        if self.is_one(part) { part.to_owned() } else { self.of_text(part) }
    }

    /// Whether a text is a placeholder of this recording.
    pub(super) fn is_one(&self, text: &str) -> bool {
        self.issued.contains(text)
    }

    /// What takes a number's place: as many digits in the same places. One that may stand elsewhere as a text has the text's.
    pub(super) fn of_number(&mut self, number: &str) -> String {
        if (TELLING..WIDE).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.of_text(number);
        }
        let (mantissa, exponent) = number.find(['e', 'E']).map_or((number, ""), |end| number.split_at(end));
        let placeholder = self.drawn(mantissa, |chars, draw| {
            let digits = chars.iter().filter(|next| next.is_ascii_digit()).count();
            let mut is_first = true;
            let digit = |next: &char| match next {
                // A number that was none too large for its reader still is none.
                '1'..='9' if std::mem::take(&mut is_first) => {
                    if digits > 9 {
                        '1'
                    } else {
                        draw.from('1', 9)
                    }
                }
                '0'..='9' => {
                    is_first = false;
                    if *next == '0' && chars.len() == 1 { draw.from('1', 9) } else { draw.from('0', 10) }
                }
                other => *other,
            };
            chars.iter().map(digit).collect()
        });
        let number = placeholder + exponent;
        let is_readable = number.parse::<f64>().is_ok_and(f64::is_finite);
        // Next to the largest number that there is, another digit is one too much.
        if is_readable { number } else { ones(mantissa) + exponent }
    }

    /// What takes the place of a name that stands where others have a member's.
    pub(super) fn of_name(&mut self, name: &str) -> String {
        format!("{NAME}{}", self.tag(name))
    }

    /// What takes the place of a part of a path.
    pub(super) fn of_segment(&mut self, segment: &str) -> String {
        format!("{SEGMENT}{}", self.tag(segment))
    }

    /// A text in which each value that was replaced elsewhere is replaced too, where it stands for itself.
    pub(super) fn in_text(&self, text: &str) -> String {
        let encoded = text.contains(['%', '+']).then_some(&self.encoded);
        let known = self.seen.iter().chain(encoded.into_iter().flatten());
        let mut found: Vec<(&String, &String)> = known.filter(|(value, _)| text.contains(*value)).collect();
        // The longer first: a name may be a part of another.
        found.sort_unstable_by(|left, right| right.0.len().cmp(&left.0.len()).then(left.cmp(right)));
        found.iter().fold(text.to_owned(), |text, (value, placeholder)| replaced_whole(&text, value, placeholder))
    }

    fn made(&self, text: &str) -> String {
        if let Some(date) = date_in(text) {
            return self.date(text, date);
        }
        if is_email(text) {
            return format!("{}@example.invalid", self.tag(&text.to_lowercase()));
        }
        if let Some((scheme @ ("http" | "https"), _)) = text.split_once("://") {
            return format!("{scheme}://{}.example.invalid/", self.tag(text));
        }
        if is_code(text) {
            return self.code(text);
        }
        format!("text-{}", self.tag(text))
    }

    /// Another day, with the time of day that it had.
    fn date(&self, text: &str, rest: &str) -> String {
        self.drawn(text, |_, draw| {
            let (year, month, day) = (draw.below(50), draw.below(12), draw.below(28));
            format!("{}-{:02}-{:02}{rest}", 1950 + u16::from(year), month + 1, day + 1)
        })
    }

    /// Other letters and digits in the same places.
    fn code(&self, text: &str) -> String {
        self.drawn(text, |chars, draw| {
            let other = |next: &char| match next {
                '0' => '0',
                '1'..='9' => draw.from('1', 9),
                'a'..='z' => draw.from('a', 26),
                'A'..='Z' => draw.from('A', 26),
                other if other.is_alphanumeric() => 'x',
                other => *other,
            };
            chars.iter().map(other).collect()
        })
    }

    /// What is drawn for a text, which is not the text itself, if only it can be another.
    fn drawn(&self, text: &str, make: impl Fn(&[char], &mut Draw) -> String) -> String {
        let chars: Vec<char> = text.chars().collect();
        let mut tries = (0..8_u8).map(|attempt| make(&chars, &mut Draw::new(self.digest(text, attempt))));
        tries.find(|made| made != text).unwrap_or_else(|| text.to_owned())
    }

    fn tag(&self, text: &str) -> String {
        self.digest(text, 0).iter().take(5).map(|byte| format!("{byte:02x}")).collect()
    }

    fn digest(&self, text: &str, attempt: u8) -> [u8; 32] {
        Sha256::new().chain_update(self.key).chain_update([attempt]).chain_update(text).finalize().into()
    }
}

/// A number with nothing but ones for digits.
fn ones(mantissa: &str) -> String {
    mantissa.chars().map(|next| if next.is_ascii_digit() { '1' } else { next }).collect()
}

/// Numbers that a digest stands for, as many as are wanted.
struct Draw {
    seed: [u8; 32],
    at: u8,
}

impl Draw {
    fn new(seed: [u8; 32]) -> Self {
        Self { seed, at: 0 }
    }

    fn below(&mut self, bound: u8) -> u8 {
        let drawn: [u8; 32] = Sha256::new().chain_update(self.seed).chain_update([self.at]).finalize().into();
        self.at = self.at.wrapping_add(1);
        let wide = u32::from_be_bytes([0, 0, drawn.first().copied().unwrap_or(0), drawn.last().copied().unwrap_or(0)]);
        u8::try_from(wide % u32::from(bound)).unwrap_or_default()
    }

    /// One of so many characters from one on.
    fn from(&mut self, first: char, count: u8) -> char {
        char::from_u32(u32::from(first) + u32::from(self.below(count))).unwrap_or(first)
    }
}

/// What follows the day in a text that is one: nothing, or a time.
pub(super) fn date_in(text: &str) -> Option<&str> {
    (date_at(text)? == text.len()).then(|| text.get(10..))?
}

/// How long the date is that a text begins with, with the time behind it where there is one.
pub(super) fn date_at(text: &str) -> Option<usize> {
    let day = text.get(..shaped(text, "9999-99-99")?)?;
    let rest = text.get(day.len()..)?;
    day.parse::<jiff::civil::Date>().is_ok().then(|| day.len() + time_at(rest).unwrap_or_default())
}

/// How long the time of day is that a text begins with. Nothing else may follow a day: digits that do are somebody's.
fn time_at(text: &str) -> Option<usize> {
    let then = |at: usize, shapes: &[&str]| {
        let rest = text.get(at..).unwrap_or_default();
        at + shapes.iter().find_map(|shape| shaped(rest, shape)).unwrap_or_default()
    };
    let clock = shaped(text, "T99:99").or_else(|| shaped(text, " 99:99"))?;
    let clock = then(clock, &[":99.999999999", ":99.999999", ":99.999", ":99"]);
    text.get(1..clock)?.parse::<jiff::civil::Time>().ok()?;
    Some(then(clock, &["Z", "+99:99", "-99:99", "+0000", "+00"]))
}

/// How long the beginning of a text is that has digits where the shape has nines, and is the shape elsewhere; none where a
/// digit follows.
fn shaped(text: &str, shape: &str) -> Option<usize> {
    let is_as = |(next, wanted): (u8, u8)| if wanted == b'9' { next.is_ascii_digit() } else { next == wanted };
    let (start, rest) = text.as_bytes().split_at_checked(shape.len())?;
    let goes_on = rest.first().is_some_and(u8::is_ascii_digit);
    (start.iter().copied().zip(shape.bytes()).all(is_as) && !goes_on).then_some(shape.len())
}

pub(super) fn is_email(text: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && !part.contains(|next: char| next.is_whitespace() || next == '@');
    text.split_once('@').is_some_and(|(local, host)| is_part(local) && is_part(host) && host.contains('.'))
}

/// Whether a text is a number of some kind: of a register, a phone, a document.
fn is_code(text: &str) -> bool {
    text.len() <= LONGEST_CODE && text.bytes().any(|byte| byte.is_ascii_digit()) && text.split(' ').count() <= 4
}

/// Whether a text ends with the two digits of a character that is encoded as in an address.
fn ends_encoded(text: &str) -> bool {
    let end = text.len().checked_sub(3).and_then(|start| text.get(start..)).and_then(|end| end.strip_prefix('%'));
    end.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Replaces a value where neither side of it goes on with a letter or digit.
pub(super) fn replaced_whole(text: &str, value: &str, placeholder: &str) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(value) {
        let before_it = before.chars().next_back().or_else(|| replaced.chars().next_back());
        let goes_on = |next: Option<char>| next.is_some_and(char::is_alphanumeric);
        let is_whole = (!goes_on(before_it) || ends_encoded(before)) && !goes_on(after.chars().next());
        replaced.push_str(before);
        replaced.push_str(if is_whole { placeholder } else { value });
        rest = after;
    }
    replaced + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_value_has_the_same_placeholder_and_another_recording_has_another() {
        let (mut one, mut other) = (Pseudonyms::new(), Pseudonyms::new());
        for value in ["Mari Maasikas", "mari@example.com", "12345678", "+372 5555 1234", "1980-01-08"] {
            let placeholder = one.of_text(value);
            assert_eq!(one.of_text(value), placeholder);
            assert!(placeholder != value && other.of_text(value) != value);
        }
        assert_ne!(one.of_text("Mari Maasikas"), other.of_text("Mari Maasikas"));
        assert_eq!(one.of_text("Mari@Example.com"), one.of_text("mari@example.com"));
    }

    #[test]
    fn a_placeholder_has_the_form_of_its_value() {
        let mut pseudonyms = Pseudonyms::new();
        let email = pseudonyms.of_text("mari@example.com");
        assert!(is_email(&email) && email.ends_with("@example.invalid"), "{email}");
        for value in ["1980-01-08", "1980-01-08T10:20:30.123Z", "1980-01-08 10:20", "1980-01-08T10:20:30+02:00"] {
            let date = pseudonyms.of_text(value);
            assert_eq!(date_in(&date), Some(&value[10..]), "{date}");
        }
        for value in
            ["1980-01-08 38001085718", "1980-01-08 +372 5555 1234", "1980-01-08T38001085718", "1980-01-08 10:99"]
        {
            let made = pseudonyms.of_text(value);
            assert!(date_in(value).is_none() && !made.ends_with(&value[11..]), "{made}");
        }
        let phone = pseudonyms.of_text("+372 5555-1234");
        let shape =
            |text: &str| text.chars().map(|next| if next.is_ascii_digit() { '9' } else { next }).collect::<String>();
        assert_eq!(shape(&phone), "+999 9999-9999");
        assert!(pseudonyms.of_text("https://mari.example.com/cv").ends_with(".example.invalid/"));
        assert!(pseudonyms.of_text("Mari").starts_with("text-"));
    }

    #[test]
    fn a_number_stays_one_of_its_size() {
        let mut pseudonyms = Pseudonyms::new();
        for number in
            ["0", "7", "25", "-12.50", "12345678", "1e5", "2147483647", "9223372036854775807", "1.7976931348623157e308"]
        {
            let made = pseudonyms.of_number(number);
            assert!(made != number && made.len() == number.len(), "{number}: {made}");
            let read: serde_json::Number = serde_json::from_str(&made).unwrap();
            let was: serde_json::Number = serde_json::from_str(number).unwrap();
            assert!(
                made.len() < 4
                    || number.len() > 15
                    || made == pseudonyms.of_text(number)
                    || !number.chars().all(char::is_numeric)
            );
            assert_eq!((read.is_i64(), read.is_u64(), read.is_f64()), (was.is_i64(), was.is_u64(), was.is_f64()));
        }
    }

    #[test]
    fn a_value_is_found_in_a_text_where_it_stands_for_itself() {
        let mut pseudonyms = Pseudonyms::new();
        let name = pseudonyms.of_text("Maasikas");
        pseudonyms.of_text("Ann");
        assert_eq!(pseudonyms.in_text("<p>Maasikas, Maasikasson, Ann"), format!("<p>{name}, Maasikasson, Ann"));
    }
}
