//! The list of the APIs, and everything that is made from it.

use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Data, MergedObject, MergedSubscription, SchemaBuilder};
use futures_util::future::{BoxFuture, join_all};

use super::estimate::Budget;
use super::{credentials, root};
use crate::caller::{Needs, Right};
use crate::config::{self, Section};
use crate::context::RequestContext;
use crate::drift::{Contract, Given, Report, Survey};
use crate::error::Error;
use crate::limits::Limits;
use crate::live::{self, Change, Ear};
use crate::replicas::Replicas;
use crate::session::{Deferred, Opens};
use crate::setting::Setting;
use crate::tape::{self, Tape};
use crate::transition::table::Row;
use crate::turn::Turn;
use crate::upstream::{self, PartSettings};

/// Joins APIs into one graph. Each name is a folder of the same name, which brings its `Query`, `Mutation`,
/// `Subscription`, `Node`, `Api`, `Session`, `Settings` and rules.
macro_rules! graph {
    ($($api:ident),+ $(,)?) => {
        use crate::{$($api),+};

        /// What can be asked.
        #[derive(Default, MergedObject)]
        pub struct Query(root::Query, $($api::Query),+);

        /// What can be done. Every mutation is checked against the rules before anything is written.
        #[derive(Default, MergedObject)]
        pub struct Mutation($($api::Mutation),+);

        /// What can be listened to. The first event is the present state, and each later one a state that differs.
        #[derive(Default, MergedSubscription)]
        pub struct Subscription($($api::Subscription),+);

        /// The APIs behind the graph.
        pub struct Apis {
            $(pub(super) $api: Member<$api::Api>,)+
        }

        /// The key of each API's section whose presence says that the API is configured.
        pub(super) const KEYS_OF_PRESENCE: &[(&str, &str)] = &[$((stringify!($api), $api::KEY_OF_PRESENCE)),+];

        /// Each API by its section and as a recording knows it.
        pub(super) const RECORDED: &[(&str, tape::Api)] = &[$((
            stringify!($api),
            tape::Api { name: $api::SPEECH.name, plain: $api::SPEECH.plain },
        )),+];

        /// What a profile may have of its own of each API's credential.
        const PROFILE: &[(&str, &[PartSettings])] = &[$((stringify!($api), &$api::PROFILE)),+];

        /// The right that each field needs, with the API that brings it.
        const NEEDS: &[Needs] = &[$($api::NEEDS),+];

        /// Checks that nothing is given of an API whose credential is not.
        pub(super) fn check_absent(settings: &config::Settings) -> Result<(), config::Error> {
            $(if !super::is_configured(settings, stringify!($api)) {
                settings.check_absent(stringify!($api), $api::SETTINGS, $api::KEY_OF_PRESENCE)?;
            })+
            Ok(())
        }

        impl Apis {
            /// The APIs as the settings name them; `sandboxed` tells which of them are played, and `replicas` who else
            /// calls them.
            ///
            /// # Errors
            /// The first setting that cannot be read, by its key.
            pub fn new(
                settings: &config::Settings,
                sandboxed: &[&str],
                replicas: &Replicas,
            ) -> Result<Self, config::Error> {
                Self::taped(settings, sandboxed, replicas, &Tape::Off)
            }

            /// The same with what is done with their calls besides.
            ///
            /// # Errors
            /// The first setting that cannot be read, by its key.
            pub fn taped(
                settings: &config::Settings,
                sandboxed: &[&str],
                replicas: &Replicas,
                tape: &Tape,
            ) -> Result<Self, config::Error> {
                let limit = settings.section::<Limits>("limits")?.deadline();
                let live = settings.section::<live::Settings>("live")?;
                Ok(Self {$(
                    $api: Member {
                        api: Arc::new(if super::is_configured(settings, stringify!($api)) {
                            let calls = calls(settings, stringify!($api), sandboxed)?;
                            check_deadlines(stringify!($api), calls, limit)?;
                            let of_profiles = credentials::of_profiles(settings, &$api::PROFILE)?;
                            let own = settings.section(stringify!($api))?;
                            let pace = live.pace(interval(settings, $api::POLL.key)?);
                            let terms = upstream::Terms { settings: calls, replicas: replicas.clone(), tape: tape.clone() };
                            $api::Api::new(&own, terms, of_profiles, pace).map_err(|problem| {
                                let key = problem.setting(stringify!($api), $api::KEY_OF_PRESENCE);
                                config::unusable(&key, problem)
                            })?
                        } else {
                            $api::Api::absent()
                        }),
                        origin: Origin::of(stringify!($api), sandboxed, tape),
                    },
                )+})
            }

            /// Gives a request its view of each API.
            pub(super) fn attach(&self, data: &mut Data, turn: &Turn, context: &Arc<RequestContext>) {
                $(data.insert(Deferred::new(&self.$api.api, turn, context));)+
            }

            /// What a request may cost each configured API.
            pub(super) fn budgets(&self) -> Vec<Budget> {
                let all = [$((self.$api.api.upstream().is_configured(), Budget {
                    upstream: $api::SPEECH.name,
                    allowed: self.$api.api.upstream().calls_per_operation(),
                    one_by_one: $api::Session::ONE_BY_ONE,
                })),+];
                all.into_iter().filter_map(|(is_configured, budget)| is_configured.then_some(budget)).collect()
            }

            /// Asks an API whether it is there, which closes its circuit breaker where it answers.
            pub(super) async fn ask_after(&self, section: &str, context: &Arc<RequestContext>) {
                $(
                    if section == stringify!($api) {
                        // What comes of it is the breaker's to know.
                        let _ = self.$api.api.session(&Turn::new(), context).probe().await;
                    }
                )+
            }

            /// Reads a record of each kind of each API, all APIs at once, and holds it against what is known of it.
            pub(super) async fn survey(&self, context: &Arc<RequestContext>, given: &Given) -> Report {
                let surveys: Vec<BoxFuture<'_, Survey>> = vec![$(Box::pin(async move {
                    let api = &self.$api.api;
                    let looks = if api.upstream().is_configured() {
                        api.session(&Turn::new(), context).survey(given).await
                    } else {
                        Vec::new()
                    };
                    Survey { api: $api::SPEECH.name, looks }
                })),+];
                Report(join_all(surveys).await)
            }

            /// How each API is, as far as its circuit breaker knows.
            pub(super) fn states(&self) -> Vec<State> {
                vec![$(State {
                    section: stringify!($api),
                    name: $api::SPEECH.name,
                    is_open: self.$api.api.upstream().is_open(),
                }),+]
            }

            /// A number that grows with every write to any of the APIs; none while one of them is not known to work.
            pub(super) fn epoch(&self) -> Option<u64> {
                Some([$(self.$api.api.upstream().epoch()?),+].into_iter().sum())
            }

            /// Each API's name with the most calls that one request may make to it.
            pub(super) fn allowances(&self) -> Vec<(&'static str, usize)> {
                vec![$(($api::SPEECH.name, self.$api.api.upstream().calls_per_operation())),+]
            }

            /// Finds the thing behind a global id.
            pub(super) async fn find_node(
                ctx: &async_graphql::Context<'_>,
                argument: &'static str,
                id: &str,
            ) -> Result<Option<Node>, Error> {
                let prefix = id.split_once('_').map(|(prefix, _)| prefix).unwrap_or_default();
                $(
                    if $api::Node::KINDS.iter().any(|(_, own)| *own == prefix) {
                        let session = $api::Session::of(ctx)?;
                        return Ok(session.find_node(argument, id).await?.map(Node::from));
                    }
                )+
                Err(Error::input(argument, format!("holds {}, which is no global id", crate::node::shown(id))))
            }

            /// Each API with its name in the graph.
            pub(super) fn upstreams(
                &self,
                ctx: &async_graphql::Context<'_>,
            ) -> Result<Vec<super::upstreams::Upstream>, Error> {
                Ok(vec![$(super::upstreams::Upstream {
                    name: $api::SPEECH.name,
                    configured: self.$api.api.upstream().is_configured() && self.$api.origin == Origin::Settings,
                    sandboxed: self.$api.origin == Origin::Sandbox,
                    replayed: self.$api.origin == Origin::Recording,
                    vitals: self.$api.api.upstream().vitals(),
                    probe: {
                        let session = Arc::clone($api::Session::of(ctx)?);
                        super::upstreams::Probe::new(Box::pin(async move { session.probe().await }))
                    },
                }),+])
            }
        }

        /// What is known of each API's records.
        pub(super) fn contracts() -> Vec<(&'static str, &'static [Contract])> {
            vec![$((stringify!($api), $api::CONTRACTS)),+]
        }

        /// The API that brings records of a kind.
        pub(super) fn api_of(kind: &str) -> Option<&'static str> {
            $(if $api::Node::KINDS.iter().any(|(_, prefix)| *prefix == kind) {
                return Some($api::SPEECH.name);
            })+
            None
        }

        impl Ear for Apis {
            fn hear(&self, change: &Change) {
                let is_of = |kinds: &[(&str, &str)]| kinds.iter().any(|(_, own)| *own == change.kind.as_str());
                // A creation is told under what its record is made from, of which nobody here knows whose it is.
                let is_unknown = !KINDS.iter().copied().any(is_of);
                $(
                    if is_unknown || is_of($api::Node::KINDS) {
                        self.$api.api.hear(change);
                    }
                )+
            }
        }

        super::node::interface!($($api),+);

        /// The types of what has a global id, each with the prefix of its ids, an API a row.
        pub(super) const KINDS: &[&[(&str, &str)]] = &[$($api::Node::KINDS),+];

        /// The sections of the settings that belong to the APIs, each of them and all together.
        pub(super) fn sections() -> Vec<Section> {
            let live = Section { name: "live", settings: [live::LIVE, &[$($api::POLL),+]].concat() };
            vec![$(section(stringify!($api), $api::SETTINGS)),+, live]
        }

        /// The rules of every lifecycle, a table an API.
        pub(super) fn tables() -> Vec<Vec<Row>> {
            vec![$($api::rules()),+]
        }

        /// Tells the moves of each lifecycle in the description of its states.
        pub(super) fn describe_states<Q, M, S>(builder: SchemaBuilder<Q, M, S>) -> SchemaBuilder<Q, M, S> {
            $(let builder = $api::describe_states(builder);)+
            builder
        }
    };
}

graph! { leadconduit, waldur, connect }

/// How an API is.
pub(super) struct State {
    pub(super) section: &'static str,
    pub(super) name: &'static str,
    /// Whether its circuit breaker is open.
    pub(super) is_open: bool,
}

/// What a profile may have of its own of an API's credential.
pub(super) fn profile_of(api: &str) -> &'static [PartSettings] {
    PROFILE.iter().find(|(name, _)| *name == api).map(|(_, parts)| *parts).unwrap_or_default()
}

/// The settings by which a profile has credentials of its own, at whichever API.
pub(super) fn profile_settings() -> impl Iterator<Item = Setting> {
    PROFILE.iter().flat_map(|(_, parts)| *parts).flat_map(|part| [part.fixed, part.header])
}

/// The fields that need a right, with that right.
pub(super) fn needs() -> impl Iterator<Item = (&'static str, Right)> {
    NEEDS.iter().flat_map(|of_api| of_api.iter().copied())
}

/// An API and where it stands.
pub(super) struct Member<A> {
    pub(super) api: Arc<A>,
    origin: Origin,
}

/// Where the answers of an API come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// From where the settings say, if they do.
    Settings,
    /// The sandbox plays it.
    Sandbox,
    /// A recording does.
    Recording,
}

impl Origin {
    fn of(section: &str, played: &[&str], tape: &Tape) -> Self {
        match (played.contains(&section), tape) {
            (false, _) => Self::Settings,
            (true, Tape::Playing(_)) => Self::Recording,
            (true, _) => Self::Sandbox,
        }
    }
}

/// How often an API is polled, in milliseconds.
fn interval(settings: &config::Settings, key: &str) -> Result<NonZeroU64, config::Error> {
    let text = settings.text_of("live", key).unwrap_or_default();
    let problem = || format!("found {text:?}, expected milliseconds, 1 or more");
    text.parse().map_err(|_| config::unusable(&format!("live.{key}"), problem()))
}

/// What is set about the calls to an API.
fn calls(settings: &config::Settings, section: &str, sandboxed: &[&str]) -> Result<upstream::Settings, config::Error> {
    let calls = settings.section::<upstream::Settings>(section)?;
    Ok(if sandboxed.contains(&section) { calls.of_played() } else { calls })
}

/// A call that may take longer than the request that waits for it is a mistake in one of the two settings.
fn check_deadlines(section: &str, calls: upstream::Settings, limit: Duration) -> Result<(), config::Error> {
    let too_long = calls.deadlines().into_iter().find(|(_, deadline)| *deadline >= limit);
    too_long.map_or(Ok(()), |(key, deadline)| {
        let (deadline, limit) = (deadline.as_millis(), limit.as_millis());
        let problem = format!("is {deadline}, and has to be less than limits.request_timeout_ms, which is {limit}");
        Err(config::unusable(&format!("{section}.{key}"), problem))
    })
}

fn section(name: &'static str, own: &[Setting]) -> Section {
    Section { name, settings: own.iter().chain(upstream::SETTINGS).copied().collect() }
}
