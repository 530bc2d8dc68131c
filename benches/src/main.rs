//! What Onramp costs, beside bytes passed through (the floor) and beside code written by hand for the same queries (the
//! ceiling), all in one run, in turns: a machine's noise then falls on each of them.

#![forbid(unsafe_code)]

mod bodies;
mod ceiling;
mod child;
mod contest;
mod floor;
mod instructions;
mod load;
mod machine;
mod measured;
mod plot;
mod problem;
mod queries;
mod report;
mod run;
mod upstream;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tokio::net::TcpListener;

use problem::Problem;

// The gateway's own, so that its rivals stand on the same ground.
use mimalloc as _;

/// Measures the gateway.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measure everything, and write the tables and the plot.
    Run {
        /// The gateway, built for release.
        #[arg(long)]
        gateway: PathBuf,
        /// The folder that the results go to.
        #[arg(long)]
        results: PathBuf,
        /// A look at it, of a minute: one short round of everything, nothing to rely on.
        #[arg(long)]
        quick: bool,
    },
    /// Count the instructions of the hot paths, and hold them against the baseline.
    Instructions {
        /// The gateway, optimised and with symbols.
        #[arg(long)]
        gateway: PathBuf,
        /// The file of the baseline.
        #[arg(long)]
        baseline: PathBuf,
        /// Write the baseline instead of holding the counts against it.
        #[arg(long)]
        renew: bool,
    },
    /// Play the upstream.
    Upstream,
    /// Serve the floor.
    Floor {
        /// Where the upstream is.
        upstream: String,
    },
    /// Serve the ceiling.
    Ceiling {
        /// Where the upstream is.
        upstream: String,
    },
}

fn main() -> ExitCode {
    let command = Arguments::parse().command;
    // Floor and ceiling run as most servers do, on the runtime that `#[tokio::main]` makes. The others have one core.
    let mut runtime = match command {
        Command::Floor { .. } | Command::Ceiling { .. } => tokio::runtime::Builder::new_multi_thread(),
        _ => tokio::runtime::Builder::new_current_thread(),
    };
    let outcome = match runtime.enable_all().build() {
        Ok(runtime) => runtime.block_on(obey(command)),
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            // There is nowhere else to tell that this failed.
            let _ = writeln!(io::stderr().lock(), "onramp-bench: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn obey(command: Command) -> Result<(), Problem> {
    match command {
        Command::Run { gateway, results, quick } => run::run(&gateway, &results, quick).await,
        Command::Instructions { gateway, baseline, renew } => instructions::check(&gateway, &baseline, renew).await,
        Command::Upstream => Ok(upstream::serve().await?),
        Command::Floor { upstream } => Ok(floor::serve(floor::Caller::new(upstream)?).await?),
        Command::Ceiling { upstream } => Ok(ceiling::serve(upstream).await?),
    }
}

/// Tells whoever has started this process where it serves.
fn announce(listener: &TcpListener) -> io::Result<()> {
    writeln!(io::stdout().lock(), "http://{}", listener.local_addr()?)
}

/// Says on the terminal how far the bench is.
fn say(text: &str) {
    // Nobody has to look.
    let _ = writeln!(io::stderr().lock(), "{text}");
}
