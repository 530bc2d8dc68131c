//! The load: `wrk`, on the core that is not the measured one's, and what it says of a run.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde::{Deserialize, Serialize};

use crate::problem::Problem;

/// What every request is, and what is told of them in the end. `wrk` gives latencies in microseconds.
const SCRIPT: &str = r#"
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
function init(args)
    local file = io.open(args[1], "r")
    wrk.body = file:read("*a")
    file:close()
end
function done(summary, latency, requests)
    local e = summary.errors
    io.write(string.format('{"requests":%d,"duration_us":%d,"p50_us":%d,"p99_us":%d,"errors":%d}\n',
        summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
        e.connect + e.read + e.write + e.status + e.timeout))
end
"#;

/// What one run of the load came to.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Loaded {
    pub(crate) requests: u64,
    pub(crate) duration_us: u64,
    pub(crate) p50_us: u64,
    pub(crate) p99_us: u64,
    errors: u64,
}

impl Loaded {
    pub(crate) fn per_second(&self) -> f64 {
        self.requests as f64 * 1e6 / self.duration_us.max(1) as f64
    }
}

/// The load generator with its files, which are gone with it.
pub(crate) struct Load {
    core: usize,
    seconds: u64,
    folder: PathBuf,
}

impl Load {
    pub(crate) fn new(core: usize, seconds: u64) -> Result<Self, Problem> {
        let folder = env::temp_dir().join(format!("onramp-bench-{}", std::process::id()));
        fs::create_dir_all(&folder).map_err(|error| Problem::File(folder.display().to_string(), error))?;
        let load = Self { core, seconds, folder };
        write(&load.script(), SCRIPT)?;
        Ok(load)
    }

    /// Asks for the same thing on so many connections at once, each request behind the answer to the one before it.
    pub(crate) fn run(&self, base: &str, body: &str, connections: usize) -> Result<Loaded, Problem> {
        let file = self.folder.join("body.json");
        write(&file, body)?;
        let url = format!("{base}/graphql");
        let mut command = Command::new("taskset");
        command.args(["-c", &self.core.to_string(), "wrk", "-t1", "--timeout", "20s"]);
        command.args(["-c", &connections.to_string(), "-d", &format!("{}s", self.seconds), "-s"]).arg(self.script());
        command.arg(&url).arg("--").arg(&file);
        let output = command.output().map_err(|error| Problem::start(&command, &error))?;
        let output = String::from_utf8_lossy(&output.stdout);
        let line = output.lines().find(|line| line.starts_with('{')).unwrap_or_default();
        let loaded: Loaded =
            serde_json::from_str(line).map_err(|error| Problem::Read(format!("what wrk says ({output})"), error))?;
        // Whoever answered nobody in all that time is as slow as that, which is a figure too.
        if loaded.errors > 0 {
            return Err(Problem::Failed { errors: loaded.errors, requests: loaded.requests, url });
        }
        Ok(loaded)
    }

    fn script(&self) -> PathBuf {
        self.folder.join("post.lua")
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn write(file: &Path, text: &str) -> Result<(), Problem> {
    fs::write(file, text).map_err(|error| Problem::File(file.display().to_string(), error))
}
