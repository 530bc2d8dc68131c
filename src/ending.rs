//! The end: the gateway is not ready, then accepts nothing, then waits for requests, and for writes in any case.

use std::future::Future;
use std::time::Duration;

use onramp::advance::Desk;
use onramp::config::Server;
use onramp::server::Life;

use crate::signals::Endings;

/// How long each step of the end may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// How long the port stays open.
    delay: Duration,
    /// How long requests may take after that.
    timeout: Duration,
}

impl Patience {
    /// How much the settings want.
    pub(crate) fn of(server: &Server) -> Self {
        let [delay, timeout] = [server.drain_delay_ms, server.drain_timeout_ms].map(Duration::from_millis);
        Self { delay, timeout }
    }
}

/// Ends the serving in its order. A second signal ends the waiting for requests, a third one that for writes.
pub(crate) async fn end(
    life: &Life,
    desk: &Desk,
    patience: Patience,
    endings: &mut Endings,
    serving: impl Future<Output = ()>,
) {
    tracing::info!(delay_ms = millis(patience.delay), timeout_ms = millis(patience.timeout), "draining");
    life.drain();
    let mut serving = std::pin::pin!(serving);
    let waiting = async {
        tokio::time::sleep(patience.delay).await;
        life.close();
        // What has no end of its own gets one, or nothing here would ever be over.
        desk.live().end();
        tokio::time::timeout(patience.timeout, serving.as_mut()).await.is_ok()
    };
    let is_over = tokio::select! {
        is_over = waiting => is_over,
        () = endings.next() => false,
    };
    if !is_over {
        tracing::warn!("requests that are under way are cut");
        life.force();
        serving.await;
    }
    tokio::select! {
        () = desk.finish() => tracing::info!("drained"),
        () = endings.next() => tracing::error!(writes = desk.under_way(), "writes that are under way are cut"),
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
