//! What onboards point at and nobody writes: connections and flows.

use axum::Json;
use axum::extract::{Extension, Path, State};

use super::LeadConduit;
use super::access::Caller;
use super::record::Record;
use super::refusal::Refusal;

/// The id that comes back may not be the one that was asked for: three kinds of id lead to a connection.
pub(super) async fn connection(
    State(leadconduit): State<LeadConduit>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Record>, Refusal> {
    leadconduit.on_tenant(caller, |tenant| {
        let mut links = tenant.connections.iter();
        let link = links.find(|link| link.answers_to(&id));
        let link = link.ok_or_else(|| Refusal::not_found("connection"))?;
        Ok(Json(link.body.clone()))
    })
}

pub(super) async fn flows(
    State(leadconduit): State<LeadConduit>,
    Extension(caller): Extension<Caller>,
) -> Result<Json<Vec<Record>>, Refusal> {
    let flows = leadconduit.on_tenant(caller, |tenant| tenant.flows.clone());
    flows.map(Json).ok_or_else(plan_limit)
}

pub(super) async fn flow(
    State(leadconduit): State<LeadConduit>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Record>, Refusal> {
    leadconduit.on_tenant(caller, |tenant| {
        let mut flows = tenant.flows.as_ref().ok_or_else(plan_limit)?.iter();
        let flow = flows.find(|flow| flow.refers_to("id", &id));
        let flow = flow.ok_or_else(|| Refusal::not_found("flow"))?;
        Ok(Json(flow.clone()))
    })
}

/// The vendor says 401 to a right key whose plan does not reach this far.
fn plan_limit() -> Refusal {
    Refusal::unauthorized("Free accounts do not have access to Flows")
}
