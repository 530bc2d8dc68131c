//! The sources as the map sees them: where each file stands, and which paths it names.

use std::path::{Path, PathBuf};

/// The files of the program, which is a package of its own on top of the library.
const PROGRAM: [&str; 12] = [
    "main",
    "banner",
    "check",
    "deck",
    "ending",
    "health",
    "log",
    "reload",
    "signals",
    "startup",
    "stage",
    "stage_absent",
];

/// A file under `src/`.
pub struct Source {
    /// Its name, from `src/` on.
    pub name: String,
    /// The paths into this package, from its root on.
    pub own_paths: Vec<Vec<String>>,
    /// The paths into other packages, from the package's name on.
    pub foreign_paths: Vec<Vec<String>>,
    place: Vec<String>,
}

impl Source {
    /// The module of the map that the file belongs to.
    pub fn module(&self) -> &str {
        if PROGRAM.contains(&self.place[0].as_str()) { "main" } else { &self.place[0] }
    }

    /// The file of a slice that it belongs to: `rest` for `leadconduit/rest/body.rs`.
    pub fn file(&self) -> &str {
        self.place.get(1).map_or("mod", String::as_str)
    }

    fn read(root: &Path, file: &Path) -> Self {
        let name = file.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        let place = name.trim_end_matches(".rs").trim_end_matches("/mod");
        let place: Vec<String> = place.split('/').map(str::to_owned).collect();
        let paths = Reader::new(&std::fs::read_to_string(file).unwrap(), &place).read();
        let (own, foreign): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| path[0] == "crate");
        let own_paths = own.into_iter().map(|path| path[1..].to_vec()).collect();
        Self { name, own_paths, foreign_paths: foreign, place }
    }
}

/// Every file under `src/` but the root of the library, which names them all.
pub fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = files(&root);
    files.retain(|file| *file != root.join("lib.rs"));
    files.sort();
    files.iter().map(|file| Source::read(&root, file)).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// A walk over the tokens of a file that knows in which module it stands.
struct Reader {
    tokens: Vec<String>,
    at: usize,
    place: Vec<String>,
    paths: Vec<Vec<String>>,
}

impl Reader {
    fn new(text: &str, place: &[String]) -> Self {
        Self { tokens: tokens(text), at: 0, place: place.to_vec(), paths: Vec::new() }
    }

    fn read(mut self) -> Vec<Vec<String>> {
        self.block(None);
        self.paths
    }

    /// Reads up to the end of a block; a module's block stands one step deeper.
    fn block(&mut self, module: Option<String>) {
        let depth = self.place.len();
        self.place.extend(module);
        while let Some(token) = self.next() {
            match token.as_str() {
                "{" => self.block(None),
                "}" => break,
                "mod" if self.peek(1) == "{" => {
                    let name = self.next();
                    self.at += 1;
                    self.block(name);
                }
                _ if self.peek(0) == "::" && is_name(&token) => {
                    let start = self.resolved(token);
                    self.path(start);
                }
                _ => {}
            }
        }
        self.place.truncate(depth);
    }

    /// Reads on from a path's first part: more parts, a group of them, or its end.
    fn path(&mut self, mut path: Vec<String>) {
        while self.peek(0) == "::" {
            self.at += 1;
            match self.peek(0).to_owned().as_str() {
                "{" => return self.group(&path),
                "super" => {
                    path.pop();
                }
                name if is_name(name) => path.push(name.to_owned()),
                _ => break,
            }
            self.at += 1;
        }
        self.paths.push(path);
    }

    fn group(&mut self, start: &[String]) {
        self.at += 1;
        while let Some(token) = self.next() {
            match token.as_str() {
                "}" => return,
                "self" => self.path(start.to_vec()),
                name if is_name(name) => self.path([start, &[name.to_owned()]].concat()),
                _ => {}
            }
        }
    }

    /// The first part of a path from the package's root on. A name that is none of the ways to the root stands for itself.
    fn resolved(&self, first: String) -> Vec<String> {
        let root = || vec!["crate".to_owned()];
        match first.as_str() {
            "crate" | "onramp" => root(),
            "self" => [root(), self.place.clone()].concat(),
            "super" => [root(), self.place[..self.place.len() - 1].to_vec()].concat(),
            _ => vec![first],
        }
    }

    fn next(&mut self) -> Option<String> {
        self.at += 1;
        self.tokens.get(self.at - 1).cloned()
    }

    fn peek(&self, ahead: usize) -> &str {
        self.tokens.get(self.at + ahead).map_or("", String::as_str)
    }
}

fn is_name(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// Names, `::`, braces and commas; comments and texts are left out.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if first == '"' {
            text_length(rest)
        } else if let Some(length) = character_length(rest) {
            length
        } else if is_name(rest) {
            let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            tokens.push(rest[..length].to_owned());
            length
        } else if rest.starts_with("::") {
            tokens.push("::".to_owned());
            2
        } else {
            if "{},".contains(first) {
                tokens.push(first.to_string());
            }
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    tokens
}

fn text_length(rest: &str) -> usize {
    let mut is_escaped = false;
    let end = rest.char_indices().skip(1).find(|(_, c)| {
        let ends = *c == '"' && !is_escaped;
        is_escaped = *c == '\\' && !is_escaped;
        ends
    });
    end.map_or(rest.len(), |(index, _)| index + 1)
}

/// The length of a literal such as `'{'` or `'\n'`; a lifetime is none.
fn character_length(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix('\'')?;
    let width = if inside.starts_with('\\') { 2 } else { inside.chars().next()?.len_utf8() };
    inside.get(width..)?.starts_with('\'').then_some(width + 2)
}
