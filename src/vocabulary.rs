//! Words that an upstream uses for states and kinds, as GraphQL enums that no new word can break.
//!
//! A vocabulary is closed for the client and open for the upstream: a word that it does not hold is `UNRECOGNIZED`, and
//! the type that holds it shows the raw word beside it.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Visitor};

/// Declares a GraphQL enum over an upstream's words.
///
/// Each member gives its description, its Rust name and the upstream's word for it; `UNRECOGNIZED` is added. The
/// enum's GraphQL members are the Rust names in capitals.
macro_rules! vocabulary {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[doc = $doc:literal])+ $member:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, async_graphql::Enum, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[doc = $doc])+ $member,)+
            /// A word that this version of the gateway does not know; the raw word stands beside it.
            Unrecognized,
        }

        impl crate::record::Write for $name {
            fn write(&self, json: &mut crate::record::Json) {
                json.push_quoted(self.name().as_bytes());
            }
        }

        impl crate::vocabulary::Documented for $name {
            const WORDS: &'static str = concat!(stringify!($name), $("|", $word),+);
        }

        impl crate::vocabulary::Vocabulary for $name {
            fn read(word: &str) -> Self {
                Self::read(word)
            }
        }

        #[allow(dead_code, reason = "not every vocabulary is asked for its names and written with its words")]
        impl $name {
            /// Every word of the vocabulary with its member; a word that stands in none of them is unrecognised.
            pub(crate) const WORDS: &[($name, &str)] = &[$(($name::$member, $word)),+];

            /// The member's name in the graph.
            pub(crate) fn name(self) -> &'static str {
                use async_graphql::resolver_utils::EnumType;
                Self::items().iter().find(|item| item.value == self).map_or("UNRECOGNIZED", |item| item.name)
            }

            /// The member for an upstream's word, compared without regard to letter case.
            pub(crate) fn read(word: &str) -> Self {
                Self::WORDS.iter().find(|(_, known)| known.eq_ignore_ascii_case(word)).map_or(Self::Unrecognized, |(member, _)| *member)
            }

            /// The upstream's word for the member; none for `UNRECOGNIZED`.
            pub(crate) fn word(self) -> Option<&'static str> {
                Self::WORDS.iter().find(|(member, _)| *member == self).map(|(_, word)| *word)
            }
        }
    };
}

pub(crate) use vocabulary;

/// Something that an upstream documents the words of.
pub(crate) trait Documented {
    /// A name, and then the words, each behind a `|`: what a [`Word`] is read under, so that whoever follows the reading
    /// knows which words there are.
    const WORDS: &'static str;
}

/// The same with a member for each word, and one for every other.
pub(crate) trait Vocabulary: Documented {
    /// The member for a word.
    fn read(word: &str) -> Self;
}

/// The words that something is read under, where it is read as one of them.
pub(crate) fn words_of(name: &str) -> Option<impl Iterator<Item = &str>> {
    name.split_once('|').map(|(_, words)| words.split('|'))
}

/// An upstream's word as it stands in a body, of which it is said what it should be.
pub(crate) struct Word<V> {
    text: String,
    kind: PhantomData<fn() -> V>,
}

impl<V> Word<V> {
    /// The word itself.
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    /// The word itself; none where it is blank.
    pub(crate) fn said(self) -> Option<Self> {
        (!self.text.is_empty()).then_some(self)
    }
}

impl<V: Vocabulary> Word<V> {
    /// The member, and the word itself.
    pub(crate) fn parts(self) -> (V, String) {
        (V::read(&self.text), self.text)
    }

    /// The same of a word that may be missing.
    pub(crate) fn parts_of(word: Option<Self>) -> (Option<V>, Option<String>) {
        word.map(Self::parts).unzip()
    }
}

impl<V> Default for Word<V> {
    fn default() -> Self {
        Self { text: String::new(), kind: PhantomData }
    }
}

impl<V> fmt::Debug for Word<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

impl<'de, V: Documented> Deserialize<'de> for Word<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(V::WORDS, Text(PhantomData))
    }
}

struct Text<V>(PhantomData<V>);

impl<'de, V> Visitor<'de> for Text<V> {
    type Value = Word<V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Word<V>, D::Error> {
        Ok(Word { text: String::deserialize(deserializer)?, kind: PhantomData })
    }
}
