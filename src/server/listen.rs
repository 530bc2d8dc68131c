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
use crate::workers::Workers;

/// How long nothing is accepted after the system had no means for a further connection.
const BREATHER: Duration = Duration::from_millis(500);

/// What every connection needs, and the bound on them all.
struct Port {
    workers: Workers,
    current: Arc<Current>,
    life: Arc<Life>,
    slots: Arc<Semaphore>,
    open: TaskTracker,
}

/// Serves on some threads until the life closes and every connection has ended, by itself or by force.
pub async fn serve(
    listener: TcpListener,
    workers: Workers,
    current: Arc<Current>,
    life: Arc<Life>,
    max_connections: usize,
) {
    let slots = Arc::new(Semaphore::new(max_connections.min(Semaphore::MAX_PERMITS)));
    let port = Port { workers, current, life, slots, open: TaskTracker::new() };
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
            Ok((stream, peer)) => match stream.into_std() {
                Ok(stream) => self.open(stream, peer, Some(slot)),
                Err(error) => tracing::error!(%peer, %error, "a connection is lost: it cannot be handed to a thread"),
            },
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
                    self.open(stream, peer, None);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn open(&self, stream: std::net::TcpStream, peer: SocketAddr, slot: Option<OwnedSemaphorePermit>) {
        let (current, life, workers) = (Arc::clone(&self.current), Arc::clone(&self.life), self.workers.clone());
        let place = Place::new(slot, self.open.token());
        self.workers.spawn(async move {
            // Only here, since it belongs to the runtime of whoever makes it.
            match TcpStream::from_std(stream) {
                Ok(stream) => connection::serve(stream, peer, workers, current, life, place).await,
                Err(error) => tracing::error!(%peer, %error, "a connection is lost: its thread cannot take it"),
            }
        });
    }
}
