//! An API that answers with whatever it was told, and the answers that a real one would give.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tokio::net::TcpListener;

type Told = Arc<Mutex<(u16, &'static str, Vec<u8>)>>;

/// One address for all three APIs. It ends with the runtime that it runs on.
pub struct Upstream {
    pub base_url: String,
    told: Told,
}

impl Upstream {
    pub async fn start() -> Self {
        let told: Told = Arc::new(Mutex::new((200, "application/json", b"[]".to_vec())));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&told));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { base_url, told }
    }

    /// From here on every call is answered so.
    pub fn answer(&self, status: u16, content_type: &'static str, body: Vec<u8>) {
        *self.told.lock().unwrap() = (status, content_type, body);
    }
}

async fn answer(State(told): State<Told>) -> Response {
    let (status, content_type, body) = told.lock().unwrap().clone();
    // The statuses below 200 are no answers, and the server would not send them.
    let status = StatusCode::from_u16(status.max(200)).unwrap();
    (status, [("content-type", content_type), ("x-result-count", "7")], Body::from(body)).into_response()
}

/// A query, and what the one call that it takes would be answered with.
pub struct Seed {
    pub query: &'static str,
    pub body: String,
}

/// A query for everything that an answer holds, for each kind of answer.
pub fn bodies() -> Vec<Seed> {
    let onboard = json!({
        "id": "5fd4371e940df5a34a3888b2", "status": "in_progress", "invitation_id": "5fd4371e940df5a34a3888b3",
        "account_id": "5fd4371e940df5a34a3888b4", "created_at": "2026-03-01T10:00:00.000Z", "connection_id": null,
    });
    let account = json!({
        "id": "5fd4371e940df5a34a3888b4", "name": "A", "features": { "seller_access": true },
        "data_retention_in_days": 90, "subscriptions": { "base": { "state": "active" } }, "plan": "x", "trialing": false,
    });
    let flow = json!({ "id": "5fd4371e940df5a34a3888b5", "name": "F", "enabled": true, "vertical": "v" });
    let verification = json!({
        "uuid": "7c9a8b6d5e4f43a2b1c0d9e8f7a6b5c4", "status": "pending", "legal_name": "L", "country": "EE",
        "legal_person_identifier": "12345678", "created": "2026-03-01T10:00:00Z", "validated_at": null,
    });
    let lead = json!({ "id": "9c30a205-a60e-47cb-94b4-6d45cd4c2179", "status": "Matched", "requestedAmount": 5e4 });
    let seed = |query, body: serde_json::Value| Seed { query, body: body.to_string() };
    vec![
        seed(
            "{ onboards(first: 50) { totalCount nodes { id status rawStatus createdAt availableTransitions { action } } } }",
            json!([onboard, onboard]),
        ),
        seed("{ account { id name } }", account),
        seed(
            "{ onboards(first: 2) { nodes { flow { name } link { partner { name } } account { name } } } }",
            json!([flow]),
        ),
        seed("{ verifications(first: 5) { totalCount nodes { id status legalName country } } }", json!([verification])),
        seed(
            "{ verification(id: \"7c9a8b6d5e4f43a2b1c0d9e8f7a6b5c4\") { status checklist { questions { uuid } } completionStatus { isCompleted } } }",
            verification,
        ),
        seed("{ lead(id: \"9c30a205-a60e-47cb-94b4-6d45cd4c2179\") { stage rawStage requestedAmount } }", lead.clone()),
        seed(
            "mutation { onboardStart(id: \"5fd4371e940df5a34a3888b2\", input: { flowId: \"5fd4371e940df5a34a3888b5\" }) { onboard { status } userErrors { code } } }",
            json!([onboard]),
        ),
        seed("mutation { leadReview(id: \"9c30a205-a60e-47cb-94b4-6d45cd4c2179\") { userErrors { code } } }", lead),
    ]
}
