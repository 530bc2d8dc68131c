//! What is played: which APIs the sandbox stands in for, and how the settings come to point at it.
//!
//! A build without the feature `sandbox` has `stage_absent.rs` in the place of this file.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use onramp::config::{self, Settings, Sources};
use onramp::graph;
use onramp::sandbox::{self, Ports, Sandbox};

use crate::{banner, startup};

/// Why nothing can be played.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    #[error(transparent)]
    Settings(#[from] config::Error),
    #[error("the sandbox cannot listen: {0}")]
    Listen(io::Error),
}

/// The APIs that the sandbox can play.
const PLAYED: [&str; 3] = ["leadconduit", "waldur", "connect"];

/// The APIs that are played in one run, and what plays them.
pub(crate) struct Stage {
    played: Vec<&'static str>,
    /// Where the three are played, in the order of [`PLAYED`].
    addresses: Option<[String; 3]>,
    sandbox: Option<Sandbox>,
}

/// Where they would be, as far as nobody calls them.
const REHEARSED: &str = "http://127.0.0.1:9";

impl Stage {
    /// Starts what the settings leave to be played, if anything.
    pub(crate) async fn set(settings: &Settings, fill_gaps: bool) -> Result<Self, Problem> {
        let played = played(settings, fill_gaps);
        let sandbox = if played.is_empty() { None } else { Some(start(settings, Ports::free()).await?) };
        let addresses = |sandbox: &Sandbox| {
            [sandbox.leadconduit(), sandbox.waldur(), sandbox.connect()].map(sandbox::Played::base_url)
        };
        Ok(Self { played, addresses: sandbox.as_ref().map(addresses), sandbox })
    }

    /// The same with nothing played: for finding out whether it could be.
    pub(crate) fn rehearse(settings: &Settings, fill_gaps: bool) -> Result<Self, Problem> {
        let played = played(settings, fill_gaps);
        let addresses = (!played.is_empty()).then(|| [REHEARSED; 3].map(str::to_owned));
        Ok(Self { played, addresses, sandbox: None })
    }

    /// Nothing is played.
    pub(crate) fn empty() -> Self {
        Self { played: Vec::new(), addresses: None, sandbox: None }
    }

    /// The played APIs, by their sections' names.
    pub(crate) fn played(&self) -> &[&'static str] {
        &self.played
    }

    /// The same sources, with addresses and credentials in the place of missing ones for those APIs that are played.
    pub(crate) fn fill(&self, sources: Sources, played: &[&str]) -> Sources {
        let Some([leadconduit, waldur, connect]) = &self.addresses else {
            return sources;
        };
        let places = [
            ("leadconduit", "base_url", leadconduit.as_str()),
            ("leadconduit", "api_key", sandbox::leadconduit::API_KEY),
            ("waldur", "base_url", waldur),
            ("waldur", "token", sandbox::waldur::OWNER_TOKEN),
            ("connect", "base_url", connect),
            ("connect", "api_key", sandbox::connect::API_KEY),
            ("connect", "partner_route", sandbox::connect::PARTNER_ROUTE),
        ];
        let of_played = places.into_iter().filter(|(section, _, _)| played.contains(section));
        of_played.fold(sources, |sources, (section, key, value)| sources.with(&format!("{section}.{key}"), value))
    }

    /// The controls of each played API, under its role in the graph.
    pub(crate) fn controls(&self) -> Router {
        let Some(sandbox) = &self.sandbox else {
            return Router::new();
        };
        let places = [
            ("leadconduit", "/onboarding", sandbox.leadconduit()),
            ("waldur", "/verification", sandbox.waldur()),
            ("connect", "/leads", sandbox.connect()),
        ];
        let of_played = places.into_iter().filter(|(section, _, _)| self.played.contains(section));
        of_played.fold(Router::new(), |router, (_, path, api)| router.nest(path, api.control()))
    }

    pub(crate) async fn clear(self) {
        if let Some(sandbox) = self.sandbox {
            sandbox.stop().await;
        }
    }
}

/// Plays the three APIs alone until `end`, on three ports from the first one on.
pub(crate) async fn play(
    settings: &Settings,
    first: u16,
    end: impl Future<Output = ()>,
) -> Result<(), startup::Problem> {
    let port = |index: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, first.saturating_add(index)));
    let sandbox = start(settings, Ports { leadconduit: port(0), waldur: port(1), connect: port(2) }).await?;
    banner::print(&format!(
        "onboarding    {}  HTTP Basic, any user, password {}\nverification  {}  Authorization: Token {}\nleads         {}  x-api-key: {}, route {}\n\
         What each was asked is at /_sandbox/calls, its records at /_sandbox/records, its faults at /_sandbox/faults.\n",
        sandbox.leadconduit().base_url(),
        sandbox::leadconduit::API_KEY,
        sandbox.waldur().base_url(),
        sandbox::waldur::OWNER_TOKEN,
        sandbox.connect().base_url(),
        sandbox::connect::API_KEY,
        sandbox::connect::PARTNER_ROUTE,
    ))?;
    end.await;
    sandbox.stop().await;
    Ok(())
}

/// Checks what the settings say of the sandbox, and starts none.
pub(crate) fn check(settings: &Settings) -> Result<(), Problem> {
    settings.section::<sandbox::Settings>("sandbox")?;
    Ok(())
}

/// The APIs that the sandbox stands in for: all where none is configured, else the missing ones where it was asked for.
fn played(settings: &Settings, fill_gaps: bool) -> Vec<&'static str> {
    let missing: Vec<&str> = graph::names().filter(|name| !graph::is_configured(settings, name)).collect();
    let is_alone = missing.len() == graph::names().count();
    let is_played = |name: &&str| PLAYED.contains(name);
    if is_alone || fill_gaps { missing.into_iter().filter(is_played).collect() } else { Vec::new() }
}

async fn start(settings: &Settings, ports: Ports) -> Result<Sandbox, Problem> {
    let disturbance: sandbox::Settings = settings.section("sandbox")?;
    Sandbox::start_with(ports, &disturbance).await.map_err(Problem::Listen)
}
