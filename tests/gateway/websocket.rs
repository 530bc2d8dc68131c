//! Operations over a WebSocket, by the letter of `graphql-transport-ws`, with the same callers, rights and limits as any other.

mod bounds;
mod callers;
mod ending;
mod operations;
mod protocol;
mod subscriptions;

use onramp::identity::digest;
use serde_json::{Value, json};

use crate::gateway::{World, settled};
use crate::socket::Heard;

const ACCOUNT: &str = "{ account { name } }";

fn account() -> Value {
    json!({ "data": { "account": { "name": "Summit Funding Partners" } } })
}

fn init() -> Value {
    json!({ "type": "connection_init" })
}

fn subscribe(id: &str, query: &str) -> Value {
    json!({ "id": id, "type": "subscribe", "payload": { "query": query } })
}

fn closed(code: u16, reason: &str) -> Heard {
    Heard::Closed(code, reason.to_owned())
}

/// An `error` message with the request's ids taken out.
fn refused(message: Value) -> Value {
    let Value::Object(mut members) = message else { panic!("{message}") };
    let errors = settled(json!({ "errors": members["payload"].take() }));
    json!({ "id": members["id"], "type": members["type"], "payload": errors["errors"] })
}

/// A gateway that knows two callers by their keys, `one` and `two`.
async fn with_keys(more: &[(&str, &str)]) -> World {
    let (one, two) = (digest(b"one"), digest(b"two"));
    let mut settings = vec![
        ("ONRAMP__IDENTITY__MODE", "api_key"),
        ("ONRAMP__PROFILES__ONE__RIGHTS", "account:read"),
        ("ONRAMP__PROFILES__ONE__API_KEYS", one.as_str()),
        ("ONRAMP__PROFILES__TWO__RIGHTS", "verifications:read"),
        ("ONRAMP__PROFILES__TWO__API_KEYS", two.as_str()),
        ("ONRAMP__PROFILES__TWO__WALDUR_TOKEN_HEADER", "x-waldur-token"),
    ];
    settings.extend(more);
    World::start_with(&settings).await
}
