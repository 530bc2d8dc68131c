//! The connections over which nothing goes just now.

use std::collections::VecDeque;
use std::mem::MaybeUninit;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use hyper::Method;
use socket2::SockRef;
use tokio::net::TcpStream;

use super::connection::Connection;

/// A connection is kept for so long.
const KEPT: Duration = Duration::from_secs(90);
/// A write goes over one that was in use so shortly before, or over a new one: where the other end closes it meanwhile,
/// nobody could tell whether the write was received.
const KEPT_FOR_WRITES: Duration = Duration::from_secs(1);

/// Idle connections, the one used last at the back.
#[derive(Debug)]
pub(super) struct Idle<S> {
    kept: Mutex<Stack<S>>,
}

#[derive(Debug)]
pub(super) struct Stack<S> {
    pub(super) connections: VecDeque<(Connection<S>, Instant)>,
    /// Whether somebody closes those that are kept for too long.
    is_watched: bool,
}

impl<S> Default for Idle<S> {
    fn default() -> Self {
        Self { kept: Mutex::new(Stack { connections: VecDeque::new(), is_watched: false }) }
    }
}

impl Idle<TcpStream> {
    /// The connection that was used last, if there is one over which such a call may go.
    pub(super) fn take(&self, method: &Method) -> Option<Connection<TcpStream>> {
        let is_read = matches!(*method, Method::GET | Method::HEAD);
        let longest = if is_read { KEPT } else { KEPT_FOR_WRITES };
        let mut stack = self.stack();
        while let Some((connection, since)) = stack.connections.pop_back() {
            if since.elapsed() > longest {
                // Those before it wait for longer still.
                stack.connections.push_back((connection, since));
                return None;
            }
            if is_open(&connection.stream) && (is_read || is_silent(&connection.stream)) {
                return Some(connection);
            }
        }
        None
    }

    /// Keeps a connection for the next call.
    pub(super) fn put(self: &Arc<Self>, connection: Connection<TcpStream>) {
        let mut stack = self.stack();
        stack.connections.push_back((connection, Instant::now()));
        if !std::mem::replace(&mut stack.is_watched, true) {
            tokio::spawn(watch(Arc::downgrade(self)));
        }
    }

    /// Closes what is kept for too long, and tells whether anything is left.
    pub(super) fn sweep(&self) -> bool {
        let mut stack = self.stack();
        stack.connections.retain(|(_, since)| since.elapsed() <= KEPT);
        stack.is_watched = !stack.connections.is_empty();
        stack.is_watched
    }

    pub(super) fn stack(&self) -> std::sync::MutexGuard<'_, Stack<TcpStream>> {
        // What holds connections is whole whatever happened to him who held it.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks after idle connections as long as there are any.
async fn watch(idle: Weak<Idle<TcpStream>>) {
    loop {
        tokio::time::sleep(KEPT / 2).await;
        if !idle.upgrade().is_some_and(|idle| idle.sweep()) {
            return;
        }
    }
}

/// Whether the other end has neither closed a connection nor sent something that nobody asked for, as far as was heard when
/// the runtime last looked.
pub(super) fn is_open(stream: &TcpStream) -> bool {
    matches!(stream.try_read(&mut [0]), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
}

/// The same by a look of one's own.
pub(super) fn is_silent(stream: &TcpStream) -> bool {
    let looked = SockRef::from(stream).peek(&mut [MaybeUninit::uninit()]);
    matches!(looked, Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
}
