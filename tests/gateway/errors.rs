//! What becomes of every way in which an API can fail: a code, what is known of it, and data in every other field.

mod leads;
mod onboarding;
mod outages;
mod verification;

use onramp::sandbox::{Effect, Fault, Played};
use serde_json::{Value, json};

use crate::gateway::{World, settled};

/// A field of each API, and what it answers when nothing is wrong.
const FIELDS: [(&str, &str); 3] = [
    ("account", "{ name }"),
    ("verifications", "(first: 1) { nodes { country } }"),
    ("lead", r#"(id: "9c30a205-a60e-47cb-94b4-6d45cd4c2179") { stage }"#),
];

fn query() -> String {
    FIELDS.map(|(field, rest)| format!("{field}{rest}\n")).concat()
}

fn healthy() -> Value {
    json!({
        "account": { "name": "Summit Funding Partners" },
        "verifications": { "nodes": [{ "country": "EE" }] },
        "lead": { "stage": "MATCHED" },
    })
}

/// A way to fail, and what is told of it: the message behind the API's name, and the extensions beside the API's name.
struct Case {
    effect: Effect,
    message: &'static str,
    extensions: Value,
}

impl Case {
    fn new(effect: Effect, message: &'static str, extensions: Value) -> Self {
        Self { effect, message, extensions }
    }
}

/// An API of which one field is spoiled.
struct Spoiled<'a> {
    world: &'a World,
    api: &'a Played,
    name: &'static str,
    field: &'static str,
}

impl Spoiled<'_> {
    /// Spoils the field's call, and compares the whole response: one error, and nothing else is null.
    async fn check(&self, case: Case) {
        let told = format!("{:?}", case.effect);
        self.api.fault(Fault::always(case.effect));
        let response = self.ask().await;
        self.api.clear_faults();
        let line = 2 + FIELDS.iter().position(|(field, _)| *field == self.field).unwrap();
        assert_eq!(response, self.expected(line, case.message, case.extensions), "{told}");
    }

    async fn ask(&self) -> Value {
        settled(self.world.ask(&format!("{{\n{}}}", query())).await)
    }

    fn expected(&self, line: usize, message: &str, mut extensions: Value) -> Value {
        extensions["upstream"] = json!(self.name);
        let mut data = healthy();
        data[self.field] = Value::Null;
        json!({
            "data": data,
            "errors": [{
                "message": format!("The {} API {message}", self.name),
                "locations": [{ "line": line, "column": 1 }],
                "path": [self.field],
                "extensions": extensions,
            }],
        })
    }
}

/// Extensions of an answer with a status.
fn answered(code: &str, status: u16, retryable: impl Into<Value>) -> Value {
    json!({ "code": code, "httpStatus": status, "retryable": retryable.into() })
}

/// The same with further members.
fn with(mut extensions: Value, members: &[(&str, Value)]) -> Value {
    for (name, value) in members {
        extensions[*name] = value.clone();
    }
    extensions
}

fn refused(status: u16, detail: &str) -> Value {
    with(answered("UPSTREAM_REFUSED", status, false), &[("detail", json!(detail))])
}

fn unauthorized(status: u16, detail: &str) -> Value {
    with(answered("UPSTREAM_UNAUTHORIZED", status, false), &[("detail", json!(detail))])
}

fn malformed() -> Value {
    answered("UPSTREAM_MALFORMED", 200, false)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_wrong_where_nothing_was_spoiled() {
    let world = World::start().await;
    assert_eq!(world.data(&format!("{{\n{}}}", query())).await, healthy());
}
