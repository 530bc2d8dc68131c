//! What is on its way is joined by whoever wants the same: it is done once, and everybody who waited has the outcome.
//!
//! Nobody owns a flight. It goes on for as long as one of those who wait for it does, whoever set it out, and it leaves
//! nothing behind when it has landed or everybody has gone. What makes two wishes the same is the key's to say.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::fast::RandomState;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};

use crate::woken::Woken;

/// Something on its way.
pub(crate) type Flight<V> = Shared<Going<V>>;

/// What was set out for. Everybody who waits for a flight polls it when he joins, to no effect unless it was woken.
type Going<V> = Woken<BoxFuture<'static, V>>;

/// A flight, and how one came by it.
pub(crate) enum Boarded<V: Clone> {
    /// It set out for this caller.
    Departed(Flight<V>),
    /// It was under way already.
    Joined(Flight<V>),
}

/// What is on its way, by what makes it the same.
pub(crate) struct Flights<K, V: Clone> {
    serial: AtomicU64,
    under_way: Mutex<Board<K, V>>,
}

/// A key holds a whole address, and is hashed whenever a flight sets out, is joined and lands.
type Board<K, V> = HashMap<K, Entry<V>, RandomState>;

struct Entry<V: Clone> {
    serial: u64,
    flight: WeakShared<Going<V>>,
}

impl<K, V: Clone> Default for Flights<K, V> {
    fn default() -> Self {
        Self { serial: AtomicU64::new(0), under_way: Mutex::default() }
    }
}

impl<K, V> Flights<K, V>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// The flight with this key, or the one that `depart` makes; and which of the two it is.
    ///
    /// # Errors
    /// Why there is no setting out, where there was nothing to join.
    pub(crate) fn join<F, E>(self: &Arc<Self>, key: K, depart: impl FnOnce() -> Result<F, E>) -> Result<Boarded<V>, E>
    where
        F: Future<Output = V> + Send + 'static,
    {
        let mut under_way = self.under_way();
        if let Some(flight) = under_way.get(&key).and_then(|entry| entry.flight.upgrade()) {
            return Ok(Boarded::Joined(flight));
        }
        let going = depart()?;
        let serial = self.serial.fetch_add(1, Ordering::Relaxed);
        let landing = Landing { flights: Arc::clone(self), key: key.clone(), serial };
        let going = async move {
            let _landing = landing;
            going.await
        };
        let flight = Woken::new(going.boxed()).shared();
        if let Some(weak) = flight.downgrade() {
            under_way.insert(key, Entry { serial, flight: weak });
        }
        Ok(Boarded::Departed(flight))
    }

    /// Lets nobody join any more what is on its way now.
    pub(crate) fn abandon(&self) {
        self.under_way().clear();
    }
}

impl<K, V: Clone> Flights<K, V> {
    fn under_way(&self) -> MutexGuard<'_, Board<K, V>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes the flight off the board when it has landed, and also when everybody who waited for it has gone.
struct Landing<K: Eq + Hash, V: Clone> {
    flights: Arc<Flights<K, V>>,
    key: K,
    serial: u64,
}

impl<K: Eq + Hash, V: Clone> Drop for Landing<K, V> {
    fn drop(&mut self) {
        let mut under_way = self.flights.under_way();
        // Another flight may have taken the place between this one's last waiter leaving and this drop.
        if under_way.get(&self.key).is_some_and(|entry| entry.serial == self.serial) {
            under_way.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    //! Every order in which three queries and a write can go, with each query leaving on its way or with none: what a
    //! query that set out after the write has finished gets is never older than the write.

    use std::convert::Infallible;
    use std::future::poll_fn;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
    use std::task::{Context, Poll, Waker};

    use futures_util::FutureExt;
    use tokio::sync::oneshot;

    use super::{Boarded, Flight, Flights};

    const QUERIES: usize = 3;
    /// The write takes effect, and then it is answered.
    const WRITE: usize = QUERIES;
    /// How often each of the actors goes on: a query sets out, waits, and gets its answer.
    const STEPS: [usize; QUERIES + 1] = [3, 3, 3, 2];

    #[derive(Default)]
    struct World {
        flights: Arc<Flights<u64, u64>>,
        /// What a read finds: the number of writes that took effect.
        state: Arc<AtomicU64>,
        /// The number of writes that were answered.
        epoch: AtomicU64,
        reads: Arc<AtomicUsize>,
        queries: [Option<Query>; QUERIES],
        has_taken_effect: bool,
    }

    struct Query {
        answered_writes: u64,
        flight: Option<Flight<u64>>,
        joined: bool,
    }

    impl World {
        fn set_out(&self) -> Query {
            let epoch = self.epoch.load(Ordering::SeqCst);
            let (state, reads) = (Arc::clone(&self.state), Arc::clone(&self.reads));
            let read = async move {
                tokio::task::yield_now().await;
                reads.fetch_add(1, Ordering::SeqCst);
                let found = state.load(Ordering::SeqCst);
                tokio::task::yield_now().await;
                found
            };
            let Ok(boarded) = self.flights.join(epoch, || Ok::<_, Infallible>(read));
            let (flight, joined) = match boarded {
                Boarded::Departed(flight) => (flight, false),
                Boarded::Joined(flight) => (flight, true),
            };
            Query { answered_writes: epoch, flight: Some(flight), joined }
        }

        fn step(&mut self, actor: usize, leaver: Option<usize>) {
            if actor == WRITE {
                let next = if self.has_taken_effect { &self.epoch } else { &*self.state };
                next.fetch_add(1, Ordering::SeqCst);
                self.has_taken_effect = true;
                return;
            }
            if self.queries[actor].is_none() {
                self.queries[actor] = Some(self.set_out());
            } else if leaver == Some(actor) {
                self.queries[actor].as_mut().unwrap().flight = None;
            }
            self.queries[actor].as_mut().unwrap().poll();
        }

        /// Lets everybody who has not left get his answer, and holds what they got against what they may get.
        fn check(mut self, schedule: &[usize], leaver: Option<usize>) {
            for query in self.queries.iter_mut().flatten() {
                while !query.poll() {}
            }
            let joined = self.queries.iter().flatten().filter(|query| query.joined).count();
            assert!(self.reads.load(Ordering::SeqCst) <= QUERIES - joined, "{schedule:?} {leaver:?}");
            drop(std::mem::take(&mut self.queries));
            assert!(self.flights.under_way().is_empty(), "something is left: {schedule:?} {leaver:?}");
        }
    }

    impl Query {
        /// Whether there is nothing left to wait for.
        fn poll(&mut self) -> bool {
            let Some(flight) = &mut self.flight else { return true };
            let Poll::Ready(found) = flight.poll_unpin(&mut Context::from_waker(Waker::noop())) else { return false };
            assert!(found >= self.answered_writes, "it set out after {} writes and saw {found}", self.answered_writes);
            self.flight = None;
            true
        }
    }

    fn explore(schedule: &mut Vec<usize>, left: &mut [usize; QUERIES + 1], leaver: Option<usize>) -> usize {
        if left.iter().all(|steps| *steps == 0) {
            let mut world = World::default();
            schedule.iter().for_each(|actor| world.step(*actor, leaver));
            world.check(schedule, leaver);
            return 1;
        }
        let mut explored = 0;
        for actor in 0..left.len() {
            if left[actor] > 0 {
                left[actor] -= 1;
                schedule.push(actor);
                explored += explore(schedule, left, leaver);
                schedule.pop();
                left[actor] += 1;
            }
        }
        explored
    }

    #[test]
    fn in_no_order_of_steps_does_a_query_get_what_is_older_than_a_write_before_it() {
        for leaver in [None, Some(0)] {
            // 11! / (3! 3! 3! 2!)
            assert_eq!(explore(&mut Vec::new(), &mut STEPS.clone(), leaver), 92_400);
        }
    }

    #[test]
    fn the_model_notices_where_the_write_ends_nothing() {
        let world = World::default();
        let mut early = world.set_out();
        early.poll();
        early.poll();
        world.state.fetch_add(1, Ordering::SeqCst);
        // The write is answered, and its epoch does not change.
        let mut late = world.set_out();
        assert!(late.joined);
        late.answered_writes = 1;
        let late = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| while !late.poll() {}));
        assert!(late.is_err());
    }

    #[test]
    fn whoever_joins_has_nothing_done_again_that_still_waits() {
        let flights = Arc::<Flights<u8, ()>>::default();
        let (told, mut has_come) = oneshot::channel::<()>();
        let polls = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&polls);
        let waiting = poll_fn(move |context| {
            counted.fetch_add(1, Ordering::SeqCst);
            has_come.poll_unpin(context).map(drop)
        });
        let mut waiting = Some(waiting);
        let mut boarded: Vec<Flight<()>> = Vec::new();
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..5 {
            let Ok(Boarded::Departed(mut flight) | Boarded::Joined(mut flight)) =
                flights.join(1, || waiting.take().ok_or("it set out twice"))
            else {
                panic!("it set out twice");
            };
            assert!(flight.poll_unpin(&mut context).is_pending());
            boarded.push(flight);
        }
        assert_eq!(polls.load(Ordering::SeqCst), 1);
        told.send(()).unwrap();
        for flight in &mut boarded {
            assert!(flight.poll_unpin(&mut context).is_ready());
        }
        assert_eq!(polls.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn he_who_set_it_out_may_leave_and_so_may_everybody() {
        let world = World::default();
        let (mut first, mut second) = (world.set_out(), world.set_out());
        assert!(!first.joined && second.joined);
        first.poll();
        drop(first);
        assert!(world.set_out().joined);
        while !second.poll() {}
        assert_eq!(world.reads.load(Ordering::SeqCst), 1);
        assert!(world.flights.under_way().is_empty());
        let mut third = world.set_out();
        assert!(!third.joined);
        third.poll();
        drop(third);
        assert!(world.flights.under_way().is_empty());
    }
}
