//! Where in a text something stands that was parsed from it.

use async_graphql::Pos;

/// A text whose line breaks are single bytes, with the place of each line.
pub(super) struct Places<'a> {
    text: &'a str,
    lines: Vec<usize>,
}

impl<'a> Places<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, lines: std::iter::once(0).chain(breaks).collect() }
    }

    /// The byte at a position; the text's end for one that it does not have.
    pub(super) fn byte(&self, at: Pos) -> usize {
        let line = self.lines.get(at.line.saturating_sub(1)).copied().unwrap_or(self.text.len());
        let rest = self.text.get(line..).unwrap_or_default();
        let column = rest.char_indices().nth(at.column.saturating_sub(1));
        line + column.map_or(rest.len(), |(byte, _)| byte)
    }
}

/// The same text with single line feeds for whatever breaks its lines: the parser counts others in ways of its own.
pub(super) fn with_plain_breaks(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}
