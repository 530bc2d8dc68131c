//! How many subscriptions a caller has open.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use metrics::gauge;

use crate::error::Breach;
use crate::telemetry::metric;

/// The open subscriptions, by whose they are.
#[derive(Default)]
pub(super) struct Places {
    taken: Mutex<HashMap<String, usize>>,
}

/// One of a caller's subscriptions, until it is dropped.
pub(super) struct Place {
    places: Arc<Places>,
    caller: String,
}

impl Places {
    /// Takes a place for a caller.
    ///
    /// # Errors
    /// The limit, where he has that many.
    pub(super) fn take(self: &Arc<Self>, caller: String, allowed: Option<NonZeroUsize>) -> Result<Place, Breach> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(caller.clone()).or_default();
        if let Some(allowed) = allowed.filter(|allowed| *count >= allowed.get()) {
            let allowed = u64::try_from(allowed.get()).unwrap_or(u64::MAX);
            return Err(Breach { limit: "subscriptions_per_caller", allowed, asked: None });
        }
        *count += 1;
        gauge!(metric::SUBSCRIPTIONS).increment(1.0);
        Ok(Place { places: Arc::clone(self), caller })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        gauge!(metric::SUBSCRIPTIONS).decrement(1.0);
        let mut taken = self.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.caller) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.caller);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;
    use std::sync::Arc;

    use super::Places;

    const TWO: Option<NonZeroUsize> = NonZeroUsize::new(2);

    #[test]
    fn a_caller_has_so_many_places_and_gets_back_what_he_leaves() {
        let places: Arc<Places> = Arc::default();
        let first = places.take("a".to_owned(), TWO);
        let second = places.take("a".to_owned(), TWO);
        assert!(first.is_ok() && second.is_ok());
        let refused = places.take("a".to_owned(), TWO).err().unwrap();
        assert_eq!(refused.to_string(), "The limit \"subscriptions_per_caller\" is 2, and this request goes over it.");
        assert!(places.take("b".to_owned(), TWO).is_ok(), "another caller has his own");
        drop(first);
        assert!(places.take("a".to_owned(), TWO).is_ok());
        drop(second);
        let many: Vec<_> = (0..100).map(|_| places.take("a".to_owned(), None)).collect();
        assert!(many.iter().all(Result::is_ok), "without a bound he has as many as he likes");
        drop(many);
        assert!(places.taken.lock().unwrap().is_empty(), "nothing is kept of those who have left");
    }
}
