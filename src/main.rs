//! The command line: serve the graph, record what it asks of the APIs, play the APIs, print the schema, check the settings.

#![forbid(unsafe_code)]

mod banner;
mod check;
mod deck;
mod ending;
mod health;
mod log;
mod reload;
mod signals;
#[cfg_attr(not(feature = "sandbox"), path = "stage_absent.rs")]
mod stage;
mod startup;

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use deck::Wish;
use onramp::workers::cores;
use startup::Problem;
use tokio::runtime::{Builder, Runtime};

/// One GraphQL graph over onboards, accounts, verifications and leads, with guarded writes and a sandbox inside.
#[derive(Parser)]
#[command(version = onramp::telemetry::build::DESCRIBED)]
struct Arguments {
    /// A TOML file of settings. Each of its keys is overridden by the variable ONRAMP__SECTION__KEY.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
    /// Let the sandbox play the APIs that the settings do not name.
    #[arg(long, global = true)]
    sandbox: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the graph; this is what happens without a command too.
    Serve {
        /// Answer from the recording in this folder instead of any API, without a network.
        #[arg(long, value_name = "DIR", conflicts_with = "sandbox")]
        replay: Option<PathBuf>,
    },
    /// Serve the graph, and write down what goes between it and the APIs, without credentials and what is somebody's.
    Record {
        /// The folder to write to; a recording that is there already is not written over.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Serve the three played APIs alone, for a look at their REST side.
    Sandbox {
        /// The first of the three ports, one after the other.
        #[arg(long, default_value_t = 4101)]
        port: u16,
    },
    /// Print the schema, as the gateway of these settings has it.
    Schema {
        /// With the keys by which a router of Federation 2 joins it to other subgraphs, whatever graph.federation says.
        #[arg(long)]
        federation: bool,
        /// As a page to read, in HTML.
        #[arg(long, conflicts_with = "federation")]
        html: bool,
    },
    /// Print the digest of the API key that is given on standard input, as a profile's api_keys hold it.
    Digest,
    /// Ask the gateway that these settings are for, and runs beside this, whether it is live.
    Health {
        /// Whether it is ready for requests.
        #[arg(long)]
        ready: bool,
    },
    /// Read the settings, say what is in force, and serve nothing.
    Check(check::Looking),
}

// A request is thousands of small allocations, some of which are freed by another thread than made them. On Linux the
// allocator stands in for malloc, once something of it is linked: the start names it.
#[cfg(not(target_os = "linux"))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = runtime().map_err(Problem::Runtime).and_then(|runtime| runtime.block_on(obey(arguments)));
    match outcome {
        Ok(code) => code,
        Err(problem) => {
            banner::complain(&problem);
            ExitCode::FAILURE
        }
    }
}

/// On one core a second thread has nothing to win, and every wake-up across threads costs. On several, connections are
/// served by threads of their own, and this is for everything besides.
fn runtime() -> io::Result<Runtime> {
    let mut builder = if cores() == 1 { Builder::new_current_thread() } else { Builder::new_multi_thread() };
    builder.enable_all().build()
}

async fn obey(arguments: Arguments) -> Result<ExitCode, Problem> {
    if let Some(Command::Check(looking)) = &arguments.command
        && looking.is_wanted()
    {
        return check::live(arguments.config, arguments.sandbox, looking).await;
    }
    match arguments.command {
        None => startup::serve(arguments.config, arguments.sandbox, Wish::None).await,
        Some(Command::Serve { replay }) => {
            startup::serve(arguments.config, arguments.sandbox, replay.map_or(Wish::None, Wish::Replay)).await
        }
        Some(Command::Record { out }) => startup::serve(arguments.config, arguments.sandbox, Wish::Record(out)).await,
        Some(Command::Sandbox { port }) => startup::play(arguments.config, port).await,
        Some(Command::Digest) => startup::digest(),
        Some(Command::Schema { html: true, .. }) => startup::page(arguments.config),
        Some(Command::Schema { federation: true, .. }) => banner::print(&onramp::graph::federated_sdl()),
        Some(Command::Schema { .. }) => startup::schema(arguments.config),
        Some(Command::Health { ready }) => health::ask(arguments.config, if ready { "ready" } else { "live" }).await,
        Some(Command::Check(_)) => startup::check(arguments.config.as_ref(), arguments.sandbox),
    }
    .map(|()| ExitCode::SUCCESS)
}
