//! A part of a record that is read when somebody selects it.
//!
//! Large ones that few select cost more to read than all the rest of their record.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// The name by which such a value says to whoever follows a reading that it is none yet.
pub(crate) const LATER: &str = "Later";

/// A member's value as it came.
pub(crate) struct Later<T> {
    text: Box<str>,
    read: PhantomData<fn() -> T>,
}

impl<T> Later<T> {
    fn new(text: &str) -> Self {
        Self { text: text.into(), read: PhantomData }
    }

    /// The value as JSON, if it is any: nobody has looked.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

impl<T> Clone for Later<T> {
    fn clone(&self) -> Self {
        Self::new(&self.text)
    }
}

impl<T> fmt::Debug for Later<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Later")
    }
}

impl<T> Serialize for Later<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match serde_json::from_str::<&RawValue>(&self.text) {
            Ok(json) => json.serialize(serializer),
            // Whoever reads it then cannot, as now: none of the types is a text.
            Err(_) => self.text.serialize(serializer),
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Later<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(LATER, Keep(PhantomData))
    }
}

struct Keep<T>(PhantomData<fn() -> T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for Keep<T> {
    type Value = Later<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(|json| Later { text: json.into(), read: PhantomData })
    }

    /// Whoever knows where a value ends gives it as it stands there.
    fn visit_borrowed_str<E: serde::de::Error>(self, json: &'de str) -> Result<Self::Value, E> {
        Ok(Later::new(json))
    }

    /// Whoever follows a reading wants it done at once, and nothing kept.
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        T::deserialize(deserializer)?;
        Ok(Later::new("null"))
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::Later;

    #[derive(Serialize, Deserialize)]
    struct Whole {
        parts: Option<Later<Vec<u8>>>,
    }

    #[test]
    fn a_value_is_kept_as_it_came() {
        let whole: Whole = serde_json::from_str(r#"{"parts": [1, "two"]}"#).unwrap();
        assert_eq!(whole.parts.as_ref().unwrap().text(), r#"[1, "two"]"#);
        assert_eq!(serde_json::to_string(&whole).unwrap(), r#"{"parts":[1, "two"]}"#);
        assert!(serde_json::from_str::<Whole>(r#"{"parts": null}"#).unwrap().parts.is_none());
        assert!(serde_json::from_str::<Whole>(r#"{"parts": [}"#).is_err());
    }

    #[test]
    fn what_is_no_json_is_written_as_what_it_cannot_be() {
        let whole = Whole { parts: Some(Later::new("[1,]")) };
        assert_eq!(serde_json::to_string(&whole).unwrap(), r#"{"parts":"[1,]"}"#);
    }
}
