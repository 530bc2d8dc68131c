//! One played API in the hands of a test: where it listens, what it was asked, and how to spoil it.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::backstage::{Backstage, Play};
use super::control;
use super::doors::{self, Doors};
use super::fault::{self, Fault, Settings};
use super::journal::{self, Call};

/// One API of the sandbox.
#[derive(Debug)]
pub struct Played {
    address: SocketAddr,
    backstage: Backstage,
    doors: Doors,
    tending: JoinHandle<io::Result<()>>,
}

impl Played {
    pub(super) async fn start(address: SocketAddr, settings: &Settings, play: impl Play) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let backstage = Backstage::new(play);
        backstage.faults.replace(settings.clone());
        let (doors, orders) = doors::pair();
        let application = application(&backstage, doors.clone());
        let tending = tokio::spawn(doors::tend(listener, application, orders));
        Ok(Self { address, backstage, doors, tending })
    }

    /// Where it is to be called: `http://127.0.0.1:<port>`, without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What is under `/_sandbox/`, to be offered at a second place.
    pub fn control(&self) -> Router {
        control::routes(self.backstage.clone())
    }

    /// Every call since the start, the last reset or the last [`forget_calls`](Self::forget_calls), oldest first.
    pub fn calls(&self) -> Vec<Call> {
        self.backstage.journal.calls()
    }

    /// Empties the journal.
    pub fn forget_calls(&self) {
        self.backstage.journal.forget();
    }

    /// The world back to its seed, no faults, an empty journal. It does not reopen an API that is down.
    pub fn reset(&self) {
        self.backstage.reset();
    }

    /// Everything on record, also what the vendor's own API never shows.
    pub fn records(&self) -> Value {
        self.backstage.play.records()
    }

    /// Makes every call take this much longer.
    pub fn set_latency(&self, latency: Duration) {
        self.backstage.faults.set_latency(latency);
    }

    /// Makes this share of the calls (0 to 1) fail with a 503 before the play sees them.
    ///
    /// Which calls fail is the same in every run: it depends on how many calls came since the rate was set.
    pub fn set_error_rate(&self, rate: f64) {
        self.backstage.faults.set_error_rate(rate);
    }

    /// Queues a fault behind those that wait already.
    pub fn fault(&self, fault: Fault) {
        self.backstage.faults.queue(fault);
    }

    /// No faults, no latency, no error rate.
    pub fn clear_faults(&self) {
        self.backstage.faults.clear();
    }

    /// Stops listening and breaks every connection: from here on a connect is refused by the operating system.
    ///
    /// The port stays reserved, so that no other process takes it before [`come_back`](Self::come_back).
    pub async fn go_down(&self) {
        self.doors.shut(None).await;
    }

    /// Listens again on the same port.
    ///
    /// # Errors
    /// The port was lost while the API was down.
    pub async fn come_back(&self) -> io::Result<()> {
        self.doors.open().await
    }

    pub(super) async fn stop(mut self) {
        self.doors.shut(None).await;
        // The port stays reserved until the task is gone, and aborting does not wait for that.
        self.tending.abort();
        let _ = (&mut self.tending).await;
    }
}

impl Drop for Played {
    fn drop(&mut self) {
        self.tending.abort();
        self.doors.sever_all(None);
    }
}

/// The whole application of one API.
///
/// The journal is outermost, because a call counts even if it is then broken. Faults are inside the waiting, because a call
/// that hangs keeps a vendor's queue waiting. Control is beside all of it: it is neither counted nor spoiled.
fn application(backstage: &Backstage, doors: Doors) -> Router {
    let faulty = fault::layered(backstage.play.routes(), backstage.faults.clone(), doors);
    let waiting = backstage.play.serialised(faulty);
    let journaled = journal::layered(waiting, backstage.journal.clone());
    Router::new().nest("/_sandbox", control::routes(backstage.clone())).fallback_service(journaled)
}
