//! The buyer's delivery set-up: once for a connection, by itself when an onboard is completed, or asked for by
//! `POST /onboard/buyer`.
//!
//! The real one edits the seller's and the buyer's flows and sends e-mails. Here it counts, on the connection, so that a
//! set-up that ran twice, or for nothing, shows under `/_sandbox/records`.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, State};
use serde_json::{Value, json};

use super::LeadConduit;
use super::access::Caller;
use super::record::Record;
use super::refusal::Refusal;
use super::tenant::Link;

pub(super) async fn buyer(
    State(leadconduit): State<LeadConduit>,
    Extension(caller): Extension<Caller>,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let given = Record::parse(&body)?;
    given.check_ids(&["connection_id", "invitation_id", "flow_id"])?;
    let named = given
        .text("connection_id")
        .or_else(|| given.text("invitation_id"))
        .ok_or_else(|| Refusal::bad_request("connection_id or invitation_id is required"))?;
    leadconduit.on_tenant(caller, |tenant| {
        let now = tenant.mint.now();
        let flow_id = set_up(&mut tenant.connections, named, given.text("flow_id"), &now)?;
        Ok(Json(json!({"redirect": format!("/flows/{flow_id}")})))
    })
}

/// What completing an onboard sets off. Nobody is told why it failed: the client of a `PUT` sees a status and no more.
pub(super) fn complete(links: &mut [Link], onboard: &Record, now: &str) -> Result<(), Refusal> {
    let missing = || Refusal::bad_request("the onboard is missing a required field");
    let connection = onboard.text("connection_id").ok_or_else(missing)?;
    onboard.text("invitation_id").ok_or_else(missing)?;
    set_up(links, connection, onboard.text("flow_id"), now).map(drop)
}

fn set_up(links: &mut [Link], named: &str, flow_id: Option<&str>, now: &str) -> Result<String, Refusal> {
    let mut links = links.iter_mut();
    let link = links.find(|link| link.answers_to(named));
    let link = link.ok_or_else(|| Refusal::bad_request("connection not found"))?;
    if link.set_ups > 0 {
        return Err(Refusal::bad_request("connection is already set up"));
    }
    link.set_ups += 1;
    link.body.set("updated_at", now);
    Ok(flow_id.unwrap_or(&link.flow_id).to_owned())
}
