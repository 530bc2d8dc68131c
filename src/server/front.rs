//! What requests and connections meet, swapped whole when the settings are read anew.
//!
//! A request goes through the door that stood when it came in, and a connection keeps the bounds of when it was made.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::{Door, tls};
use crate::config::{self, Server};

/// What one reading of the settings came to.
pub struct Front {
    pub(super) door: Door,
    pub(super) tls: Option<TlsAcceptor>,
    pub(super) idle_timeout: Duration,
    pub(super) max_header_bytes: u32,
    replaced: CancellationToken,
}

impl Front {
    /// A door as the settings want it.
    ///
    /// # Errors
    /// A certificate or a key that cannot be used, by its setting.
    pub fn new(door: Door, settings: &Server) -> Result<Self, config::Error> {
        Ok(Self {
            door,
            tls: tls::acceptor(settings)?,
            idle_timeout: Duration::from_millis(settings.idle_timeout_ms.get()),
            max_header_bytes: settings.max_header_bytes.get(),
            replaced: CancellationToken::new(),
        })
    }

    /// Waits until another one has taken its place.
    pub(super) async fn replaced(&self) {
        self.replaced.cancelled().await;
    }
}

/// The front that is in force.
pub struct Current(ArcSwap<Front>);

impl Current {
    /// Starts with a front.
    pub fn new(front: Front) -> Self {
        Self(ArcSwap::from_pointee(front))
    }

    /// Puts another one in its place. Requests that are under way keep the one that they came in by; what has no end of
    /// its own is told.
    pub fn replace(&self, front: Front) {
        self.0.swap(Arc::new(front)).replaced.cancel();
    }

    /// The front for a connection or a request that comes in now.
    pub(super) fn front(&self) -> Arc<Front> {
        self.0.load_full()
    }
}
