//! Builds the seeded records of their table.

use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::Map;

use super::super::checklist::Checklist;
use super::super::completion::Completion;
use super::super::customer::Customer;
use super::super::justification::{Decision, Justification, Review};
use super::super::mint;
use super::super::moment;
use super::super::record::{Complaint, Record, Status};
use super::super::register::{self, Question, Register};
use super::super::users::User;
use super::super::world::World;
use super::answered;
use super::companies::{History, LINES, Line, Progress};
use super::{RECORDS, STAFF};

/// Ids per record, so that one more answer in a record does not move the ids of the next.
const IDS_PER_RECORD: u64 = 64;

pub(super) fn fill(world: &mut World) {
    let start = date(2026, 1, 12).at(8, 5, 0, 0).to_zoned(TimeZone::UTC).map(|it| it.timestamp()).unwrap_or_default();
    for (number, line) in (0u64..).zip(&LINES) {
        add(world, &Plan { line, ids: RECORDS + number * IDS_PER_RECORD, created: created(start, number) });
    }
}

/// A record about every 37 hours; every eighth to the full second, so that its fraction is left out.
fn created(start: Timestamp, number: u64) -> Timestamp {
    let micros = if number.is_multiple_of(8) { 0 } else { number.wrapping_mul(137_911) % 1_000_000 };
    let number = i64::try_from(number).unwrap_or_default();
    let hours = SignedDuration::from_secs(number * 133_577);
    let fraction = SignedDuration::from_micros(i64::try_from(micros).unwrap_or_default());
    start.checked_add(hours).and_then(|it| it.checked_add(fraction)).unwrap_or(start)
}

/// A record to be made.
struct Plan<'a> {
    line: &'a Line,
    ids: u64,
    created: Timestamp,
}

impl Plan<'_> {
    fn at(&self, minutes: i64) -> Timestamp {
        self.created.checked_add(SignedDuration::from_mins(minutes)).unwrap_or(self.created)
    }
}

fn add(world: &mut World, plan: &Plan<'_>) {
    let line = plan.line;
    let mut record = Record::new(mint::scattered(plan.ids), line.owner, line.country.to_owned(), plan.created);
    record.identifier = line.code.to_owned();
    record.name = line.name.to_owned();
    let checklist = world.checklists.iter().find(|it| it.country == line.country);
    record.completions.extend(checklist.map(|checklist| completion(plan, checklist)));
    live(&mut record, world, plan);
    world.records.push(record);
}

fn completion(plan: &Plan<'_>, checklist: &Checklist) -> Completion {
    let is_answered = |(number, required): (usize, bool)| match plan.line.progress {
        Progress::Nothing => false,
        Progress::Begun => number < 2,
        Progress::Required => required,
        Progress::Everything => true,
    };
    let numbered = checklist.questions.iter().enumerate();
    let questions = numbered.filter(|(number, question)| is_answered((*number, question.required)));
    let ids = plan.ids + 8;
    Completion {
        uuid: mint::scattered(plan.ids + 1),
        checklist: checklist.uuid,
        created: plan.created,
        modified: plan.at(6),
        answers: (0..)
            .zip(questions)
            .map(|(number, (_, question))| answered::answer(question, plan.line, ids + 2 * number, plan.at(5)))
            .collect(),
    }
}

/// Takes the record through its history.
fn live(record: &mut Record, world: &mut World, plan: &Plan<'_>) {
    match plan.line.history {
        History::Started => {}
        History::Asked => validate(record, &world.registers, &world.users, plan),
        History::BecameCustomer => {
            validate(record, &world.registers, &world.users, plan);
            become_customer(record, world, plan);
        }
        History::Manual => escalate(record, plan),
        History::Approved => {
            escalate(record, plan);
            review(record, world, plan, Decision::Approved);
        }
        History::Rejected => {
            escalate(record, plan);
            review(record, world, plan, Decision::Rejected);
        }
        History::RanOut => run_out(record, plan),
    }
}

fn validate(record: &mut Record, registers: &[Register], users: &[User], plan: &Plan<'_>) {
    let personal_code = users.iter().find(|user| user.pk == record.user).map_or("", |user| user.civil_number);
    let question = Question { country: &record.country, code: &record.identifier, name: &record.name, personal_code };
    let verdict = register::ask(registers, question);
    record.status = if verdict.complaint.is_some() { Status::Escalated } else { Status::Verified };
    record.finding = verdict.finding.unwrap_or_default();
    record.error = verdict.complaint.unwrap_or_default();
    record.validated_at = Some(plan.at(10));
    record.expires_at = Some(moment::deadline(plan.at(10)));
    record.modified = plan.at(10);
}

fn escalate(record: &mut Record, plan: &Plan<'_>) {
    record.status = Status::Escalated;
    record.expires_at = Some(moment::deadline(plan.created));
}

fn run_out(record: &mut Record, plan: &Plan<'_>) {
    let end = moment::deadline(plan.created);
    record.status = Status::Expired;
    record.expires_at = Some(end);
    record.modified = end;
    let traceback = "Verification expired without completion.".to_owned();
    record.error = Complaint { code: "VERIFICATION_EXPIRED", traceback };
}

fn review(record: &mut Record, world: &mut World, plan: &Plan<'_>, decision: Decision) {
    let (status, notes) = match decision {
        Decision::Approved => (Status::Verified, "Power of attorney checked."),
        Decision::Rejected => (Status::Failed, "The document names another company."),
    };
    let at = plan.at(26 * 60);
    record.status = status;
    record.modified = at;
    world.justifications.push(Justification {
        uuid: mint::scattered(plan.ids + 2),
        verification: record.uuid,
        user: record.user,
        text: Some("I act for the company under the attached power of attorney.".to_owned()),
        review: Some(Review { by: STAFF, at, decision, notes: notes.to_owned() }),
        created: plan.at(15),
        modified: at,
    });
}

fn become_customer(record: &mut Record, world: &mut World, plan: &Plan<'_>) {
    let pk = 1 + u64::try_from(world.customers.len()).unwrap_or_default();
    world.customers.push(Customer {
        pk,
        uuid: mint::scattered(plan.ids + 3),
        name: record.name.clone(),
        country: record.country.clone(),
        code: record.identifier.clone(),
        answered: Map::new(),
        created: plan.at(12),
    });
    record.customer = Some(pk);
    record.modified = plan.at(12);
}
