//! A WebSocket from its handshake to its end.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::FromRequestParts;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::header::UPGRADE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use metrics::{counter, gauge};

use super::close::Close;
use super::origin;
use super::session::{Guest, Session};
use crate::server::Gateway;
use crate::server::request::Refusal;
use crate::server::response::Responder;
use crate::server::standing::Standing;
use crate::server::visitor;
use crate::telemetry::metric;

/// The one protocol that is spoken here.
const PROTOCOL: &str = "graphql-transport-ws";
/// Held for as long as a connection is, idle or not; what is larger is read and written all the same.
const READ_BUFFER: usize = 4096;
/// How long a client has to answer to being told the end.
const FAREWELL: std::time::Duration = std::time::Duration::from_secs(1);

/// Whether a request wants to become a WebSocket.
pub(in crate::server) fn is_wanted(headers: &HeaderMap) -> bool {
    headers.get(UPGRADE).is_some_and(|upgrade| upgrade.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// Answers a request for a WebSocket, which goes on in a task of its own.
pub(in crate::server) async fn open(gateway: Arc<Gateway>, mut parts: Parts) -> Response {
    match shake_hands(&gateway, &mut parts).await {
        Ok(upgrade) => {
            let standing = parts.extensions.remove::<Standing>();
            let guest = Guest::new(&mut parts);
            upgrade.on_upgrade(move |socket| serve(gateway, guest, standing, socket))
        }
        Err(refusal) => Responder::json().refuse(refusal, &visitor::id_of(&parts)),
    }
}

async fn shake_hands(gateway: &Gateway, parts: &mut Parts) -> Result<WebSocketUpgrade, Refusal> {
    if !origin::is_allowed(parts, &gateway.transports.origins) {
        let message = "Pages of this origin may not open a WebSocket here; server.cors_origins names those that may.";
        return Err(Refusal::new(StatusCode::FORBIDDEN, message));
    }
    let upgrade = WebSocketUpgrade::from_request_parts(parts, &()).await;
    let upgrade = upgrade.map_err(|rejection| Refusal::new(rejection.status(), rejection.body_text()))?;
    let largest = gateway.transports.settings.message_bytes.get();
    let upgrade = upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_message_size(largest)
        .max_frame_size(largest)
        .protocols([PROTOCOL]);
    match upgrade.selected_protocol() {
        Some(_) => Ok(upgrade),
        None => Err(Refusal::bad_request(format!("The subprotocol of a WebSocket is {PROTOCOL} here."))),
    }
}

async fn serve(gateway: Arc<Gateway>, guest: Guest, standing: Option<Standing>, mut socket: WebSocket) {
    let (start, _open) = (Instant::now(), Open::begin());
    let id = guest.id.clone();
    tracing::debug!(request_id = &*id.0, from = guest.from.map(tracing::field::display), "a WebSocket was opened");
    let mut session = Session::new(Arc::clone(&gateway), guest);
    let close = tokio::select! {
        close = session.run(&mut socket, standing.as_ref()) => close,
        () = gateway.life.given_up() => Close::GOING_AWAY,
    };
    let (caller, operations) = (session.caller().map(str::to_owned), session.operations());
    // Whatever is under way for this client ends before anything else is waited for.
    drop(session);
    counter!(metric::WEBSOCKET_CLOSES, "code" => close.label()).increment(1);
    let (code, reason, seconds) = (close.label(), close.reason(), start.elapsed().as_secs());
    tracing::info!(request_id = &*id.0, caller, operations, code, reason, seconds, "a WebSocket was closed");
    // A client who does not even take this is not waited for.
    let _ = tokio::time::timeout(FAREWELL, bid_farewell(socket, close)).await;
}

/// Tells the client why, and lets him answer: a connection that is cut while something comes in loses what was sent last.
async fn bid_farewell(mut socket: WebSocket, close: Close) {
    if let Some(frame) = close.frame()
        && socket.send(Message::Close(Some(frame))).await.is_err()
    {
        return;
    }
    // A client who left is answered by the library, while it is read.
    while let Some(Ok(_)) = socket.recv().await {}
}

/// A WebSocket that is open until this is dropped.
struct Open;

impl Open {
    fn begin() -> Self {
        gauge!(metric::WEBSOCKETS).increment(1);
        Self
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        gauge!(metric::WEBSOCKETS).decrement(1);
    }
}
