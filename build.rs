//! Says which commit a build is of. One without a repository is as good as any other, and says nothing.

#![expect(clippy::disallowed_methods, reason = "Cargo tells a build script by the environment what it builds")]

use std::path::Path;
use std::process::Command;
use std::{env, fs};

/// As much of a commit's name as people read.
const LENGTH: usize = 12;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=ONRAMP_COMMIT");
    let commit = given().or_else(packaged).or_else(checked_out).unwrap_or_default();
    let commit: String = commit.chars().take(LENGTH).collect();
    let version = env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let target = env::var("TARGET").unwrap_or_default();
    let parts: Vec<&str> = [commit.as_str(), target.as_str()].into_iter().filter(|part| !part.is_empty()).collect();
    println!("cargo::rustc-env=ONRAMP_COMMIT={commit}");
    println!("cargo::rustc-env=ONRAMP_VERSION={version} ({})", parts.join(", "));
}

/// What whoever builds says, such as a container's build, which sees no repository.
fn given() -> Option<String> {
    env::var("ONRAMP_COMMIT").ok().filter(|commit| !commit.is_empty())
}

/// What Cargo has put into a published package.
fn packaged() -> Option<String> {
    let info = fs::read_to_string(".cargo_vcs_info.json").ok()?;
    let (_, rest) = info.split_once("\"sha1\": \"")?;
    rest.split_once('"').map(|(commit, _)| commit.to_owned())
}

/// The commit that is checked out. While one works on it, it says little, and would be a reason to build anew.
fn checked_out() -> Option<String> {
    if env::var("PROFILE").ok()? != "release" {
        return None;
    }
    let commit = git(&["rev-parse", "HEAD"])?;
    for name in ["HEAD", "logs/HEAD"] {
        let file = git(&["rev-parse", "--git-path", name]).filter(|file| Path::new(file).exists());
        if let Some(file) = file {
            println!("cargo::rerun-if-changed={file}");
        }
    }
    Some(commit)
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = output.status.success().then(|| String::from_utf8(output.stdout).ok())??;
    Some(text.trim().to_owned())
}
