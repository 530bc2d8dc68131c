//! `GET` and `POST /api/v1/{route}/leads`: reading one lead, and setting its stage.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Connect;
use super::access::Partner;
use super::lead::Lead;
use super::problem::Problem;
use super::stage::Stage;
use super::stage_body::StageBody;

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(rename = "leadId")]
    lead_id: Option<String>,
}

/// All that Connect ever shows of a lead.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LeadBody {
    id: Uuid,
    status: Stage,
    requested_amount: Option<f64>,
}

pub(super) async fn read(
    State(connect): State<Connect>,
    Extension(partner): Extension<Partner>,
    Path(route): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Json<LeadBody>, Problem> {
    own(partner, &route)?;
    let id = asked_id(asked.lead_id.as_deref())?;
    connect.on_leads(partner, |leads| Ok(Json(find(leads, id)?.shown())))
}

pub(super) async fn set_stage(
    State(connect): State<Connect>,
    Extension(partner): Extension<Partner>,
    Path(route): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    own(partner, &route)?;
    speaks_json(&headers)?;
    let change = StageBody::parse(&body)?;
    connect.on_leads(partner, |leads| {
        find(leads, change.id())?.take(change)?;
        Ok(StatusCode::OK)
    })
}

fn own(partner: Partner, route: &str) -> Result<(), Problem> {
    partner.owns(route).then_some(()).ok_or(Problem::not_found(None))
}

fn asked_id(asked: Option<&str>) -> Result<Uuid, Problem> {
    let text = asked.filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| Problem::invalid("leadId", "The leadId field is required."))?;
    Uuid::parse_str(text).map_err(|_| Problem::invalid("leadId", format!("The value '{text}' is not valid.")))
}

fn speaks_json(headers: &HeaderMap) -> Result<(), Problem> {
    let content_type = headers.get(header::CONTENT_TYPE);
    let json =
        content_type.and_then(|value| value.to_str().ok()).is_some_and(|value| value.starts_with("application/json"));
    json.then_some(()).ok_or(Problem::unsupported_media_type())
}

fn find(leads: &mut [Lead], id: Uuid) -> Result<&mut Lead, Problem> {
    leads
        .iter_mut()
        .find(|lead| lead.id == id)
        .ok_or_else(|| Problem::not_found(Some(format!("Lead {id} was not found."))))
}

impl Lead {
    fn shown(&self) -> LeadBody {
        LeadBody { id: self.id, status: self.status, requested_amount: self.requested_amount }
    }

    fn take(&mut self, change: StageBody) -> Result<(), Problem> {
        let to = change.stage();
        if !self.status.is_open() {
            let from = self.status;
            return Err(Problem::conflict(format!("The lead cannot be moved from {from:?} to {to:?}.")));
        }
        self.status = to;
        self.posted.push(change);
        Ok(())
    }
}
