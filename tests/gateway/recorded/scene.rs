//! A gateway that records in front of a sandbox, and one that plays what it has recorded.

use std::collections::BTreeMap;
use std::path::Path;

use onramp::sandbox::{Ports, Sandbox};
use serde_json::{Value, json};

use crate::gateway::{Gateway, bare, command, pointed_at};
use crate::temporary::TempFolder;

/// A gateway that records.
pub struct Recording {
    pub sandbox: Sandbox,
    pub gateway: Gateway,
    pub folder: TempFolder,
}

impl Recording {
    /// Every read is a call of its own, whatever became of those before, and these settings are in force besides.
    pub async fn start(settings: &[(&str, &str)]) -> Self {
        let sandbox = Sandbox::start(Ports::free()).await.unwrap();
        let folder = TempFolder::new();
        let variables = [pointed_at(&sandbox), bare(), owned(settings)].concat();
        let gateway = Gateway::start_with(&variables, &["record", "--out", path(&folder)]);
        Self { sandbox, gateway, folder }
    }

    /// Asks a query; the whole response comes back.
    pub async fn ask(&self, query: &str) -> Value {
        self.gateway.ask(query, json!({})).await
    }

    /// Ends the gateway and the APIs; what is left is what was recorded.
    pub async fn end(mut self) -> TempFolder {
        self.gateway.signal("TERM");
        let status = self.gateway.ended().await;
        assert!(status.success(), "{status}: {}", self.gateway.log());
        self.folder
    }
}

/// A gateway that plays a recording, with no credential and no API anywhere.
pub fn play(folder: &TempFolder, settings: &[(&str, &str)]) -> Gateway {
    Gateway::start_with(&[bare(), owned(settings)].concat(), &["serve", "--replay", path(folder)])
}

/// What is said of a recording that cannot be played, or of a folder that cannot be recorded to.
pub fn refused(arguments: &[&str]) -> String {
    let output = command(&[]).args(arguments).output().unwrap();
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), &b""[..]));
    String::from_utf8(output.stderr).unwrap()
}

pub fn path(folder: &TempFolder) -> &str {
    folder.path().to_str().unwrap()
}

/// The lines of the file of an API.
pub fn lines(folder: &TempFolder, api: &str) -> Vec<Value> {
    let text = read(&folder.path().join(format!("{api}.jsonl")));
    assert!(text.is_empty() || text.ends_with('\n'), "{api} ends in the middle of a line");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Everything that a recording holds.
pub fn everything(folder: &TempFolder) -> String {
    let mut files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| read(file)).collect()
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap()
}

fn owned(settings: &[(&str, &str)]) -> Vec<(String, String)> {
    settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// What a value was replaced by, wherever it stood, by the value as JSON.
pub type Placeholders = BTreeMap<String, String>;

/// Holds a replayed response against the recorded one: the same but for values in members of these names, and each of those
/// replaced by the same wherever it stands.
pub fn assert_same(recorded: &Value, replayed: &Value, personal: &[&str], placeholders: &mut Placeholders) {
    compare(recorded, replayed, "", &mut |recorded, replayed, member| {
        assert!(personal.contains(&member), "{member}: {recorded} became {replayed}");
        let known = placeholders.entry(recorded.to_string()).or_insert_with(|| replayed.to_string());
        assert_eq!(*known, replayed.to_string(), "{member}: {recorded}");
    });
}

/// Tells of each value that is another one, with the innermost member that it stands in.
fn compare(left: &Value, right: &Value, member: &str, tell: &mut impl FnMut(&Value, &Value, &str)) {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            assert_eq!(left.keys().collect::<Vec<_>>(), right.keys().collect::<Vec<_>>(), "{member}");
            left.iter().for_each(|(name, value)| compare(value, &right[name], name, tell));
        }
        (Value::Array(left), Value::Array(right)) => {
            assert_eq!(left.len(), right.len(), "{member}");
            left.iter().zip(right).for_each(|(left, right)| compare(left, right, member, tell));
        }
        (left, right) if left == right => {}
        (left, right) => {
            let kind = |value: &Value| std::mem::discriminant(value);
            assert_eq!(kind(left), kind(right), "{member}: {left} became {right}");
            tell(left, right, member);
        }
    }
}
