//! One way through lock, read, permit and send, to its ending and its line in the audit log.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use futures_util::FutureExt;
use metrics::counter;

use super::{Desk, Ending, Look, Settled, Write, declined};
use crate::audit::Event;
use crate::coordination::PATIENCE;
use crate::error::Error;
use crate::error::user::{UserError, UserErrorCode};
use crate::live::Change;
use crate::replicas::Lease;
use crate::telemetry::metric;
use crate::upstream::{Setback, noted};

/// Who makes a mutation, and how.
pub(super) struct Attempt {
    pub(super) desk: Arc<Desk>,
    pub(super) caller: String,
    pub(super) request_id: String,
    pub(super) dry_run: bool,
    pub(super) start: Instant,
    /// What it holds among the replicas, where there are others.
    pub(super) lease: Option<Lease>,
}

impl Attempt {
    /// Takes the locks that keep other replicas out; false where their writes take too long.
    async fn lock_among_replicas(&self, wider: Option<String>, own: String) -> Result<bool, Error> {
        let Some(lease) = &self.lease else {
            return Ok(true);
        };
        let records: Vec<String> = wider.into_iter().chain([own]).collect();
        let left = PATIENCE.saturating_sub(self.start.elapsed());
        lease.lock(&records, left).await
    }
}

/// What is known of a way when it has ended.
struct Trace<R> {
    ending: Ending<R>,
    from: Option<String>,
    upstream_status: Option<u16>,
}

impl<R> Trace<R> {
    /// A way on which nothing was decided.
    fn ended(ending: Ending<R>) -> Self {
        Self { ending, from: None, upstream_status: None }
    }
}

/// Goes the way and records it, holding the record throughout. A dry run writes nothing, and so holds and records nothing.
pub(super) async fn run<W: Write>(write: W, attempt: Attempt) -> Ending<W::Record> {
    if attempt.dry_run {
        return go(&write, &attempt).await.ending;
    }
    let locks = &attempt.desk.locks;
    let wider = match write.wider_lock() {
        Some(lock) => Some(locks.acquire(&lock).await),
        None => None,
    };
    let own = locks.acquire(&write.subject()).await;
    let is_turn = match own.is_none() || matches!(wider, Some(None)) {
        true => Ok(false),
        false => attempt.lock_among_replicas(write.wider_lock(), write.subject()).await,
    };
    let trace = match is_turn {
        Ok(true) => {
            // A bug leaves its line in the log of what was attempted like everything else.
            let way = AssertUnwindSafe(go(&write, &attempt)).catch_unwind().await;
            let trace = way.unwrap_or_else(|_| Trace::ended(Err(Error::Internal)));
            if may_have_been_sent(&trace.ending) {
                attempt.desk.live.tell(Change::of(&write.subject()));
            }
            trace
        }
        Ok(false) => {
            let message = "Other writes to this record are taking too long; try again later.";
            Trace::ended(Ok(declined(UserError::conflict(W::NAMED_BY, message))))
        }
        Err(error) => Trace::ended(Err(error)),
    };
    let event = event(&write, &attempt, &trace);
    counter!(metric::WRITES, "mutation" => event.mutation, "outcome" => event.outcome).increment(1);
    attempt.desk.audit.record(&event);
    if let Some(lease) = &attempt.lease {
        lease.release().await;
    }
    trace.ending
}

/// Whether a request was sent that may have changed something. Of what broke off inside the gateway nobody knows.
pub(super) fn may_have_been_sent<R>(ending: &Ending<R>) -> bool {
    match ending {
        Ok(settled) => settled.was_sent,
        Err(error) => *error == Error::Internal,
    }
}

async fn go<W: Write>(write: &W, attempt: &Attempt) -> Trace<W::Record> {
    let before = match write.read().await {
        Ok(Some(before)) => before,
        Ok(None) => {
            let error = UserError::not_found(W::NAMED_BY, &write.subject());
            return Trace::ended(Ok(Settled { is_dry_run: attempt.dry_run, ..declined(error) }));
        }
        Err(error) => return Trace::ended(Err(error)),
    };
    let from = write.from(&before);
    let permit = match write.permit(&before) {
        Ok(permit) if !attempt.dry_run => permit,
        decided => {
            let user_errors = decided.err().unwrap_or_default();
            let record = write.shown(&before).map(Ok);
            let ending = Ok(Settled { record, user_errors, is_dry_run: attempt.dry_run, was_sent: false });
            return Trace { ending, from, upstream_status: None };
        }
    };
    let (outcome, upstream_status) = noted(attempt.lease.clone(), write.perform(permit, &before)).await;
    Trace { ending: settle(write, &before, outcome).await, from, upstream_status }
}

/// What follows from how the sending went.
async fn settle<W: Write>(write: &W, before: &W::Before, outcome: Result<W::Record, Setback>) -> Ending<W::Record> {
    match outcome {
        Ok(record) => Ok(done(write, record)),
        Err(Setback::NotSent(error)) => Err(error),
        Err(Setback::Refused { status, detail }) => {
            Ok(sent(present(write, before).await, vec![UserError::upstream_refused(status, detail)]))
        }
        Err(Setback::Unread(error)) => Ok(sent(Some(Err(error)), Vec::new())),
        Err(Setback::Unknown(error)) => Ok(reconcile(write, before, &error).await),
    }
}

/// The record as it is now: a refusal may well mean that it is not what it was read as.
async fn present<W: Write>(write: &W, before: &W::Before) -> Option<Result<W::Record, Error>> {
    // What shows no record costs no call.
    write.shown(before)?;
    match write.read().await {
        Ok(now) => now.and_then(|now| write.shown(&now)).map(Ok),
        Err(error) => Some(Err(error)),
    }
}

/// What there is to say of a write that another replica may have sent before it was no more: the record as it is now.
pub(super) async fn lost<W: Write>(write: &W) -> Settled<W::Record> {
    let message = "The gateway's replica that made this write ended before its answer came.";
    let unknown = vec![UserError::outcome_unknown(message, write.is_repeatable())];
    match write.read().await {
        Ok(now) => sent(now.and_then(|now| write.shown(&now)).map(Ok), unknown),
        Err(error) => sent(Some(Err(error)), unknown),
    }
}

/// The answer is lost: the record itself is asked.
async fn reconcile<W: Write>(write: &W, before: &W::Before, lost: &Error) -> Settled<W::Record> {
    let unknown = |seen: &str| UserError::outcome_unknown(format!("{lost} {seen}"), write.is_repeatable());
    match write.look(before).await {
        Ok(Look::Done(record)) => done(write, record),
        Ok(Look::NotDone(record)) => sent(record.map(Ok), vec![unknown("A read shows no change; it may still come.")]),
        Ok(Look::Untold(record)) => {
            sent(record.map(Ok), vec![unknown("Nothing that can be read tells whether it was done.")])
        }
        Err(_) => sent(None, vec![unknown("It could not be read whether it was done.")]),
    }
}

fn done<W: Write>(write: &W, record: W::Record) -> Settled<W::Record> {
    let user_errors = write.judge(&record);
    sent(Some(Ok(record)), user_errors)
}

fn sent<R>(record: Option<Result<R, Error>>, user_errors: Vec<UserError>) -> Settled<R> {
    Settled { record, user_errors, is_dry_run: false, was_sent: true }
}

fn event<W: Write>(write: &W, attempt: &Attempt, trace: &Trace<W::Record>) -> Event {
    let (outcome, reason) = summary(&trace.ending);
    let record = trace.ending.as_ref().ok().and_then(|settled| settled.record.as_ref()?.as_ref().ok());
    Event {
        time: jiff::Timestamp::now(),
        request_id: attempt.request_id.clone(),
        caller: attempt.caller.clone(),
        mutation: write.mutation(),
        record: write.subject(),
        from: trace.from.clone(),
        to: record.and_then(|record| write.to(record)),
        outcome,
        reason,
        upstream_status: trace.upstream_status,
        milliseconds: u64::try_from(attempt.start.elapsed().as_millis()).unwrap_or(u64::MAX),
    }
}

/// The ending in a word, and the code of what stood in the way.
fn summary<R>(ending: &Ending<R>) -> (&'static str, Option<String>) {
    match ending {
        Err(Error::Internal) => ("unknown", Some(Error::Internal.code().to_owned())),
        Err(error) => ("not_sent", Some(error.code().to_owned())),
        Ok(settled) => match settled.user_errors.first().map(UserError::reason) {
            None => ("done", None),
            Some(code @ UserErrorCode::OutcomeUnknown) => ("unknown", Some(name(code))),
            Some(code) => ("refused", Some(name(code))),
        },
    }
}

fn name(code: UserErrorCode) -> String {
    use async_graphql::resolver_utils::EnumType;
    UserErrorCode::items().iter().find(|item| item.value == code).map(|item| item.name.to_owned()).unwrap_or_default()
}
