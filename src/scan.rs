//! Bytes of text, looked at many at once.

use wide::u8x16;

/// As many as are looked at with one instruction.
pub(crate) const LANES: usize = 16;

pub(crate) type Bytes = u8x16;

/// How many bytes at the beginning of a text may stand in a string of JSON as they are.
pub fn plain(text: &[u8]) -> usize {
    let (blocks, rest) = text.as_chunks::<LANES>();
    for (number, lanes) in blocks.iter().enumerate() {
        let found = special(*lanes);
        if found != 0 {
            return number * LANES + found.trailing_zeros() as usize;
        }
    }
    // What stands behind the text is special.
    blocks.len() * LANES + special(padded(rest)).trailing_zeros() as usize
}

/// The same where it is less than [`LANES`] twice, and as much text is there, so that a look or two tells.
pub(crate) fn plain_at_once(text: &[u8]) -> Option<usize> {
    let (first, rest) = text.split_first_chunk()?;
    let found = special(*first);
    if found != 0 {
        return Some(found.trailing_zeros() as usize);
    }
    let found = special(*rest.first_chunk()?);
    (found != 0).then(|| LANES + found.trailing_zeros() as usize)
}

/// A bit for each byte that has to be escaped.
fn special(lanes: [u8; LANES]) -> u32 {
    let bytes = Bytes::from(lanes);
    let special = is(bytes, b'"') | is(bytes, b'\\') | bytes.simd_eq(bytes.min(Bytes::splat(b' ' - 1)));
    special.to_bitmask()
}

/// The values of hexadecimal digits, in either case; none where one of them is something else.
pub(crate) fn hex(digits: [u8; LANES]) -> Option<[u8; LANES]> {
    let bytes = Bytes::from(digits);
    let decimal = bytes - Bytes::splat(b'0');
    // In this bit the cases differ.
    let letter = (bytes | Bytes::splat(b'a' ^ b'A')) - Bytes::splat(b'a');
    let is_decimal = decimal.simd_eq(decimal.min(Bytes::splat(9)));
    let is_letter = letter.simd_eq(letter.min(Bytes::splat(5)));
    let values = (is_decimal & decimal) | (is_letter & (letter + Bytes::splat(10)));
    ((is_decimal | is_letter).to_bitmask() == (1 << LANES) - 1).then(|| values.to_array())
}

/// The first bytes where there are fewer than that, and noughts behind them.
pub(crate) fn padded<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut all = [0; N];
    all.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
    all
}

/// All bits of those that are this byte.
pub(crate) fn is(bytes: Bytes, byte: u8) -> Bytes {
    bytes.simd_eq(Bytes::splat(byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{LANES, hex, plain, plain_at_once};

    #[test]
    fn a_digit_is_worth_what_the_library_says() {
        for byte in u8::MIN..=u8::MAX {
            for place in 0..LANES {
                let mut digits = *b"0123456789abCDeF";
                digits[place] = byte;
                let value = |digit: &u8| char::from(*digit).to_digit(16).map(|value| value as u8);
                let expected: Option<Vec<u8>> = digits.iter().map(value).collect();
                assert_eq!(hex(digits).map(Vec::from), expected, "{byte} at {place}");
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_plain_ends_where_it_has_to(text in "[a\u{e9}\u{7f} !\\[\\]{}]{0,40}([\"\\\\\u{0}\u{1f}\n]|)[a\"]{0,20}") {
            let special = |byte: &u8| *byte < b' ' || *byte == b'"' || *byte == b'\\';
            let expected = text.bytes().position(|byte| special(&byte)).unwrap_or(text.len());
            prop_assert_eq!(plain(text.as_bytes()), expected, "{}", text);
            // Whatever may be told at once is told.
            let is_near = expected < text.len().min(2 * LANES) / LANES * LANES;
            prop_assert_eq!(plain_at_once(text.as_bytes()), is_near.then_some(expected), "{}", text);
        }
    }
}
