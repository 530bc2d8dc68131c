//! The three APIs, played: stateful, deterministic, faithful to their contracts.
//!
//! Each API listens on a port of its own, speaks nothing but its vendor's REST dialect, and starts from the same
//! seed every time. A call passes three layers: the [`journal`](Call) that writes it down, the [faults](Fault) that
//! spoil it on demand, and the play itself. What a test or a developer wants from the sandbox *beside* the vendor's
//! dialect is on [`Played`], and the same over HTTP under `/_sandbox/`.
//!
//! The sandbox knows nothing of the gateway: no module outside this folder is named in it.

mod backstage;
pub mod connect;
mod control;
mod doors;
mod fault;
mod journal;
pub mod leadconduit;
mod listener;
mod played;
pub mod waldur;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use self::backstage::Play;
use self::connect::Connect;
use self::leadconduit::LeadConduit;
use self::waldur::Waldur;

pub use self::fault::{Answer, Body, Effect, Fault, Match, Settings};
pub use self::journal::Call;
pub use self::played::Played;

/// The addresses that the three plays listen on; port 0 lets the system choose one.
#[derive(Clone, Copy, Debug)]
pub struct Ports {
    /// Where LeadConduit is played.
    pub leadconduit: SocketAddr,
    /// Where Waldur is played.
    pub waldur: SocketAddr,
    /// Where Connect is played.
    pub connect: SocketAddr,
}

impl Ports {
    /// Three free ports of the loopback interface.
    pub fn free() -> Self {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self { leadconduit: any, waldur: any, connect: any }
    }
}

/// The three plays, with their listeners and tasks: all of it ends when this is dropped.
#[derive(Debug)]
pub struct Sandbox {
    leadconduit: Played,
    waldur: Played,
    connect: Played,
}

impl Sandbox {
    /// Starts the three plays from their seed, undisturbed.
    ///
    /// # Errors
    /// An address cannot be bound.
    pub async fn start(ports: Ports) -> io::Result<Self> {
        Self::start_with(ports, &Settings::default()).await
    }

    /// Starts the three plays, each disturbed from its first call on as the settings say.
    ///
    /// # Errors
    /// An address cannot be bound.
    pub async fn start_with(ports: Ports, settings: &Settings) -> io::Result<Self> {
        let leadconduit = LeadConduit::seeded();
        let waldur = Waldur::seeded();
        let connect = Connect::seeded();
        Ok(Self {
            leadconduit: Played::start(ports.leadconduit, settings, leadconduit).await?,
            waldur: Played::start(ports.waldur, settings, waldur).await?,
            connect: Played::start(ports.connect, settings, connect).await?,
        })
    }

    /// LeadConduit: onboards, the account and what the onboards point at.
    pub fn leadconduit(&self) -> &Played {
        &self.leadconduit
    }

    /// Waldur: company verifications.
    pub fn waldur(&self) -> &Played {
        &self.waldur
    }

    /// Connect: leads.
    pub fn connect(&self) -> &Played {
        &self.connect
    }

    /// Stops listening, breaks what is still open, and returns once every port is free again.
    pub async fn stop(self) {
        self.leadconduit.stop().await;
        self.waldur.stop().await;
        self.connect.stop().await;
    }
}

// Waldur's module knows nothing of the other plays, so what joins it to them is said here.
impl Play for Waldur {
    fn routes(&self) -> axum::Router {
        self.routes()
    }

    fn serialised(&self, inner: axum::Router) -> axum::Router {
        self.serialised(inner)
    }

    fn reset(&self) {
        self.reset();
    }

    fn records(&self) -> serde_json::Value {
        self.records()
    }
}
