//! Figures of several rounds, of which the middle one counts.

use serde::Serialize;

use crate::load::Loaded;

/// What one round of load came to.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Round {
    pub(crate) loaded: Loaded,
    pub(crate) cpu_us: f64,
    pub(crate) calls: u64,
    pub(crate) peak_bytes: u64,
}

/// One who was measured at one thing.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Measured {
    pub(crate) who: &'static str,
    pub(crate) what: String,
    pub(crate) rows: usize,
    pub(crate) delay_ms: u64,
    pub(crate) connections: usize,
    pub(crate) rounds: Vec<Round>,
}

impl Measured {
    pub(crate) fn per_second(&self) -> f64 {
        self.middle(|round| round.loaded.per_second())
    }

    /// Microseconds of a core for each request.
    pub(crate) fn cpu(&self) -> f64 {
        self.middle(|round| round.cpu_us / round.loaded.requests as f64)
    }

    pub(crate) fn p50(&self) -> f64 {
        self.middle(|round| round.loaded.p50_us as f64)
    }

    pub(crate) fn p99(&self) -> f64 {
        self.middle(|round| round.loaded.p99_us as f64)
    }

    /// Upstream calls for each request; those of requests that were cut off by the round's end are among them.
    pub(crate) fn calls(&self) -> f64 {
        self.middle(|round| round.calls as f64 / round.loaded.requests as f64)
    }

    pub(crate) fn peak(&self) -> f64 {
        self.middle(|round| round.peak_bytes as f64)
    }

    /// How much more of this there is a second than of the other, taken round by round: what disturbed the one is likely
    /// to have disturbed the other.
    pub(crate) fn ratio(&self, other: &Self) -> f64 {
        let pairs = self.rounds.iter().zip(&other.rounds);
        middle(pairs.map(|(one, two)| one.loaded.per_second() / two.loaded.per_second()).collect())
    }

    /// By how many microseconds the median latency is longer than the other's, taken round by round.
    pub(crate) fn behind(&self, other: &Self) -> f64 {
        let pairs = self.rounds.iter().zip(&other.rounds);
        middle(pairs.map(|(one, two)| one.loaded.p50_us as f64 - two.loaded.p50_us as f64).collect())
    }

    fn middle(&self, figure: impl Fn(&Round) -> f64) -> f64 {
        middle(self.rounds.iter().map(figure).collect())
    }
}

pub(crate) fn middle(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}
