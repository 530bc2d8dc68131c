//! The threads that connections are served on, each with a runtime of its own.
//!
//! What comes over a connection is answered on its thread, over HTTP/2 each request on one, with that thread's connections
//! to the APIs: no thread hands tasks to another one or wakes it for each step of a request. The README's section on speed
//! says what that is worth. On one core there is nothing to divide, and whoever serves does so in the runtime that it has.

use std::cell::Cell;
use std::future::{Future, pending};
use std::io;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use futures_util::FutureExt;
use hyper::rt::Executor;
use tokio::runtime::{Builder, Handle};

thread_local! {
    /// Which of the threads this is; 0 too where it is none of them.
    static OWN: Cell<usize> = const { Cell::new(0) };
}

/// How many cores this process may use.
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// The threads; or none, where tasks go to the runtime of whoever has them done.
#[derive(Clone, Default)]
pub struct Workers(Arc<[Worker]>);

struct Worker {
    runtime: Handle,
    /// The tasks that it was given and that have not ended.
    tasks: Arc<AtomicUsize>,
}

impl Workers {
    /// Starts a thread for each core, where there are several. They go on for as long as the process does.
    ///
    /// # Errors
    /// Where the system has no means for them.
    pub fn start() -> io::Result<Self> {
        Self::of(if cores() > 1 { cores() } else { 0 })
    }

    fn of(number: usize) -> io::Result<Self> {
        Ok(Self((0..number).map(Worker::start).collect::<io::Result<_>>()?))
    }

    /// Has a task done by the thread that has the fewest.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let Some(worker) = self.0.iter().min_by_key(|worker| worker.tasks.load(Ordering::Relaxed)) else {
            tokio::spawn(task);
            return;
        };
        let counted = Counted::new(&worker.tasks);
        worker.runtime.spawn(task.map(move |()| drop(counted)));
    }
}

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Workers {
    fn execute(&self, task: F) {
        self.spawn(task);
    }
}

impl Worker {
    fn start(number: usize) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let work = move || {
            OWN.set(number);
            runtime.block_on(pending::<()>());
        };
        thread::Builder::new().name(format!("worker {number}")).spawn(work)?;
        Ok(Self { runtime: handle, tasks: Arc::default() })
    }
}

/// A task that has not ended.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(tasks: &Arc<AtomicUsize>) -> Self {
        tasks.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(tasks))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// One of something for each of the threads.
pub(crate) struct Each<T> {
    first: T,
    others: Box<[T]>,
}

impl<T> Each<T> {
    /// As many as there may be threads.
    pub(crate) fn new(make: impl Fn() -> T) -> Self {
        Self { first: make(), others: (1..cores()).map(|_| make()).collect() }
    }

    /// That of the thread that asks; of whoever is none of them, the first one's.
    pub(crate) fn own(&self) -> &T {
        OWN.get().checked_sub(1).and_then(|place| self.others.get(place)).unwrap_or(&self.first)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::Mutex;
    use std::sync::mpsc::channel;
    use std::thread;
    use std::time::Duration;

    use tokio::sync::oneshot;

    use super::{Each, Workers, cores};

    /// What has not come by then never will.
    const PATIENCE: Duration = Duration::from_secs(20);

    #[test]
    fn a_task_goes_to_the_thread_that_has_the_fewest() {
        let workers = Workers::of(2).unwrap();
        let (told, heard) = channel();
        let mut ends = HashMap::new();
        for number in 0..6 {
            let (end, ended) = oneshot::channel::<()>();
            let told = told.clone();
            workers.spawn(async move {
                told.send((number, thread::current().id())).unwrap();
                let _ = ended.await;
            });
            let (_, on) = heard.recv_timeout(PATIENCE).unwrap();
            ends.entry(on).or_insert_with(Vec::new).push(end);
        }
        let spread: Vec<usize> = ends.values().map(Vec::len).collect();
        assert_eq!(spread, [3, 3]);
        // All that one of them had ends, and so the next ones are its own.
        let (on, own) = ends.iter_mut().next().unwrap();
        own.drain(..).for_each(|end| end.send(()).unwrap());
        let idle = || workers.0.iter().any(|worker| worker.tasks.load(std::sync::atomic::Ordering::Relaxed) == 0);
        while !idle() {
            thread::yield_now();
        }
        for _ in 0..3 {
            let told = told.clone();
            workers.spawn(async move {
                told.send((0, thread::current().id())).unwrap();
                std::future::pending::<()>().await;
            });
            assert_eq!(heard.recv_timeout(PATIENCE).unwrap().1, *on);
        }
    }

    #[test]
    fn a_task_that_panics_counts_no_longer() {
        let workers = Workers::of(1).unwrap();
        workers.spawn(async { panic!("on purpose") });
        while workers.0[0].tasks.load(std::sync::atomic::Ordering::Relaxed) > 0 {
            thread::yield_now();
        }
        let (told, heard) = channel();
        workers.spawn(async move { told.send(()).unwrap() });
        heard.recv_timeout(PATIENCE).unwrap();
    }

    #[tokio::test]
    async fn where_there_are_none_a_task_stays_where_it_is() {
        let (told, heard) = oneshot::channel();
        Workers::default().spawn(async move { told.send(thread::current().id()).unwrap() });
        assert_eq!(heard.await.unwrap(), thread::current().id());
    }

    #[test]
    fn each_thread_has_its_own() {
        let made = Mutex::new(0);
        let each = Each::new(|| {
            *made.lock().unwrap() += 1;
            *made.lock().unwrap()
        });
        assert_eq!(*made.lock().unwrap(), cores());
        let each: &'static Each<usize> = Box::leak(Box::new(each));
        let first = *each.own();
        let (told, heard) = channel();
        let workers = Workers::of(cores() + 1).unwrap();
        for _ in 0..=cores() {
            let told = told.clone();
            workers.spawn(async move {
                told.send(*each.own()).unwrap();
                std::future::pending::<()>().await;
            });
        }
        let mut own: Vec<usize> = (0..=cores()).map(|_| heard.recv_timeout(PATIENCE).unwrap()).collect();
        own.sort_unstable();
        let mut all: Vec<usize> = (1..=cores()).chain([first]).collect();
        all.sort_unstable();
        assert_eq!(own, all, "one more than there are has the first one's");
    }
}
