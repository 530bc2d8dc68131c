//! The API itself, as small as can be: three invoices, and what it was asked.

use std::sync::{Arc, Mutex};

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

pub const KEY: &str = "toy-key";

pub const DRAFT: &str = "7d9f1c0a-5b1e-4f3a-9a51-2f6f1c1f8e01";
/// A draft without an amount.
pub const EMPTY: &str = "7d9f1c0a-5b1e-4f3a-9a51-2f6f1c1f8e02";
pub const PAID: &str = "7d9f1c0a-5b1e-4f3a-9a51-2f6f1c1f8e03";

/// It ends when this is dropped.
pub struct Toy {
    pub address: String,
    world: World,
    serving: JoinHandle<()>,
}

#[derive(Clone)]
struct World {
    invoices: Arc<Mutex<Vec<Value>>>,
    calls: Arc<Mutex<Vec<String>>>,
}

impl Toy {
    pub async fn start() -> Self {
        let invoices = vec![
            json!({ "id": DRAFT, "status": "draft", "amount": 120.5 }),
            json!({ "id": EMPTY, "status": "draft", "amount": null }),
            json!({ "id": PAID, "status": "paid", "amount": 80 }),
        ];
        let world = World { invoices: Arc::new(Mutex::new(invoices)), calls: Arc::default() };
        let routes = Router::new()
            .route("/invoices", get(list))
            .route("/invoices/{id}", get(one))
            .route("/invoices/{id}/send", post(send))
            .layer(from_fn_with_state(world.clone(), admit))
            .with_state(world.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { address, world, serving }
    }

    /// What was asked of it that is no read.
    pub fn writes(&self) -> Vec<String> {
        let calls = self.world.calls.lock().unwrap();
        calls.iter().filter(|call| !call.starts_with("GET ")).cloned().collect()
    }
}

impl Drop for Toy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn admit(State(world): State<World>, request: Request, next: Next) -> Response {
    world.calls.lock().unwrap().push(format!("{} {}", request.method(), request.uri()));
    let is_known = request.headers().get("authorization").is_some_and(|value| value == &format!("Bearer {KEY}"));
    if is_known { next.run(request).await } else { StatusCode::UNAUTHORIZED.into_response() }
}

async fn list(State(world): State<World>) -> Json<Value> {
    Json(world.invoices.lock().unwrap().clone().into())
}

async fn one(State(world): State<World>, Path(id): Path<String>) -> Result<Json<Value>, StatusCode> {
    let invoices = world.invoices.lock().unwrap();
    invoices.iter().find(|invoice| invoice["id"] == *id).cloned().map(Json).ok_or(StatusCode::NOT_FOUND)
}

async fn send(State(world): State<World>, Path(id): Path<String>) -> Result<Json<Value>, StatusCode> {
    let mut invoices = world.invoices.lock().unwrap();
    let invoice = invoices.iter_mut().find(|invoice| invoice["id"] == *id).ok_or(StatusCode::NOT_FOUND)?;
    invoice["status"] = json!("sent");
    Ok(Json(invoice.clone()))
}
