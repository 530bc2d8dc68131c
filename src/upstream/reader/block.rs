//! Where strings and nested values end, found out for many bytes at once.

use wide::u8x16;

/// As many bytes are looked at with one instruction.
const LANES: usize = 16;
/// As many are looked at together where the end is farther off.
const BLOCK: usize = 64;

/// How many bytes at the beginning may stand in a string as they are, of those that are looked at; and whether all of them.
pub(super) fn plain(bytes: &[u8]) -> (usize, bool) {
    let lanes = bytes.first_chunk().copied().unwrap_or_else(|| padded::<LANES>(bytes));
    let bytes = u8x16::from(lanes);
    let ends = is(bytes, b'"') | is(bytes, b'\\') | bytes.simd_eq(bytes.min(u8x16::splat(0x1f)));
    let ends = ends.to_bitmask();
    if ends == 0 { (LANES, true) } else { (ends.trailing_zeros() as usize, false) }
}

/// The first bytes where there are fewer than that, and behind them what ends a string.
fn padded<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut all = [0; N];
    all.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
    all
}

fn is(bytes: u8x16, byte: u8) -> u8x16 {
    bytes.simd_eq(u8x16::splat(byte))
}

/// What stands where in a block, a bit for each byte.
#[derive(Default)]
struct Marks {
    quotes: u64,
    backslashes: u64,
    opening: u64,
    closing: u64,
}

impl Marks {
    fn of(block: &[u8; BLOCK]) -> Self {
        let mut marks = Self::default();
        let (lanes, _) = block.as_chunks::<LANES>();
        for (number, lanes) in lanes.iter().enumerate() {
            let bytes = u8x16::from(*lanes);
            let at = |found: u8x16| u64::from(found.to_bitmask()) << (LANES * number);
            marks.quotes |= at(is(bytes, b'"'));
            marks.backslashes |= at(is(bytes, b'\\'));
            // In this bit alone a bracket differs from a brace.
            let brackets = bytes | u8x16::splat(b'[' ^ b'{');
            marks.opening |= at(is(brackets, b'{'));
            marks.closing |= at(is(brackets, b'}'));
        }
        marks
    }
}

/// How far a block is from the end of the array or the object that its text begins with.
#[derive(Default)]
pub(super) struct Nesting {
    depth: u32,
    /// Whether each of the innermost [`u128::BITS`] that are open is an object, the innermost last.
    objects: u128,
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
        let Marks { quotes, backslashes, opening, closing } = Marks::of(block);
        let quotes = quotes & !self.escaped(backslashes);
        let inside = through(quotes) ^ self.inside;
        self.inside = if inside >> (BLOCK - 1) == 0 { 0 } else { u64::MAX };
        let mut brackets = (opening | closing) & !inside;
        while brackets != 0 {
            let place = brackets.trailing_zeros() as usize;
            let is_object = block.get(place)? & (b'[' ^ b'{') != 0;
            if opening >> place & 1 == 1 {
                self.open(is_object);
            } else if self.close(is_object)? {
                return Some(Some(place + 1));
            }
            brackets &= brackets - 1;
        }
        Some(None)
    }

    fn open(&mut self, is_object: bool) {
        self.depth += 1;
        self.is_deep |= self.depth > u128::BITS;
        self.objects = self.objects << 1 | u128::from(is_object);
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

    use super::{Nesting, plain};

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

        #[test]
        fn what_is_plain_ends_where_it_has_to(text in "[a\u{e9}\u{7f} !\\[\\]{}]{0,20}([\"\\\\\u{0}\u{1f}\n]|)[a\"]{0,20}") {
            let special = |byte: &u8| *byte < b' ' || *byte == b'"' || *byte == b'\\';
            let expected = text.bytes().position(|byte| special(&byte)).unwrap_or(text.len());
            let found = plain(text.as_bytes());
            prop_assert_eq!(found, if expected < 16 { (expected, false) } else { (16, true) }, "{}", text);
        }
    }
}
