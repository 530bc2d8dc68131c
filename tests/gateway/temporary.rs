//! Files and folders that are gone when the test is over.

use std::path::{Path, PathBuf};

/// A file of one test alone.
pub struct TempFile(PathBuf);

impl TempFile {
    pub fn new(content: &str) -> Self {
        let path = std::env::temp_dir().join(format!("onramp-{}", uuid::Uuid::new_v4()));
        std::fs::write(&path, content).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }

    /// Puts another content in its place, in one step, as an editor or a deployment does.
    pub fn replace(&self, content: &str) {
        let next = Self::new(content);
        std::fs::rename(&next.0, &self.0).unwrap();
    }
}

impl AsRef<Path> for TempFile {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A folder of one test alone.
pub struct TempFolder(PathBuf);

impl TempFolder {
    pub fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("onramp-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
