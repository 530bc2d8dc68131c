//! How often a caller may come: so many requests a second, and a burst of so many at once (GCRA).
//!
//! Known callers are counted by who they are, unknown ones by the address that they come from.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use serde::Deserialize;

use crate::caller::Caller;
use crate::error::Error;
use crate::replicas::Replicas;
use crate::setting::Setting;

/// Callers that are remembered at once; of more, the one who has not come for longest is forgotten.
const REMEMBERED: u64 = 100_000;
/// What callers who are known may do where nothing is set.
const GENEROUS: NonZeroU32 = NonZeroU32::new(100).unwrap();

/// The keys of the section `rate`.
pub const RATE: &[Setting] = &[
    Setting::optional(
        "requests_per_second",
        "Requests that one caller may make in a second; 0 for as many as he likes. Unless told, 100 in the modes `api_key` \
         and `jwt` and as many as he likes in `open`, where all that come through one proxy would count as one.",
    ),
    Setting::optional("burst", "Requests that he may make at once; unless told, twice as many as in a second."),
];

/// The keys of a profile that are about this.
pub const PROFILE: &[Setting] = &[
    Setting::optional("requests_per_second", "The same as `rate.requests_per_second` for each caller of this profile."),
    Setting::optional("burst", "The same as `rate.burst` for each caller of this profile."),
];

/// The values of [`RATE`] and of [`PROFILE`].
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct Settings {
    requests_per_second: Option<u32>,
    burst: Option<NonZeroU32>,
}

impl Settings {
    /// The quota that these settings come to, on top of what holds without them.
    fn quota(self, otherwise: Option<Quota>) -> Option<Quota> {
        let (rate, burst) = match self.requests_per_second {
            Some(rate) => (NonZeroU32::new(rate)?, None),
            None => otherwise.map(|quota| (per_second(quota), Some(quota.burst_size())))?,
        };
        let burst = self.burst.or(burst).unwrap_or(rate.saturating_mul(NonZeroU32::MIN.saturating_add(1)));
        Some(Quota::per_second(rate).allow_burst(burst))
    }
}

fn per_second(quota: Quota) -> NonZeroU32 {
    let nanoseconds = quota.replenish_interval().as_nanos().max(1);
    let rate = u32::try_from(1_000_000_000_u128.div_ceil(nanoseconds)).unwrap_or(u32::MAX);
    NonZeroU32::new(rate).unwrap_or(NonZeroU32::MIN)
}

/// Who is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Who {
    /// One who is known.
    Known(Arc<str>),
    /// One of whom nothing but the address is known.
    From(Option<IpAddr>),
}

impl Who {
    /// Whom a caller who comes from an address counts as.
    pub(crate) fn of(caller: &Caller, from: Option<IpAddr>) -> Self {
        if caller.identity().is_empty() { Self::From(from.map(network)) } else { Self::Known(caller.shared_identity()) }
    }

    /// Counts his requests at all replicas together: how long until he may make them; none where it cannot be told.
    async fn count(&self, replicas: &Replicas, quota: Quota, requests: NonZeroU32) -> Option<Duration> {
        if replicas.is_alone() {
            return None;
        }
        let address = |address: &Option<IpAddr>| address.map(|address| address.to_string()).unwrap_or_default();
        let (kind, who) = match self {
            Self::Known(identity) => ("known", identity.to_string()),
            Self::From(from) => ("from", address(from)),
        };
        let (interval, burst) = (quota.replenish_interval(), quota.burst_size().get());
        Box::pin(replicas.count(&[kind.as_bytes(), who.as_bytes()], interval, burst, requests.get())).await
    }
}

/// What callers have left.
pub struct Rates {
    quota: Option<Quota>,
    of_profiles: HashMap<String, Option<Quota>>,
    left: Cache<Who, Arc<DefaultDirectRateLimiter>>,
    clock: DefaultClock,
    replicas: Replicas,
}

impl Rates {
    /// What the settings allow, at all replicas together; `are_known` tells whether callers are, and `of_profiles` what
    /// holds for some of them.
    pub fn new(
        settings: Settings,
        are_known: bool,
        of_profiles: HashMap<String, Settings>,
        replicas: Replicas,
    ) -> Self {
        let generous = Settings { requests_per_second: Some(GENEROUS.get()), burst: None }.quota(None);
        let quota = settings.quota(generous.filter(|_| are_known));
        let of_profiles: HashMap<_, _> =
            of_profiles.into_iter().map(|(name, settings)| (name, settings.quota(quota))).collect();
        let quotas = of_profiles.values().chain([&quota]).flatten();
        // Who has been away for as long as it takes to have everything left again is as good as new.
        let idle = quotas.map(Quota::burst_size_replenished_in).max().unwrap_or_default() + Duration::from_secs(1);
        let left = Cache::builder()
            .max_capacity(REMEMBERED)
            // The default policy may turn a newcomer away in favour of old ones, and he would never be counted.
            .eviction_policy(EvictionPolicy::lru())
            .time_to_idle(idle)
            .build();
        Self { quota, of_profiles, left, clock: DefaultClock::default(), replicas }
    }

    /// What callers may do whose profile says nothing of it: so many requests in a second, and so many at once; none where
    /// that is as many as they like.
    pub fn unless_told(&self) -> Option<(u32, u32)> {
        self.quota.map(|quota| (per_second(quota).get(), quota.burst_size().get()))
    }

    /// Counts requests of a caller who comes from an address.
    ///
    /// # Errors
    /// `RATE_LIMITED`, where he has none left, with the time after which he has.
    pub async fn count(&self, caller: &Caller, from: Option<IpAddr>, requests: u32) -> Result<(), Error> {
        let of_profile = self.of_profiles.get(caller.profile().name()).copied();
        let (Some(quota), Some(requests)) = (of_profile.unwrap_or(self.quota), NonZeroU32::new(requests)) else {
            return Ok(());
        };
        let who = Who::of(caller, from);
        if requests <= quota.burst_size()
            && let Some(wait) = who.count(&self.replicas, quota, requests).await
        {
            return if wait.is_zero() { Ok(()) } else { Err(Error::RateLimited { retry_after: wait }) };
        }
        // Alone, or without word from the others, each process counts by itself.
        let left = self.left.get_with(who, || Arc::new(RateLimiter::direct(quota)));
        let retry_after = match left.check_n(requests) {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(not_yet)) => not_yet.wait_time_from(self.clock.now()),
            Err(_) => quota.burst_size_replenished_in(),
        };
        Err(Error::RateLimited { retry_after })
    }
}

/// What one party has of addresses: one of the old kind, and of the new kind a network of 2^64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::net::IpAddr;
    use std::num::NonZeroU32;
    use std::sync::Arc;

    use futures_util::FutureExt;

    use super::{Rates, Settings};
    use crate::caller::{Caller, Profile};
    use crate::replicas::Replicas;

    /// One request in about an hour is none that comes back while a test runs.
    fn slow(burst: u32) -> Settings {
        Settings { requests_per_second: Some(1), burst: NonZeroU32::new(burst) }
    }

    fn known(identity: &str, profile: &str) -> Caller {
        let profile = Profile::new(profile.to_owned(), Vec::new(), Vec::new());
        Caller::new("name".into(), identity.into(), Arc::new(profile))
    }

    fn taken(rates: &Rates, caller: &Caller, from: &str) -> usize {
        let from: Option<IpAddr> = from.parse().ok();
        (0..100).take_while(|_| at_once(rates.count(caller, from, 1)).is_ok()).count()
    }

    fn counted(rates: &Rates, caller: &Caller, requests: u32) -> bool {
        at_once(rates.count(caller, None, requests)).is_ok()
    }

    /// Alone there is nobody to wait for.
    fn at_once<T>(counting: impl Future<Output = T>) -> T {
        counting.now_or_never().unwrap()
    }

    #[test]
    fn each_caller_has_his_own_and_a_profile_what_it_says() {
        let rates = Rates::new(slow(3), true, HashMap::from([("wide".to_owned(), slow(7))]), Replicas::default());
        assert_eq!(taken(&rates, &known("a", "p"), ""), 3);
        assert_eq!(taken(&rates, &known("a", "p"), ""), 0);
        assert_eq!(taken(&rates, &known("b", "p"), ""), 3);
        assert_eq!(taken(&rates, &known("c", "wide"), ""), 7);
    }

    #[test]
    fn the_unknown_are_told_apart_by_their_networks() {
        let rates = Rates::new(slow(3), false, HashMap::new(), Replicas::default());
        let nobody = Caller::anonymous(Arc::new(Profile::new(String::new(), Vec::new(), Vec::new())));
        assert_eq!(taken(&rates, &nobody, "10.0.0.1"), 3);
        assert_eq!(taken(&rates, &nobody, "::ffff:10.0.0.1"), 0);
        assert_eq!(taken(&rates, &nobody, "10.0.0.2"), 3);
        assert_eq!(taken(&rates, &nobody, "2001:db8::1"), 3);
        assert_eq!(taken(&rates, &nobody, "2001:db8::2"), 0);
    }

    #[test]
    fn a_batch_counts_as_what_it_holds_and_nothing_set_is_no_limit_for_the_unknown() {
        let rates = Rates::new(slow(10), true, HashMap::new(), Replicas::default());
        let caller = known("a", "p");
        let count = |requests| counted(&rates, &caller, requests);
        assert!(count(8));
        assert!(!count(3));
        assert!(count(2));
        assert!(!counted(&rates, &known("b", "p"), 11));
        let unset = || Rates::new(Settings::default(), false, HashMap::new(), Replicas::default());
        assert_eq!(taken(&unset(), &known("a", "p"), ""), 100);
        let generous = Rates::new(Settings::default(), true, HashMap::new(), Replicas::default());
        assert!(counted(&generous, &caller, 200) && !counted(&generous, &caller, 100));
    }
}
