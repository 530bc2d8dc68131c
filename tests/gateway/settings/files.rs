//! The settings file, and the environment beside it.

use super::{WALDUR, refused, run};
use crate::temporary::TempFile;

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let (code, output, complaint) = run(&[], &["--config", "/nowhere/onramp.toml"]);
    assert_eq!((code, output.as_str()), (Some(1), ""));
    assert_eq!(complaint, "onramp: settings file /nowhere/onramp.toml: No such file or directory (os error 2)\n");
    let broken = TempFile::new("[server\nlisten = 1");
    let (code, _, complaint) = run(&[], &["--config", broken.path()]);
    assert_eq!(code, Some(1));
    assert!(complaint.starts_with(&format!("onramp: settings file {}: ", broken.path())), "{complaint}");
    assert!(complaint.contains("line 1"), "{complaint}");
}

#[test]
fn a_key_of_the_file_is_checked_as_one_of_the_environment() {
    let unknown = TempFile::new("[server]\nport = 4000\n");
    let (code, _, complaint) = run(&[], &["--config", unknown.path()]);
    assert_eq!(code, Some(1));
    assert!(complaint.starts_with("onramp: setting server.port is unknown; known here are listen, "), "{complaint}");
    let bare = TempFile::new("connect = 1\n");
    refused(
        &[],
        &["--config", bare.path()],
        "setting connect (ONRAMP__CONNECT): is a section, and was given a value of its own",
    );
}

#[test]
fn the_environment_outranks_the_file() {
    let file = TempFile::new(
        "[server]\nlisten = \"127.0.0.1:1\"\nlog = \"warn\"\n[waldur]\nbase_url = \"http://a.example\"\n",
    );
    let (code, output, _) = run(&WALDUR, &["check", "--config", file.path()]);
    assert_eq!(code, Some(0));
    for line in ["server.listen = 127.0.0.1:0", "waldur.base_url = http://127.0.0.1:9", "waldur.token = (set)"] {
        assert!(output.lines().any(|said| said == line), "{line}: {output}");
    }
}
