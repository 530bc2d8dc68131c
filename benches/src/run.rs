//! A whole run: everybody is started, everything is measured in turns, and the results are written.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use serde::Serialize;

use crate::contest::{Client, Contestant, Cores, Upstream, Who, agree, start_up};
use crate::load::Load;
use crate::machine::Machine;
use crate::measured::{Measured, Round, middle};
use crate::problem::Problem;
use crate::queries::{self, PAGE, Query};
use crate::{plot, report, say};

/// How many connections ask at once, unless it is them that are varied.
pub(crate) const CONNECTIONS: usize = 50;
/// Rounds of the queries that are not counted. For the first half minute or so of large answers the kernel may take twice
/// as long to copy each of them into its socket, whoever sends it. Of rows and connections it is one at most.
const WARMING: usize = 4;
/// So many times as many rounds of one connection: it asks seldom, and how long the kernel's clocks take to wake somebody
/// drifts by tenths of a millisecond from one second to the next.
const SINGLE: usize = 3;
/// How long nobody may have worked before a round begins, and how long that is waited for.
const REST: Duration = Duration::from_millis(50);
const LONGEST_UNREST: Duration = Duration::from_secs(60);
/// The upstream delays, in milliseconds.
pub(crate) const DELAYS: [u64; 2] = [0, 5];
/// The rows whose cost is compared.
pub(crate) const ROWS: [usize; 4] = [1, 10, PAGE, 1000];
/// The connections whose effect is compared.
pub(crate) const GROWTH: [usize; 4] = [1, 8, 64, 256];

/// What is written as it is, besides the tables and the plot.
#[derive(Serialize)]
pub(crate) struct Results {
    pub(crate) machine: Machine,
    pub(crate) seconds_since_1970: u64,
    pub(crate) seconds_a_round: u64,
    pub(crate) warming_rounds: usize,
    pub(crate) start_up_ms: f64,
    pub(crate) idle_bytes: f64,
    pub(crate) queries: Vec<Measured>,
    pub(crate) single: Vec<Measured>,
    pub(crate) rows: Vec<Measured>,
    pub(crate) connections: Vec<Measured>,
}

/// What everybody is asked at once.
struct Heat<'a> {
    what: &'a str,
    text: &'a str,
    rows: usize,
    delay_ms: u64,
    connections: usize,
    who: Vec<Who>,
    rounds: Rounds,
}

/// How often everybody is asked.
#[derive(Clone, Copy)]
struct Rounds {
    /// How many rounds go before those that count.
    warming: usize,
    counted: usize,
}

/// What it takes to measure.
struct Bench<'a> {
    cores: Cores,
    gateway: &'a Path,
    upstream: Upstream,
    client: Client,
    load: Load,
}

/// Measures everything and writes it into a folder.
pub(crate) async fn run(gateway: &Path, folder: &Path, quick: bool) -> Result<(), Problem> {
    let (rounds, warming, seconds) = if quick { (1, 0, 1) } else { (5, WARMING, 2) };
    let of_single = Rounds { warming: 0, counted: SINGLE * rounds };
    let of_growth = Rounds { warming: warming.min(1), counted: rounds };
    let (cores, client) = (Cores::of_this_machine(), Client::new()?);
    let upstream = Upstream::start(cores, &client)?;
    let mut starts = Vec::new();
    for _ in 0..rounds.max(3) {
        starts.push(start_up(cores, gateway, upstream.base(), &client).await?);
    }
    let bench = Bench { cores, gateway, upstream, client, load: Load::new(cores.others, seconds)? };
    agree(&bench.start(&Who::ALL)?, &bench.upstream, &bench.client).await?;
    let results = Results {
        machine: Machine::look(),
        seconds_since_1970: SystemTime::UNIX_EPOCH.elapsed().unwrap_or(Duration::ZERO).as_secs(),
        seconds_a_round: seconds,
        warming_rounds: warming,
        start_up_ms: middle(starts.iter().map(|(time, _)| time.as_secs_f64() * 1e3).collect()),
        idle_bytes: middle(starts.iter().map(|(_, bytes)| *bytes as f64).collect()),
        queries: bench.queries(CONNECTIONS, &DELAYS, Rounds { warming, counted: rounds }).await?,
        single: bench.queries(1, &DELAYS[1..], of_single).await?,
        rows: bench.rows(of_growth).await?,
        connections: bench.connections(of_growth).await?,
    };
    write(folder, &results)
}

impl Bench<'_> {
    fn start(&self, who: &[Who]) -> Result<Vec<Contestant>, Problem> {
        let start = |who: &Who| Contestant::start(*who, self.cores, self.gateway, self.upstream.base());
        who.iter().map(start).collect()
    }

    async fn queries(&self, connections: usize, delays: &[u64], rounds: Rounds) -> Result<Vec<Measured>, Problem> {
        let mut measured = Vec::new();
        for delay_ms in delays.iter().copied() {
            for query in Query::ALL {
                let who = Who::ALL.into_iter().filter(|who| who.answers(query)).collect();
                let (what, text) = (query.name(), query.text());
                let heat = Heat { what, text: &text, rows: PAGE, delay_ms, connections, who, rounds };
                measured.extend(self.heat(&heat).await?);
            }
        }
        Ok(measured)
    }

    async fn rows(&self, rounds: Rounds) -> Result<Vec<Measured>, Problem> {
        let mut measured = Vec::new();
        for rows in ROWS {
            // The ceiling knows pages of no list.
            let who = if rows <= PAGE { vec![Who::Ceiling, Who::Unshared] } else { vec![Who::Unshared] };
            self.upstream.play(rows, 0).await?;
            let text = self.text_for(rows).await?;
            let heat = Heat { what: "rows", text: &text, rows, delay_ms: 0, connections: CONNECTIONS, who, rounds };
            measured.extend(self.heat(&heat).await?);
        }
        Ok(measured)
    }

    async fn connections(&self, rounds: Rounds) -> Result<Vec<Measured>, Problem> {
        let mut measured = Vec::new();
        for query in [Query::Onboards, Query::Fanned] {
            for connections in GROWTH {
                let who = vec![Who::Ceiling, Who::Unshared, Who::Shared];
                let (what, text) = (query.name(), query.text());
                let heat = Heat { what, text: &text, rows: PAGE, delay_ms: 0, connections, who, rounds };
                measured.extend(self.heat(&heat).await?);
            }
        }
        Ok(measured)
    }

    async fn text_for(&self, rows: usize) -> Result<String, Problem> {
        let gateway = Contestant::start(Who::Unshared, self.cores, self.gateway, self.upstream.base())?;
        self.client.text_for(&gateway.child.base, rows).await
    }

    /// One round after another, and in each of them everybody in turn. They are started for it: connections by the
    /// thousand and memory that another query has left them with are no part of what this one costs.
    async fn heat(&self, heat: &Heat<'_>) -> Result<Vec<Measured>, Problem> {
        let Heat { what, rows, delay_ms, connections, .. } = *heat;
        say(&format!("{what}: {rows} rows, {delay_ms} ms, {connections} connections"));
        let of = |who: &Who| Measured {
            who: who.name(),
            what: what.to_owned(),
            rows,
            delay_ms,
            connections,
            rounds: Vec::new(),
        };
        let mut measured: Vec<Measured> = heat.who.iter().map(of).collect();
        let contestants = self.start(&heat.who)?;
        for number in 0..heat.rounds.warming + heat.rounds.counted {
            for (contestant, measured) in contestants.iter().zip(&mut measured) {
                self.rest(&contestants).await?;
                let round = self.round(contestant, heat).await?;
                if number >= heat.rounds.warming {
                    measured.rounds.push(round);
                }
            }
        }
        Ok(measured)
    }

    /// Waits until nobody works any more at the requests that the end of the round before has broken off.
    async fn rest(&self, contestants: &[Contestant]) -> Result<(), Problem> {
        let spent = || -> Result<Duration, Problem> {
            contestants.iter().map(|one| one.child.cpu()).chain([self.upstream.cpu()]).sum()
        };
        let start = Instant::now();
        let mut before = spent()?;
        loop {
            tokio::time::sleep(REST).await;
            let now = spent()?;
            if now == before {
                return Ok(());
            }
            if start.elapsed() > LONGEST_UNREST {
                let seconds = LONGEST_UNREST.as_secs();
                return Err(Problem::Other(format!("somebody is still at work {seconds} s behind the last request")));
            }
            before = now;
        }
    }

    async fn round(&self, Contestant { child, .. }: &Contestant, heat: &Heat<'_>) -> Result<Round, Problem> {
        self.upstream.play(heat.rows, heat.delay_ms).await?;
        child.forget_peak()?;
        let before = child.cpu()?;
        let loaded = self.load.run(&child.base, &queries::body(heat.text), heat.connections)?;
        let cpu_us = (child.cpu()? - before).as_secs_f64() * 1e6;
        Ok(Round { loaded, cpu_us, calls: self.upstream.calls().await?, peak_bytes: child.peak()? })
    }
}

fn write(folder: &Path, results: &Results) -> Result<(), Problem> {
    let table = report::table(results);
    say(&table);
    let raw = serde_json::to_string_pretty(results).map_err(|error| Problem::Read("the results".to_owned(), error))?;
    for (name, text) in [("bench.md", table), ("bench.json", raw + "\n"), ("bench.svg", plot::svg(results))] {
        let file = folder.join(name);
        fs::write(&file, text).map_err(|error| Problem::File(file.display().to_string(), error))?;
    }
    Ok(())
}
