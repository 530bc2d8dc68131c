//! The signals that the program hears: to end, and to read its settings anew.

/// A wish for the end: by ctrl-c, or by the signal that service managers send.
pub(crate) struct Endings(Heard);

/// A wish for the settings to be read anew.
pub(crate) struct Hangups(Heard);

#[cfg(unix)]
type Heard = Vec<tokio::signal::unix::Signal>;
#[cfg(not(unix))]
type Heard = ();

impl Endings {
    /// Listens from now on.
    #[cfg(unix)]
    pub(crate) fn listen() -> Self {
        use tokio::signal::unix::SignalKind;
        Self(heard(&[SignalKind::interrupt(), SignalKind::terminate()]))
    }

    /// Listens from now on.
    #[cfg(not(unix))]
    pub(crate) fn listen() -> Self {
        Self(())
    }

    /// Waits for the next one.
    #[cfg(unix)]
    pub(crate) async fn next(&mut self) {
        any(&mut self.0).await;
    }

    /// Waits for the next one.
    #[cfg(not(unix))]
    pub(crate) async fn next(&mut self) {
        // Where signals cannot be heard, only the process's end ends the serving.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Hangups {
    /// Listens from now on.
    #[cfg(unix)]
    pub(crate) fn listen() -> Self {
        Self(heard(&[tokio::signal::unix::SignalKind::hangup()]))
    }

    /// Listens from now on.
    #[cfg(not(unix))]
    pub(crate) fn listen() -> Self {
        Self(())
    }

    /// Waits for the next one.
    #[cfg(unix)]
    pub(crate) async fn next(&mut self) {
        any(&mut self.0).await;
    }

    /// There is no such signal here.
    #[cfg(not(unix))]
    pub(crate) async fn next(&mut self) {
        std::future::pending().await
    }
}

/// Those of the signals that can be heard at all.
#[cfg(unix)]
fn heard(kinds: &[tokio::signal::unix::SignalKind]) -> Heard {
    kinds.iter().filter_map(|kind| tokio::signal::unix::signal(*kind).ok()).collect()
}

#[cfg(unix)]
async fn any(signals: &mut Heard) {
    std::future::poll_fn(|cx| {
        if signals.iter_mut().any(|signal| signal.poll_recv(cx).is_ready()) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
}
