//! From the settings to something that serves: which APIs are real, and what is in force. What is played is the stage's.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use onramp::advance::Desk;
use onramp::audit::{self, Audit};
use onramp::caller::{Caller, Right};
use onramp::config::{self, LogFormat, Section, Server, Settings, Sources};
use onramp::limits::{self, Limits};
use onramp::{graph, server};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use crate::banner;
use crate::stage::{self, Stage};

/// Why the program cannot do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    #[error(transparent)]
    Settings(#[from] config::Error),
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, io::Error),
    #[error(transparent)]
    Stage(#[from] stage::Problem),
    #[error("serving failed: {0}")]
    Serving(io::Error),
    #[error("cannot write: {0}")]
    Output(io::Error),
}

/// Every section that the settings may have.
fn sections() -> Vec<Section> {
    let mut sections = vec![Section { name: "server", settings: config::SERVER.to_vec() }];
    sections.push(Section { name: "limits", settings: limits::LIMITS.to_vec() });
    sections.extend(graph::sections());
    sections.push(Section { name: "audit", settings: audit::AUDIT.to_vec() });
    sections.push(Section { name: "sandbox", settings: config::SANDBOX.to_vec() });
    sections
}

pub(crate) async fn serve(file: Option<PathBuf>, fill_gaps: bool) -> Result<(), Problem> {
    let sections = sections();
    let settings = Sources::new(file.clone()).read(&sections)?;
    let server = settings.section::<Server>("server")?;
    start_log(&server)?;
    graph::check_absent(&settings)?;
    let stage = Stage::set(&settings, fill_gaps).await?;
    let settings = stage.fill(Sources::new(file)).read(&sections)?;
    let limits: Limits = settings.section("limits")?;
    let apis = graph::Apis::new(&settings, stage.played())?;
    let desk = Arc::new(open_desk(&settings)?);
    let listener = TcpListener::bind(server.listen).await.map_err(|error| Problem::Listen(server.listen, error))?;
    let address = listener.local_addr().map_err(|error| Problem::Listen(server.listen, error))?;
    banner::serving(address, &server, &states(&settings, stage.played()))?;
    let graph = graph::Graph::new(apis, Arc::clone(&desk), limits);
    let router = server::router(graph, caller(stage.played()), &server, stage.controls());
    server::serve(listener, router, interrupted()).await.map_err(Problem::Serving)?;
    desk.finish().await;
    stage.clear().await;
    Ok(())
}

pub(crate) async fn play(file: Option<PathBuf>, first: u16) -> Result<(), Problem> {
    let settings = Sources::new(file).read(&sections())?;
    start_log(&settings.section::<Server>("server")?)?;
    stage::play(&settings, first, interrupted()).await
}

pub(crate) fn check(file: Option<PathBuf>) -> Result<(), Problem> {
    let sections = sections();
    let settings = Sources::new(file).read(&sections)?;
    log_filter(&settings.section::<Server>("server")?)?;
    stage::check(&settings)?;
    settings.section::<audit::Settings>("audit")?;
    settings.section::<Limits>("limits")?;
    graph::check_absent(&settings)?;
    graph::Apis::new(&settings, &[])?;
    for section in &sections {
        let lines = section.settings.iter().map(|setting| {
            let value = settings.shown(section.name, setting).unwrap_or_else(|| "(not set)".to_owned());
            format!("{}.{} = {value}\n", section.name, setting.key)
        });
        banner::print(&lines.collect::<String>())?;
    }
    Ok(())
}

fn states<'a>(settings: &Settings, played: &[&'a str]) -> Vec<(&'a str, &'static str)>
where
    'static: 'a,
{
    let state = |name| match (played.contains(&name), graph::is_configured(settings, name)) {
        (true, _) => banner::SANDBOX,
        (false, true) => "configured",
        (false, false) => "absent",
    };
    graph::names().map(|name| (name, state(name))).collect()
}

/// Whoever can reach a played API may see all of it; in front of a real one nobody sees what is sensitive.
fn caller(played: &[&str]) -> Caller {
    let is_played = played.contains(&"waldur");
    Caller::anonymous(if is_played { vec![Right::VerificationsSensitive] } else { Vec::new() })
}

fn open_desk(settings: &Settings) -> Result<Desk, Problem> {
    let file = settings.section::<audit::Settings>("audit")?.file;
    let audit = Audit::open(file.as_deref()).map_err(|error| config::unusable("audit.file", error))?;
    Ok(Desk::new(audit))
}

fn start_log(server: &Server) -> Result<(), Problem> {
    let filter = log_filter(server)?;
    let is_text = match server.log_format {
        LogFormat::Auto => io::IsTerminal::is_terminal(&io::stderr()),
        LogFormat::Text => true,
        LogFormat::Json => false,
    };
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    if is_text {
        log.init()
    } else {
        log.json().init()
    }
    Ok(())
}

fn log_filter(server: &Server) -> Result<EnvFilter, config::Error> {
    EnvFilter::try_new(&server.log).map_err(|error| config::unusable("server.log", error))
}

/// Waits until somebody wants the program to end: by ctrl-c, or by the signal that service managers send.
async fn interrupted() {
    let ctrl_c = async {
        // Where signals cannot be heard, only the process's end ends the serving.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = ctrl_c => {}
        () = terminated() => {}
    }
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminations) => drop(terminations.recv().await),
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}
