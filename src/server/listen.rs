//! The port: connections are accepted, a bounded number at once, until the gateway closes.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::task::TaskTracker;

use super::connection;
use super::standing::Place;
use super::{Current, Life};

/// How long nothing is accepted after the system had no means for a further connection.
const BREATHER: Duration = Duration::from_millis(500);

/// What every connection needs, and the bound on them all.
struct Port {
    current: Arc<Current>,
    life: Arc<Life>,
    slots: Arc<Semaphore>,
    open: TaskTracker,
}

/// Serves until the life closes and every connection has ended, by itself or by force.
pub async fn serve(listener: TcpListener, current: Arc<Current>, life: Arc<Life>, max_connections: usize) {
    let slots = Arc::new(Semaphore::new(max_connections.min(Semaphore::MAX_PERMITS)));
    let port = Port { current, life, slots, open: TaskTracker::new() };
    loop {
        tokio::select! {
            biased;
            () = port.life.closed() => break,
            () = port.accept(&listener) => {}
        }
    }
    // The system has shaken hands with these: to them the port was open.
    if let Err(error) = port.accept_waiting(listener) {
        tracing::warn!(%error, "connections that waited to be accepted are lost");
    }
    port.open.close();
    port.open.wait().await;
}

impl Port {
    async fn accept(&self, listener: &TcpListener) {
        let Ok(slot) = Arc::clone(&self.slots).acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok((stream, peer)) => self.open(stream, peer, Some(slot)),
            // The client has gone in between, and the next one is nearer.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted");
                tokio::time::sleep(BREATHER).await;
            }
        }
    }

    fn accept_waiting(&self, listener: TcpListener) -> io::Result<()> {
        let listener = listener.into_std()?;
        loop {
            match listener.accept() {
                Ok((stream, peer)) => {
                    stream.set_nonblocking(true)?;
                    self.open(TcpStream::from_std(stream)?, peer, None);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn open(&self, stream: TcpStream, peer: SocketAddr, slot: Option<OwnedSemaphorePermit>) {
        let (current, life) = (Arc::clone(&self.current), Arc::clone(&self.life));
        let place = Place::new(slot, self.open.token());
        tokio::spawn(connection::serve(stream, peer, current, life, place));
    }
}
