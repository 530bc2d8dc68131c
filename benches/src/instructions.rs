//! How many instructions the hot paths take, held against a baseline: a count that no neighbour on the machine disturbs.
//!
//! The real gateway runs under callgrind on one core, and is asked for each query so often that it is warm. What counts is
//! what many more requests take then, without the start. What a row takes is held against itself: as much among a
//! thousand as among ten.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use serde::{Deserialize, Serialize};

use crate::child::Child;
use crate::contest::{Client, Cores, Upstream, unshared};
use crate::machine::compiler;
use crate::problem::Problem;
use crate::queries::{PAGE, Query};
use crate::say;

/// What is counted, with as many requests as make what the gateway does of its own accord small beside them.
const COUNTED: [(Query, u32); 4] =
    [(Query::Typename, 2000), (Query::Account, 1000), (Query::Onboards, 200), (Query::Shared, 200)];
/// Requests before those that are counted: the first ones fill what later ones find.
const WARM: u32 = 20;
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
    let counting = Counting::start(cores, gateway, &upstream)?;
    let mut counter = Counter { counting, client, upstream };
    let checked = if renew { self::renew(file, &mut counter).await } else { compare(file, &mut counter).await };
    let ended = counter.counting.end();
    // Where counting has failed, that says more than how the gateway ended then.
    checked.and(ended)
}

async fn renew(file: &Path, counter: &mut Counter) -> Result<(), Problem> {
    let counted = Baseline { compiler: compiler(), instructions: counter.count_all().await? };
    let text = serde_json::to_string_pretty(&counted).map_err(|error| Problem::Read(shown(file), error))?;
    fs::write(file, text + "\n").map_err(|error| Problem::File(shown(file), error))
}

async fn compare(file: &Path, counter: &mut Counter) -> Result<(), Problem> {
    let text = fs::read_to_string(file).map_err(|error| Problem::File(shown(file), error))?;
    let baseline: Baseline = serde_json::from_str(&text).map_err(|error| Problem::Read(shown(file), error))?;
    let mut grown = Vec::new();
    for (query, requests) in COUNTED {
        let name = query.name();
        let Some(before) = baseline.instructions.get(name).copied() else {
            return Err(Problem::Other(format!("the baseline has no {name}; run `make instructions-baseline`")));
        };
        let change = |count: u64| (count as f64 / before as f64 - 1.0) * 100.0;
        let mut count = counter.count(&query.text(), PAGE, requests).await?;
        if change(count) > TOLERANCE {
            // A machine that is busy makes the gateway wait more often, and each wait takes its instructions.
            count = count.min(counter.count(&query.text(), PAGE, requests).await?);
        }
        say(&format!("{name:<4} {count:>9} instructions a request, baseline {before:>9}: {:+.1} %", change(count)));
        if change(count) > TOLERANCE {
            grown.push(format!("{name} by {:.1} %", change(count)));
        }
    }
    if !grown.is_empty() {
        return Err(baseline.refused(&grown));
    }
    flat(counter).await
}

/// Holds what a row takes behind the first against how many there are.
async fn flat(counter: &mut Counter) -> Result<(), Problem> {
    let mut counts = Vec::new();
    for (rows, requests) in ROWS {
        let text = counter.text_for(rows).await?;
        let once = counter.count(&text, rows, requests).await?;
        counts.push((rows, once.min(counter.count(&text, rows, requests).await?)));
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

struct Counter {
    counting: Counting,
    client: Client,
    upstream: Upstream,
}

impl Counter {
    /// The fewest instructions of each query in two counts.
    async fn count_all(&mut self) -> Result<BTreeMap<String, u64>, Problem> {
        let mut counts = BTreeMap::new();
        for (query, requests) in COUNTED {
            let text = query.text();
            let one = self.count(&text, PAGE, requests).await?;
            let two = self.count(&text, PAGE, requests).await?;
            counts.insert(query.name().to_owned(), one.min(two));
        }
        Ok(counts)
    }

    /// The instructions of one request, with so many rows upstream.
    async fn count(&mut self, text: &str, rows: usize, requests: u32) -> Result<u64, Problem> {
        self.upstream.play(rows, 0).await?;
        self.ask(text, WARM).await?;
        self.counting.forget()?;
        self.ask(text, requests).await?;
        Ok(self.counting.counted()? / u64::from(requests))
    }

    /// The query for so many rows.
    async fn text_for(&self, rows: usize) -> Result<String, Problem> {
        self.upstream.play(rows, 0).await?;
        self.client.text_for(&self.counting.child.base, rows).await
    }

    async fn ask(&self, text: &str, requests: u32) -> Result<(), Problem> {
        for _ in 0..requests {
            self.client.ask(&self.counting.child.base, text).await?;
        }
        Ok(())
    }
}

/// The gateway under callgrind.
struct Counting {
    child: Child,
    /// What callgrind's files are called, but for their numbers.
    file: PathBuf,
    files: u32,
}

impl Counting {
    /// On one core the gateway has one thread to work with, and no other to hand its work to.
    fn start(cores: Cores, gateway: &Path, upstream: &Upstream) -> Result<Self, Problem> {
        let file = env::temp_dir().join(format!("onramp-callgrind-{}", std::process::id()));
        let out = format!("--callgrind-out-file={}", file.display());
        let gateway = gateway.display().to_string();
        let program = ["valgrind", "--tool=callgrind", out.as_str(), gateway.as_str()];
        let child = Child::start(cores.measured, &program, &unshared(upstream.base()))?;
        Ok(Self { child, file, files: 0 })
    }

    /// Forgets whatever was counted.
    fn forget(&self) -> Result<(), Problem> {
        self.tell("zero")
    }

    /// The instructions since the last ones were forgotten.
    fn counted(&mut self) -> Result<u64, Problem> {
        self.tell("dump")?;
        self.files += 1;
        let file = PathBuf::from(format!("{}.{}", self.file.display(), self.files));
        let text = fs::read_to_string(&file).map_err(|error| Problem::File(shown(&file), error))?;
        // It holds where the instructions were spent too, which is for whoever runs callgrind himself.
        let _ = fs::remove_file(&file);
        let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
        let total = total.and_then(|total| total.trim().parse().ok());
        total.ok_or_else(|| Problem::Other(format!("callgrind tells no total in {}", file.display())))
    }

    /// Ends the gateway, and leaves no file.
    fn end(&mut self) -> Result<(), Problem> {
        self.child.end()?;
        let _ = fs::remove_file(&self.file);
        Ok(())
    }

    /// Has callgrind do something while the gateway runs.
    fn tell(&self, what: &str) -> Result<(), Problem> {
        let mut command = Command::new("vgdb");
        command.arg(format!("--pid={}", self.child.id())).arg(what).stdin(Stdio::null());
        let output = command.output().map_err(|error| Problem::start(&command, &error))?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(Problem::Other(format!(
            "callgrind did not take the command {what} by vgdb, which has to be let trace it: {said}"
        )))
    }
}

fn shown(file: &Path) -> String {
    file.display().to_string()
}
