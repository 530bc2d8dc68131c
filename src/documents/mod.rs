//! Documents that need not be sent: known to the operator (trusted documents), or sent once before (automatic persisted
//! queries).

mod trusted;

use std::path::PathBuf;
use std::sync::Arc;

use moka::sync::Cache;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::error::{Error, Unpersisted};
use crate::replicas::Replicas;
use crate::setting::Setting;

pub use trusted::{Trusted, Unusable};

/// The keys of the section `documents`.
pub const DOCUMENTS: &[Setting] = &[
    Setting::optional(
        "trusted",
        "A folder of `.graphql` files, or a manifest: JSON that maps ids to documents, or Apollo's manifest of operations.",
    ),
    Setting::new(
        "only_trusted",
        "false",
        "Whether every document but the trusted ones is refused. One that is sent as text is compared byte by byte.",
    ),
    Setting::new(
        "automatic",
        "true",
        "Whether a client may send a document once with its SHA-256, and the digest alone from then on (APQ).",
    ),
    Setting::new(
        "automatic_bytes",
        "8388608",
        "Bytes of documents that are kept for that; the least used ones go first.",
    ),
];

/// The version of the extension `persistedQuery`.
const VERSION: u64 = 1;
const EXTENSION: &str = "persistedQuery";
/// What documents are called among the replicas.
const KIND: &str = "document";

/// The values of [`DOCUMENTS`].
#[derive(Debug, Clone, Deserialize)]
pub struct Settings {
    /// Where the trusted documents are.
    #[serde(default)]
    pub trusted: Option<PathBuf>,
    /// Whether there are no others.
    pub only_trusted: bool,
    automatic: bool,
    automatic_bytes: u64,
}

impl Settings {
    /// The files that are read now; a folder that cannot be read has none.
    pub fn files(&self) -> Vec<PathBuf> {
        let Some(path) = &self.trusted else {
            return Vec::new();
        };
        match std::fs::read_dir(path) {
            Ok(entries) => entries.filter_map(|entry| Some(entry.ok()?.path())).collect(),
            Err(_) => vec![path.clone()],
        }
    }
}

/// How a request says which document it means.
#[derive(Debug, Default)]
pub struct Asked {
    /// The document's own text.
    pub text: Option<String>,
    /// The id of a trusted document.
    pub id: Option<String>,
    /// The digest that the extension `persistedQuery` gives, in hexadecimal.
    pub digest: Option<String>,
    /// A text that the gateway made of a trusted document, which nobody sends.
    pub prepared: Option<Arc<str>>,
}

impl Asked {
    /// Whether no document is meant at all.
    pub fn is_empty(&self) -> bool {
        self.text.is_none() && self.id.is_none() && self.digest.is_none()
    }
}

/// What the extension holds, as clients of APQ send it.
#[derive(Debug, Deserialize)]
struct Persisted {
    version: u64,
    #[serde(rename = "sha256Hash")]
    digest: String,
}

/// Reads the extension `persistedQuery`, where a request has it.
///
/// # Errors
/// Where it is none.
pub fn persisted(extensions: &serde_json::Map<String, serde_json::Value>) -> Result<Option<String>, Error> {
    let Some(value) = extensions.get(EXTENSION) else {
        return Ok(None);
    };
    let problem = |problem: String| Error::input(format!("extensions.{EXTENSION}"), problem);
    let read = Persisted::deserialize(value).map_err(|error| problem(format!("cannot be read: {error}")))?;
    match read.version {
        VERSION => Ok(Some(read.digest)),
        other => Err(problem(format!("has the version {other}, and {VERSION} alone is known"))),
    }
}

/// The documents that the gateway knows by name.
pub struct Documents {
    trusted: Trusted,
    only_trusted: bool,
    automatic: Option<Cache<String, Arc<str>>>,
    replicas: Replicas,
    /// Most bytes of documents that came by themselves.
    most: u64,
}

impl Documents {
    /// What the settings say of them, with the trusted ones that were read; what comes by itself is shared with the other
    /// replicas.
    pub fn new(settings: &Settings, trusted: Trusted, replicas: Replicas) -> Self {
        let weigh = |digest: &String, text: &Arc<str>| u32::try_from(digest.len() + text.len()).unwrap_or(u32::MAX);
        let cache = || Cache::builder().max_capacity(settings.automatic_bytes).weigher(weigh).build();
        let is_automatic = settings.automatic && !settings.only_trusted;
        Self {
            trusted,
            only_trusted: settings.only_trusted,
            automatic: is_automatic.then(cache),
            replicas,
            most: settings.automatic_bytes,
        }
    }

    /// The ones that the operator named in advance.
    pub fn trusted(&self) -> &Trusted {
        &self.trusted
    }

    /// Whether there are no others.
    pub fn are_only_trusted(&self) -> bool {
        self.only_trusted
    }

    /// Asks the other replicas for the document that a request means, where it is not known here.
    pub async fn learn(&self, asked: &Asked) {
        let (None, None, Some(digest), Some(automatic)) = (&asked.text, &asked.id, &asked.digest, &self.automatic)
        else {
            return;
        };
        let digest = digest.to_ascii_lowercase();
        if automatic.contains_key(&digest) || self.trusted.find_digest(&digest).is_some() {
            return;
        }
        // What others say is believed no more than what a client says. To ask them takes room that hardly a request needs.
        let told = Box::pin(self.replicas.find(KIND, &digest)).await;
        if let Some(text) = told.filter(|text| digest_of(text) == digest) {
            automatic.insert(digest, text.into());
        }
    }

    /// The text of the document that a request means.
    ///
    /// # Errors
    /// Where it names none, or one that is not known or not let through.
    pub fn find(&self, asked: &Asked) -> Result<Arc<str>, Error> {
        if let Some(prepared) = &asked.prepared {
            return Ok(Arc::clone(prepared));
        }
        match (asked.text.as_deref(), asked.id.as_deref(), asked.digest.as_deref()) {
            (Some(_), Some(_), _) => Err(Error::input("documentId", "cannot be given together with query")),
            (Some(text), None, Some(digest)) => self.register(text, digest),
            (Some(text), None, None) => self.trust(text.into()),
            (None, Some(id), _) => self.trusted.find(id).ok_or(Error::Document(Unpersisted::Unknown)),
            (None, None, Some(digest)) => self.recall(digest),
            (None, None, None) => Err(Error::input("query", "is missing")),
        }
    }

    /// Remembers a document that was found to fit the schema: junk is not kept.
    pub fn remember(&self, text: &Arc<str>, digest: &str) {
        if let Some(automatic) = &self.automatic {
            let digest = digest.to_ascii_lowercase();
            self.replicas.keep(KIND, &digest, text, self.most);
            automatic.insert(digest, Arc::clone(text));
        }
    }

    /// A document that comes with its digest, which has to be that of this text: whoever comes later gets it by that.
    fn register(&self, text: &str, digest: &str) -> Result<Arc<str>, Error> {
        if digest_of(text) != digest.to_ascii_lowercase() {
            let argument = format!("extensions.{EXTENSION}.sha256Hash");
            return Err(Error::input(argument, "is not the SHA-256 of the document that it came with"));
        }
        self.trust(text.into())
    }

    fn recall(&self, digest: &str) -> Result<Arc<str>, Error> {
        let digest = digest.to_ascii_lowercase();
        let remembered = || self.automatic.as_ref().and_then(|automatic| automatic.get(&digest));
        let missing = || match (&self.automatic, self.trusted.is_empty()) {
            (None, true) => Unpersisted::Unsupported,
            _ => Unpersisted::Unknown,
        };
        self.trusted.find_digest(&digest).or_else(remembered).ok_or_else(|| Error::Document(missing()))
    }

    fn trust(&self, text: Arc<str>) -> Result<Arc<str>, Error> {
        if self.only_trusted && !self.trusted.holds(&text) {
            return Err(Error::Document(Unpersisted::Untrusted));
        }
        Ok(text)
    }
}

/// The SHA-256 of a text, in lower-case hexadecimal.
fn digest_of(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
