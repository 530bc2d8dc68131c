//! How many reads at once an API bears, found out from how long they take.
//!
//! A bound that never changes is too narrow for an API that is slow and bears much, and too wide for one whose answers only
//! come later the more it is asked at once, where each call that is under way costs memory and gains nothing. So the bound
//! follows what it leads to: while calls take about as long as they take at best, more are let through; when they take more
//! than twice as long, fewer are. How long a call takes at best is known of each route by itself, since a list may take
//! ten times as long as a record.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use foldhash::fast::RandomState;

/// The narrowest bound. The times of many APIs vary by more than twice with nothing amiss, and must not keep them from being
/// asked: a bound of 64 halves what an API five milliseconds away can be asked, and one of 256 hardly does.
const NARROWEST: usize = 256;
/// How much longer than at best a call may take, on average, before fewer are let through.
const STRAINED: f64 = 2.0;
/// What is known of the best is forgotten after one to two of these: an API may become slower for good.
const MEMORY: Duration = Duration::from_secs(30);

/// What calls are alike: whether only the head of an answer is asked for, and the route.
pub(super) type Kind = (bool, &'static str);

/// The bound, and what it is found by.
pub(super) struct Pace {
    bound: usize,
    widest: usize,
    best: HashMap<Kind, Best, RandomState>,
    round: Round,
}

/// The shortest time that calls of a route took, in the span that is running and in the one before it.
struct Best {
    running: Duration,
    before: Duration,
    since: Instant,
}

/// Calls since the bound was last thought over.
#[derive(Default)]
struct Round {
    calls: usize,
    strain: f64,
    /// The most that were under way at once: a bound that nobody reached is no reason to widen it.
    most: usize,
}

impl Pace {
    pub(super) fn new(widest: usize) -> Self {
        Self { bound: NARROWEST.min(widest), widest, best: HashMap::default(), round: Round::default() }
    }

    pub(super) fn bound(&self) -> usize {
        self.bound
    }

    /// Takes note of a call that is over and took so long, with so many under way. The bound is thought over each time that
    /// as many calls as it lets through have ended.
    pub(super) fn note(&mut self, kind: Kind, took: Duration, under_way: usize, now: Instant) {
        let fresh = || Best { running: took, before: took, since: now };
        let best = self.best.entry(kind).or_insert_with(fresh).with(took, now);
        self.round.calls += 1;
        self.round.most = self.round.most.max(under_way);
        self.round.strain += took.as_secs_f64() / best.as_secs_f64().max(f64::EPSILON);
        if self.round.calls >= self.bound {
            let round = std::mem::take(&mut self.round);
            self.bound = self.next(&round);
        }
    }

    fn next(&self, round: &Round) -> usize {
        let next = if round.strain / round.calls as f64 > STRAINED {
            self.bound - self.bound / 4
        } else if round.most >= self.bound {
            self.bound + self.bound / 4 + 1
        } else {
            self.bound
        };
        next.clamp(NARROWEST.min(self.widest), self.widest)
    }
}

impl Best {
    /// The best time, this one among the others.
    fn with(&mut self, took: Duration, now: Instant) -> Duration {
        let age = now.saturating_duration_since(self.since);
        if age >= MEMORY {
            // Of a route that nobody asked for all the while there is no span before this one.
            let before = if age < 2 * MEMORY { self.running } else { took };
            *self = Self { running: took, before, since: now };
        }
        self.running = self.running.min(took);
        self.running.min(self.before)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{MEMORY, NARROWEST, Pace};

    /// An API that takes so long for a call, and more calls at once in turn.
    struct Played {
        takes: Duration,
        at_once: usize,
    }

    impl Played {
        fn time_of_each(&self, under_way: usize) -> Duration {
            self.takes * u32::try_from(under_way.div_ceil(self.at_once)).unwrap()
        }

        /// As many calls as the bound lets through, over and over.
        fn ask(&self, pace: &mut Pace, rounds: u32, start: Instant) -> Instant {
            let mut now = start;
            for _ in 0..rounds {
                let under_way = pace.bound();
                now += self.time_of_each(under_way);
                for _ in 0..under_way {
                    pace.note((false, "/links/{id}"), self.time_of_each(under_way), under_way, now);
                }
            }
            now
        }
    }

    #[test]
    fn an_api_that_bears_more_is_asked_more_up_to_the_widest() {
        let mut pace = Pace::new(1000);
        Played { takes: Duration::from_millis(50), at_once: usize::MAX }.ask(&mut pace, 20, Instant::now());
        assert_eq!(pace.bound(), 1000);
    }

    #[test]
    fn an_api_whose_answers_only_come_later_is_asked_as_little_as_does_it_no_harm() {
        let mut pace = Pace::new(1000);
        let start = Instant::now();
        // The first call, by itself, shows what is possible.
        pace.note((false, "/links/{id}"), Duration::from_millis(1), 1, start);
        Played { takes: Duration::from_millis(1), at_once: 1 }.ask(&mut pace, 20, start);
        assert_eq!(pace.bound(), NARROWEST);
    }

    #[test]
    fn the_bound_settles_where_calls_take_twice_their_time() {
        let mut pace = Pace::new(10_000);
        Played { takes: Duration::from_millis(5), at_once: 300 }.ask(&mut pace, 200, Instant::now());
        assert!((300..=900).contains(&pace.bound()), "{}", pace.bound());
    }

    #[test]
    fn a_list_that_takes_longer_than_a_record_is_no_strain() {
        let (mut pace, now) = (Pace::new(1000), Instant::now());
        for call in 0..20_000 {
            let (route, took) = if call % 2 == 0 { ("/onboards", 500) } else { ("/links/{id}", 5) };
            pace.note((false, route), Duration::from_millis(took), pace.bound(), now);
        }
        assert_eq!(pace.bound(), 1000);
    }

    #[test]
    fn a_bound_that_nobody_reaches_stays_and_one_that_was_set_narrow_is_kept_to() {
        let (mut wide, mut narrow, now) = (Pace::new(1000), Pace::new(3), Instant::now());
        for _ in 0..2000 {
            wide.note((false, "/account"), Duration::from_millis(5), 10, now);
            narrow.note((false, "/account"), Duration::from_millis(5), 3, now);
        }
        assert_eq!((wide.bound(), narrow.bound()), (NARROWEST, 3));
    }

    #[test]
    fn how_fast_a_route_was_is_forgotten_though_nobody_asks_for_it() {
        let mut pace = Pace::new(1000);
        let now = Played { takes: Duration::from_millis(1), at_once: usize::MAX }.ask(&mut pace, 1, Instant::now());
        let slow = Played { takes: Duration::from_millis(50), at_once: usize::MAX };
        slow.ask(&mut pace, 20, now + 2 * MEMORY);
        assert_eq!(pace.bound(), 1000);
    }

    #[test]
    fn an_api_that_has_become_slower_for_good_is_asked_as_much_as_before_in_time() {
        let mut pace = Pace::new(1000);
        let fast = Played { takes: Duration::from_millis(5), at_once: usize::MAX };
        let slow = Played { takes: Duration::from_millis(100), at_once: usize::MAX };
        let now = fast.ask(&mut pace, 20, Instant::now());
        let now = slow.ask(&mut pace, 20, now);
        assert_eq!(pace.bound(), NARROWEST);
        let now = slow.ask(&mut pace, 1, now + MEMORY);
        slow.ask(&mut pace, 40, now + MEMORY);
        assert_eq!(pace.bound(), 1000);
    }
}
