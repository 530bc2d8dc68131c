//! What can be found out before anything is served: whether the APIs answer as their contracts say.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use onramp::config::{Settings, Sources};
use onramp::drift::{Given, Report};
use onramp::graph;
use onramp::replicas::Replicas;
use uuid::Uuid;

use crate::banner;
use crate::stage::Stage;
use crate::startup::{Problem, sections};

/// What differs from its contract.
const DRIFT: u8 = 3;
/// What was asked in vain.
const FAILED: u8 = 4;

/// How the APIs are looked at.
#[derive(Args)]
pub(crate) struct Looking {
    /// Read one record of each kind from the configured APIs, and say what in it their contracts do not know, lack or have
    /// otherwise. Nothing is written. Exit code 0: nothing differs. 3: something does. 4: nothing that was read does, but
    /// not everything could be read. 1: the settings are wrong.
    #[arg(long)]
    live: bool,
    /// The lead to read; without one no lead is.
    #[arg(long, requires = "live", value_name = "UUID")]
    lead: Option<Uuid>,
    /// The parent whose checklist template is read; without one none is.
    #[arg(long, requires = "live", value_name = "UUID")]
    template_parent: Option<Uuid>,
    /// Say it in JSON.
    #[arg(long, requires = "live")]
    json: bool,
}

impl Looking {
    /// Whether it was asked for.
    pub(crate) fn is_wanted(&self) -> bool {
        self.live
    }

    fn given(&self) -> Given {
        let ids = [("lead", self.lead), ("checklistTemplate", self.template_parent)];
        ids.into_iter().fold(Given::default(), |given, (kind, id)| match id {
            Some(id) => given.with(kind, id.to_string()),
            None => given,
        })
    }
}

/// Looks at the APIs that the settings name, and with `fill_gaps` at the played ones in the place of the others.
pub(crate) async fn live(file: Option<PathBuf>, fill_gaps: bool, looking: &Looking) -> Result<ExitCode, Problem> {
    let own = Sources::new(file.clone()).read(&sections())?;
    graph::check_absent(&own)?;
    if !fill_gaps && !graph::names().any(|name| graph::is_configured(&own, name)) {
        return Err(Problem::NothingToLookAt);
    }
    let stage = Stage::set(&own, fill_gaps).await?;
    let settings = stage.fill(Sources::new(file), stage.played()).read(&sections())?;
    let report = survey(&settings, &stage, &looking.given()).await;
    stage.clear().await;
    let report = report?;
    banner::print(&if looking.json { format!("{:#}\n", report.json()) } else { report.text() })?;
    Ok(match (report.has_drift(), report.has_failed()) {
        (true, _) => DRIFT.into(),
        (false, true) => FAILED.into(),
        (false, false) => ExitCode::SUCCESS,
    })
}

async fn survey(settings: &Settings, stage: &Stage, given: &Given) -> Result<Report, Problem> {
    let apis = graph::Apis::new(settings, stage.played(), &Replicas::default())?;
    Ok(graph::survey(&apis, given).await)
}
