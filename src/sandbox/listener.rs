//! A TCP listener whose connections can be broken from outside, also in the middle of a call.
//!
//! Every accepted connection has a [`Line`], and whoever handles a call on it finds that line in the request's
//! connection info. A severed line fails the next read or write of its connection, so that the server drops it without
//! an answer; and it is dropped hard, with a TCP reset, as a crashed process or an impatient proxy would.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use futures_util::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// The handle of one connection.
#[derive(Clone, Debug)]
pub(super) struct Line(Arc<Switch>);

#[derive(Debug, Default)]
struct Switch {
    severed: AtomicBool,
    // A connection that waits for a client's next byte would not notice that it was severed until one came.
    waiting: AtomicWaker,
}

impl Line {
    /// Breaks the connection: nothing more is read from it or written to it.
    pub(super) fn sever(&self) {
        self.0.severed.store(true, Ordering::Release);
        self.0.waiting.wake();
    }

    fn intact(&self) -> io::Result<()> {
        if self.0.severed.load(Ordering::Acquire) {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }
}

impl Connected<IncomingStream<'_, BreakableListener>> for Line {
    fn connect_info(stream: IncomingStream<'_, BreakableListener>) -> Self {
        stream.io().line.clone()
    }
}

/// The lines of all connections that are open.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines(Arc<Mutex<Vec<Weak<Switch>>>>);

impl Lines {
    fn add(&self, line: &Line) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.retain(|known| known.strong_count() > 0);
        lines.push(Arc::downgrade(&line.0));
    }

    /// Breaks every connection, but for the one to be spared.
    pub(super) fn sever_all(&self, spared: Option<&Line>) {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines
            .iter()
            .filter_map(Weak::upgrade)
            .filter(|line| spared.is_none_or(|spared| !Arc::ptr_eq(&spared.0, line)))
            .for_each(|line| Line(line).sever());
    }
}

/// Accepts connections that can be broken.
#[derive(Debug)]
pub(super) struct BreakableListener {
    inner: TcpListener,
    lines: Lines,
}

impl BreakableListener {
    pub(super) fn new(inner: TcpListener, lines: Lines) -> Self {
        Self { inner, lines }
    }
}

impl Listener for BreakableListener {
    type Io = Breakable;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Breakable, SocketAddr) {
        let (stream, from) = Listener::accept(&mut self.inner).await;
        // Small answers must not wait for the client's delayed acknowledgement: it would look like latency.
        let _ = stream.set_nodelay(true);
        let line = Line(Arc::default());
        self.lines.add(&line);
        (Breakable { stream, line }, from)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }
}

/// A connection that fails once its line is severed.
#[derive(Debug)]
pub(super) struct Breakable {
    stream: TcpStream,
    line: Line,
}

impl Breakable {
    fn stream(&mut self) -> io::Result<Pin<&mut TcpStream>> {
        self.line.intact()?;
        Ok(Pin::new(&mut self.stream))
    }
}

impl Drop for Breakable {
    fn drop(&mut self) {
        if self.line.intact().is_err() {
            // Without it the client would see an orderly end of the stream instead of a reset.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Breakable {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.line.0.waiting.register(cx.waker());
        self.stream()?.poll_read(cx, buf)
    }
}

impl AsyncWrite for Breakable {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.stream()?.poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stream()?.poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    #[tokio::test]
    async fn a_line_severed_from_elsewhere_wakes_a_read_that_waits() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap()).await;
        let lines = Lines::default();
        let mut listener = BreakableListener::new(listener, lines.clone());
        let (mut connection, _) = Listener::accept(&mut listener).await;
        let reading = tokio::spawn(async move {
            let mut byte = [0];
            poll_fn(|cx| Pin::new(&mut connection).poll_read(cx, &mut ReadBuf::new(&mut byte))).await
        });
        tokio::task::yield_now().await;
        lines.sever_all(None);
        let limit = std::time::Duration::from_secs(5);
        let read = tokio::time::timeout(limit, reading).await;
        let error = read.unwrap().unwrap().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    }
}
