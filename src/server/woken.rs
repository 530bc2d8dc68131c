//! A future that is polled when it was woken itself, and not whenever the task is that it is a part of.
//!
//! The HTTP library wakes its connection for reasons of its own, also while a request is being answered, and whoever
//! waits together with others is woken by what he has just been given. Each time a whole request would be gone through
//! from the outermost of its futures to the innermost, to find that nothing has happened.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::task::AtomicWaker;

/// It waits, and nobody has woken it.
const WAITING: u8 = 0;
/// It is to be polled; while it is polled: once more, since it may have looked before something changed.
const WOKEN: u8 = 1;
/// It is being polled.
const POLLED: u8 = 2;

/// A future with a waker of its own.
pub(super) struct Woken<F> {
    future: F,
    bell: Arc<Bell>,
    waker: Waker,
}

/// Passes on what is to wake a future, where that is not being polled anyway.
struct Bell {
    state: AtomicU8,
    task: AtomicWaker,
}

impl<F: Future + Unpin> Woken<F> {
    /// Has a future polled at first, and then whenever it was woken.
    pub(super) fn new(future: F) -> Self {
        let bell = Arc::new(Bell { state: AtomicU8::new(WOKEN), task: AtomicWaker::new() });
        let waker = Waker::from(Arc::clone(&bell));
        Self { future, bell, waker }
    }
}

impl<F: Future + Unpin> Future for Woken<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let Self { future, bell, waker } = &mut *self;
        // The task is known before it is looked: whoever wakes the future from here on wakes the task too.
        bell.task.register(context.waker());
        if !bell.passes(WOKEN, POLLED) {
            return Poll::Pending;
        }
        let outcome = Pin::new(future).poll(&mut Context::from_waker(waker));
        if outcome.is_pending() && !bell.passes(POLLED, WAITING) {
            bell.state.store(WOKEN, Ordering::Release);
            context.waker().wake_by_ref();
        }
        outcome
    }
}

impl Bell {
    /// Goes from one state to another, where it is in the first.
    fn passes(&self, from: u8, to: u8) -> bool {
        self.state.compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.state.fetch_or(WOKEN, Ordering::AcqRel) == WAITING {
            self.task.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex};
    use std::task::{Context, Poll, Wake, Waker};
    use std::thread;
    use std::time::{Duration, Instant};

    use futures_util::FutureExt;
    use futures_util::task::AtomicWaker;
    use tokio::sync::oneshot;
    use tokio::time::timeout;

    use super::Woken;

    /// A wake that has not come by then never will.
    const PATIENCE: Duration = Duration::from_secs(20);

    #[derive(Default)]
    struct Wakes(AtomicUsize);

    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    impl Wakes {
        fn so_far(&self) -> usize {
            self.0.load(Ordering::SeqCst)
        }
    }

    /// A task that counts what wakes it, and its waker.
    fn task() -> (Arc<Wakes>, Waker) {
        let wakes = Arc::<Wakes>::default();
        (Arc::clone(&wakes), Waker::from(wakes))
    }

    #[test]
    fn it_is_polled_once_for_each_time_that_it_was_woken() {
        let (wakes, waker) = task();
        let mut context = Context::from_waker(&waker);
        let (sender, receiver) = oneshot::channel();
        let (mut receiver, mut polls) = (receiver, 0);
        let future = poll_fn(|context| {
            polls += 1;
            receiver.poll_unpin(context)
        });
        let mut woken = Woken::new(future);
        for _ in 0..5 {
            assert!(woken.poll_unpin(&mut context).is_pending());
        }
        assert_eq!(wakes.so_far(), 0);
        sender.send("done").unwrap();
        assert_eq!(wakes.so_far(), 1);
        assert_eq!(woken.poll_unpin(&mut context), Poll::Ready(Ok("done")));
        drop(woken);
        assert_eq!(polls, 2);
    }

    #[test]
    fn what_wakes_itself_is_polled_again_and_what_is_done_wakes_nobody() {
        let (wakes, waker) = task();
        let mut context = Context::from_waker(&waker);
        let mut polls = 0;
        let mut woken = Woken::new(poll_fn(|context| {
            polls += 1;
            context.waker().wake_by_ref();
            if polls < 3 { Poll::Pending } else { Poll::Ready(polls) }
        }));
        assert!(woken.poll_unpin(&mut context).is_pending());
        assert_eq!(wakes.so_far(), 1);
        assert!(woken.poll_unpin(&mut context).is_pending());
        assert_eq!(wakes.so_far(), 2);
        assert_eq!(woken.poll_unpin(&mut context), Poll::Ready(3));
        assert_eq!(wakes.so_far(), 2, "it was done when it woke itself");
    }

    #[test]
    fn a_future_that_moves_to_another_task_wakes_that_one() {
        let ((first, waker), (second, other)) = (task(), task());
        let (sender, receiver) = oneshot::channel::<()>();
        let mut woken = Woken::new(receiver);
        assert!(woken.poll_unpin(&mut Context::from_waker(&waker)).is_pending());
        assert!(woken.poll_unpin(&mut Context::from_waker(&other)).is_pending());
        drop(sender);
        assert_eq!((first.so_far(), second.so_far()), (0, 1));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn nothing_that_other_threads_say_is_missed() {
        const SAID: usize = 20_000;
        let (said, ear) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicWaker::new()));
        let last = Arc::new(Mutex::new(0));
        let listening = {
            let (said, ear, last) = (Arc::clone(&said), Arc::clone(&ear), Arc::clone(&last));
            Woken::new(poll_fn(move |context| {
                ear.register(context.waker());
                let heard = said.load(Ordering::SeqCst);
                *last.lock().unwrap() = heard;
                if heard < SAID { Poll::Pending } else { Poll::Ready(heard) }
            }))
        };
        let listening = tokio::spawn(listening);
        let speaking = thread::spawn(move || {
            for number in 1..=SAID {
                said.store(number, Ordering::SeqCst);
                ear.wake();
                // Now and then everything that was said is heard, before any more is.
                let said = Instant::now();
                while number % 100 == 0 && *last.lock().unwrap() < number {
                    assert!(said.elapsed() < PATIENCE, "{number} was missed");
                    thread::yield_now();
                }
            }
        });
        speaking.join().unwrap();
        assert_eq!(timeout(PATIENCE, listening).await.unwrap().unwrap(), SAID);
    }
}
