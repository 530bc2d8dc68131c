//! Small damages to bytes: what a fuzzer does to a valid input to get one that almost is.

use proptest::sample::Index;
use proptest_derive::Arbitrary;

/// One damage.
#[derive(Debug, Clone, Arbitrary)]
pub enum Mutation {
    /// Another byte in the place of one.
    Replace(Index, u8),
    /// A byte more.
    Insert(Index, u8),
    /// Bytes that stand for something where the input is JSON or GraphQL.
    Splice(Index, Token),
    /// Some bytes less.
    Cut(Index, u8),
    /// Some bytes twice.
    Repeat(Index, u8),
    /// Some bytes many times over.
    Pile(Index, u8, u8),
}

/// Bytes that mean something.
#[derive(Debug, Clone, Copy, Arbitrary)]
pub enum Token {
    Null,
    Brace,
    Bracket,
    Quote,
    Comma,
    Huge,
    Negative,
    Float,
    Escape,
    Surrogate,
    Spread,
    Directive,
    Variable,
    Text,
}

impl Token {
    fn bytes(self) -> &'static [u8] {
        match self {
            Self::Null => b"null",
            Self::Brace => b"{",
            Self::Bracket => b"[",
            Self::Quote => b"\"",
            Self::Comma => b",",
            Self::Huge => b"99999999999999999999999999",
            Self::Negative => b"-0",
            Self::Float => b"1e400",
            Self::Escape => b"\\u0000",
            Self::Surrogate => b"\\ud800",
            Self::Spread => b"...",
            Self::Directive => b"@skip(if: $x)",
            Self::Variable => b"$id",
            Self::Text => "\"\u{202e}\u{0}ä\"".as_bytes(),
        }
    }
}

/// A seed with damages.
pub fn mutated(seed: &[u8], mutations: &[Mutation]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for mutation in mutations {
        damage(&mut bytes, mutation);
    }
    bytes
}

fn damage(bytes: &mut Vec<u8>, mutation: &Mutation) {
    let place = |index: &Index, bytes: &Vec<u8>| index.index(bytes.len() + 1);
    let part = |index: &Index, length: u8, bytes: &Vec<u8>| {
        let start = place(index, bytes);
        start..(start + usize::from(length)).min(bytes.len())
    };
    match mutation {
        Mutation::Replace(index, byte) => {
            let place = place(index, bytes);
            if let Some(found) = bytes.get_mut(place) {
                *found = *byte;
            }
        }
        Mutation::Insert(index, byte) => bytes.insert(place(index, bytes), *byte),
        Mutation::Splice(index, token) => {
            let place = place(index, bytes);
            bytes.splice(place..place, token.bytes().iter().copied());
        }
        Mutation::Cut(index, length) => drop(bytes.drain(part(index, *length, bytes))),
        Mutation::Repeat(index, length) => pile(bytes, part(index, *length, bytes), 1),
        Mutation::Pile(index, length, times) => pile(bytes, part(index, length % 16, bytes), usize::from(*times)),
    }
}

fn pile(bytes: &mut Vec<u8>, part: std::ops::Range<usize>, times: usize) {
    let more = bytes[part.clone()].repeat(times);
    bytes.splice(part.end..part.end, more);
}
