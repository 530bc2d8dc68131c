//! The file of audit events of a gateway under test.

use std::path::PathBuf;

use serde_json::Value;

use crate::gateway::World;

/// A world whose gateway writes its audit events to a file.
pub struct Trail {
    pub world: World,
    file: PathBuf,
}

impl Trail {
    /// Starts it with further settings; the name tells the file from those of other tests.
    pub async fn start(name: &str, settings: &[(&str, &str)]) -> Self {
        let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("audit-{}-{name}", std::process::id()));
        let mut all = vec![("ONRAMP__AUDIT__FILE", file.to_str().unwrap())];
        all.extend(settings);
        let world = World::start_with(&all).await;
        Self { world, file }
    }

    /// The file as it is.
    pub fn text(&self) -> String {
        std::fs::read_to_string(&self.file).unwrap()
    }

    /// The events, oldest first. What chance and clock made of each is checked to be there, and blanked.
    pub fn events(&self) -> Vec<Value> {
        self.text().lines().map(|line| blanked(serde_json::from_str(line).unwrap())).collect()
    }
}

fn blanked(mut event: Value) -> Value {
    let is_time = event["time"].as_str().is_some_and(|time| time.parse::<jiff::Timestamp>().is_ok());
    let has_id = event["request_id"].as_str().is_some_and(|id| !id.is_empty());
    assert!(is_time && has_id && event["milliseconds"].is_u64(), "{event:#}");
    for member in ["time", "request_id", "milliseconds"] {
        event[member] = "*".into();
    }
    event
}

impl Drop for Trail {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.file);
    }
}
