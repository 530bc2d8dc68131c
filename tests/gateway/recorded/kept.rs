//! A recording is written whole, and never over another one.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use onramp::sandbox::{Ports, Sandbox};
use serde_json::json;

use super::scene::{Recording, everything, lines, path, play, refused};
use crate::gateway::{Gateway, command, pointed_at};
use crate::temporary::{TempFile, TempFolder};
use crate::writes::lead;

fn read_lead(number: u128) -> String {
    format!("{{ lead(id: \"{}\") {{ stage }} }}", lead(number))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_is_not_written_over() {
    let recording = Recording::start(&[]).await;
    recording.ask(&read_lead(0)).await;
    let folder = recording.end().await;
    let before = everything(&folder);
    let complaint = refused(&["record", "--out", path(&folder)]);
    let expected = format!(
        "onramp: recording {}/recording.json: is there already; a recording is never written over, so name another folder\n",
        path(&folder)
    );
    assert_eq!(complaint, expected);
    assert_eq!(everything(&folder), before);
    let mode = |file: &str| folder.path().join(file).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(["recording.json", "onboarding.jsonl", "leads.jsonl"].map(mode), [0o600; 3]);
}

#[test]
fn a_start_that_fails_leaves_no_recording() {
    let folder = TempFolder::new();
    let target = folder.path().join("recording");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = [("ONRAMP__SERVER__LISTEN".to_owned(), taken.local_addr().unwrap().to_string())];
    for _ in 0..2 {
        let output = command(&listen).args(["record", "--out", target.to_str().unwrap()]).output().unwrap();
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(complaint.contains("cannot listen on"), "{complaint}");
        assert!(!target.exists());
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let file = TempFile::new("");
    let folder = format!("{}/recording", file.path());
    assert_eq!(
        refused(&["record", "--out", &folder]),
        format!("onramp: recording {folder}: Not a directory (os error 20)\n")
    );
}

#[test]
fn a_recording_and_a_sandbox_do_not_go_together() {
    let output = command(&[]).args(["serve", "--replay", "/nowhere", "--sandbox"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot be used with"));
}

/// A program that may write no file larger than so many kilobytes, which is what a full disk looks like to it.
fn confined(kilobytes: u32, variables: &[(String, String)], arguments: &[&str]) -> Command {
    let program = command(variables);
    let mut confined = Command::new("bash");
    let script = format!("trap '' XFSZ; ulimit -f {kilobytes}; exec \"$0\" \"$@\"");
    confined.args(["-c", &script]).arg(program.get_program()).args(arguments).env_clear();
    confined.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    confined
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_disk_is_full_the_gateway_goes_on_and_says_what_is_missing() {
    let sandbox = Sandbox::start(Ports::free()).await.unwrap();
    let folder = TempFolder::new();
    let command = confined(4, &pointed_at(&sandbox), &["record", "--out", path(&folder)]);
    let mut gateway = Gateway::start_by(command);
    for number in 0..20 {
        let answer = gateway.ask(&read_lead(number), json!({})).await;
        assert!(answer["data"]["lead"]["stage"].is_string(), "{answer}");
    }
    gateway.signal("TERM");
    assert_eq!(gateway.ended().await.code(), Some(1));
    let file = folder.path().join("leads.jsonl");
    let written = lines(&folder, "leads").len();
    assert!(written > 0 && written < 20, "{written}");
    let complaint = format!(
        "onramp: the recording lacks {} exchanges, since {} could not be written: File too large (os error 27)",
        20 - written,
        file.display()
    );
    assert!(gateway.log().contains(&complaint), "{complaint}\n{}", gateway.log());
    let told = gateway.log().lines().filter(|line| line.contains("an exchange could not be written")).count();
    assert_eq!(told, 1, "{}", gateway.log());
    // What there is can be played.
    let gateway = play(&folder, &[]);
    assert_eq!(gateway.ask(&read_lead(0), json!({})).await["data"]["lead"]["stage"], "MATCHED");
}
