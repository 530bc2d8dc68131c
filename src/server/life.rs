//! How far the gateway is on its way to its end, as everything that serves sees it.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// A request that is on its way when its connection is closed would be lost, so connections without one stay so much
/// longer than the port.
pub(super) const LAST_WORDS: Duration = Duration::from_millis(250);

/// The three steps of the end, each of them taken once.
#[derive(Debug, Default)]
pub struct Life {
    draining: CancellationToken,
    closing: CancellationToken,
    forced: CancellationToken,
}

impl Life {
    /// From here on the gateway says that it is not ready, and every answer that its connection will be closed.
    pub fn drain(&self) {
        self.draining.cancel();
    }

    /// From here on no connection is accepted, and those without a request end.
    pub fn close(&self) {
        self.drain();
        self.closing.cancel();
    }

    /// From here on requests are not waited for.
    pub fn force(&self) {
        self.close();
        self.forced.cancel();
    }

    pub(super) fn is_draining(&self) -> bool {
        self.draining.is_cancelled()
    }

    pub(super) fn is_closing(&self) -> bool {
        self.closing.is_cancelled()
    }

    pub(super) async fn closed(&self) {
        self.closing.cancelled().await;
    }

    pub(super) async fn given_up(&self) {
        self.forced.cancelled().await;
    }
}
