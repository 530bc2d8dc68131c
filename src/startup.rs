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
use onramp::identity::{self, Ground, Identity, Mode};
use onramp::limits::{self, Limits};
use onramp::mcp::{self, Tools};
use onramp::rate::{self, Rates};
use onramp::replicas::{self, Replicas};
use onramp::server::{Agents, Current, Front, Life};
use onramp::tape::{self, Tape};
use onramp::telemetry::{self, Metrics};
use onramp::workers::Workers;
use onramp::{graph, server};
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

use crate::banner::{self, Serving};
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
    #[error("no API is configured, so there is nothing to look at; --sandbox looks at what is played")]
    NothingToLookAt,
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
    sections.push(Section { name: "mcp", settings: mcp::MCP.to_vec() });
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

/// What is made of the settings before anything is served.
struct Parts {
    limits: Limits,
    apis: graph::Apis,
    documents: Documents,
    agents: Option<Agents>,
    graph: graph::Settings,
    identity: Identity,
    rates: Rates,
    subscriptions: Subscriptions,
    webhooks: Webhooks,
}

impl Reading {
    /// Reads the settings as they are now, with what is played in the place of what they do not name.
    fn of(file: Option<&PathBuf>, stage: &Stage, deck: &Deck) -> Result<Self, Problem> {
        let own = Sources::new(file.cloned()).read(&sections())?;
        deck.check_absent(&own)?;
        let is_played = |name: &&&str| !graph::is_configured(&own, name);
        let staged = || stage.played().iter().filter(is_played).copied().collect();
        let played: Vec<&'static str> = deck.played().unwrap_or_else(staged);
        let settings = deck.fill(stage.fill(Sources::new(file.cloned()), &played)).read(&sections())?;
        let server = settings.section::<Server>("server")?;
        graph::check_required(&settings, &server.required_upstreams)?;
        Ok(Self { settings, server, played })
    }

    /// All of them in use: what cannot be is found here, by the start and by the check alike.
    fn parts(&self, replicas: &Replicas, tape: &Tape) -> Result<Parts, Problem> {
        let settings = &self.settings;
        let limits = settings.section("limits")?;
        let apis = graph::Apis::taped(settings, &self.played, replicas, tape)?;
        server::check(&self.server)?;
        let identity = identity(settings, &self.played)?;
        let documents = read_documents(settings, replicas)?;
        Ok(Parts {
            limits,
            apis,
            agents: read_agents(settings, &documents)?,
            documents,
            graph: settings.section("graph")?,
            rates: rates(settings, &identity, replicas)?,
            identity,
            subscriptions: settings.section("subscriptions")?,
            webhooks: settings.section("webhooks")?,
        })
    }
}

/// What can be found wrong before anything is opened, played or joined.
fn check_own(settings: &Settings, deck: &Deck) -> Result<(), Problem> {
    log::filter(&settings.section("server")?)?;
    settings.section::<telemetry::Settings>("telemetry")?;
    deck.check_absent(settings)?;
    stage::check(settings)?;
    deck::check(settings)?;
    let of_replicas = redis(settings)?;
    Replicas::check(&of_replicas).map_err(|problem| config::unusable(problem.setting(), problem))?;
    let audit = settings.section::<audit::Settings>("audit")?;
    Audit::check(audit.file.as_deref()).map_err(|error| config::unusable("audit.file", error))?;
    Ok(())
}

pub(crate) async fn serve(file: Option<PathBuf>, fill_gaps: bool, wish: Wish) -> Result<(), Problem> {
    let settings = Sources::new(file.clone()).read(&sections())?;
    let deck = Deck::open(&wish, &settings)?;
    check_own(&settings, &deck)?;
    let log = Log::start(&settings)?;
    let stage = if deck.played().is_some() { Stage::empty() } else { Stage::set(&settings, fill_gaps).await? };
    // What is counted has to have somewhere to go before anything is made that counts.
    let metrics = open_metrics(&settings).await?;
    // What others have kept or are writing is nothing to a recording.
    let replicas = if deck.played().is_some() { Replicas::default() } else { join_replicas(&settings).await? };
    let desk = Arc::new(open_desk(&settings, replicas.clone())?);
    if settings.has("redis", "url") && !stage.played().is_empty() {
        tracing::warn!(
            played = stage.played().join(","),
            "what is played is this gateway's own: others on the same Redis share its locks and news, and have other \
             records; `onramp sandbox` plays for several"
        );
    }
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
    // What has nothing to go on with says why it stops, and nothing else.
    #[cfg(target_os = "linux")]
    tracing::debug!(version = mimalloc::MiMalloc.version(), "memory comes from mimalloc");
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
        Reading::of(self.file.as_ref(), &self.stage, &self.deck)
    }

    /// What requests meet under these settings.
    pub(crate) async fn front(&self, reading: &Reading) -> Result<Front, Problem> {
        let Parts { limits, apis, documents, agents, graph, identity, rates, subscriptions, webhooks } =
            reading.parts(&self.replicas, self.deck.tape())?;
        let graph = graph::Graph::new(&graph, apis, Arc::clone(&self.desk), limits, documents);
        let life = Arc::clone(&self.life);
        let of_door = server::Settings { server: &reading.server, subscriptions, webhooks, agents };
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
        let workers = Workers::start().map_err(Problem::Runtime)?;
        self.deck.keep();
        let settings = &reading.settings;
        banner::serving(&Serving {
            address,
            metrics,
            server,
            has_reference: server.explorer && settings.section::<Limits>("limits")?.introspects(),
            answers_agents: settings.section::<mcp::Settings>("mcp")?.enabled,
            has_webhooks: settings.has("webhooks", "leads_secret"),
            apis: &self.states(reading),
            tape: self.deck.told(),
            // Where it may go unsaid, it is this.
            mode: &settings.text_of("identity", "mode").unwrap_or_else(|| Mode::Open.name().to_owned()),
            namespace: settings.text_of("redis", "namespace").filter(|_| settings.has("redis", "url")),
        })?;
        let (current, life) = (Arc::clone(current), Arc::clone(&self.life));
        Ok(server::serve(listener, workers, current, life, server.max_connections.get()))
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

/// Finds out whether the start would use these settings, and says what is in force.
pub(crate) fn check(file: Option<&PathBuf>, fill_gaps: bool) -> Result<(), Problem> {
    let sections = sections();
    let settings = Sources::new(file.cloned()).read(&sections)?;
    let deck = Deck::default();
    check_own(&settings, &deck)?;
    let stage = Stage::rehearse(&settings, fill_gaps)?;
    let parts = Reading::of(file, &stage, &deck)?.parts(&Replicas::default(), deck.tape())?;
    for section in &sections {
        for name in section.named(&settings) {
            let lines = section.settings.iter().map(|setting| {
                let key = format!("{name}.{}", setting.key);
                let value = settings.shown(&name, setting).unwrap_or_else(|| parts.unless_told(&key));
                format!("{key} = {value}\n")
            });
            banner::print(&lines.collect::<String>())?;
        }
    }
    Ok(())
}

impl Parts {
    /// What holds where a key is not given: of some it depends on others.
    fn unless_told(&self, key: &str) -> String {
        let (rate, burst) = self.rates.unless_told().map_or((Some(0), None), |(rate, burst)| (Some(rate), Some(burst)));
        let number = |number: Option<u32>| number.map(|number| number.to_string());
        let value = match key {
            "identity.mode" => Some(self.identity.mode().name().to_owned()),
            "rate.requests_per_second" => number(rate),
            "rate.burst" => number(burst),
            _ => None,
        };
        value.map_or_else(|| "(not set)".to_owned(), |value| format!("{value} (by default)"))
    }
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

/// Prints the schema of the graph that the settings make.
pub(crate) fn schema(file: Option<PathBuf>) -> Result<(), Problem> {
    banner::print(&graph::sdl_of(&Sources::new(file).read(&sections())?.section("graph")?))
}

/// Prints the same as a page.
pub(crate) fn page(file: Option<PathBuf>) -> Result<(), Problem> {
    banner::print(graph::reference(&Sources::new(file).read(&sections())?.section("graph")?))
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
    graph::check_documents(&settings.section("graph")?, &settings.section("limits")?, trusted.iter())
        .map_err(unusable)?;
    Ok(Documents::new(&section, trusted, replicas.clone()))
}

/// What agents are answered with, where they are answered.
fn read_agents(settings: &Settings, documents: &Documents) -> Result<Option<Agents>, config::Error> {
    let section: mcp::Settings = settings.section("mcp")?;
    let tools = Tools::read(&section, documents, &settings.section("graph")?, &settings.section("limits")?);
    let tools = tools.map_err(|problem| config::unusable(problem.setting(), problem))?;
    Ok(tools.map(|tools| Agents { tools, allowed_hosts: section.allowed_hosts }))
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
