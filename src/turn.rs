//! When a batch goes: as soon as the request has nothing left to do but wait.
//!
//! Resolvers of one selection set are polled one after another without a pause, so every key that they ask for is known
//! when the poll of the whole request returns. A batch that waits for that moment misses no key and loses no time to a
//! timer.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::watch;

/// The turns of one request.
#[derive(Debug, Clone)]
pub(crate) struct Turn {
    under_way: Arc<watch::Sender<bool>>,
}

impl Turn {
    pub(crate) fn new() -> Self {
        Self { under_way: Arc::new(watch::Sender::new(false)) }
    }

    /// Runs a request: each poll of it is a turn.
    pub(crate) fn run<F: Future>(&self, request: F) -> Running<F> {
        Running { turn: self.clone(), request: Box::pin(request) }
    }

    /// Waits until the turn that is under way has ended.
    pub(crate) async fn ended(&self) {
        // A turn that is never marked as ended would have its sender here with us, so that this cannot fail.
        let _ = self.under_way.subscribe().wait_for(|under_way| !under_way).await;
    }
}

/// A request whose polls are marked as turns.
pub(crate) struct Running<F> {
    turn: Turn,
    request: Pin<Box<F>>,
}

impl<F: Future> Future for Running<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        self.turn.under_way.send_replace(true);
        let outcome = self.request.as_mut().poll(context);
        self.turn.under_way.send_replace(false);
        outcome
    }
}
