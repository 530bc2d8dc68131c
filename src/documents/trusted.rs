//! The operator's own documents, read once from a folder or a manifest.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use super::digest_of;

/// Why trusted documents cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// A file or folder cannot be read.
    #[error("{path}: {error}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A manifest is none.
    #[error("{path}: expected an object of ids and documents, or Apollo's manifest of operations: {problem}")]
    Manifest {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// A folder holds no document.
    #[error("{path}: there is no .graphql file in it")]
    Empty {
        /// Which.
        path: PathBuf,
    },
    /// A document does not fit the schema.
    #[error("{id}: {problem}")]
    Unfit {
        /// The document's id.
        id: String,
        /// What is wrong.
        problem: String,
    },
}

/// Trusted documents by their ids and by their digests.
#[derive(Debug, Default)]
pub struct Trusted {
    by_id: HashMap<String, Arc<str>>,
    by_digest: HashMap<String, Arc<str>>,
}

/// The forms of a manifest.
#[derive(Deserialize)]
#[serde(untagged)]
enum Manifest {
    Operations { operations: Vec<Operation> },
    Map(HashMap<String, String>),
}

/// An operation as Apollo's manifest has it.
#[derive(Deserialize)]
struct Operation {
    id: String,
    body: String,
}

impl Trusted {
    /// Reads a folder of `.graphql` files, whose names are their ids, or a manifest. A document's SHA-256 is an id of it too.
    ///
    /// # Errors
    /// The first file that cannot be read, or that there is nothing to read.
    pub fn read(path: &Path) -> Result<Self, Unusable> {
        let documents = if path.is_dir() { folder(path)? } else { manifest(path)? };
        let by_digest = documents.values().map(|text| (digest_of(text), Arc::clone(text))).collect();
        Ok(Self { by_id: documents, by_digest })
    }

    /// The documents with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.by_id.iter().map(|(id, text)| (id.as_str(), text.as_ref()))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// By its id, or by its digest with or without `sha256:` before it.
    pub(super) fn find(&self, id: &str) -> Option<Arc<str>> {
        let digest = id.strip_prefix("sha256:").unwrap_or(id);
        self.by_id.get(id).cloned().or_else(|| self.find_digest(&digest.to_ascii_lowercase()))
    }

    pub(super) fn find_digest(&self, digest: &str) -> Option<Arc<str>> {
        self.by_digest.get(digest).cloned()
    }

    pub(super) fn holds(&self, text: &str) -> bool {
        self.by_digest.contains_key(&digest_of(text))
    }
}

fn folder(path: &Path) -> Result<HashMap<String, Arc<str>>, Unusable> {
    let unreadable = |error| Unusable::Unreadable { path: path.to_owned(), error };
    let mut documents = HashMap::new();
    for entry in std::fs::read_dir(path).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        let name = file.file_stem().and_then(|stem| stem.to_str());
        if let (Some(name), Some("graphql")) = (name, file.extension().and_then(|ending| ending.to_str())) {
            documents.insert(name.to_owned(), text(&file)?.into());
        }
    }
    if documents.is_empty() { Err(Unusable::Empty { path: path.to_owned() }) } else { Ok(documents) }
}

fn manifest(path: &Path) -> Result<HashMap<String, Arc<str>>, Unusable> {
    let problem = |error: serde_json::Error| Unusable::Manifest { path: path.to_owned(), problem: error.to_string() };
    Ok(match serde_json::from_str(&text(path)?).map_err(problem)? {
        Manifest::Operations { operations } => {
            operations.into_iter().map(|operation| (operation.id, operation.body.into())).collect()
        }
        Manifest::Map(documents) => documents.into_iter().map(|(id, text)| (id, text.into())).collect(),
    })
}

fn text(path: &Path) -> Result<String, Unusable> {
    std::fs::read_to_string(path).map_err(|error| Unusable::Unreadable { path: path.to_owned(), error })
}
