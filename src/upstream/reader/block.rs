//! Where nested values end, found out for many bytes at once.

use crate::scan::{Bytes, LANES, is, padded};

/// As many bytes are looked at together.
const BLOCK: usize = 64;

/// What stands where in a block, a bit for each byte.
#[derive(Default)]
struct Marks {
    quotes: u64,
    backslashes: u64,
    /// What may be a bracket or a brace.
    brackets: u64,
}

impl Marks {
    fn of(block: &[u8; BLOCK]) -> Self {
        let mut marks = Self::default();
        let (lanes, _) = block.as_chunks::<LANES>();
        for (number, lanes) in lanes.iter().enumerate() {
            let bytes = Bytes::from(*lanes);
            let at = |found: Bytes| u64::from(found.to_bitmask()) << (LANES * number);
            marks.quotes |= at(is(bytes, b'"'));
            marks.backslashes |= at(is(bytes, b'\\'));
            marks.brackets |= at(is(bytes | Bytes::splat(BRACKETS), BRACKETS | b'['));
        }
        marks
    }
}

/// The bits in which brackets and braces differ. But for these some letters are like them.
const BRACKETS: u8 = (b'[' ^ b'{') | (b'[' ^ b']');

/// How far a block is from the end of the array or the object that its text begins with.
#[derive(Default)]
pub(super) struct Nesting {
    depth: u32,
    /// Whether each of the innermost [`u64::BITS`] that are open is an object, the innermost last.
    objects: u64,
    /// Whether more than that were open, so that it is not known of the outer ones any more.
    is_deep: bool,
    /// All bits where the block begins inside of a string.
    inside: u64,
    /// Whether a backslash stands before it that concerns its first byte.
    is_escaped: bool,
}

impl Nesting {
    /// How long the array or the object is that a text begins with; none where it has no end, or ends as the other.
    pub(super) fn length(text: &[u8]) -> Option<usize> {
        let mut nesting = Self::default();
        let (blocks, rest) = text.as_chunks::<BLOCK>();
        for (number, block) in blocks.iter().enumerate() {
            if let Some(end) = nesting.pass(block)? {
                return Some(BLOCK * number + end);
            }
        }
        nesting.pass(&padded(rest))?.map(|end| BLOCK * blocks.len() + end)
    }

    /// Passes over a block, and tells where the end stands in it; none where brackets do not match.
    fn pass(&mut self, block: &[u8; BLOCK]) -> Option<Option<usize>> {
        let Marks { quotes, backslashes, brackets } = Marks::of(block);
        let quotes = quotes & !self.escaped(backslashes);
        let inside = through(quotes) ^ self.inside;
        self.inside = if inside >> (BLOCK - 1) == 0 { 0 } else { u64::MAX };
        let mut brackets = brackets & !inside;
        while brackets != 0 {
            let place = brackets.trailing_zeros() as usize;
            match block.get(place)? {
                opening @ (b'{' | b'[') => self.open(*opening == b'{'),
                closing @ (b'}' | b']') if self.close(*closing == b'}')? => return Some(Some(place + 1)),
                _ => {}
            }
            brackets &= brackets - 1;
        }
        Some(None)
    }

    fn open(&mut self, is_object: bool) {
        self.depth += 1;
        self.is_deep |= self.depth > u64::BITS;
        self.objects = self.objects << 1 | u64::from(is_object);
    }

    /// Whether that was the last; none where another one was open.
    fn close(&mut self, is_object: bool) -> Option<bool> {
        let was_object = self.objects & 1 == 1;
        self.depth -= 1;
        self.objects >>= 1;
        (self.is_deep || is_object == was_object).then_some(self.depth == 0)
    }

    /// The bytes that a backslash stands before which is not itself one of them.
    fn escaped(&mut self, backslashes: u64) -> u64 {
        let mut escaped = u64::from(std::mem::take(&mut self.is_escaped));
        let mut left = backslashes & !escaped;
        while left != 0 {
            let place = left.trailing_zeros();
            let next = 2_u64.checked_shl(place).unwrap_or_default();
            self.is_escaped = place as usize == BLOCK - 1;
            escaped |= next;
            left &= !next & (left - 1);
        }
        escaped
    }
}

/// Each bit as whether the bits up to it that are set are an odd number.
fn through(mut bits: u64) -> u64 {
    for distance in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << distance;
    }
    bits
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Nesting;

    /// The same, byte by byte.
    fn length(text: &[u8]) -> Option<usize> {
        let (mut open, mut inside, mut is_escaped) = (Vec::new(), false, false);
        for (place, byte) in text.iter().enumerate() {
            let was_escaped = std::mem::take(&mut is_escaped);
            match byte {
                b'\\' => is_escaped = !was_escaped,
                b'"' => inside ^= !was_escaped,
                b'[' | b'{' if !inside => open.push(byte + 2),
                b']' | b'}' if !inside && open.pop() != Some(*byte) => return None,
                _ => {}
            }
            if open.is_empty() {
                return Some(place + 1);
            }
        }
        None
    }

    proptest! {
        #[test]
        fn a_nested_value_ends_where_its_brackets_do(
            text in prop_oneof!["[\\[{][\\[\\]{}\"\\\\a;]{0,200}", "[\\[{]([\"\\\\]{1,9}|[\\[{a;\u{e9}]{0,70}|[\\]}]){0,20}"],
        ) {
            prop_assert_eq!(Nesting::length(text.as_bytes()), length(text.as_bytes()), "{}", text);
        }
    }
}
