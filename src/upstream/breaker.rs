//! The circuit breaker's state machine: when an API that keeps failing is left alone, and when it is tried again. Time is
//! passed in.
//!
//! It opens where enough of the latest calls failed. From then on one call each while goes through as a probe, whatever
//! became of the probe before: one that hangs must not keep the next from finding out that the API is back. The first
//! probe that is answered closes it. Probes at once are so many as there are such whiles in a call's deadline.

use std::time::{Duration, Instant};

/// When to open, and how often to try.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    /// How far back calls count.
    pub(super) window: Duration,
    /// The fewest calls by which the API is judged; at 0 it never is.
    pub(super) min_calls: u32,
    /// The share of them that fails, from which on the breaker opens.
    pub(super) failure_percent: u32,
    /// How long after opening the first probe goes, and how long after each the next.
    pub(super) probe_after: Duration,
}

/// How a breaker stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BreakerState {
    /// Calls go through.
    Closed,
    /// Calls fail at once, and a probe is under way.
    HalfOpen,
    /// Calls fail at once.
    Open,
}

/// Leave to make one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pass {
    /// How often the breaker had turned when it was given.
    pub(super) epoch: u64,
    pub(super) is_probe: bool,
}

/// What a call showed of its API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// Something that the API meant to say, be it a refusal.
    Well,
    /// A 5xx, no answer, or one that cannot be read.
    Ill,
    /// Nothing: the call was given up before it could show anything.
    None,
}

/// One API's breaker.
#[derive(Debug)]
pub(super) struct Breaker {
    rules: Rules,
    epoch: u64,
    window: Window,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    next_probe: Instant,
    probes: u32,
}

impl Breaker {
    pub(super) fn new(rules: Rules, now: Instant) -> Self {
        Self { rules, epoch: 0, window: Window::new(rules.window, now), open: None }
    }

    pub(super) fn state(&self) -> BreakerState {
        match &self.open {
            None => BreakerState::Closed,
            Some(open) if open.probes > 0 => BreakerState::HalfOpen,
            Some(_) => BreakerState::Open,
        }
    }

    /// Leave to make a call, or how long until the next one is let through.
    pub(super) fn admit(&mut self, now: Instant) -> Result<Pass, Duration> {
        let Some(open) = &mut self.open else {
            return Ok(Pass { epoch: self.epoch, is_probe: false });
        };
        if now < open.next_probe {
            return Err(open.next_probe - now);
        }
        open.next_probe = now + self.rules.probe_after;
        open.probes += 1;
        Ok(Pass { epoch: self.epoch, is_probe: true })
    }

    /// Leave to make a call whatever the state: for whoever asks how the API is.
    pub(super) fn admit_anyway(&mut self) -> Pass {
        if let Some(open) = &mut self.open {
            open.probes += 1;
        }
        Pass { epoch: self.epoch, is_probe: self.open.is_some() }
    }

    /// Whether a pass still holds: one that was given before the breaker opened does not.
    pub(super) fn holds(&self, pass: Pass) -> bool {
        pass.epoch == self.epoch
    }

    /// Takes note of how a call went. What set out before the breaker opened or closed says nothing of how things are now.
    pub(super) fn note(&mut self, pass: Pass, sign: Sign, now: Instant) {
        if pass.epoch != self.epoch {
            return;
        }
        match &mut self.open {
            None => {
                self.window.count(sign, now);
                self.judge(now);
            }
            Some(_) if sign == Sign::Well => self.turn(None, now),
            Some(open) => open.probes = open.probes.saturating_sub(1),
        }
    }

    /// Takes the good sign of a call back that had its leave in an epoch: its body turned out not to be readable.
    pub(super) fn take_back(&mut self, epoch: u64, now: Instant) {
        if self.open.is_some() {
            return;
        }
        if epoch == self.epoch {
            self.window.take_back(now);
            self.judge(now);
        } else if epoch + 1 == self.epoch && self.window.totals(now) == (0, 0) {
            // It was the probe upon whose sign the breaker closed, and nothing else has been seen since.
            self.leave_alone(now);
        }
    }

    fn judge(&mut self, now: Instant) {
        let (well, ill) = self.window.totals(now);
        let all = u64::from(well) + u64::from(ill);
        let is_enough = self.rules.min_calls > 0 && all >= u64::from(self.rules.min_calls);
        if is_enough && u64::from(ill) * 100 >= all * u64::from(self.rules.failure_percent) {
            self.leave_alone(now);
        }
    }

    fn leave_alone(&mut self, now: Instant) {
        self.turn(Some(Open { next_probe: now + self.rules.probe_after, probes: 0 }), now);
    }

    fn turn(&mut self, open: Option<Open>, now: Instant) {
        self.open = open;
        self.epoch += 1;
        self.window = Window::new(self.rules.window, now);
    }
}

const SLOTS: usize = 10;

/// The latest calls, counted in slots of a tenth of the window.
#[derive(Debug)]
struct Window {
    start: Instant,
    width: Duration,
    slots: [Slot; SLOTS],
}

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    number: u128,
    well: u32,
    ill: u32,
}

impl Window {
    fn new(length: Duration, now: Instant) -> Self {
        let width = (length / 10).max(Duration::from_millis(1));
        Self { start: now, width, slots: [Slot::default(); SLOTS] }
    }

    fn number(&self, now: Instant) -> u128 {
        now.saturating_duration_since(self.start).as_nanos() / self.width.as_nanos()
    }

    fn slot(&mut self, now: Instant) -> Option<&mut Slot> {
        let number = self.number(now);
        let place = usize::try_from(number % 10).unwrap_or_default();
        let slot = self.slots.get_mut(place)?;
        // Whoever was held up between the clock and here counts with those that were not.
        if slot.number < number {
            *slot = Slot { number, ..Slot::default() };
        }
        Some(slot)
    }

    fn count(&mut self, sign: Sign, now: Instant) {
        if let Some(slot) = self.slot(now) {
            match sign {
                Sign::Well => slot.well += 1,
                Sign::Ill => slot.ill += 1,
                Sign::None => {}
            }
        }
    }

    fn take_back(&mut self, now: Instant) {
        if let Some(slot) = self.slot(now) {
            slot.well = slot.well.saturating_sub(1);
            slot.ill += 1;
        }
    }

    fn totals(&self, now: Instant) -> (u32, u32) {
        let number = self.number(now);
        let recent = self.slots.iter().filter(|slot| slot.number + 10 > number);
        recent.fold((0, 0), |(well, ill), slot| (well + slot.well, ill + slot.ill))
    }
}

#[cfg(test)]
mod tests {
    use super::{Breaker, BreakerState, Rules, Sign};
    use std::time::{Duration, Instant};

    const RULES: Rules = Rules {
        window: Duration::from_secs(10),
        min_calls: 4,
        failure_percent: 50,
        probe_after: Duration::from_secs(1),
    };

    fn after(start: Instant, milliseconds: u64) -> Instant {
        start + Duration::from_millis(milliseconds)
    }

    fn call(breaker: &mut Breaker, sign: Sign, now: Instant) {
        let pass = breaker.admit(now).unwrap();
        breaker.note(pass, sign, now);
    }

    fn open(now: Instant) -> Breaker {
        let mut breaker = Breaker::new(RULES, now);
        for _ in 0..4 {
            call(&mut breaker, Sign::Ill, now);
        }
        assert_eq!(breaker.state(), BreakerState::Open);
        breaker
    }

    #[test]
    fn it_opens_at_the_share_and_not_below() {
        let now = Instant::now();
        let mut breaker = Breaker::new(RULES, now);
        for sign in [Sign::Well, Sign::Well, Sign::Well, Sign::Ill, Sign::Ill] {
            call(&mut breaker, sign, now);
            assert_eq!(breaker.state(), BreakerState::Closed);
        }
        call(&mut breaker, Sign::Ill, now);
        assert_eq!(breaker.state(), BreakerState::Open);
    }

    #[test]
    fn too_few_calls_and_old_ones_judge_nobody() {
        let start = Instant::now();
        let mut breaker = Breaker::new(RULES, start);
        for _ in 0..3 {
            call(&mut breaker, Sign::Ill, start);
        }
        call(&mut breaker, Sign::Ill, after(start, 10_500));
        assert_eq!(breaker.state(), BreakerState::Closed);
    }

    #[test]
    fn without_a_least_number_of_calls_it_never_opens() {
        let now = Instant::now();
        let mut breaker = Breaker::new(Rules { min_calls: 0, ..RULES }, now);
        for _ in 0..100 {
            call(&mut breaker, Sign::Ill, now);
        }
        assert_eq!(breaker.state(), BreakerState::Closed);
    }

    #[test]
    fn while_it_is_open_one_probe_goes_each_while_though_the_one_before_hangs() {
        let start = Instant::now();
        let mut breaker = open(start);
        assert_eq!(breaker.admit(after(start, 400)), Err(Duration::from_millis(600)));
        for second in [1000, 2000, 3000] {
            assert!(breaker.admit(after(start, second)).unwrap().is_probe);
            assert_eq!(breaker.state(), BreakerState::HalfOpen);
            assert_eq!(breaker.admit(after(start, second + 1)), Err(Duration::from_millis(999)));
        }
    }

    #[test]
    fn the_first_probe_that_is_answered_closes_it() {
        let start = Instant::now();
        let mut breaker = open(start);
        let hanging = breaker.admit(after(start, 1000)).unwrap();
        let answered = breaker.admit(after(start, 2000)).unwrap();
        breaker.note(answered, Sign::Well, after(start, 2001));
        assert_eq!(breaker.state(), BreakerState::Closed);
        breaker.note(hanging, Sign::Ill, after(start, 11_000));
        assert_eq!(breaker.window.totals(after(start, 11_000)), (0, 0));
    }

    #[test]
    fn a_probe_that_fails_or_is_given_up_leaves_it_open() {
        for sign in [Sign::Ill, Sign::None] {
            let start = Instant::now();
            let mut breaker = open(start);
            let probe = breaker.admit(after(start, 1000)).unwrap();
            breaker.note(probe, sign, after(start, 1001));
            assert_eq!(breaker.state(), BreakerState::Open);
        }
    }

    #[test]
    fn what_set_out_before_it_opened_says_nothing_afterwards() {
        let start = Instant::now();
        let mut breaker = Breaker::new(RULES, start);
        let early = breaker.admit(start).unwrap();
        for _ in 0..4 {
            call(&mut breaker, Sign::Ill, start);
        }
        assert!(!breaker.holds(early));
        breaker.note(early, Sign::Well, after(start, 10));
        assert_eq!(breaker.state(), BreakerState::Open);
    }

    #[test]
    fn answers_that_cannot_be_read_open_it() {
        let now = Instant::now();
        let mut breaker = Breaker::new(RULES, now);
        for _ in 0..3 {
            call(&mut breaker, Sign::Well, now);
            breaker.take_back(0, now);
        }
        assert_eq!(breaker.state(), BreakerState::Closed);
        call(&mut breaker, Sign::Well, now);
        breaker.take_back(0, now);
        assert_eq!(breaker.state(), BreakerState::Open);
    }

    #[test]
    fn a_probe_whose_answer_cannot_be_read_opens_it_again() {
        let start = Instant::now();
        let mut breaker = open(start);
        let probe = breaker.admit(after(start, 1000)).unwrap();
        breaker.note(probe, Sign::Well, after(start, 1001));
        breaker.take_back(probe.epoch, after(start, 1002));
        assert_eq!(breaker.state(), BreakerState::Open);
        assert_eq!(breaker.admit(after(start, 1002)), Err(Duration::from_secs(1)));
    }

    #[test]
    fn an_answer_from_before_it_turned_says_nothing_by_being_unreadable() {
        let start = Instant::now();
        let mut breaker = open(start);
        let probe = breaker.admit(after(start, 1000)).unwrap();
        breaker.note(probe, Sign::Well, after(start, 1001));
        breaker.take_back(0, after(start, 1002));
        assert_eq!(breaker.window.totals(after(start, 1002)), (0, 0));
        call(&mut breaker, Sign::Well, after(start, 1003));
        breaker.take_back(probe.epoch, after(start, 1004));
        assert_eq!((breaker.state(), breaker.window.totals(after(start, 1004))), (BreakerState::Closed, (1, 0)));
    }

    #[test]
    fn whoever_asks_how_the_api_is_may_always_ask_and_closes_it() {
        let now = Instant::now();
        let mut breaker = open(now);
        let pass = breaker.admit_anyway();
        assert_eq!(breaker.state(), BreakerState::HalfOpen);
        breaker.note(pass, Sign::Well, now);
        assert_eq!(breaker.state(), BreakerState::Closed);
    }
}
