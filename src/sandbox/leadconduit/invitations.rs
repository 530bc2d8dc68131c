//! `/invitations`: written and never read. An invitation shows as a pending entity, and in the account's pending lists.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::LeadConduit;
use super::access::Caller;
use super::record::Record;
use super::refusal::Refusal;
use super::tenant::{Invited, Side, Tenant};

type Answer = Result<(StatusCode, Json<Value>), Refusal>;

pub(super) async fn invite_source(state: State<LeadConduit>, caller: Extension<Caller>, body: Bytes) -> Answer {
    invite(state, caller, &body, Side::Source)
}

pub(super) async fn invite_recipient(state: State<LeadConduit>, caller: Extension<Caller>, body: Bytes) -> Answer {
    invite(state, caller, &body, Side::Recipient)
}

pub(super) async fn resend(
    State(leadconduit): State<LeadConduit>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Answer {
    leadconduit.on_tenant(caller, |tenant| {
        if tenant.entity(&id)?.given("pending") != Some(&Value::Bool(true)) {
            let accepted = "the invitation has been accepted already";
            return Err(Refusal::bad_request(accepted));
        }
        let ends = tenant.mint.in_two_weeks();
        tenant.set_deadline(&id, &ends);
        let entity = tenant.entity(&id)?;
        Ok(told(StatusCode::OK, "Invitation resent", entity))
    })
}

fn invite(
    State(leadconduit): State<LeadConduit>,
    Extension(caller): Extension<Caller>,
    body: &[u8],
    side: Side,
) -> Answer {
    let given = Record::parse(body)?;
    let email = given.text("email").filter(|email| email.contains('@'));
    let email = email.ok_or_else(|| Refusal::bad_request("a valid email is required"))?;
    leadconduit.on_tenant(caller, |tenant| {
        if let Some(known) = tenant.invited_before(email, side) {
            let entity = tenant.entity(&known)?;
            return Ok(told(StatusCode::OK, "Invitation already exists", entity));
        }
        let name = given.text("description").unwrap_or(email);
        let entity = tenant.invite(email, name, side);
        Ok(told(StatusCode::CREATED, "Invitation sent", &entity))
    })
}

fn told(status: StatusCode, message: &str, entity: &Record) -> (StatusCode, Json<Value>) {
    let body = json!({"message": message, "entity": entity});
    (status, Json(body))
}

impl Tenant {
    fn entity(&mut self, id: &str) -> Result<&mut Record, Refusal> {
        let mut entities = self.entities.iter_mut();
        let entity = entities.find(|entity| entity.refers_to("id", id));
        entity.ok_or_else(|| Refusal::not_found("entity"))
    }

    fn invited_before(&self, email: &str, side: Side) -> Option<String> {
        let mut invited = self.invited.iter();
        let known = invited.find(|known| known.is(email, side))?;
        Some(known.entity_id.clone())
    }

    /// Also how the seed gets its pending invitations: there is one way to become invited.
    pub(super) fn invite(&mut self, email: &str, name: &str, side: Side) -> Record {
        let (entity_id, invitation_id) = (self.mint.id(), self.mint.id());
        let now = self.mint.now();
        let ends = self.mint.in_two_weeks();
        let entity = Record::of(json!({
            "id": entity_id,
            "name": name,
            "source": side.source(),
            "recipient": side.recipient(),
            "account": null,
            "pending": true,
            "connected": null,
            "connected_account_id": null,
            "invitation_id": invitation_id,
            "invitation_expires_at": ends,
            "expired": false,
            "flow_ids": [],
            "created_at": now,
            "updated_at": now,
        }));
        let pending = json!({
            "id": invitation_id,
            "name": name,
            "expired": false,
            "invitation_expires_at": ends,
        });
        if let Some(list) = self.account.list(side.pending_list()) {
            list.push(pending);
        }
        self.entities.push(entity.clone());
        self.invited.push(Invited { email: email.to_owned(), as_a: side, entity_id });
        entity
    }

    /// The pending lists of the account repeat what the entity says of its invitation, so both are told.
    pub(super) fn set_deadline(&mut self, entity_id: &str, ends: &str) {
        let now = self.mint.now();
        let expired = ends < now.as_str();
        let Ok(entity) = self.entity(entity_id) else {
            return;
        };
        entity.set("expired", expired);
        entity.set("invitation_expires_at", ends);
        entity.set("updated_at", now);
        let invitation = entity.given("invitation_id").cloned();
        let lists = ["pending_sellers", "pending_buyers"];
        for list in lists {
            let pending = self.account.list(list).into_iter().flatten();
            pending
                .filter(|pending| pending.get("id") == invitation.as_ref())
                .filter_map(Value::as_object_mut)
                .for_each(|pending| {
                    pending.insert("expired".to_owned(), expired.into());
                    pending.insert("invitation_expires_at".to_owned(), ends.into());
                });
        }
    }
}

impl Invited {
    fn is(&self, email: &str, side: Side) -> bool {
        self.as_a == side && self.email.eq_ignore_ascii_case(email)
    }
}

impl Side {
    fn source(self) -> Option<&'static str> {
        (self == Self::Source).then_some("seller")
    }

    fn recipient(self) -> Option<&'static str> {
        (self == Self::Recipient).then_some("buyer")
    }

    fn pending_list(self) -> &'static str {
        match self {
            Self::Source => "pending_sellers",
            Self::Recipient => "pending_buyers",
        }
    }
}
