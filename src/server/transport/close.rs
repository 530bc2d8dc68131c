//! Why a WebSocket ends, with the code and the words that the client is told.
//!
//! <https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md> has 4400 to 4429. Its clients come again by
//! themselves after 1001, 1012, 4008, 4403 and 4408, and not after the others.

use std::borrow::Cow;

use axum::extract::ws::{CloseFrame, close_code};

use crate::error::Breach;

/// The longest reason that a close frame holds, in bytes.
const LONGEST_REASON: usize = 123;

/// Why a WebSocket ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Close {
    /// The client has gone, so there is nobody to be told.
    Left,
    /// The gateway ends it.
    Told(u16, Cow<'static, str>),
}

impl Close {
    /// The gateway ends, and another one may be there.
    pub(super) const GOING_AWAY: Self = Self::Told(close_code::AWAY, Cow::Borrowed("The gateway is ending."));
    /// Other settings are in force; under them the client may come again at once.
    pub(super) const REPLACED: Self = Self::Told(close_code::RESTART, Cow::Borrowed("The settings were read anew."));
    /// A message did not go out in time.
    pub(super) const TOO_SLOW: Self = Self::Told(4008, Cow::Borrowed("Messages are not taken fast enough."));
    /// Nothing came back, not even a pong.
    pub(super) const SILENT: Self = Self::Told(4008, Cow::Borrowed("No pong came in time."));
    /// An operation before the connection was acknowledged.
    pub(super) const UNACKNOWLEDGED: Self = Self::Told(4401, Cow::Borrowed("Unauthorized"));
    /// What the caller is known by is worth nothing any more.
    pub(super) const EXPIRED: Self = Self::Told(4403, Cow::Borrowed("Forbidden: The token has expired."));
    /// No `connection_init` in time.
    pub(super) const NO_INIT: Self = Self::Told(4408, Cow::Borrowed("Connection initialisation timeout"));
    /// A second `connection_init`.
    pub(super) const SECOND_INIT: Self = Self::Told(4429, Cow::Borrowed("Too many initialisation requests"));

    /// The labels of all of them.
    pub(super) fn labels() -> impl Iterator<Item = String> {
        let codes = [close_code::AWAY, close_code::RESTART, close_code::SIZE, 4008, 4400, 4401, 4403, 4408, 4409, 4429];
        let told = codes.into_iter().map(|code| Self::Told(code, Cow::Borrowed("")));
        [Self::Left].into_iter().chain(told).map(|close| close.label())
    }

    /// A message that is none of the protocol's.
    pub(super) fn invalid(problem: impl std::fmt::Display) -> Self {
        Self::told(4400, format!("Invalid message: {problem}"))
    }

    /// The caller is not let in.
    pub(super) fn forbidden(why: impl std::fmt::Display) -> Self {
        Self::told(4403, format!("Forbidden: {why}"))
    }

    /// An operation whose id another one has, which is not over.
    pub(super) fn taken(id: &str) -> Self {
        let shown: String = id.chars().take(64).collect();
        Self::told(4409, format!("Subscriber for {shown} already exists"))
    }

    /// A message larger than they may be.
    pub(super) fn too_large(breach: &Breach) -> Self {
        Self::told(close_code::SIZE, breach.to_string())
    }

    fn told(code: u16, mut reason: String) -> Self {
        let end = (0..=LONGEST_REASON).rev().find(|end| reason.is_char_boundary(*end)).unwrap_or_default();
        reason.truncate(end);
        Self::Told(code, reason.into())
    }

    /// The code as metrics and the log write it. What code a client leaves with is his choice, and so is no label.
    pub(super) fn label(&self) -> String {
        match self {
            Self::Left => "client".to_owned(),
            Self::Told(code, _) => code.to_string(),
        }
    }

    /// What the log says of it.
    pub(super) fn reason(&self) -> &str {
        match self {
            Self::Left => "the client left",
            Self::Told(_, reason) => reason,
        }
    }

    /// What is sent, where there is somebody to send it to.
    pub(super) fn frame(&self) -> Option<CloseFrame> {
        match self {
            Self::Left => None,
            Self::Told(code, reason) => Some(CloseFrame { code: *code, reason: reason.as_ref().into() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Close;

    #[test]
    fn a_reason_fits_its_frame_whatever_the_client_wrote() {
        for close in
            [Close::invalid("ä".repeat(200)), Close::taken(&"ö".repeat(500)), Close::forbidden("x".repeat(500))]
        {
            let frame = close.frame().unwrap();
            assert!((100..=123).contains(&frame.reason.len()), "{frame:?}");
        }
        assert_eq!(Close::taken("a"), Close::Told(4409, "Subscriber for a already exists".into()));
    }
}
