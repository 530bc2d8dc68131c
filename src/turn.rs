//! When a batch goes: as soon as the request has nothing left to do but wait.
//!
//! Resolvers of one selection set are polled one after another without a pause, so every key that they ask for is known
//! when the poll of the whole request returns. A batch that waits for that moment misses no key and loses no time to a
//! timer.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use async_graphql::runtime::Timer;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::watch;

/// The turns of one request. A loader takes it for its timer.
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

    /// Marks without a word to anybody: most polls end with nobody waiting for it.
    fn mark(&self, is_under_way: bool) {
        self.under_way.send_if_modified(|under_way| {
            *under_way = is_under_way;
            false
        });
    }
}

impl Timer for Turn {
    fn delay(&self, _: Duration) -> BoxFuture<'static, ()> {
        let mut turns = self.under_way.subscribe();
        async move {
            // The sender lives as long as the request; where it is gone nobody is adding keys either.
            let _ = turns.wait_for(|under_way| !under_way).await;
        }
        .boxed()
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
        self.turn.mark(true);
        let outcome = self.request.as_mut().poll(context);
        self.turn.mark(false);
        // Who comes after the mark sees it, and who came before is counted by now.
        if self.turn.under_way.receiver_count() > 0 {
            self.turn.under_way.send_modify(|_| ());
        }
        outcome
    }
}
