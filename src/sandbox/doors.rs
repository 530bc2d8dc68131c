//! Whether a played API can be reached at all: shutting its port and opening it again.
//!
//! One task owns the listener and takes orders, so that whoever gave an order knows, once it returns, that the
//! operating system agrees: a connect is refused from then on, or accepted from then on.

use std::io;
use std::net::SocketAddr;

use axum::Router;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::{mpsc, oneshot};

use super::listener::{BreakableListener, Line, Lines};

/// How many connects the operating system keeps waiting; what the standard library asks for.
const BACKLOG: u32 = 128;

#[derive(Debug)]
enum Order {
    Shut { spared: Option<Line>, done: oneshot::Sender<()> },
    Open { done: oneshot::Sender<()> },
}

/// Gives the orders.
#[derive(Clone, Debug)]
pub(super) struct Doors {
    orders: mpsc::Sender<Order>,
    lines: Lines,
}

impl Doors {
    /// Refuses new connections and breaks the open ones, but for the one to be spared: it still gets its answer.
    pub(super) async fn shut(&self, spared: Option<Line>) {
        // A task that is gone has shut already.
        let _ = self.obey(|done| Order::Shut { spared, done }).await;
    }

    pub(super) async fn open(&self) -> io::Result<()> {
        self.obey(|done| Order::Open { done }).await
    }

    pub(super) fn sever_all(&self, spared: Option<&Line>) {
        self.lines.sever_all(spared);
    }

    async fn obey(&self, order: impl FnOnce(oneshot::Sender<()>) -> Order) -> io::Result<()> {
        let gone = || io::Error::other("the played API has ended and lost its port");
        let (done, obeyed) = oneshot::channel();
        let sent = self.orders.send(order(done)).await;
        sent.map_err(|_| gone())?;
        obeyed.await.map_err(|_| gone())
    }
}

/// The receiving end of [`Doors`].
#[derive(Debug)]
pub(super) struct Orders {
    orders: mpsc::Receiver<Order>,
    lines: Lines,
}

/// Doors, and the orders that [`tend`] is to follow.
pub(super) fn pair() -> (Doors, Orders) {
    let (sender, receiver) = mpsc::channel(1);
    let lines = Lines::default();
    let doors = Doors { orders: sender, lines: lines.clone() };
    let orders = Orders { orders: receiver, lines };
    (doors, orders)
}

/// Serves the application, shut and open as ordered, until nobody is left to give orders.
///
/// # Errors
/// The port was lost while it was shut.
pub(super) async fn tend(mut listener: TcpListener, application: Router, mut orders: Orders) -> io::Result<()> {
    let address = listener.local_addr()?;
    while let Some((spared, shut)) = orders.serve_until_shut(listener, &application).await {
        let reserved = reserve(address)?;
        orders.lines.sever_all(spared.as_ref());
        let _ = shut.send(());
        let Some(opened) = orders.wait_until_open().await else {
            break;
        };
        listener = reserved.listen(BACKLOG)?;
        let _ = opened.send(());
    }
    Ok(())
}

impl Orders {
    /// The listener lives exactly as long as this call: when it returns, the operating system refuses.
    async fn serve_until_shut(
        &mut self,
        listener: TcpListener,
        application: &Router,
    ) -> Option<(Option<Line>, oneshot::Sender<()>)> {
        let listener = BreakableListener::new(listener, self.lines.clone());
        let application = application.clone().into_make_service_with_connect_info::<Line>();
        tokio::select! {
            _ = axum::serve(listener, application) => None,
            order = self.next_shut() => order,
        }
    }

    async fn next_shut(&mut self) -> Option<(Option<Line>, oneshot::Sender<()>)> {
        loop {
            match self.orders.recv().await? {
                Order::Shut { spared, done } => return Some((spared, done)),
                Order::Open { done } => drop(done.send(())),
            }
        }
    }

    async fn wait_until_open(&mut self) -> Option<oneshot::Sender<()>> {
        loop {
            match self.orders.recv().await? {
                Order::Open { done } => return Some(done),
                Order::Shut { done, .. } => drop(done.send(())),
            }
        }
    }
}

/// Holds the port without listening: connects are refused, and nobody else can have it.
fn reserve(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // Connections that are still being torn down share the port.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}
