//! Which disturbance meets a call: the faults that wait, the error rate, the latency.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::Method;

use super::{Answer, Effect, Fault, Settings};

/// Any odd-looking number but zero, which would draw zeros for ever.
const SEED: u64 = 0x9E37_79B9_7F4A_7C15;

#[derive(Clone, Debug, Default)]
pub(crate) struct Faults(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    settings: Settings,
    dice: u64,
}

impl Default for State {
    fn default() -> Self {
        Self { settings: Settings::default(), dice: SEED }
    }
}

/// What one call meets.
#[derive(Debug)]
pub(super) struct Disturbance {
    pub(super) latency: Duration,
    pub(super) effect: Option<Effect>,
}

impl Faults {
    pub(crate) fn settings(&self) -> Settings {
        self.on_state(|state| state.settings.clone())
    }

    pub(crate) fn replace(&self, settings: Settings) {
        self.on_state(|state| *state = State { settings, dice: SEED });
    }

    pub(crate) fn clear(&self) {
        self.replace(Settings::default());
    }

    pub(crate) fn queue(&self, fault: Fault) {
        self.on_state(|state| state.settings.faults.push(fault));
    }

    pub(crate) fn set_latency(&self, latency: Duration) {
        let milliseconds = latency.as_millis().try_into().unwrap_or(u64::MAX);
        self.on_state(|state| state.settings.latency_ms = milliseconds);
    }

    pub(crate) fn set_error_rate(&self, rate: f64) {
        self.on_state(|state| {
            state.settings.error_rate = rate;
            state.dice = SEED;
        });
    }

    pub(super) fn next(&self, method: &Method, path: &str) -> Disturbance {
        self.on_state(|state| Disturbance {
            latency: Duration::from_millis(state.settings.latency_ms),
            effect: state.queued(method, path).or_else(|| state.drawn()),
        })
    }

    fn on_state<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    /// The first fault that matches and has let enough calls through; those before it count the call as let through.
    fn queued(&mut self, method: &Method, path: &str) -> Option<Effect> {
        let faults = &mut self.settings.faults;
        let due = faults.iter_mut().position(|fault| {
            let meets = fault.times > 0 && fault.on.meets(method, path);
            let due = meets && fault.skip == 0;
            if meets && !due {
                fault.skip -= 1;
            }
            due
        })?;
        let fault = faults.get_mut(due)?;
        let effect = fault.effect.clone();
        if fault.times != Fault::ALWAYS {
            fault.times = fault.times.saturating_sub(1);
        }
        faults.retain(|fault| fault.times > 0);
        Some(effect)
    }

    fn drawn(&mut self) -> Option<Effect> {
        if self.settings.error_rate <= 0.0 {
            return None;
        }
        (self.roll() < self.settings.error_rate).then(unlucky)
    }

    /// The next number of a fixed row, evenly spread from 0 to 1 (xorshift): chance that repeats itself in every run.
    fn roll(&mut self) -> f64 {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        // 32 bits are plenty, and convert without loss.
        f64::from((self.dice >> 32) as u32) / 2_f64.powi(32)
    }
}

fn unlucky() -> Effect {
    let body = serde_json::json!({"error": "the sandbox drew this call to fail"});
    Effect::Status(Answer::json(503, body))
}
