//! A list of words: a list in the file, a text with commas or line breaks in the environment and in a secret's file.

use std::ops::Deref;

use serde::Deserialize;

/// Words, none of them blank.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Written")]
pub struct Words(Vec<String>);

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    List(Vec<String>),
}

impl Deref for Words {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.0
    }
}

impl From<Written> for Words {
    fn from(written: Written) -> Self {
        let given = match written {
            Written::Text(text) => text.split([',', '\n']).map(str::to_owned).collect(),
            Written::List(list) => list,
        };
        Self(given.iter().map(|word| word.trim()).filter(|word| !word.is_empty()).map(str::to_owned).collect())
    }
}
