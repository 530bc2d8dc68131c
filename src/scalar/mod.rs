//! The graph's own scalars: how ids, instants, dates and decimals are written and read.
//!
//! Every scalar here accepts what the upstreams send and what a client may type, and prints one form only. What a
//! value means is the business of the type that holds it.

mod instant;
mod later;

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::record::{Json, Write, write_text};
use crate::scan;

pub(crate) use later::{LATER, Later};

/// Appends this instant, in UTC and to the microsecond, as `2023-11-07T05:31:56.000125Z`.
pub fn push_now(text: &mut String) {
    let now = Timestamp::now();
    match instant::write_microseconds(now) {
        Some(written) => text.push_str(str::from_utf8(&written).unwrap_or_default()),
        None => text.push_str(&now.to_string()),
    }
}

/// Text that is not the scalar it was read as; says what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {0}")]
pub struct Malformed(&'static str);

/// Reads a scalar from a text as it stands in what is decoded, without a copy of it.
struct Read<T>(PhantomData<T>);

impl<T: FromStr<Err = Malformed>> Visitor<'_> for Read<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

/// The parts that every scalar written as text shares: serde and GraphQL, both by way of `FromStr` and `Display`.
macro_rules! textual {
    ($(#[doc = $doc:literal])+ $type:ident, $name:literal) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(Read(PhantomData))
            }
        }

        $(#[doc = $doc])+
        #[Scalar(name = $name)]
        impl ScalarType for $type {
            fn parse(value: Value) -> InputValueResult<Self> {
                match &value {
                    Value::String(text) => Ok(text.parse()?),
                    _ => Err(InputValueError::expected_type(value)),
                }
            }

            /// Asked before anything is executed. Where the reading itself fails, the answers of the mutations before it
            /// are lost with it.
            fn is_valid(value: &Value) -> bool {
                matches!(value, Value::String(text) if text.parse::<Self>().is_ok())
            }

            fn to_value(&self) -> Value {
                Value::String(self.to_string())
            }
        }
    };
}

/// Scalars that are written by way of `Display`. None has a character that JSON would escape.
macro_rules! displayed {
    ($($type:ident),+) => {
        $(impl Write for $type {
            fn write(&self, json: &mut Json) {
                write_text(self, json);
            }
        })+
    };
}

displayed!(Uuid, Date, Decimal);

/// Twelve bytes that identify a record; the text form has 24 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId([u8; 12]);

impl FromStr for ObjectId {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let malformed = Malformed("an object id of 24 hexadecimal digits");
        if text.len() != 24 {
            return Err(malformed);
        }
        // The two looks overlap: the second one ends where the text does.
        let (Some(first), Some(last)) = (text.as_bytes().first_chunk(), text.as_bytes().last_chunk()) else {
            return Err(malformed);
        };
        let (Some(first), Some(last)) = (scan::hex(*first), scan::hex(*last)) else {
            return Err(malformed);
        };
        let mut bytes = [0; 12];
        let [.., l0, l1, l2, l3, l4, l5, l6, l7] = last;
        let (pairs, _) = first.as_chunks::<2>();
        let further = [[l0, l1], [l2, l3], [l4, l5], [l6, l7]];
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs.iter().chain(&further)) {
            *byte = high << 4 | low;
        }
        Ok(Self(bytes))
    }
}

/// The hexadecimal digits of each byte: ids are written for every row of every list.
#[expect(clippy::indexing_slicing, reason = "the compiler has filled it, or there is no program")]
const PAIRS: [[u8; 2]; 256] = {
    let digits = *b"0123456789abcdef";
    let mut pairs = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        pairs[byte] = [digits[byte >> 4], digits[byte & 0xf]];
        byte += 1;
    }
    pairs
};

impl ObjectId {
    /// Its hexadecimal digits.
    pub(crate) fn digits(self) -> [u8; 24] {
        let mut digits = [0; 24];
        for (pair, byte) in digits.as_chunks_mut::<2>().0.iter_mut().zip(self.0) {
            *pair = PAIRS.get(usize::from(byte)).copied().unwrap_or_default();
        }
        digits
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.digits()).unwrap_or_default())
    }
}

impl Write for ObjectId {
    fn write(&self, json: &mut Json) {
        json.push_quoted(&self.digits());
    }
}

textual! {
    /// A 24-digit hexadecimal id, such as `5fd4371e940df5a34a3888b2`. Read in either letter case, printed in lower
    /// case.
    ObjectId, "ObjectId"
}

/// A UUID that one upstream writes with hyphens and another without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Uuid(uuid::Uuid);

impl Uuid {
    /// The 32 digits without hyphens, as one of the upstreams writes them.
    pub fn simple(self) -> uuid::fmt::Simple {
        self.0.simple()
    }
}

impl FromStr for Uuid {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        // The crate also reads braces and URNs, which no upstream and no client of this graph means.
        let plain = matches!(text.len(), 32 | 36);
        let parsed = uuid::Uuid::try_parse(text).ok().filter(|_| plain);
        parsed.map(Self).ok_or(Malformed("a UUID of 32 hexadecimal digits, with or without hyphens"))
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

textual! {
    /// A UUID, printed with hyphens in lower case, such as `9c30a205-a60e-47cb-94b4-6d45cd4c2179`. Read with or without
    /// hyphens, in either letter case.
    Uuid, "UUID"
}

/// An instant; the offset that it was written with is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DateTime(pub jiff::Timestamp);

impl DateTime {
    /// The same instant, cut to whole milliseconds.
    pub(crate) fn to_the_millisecond(self) -> Self {
        self.cut_to(Unit::Millisecond)
    }

    /// The same instant, cut to whole microseconds.
    pub(crate) fn to_the_microsecond(self) -> Self {
        self.cut_to(Unit::Microsecond)
    }

    fn cut_to(self, unit: Unit) -> Self {
        let cut = TimestampRound::new().smallest(unit).mode(RoundMode::Floor);
        // Cutting cannot leave the range of instants, which begins with a whole second.
        Self(self.0.round(cut).unwrap_or(self.0))
    }
}

impl FromStr for DateTime {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        if let Some(instant) = instant::read(text) {
            return Ok(Self(instant));
        }
        text.parse()
            .map(Self)
            .map_err(|_| Malformed("an RFC 3339 date-time with an offset, such as 2023-11-07T05:31:56Z"))
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Write for DateTime {
    fn write(&self, json: &mut Json) {
        match instant::write(self.0) {
            Some((text, length)) => json.push_quoted(text.get(..length).unwrap_or_default()),
            None => write_text(self, json),
        }
    }
}

textual! {
    /// An instant in UTC, written as RFC 3339: `2023-11-07T05:31:56Z`. The fraction of a second has up to nine digits
    /// and is left out where it is zero. An input may carry another offset; it is turned into UTC.
    DateTime, "DateTime"
}

/// A calendar date without a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date(pub jiff::civil::Date);

impl FromStr for Date {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let malformed = Malformed("a date such as 2024-05-31");
        // Ten characters and no more: the parser alone would take a date-time for its date.
        if text.len() != 10 {
            return Err(malformed);
        }
        text.parse().map(Self).map_err(|_| malformed)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

textual! {
    /// A calendar date, written `YYYY-MM-DD`.
    Date, "Date"
}

/// A decimal number that keeps the places it was written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Decimal(pub rust_decimal::Decimal);

impl FromStr for Decimal {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        text.parse().map(Self).map_err(|_| Malformed("a decimal number such as 1.50"))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

textual! {
    /// A decimal number of fixed places, written as a string so that no digit is lost: `"1.0000"`.
    Decimal, "Decimal"
}

#[cfg(test)]
mod tests {
    use super::{Date, DateTime, Decimal, ObjectId, Uuid};

    #[test]
    fn an_object_id_is_read_in_either_case_and_printed_in_lower_case() {
        let id: ObjectId = "5FD4371e940df5a34a3888B2".parse().unwrap();
        assert_eq!(id.to_string(), "5fd4371e940df5a34a3888b2");
    }

    #[test]
    fn what_is_no_object_id_is_refused() {
        for text in
            ["", "../account", "5fd4371e940df5a34a3888b", "5fd4371e940df5a34a3888bg", "5fd4371e940df5a34a3888\u{e9}"]
        {
            assert!(text.parse::<ObjectId>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_uuid_is_read_with_or_without_hyphens_and_in_no_other_dress() {
        let hyphenated = "9c30a205-a60e-47cb-94b4-6d45cd4c2179";
        let simple = "9C30A205A60E47CB94B46D45CD4C2179";
        assert_eq!(simple.parse::<Uuid>().unwrap().to_string(), hyphenated);
        assert_eq!(hyphenated.parse::<Uuid>().unwrap().simple().to_string(), simple.to_lowercase());
        for dressed in [format!("{{{hyphenated}}}"), format!("urn:uuid:{hyphenated}"), format!("{hyphenated}/")] {
            assert!(dressed.parse::<Uuid>().is_err(), "{dressed}");
        }
    }

    #[test]
    fn instants_are_printed_in_utc() {
        let instant: DateTime = "2023-11-07T07:31:56.5+02:00".parse().unwrap();
        assert_eq!(instant.to_string(), "2023-11-07T05:31:56.5Z");
        assert!("2023-11-07".parse::<DateTime>().is_err());
    }

    #[test]
    fn an_instant_is_cut_to_whole_microseconds_and_never_rounded() {
        let cases = [
            ("2023-11-07T05:31:56.123456999Z", "2023-11-07T05:31:56.123456Z"),
            ("2023-11-07T05:31:56.123Z", "2023-11-07T05:31:56.123Z"),
            ("1969-12-31T23:59:58.999999999Z", "1969-12-31T23:59:58.999999Z"),
            ("9999-12-30T22:00:00.999999999Z", "9999-12-30T22:00:00.999999Z"),
        ];
        for (written, expected) in cases {
            assert_eq!(written.parse::<DateTime>().unwrap().to_the_microsecond().to_string(), expected);
        }
    }

    #[test]
    fn a_date_is_no_date_time_and_a_decimal_keeps_its_places() {
        assert!("2024-05-31T00:00:00Z".parse::<Date>().is_err());
        assert_eq!("2024-05-31".parse::<Date>().unwrap().to_string(), "2024-05-31");
        assert_eq!("1.0000".parse::<Decimal>().unwrap().to_string(), "1.0000");
    }
}
