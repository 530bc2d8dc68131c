//! The map of the code holds: no arrow points up. Read from the paths that the sources name.

mod paths;

use std::collections::BTreeSet;
use std::path::Path;

use paths::{Source, sources};

/// Stands for each API's folder, so that another API needs no row.
const SLICE: &str = "(slice)";

/// Every module with those that it may name besides itself, the highest first. `src/lib.rs` says what each is for.
const MAP: &[(&str, &[&str])] = &[
    (
        "main",
        &[
            "server",
            "mcp",
            "graph",
            "documents",
            "limits",
            "advance",
            "audit",
            "config",
            "identity",
            "rate",
            "caller",
            "replicas",
            "telemetry",
            "tape",
            "drift",
            "scalar",
            "scan",
            "workers",
            "sandbox",
        ],
    ),
    (
        "server",
        &[
            "mcp",
            "graph",
            "identity",
            "rate",
            "documents",
            "limits",
            "config",
            "context",
            "caller",
            "replicas",
            "telemetry",
            "error",
            "flight",
            "body",
            "woken",
            "workers",
            "scalar",
            "record",
        ],
    ),
    ("mcp", &["graph", "documents", "limits", "config", "error", "setting"]),
    (
        "graph",
        &[
            "documents",
            "limits",
            SLICE,
            "session",
            "record",
            "advance",
            "live",
            "pagination",
            "node",
            "config",
            "upstream",
            "context",
            "caller",
            "replicas",
            "telemetry",
            "error",
            "transition",
            "tape",
            "turn",
            "drift",
            "setting",
        ],
    ),
    ("identity", &["config", "upstream", "caller", "error", "setting"]),
    ("rate", &["caller", "replicas", "error", "setting"]),
    ("documents", &["replicas", "error", "setting"]),
    ("limits", &["pagination", "error", "setting"]),
    (SLICE, BELOW_A_SLICE),
    ("advance", &["live", "coordination", "audit", "upstream", "context", "caller", "replicas", "telemetry", "error"]),
    ("live", &["context", "telemetry", "error", "setting"]),
    ("coordination", &[]),
    ("batch", &["context", "error", "turn"]),
    ("session", &["context", "turn"]),
    ("pagination", &["error", "record"]),
    ("node", &["error", "scalar"]),
    ("config", &["setting"]),
    ("audit", &["setting"]),
    (
        "upstream",
        &[
            "context",
            "caller",
            "replicas",
            "telemetry",
            "error",
            "transition",
            "tape",
            "setting",
            "flight",
            "body",
            "workers",
            "drift",
            "scalar",
            "scan",
        ],
    ),
    ("context", &["caller", "telemetry", "error"]),
    ("caller", &["error"]),
    ("replicas", &["telemetry", "error", "setting"]),
    ("telemetry", &["setting"]),
    ("error", &["transition"]),
    ("transition", &[]),
    ("tape", &["setting"]),
    ("turn", &[]),
    ("flight", &["woken"]),
    ("body", &[]),
    ("woken", &[]),
    ("workers", &[]),
    ("drift", &["scalar", "vocabulary"]),
    ("scalar", &["record", "scan"]),
    ("vocabulary", &["record"]),
    ("record", &["scan"]),
    ("scan", &[]),
    ("setting", &[]),
    ("sandbox", &[]),
];

/// What a slice may name: neither the settings nor another slice.
const BELOW_A_SLICE: &[&str] = &[
    "advance",
    "live",
    "batch",
    "session",
    "pagination",
    "node",
    "upstream",
    "context",
    "caller",
    "error",
    "transition",
    "turn",
    "scalar",
    "drift",
    "vocabulary",
    "record",
    "setting",
];

/// Every file of a slice with the others of the same slice that it may name, and the modules that it may name at most.
const FILES: &[(&str, &[&str], &[&str])] = &[
    ("mod", &["graphql", "loader", "rest", "rules", "model"], BELOW_A_SLICE),
    ("graphql", &["mod", "loader", "rest", "rules", "model"], BELOW_A_SLICE),
    ("loader", &["rest", "model"], &["live", "batch", "error", "turn", "scalar"]),
    ("rest", &["rules", "model"], &["upstream", "drift", "error", "transition", "scalar", "vocabulary"]),
    ("rules", &["model"], &["transition", "scalar"]),
    ("model", &[], &["pagination", "node", "scalar", "vocabulary"]),
];

/// The parts of the HTTP library that are words and no client.
const WORDS_OF_HTTP: [&str; 3] = ["header", "Method", "StatusCode"];

#[test]
fn the_map_points_downwards_and_names_every_module() {
    let height = |name: &str| MAP.iter().position(|(module, _)| *module == name);
    for (module, may_name) in MAP {
        for named in *may_name {
            assert!(height(module) < height(named), "the map lets {module} name {named}, which stands above it");
        }
    }
    let mapped: BTreeSet<&str> = MAP.iter().map(|(module, _)| *module).collect();
    let sources = sources();
    let found: BTreeSet<&str> = sources.iter().map(|source| on_map(source.module())).collect();
    assert_eq!(found, mapped, "the modules under src/, and those on the map of this test");
}

#[test]
fn no_module_names_another_that_the_map_does_not_let_it_name() {
    let breaches = breaches(|source, path| {
        let named = path.first()?.as_str();
        let (_, may_name) = MAP.iter().find(|(module, _)| *module == on_map(source.module()))?;
        (is_module(named) && named != source.module() && !may_name.contains(&on_map(named)))
            .then(|| format!("names {named}"))
    });
    assert_eq!(breaches, [""; 0]);
}

#[test]
fn inside_a_slice_the_files_keep_their_order() {
    let breaches = breaches(|source, path| {
        let (_, own, others) = FILES.iter().find(|(file, ..)| is_slice(source.module()) && *file == source.file())?;
        let named = path.first()?.as_str();
        if named != source.module() {
            return (is_module(named) && !others.contains(&named)).then(|| format!("names {named}"));
        }
        let file = path.get(1).map_or("mod", String::as_str);
        let file = if FILES.iter().any(|(known, ..)| *known == file) { file } else { "mod" };
        (file != source.file() && !own.contains(&file)).then(|| format!("names its slice's {file}"))
    });
    assert_eq!(breaches, [""; 0]);
}

#[test]
fn a_slice_has_the_six_files_and_shows_its_mod_alone() {
    for slice in onramp::graph::names() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(slice);
        let text = std::fs::read_to_string(folder.join("mod.rs")).unwrap();
        let declared: BTreeSet<&str> = text.lines().filter_map(|line| line.strip_prefix("mod ")).collect();
        assert_eq!(declared, BTreeSet::from(["graphql;", "loader;", "model;", "rest;", "rules;"]), "{slice}");
        assert!(!text.contains("pub mod") && !text.contains("pub(crate) mod"), "{slice}");
    }
    let breaches = breaches(|source, path| {
        let [slice, file, ..] = path else { return None };
        let is_inside = is_slice(slice) && FILES.iter().any(|(known, ..)| known == file);
        (is_inside && source.module() != slice).then(|| format!("names {slice}::{file}"))
    });
    assert_eq!(breaches, [""; 0]);
}

/// What sends traces to their collector, which is no API.
const EXPORTER: &str = "telemetry/export.rs";

#[test]
fn only_upstream_holds_an_http_client() {
    let breaches = foreign(|source, path| {
        let [library, part, ..] = path else { return None };
        let is_word = WORDS_OF_HTTP.contains(&part.as_str()) && source.file() == "rest";
        let has_one = source.module() == "upstream" || source.name == EXPORTER;
        (library == "reqwest" && !has_one && !is_word).then(|| format!("names reqwest::{part}"))
    });
    assert_eq!(breaches, [""; 0]);
}

#[test]
fn only_config_reads_the_environment() {
    let breaches = foreign(|source, path| {
        let reads = matches!(path, [library, part, ..] if library == "std" && part == "env");
        (reads && source.module() != "config").then(|| "names std::env".to_owned())
    });
    assert_eq!(breaches, [""; 0]);
}

fn is_slice(module: &str) -> bool {
    onramp::graph::names().any(|slice| slice == module)
}

fn on_map(module: &str) -> &str {
    if is_slice(module) { SLICE } else { module }
}

fn is_module(name: &str) -> bool {
    MAP.iter().any(|(module, _)| *module == on_map(name))
}

/// What a check has to say about the paths into this package, each with the place of the path.
fn breaches(check: impl Fn(&Source, &[String]) -> Option<String>) -> Vec<String> {
    said(&check, |source| &source.own_paths)
}

/// What a check has to say about the paths into other packages.
fn foreign(check: impl Fn(&Source, &[String]) -> Option<String>) -> Vec<String> {
    said(&check, |source| &source.foreign_paths)
}

fn said(
    check: &dyn Fn(&Source, &[String]) -> Option<String>,
    paths: impl Fn(&Source) -> &Vec<Vec<String>>,
) -> Vec<String> {
    let of_file = |source: &Source| {
        let said: BTreeSet<String> = paths(source).iter().filter_map(|path| check(source, path)).collect();
        said.into_iter().map(|what| format!("{} {what}", source.name)).collect::<Vec<_>>()
    };
    sources().iter().flat_map(of_file).collect()
}
