//! A recording on disk: a folder with a head, and a file of exchanges for each API.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::exchange::Exchange;
use super::{Api, Problem};

/// The file that tells what the others are.
pub(super) const HEAD: &str = "recording.json";
/// What a head says of itself.
const FORMAT: &str = "onramp-recording";
/// The version of the format that is written, and the latest that is read.
const VERSION: u32 = 1;

/// What a recording says of itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Head {
    format: String,
    version: u32,
    /// The gateway that made it.
    #[serde(default)]
    pub gateway: Option<String>,
    /// When it was begun.
    #[serde(default)]
    pub started: Option<jiff::Timestamp>,
    /// The APIs that were there, by their roles.
    pub apis: Vec<String>,
    /// Those of them that the sandbox played.
    #[serde(default)]
    pub sandboxed: Vec<String>,
}

impl Head {
    /// The head of a recording that begins now.
    pub fn new(gateway: &str, apis: Vec<String>, sandboxed: Vec<String>) -> Self {
        let (gateway, started) = (Some(gateway.to_owned()), Some(jiff::Timestamp::now()));
        Self { format: FORMAT.to_owned(), version: VERSION, gateway, started, apis, sandboxed }
    }
}

/// The file of an API.
pub(super) fn file_of(folder: &Path, api: &str) -> PathBuf {
    folder.join(format!("{api}.jsonl"))
}

/// Makes the folder where it is not there, and begins a recording in it. One that is there already stays as it is.
pub(super) fn create(folder: &Path, head: &Head) -> Result<(), Problem> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| unwritable(folder, &error))?;
    let path = folder.join(HEAD);
    let mut file = create_new(&path)?;
    let mut text = serde_json::to_vec_pretty(head).map_err(|error| unwritable(&path, &error))?;
    text.push(b'\n');
    file.write_all(&text).map_err(|error| {
        discard(folder, &[]);
        unwritable(&path, &error)
    })
}

/// Makes a file that only its owner reads. What was recorded before is never written over.
pub(super) fn create_new(path: &Path) -> Result<File, Problem> {
    let mut options = OpenOptions::new();
    options.append(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            unwritable(path, &"is there already; a recording is never written over, so name another folder")
        }
        _ => unwritable(path, &error),
    })
}

/// Takes away a recording that was begun and that nobody has need of. What cannot be taken away is in nobody's way but that
/// of the next one, which says so.
pub(super) fn discard(folder: &Path, apis: &[&str]) {
    for file in apis.iter().map(|api| file_of(folder, api)).chain([folder.join(HEAD)]) {
        let _ = fs::remove_file(file);
    }
    // A folder that holds something else stays.
    let _ = fs::remove_dir(folder);
}

fn unwritable(path: &Path, problem: &dyn std::fmt::Display) -> Problem {
    Problem::Unwritable { path: path.to_owned(), problem: problem.to_string() }
}

fn unreadable(path: &Path, problem: &dyn std::fmt::Display) -> Problem {
    Problem::Unreadable { path: path.to_owned(), problem: problem.to_string() }
}

/// Reads the head, and refuses what this gateway does not know.
pub(super) fn read_head(folder: &Path, apis: &[Api]) -> Result<Head, Problem> {
    let path = folder.join(HEAD);
    let text = fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
    let head: Head = serde_json::from_str(&text).map_err(|error| unreadable(&path, &error))?;
    if head.format != FORMAT {
        return Err(unreadable(&path, &format!("format is {:?}, expected {FORMAT:?}", head.format)));
    }
    if head.version == 0 || head.version > VERSION {
        let problem = format!("version is {}, and this gateway reads 1 to {VERSION}", head.version);
        return Err(unreadable(&path, &problem));
    }
    if let Some(unknown) = head.apis.iter().find(|name| apis.iter().all(|api| api.name != name.as_str())) {
        let known = apis.iter().map(|api| api.name).collect::<Vec<_>>().join(", ");
        return Err(unreadable(&path, &format!("apis names {unknown:?}, expected some of {known}")));
    }
    Ok(head)
}

/// An exchange and where it stands.
pub(super) struct Line {
    pub(super) number: usize,
    pub(super) exchange: Exchange,
}

/// Reads every exchange of an API, but for a last line that is not all there: whoever wrote it was stopped within it.
pub(super) fn read_lines(path: &Path) -> Result<Vec<Line>, Problem> {
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let mut file = BufReader::new(file);
    let (mut lines, mut line) = (Vec::new(), Vec::new());
    for number in 1.. {
        line.clear();
        let broken = |problem: String| Problem::Line { path: path.to_owned(), line: number, problem };
        if file.read_until(b'\n', &mut line).map_err(|error| broken(error.to_string()))? == 0 {
            break;
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let exchange: Exchange = match serde_json::from_slice(line.trim_ascii_end()) {
            Err(error) if error.is_eof() && !line.ends_with(b"\n") => {
                tracing::warn!(path = %path.display(), line = number, "the last line is not complete and is left out");
                break;
            }
            exchange => exchange.map_err(|error| broken(told(&error)))?,
        };
        check(&exchange).map_err(broken)?;
        lines.push(Line { number, exchange });
    }
    Ok(lines)
}

/// What is wrong, without the line that the reader counts: it is given one at a time.
fn told(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split_once(" at line 1 ").map_or_else(|| text.clone(), |(what, place)| format!("{what} at {place}"))
}

fn check(exchange: &Exchange) -> Result<(), String> {
    let request = &exchange.request;
    if !request.path.starts_with('/') {
        return Err(format!("request.path is {:?}, expected one that begins with a slash", request.path));
    }
    match (&exchange.response, exchange.lost) {
        (Some(response), None) if !(100..=999).contains(&response.status) => {
            Err(format!("response.status is {}, expected one of three digits", response.status))
        }
        (Some(_), Some(_)) => Err("has both response and lost, expected one of them".to_owned()),
        (None, None) => Err("has neither response nor lost, expected one of them".to_owned()),
        _ => Ok(()),
    }
}
