//! A list of words: a list in the file, a text with commas in the environment.

use std::ops::Deref;

use serde::Deserialize;

/// Words in the order in which they were given.
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
            Written::Text(text) => text.split(',').map(|word| word.trim().to_owned()).collect(),
            Written::List(list) => list,
        };
        Self(given.into_iter().filter(|word| !word.is_empty()).collect())
    }
}
