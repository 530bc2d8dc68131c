//! A part of an answer that was left as it came, read by itself.

use serde::de::DeserializeOwned;

use super::answer::{amiss, place};
use super::reader::read;
use crate::error::{Error, Failure, Kind};

/// Reads the JSON of that member of an API's record. The error names the JSON path, and never shows the content.
pub(crate) fn read_part<T: DeserializeOwned>(upstream: &'static str, member: &str, json: &str) -> Result<T, Error> {
    // To keep in mind where one is costs more than the reading itself.
    read(json).or_else(|_| {
        let read = serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(json));
        read.map_err(|error| {
            let place = place(error.path());
            let dot = if place.is_empty() || place.starts_with('[') { "" } else { "." };
            let what = format!("{member}{dot}{place} {}", amiss(error.inner()));
            Failure::new(upstream, Kind::Malformed(what)).into()
        })
    })
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::read_part;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Part {
        number: u8,
    }

    #[test]
    fn what_cannot_be_read_is_told_by_its_place() {
        let read = |json| read_part::<Vec<Part>>("onboarding", "parts", json);
        assert_eq!(read(r#"[{"number": 7, "more": {}}]"#).unwrap(), [Part { number: 7 }]);
        for (json, told) in [
            (r#"[{"number": 1}, {"number": "secret"}]"#, "parts[1].number is not of the documented type"),
            (r#"{"secret": 1}"#, "parts is not of the documented type"),
            (r#""secret""#, "parts is not of the documented type"),
            (r#"[{"number": 1,}]"#, "is not JSON"),
            (r#"[{"number": 1}"#, "breaks off"),
        ] {
            let error = read(json).unwrap_err().to_string();
            assert!(error.contains("parts") && error.contains(told), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
