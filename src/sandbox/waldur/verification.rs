//! The operations on verifications, but for making a customer of one. None of them looks at the status.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::answers;
use super::call::Call;
use super::completion::Shown;
use super::fields::{self, Blank, Form, Need};
use super::moment;
use super::record::{Record, Status};
use super::register::{self, Question};
use super::respond::{Answer, Outcome, Refusal};
use super::users::{self, User};
use super::world::World;

/// Newest first. No filter, order or choice of fields is known to this version: all are ignored.
pub(super) fn list(world: &mut World, call: &Call) -> Outcome {
    let address = call.address();
    let listing = call.listing(&address);
    let World { records, checklists, mint, .. } = world;
    let count = records.iter().filter(|it| call.caller.sees(it.user)).count();
    let page = listing.page(count)?;
    let visible = records.iter_mut().rev().filter(|it| call.caller.sees(it.user));
    let rows = page.of(visible).map(|record| record.shown(checklists, mint)).collect();
    Ok(listing.answer(page, rows))
}

pub(super) fn retrieve(world: &mut World, call: &Call, id: &str) -> Outcome {
    Ok(Answer::ok(world.visible(&call.caller, id)?.shown()))
}

/// The caller need not be the user that the record gets, and then does not see it again.
pub(super) fn create(world: &mut World, call: &Call) -> Outcome {
    let members = call.body.members()?;
    let changes = Changes::read(Form::whole(&members), &world.users)?;
    let user = changes.user.unwrap_or(call.caller.pk);
    let mut record = Record::new(world.mint.draw(), user, String::new(), moment::now());
    changes.apply(&mut record);
    Ok(Answer::created(world.keep(record)))
}

pub(super) fn update(world: &mut World, call: &Call, id: &str) -> Outcome {
    change(world, call, id, |members| Form::whole(members))
}

pub(super) fn partial_update(world: &mut World, call: &Call, id: &str) -> Outcome {
    change(world, call, id, |members| Form::partial(members))
}

fn change(world: &mut World, call: &Call, id: &str, form: fn(&Map<String, Value>) -> Form<'_>) -> Outcome {
    let seen = world.visible(&call.caller, id)?;
    let members = call.body.members()?;
    let changes = Changes::read(form(&members), seen.users)?;
    changes.apply(seen.record);
    seen.record.modified = moment::now();
    Ok(Answer::ok(seen.shown()))
}

/// A customer that was made of the record stays.
pub(super) fn destroy(world: &mut World, call: &Call, id: &str) -> Outcome {
    let uuid = world.visible(&call.caller, id)?.record.uuid;
    world.records.retain(|record| record.uuid != uuid);
    world.justifications.retain(|justification| justification.verification != uuid);
    Ok(Answer::gone())
}

/// The five members that a client may write.
struct Changes {
    user: Option<u64>,
    country: Option<String>,
    identifier: Option<String>,
    name: Option<String>,
    expires_at: Option<Option<Timestamp>>,
}

impl Changes {
    fn read(mut form: Form<'_>, users: &[User]) -> Result<Self, Refusal> {
        let changes = Self {
            user: form.read("user", Need::Required, |value| users::named(users, value)),
            country: form.read("country", Need::Required, |value| fields::text(value, 2, Blank::Refused)),
            identifier: form
                .read("legal_person_identifier", Need::Optional, |value| fields::text(value, 50, Blank::Allowed)),
            name: form.read("legal_name", Need::Optional, |value| fields::text(value, 255, Blank::Allowed)),
            expires_at: form.read("expires_at", Need::Optional, fields::moment_or_null),
        };
        form.finish().map(|()| changes)
    }

    /// What was left out keeps its value.
    fn apply(self, record: &mut Record) {
        let Self { user, country, identifier, name, expires_at } = self;
        replace(&mut record.user, user);
        replace(&mut record.country, country);
        replace(&mut record.identifier, identifier);
        replace(&mut record.name, name);
        replace(&mut record.expires_at, expires_at);
    }
}

fn replace<T>(member: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *member = value;
    }
}

/// Every call makes a record of the caller. The person's fields are checked and forgotten.
pub(super) fn start(world: &mut World, call: &Call) -> Outcome {
    let members = call.body.members()?;
    let mut form = Form::whole(&members);
    let country = form.read("country", Need::Required, |value| fields::text(value, 2, Blank::Refused));
    let identifier =
        form.read("legal_person_identifier", Need::Optional, |value| fields::text(value, 50, Blank::Allowed));
    let name = form.read("legal_name", Need::Optional, |value| fields::text(value, 255, Blank::Allowed));
    let is_manual = form.read("is_manual_validation", Need::Optional, fields::truth);
    person(&mut form);
    form.finish()?;

    let mut record = Record::new(world.mint.draw(), call.caller.pk, country.unwrap_or_default(), moment::now());
    record.identifier = identifier.unwrap_or_default();
    record.name = name.unwrap_or_default();
    if is_manual == Some(true) {
        record.status = Status::Escalated;
        record.modified = moment::now();
        record.expires_at = Some(moment::deadline(record.modified));
    }
    Ok(Answer::created(world.keep(record)))
}

/// The personal code that the request gives instead of the caller's own.
fn person(form: &mut Form<'_>) -> Option<String> {
    form.read("first_name", Need::Optional, |value| fields::text(value, 100, Blank::Allowed));
    form.read("last_name", Need::Optional, |value| fields::text(value, 100, Blank::Allowed));
    form.read("birth_date", Need::Optional, fields::day);
    form.read("person_identifier", Need::Optional, |value| fields::text(value, 50, Blank::Allowed))
}

/// `include_all` is documented for later versions only, and yet this one knows it.
pub(super) fn checklist(world: &mut World, call: &Call, id: &str) -> Outcome {
    let include_all = call.asked("include_all").is_some_and(|it| it.eq_ignore_ascii_case("true"));
    let shown = if include_all { Shown::All } else { Shown::Visible };
    let seen = world.visible(&call.caller, id)?;
    let (checklist, completion) = seen.record.completion(seen.checklists, seen.mint).ok_or_else(no_checklist)?;
    Ok(Answer::ok(json!({
        "checklist": checklist.described(),
        "completion": completion.shown(checklist),
        "questions": completion.questions(checklist, shown, seen.users),
    })))
}

pub(super) fn completion_status(world: &mut World, call: &Call, id: &str) -> Outcome {
    let seen = world.visible(&call.caller, id)?;
    let (checklist, completion) = seen.record.completion(seen.checklists, seen.mint).ok_or_else(no_checklist)?;
    Ok(Answer::ok(completion.shown(checklist)))
}

/// The answers are the caller's, whoever owns the record.
pub(super) fn submit_answers(world: &mut World, call: &Call, id: &str) -> Outcome {
    let seen = world.visible(&call.caller, id)?;
    let checklist = seen.record.completion(seen.checklists, seen.mint).ok_or_else(no_checklist)?.0;
    let accepted = answers::accept(&call.body, checklist, seen.checklists)?;
    let (checklist, completion) = seen.record.completion(seen.checklists, seen.mint).ok_or_else(no_checklist)?;
    let at = completion.modified;
    answers::store(completion, accepted, call.caller.pk, seen.mint, at);
    Ok(Answer::ok(json!({
        "detail": "Answers submitted successfully",
        "completion": completion.shown(checklist),
    })))
}

fn no_checklist() -> Refusal {
    Refusal::detail("No checklist configured for this object")
}

/// 200 whatever comes of it. The register is asked with the caller's personal code, not the owner's.
pub(super) fn run_validation(world: &mut World, call: &Call, id: &str) -> Outcome {
    let seen = world.visible(&call.caller, id)?;
    let members = call.body.members()?;
    let mut form = Form::whole(&members);
    let personal_code = person(&mut form).filter(|it| !it.is_empty());
    form.finish()?;

    let record = &mut *seen.record;
    record.expires_at = record.expires_at.or_else(|| Some(moment::deadline(moment::now())));
    let verdict = register::ask(
        seen.registers,
        Question {
            country: &record.country,
            code: &record.identifier,
            name: &record.name,
            personal_code: personal_code.as_deref().unwrap_or(call.caller.civil_number),
        },
    );
    record.status = if verdict.complaint.is_some() { Status::Escalated } else { Status::Verified };
    replace(&mut record.finding, verdict.finding);
    replace(&mut record.error, verdict.complaint);
    record.validated_at = Some(moment::now());
    record.modified = moment::now();
    Ok(Answer::ok(seen.shown()))
}

/// This version's template crashes for every parent.
pub(super) fn checklist_template(call: &Call) -> Outcome {
    match call.asked("parent_uuid").filter(|it| !it.is_empty()) {
        Some(_) => Err(Refusal::Crashed),
        None => Err(Refusal::detail("parent_uuid query parameter is required")),
    }
}

pub(super) fn supported_countries(world: &World) -> Outcome {
    let mut countries: Vec<&str> = world.registers.iter().map(|register| register.country).collect();
    countries.sort_unstable();
    Ok(Answer::ok(json!({ "supported_countries": countries })))
}
