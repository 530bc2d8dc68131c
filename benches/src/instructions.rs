//! How many instructions the hot paths take, held against a baseline: a count that no neighbour on the machine disturbs.
//!
//! The real gateway runs under callgrind on one core, once with a few requests of every kind and once with many of one
//! kind besides. The difference is what those many took, without the start. What a row takes is held against itself: as
//! much among a thousand as among ten.

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs};

use serde::{Deserialize, Serialize};

use crate::child::Child;
use crate::contest::{Client, Cores, Upstream, unshared};
use crate::machine::compiler;
use crate::problem::Problem;
use crate::queries::{PAGE, Query};
use crate::say;

/// What is counted, with as many requests as make the start's own unsteadiness small beside them: a clock is calibrated there
/// for as long as it takes.
const COUNTED: [(Query, u32); 4] =
    [(Query::Typename, 4000), (Query::Account, 1000), (Query::Onboards, 200), (Query::Shared, 200)];
/// Requests of every kind before it: the first ones fill what later ones find.
const WARM: u32 = 5;
/// How many per cent more instructions than the baseline are let through.
const TOLERANCE: f64 = 5.0;
/// Onboards in one request, and how many such requests: none but the first, few, and so many that they take ten pages.
const ROWS: [(usize, u32); 3] = [(1, 1000), (10, 1000), (1000, 30)];
/// By how many per cent a row among the most may differ from one among few.
const FLAT: f64 = 15.0;

#[derive(Debug, Deserialize, Serialize)]
struct Baseline {
    compiler: String,
    instructions: BTreeMap<String, u64>,
}

/// Counts, and holds the counts against the baseline or writes it.
pub(crate) async fn check(gateway: &Path, file: &Path, renew: bool) -> Result<(), Problem> {
    let (cores, client) = (Cores::of_this_machine(), Client::new()?);
    let upstream = Upstream::start(cores, &client)?;
    let counter = Counter { gateway, cores, client, upstream };
    if renew {
        let counted = Baseline { compiler: compiler(), instructions: counter.count_all().await? };
        let text = serde_json::to_string_pretty(&counted).map_err(|error| Problem::Read(shown(file), error))?;
        return fs::write(file, text + "\n").map_err(|error| Problem::File(shown(file), error));
    }
    let text = fs::read_to_string(file).map_err(|error| Problem::File(shown(file), error))?;
    let baseline: Baseline = serde_json::from_str(&text).map_err(|error| Problem::Read(shown(file), error))?;
    compare(&baseline, &counter).await
}

async fn compare(baseline: &Baseline, counter: &Counter<'_>) -> Result<(), Problem> {
    let start = counter.run(None).await?;
    let mut grown = Vec::new();
    for (query, requests) in COUNTED {
        let name = query.name();
        let Some(before) = baseline.instructions.get(name).copied() else {
            return Err(Problem::Other(format!("the baseline has no {name}; run `make instructions-baseline`")));
        };
        let change = |count: u64| (count as f64 / before as f64 - 1.0) * 100.0;
        let mut count = counter.count(&query.text(), PAGE, requests, start).await?;
        if change(count) > TOLERANCE {
            // A machine that is busy makes the gateway wait more often, and each wait takes its instructions.
            count = count.min(counter.count(&query.text(), PAGE, requests, start).await?);
        }
        say(&format!("{name:<4} {count:>9} instructions a request, baseline {before:>9}: {:+.1} %", change(count)));
        if change(count) > TOLERANCE {
            grown.push(format!("{name} by {:.1} %", change(count)));
        }
    }
    if !grown.is_empty() {
        return Err(baseline.refused(&grown));
    }
    flat(counter, start).await
}

/// Holds what a row takes behind the first against how many there are.
async fn flat(counter: &Counter<'_>, start: u64) -> Result<(), Problem> {
    let mut counts = Vec::new();
    for (rows, requests) in ROWS {
        let text = counter.text_for(rows).await?;
        let once = counter.count(&text, rows, requests, start).await?;
        counts.push((rows, once.min(counter.count(&text, rows, requests, start).await?)));
    }
    let [(one, first), (few, of_few), (most, of_most)] = counts[..] else {
        return Err(Problem::Other("rows are counted three times".to_owned()));
    };
    let of_row = |count: u64, rows: usize| count.saturating_sub(first) as f64 / (rows - one) as f64;
    let (among_few, among_most) = (of_row(of_few, few), of_row(of_most, most));
    let change = (among_most / among_few - 1.0) * 100.0;
    let said = format!("{among_few:.0} instructions a row among {few}, {among_most:.0} among {most}: {change:+.1} %");
    say(&said);
    if change.abs() <= FLAT {
        Ok(())
    } else {
        Err(Problem::Other(format!("what a row takes differs by more than {FLAT} %: {said}")))
    }
}

impl Baseline {
    fn refused(&self, grown: &[String]) -> Problem {
        let other = if self.compiler == compiler() {
            String::new()
        } else {
            format!(" The baseline was counted with {}, this with {}.", self.compiler, compiler())
        };
        Problem::Other(format!(
            "the instructions of a request have grown by more than {TOLERANCE} %: {}.{other} What is worth it is committed by \
             `make instructions-baseline`.",
            grown.join(", ")
        ))
    }
}

struct Counter<'a> {
    gateway: &'a Path,
    cores: Cores,
    client: Client,
    upstream: Upstream,
}

impl Counter<'_> {
    /// The fewest instructions of each query in two counts.
    async fn count_all(&self) -> Result<BTreeMap<String, u64>, Problem> {
        let start = self.run(None).await?;
        let mut counts = BTreeMap::new();
        for (query, requests) in COUNTED {
            let text = query.text();
            let one = self.count(&text, PAGE, requests, start).await?;
            let two = self.count(&text, PAGE, requests, start).await?;
            counts.insert(query.name().to_owned(), one.min(two));
        }
        Ok(counts)
    }

    /// The instructions of one request, with so many rows upstream; `start` is what it takes without many of them.
    async fn count(&self, text: &str, rows: usize, requests: u32, start: u64) -> Result<u64, Problem> {
        Ok(self.run(Some((text, rows, requests))).await?.saturating_sub(start) / u64::from(requests))
    }

    /// The query for so many rows.
    async fn text_for(&self, rows: usize) -> Result<String, Problem> {
        let gateway = self.gateway.display().to_string();
        let child = Child::start(self.cores.measured, &[gateway.as_str()], &unshared(self.upstream.base()))?;
        self.upstream.play(rows, 0).await?;
        self.client.text_for(&child.base, rows).await
    }

    /// The instructions of a whole life of the gateway, in which a query is asked many times where one is given, with so
    /// many rows upstream.
    async fn run(&self, many: Option<(&str, usize, u32)>) -> Result<u64, Problem> {
        let file = env::temp_dir().join(format!("onramp-callgrind-{}", std::process::id()));
        let mut child = self.start(&file)?;
        self.upstream.play(PAGE, 0).await?;
        for query in Query::ALL {
            self.ask(&child, &query.text(), WARM).await?;
        }
        if let Some((text, rows, requests)) = many {
            self.upstream.play(rows, 0).await?;
            self.ask(&child, text, requests).await?;
        }
        child.end()?;
        let text = fs::read_to_string(&file).map_err(|error| Problem::File(shown(&file), error))?;
        // It holds where the instructions were spent too, which is for whoever runs callgrind himself.
        let _ = fs::remove_file(&file);
        let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
        let total = total.and_then(|total| total.trim().parse().ok());
        total.ok_or_else(|| Problem::Other(format!("callgrind tells no total in {}", file.display())))
    }

    /// On one core the gateway has one thread to work with, and no other to hand its work to.
    fn start(&self, file: &Path) -> Result<Child, Problem> {
        let out = format!("--callgrind-out-file={}", file.display());
        let gateway = self.gateway.display().to_string();
        let program = ["valgrind", "--tool=callgrind", out.as_str(), gateway.as_str()];
        Child::start(self.cores.measured, &program, &unshared(self.upstream.base()))
    }

    async fn ask(&self, child: &Child, text: &str, requests: u32) -> Result<(), Problem> {
        for _ in 0..requests {
            self.client.ask(&child.base, text).await?;
        }
        Ok(())
    }
}

fn shown(file: &Path) -> String {
    file.display().to_string()
}
