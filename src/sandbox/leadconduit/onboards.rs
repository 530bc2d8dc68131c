//! `/onboards`: all of them at once, a new one, and one replaced.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, Path, State};
use axum::http::StatusCode;
use serde_json::Value;

use super::LeadConduit;
use super::access::Caller;
use super::record::Record;
use super::refusal::Refusal;
use super::set_up::complete;
use super::tenant::Tenant;

/// What a client may say of an onboard; of everything else it is told.
const WRITABLE: [&str; 5] = ["invitation_id", "account_id", "connection_id", "flow_id", "status"];
const IDS: [&str; 4] = ["invitation_id", "account_id", "connection_id", "flow_id"];

pub(super) async fn list(
    State(leadconduit): State<LeadConduit>,
    Extension(caller): Extension<Caller>,
) -> Json<Vec<Record>> {
    Json(leadconduit.on_tenant(caller, |tenant| tenant.onboards.clone()))
}

pub(super) async fn create(
    State(leadconduit): State<LeadConduit>,
    Extension(caller): Extension<Caller>,
    body: Bytes,
) -> Result<(StatusCode, Json<Record>), Refusal> {
    let given = Record::parse(&body)?;
    given.check_ids(&IDS)?;
    let onboard = leadconduit.on_tenant(caller, |tenant| tenant.new_onboard(&given))?;
    Ok((StatusCode::CREATED, Json(onboard)))
}

pub(super) async fn update(
    State(leadconduit): State<LeadConduit>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Record>, Refusal> {
    let given = Record::parse(&body)?;
    given.check_ids(&IDS)?;
    check_status(&given)?;
    leadconduit.on_tenant(caller, |tenant| {
        let onboard = tenant.replaced_onboard(&id, &given)?;
        Ok(Json(onboard))
    })
}

/// Any word will do, recommended or not.
fn check_status(given: &Record) -> Result<(), Refusal> {
    match given.given("status") {
        None | Some(Value::Null | Value::String(_)) => Ok(()),
        Some(_) => Err(Refusal::bad_request("status must be a string")),
    }
}

impl Tenant {
    /// The connection is not asked of the client but follows from the invitation; while that is pending there is none.
    fn new_onboard(&mut self, given: &Record) -> Result<Record, Refusal> {
        let invitation = given.text("invitation_id");
        let invitation = invitation.ok_or_else(|| Refusal::bad_request("invitation_id is required"))?;
        let connection_id = self.connection_from(invitation)?;
        let now = self.mint.now();
        let mut onboard = Record::default();
        onboard.set("id", self.mint.id());
        onboard.set("invitation_id", invitation);
        onboard.set("account_id", self.account.text("id"));
        onboard.set("connection_id", connection_id);
        onboard.set("flow_id", given.text("flow_id"));
        onboard.set("status", "created");
        onboard.set("created_at", now.as_str());
        onboard.set("updated_at", now);
        self.onboards.push(onboard.clone());
        Ok(onboard)
    }

    fn connection_from(&self, invitation: &str) -> Result<Option<String>, Refusal> {
        let comes_from = |record: &Record| record.refers_to("invitation_id", invitation);
        let mut links = self.connections.iter().map(|link| &link.body);
        if let Some(link) = links.find(|body| comes_from(body)) {
            return Ok(link.text("id").map(str::to_owned));
        }
        if self.entities.iter().any(comes_from) {
            return Ok(None);
        }
        Err(Refusal::bad_request("invitation not found"))
    }

    /// What the client leaves out is lost: it becomes null.
    fn replaced_onboard(&mut self, id: &str, given: &Record) -> Result<Record, Refusal> {
        let mut onboards = self.onboards.iter_mut();
        let onboard = onboards.find(|onboard| onboard.refers_to("id", id));
        let onboard = onboard.ok_or_else(|| Refusal::not_found("onboard"))?;
        for name in WRITABLE {
            onboard.set(name, given.given(name).cloned());
        }
        let now = self.mint.now();
        onboard.set("updated_at", now.as_str());
        let completes = given.text("status") == Some("completed");
        if completes && complete(&mut self.connections, onboard, &now).is_err() {
            onboard.set("status", "failed");
        }
        Ok(onboard.clone())
    }
}
