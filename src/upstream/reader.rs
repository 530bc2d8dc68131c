//! JSON that is read into one of our types in one go.
//!
//! Of most bodies only some members are wanted, and the rest is what serde's own reader spends most of its time on: it
//! looks at every byte of what it passes over. Here that is only searched for its end, so that it has to be well-formed no
//! further than that takes. What is wanted is checked as strictly as there: numbers and whatever has no fixed shape are
//! handed to it. What this one cannot read is read by that one again, which says where and why.

mod block;

#[cfg(test)]
mod tests;

use serde::de::value::{BorrowedStrDeserializer, StringDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::Error;

use crate::scalar::LATER;
use crate::scan;
use block::Nesting;

/// Reads all of a text as one value.
pub(super) fn read<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, Error> {
    let mut reader = Reader { text, at: 0 };
    let value = T::deserialize(&mut reader)?;
    if reader.peek().is_some() { Err(broken()) } else { Ok(value) }
}

struct Reader<'de> {
    text: &'de str,
    /// How much of it was read.
    at: usize,
}

/// A string of the text.
enum Text<'de> {
    /// What stands between its quotes, as it is meant.
    Plain(&'de str),
    /// With its quotes, and to be unescaped.
    Escaped(&'de str),
}

impl<'de> Reader<'de> {
    fn rest(&self) -> &'de [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn since(&self, start: usize) -> Result<&'de str, Error> {
        self.text.get(start..self.at).ok_or_else(broken)
    }

    /// The next byte that is no blank.
    fn peek(&mut self) -> Option<u8> {
        let byte = *self.text.as_bytes().get(self.at)?;
        if byte > b' ' { Some(byte) } else { self.peek_behind_blanks() }
    }

    fn peek_behind_blanks(&mut self) -> Option<u8> {
        let rest = self.rest();
        let blanks = rest.iter().position(|byte| !is_blank(*byte))?;
        self.at += blanks;
        rest.get(blanks).copied()
    }

    /// Passes over that byte where it is the next one.
    fn pass(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, byte: u8) -> Result<(), Error> {
        if self.pass(byte) { Ok(()) } else { Err(broken()) }
    }

    /// The string that begins here.
    fn string(&mut self) -> Result<Text<'de>, Error> {
        match self.short_string() {
            Some(inside) => Ok(Text::Plain(inside)),
            None => self.any_string(),
        }
    }

    /// What nearly all are: names, ids, words and instants.
    #[inline]
    fn short_string(&mut self) -> Option<&'de str> {
        let (quote, rest) = self.text.as_bytes().get(self.at..)?.split_first()?;
        let length = scan::plain_at_once(rest)?;
        if *quote != b'"' || rest.get(length) != Some(&b'"') {
            return None;
        }
        let start = self.at + 1;
        self.at = start + length + 1;
        self.text.get(start..start + length)
    }

    #[inline(never)]
    fn any_string(&mut self) -> Result<Text<'de>, Error> {
        self.expect(b'"')?;
        let start = self.at;
        if self.pass_plain()? == b'"' {
            let inside = self.since(start)?;
            self.at += 1;
            return Ok(Text::Plain(inside));
        }
        self.pass_to_quote()?;
        self.since(start - 1).map(Text::Escaped)
    }

    /// Goes on to the quote or the backslash before which a string stands as it is meant.
    fn pass_plain(&mut self) -> Result<u8, Error> {
        let rest = self.rest();
        let plain = scan::plain(rest);
        self.at += plain;
        // Nothing else of what ends it may stand in a string.
        rest.get(plain).copied().filter(|end| *end >= b' ').ok_or_else(broken)
    }

    /// Goes on behind the quote at which the string ends that this stands inside of.
    fn pass_to_quote(&mut self) -> Result<(), Error> {
        loop {
            let is_end = self.pass_plain()? == b'"';
            self.at += if is_end { 1 } else { 2 };
            if is_end {
                return Ok(());
            }
        }
    }

    /// Passes over a value, and gives it as it stands there.
    fn value(&mut self) -> Result<&'de str, Error> {
        let first = self.peek().ok_or_else(broken)?;
        let start = self.at;
        match first {
            b'"' => {
                self.at += 1;
                self.pass_to_quote()?;
            }
            b'[' | b'{' => self.at += Nesting::length(self.rest()).ok_or_else(broken)?,
            b',' | b']' | b'}' => return Err(broken()),
            _ => {
                // A comma may be missing, and what stands behind it must not be taken along.
                let is_end = |byte: &u8| b",:\"[]{}".contains(byte) || is_blank(*byte);
                let rest = self.rest();
                self.at += rest.iter().position(is_end).unwrap_or(rest.len());
            }
        }
        self.since(start)
    }

    /// The number that begins here, where it is a short one without sign and fraction. Whether it ends there is seen by
    /// whoever looks for what follows.
    fn short_number(&mut self) -> Option<i32> {
        self.peek()?;
        let rest = self.rest();
        let length = rest.iter().take(LONGEST_SHORT + 1).take_while(|byte| byte.is_ascii_digit()).count();
        let digits = rest.get(..length).filter(|digits| length <= LONGEST_SHORT && !digits.starts_with(b"0"))?;
        self.at += length;
        (length > 0).then(|| digits.iter().fold(0, |number, digit| number * 10 + i32::from(digit - b'0')))
    }

    /// What serde's own reader makes of the value that begins here.
    fn otherwise<T>(
        &mut self,
        read: impl FnOnce(&mut serde_json::Deserializer<serde_json::de::StrRead<'de>>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut reader = serde_json::Deserializer::from_str(self.value()?);
        let value = read(&mut reader)?;
        reader.end().map(|()| value)
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

/// As many digits are no more than an [`i32`] holds.
const LONGEST_SHORT: usize = 9;

#[cold]
fn broken() -> Error {
    Error::custom("not as expected")
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.otherwise(|reader| reader.deserialize_any(visitor))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.peek();
        for (word, value) in [("true", true), ("false", false)] {
            if self.rest().starts_with(word.as_bytes()) {
                self.at += word.len();
                return visitor.visit_bool(value);
            }
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.short_number() {
            Some(number) => visitor.visit_i32(number),
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.peek() != Some(b'"') {
            return self.deserialize_any(visitor);
        }
        match self.string()? {
            Text::Plain(text) => visitor.visit_borrowed_str(text),
            Text::Escaped(text) => visitor.visit_string(serde_json::from_str(text)?),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.peek() != Some(b'n') {
            return visitor.visit_some(self);
        }
        if self.value()? == "null" { visitor.visit_none() } else { Err(broken()) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Error> {
        if name == LATER { visitor.visit_borrowed_str(self.value()?) } else { visitor.visit_newtype_struct(self) }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if !self.pass(b'[') {
            return self.deserialize_any(visitor);
        }
        let mut elements = Elements(Listing::new(self, b']'));
        let read = visitor.visit_seq(&mut elements)?;
        elements.0.ended(read)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if !self.pass(b'{') {
            return self.deserialize_any(visitor);
        }
        let mut members = Members(Listing::new(self, b'}'));
        let read = visitor.visit_map(&mut members)?;
        members.0.ended(read)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.otherwise(|reader| reader.deserialize_enum(name, variants, visitor))
    }

    /// Passes over it. What is neither a string nor nested is soon read.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if !matches!(self.peek(), Some(b'"' | b'[' | b'{')) {
            return self.otherwise(|reader| reader.deserialize_ignored_any(visitor));
        }
        self.value()?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i8 i16 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct map
        identifier
    }
}

/// What stands between two brackets, with commas in between.
struct Listing<'a, 'de> {
    reader: &'a mut Reader<'de>,
    end: u8,
    is_first: bool,
    has_ended: bool,
}

impl<'a, 'de> Listing<'a, 'de> {
    fn new(reader: &'a mut Reader<'de>, end: u8) -> Self {
        Self { reader, end, is_first: true, has_ended: false }
    }

    /// Whether something follows, and goes on to it.
    fn goes_on(&mut self) -> Result<bool, Error> {
        let next = self.reader.peek();
        self.has_ended = next == Some(self.end);
        let is_first = std::mem::take(&mut self.is_first);
        if !self.has_ended && !is_first && next != Some(b',') {
            return Err(broken());
        }
        self.reader.at += usize::from(self.has_ended || !is_first);
        Ok(!self.has_ended)
    }

    /// What was made of it, if it was read to its end.
    fn ended<T>(&self, read: T) -> Result<T, Error> {
        if self.has_ended { Ok(read) } else { Err(broken()) }
    }
}

struct Elements<'a, 'de>(Listing<'a, 'de>);

impl<'de> SeqAccess<'de> for Elements<'_, 'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        if self.0.goes_on()? { seed.deserialize(&mut *self.0.reader).map(Some) } else { Ok(None) }
    }
}

struct Members<'a, 'de>(Listing<'a, 'de>);

impl<'de> MapAccess<'de> for Members<'_, 'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        if !self.0.goes_on()? {
            return Ok(None);
        }
        let name = match self.0.reader.string()? {
            Text::Plain(name) => seed.deserialize(BorrowedStrDeserializer::new(name)),
            Text::Escaped(name) => seed.deserialize(StringDeserializer::new(serde_json::from_str(name)?)),
        };
        name.map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        self.0.reader.expect(b':')?;
        seed.deserialize(&mut *self.0.reader)
    }
}
