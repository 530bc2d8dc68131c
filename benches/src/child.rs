//! A process that the bench has started: where it serves, what it has used, and its end. It is stopped by its own id, also
//! when the bench breaks off.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::problem::Problem;

/// The kernel counts a process's time in hundredths of a second, on every machine that it is told of.
const TICK: Duration = Duration::from_millis(10);

pub(crate) struct Child {
    process: std::process::Child,
    /// Where it serves, such as `http://127.0.0.1:40123`.
    pub(crate) base: String,
}

impl Child {
    /// Starts a program, pinned to one core, and waits until it tells where it serves.
    pub(crate) fn start<S: AsRef<OsStr>>(
        core: usize,
        program: &[S],
        variables: &[(&str, &str)],
    ) -> Result<Self, Problem> {
        let mut command = Command::new("taskset");
        command.args(["-c", &core.to_string()]).args(program);
        Self::spawn(command, variables)
    }

    pub(crate) fn spawn(mut command: Command, variables: &[(&str, &str)]) -> Result<Self, Problem> {
        let started = command.envs(variables.iter().copied()).stdin(Stdio::null()).stdout(Stdio::piped());
        // What it logs is a line for each request, which nobody reads here; writing it is part of what is measured.
        let mut process = started.stderr(Stdio::null()).spawn().map_err(|error| Problem::start(&command, &error))?;
        let lines = process.stdout.take().map(BufReader::new).into_iter().flat_map(BufRead::lines);
        let base = lines.map_while(Result::ok).find_map(|line| address(&line));
        let mut child = Self { process, base: String::new() };
        child.base = base.ok_or_else(|| Problem::Silent(format!("{:?}", command.get_args().collect::<Vec<_>>())))?;
        Ok(child)
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// The time that its threads have spent on a core.
    pub(crate) fn cpu(&self) -> Result<Duration, Problem> {
        let stat = self.proc("stat")?;
        // The name, which may hold anything, ends with the last bracket; times of user and kernel are the 14th and 15th.
        let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields).split(' ').skip(11).take(2);
        let ticks: u32 = fields.filter_map(|field| field.parse::<u32>().ok()).sum();
        Ok(TICK * ticks)
    }

    /// The most memory that it held since [`forget_peak`](Self::forget_peak), in bytes.
    pub(crate) fn peak(&self) -> Result<u64, Problem> {
        self.memory("VmHWM:")
    }

    /// The memory that it holds, in bytes.
    pub(crate) fn resident(&self) -> Result<u64, Problem> {
        self.memory("VmRSS:")
    }

    pub(crate) fn forget_peak(&self) -> Result<(), Problem> {
        fs::write(self.file("clear_refs"), "5").map_err(|error| Problem::Proc(self.file("clear_refs"), error))
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn end(&mut self) -> Result<(), Problem> {
        let mut command = Command::new("kill");
        command.args(["-TERM", &self.process.id().to_string()]);
        command.status().map_err(|error| Problem::start(&command, &error))?;
        let status = self.process.wait()?;
        if status.success() { Ok(()) } else { Err(Problem::Other(format!("a process ended with {status}"))) }
    }

    fn memory(&self, name: &str) -> Result<u64, Problem> {
        let status = self.proc("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        Ok(line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or_default() * 1024)
    }

    fn proc(&self, name: &str) -> Result<String, Problem> {
        fs::read_to_string(self.file(name)).map_err(|error| Problem::Proc(self.file(name), error))
    }

    fn file(&self, name: &str) -> String {
        format!("/proc/{}/{name}", self.process.id())
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn address(line: &str) -> Option<String> {
    let start = line.find("http://127.0.0.1:")?;
    let rest = line.get(start..)?;
    // The gateway tells of its explorer first, where it has one, at the same address.
    let end = rest.get(7..)?.find('/').map_or(rest.len(), |end| end + 7);
    Some(rest.get(..end)?.trim().to_owned())
}
