//! Justifications: how an owner asks staff to look at an escalated or failed record, and how staff decide.

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::call::Call;
use super::fields::{self, Blank, Field, Form, Need};
use super::moment;
use super::record::{Record, Status};
use super::respond::{Answer, Outcome, Refusal};
use super::users::{Role, User};
use super::world::World;

/// One plea for a record.
#[derive(Clone, Debug)]
pub(super) struct Justification {
    pub(super) uuid: Uuid,
    pub(super) verification: Uuid,
    pub(super) user: u64,
    pub(super) text: Option<String>,
    pub(super) review: Option<Review>,
    pub(super) created: Timestamp,
    pub(super) modified: Timestamp,
}

/// What staff made of it.
#[derive(Clone, Debug)]
pub(super) struct Review {
    pub(super) by: u64,
    pub(super) at: Timestamp,
    pub(super) decision: Decision,
    pub(super) notes: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Approved,
    Rejected,
}

impl Decision {
    fn word(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }

    fn outcome(self) -> Status {
        match self {
            Self::Approved => Status::Verified,
            Self::Rejected => Status::Failed,
        }
    }
}

/// Newest first, to its user and to staff.
pub(super) fn list(world: &World, call: &Call) -> Outcome {
    let address = call.address();
    let listing = call.listing(&address);
    let visible = || world.justifications.iter().rev().filter(|it| call.caller.sees(it.user));
    let page = listing.page(visible().count())?;
    let rows = page.of(visible()).map(|it| it.shown(world, &call.site)).collect();
    Ok(listing.answer(page, rows))
}

/// A stranger's record is told apart from an absent one here, unlike anywhere else.
pub(super) fn create(world: &mut World, call: &Call) -> Outcome {
    let members = call.body.members()?;
    let mut form = Form::whole(&members);
    let record = form.read("verification_uuid", Need::Required, |value| justifiable(&world.records, value));
    let text = form.read("user_justification", Need::Optional, |value| fields::text(value, usize::MAX, Blank::Allowed));
    form.finish()?;

    let (verification, owner) = record.unwrap_or_default();
    if owner != call.caller.pk {
        return Err(Refusal::Forbidden(json!({ "error": "You can only justify your own verifications" })));
    }
    let now = moment::now();
    let uuid = world.mint.draw();
    let justification =
        Justification { uuid, verification, user: owner, text, review: None, created: now, modified: now };
    let shown = justification.shown(world, &call.site);
    world.justifications.push(justification);
    Ok(Answer::created(shown))
}

/// The record that a justification may be for, and its owner.
fn justifiable(records: &[Record], value: &Value) -> Field<(Uuid, u64)> {
    let uuid = fields::uuid(value)?;
    match records.iter().find(|it| it.uuid == uuid) {
        None => fields::wrong("Verification not found"),
        Some(record) if matches!(record.status, Status::Failed | Status::Escalated) => Ok((uuid, record.user)),
        Some(_) => fields::wrong("Can only justify failed or escalated verifications"),
    }
}

/// Staff alone decide. The record follows, whatever its status is by then.
pub(super) fn review(world: &mut World, call: &Call, id: &str, decision: Decision) -> Outcome {
    if call.caller.role != Role::Staff {
        let message = "You do not have permission to perform this action.";
        return Err(Refusal::Forbidden(json!({ "detail": message })));
    }
    let uuid = Uuid::parse_str(id).ok();
    let found = world.justifications.iter_mut().find(|it| Some(it.uuid) == uuid);
    let justification = found.ok_or(Refusal::NotFound("No OnboardingJustification matches the given query."))?;
    let members = call.body.members()?;
    let mut form = Form::whole(&members);
    let notes = form.read("staff_notes", Need::Optional, |value| fields::text(value, usize::MAX, Blank::Allowed));
    form.finish()?;

    let now = moment::now();
    justification.review = Some(Review { by: call.caller.pk, at: now, decision, notes: notes.unwrap_or_default() });
    justification.modified = now;
    let verification = justification.verification;
    let decided = justification.clone();
    if let Some(record) = world.records.iter_mut().find(|it| it.uuid == verification) {
        record.status = decision.outcome();
        record.modified = now;
    }
    Ok(Answer::ok(decided.shown(world, &call.site)))
}

impl Justification {
    fn shown(&self, world: &World, site: &str) -> Value {
        let record = world.records.iter().find(|it| it.uuid == self.verification);
        let text = |member: fn(&Record) -> &str| record.map_or("", member);
        let review = self.review.as_ref();
        let verification = self.verification.simple().to_string();
        json!({
            "uuid": self.uuid.simple().to_string(),
            "verification": format!("{site}/api/onboarding-verifications/{verification}/"),
            "verification_uuid": verification,
            "country": text(|it| &it.country),
            "user": user_address(&world.users, self.user, site),
            "legal_person_identifier": text(|it| &it.identifier),
            "legal_name": text(|it| &it.name),
            "error_message": text(|it| it.error.code),
            "error_traceback": text(|it| &it.error.traceback),
            "user_justification": self.text,
            "validated_by": review.map(|it| user_address(&world.users, it.by, site)),
            "validated_at": review.map(|it| moment::written(it.at)),
            "validation_decision": review.map_or("pending", |it| it.decision.word()),
            "staff_notes": review.map_or("", |it| it.notes.as_str()),
            "supporting_documentation": [],
            "created": moment::written(self.created),
            "modified": moment::written(self.modified),
        })
    }
}

fn user_address(users: &[User], pk: u64, site: &str) -> Option<String> {
    let user = users.iter().find(|user| user.pk == pk)?;
    Some(format!("{site}/api/users/{}/", user.uuid.simple()))
}
