//! When a batch goes: as soon as the request has nothing left to do but wait.
//!
//! Resolvers of one selection set are polled one after another without a pause, so every key that they ask for is known
//! when the poll of the whole request returns. A batch that waits for that moment misses no key and loses no time to a
//! timer.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// The turns of one request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Turn {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    is_under_way: bool,
    /// Those who wait for its end.
    waiting: Vec<Waker>,
}

impl Turn {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Runs a request: each poll of it is a turn.
    pub(crate) fn run<F: Future>(&self, request: F) -> Running<F> {
        Running { turn: self.clone(), request: Box::pin(request) }
    }

    /// Waits until the turn that is under way has ended.
    pub(crate) async fn ended(&self) {
        poll_fn(|context| {
            let mut state = self.state();
            if !state.is_under_way {
                return Poll::Ready(());
            }
            state.waiting.push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    fn begin(&self) {
        self.state().is_under_way = true;
    }

    fn end(&self) {
        let waiting = {
            let mut state = self.state();
            state.is_under_way = false;
            std::mem::take(&mut state.waiting)
        };
        waiting.into_iter().for_each(Waker::wake);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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
        let Self { turn, request } = &mut *self;
        let _under_way = UnderWay::begin(turn);
        request.as_mut().poll(context)
    }
}

/// A turn that ends also where the request panics: whoever waits for it would wait for ever.
struct UnderWay<'a>(&'a Turn);

impl<'a> UnderWay<'a> {
    fn begin(turn: &'a Turn) -> Self {
        turn.begin();
        Self(turn)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

#[cfg(test)]
mod tests {
    use std::panic::AssertUnwindSafe;

    use futures_util::FutureExt;

    use super::Turn;

    #[tokio::test]
    async fn a_turn_ends_also_where_its_request_panics() {
        let turn = Turn::new();
        let within = turn.clone();
        let request = turn.run(async move {
            assert!(within.ended().now_or_never().is_none(), "it has not begun");
            panic!("on purpose");
        });
        assert!(AssertUnwindSafe(request).catch_unwind().await.is_err());
        assert!(turn.ended().now_or_never().is_some(), "it goes on");
    }
}
