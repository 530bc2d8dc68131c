//! Words that an upstream uses for states and kinds, as GraphQL enums that no new word can break.
//!
//! A vocabulary is closed for the client and open for the upstream: a word that it does not hold is `UNRECOGNIZED`, and
//! the type that holds it shows the raw word beside it.

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
