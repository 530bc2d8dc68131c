//! HTTP/1.1 to one address: how an API is called that is called without TLS.
//!
//! A client for everybody's needs hands each call to the task of a connection, gets the answer back in pieces, and looks its
//! connections up by their addresses. Here there is one address, an answer is read whole, and he who makes a call drives its
//! connection himself. What stands on the wire is parsed by [`httparse`], and how far a body goes is decided by RFC 9112,
//! section 6.3; where that leaves a doubt, the answer is a broken one. A connection is kept only behind an answer that was
//! read to its end: whoever gives a call up closes it.

mod connection;
mod head;
mod idle;

#[cfg(test)]
mod tests;

use std::iter;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, StatusCode, Uri};
use hyper_util::client::legacy::connect::HttpConnector;
use tokio::net::TcpStream;
use tower::ServiceExt;

use super::Unusable;
use super::line::Lost;
use super::room::Bound;
use crate::workers::Each;
use connection::{Connection, Stopped};
use idle::Idle;

/// Who makes calls to an address.
pub(super) struct Wire {
    connector: HttpConnector,
    connect_deadline: Duration,
    address: Uri,
    /// What stands before each path, without a slash at its end.
    prefix: String,
    /// What follows each path: the rest of its line, and the headers that every call has.
    constant: String,
    idle: Each<Arc<Idle<TcpStream>>>,
}

/// A call as it goes over the wire.
pub(super) struct Request<'a> {
    pub(super) method: &'a Method,
    /// Path and query, encoded.
    pub(super) target: &'a str,
    /// In whose name it is made.
    pub(super) credential: (&'a HeaderName, &'a HeaderValue),
    pub(super) headers: &'a HeaderMap,
    pub(super) body: Option<&'a [u8]>,
}

/// An answer that was read to its end.
#[derive(Debug, PartialEq)]
pub(super) struct Response {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Wire {
    /// A wire to an address. The lines are headers of every call, each with its end.
    pub(super) fn new(
        connector: HttpConnector,
        connect_deadline: Duration,
        base: &url::Url,
        lines: &str,
    ) -> Result<Self, Unusable> {
        let host = base.host_str().ok_or(Unusable::Address)?;
        // The scheme's own port is none here.
        let host = base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Ok(Self {
            connector,
            connect_deadline,
            address: format!("http://{host}/").parse().map_err(|_| Unusable::Address)?,
            prefix: base.path().trim_end_matches('/').to_owned(),
            constant: format!(" HTTP/1.1\r\nhost: {host}\r\n{lines}"),
            idle: Each::new(Arc::default),
        })
    }

    /// Makes a call, and reads its answer within a bound.
    pub(super) async fn call(&self, request: &Request<'_>, bound: Bound<'_>) -> Result<Response, Lost> {
        let text = self.written(request)?;
        if let Some(kept) = self.idle.own().take(request.method) {
            match self.exchange(kept, &text, request.method, bound).await {
                // It was closed while nobody looked, and nothing of this went over it.
                Err(Stopped::Unsent) => {}
                outcome => return outcome.map_err(Lost::from),
            }
        }
        let new = Connection::new(self.connect().await?);
        self.exchange(new, &text, request.method, bound).await.map_err(Lost::from)
    }

    async fn exchange(
        &self,
        mut connection: Connection<TcpStream>,
        text: &[u8],
        method: &Method,
        bound: Bound<'_>,
    ) -> Result<Response, Stopped> {
        let (response, may_be_kept) = connection.exchange(text, method, bound).await?;
        if may_be_kept {
            self.idle.own().put(connection);
        }
        Ok(response)
    }

    async fn connect(&self) -> Result<TcpStream, Lost> {
        let connecting = self.connector.clone().oneshot(self.address.clone());
        match tokio::time::timeout(self.connect_deadline, connecting).await {
            Ok(Ok(connected)) => Ok(connected.into_inner()),
            Ok(Err(_)) | Err(_) => Err(Lost::Unsent),
        }
    }

    /// The request, byte by byte.
    fn written(&self, request: &Request<'_>) -> Result<Vec<u8>, Lost> {
        let Request { method, target, credential, headers, body } = request;
        // A blank or the end of a line would make something else of the request.
        if !target.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Lost::Unsent);
        }
        let mut text = Vec::with_capacity(ROOM + body.map_or(0, <[u8]>::len));
        let line = [method.as_str(), " ", &self.prefix, target, &self.constant];
        line.into_iter().for_each(|part| text.extend_from_slice(part.as_bytes()));
        for (name, value) in iter::once(*credential).chain(*headers) {
            for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
                text.extend_from_slice(part);
            }
        }
        if let Some(body) = body {
            text.extend_from_slice(b"content-type: application/json\r\ncontent-length: ");
            text.extend_from_slice(body.len().to_string().as_bytes());
            text.extend_from_slice(b"\r\n");
        }
        text.extend_from_slice(b"\r\n");
        text.extend_from_slice(body.unwrap_or_default());
        Ok(text)
    }
}

/// The head of a request seldom takes more.
const ROOM: usize = 768;

impl From<Stopped> for Lost {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Unsent => Self::Unsent,
            Stopped::Broken => Self::Broken,
            Stopped::Large(limit) => Self::Large(limit),
            Stopped::Crowded(bytes) => Self::Crowded(bytes),
        }
    }
}
