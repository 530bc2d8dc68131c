//! Origins of web pages, as a browser writes them.

use std::ops::Deref;

use serde::Deserialize;

/// A list of origins: a list in the file, a text with commas in the environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Origins(Vec<String>);

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    List(Vec<String>),
}

impl Deref for Origins {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.0
    }
}

impl TryFrom<Written> for Origins {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let given = match written {
            Written::Text(text) => text.split(',').map(|origin| origin.trim().to_owned()).collect(),
            Written::List(list) => list,
        };
        given.into_iter().filter(|origin| !origin.is_empty()).map(checked).collect::<Result<_, _>>().map(Self)
    }
}

/// Anything but what a browser would send never matches, and must not look as if it might.
fn checked(given: String) -> Result<String, String> {
    let origin = url::Url::parse(&given).map(|url| url.origin().ascii_serialization());
    if origin.as_ref() == Ok(&given) && given != "null" {
        Ok(given)
    } else {
        Err(format!("found {given:?}, expected an origin such as \"https://app.example.com\", without a path"))
    }
}
