//! Instants as they mostly stand, `2023-11-07T05:31:56.125Z`, read and written without a look at anything else that a date
//! may be. What is not of this form is left to the calendar's library.

use std::ops::RangeInclusive;

use jiff::Timestamp;

const SECONDS_OF_DAY: i64 = 86_400;
const DAYS_OF_ERA: i64 = 146_097;
/// Days from the first of March of the year nought to the first of January 1970.
const DAYS_TO_EPOCH: i64 = 719_468;
/// Days from the first of January to the first of March of the year nought.
const DAYS_TO_MARCH: i64 = 60;
/// The seconds whose year has four digits.
const SECONDS: RangeInclusive<i64> = -62_167_219_200..=253_402_300_799;
/// The longest form: a fraction of nine digits.
pub(super) const LONGEST: usize = 30;
/// The form with a fraction of six digits.
const WITH_MICROSECONDS: usize = 27;

/// Reads an instant of this form; none where it is of another, or where there is no such day or time.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    let (head, fraction) = text.as_bytes().split_first_chunk::<19>()?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', i1, i2, b':', s1, s2] = head else {
        return None;
    };
    let digits = [y1, y2, y3, y4, m1, m2, d1, d2, h1, h2, i1, i2, s1, s2].map(|digit| digit.wrapping_sub(b'0'));
    if digits.iter().any(|digit| *digit > 9) {
        return None;
    }
    let [y1, y2, y3, y4, m1, m2, d1, d2, h1, h2, i1, i2, s1, s2] = digits.map(u32::from);
    let (year, month, day) = (y1 * 1000 + y2 * 100 + y3 * 10 + y4, m1 * 10 + m2, d1 * 10 + d2);
    let (hour, minute, second) = (h1 * 10 + h2, i1 * 10 + i2, s1 * 10 + s2);
    let is_real = (1..=12).contains(&month) && day > 0 && (day <= 28 || day <= days_of(year, month));
    if !is_real || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = days_until(year, month, day) * SECONDS_OF_DAY + i64::from(hour * 3600 + minute * 60 + second);
    Timestamp::new(seconds, nanoseconds(fraction)?).ok()
}

/// What stands behind the seconds: a fraction of up to nine digits, and the mark of UTC.
fn nanoseconds(text: &[u8]) -> Option<i32> {
    match text {
        [b'Z'] => Some(0),
        [b'.', digits @ .., b'Z'] if matches!(digits.len(), 1..=9) => {
            let read = digits.iter().try_fold(0, |value, digit| {
                let digit = digit.wrapping_sub(b'0');
                (digit < 10).then(|| value * 10 + i32::from(digit))
            })?;
            Some((digits.len()..9).fold(read, |value, _| value * 10))
        }
        _ => None,
    }
}

fn days_of(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The days from 1970 to a day, counted in years that begin in March, so that the leap day is a year's last.
fn days_until(year: u32, month: u32, day: u32) -> i64 {
    // An era early, so that nothing is negative.
    let year = year + 400 - u32::from(month <= 2);
    let of_era = year % 400;
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    i64::from(year / 400) * DAYS_OF_ERA + i64::from(days) - DAYS_OF_ERA - DAYS_TO_EPOCH
}

/// Writes an instant; none where its year has not four digits. The fraction has no more digits than it needs.
pub(super) fn write(instant: Timestamp) -> Option<([u8; LONGEST], usize)> {
    let (text, nanoseconds) = digits(instant)?;
    Some(ended(text, nanoseconds))
}

/// The same with six digits of a fraction, whatever they are.
pub(super) fn write_microseconds(instant: Timestamp) -> Option<[u8; WITH_MICROSECONDS]> {
    let (text, _) = digits(instant)?;
    let mut text: [u8; WITH_MICROSECONDS] = *text.first_chunk()?;
    if let Some(mark) = text.last_mut() {
        *mark = b'Z';
    }
    Some(text)
}

fn digits(instant: Timestamp) -> Option<([u8; LONGEST], i64)> {
    let (seconds, nanoseconds) = split(instant);
    if !SECONDS.contains(&seconds) {
        return None;
    }
    let since = seconds - SECONDS.start();
    // Neither is more than this holds, since a year has no more than four digits.
    let (days, of_day) = ((since / SECONDS_OF_DAY) as u32, (since % SECONDS_OF_DAY) as u32);
    let (year, month, day) = day_after(days);
    let [[y1, y2], [y3, y4]] = [pair(year / 100), pair(year % 100)];
    let [[m1, m2], [d1, d2]] = [pair(month), pair(day)];
    let [[h1, h2], [i1, i2], [s1, s2]] = [pair(of_day / 3600), pair(of_day / 60 % 60), pair(of_day % 60)];
    let mut text = *b"0000-00-00T00:00:00.000000000Z";
    if let Some(head) = text.first_chunk_mut() {
        *head = [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', i1, i2, b':', s1, s2];
    }
    if nanoseconds != 0 {
        put(&mut text, 20..29, nanoseconds);
    }
    Some((text, nanoseconds))
}

/// Two decimal digits.
fn pair(value: u32) -> [u8; 2] {
    PAIRS.get(value as usize).copied().unwrap_or_default()
}

#[expect(clippy::indexing_slicing, reason = "the compiler has filled it, or there is no program")]
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[b'0'; 2]; 100];
    let mut value = 0;
    while value < 100 {
        pairs[value] = [b'0' + (value / 10) as u8, b'0' + (value % 10) as u8];
        value += 1;
    }
    pairs
};

/// Whole seconds before the instant, and what is left: both parts of an instant before 1970 are negative.
fn split(instant: Timestamp) -> (i64, i64) {
    let (seconds, nanoseconds) = (instant.as_second(), i64::from(instant.subsec_nanosecond()));
    if nanoseconds < 0 { (seconds - 1, nanoseconds + 1_000_000_000) } else { (seconds, nanoseconds) }
}

/// The day so many days after the first of January of the year nought.
fn day_after(days: u32) -> (u32, u32, u32) {
    // From the first of March an era before that.
    let days = days + (DAYS_OF_ERA - DAYS_TO_MARCH) as u32;
    let (era, of_era) = (days / DAYS_OF_ERA as u32, days % DAYS_OF_ERA as u32);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    // What begins in March ends in the next year.
    let (further, month) = if month < 10 { (0, month + 3) } else { (1, month - 9) };
    (year + further + era * 400 - 400, month, day)
}

fn put(text: &mut [u8], place: std::ops::Range<usize>, value: i64) {
    let mut left = value;
    for digit in text.get_mut(place).unwrap_or_default().iter_mut().rev() {
        *digit = b'0' + (left % 10) as u8;
        left /= 10;
    }
}

/// Ends the text behind the last digit that counts.
fn ended(mut text: [u8; LONGEST], nanoseconds: i64) -> ([u8; LONGEST], usize) {
    let end = if nanoseconds == 0 {
        19
    } else {
        text.iter().take(29).rposition(|digit| *digit != b'0').map_or(19, |last| last + 1)
    };
    if let Some(mark) = text.get_mut(end) {
        *mark = b'Z';
    }
    (text, end + 1)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::{Strategy, any, prop_oneof, proptest};

    use super::{read, write, write_microseconds};

    fn written(instant: Timestamp) -> Option<String> {
        write(instant).map(|(text, length)| String::from_utf8(text[..length].to_vec()).unwrap())
    }

    fn instants() -> impl Strategy<Value = Timestamp> {
        let (first, last) = (Timestamp::MIN.as_second() + 1, Timestamp::MAX.as_second() - 1);
        let nanoseconds = prop_oneof![0..=0, 0..1_000_000_000, (0..1000).prop_map(|millis| millis * 1_000_000)];
        (first..last, nanoseconds).prop_map(|(seconds, nanoseconds)| Timestamp::new(seconds, nanoseconds).unwrap())
    }

    proptest! {
        #[test]
        fn an_instant_is_written_as_the_library_writes_it(instant in instants()) {
            let by_library = instant.to_string();
            assert_eq!(written(instant).unwrap_or_else(|| by_library.clone()), by_library);
            let with_microseconds = write_microseconds(instant).map(|text| String::from_utf8(text.to_vec()).unwrap());
            let expected = written(instant).map(|_| format!("{instant:.6}"));
            assert_eq!(with_microseconds, expected);
            // The form leaves out no more than the years before nought.
            assert_eq!(written(instant).is_none(), by_library.starts_with('-'));
            assert_eq!(read(&by_library).unwrap_or(instant), instant);
        }

        #[test]
        fn what_is_read_here_is_read_so_by_the_library(
            (year, month, day) in (0..=9999, 0..=13, 0..=32), (hour, minute, second) in (0..=25, 0..=61, 0..=61),
            fraction in any::<Option<u32>>(),
        ) {
            let fraction = fraction.map(|digits| format!(".{digits}")).unwrap_or_default();
            let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z");
            if let Some(instant) = read(&text) {
                assert_eq!(Ok(instant), text.parse().map_err(|error: jiff::Error| error.to_string()), "{text}");
            } else if second <= 59 && fraction.len() <= 10 {
                assert!(text.parse::<Timestamp>().is_err(), "{text}");
            }
        }
    }

    #[test]
    fn the_ends_of_months_and_years_are_where_the_calendar_has_them() {
        for text in [
            "2024-02-29T23:59:59Z",
            "2000-02-29T00:00:00Z",
            "1969-12-31T23:59:59.999Z",
            "0000-01-01T00:00:00Z",
            "0000-02-29T23:59:59Z",
            "0000-03-01T00:00:00Z",
            "9999-12-30T21:59:59.999999999Z",
            "0001-01-01T00:00:00.5Z",
        ] {
            assert_eq!(read(text), Some(text.parse().unwrap()), "{text}");
            assert_eq!(written(text.parse().unwrap()).as_deref(), Some(text));
        }
        for text in ["2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2024-04-31T00:00:00Z", "2024-00-10T00:00:00Z"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn another_form_is_left_to_the_library() {
        for text in [
            "",
            "2024-02-29",
            "2024-02-29T23:59:59+00:00",
            "2024-02-29 23:59:59Z",
            "2024-02-29T23:59:59.Z",
            "2024-02-29T23:59:59.0000000000Z",
            "2024-02-29T23:59:60Z",
            "+002024-02-29T23:59:59Z",
            "2024-02-29T23:59:59Z ",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
