//! How many connections that stay each caller has.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::Breach;
use crate::rate::Who;

/// The seats that are taken, by whom.
pub(super) struct Seats {
    taken: Arc<Taken>,
    /// The most of one caller; 0 for no bound.
    allowed: usize,
}

type Taken = Mutex<HashMap<Who, usize>>;

/// A connection that is counted until this is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    taken: Arc<Taken>,
    who: Who,
}

impl Seats {
    /// So many for each caller, or as many as he likes at 0.
    pub(super) fn new(allowed: usize) -> Self {
        Self { taken: Arc::default(), allowed }
    }

    /// A seat for one more connection.
    pub(super) fn take(&self, who: Who) -> Result<Seat, Breach> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let held = taken.get(&who).copied().unwrap_or_default();
        if self.allowed > 0 && held >= self.allowed {
            let allowed = u64::try_from(self.allowed).unwrap_or(u64::MAX);
            return Err(Breach { limit: "connections_per_caller", allowed, asked: None });
        }
        taken.insert(who.clone(), held + 1);
        Ok(Seat { taken: Arc::clone(&self.taken), who })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = taken.get_mut(&self.who) {
            *held -= 1;
            // Whoever has none is forgotten, so that strangers do not pile up.
            if *held == 0 {
                taken.remove(&self.who);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Seats;
    use crate::rate::Who;

    #[test]
    fn a_seat_that_is_left_is_free_again_and_no_other_caller_is_kept_from_his() {
        let (seats, who) = (Seats::new(2), |name: &str| Who::Known(name.into()));
        let held = [seats.take(who("a")).unwrap(), seats.take(who("a")).unwrap()];
        assert_eq!(seats.take(who("a")).unwrap_err().allowed, 2);
        assert!(seats.take(who("b")).is_ok());
        drop(held);
        assert!(seats.take(who("a")).is_ok());
        assert!(seats.taken.lock().unwrap().is_empty(), "nobody is remembered who holds none");
    }
}
