//! A WebSocket to the gateway in this process, which says what it is told to.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use serde_json::Value;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Message, http::HeaderValue};

use super::target::Target;
use crate::socket::PROTOCOL;

/// Longer than anything that comes by itself takes on a slow machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// The codes that the gateway may end a connection with for what a client says: those that are documented, and that of a
/// text that is no UTF-8, which is the protocol's own.
const CODES: [u16; 8] = [1007, 1009, 4400, 4401, 4403, 4408, 4409, 4429];

/// Says the messages, text or not, and a last one that everybody is answered who is still there; checks what comes back.
pub fn talk(target: &Target, messages: Vec<(Vec<u8>, bool)>) {
    target.runtime.block_on(async {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let service = TowerToHyperService::new(target.router.clone());
        let served = tokio::spawn(async move {
            let builder = Builder::new(TokioExecutor::new());
            builder.serve_connection_with_upgrades(TokioIo::new(theirs), service).await.unwrap();
        });
        let mut request = "ws://localhost/graphql".into_client_request().unwrap();
        request.headers_mut().insert(PROTOCOL.0, HeaderValue::from_static(PROTOCOL.1));
        let (mut socket, _) = client_async(request, ours).await.unwrap();
        let last = [(br#"{"type":"ping","payload":{"last":true}}"#.to_vec(), true)];
        for (bytes, is_text) in messages.into_iter().chain(last) {
            let message = match String::from_utf8(bytes) {
                Ok(text) if is_text => Message::text(text),
                Ok(text) => Message::binary(text.into_bytes()),
                Err(bytes) => Message::binary(bytes.into_bytes()),
            };
            // It may have been hung up on, which what comes back tells.
            let _ = socket.send(message).await;
        }
        loop {
            let next = tokio::time::timeout(PATIENCE, socket.next()).await.expect("nothing comes");
            match next.expect("it ended without a word").expect("it broke") {
                Message::Text(text) if is_the_last(target, &serde_json::from_str(&text).unwrap()) => break,
                Message::Close(frame) => {
                    let frame = frame.expect("a close without a code");
                    assert!(CODES.contains(&frame.code.into()), "{frame:?}");
                    break;
                }
                _ => {}
            }
        }
        drop(socket);
        served.await.unwrap();
    });
}

/// Whether this answers the last message; whatever else it is has to be one of the protocol's.
fn is_the_last(target: &Target, message: &Value) -> bool {
    match message["type"].as_str() {
        Some("connection_ack" | "complete" | "ping") => false,
        Some("pong") => message["payload"]["last"] == true,
        Some("next") => {
            target.check(&message["payload"]);
            false
        }
        Some("error") => {
            target.check(&serde_json::json!({ "errors": message["payload"] }));
            false
        }
        _ => panic!("{message:#}"),
    }
}
