//! An answer that the played API did not give: what a fault puts in its place.

use std::collections::BTreeMap;

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Deserializer, Serialize, de::Error};
use serde_json::Value;

/// A whole HTTP answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The status: 200 to 599.
    #[serde(deserialize_with = "final_status")]
    pub status: u16,
    /// The body, which also sets the content type.
    #[serde(default)]
    pub body: Body,
    /// Further headers; a `content-type` here outranks the body's own, to send the wrong one.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

/// The body of an [`Answer`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Body {
    /// `application/json`.
    Json(Value),
    /// `text/html`: what a proxy in front of the API says.
    Html(String),
    /// `text/plain`.
    Text(String),
    /// Any bytes as any type: broken JSON, foreign encodings.
    Raw {
        /// The content type that is claimed.
        content_type: String,
        /// The body as it is sent.
        #[serde(with = "text")]
        bytes: Vec<u8>,
    },
    /// No byte and no content type.
    #[default]
    Empty,
}

impl Answer {
    /// An answer with JSON in it.
    pub fn json(status: u16, body: Value) -> Self {
        Self::new(status, Body::Json(body))
    }

    /// An answer as a proxy in front of the API gives it.
    pub fn html(status: u16, body: impl Into<String>) -> Self {
        Self::new(status, Body::Html(body.into()))
    }

    /// An answer in plain text.
    pub fn text(status: u16, body: impl Into<String>) -> Self {
        Self::new(status, Body::Text(body.into()))
    }

    /// A 200 with these very bytes.
    pub fn raw(content_type: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        let (content_type, bytes) = (content_type.into(), bytes.into());
        let body = Body::Raw { content_type, bytes };
        Self::new(200, body)
    }

    /// An answer that is a status and nothing else.
    pub fn empty(status: u16) -> Self {
        Self::new(status, Body::Empty)
    }

    /// The same answer with a header more.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.insert(name.into(), value.into());
        self
    }

    fn new(status: u16, body: Body) -> Self {
        let headers = BTreeMap::new();
        Self { status, body, headers }
    }

    fn built(self) -> Result<Response, axum::http::Error> {
        let status = StatusCode::from_u16(self.status)?;
        let (content_type, bytes) = self.body.sent();
        let mut response = (status, bytes).into_response();
        let headers = response.headers_mut();
        headers.remove(header::CONTENT_TYPE);
        if let Some(content_type) = content_type {
            headers.insert(header::CONTENT_TYPE, HeaderValue::try_from(content_type)?);
        }
        for (name, value) in self.headers {
            headers.insert(HeaderName::try_from(name)?, HeaderValue::try_from(value)?);
        }
        Ok(response)
    }
}

impl Body {
    fn sent(self) -> (Option<String>, Vec<u8>) {
        let typed = |content_type: &str, bytes| (Some(content_type.to_owned()), bytes);
        match self {
            Self::Json(value) => typed("application/json", value.to_string().into_bytes()),
            Self::Html(text) => typed("text/html; charset=utf-8", text.into_bytes()),
            Self::Text(text) => typed("text/plain; charset=utf-8", text.into_bytes()),
            Self::Raw { content_type, bytes } => (Some(content_type), bytes),
            Self::Empty => (None, Vec::new()),
        }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        self.built().unwrap_or_else(|error| {
            // Whoever wrote the fault is the only one who can read this, and should.
            let told = format!("the sandbox cannot send this fault's answer: {error}");
            (StatusCode::INTERNAL_SERVER_ERROR, told).into_response()
        })
    }
}

fn final_status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let status = u16::deserialize(deserializer)?;
    if (200..=599).contains(&status) {
        return Ok(status);
    }
    Err(D::Error::custom(format!("{status} is not a status from 200 to 599")))
}

/// Bytes in JSON: as text, because a fault that is written down is meant to be read.
mod text {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        String::from_utf8_lossy(bytes).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        String::deserialize(deserializer).map(String::into_bytes)
    }
}
