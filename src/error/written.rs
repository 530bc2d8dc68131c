//! An error as one replica writes it down and another reads it: an API's failure as it is, and of everything else that it
//! was one of the gateway's own.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Error, Failure};

impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let failure: Option<&Failure> = match self {
            Self::Upstream(failure) => Some(failure),
            _ => None,
        };
        failure.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Error {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let failure = Option::<Failure>::deserialize(deserializer)?;
        Ok(failure.map_or(Self::Internal, |failure| Self::Upstream(Arc::new(failure))))
    }
}
