//! `/entities`: the accounts and systems that an account exchanges leads with, the invited ones among them.

use axum::Json;
use axum::extract::{Extension, Path, State};

use super::LeadConduit;
use super::access::Caller;
use super::record::Record;
use super::refusal::Refusal;

pub(super) async fn list(
    State(leadconduit): State<LeadConduit>,
    Extension(caller): Extension<Caller>,
) -> Json<Vec<Record>> {
    Json(leadconduit.on_tenant(caller, |tenant| tenant.entities.clone()))
}

pub(super) async fn find(
    State(leadconduit): State<LeadConduit>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Record>, Refusal> {
    leadconduit.on_tenant(caller, |tenant| {
        let mut entities = tenant.entities.iter();
        let entity = entities.find(|entity| entity.refers_to("id", &id));
        let entity = entity.ok_or_else(|| Refusal::not_found("entity"))?;
        Ok(Json(entity.clone()))
    })
}
