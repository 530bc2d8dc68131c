//! A client of the gateway's WebSocket that says what it is told to, right or wrong, and hears what comes.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::gateway::Gateway;
use crate::secrets::assert_no_secret;

/// The one protocol that the gateway speaks.
pub const PROTOCOL: (&str, &str) = ("sec-websocket-protocol", "graphql-transport-ws");
/// Longer than anything that comes by itself takes on a slow machine.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Socket(WebSocketStream<TcpStream>);

/// What comes over a socket.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    Said(Value),
    Closed(u16, String),
}

impl Socket {
    /// One that has shaken hands and said nothing yet.
    pub async fn open(gateway: &Gateway) -> Self {
        Self::open_with(gateway, &[PROTOCOL]).await.unwrap()
    }

    /// The same with these headers; where the gateway refuses, its status and what it answered.
    pub async fn open_with(gateway: &Gateway, headers: &[(&str, &str)]) -> Result<Self, (u16, Value)> {
        let address = gateway.base_url.strip_prefix("http://").unwrap();
        let mut request = format!("ws://{address}/graphql").into_client_request().unwrap();
        for (name, value) in headers {
            let name: HeaderName = name.parse().unwrap();
            request.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
        }
        let stream = TcpStream::connect(address).await.unwrap();
        match client_async(request, stream).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(tungstenite::Error::Http(response)) => {
                let body = serde_json::from_slice(response.body().as_deref().unwrap_or_default()).unwrap();
                Err((response.status().as_u16(), body))
            }
            Err(other) => panic!("{other}"),
        }
    }

    /// One that is acknowledged.
    pub async fn ready(gateway: &Gateway) -> Self {
        let mut socket = Self::open(gateway).await;
        socket.say(json!({ "type": "connection_init" })).await;
        assert_eq!(socket.hear().await, Heard::Said(json!({ "type": "connection_ack" })));
        socket
    }

    pub async fn say(&mut self, message: Value) {
        self.send(Message::text(message.to_string())).await;
    }

    pub async fn send(&mut self, message: Message) {
        self.0.send(message).await.unwrap();
    }

    /// Says it, whether anybody takes it or not.
    pub async fn try_say(&mut self, message: Value) -> bool {
        self.0.send(Message::text(message.to_string())).await.is_ok()
    }

    pub async fn subscribe(&mut self, id: &str, query: &str) {
        self.say(json!({ "id": id, "type": "subscribe", "payload": { "query": query } })).await;
    }

    /// What comes next, but for what keeps the connection alive.
    pub async fn hear(&mut self) -> Heard {
        loop {
            let heard = self.hear_all().await;
            if heard != Heard::Said(json!({ "type": "ping" })) {
                return heard;
            }
        }
    }

    /// What comes next.
    pub async fn hear_all(&mut self) -> Heard {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.0.next()).await.expect("nothing comes");
            match next.expect("it ended without a word").expect("it broke") {
                Message::Text(text) => {
                    assert_no_secret("a message", &text);
                    return Heard::Said(serde_json::from_str(&text).unwrap());
                }
                Message::Close(frame) => {
                    let frame = frame.expect("a close without a code");
                    return Heard::Closed(frame.code.into(), frame.reason.as_str().to_owned());
                }
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// What is said next; that the gateway ends it is a failure.
    pub async fn said(&mut self) -> Value {
        match self.hear().await {
            Heard::Said(message) => message,
            Heard::Closed(code, reason) => panic!("it was closed with {code} {reason}"),
        }
    }

    /// Everything that is said until the gateway ends it, and how it does.
    pub async fn until_closed(&mut self) -> (Vec<Value>, (u16, String)) {
        let mut said = Vec::new();
        loop {
            match self.hear().await {
                Heard::Said(message) => said.push(message),
                Heard::Closed(code, reason) => return (said, (code, reason)),
            }
        }
    }
}

/// A message with a result.
pub fn next(id: &str, payload: Value) -> Value {
    json!({ "id": id, "type": "next", "payload": payload })
}

/// The message that an operation is over.
pub fn complete(id: &str) -> Value {
    json!({ "id": id, "type": "complete" })
}
