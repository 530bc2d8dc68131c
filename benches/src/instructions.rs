//! How many instructions the hot paths take, held against a baseline: a count that no neighbour on the machine disturbs.
//!
//! The real gateway runs under callgrind on one core, once with a few requests of every kind and once with many of one
//! kind besides. The difference is what those many took, without the start.

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs};

use serde::{Deserialize, Serialize};

use crate::child::Child;
use crate::contest::{Client, Cores, Upstream, settings};
use crate::machine::compiler;
use crate::problem::Problem;
use crate::queries::{PAGE, Query};
use crate::say;

/// What is counted, with as many requests as make the start's own unsteadiness small beside them.
const COUNTED: [(Query, u32); 4] =
    [(Query::Typename, 800), (Query::Account, 400), (Query::Onboards, 60), (Query::Shared, 60)];
/// Requests of every kind before it: the first ones fill what later ones find.
const WARM: u32 = 5;
/// How many more instructions than the baseline are let through.
const TOLERANCE: f64 = 0.05;

#[derive(Debug, Deserialize, Serialize)]
struct Baseline {
    compiler: String,
    instructions: BTreeMap<String, u64>,
}

/// Counts, and holds the counts against the baseline or writes it.
pub(crate) async fn check(gateway: &Path, file: &Path, renew: bool) -> Result<(), Problem> {
    let counted = Baseline { compiler: compiler(), instructions: count(gateway).await? };
    if renew {
        let text = serde_json::to_string_pretty(&counted).map_err(|error| Problem::Read(shown(file), error))?;
        return fs::write(file, text + "\n").map_err(|error| Problem::File(shown(file), error));
    }
    let text = fs::read_to_string(file).map_err(|error| Problem::File(shown(file), error))?;
    let baseline: Baseline = serde_json::from_str(&text).map_err(|error| Problem::Read(shown(file), error))?;
    compare(&baseline, &counted)
}

fn compare(baseline: &Baseline, counted: &Baseline) -> Result<(), Problem> {
    let mut grown = Vec::new();
    for (query, count) in &counted.instructions {
        let Some(before) = baseline.instructions.get(query) else {
            return Err(Problem::Other(format!(
                "the baseline has no count for {query}; run `make instructions-baseline`"
            )));
        };
        let change = *count as f64 / *before as f64 - 1.0;
        say(&format!("{query:<4} {count:>10} instructions a request, baseline {before:>10}: {:+.1} %", change * 100.0));
        if change > TOLERANCE {
            grown.push(format!("{query} by {:.1} %", change * 100.0));
        }
    }
    if grown.is_empty() {
        return Ok(());
    }
    let other = if baseline.compiler == counted.compiler {
        String::new()
    } else {
        format!(" The baseline was counted with {}, this with {}.", baseline.compiler, counted.compiler)
    };
    Err(Problem::Other(format!(
        "the instructions of a request have grown by more than {:.0} %: {}.{other} What is worth it is committed by `make \
         instructions-baseline`.",
        TOLERANCE * 100.0,
        grown.join(", ")
    )))
}

async fn count(gateway: &Path) -> Result<BTreeMap<String, u64>, Problem> {
    let (cores, client) = (Cores::of_this_machine(), Client::new()?);
    let upstream = Upstream::start(cores, &client)?;
    upstream.play(PAGE, 0).await?;
    let counter = Counter { gateway, cores, client, upstream };
    let start = counter.run(None).await?;
    let mut counts = BTreeMap::new();
    for (query, requests) in COUNTED {
        let all = counter.run(Some((query, requests))).await?;
        counts.insert(query.name().to_owned(), all.saturating_sub(start) / u64::from(requests));
    }
    Ok(counts)
}

struct Counter<'a> {
    gateway: &'a Path,
    cores: Cores,
    client: Client,
    upstream: Upstream,
}

impl Counter<'_> {
    /// The instructions of a whole life of the gateway.
    async fn run(&self, many: Option<(Query, u32)>) -> Result<u64, Problem> {
        let name = many.map_or("start", |(query, _)| query.name());
        let file = env::temp_dir().join(format!("onramp-callgrind-{}-{name}", std::process::id()));
        let mut child = self.start(&file)?;
        for query in Query::ALL {
            self.ask(&child, query, WARM).await?;
        }
        if let Some((query, requests)) = many {
            self.ask(&child, query, requests).await?;
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
        Child::start(self.cores.measured, &program, &settings(self.upstream.base()))
    }

    async fn ask(&self, child: &Child, query: Query, requests: u32) -> Result<(), Problem> {
        for _ in 0..requests {
            self.client.ask(&child.base, &query.text()).await?;
        }
        Ok(())
    }
}

fn shown(file: &Path) -> String {
    file.display().to_string()
}
