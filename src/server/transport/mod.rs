//! Connections that stay: operations over a WebSocket, and answers as a stream of events.
//!
//! Both carry queries and mutations as well as subscriptions, of the same callers with the same rights and limits as any
//! other request. Nothing here knows where events come from. What waits for a client to take it is bounded, and a client
//! who takes nothing for too long is dropped: his operations have tasks of their own, so nobody else waits for him.

mod close;
mod message;
mod operation;
mod origin;
mod seats;
mod session;
mod socket;
mod stream;
mod tally;

use std::time::Duration;

use crate::config::{Origins, Subscriptions};
use seats::Seats;

pub(super) use operation::{Asked, turned_away};
pub(super) use socket::{is_wanted as is_socket_wanted, open as open_socket};
pub(super) use stream::{Wish, check as check_stream, open as open_stream};

/// Other settings tell all connections to come again, but not all of them at once.
const SPREAD: Duration = Duration::from_secs(2);

/// What all connections that stay have in common.
pub(super) struct Transports {
    settings: Subscriptions,
    origins: Origins,
    seats: Seats,
}

impl Transports {
    /// `origins` are those of other sites' pages that may open such connections.
    pub(super) fn new(settings: Subscriptions, origins: Origins) -> Self {
        tally::begin();
        let seats = Seats::new(settings.connections_per_caller);
        Self { settings, origins, seats }
    }

    fn init_timeout(&self) -> Duration {
        Duration::from_millis(self.settings.init_timeout_ms.get())
    }

    fn ping_interval(&self) -> Duration {
        Duration::from_millis(self.settings.ping_interval_ms.get())
    }

    fn write_timeout(&self) -> Duration {
        Duration::from_millis(self.settings.write_timeout_ms.get())
    }
}

/// A part of the [`SPREAD`], which chance chooses.
fn some_of_the_spread() -> Duration {
    let (chance, ..) = uuid::Uuid::new_v4().as_fields();
    SPREAD.mul_f64(f64::from(chance) / f64::from(u32::MAX))
}
