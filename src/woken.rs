//! A future that is polled when it was woken itself, and not whenever the task is that it is a part of; and that can be kept
//! asleep while something is done that wakes it to no purpose.
//!
//! Whoever waits together with others is woken by what he has just been given, and the HTTP library wakes its connection
//! for reasons of its own. Each time a whole request would be gone through from the outermost of its futures to the
//! innermost, to find that nothing has happened.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::ptr;
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

thread_local! {
    /// The bell that this thread rings to no effect, and whether it has.
    static HUSHED: Cell<(*const Bell, bool)> = const { Cell::new((ptr::null(), false)) };
}

/// A future with a waker of its own.
pub(crate) struct Woken<F> {
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
    pub(crate) fn new(future: F) -> Self {
        Self::of(future, Hush::new().0)
    }

    /// The same for one that can be kept from waking.
    pub(crate) fn with(future: F, hush: &Hush) -> Self {
        Self::of(future, Arc::clone(&hush.0))
    }

    fn of(future: F, bell: Arc<Bell>) -> Self {
        let waker = Waker::from(Arc::clone(&bell));
        Self { future, bell, waker }
    }

    /// The future, to be changed: it is polled after that.
    pub(crate) fn change(&mut self) -> &mut F {
        self.bell.wake_by_ref();
        &mut self.future
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

    fn ring(&self) {
        if self.state.fetch_or(WOKEN, Ordering::AcqRel) == WAITING {
            self.task.wake();
        }
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let (hushed, _) = HUSHED.get();
        if ptr::eq(hushed, Arc::as_ptr(self)) {
            return HUSHED.set((hushed, true));
        }
        self.ring();
    }
}

/// Keeps a future asleep while something is done that wakes it to no purpose.
#[derive(Clone)]
pub(crate) struct Hush(Arc<Bell>);

impl Hush {
    /// For a future that is polled at first.
    pub(crate) fn new() -> Self {
        Self(Arc::new(Bell { state: AtomicU8::new(WOKEN), task: AtomicWaker::new() }))
    }

    /// Does something that does not wake the future, whatever it tries on this thread. Says whether it has tried.
    pub(crate) fn over<T>(&self, work: impl FnOnce() -> T) -> (T, bool) {
        let _before = Before(HUSHED.replace((Arc::as_ptr(&self.0), false)));
        let outcome = work();
        let (_, was_rung) = HUSHED.get();
        (outcome, was_rung)
    }

    /// Has a part of the future polled, whose last step wakes the whole to no purpose: it is being polled then.
    pub(crate) async fn over_the_last_step_of<F: Future>(&self, part: F) -> F::Output {
        let mut part = pin!(part);
        poll_fn(|context| {
            let (outcome, would_wake) = self.over(|| part.as_mut().poll(context));
            if would_wake && outcome.is_pending() {
                self.wake();
            }
            outcome
        })
        .await
    }

    /// Wakes the future, while it is hushed too.
    pub(crate) fn wake(&self) {
        self.0.ring();
    }
}

/// What was hushed before, and is again when this ends, by a panic too.
struct Before((*const Bell, bool));

impl Drop for Before {
    fn drop(&mut self) {
        HUSHED.set(self.0);
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::future::{pending, poll_fn, ready};
    use std::panic::{self, AssertUnwindSafe};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex};
    use std::task::{Context, Poll, Wake, Waker};
    use std::thread;
    use std::time::{Duration, Instant};

    use futures_util::FutureExt;
    use futures_util::future::LocalBoxFuture;
    use futures_util::task::AtomicWaker;
    use tokio::sync::oneshot;
    use tokio::time::timeout;

    use super::{Hush, Woken};

    /// A wake that has not come by then never will.
    const PATIENCE: Duration = Duration::from_secs(20);

    #[derive(Default)]
    pub(crate) struct Wakes(AtomicUsize);

    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    impl Wakes {
        pub(crate) fn so_far(&self) -> usize {
            self.0.load(Ordering::SeqCst)
        }
    }

    /// A task that counts what wakes it, and its waker.
    pub(crate) fn task() -> (Arc<Wakes>, Waker) {
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

    #[test]
    fn what_is_hushed_wakes_nobody_and_says_so() {
        let (wakes, waker) = task();
        let (hush, other) = (Hush::new(), Hush::new());
        let ear = Arc::new(AtomicWaker::new());
        let mut polls = 0;
        let mut woken = Woken::with(
            poll_fn(|context| {
                polls += 1;
                ear.register(context.waker());
                Poll::<()>::Pending
            }),
            &hush,
        );
        let mut poll = || assert!(woken.poll_unpin(&mut Context::from_waker(&waker)).is_pending());
        poll();
        assert_eq!(hush.over(|| 1), (1, false), "nobody was to be woken");
        assert_eq!(hush.over(|| ear.wake()), ((), true));
        assert_eq!(wakes.so_far(), 0);
        poll();
        hush.wake();
        assert_eq!(wakes.so_far(), 1, "it was said that it is to be woken after all");
        poll();
        assert_eq!(other.over(|| ear.wake()), ((), false), "it is another that is hushed");
        assert_eq!(wakes.so_far(), 2);
        poll();
        let elsewhere = || thread::scope(|scope| scope.spawn(|| ear.wake()).join().unwrap());
        assert_eq!(hush.over(elsewhere), ((), false), "it is this thread that is hushed");
        assert_eq!(wakes.so_far(), 3);
        poll();
        let outcome = panic::catch_unwind(AssertUnwindSafe(|| hush.over(|| panic!("as it is being done"))));
        assert!(outcome.is_err());
        ear.wake();
        assert_eq!(wakes.so_far(), 4, "it is over, however it ended");
        poll();
        assert_eq!(polls, 5);
    }

    #[test]
    fn the_last_step_of_a_part_wakes_nobody_and_those_before_it_do() {
        let (wakes, waker) = task();
        let mut context = Context::from_waker(&waker);
        let hush = Hush::new();
        let mut steps = 0;
        let part = poll_fn(|context| {
            steps += 1;
            context.waker().wake_by_ref();
            if steps < 3 { Poll::Pending } else { Poll::Ready(()) }
        });
        let part = hush.over_the_last_step_of(part);
        let whole = async {
            part.await;
            pending::<()>().await;
        };
        let mut woken = Woken::with(Box::pin(whole), &hush);
        for woken_so_far in [1, 2, 2] {
            assert!(woken.poll_unpin(&mut context).is_pending());
            assert_eq!(wakes.so_far(), woken_so_far);
        }
        drop(woken);
        assert_eq!(steps, 3);
    }

    #[test]
    fn what_is_changed_is_polled_once_more() {
        let (wakes, waker) = task();
        let mut context = Context::from_waker(&waker);
        let future: LocalBoxFuture<'_, u8> = Box::pin(pending());
        let mut woken = Woken::new(future);
        assert_eq!(woken.poll_unpin(&mut context), Poll::Pending);
        *woken.change() = Box::pin(ready(3));
        assert_eq!((wakes.so_far(), woken.poll_unpin(&mut context)), (1, Poll::Ready(3)));
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
