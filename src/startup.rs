//! From the settings to something that serves: which APIs are real, and what is in force. What is played is the stage's.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use onramp::advance::Desk;
use onramp::audit::{self, Audit};
use onramp::caller::Right;
use onramp::config::{self, Section, Server, Settings, Sources, Subscriptions, Webhooks};
use onramp::documents::{self, Documents, Trusted};
use onramp::identity::{self, Ground, Identity};
use onramp::limits::{self, Limits};
use onramp::rate::{self, Rates};
use onramp::replicas::{self, Replicas};
use onramp::server::{Current, Front, Life};
use onramp::tape;
use onramp::telemetry::{self, Metrics};
use onramp::{graph, server};
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

use crate::banner;
use crate::deck::{self, Deck, Wish};
use crate::ending::{self, Patience};
use crate::health;
use crate::log::{self, Log};
use crate::reload::Following;
use crate::signals::Endings;
use crate::stage::{self, Stage};

/// Why the program cannot do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    #[error("no runtime can be made: {0}")]
    Runtime(io::Error),
    #[error(transparent)]
    Settings(#[from] config::Error),
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, io::Error),
    #[error(transparent)]
    Stage(#[from] stage::Problem),
    #[error("cannot write: {0}")]
    Output(io::Error),
    #[error("cannot read standard input: {0}")]
    Input(io::Error),
    #[error("there is no key on standard input")]
    NoKey,
    #[error(transparent)]
    Unwell(#[from] health::Unwell),
    #[error(transparent)]
    Tape(#[from] tape::Problem),
    #[error(transparent)]
    Incomplete(#[from] tape::Incomplete),
}

/// Every section that the settings may have.
pub(crate) fn sections() -> Vec<Section> {
    let mut sections = vec![Section { name: "server", settings: config::SERVER.to_vec() }];
    sections.push(Section { name: "webhooks", settings: config::WEBHOOKS.to_vec() });
    sections.push(Section { name: "subscriptions", settings: config::SUBSCRIPTIONS.to_vec() });
    sections.push(Section { name: "limits", settings: limits::LIMITS.to_vec() });
    sections.push(Section { name: "graph", settings: graph::GRAPH.to_vec() });
    sections.push(Section { name: "documents", settings: documents::DOCUMENTS.to_vec() });
    sections.push(Section { name: "identity", settings: identity::IDENTITY.to_vec() });
    sections.push(Section { name: "rate", settings: rate::RATE.to_vec() });
    let of_profiles = [identity::PROFILE, rate::PROFILE, &graph::profile_settings()].concat();
    sections.push(Section { name: "profiles.<name>", settings: of_profiles });
    sections.extend(graph::sections());
    sections.push(Section { name: "redis", settings: replicas::REDIS.to_vec() });
    sections.push(Section { name: "audit", settings: audit::AUDIT.to_vec() });
    sections.push(Section { name: "telemetry", settings: telemetry::TELEMETRY.to_vec() });
    sections.push(Section { name: "sandbox", settings: config::SANDBOX.to_vec() });
    sections.push(Section { name: "record", settings: tape::RECORD.to_vec() });
    sections.push(Section { name: "replay", settings: tape::REPLAY.to_vec() });
    sections
}

/// The gateway as it was started: what stays when its settings change.
pub(crate) struct Gateway {
    file: Option<PathBuf>,
    stage: Stage,
    deck: Deck,
    replicas: Replicas,
    desk: Arc<Desk>,
    life: Arc<Life>,
}

/// What one reading of the settings came to.
pub(crate) struct Reading {
    pub(crate) settings: Settings,
    pub(crate) server: Server,
    /// The APIs that the sandbox plays, since they are not configured themselves, or that a recording does, configured or not.
    played: Vec<&'static str>,
}

pub(crate) async fn serve(file: Option<PathBuf>, fill_gaps: bool, wish: Wish) -> Result<(), Problem> {
    let settings = Sources::new(file.clone()).read(&sections())?;
    let log = Log::start(&settings)?;
    let deck = Deck::open(&wish, &settings)?;
    deck.check_absent(&settings)?;
    let stage = if deck.played().is_some() { Stage::empty() } else { Stage::set(&settings, fill_gaps).await? };
    // What is counted has to have somewhere to go before anything is made that counts.
    let metrics = open_metrics(&settings).await?;
    // What others have kept or are writing is nothing to a recording.
    let replicas = if deck.played().is_some() { Replicas::default() } else { join_replicas(&settings).await? };
    let desk = Arc::new(open_desk(&settings, replicas.clone())?);
    let mut gateway = Gateway { file, stage, deck, replicas, desk, life: Arc::default() };
    let reading = gateway.read()?;
    gateway.deck.begin(&wish, &reading.settings, &reading.played)?;
    let current = Arc::new(Current::new(gateway.front(&reading).await?));
    let desk = Arc::clone(&gateway.desk);
    let _relaying = AbortOnDropHandle::new(tokio::spawn(async move { desk.relay(graph::api_of).await }));
    let mut endings = Endings::listen();
    let metrics_address = metrics.as_ref().map(|(address, _)| *address);
    let mut following = Following::new(&gateway, &current, &log, reading);
    let serving = tokio::spawn(gateway.open(&current, following.reading(), metrics_address).await?);
    tokio::select! {
        () = following.follow() => {}
        () = endings.next() => {}
    }
    let patience = Patience::of(&following.reading().server);
    // The serving ends by itself; had it panicked, the log would have said so.
    ending::end(&gateway.life, &gateway.desk, patience, &mut endings, async { drop(serving.await) }).await;
    gateway.stage.clear().await;
    drop(metrics);
    let closed = gateway.deck.close();
    log.finish().await;
    closed
}

/// The operator's port, and what serves it.
type Operators = (SocketAddr, AbortOnDropHandle<()>);

/// Opens the operator's port, where one is wanted; it is served until what comes back is dropped.
async fn open_metrics(settings: &Settings) -> Result<Option<Operators>, Problem> {
    let Some(wanted) = settings.section::<telemetry::Settings>("telemetry")?.metrics_listen else {
        return Ok(None);
    };
    let metrics = Metrics::install().map_err(|error| config::unusable("telemetry.metrics_listen", error))?;
    let listener = TcpListener::bind(wanted).await.map_err(|error| Problem::Listen(wanted, error))?;
    let address = listener.local_addr().map_err(|error| Problem::Listen(wanted, error))?;
    Ok(Some((address, AbortOnDropHandle::new(tokio::spawn(server::serve_metrics(listener, metrics))))))
}

impl Gateway {
    /// Reads the settings as they are now.
    pub(crate) fn read(&self) -> Result<Reading, Problem> {
        let own = Sources::new(self.file.clone()).read(&sections())?;
        self.deck.check_absent(&own)?;
        let is_played = |name: &&&str| !graph::is_configured(&own, name);
        let staged = || self.stage.played().iter().filter(is_played).copied().collect();
        let played: Vec<&'static str> = self.deck.played().unwrap_or_else(staged);
        let sources = self.deck.fill(self.stage.fill(Sources::new(self.file.clone()), &played));
        let settings = sources.read(&sections())?;
        let server = settings.section::<Server>("server")?;
        graph::check_required(&settings, &server.required_upstreams)?;
        Ok(Reading { settings, server, played })
    }

    /// What requests meet under these settings.
    pub(crate) async fn front(&self, reading: &Reading) -> Result<Front, Problem> {
        let limits: Limits = reading.settings.section("limits")?;
        let apis = graph::Apis::taped(&reading.settings, &reading.played, &self.replicas, self.deck.tape())?;
        let documents = read_documents(&reading.settings, &self.replicas)?;
        let graph_settings: graph::Settings = reading.settings.section("graph")?;
        let graph = graph::Graph::new(&graph_settings, apis, Arc::clone(&self.desk), limits, documents);
        let identity = identity(&reading.settings, &reading.played)?;
        let rates = rates(&reading.settings, &identity, &self.replicas)?;
        let life = Arc::clone(&self.life);
        let subscriptions = reading.settings.section("subscriptions")?;
        let webhooks = reading.settings.section("webhooks")?;
        let of_door = server::Settings { server: &reading.server, subscriptions, webhooks };
        identity.prepare().await;
        let replicas = self.replicas.clone();
        let door = server::door(graph, identity, rates, replicas, life, of_door, self.stage.controls());
        Ok(Front::new(door, &reading.server)?)
    }

    /// The files that the settings are made from.
    pub(crate) fn files(&self, reading: &Reading) -> Vec<PathBuf> {
        let pair = [&reading.server.tls_cert, &reading.server.tls_key].into_iter().flatten().cloned();
        let documents = reading.settings.section::<documents::Settings>("documents");
        let documents = documents.map(|section| section.files()).unwrap_or_default();
        self.file.iter().cloned().chain(reading.settings.secret_files()).chain(pair).chain(documents).collect()
    }

    /// Opens the port and says so; what comes back serves it.
    async fn open(
        &self,
        current: &Arc<Current>,
        reading: &Reading,
        metrics: Option<SocketAddr>,
    ) -> Result<impl Future<Output = ()> + use<>, Problem> {
        let server = &reading.server;
        let listener = TcpListener::bind(server.listen).await.map_err(|error| Problem::Listen(server.listen, error))?;
        let address = listener.local_addr().map_err(|error| Problem::Listen(server.listen, error))?;
        self.deck.keep();
        banner::serving(address, metrics, server, &self.states(reading), self.deck.told().as_deref())?;
        let (current, life) = (Arc::clone(current), Arc::clone(&self.life));
        Ok(server::serve(listener, current, life, server.max_connections.get()))
    }

    /// Each API by its section, and where its answers come from.
    fn states(&self, reading: &Reading) -> Vec<(&'static str, &'static str)> {
        let player = if self.deck.played().is_some() { banner::RECORDING } else { banner::SANDBOX };
        let state = |name| match (reading.played.contains(&name), graph::is_configured(&reading.settings, name)) {
            (true, _) => player,
            (false, true) => "configured",
            (false, false) => "absent",
        };
        graph::names().map(|name| (name, state(name))).collect()
    }
}

pub(crate) async fn play(file: Option<PathBuf>, first: u16) -> Result<(), Problem> {
    let settings = Sources::new(file).read(&sections())?;
    let _log = Log::start(&settings)?;
    let mut endings = Endings::listen();
    stage::play(&settings, first, endings.next()).await
}

pub(crate) fn check(file: Option<PathBuf>) -> Result<(), Problem> {
    let sections = sections();
    let settings = Sources::new(file).read(&sections)?;
    let server = settings.section::<Server>("server")?;
    log::filter(&server)?;
    stage::check(&settings)?;
    deck::check(&settings)?;
    settings.section::<audit::Settings>("audit")?;
    settings.section::<Webhooks>("webhooks")?;
    settings.section::<Limits>("limits")?;
    let alone = Replicas::default();
    let of_replicas = redis(&settings)?;
    Replicas::check(&of_replicas).map_err(|problem| config::unusable(problem.setting(), problem))?;
    settings.section::<Subscriptions>("subscriptions")?;
    read_documents(&settings, &alone)?;
    settings.section::<telemetry::Settings>("telemetry")?;
    graph::check_absent(&settings)?;
    graph::Apis::new(&settings, &[], &alone)?;
    server::check(&server)?;
    let played: Vec<&str> = graph::names().filter(|name| !graph::is_configured(&settings, name)).collect();
    rates(&settings, &identity(&settings, &played)?, &alone)?;
    for section in &sections {
        for name in section.named(&settings) {
            let lines = section.settings.iter().map(|setting| {
                let value = settings.shown(&name, setting).unwrap_or_else(|| "(not set)".to_owned());
                format!("{name}.{} = {value}\n", setting.key)
            });
            banner::print(&lines.collect::<String>())?;
        }
    }
    Ok(())
}

/// How callers are known. Whoever can reach a played API may see all of it; in front of a real one nobody sees what is
/// sensitive unless the settings say so.
fn identity(settings: &Settings, played: &[&str]) -> Result<Identity, config::Error> {
    let real = graph::names().find(|name| graph::is_configured(settings, name) && !played.contains(name));
    let rights = graph::rights();
    let is_all_played = graph::names().all(|name| played.contains(&name));
    let is_open = |right: &Right| match *right {
        graph::EXPLAIN => is_all_played,
        right => !right.is_sensitive() || played.contains(&"waldur"),
    };
    let open = rights.iter().copied().filter(is_open).collect();
    let ground = Ground { rights: &rights, open, real };
    Identity::new(settings, &ground, |profile| graph::forwarded(settings, profile))
}

fn rates(settings: &Settings, identity: &Identity, replicas: &Replicas) -> Result<Rates, config::Error> {
    let of_profile = |name: String| Ok((name.clone(), settings.section(&format!("profiles.{name}"))?));
    let of_profiles: Result<_, config::Error> = settings.names("profiles").into_iter().map(of_profile).collect();
    Ok(Rates::new(settings.section("rate")?, !identity.is_open(), of_profiles?, replicas.clone()))
}

/// Prints the digest of the key that is given on standard input.
pub(crate) fn digest() -> Result<(), Problem> {
    let mut key = Vec::new();
    io::Read::read_to_end(&mut io::stdin().lock(), &mut key).map_err(Problem::Input)?;
    match key.trim_ascii() {
        [] => Err(Problem::NoKey),
        key => banner::print(&format!("{}\n", identity::digest(key))),
    }
}

fn read_documents(settings: &Settings, replicas: &Replicas) -> Result<Documents, config::Error> {
    let section: documents::Settings = settings.section("documents")?;
    let unusable = |problem| config::unusable("documents.trusted", problem);
    let trusted = match &section.trusted {
        Some(path) => Trusted::read(path).map_err(unusable)?,
        None if section.only_trusted => {
            return Err(config::unusable("documents.only_trusted", "is of no use without documents.trusted"));
        }
        None => Trusted::default(),
    };
    graph::check_trusted(&settings.section("graph")?, &settings.section("limits")?, &trusted).map_err(unusable)?;
    Ok(Documents::new(&section, trusted, replicas.clone()))
}

fn open_desk(settings: &Settings, replicas: Replicas) -> Result<Desk, Problem> {
    let file = settings.section::<audit::Settings>("audit")?.file;
    let audit = Audit::open(file.as_deref()).map_err(|error| config::unusable("audit.file", error))?;
    Ok(Desk::new(audit, replicas))
}

/// What is set about the Redis that replicas share; nothing may be, where there is none.
fn redis(settings: &Settings) -> Result<replicas::Settings, config::Error> {
    if !settings.has("redis", "url") {
        settings.check_absent("redis", replicas::REDIS, "url")?;
    }
    settings.section("redis")
}

async fn join_replicas(settings: &Settings) -> Result<Replicas, config::Error> {
    let joined = Replicas::join(&redis(settings)?, graph::longest_call(settings)).await;
    joined.map_err(|problem| config::unusable(problem.setting(), problem))
}
