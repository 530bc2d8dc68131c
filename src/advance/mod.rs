//! The way of one mutation, the same for all: lock, read, permit, send once, read back, record.
//!
//! A mutation says in a [`Write`] what is particular to it: which record it locks and reads, which rule permits it, how it
//! is sent and how a read shows that it was done. [`advance`] does the rest, in one order, in a task of its own: a client
//! that goes away takes nothing along.

mod abroad;
mod payload;
mod settle;
mod stored;

use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use async_graphql::Context;
use futures_util::FutureExt;
use metrics::counter;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use tokio_util::task::TaskTracker;

use crate::audit::Audit;
use crate::caller::hex;
use crate::context::{RequestContext, explain};
use crate::coordination::{Entry, Ledger, Locks, Outcome, PATIENCE};
use crate::error::Error;
use crate::error::user::UserError;
use crate::live::Hub;
use crate::replicas::{Claim, Lease, Replicas};
use crate::telemetry::metric;
use crate::upstream::Setback;

pub(crate) use payload::payload;
use settle::{Attempt, may_have_been_sent, run};

/// Longer keys are no keys.
const LONGEST_KEY: usize = 255;

/// What is particular to one mutation.
pub(crate) trait Write: Send + Sync + 'static {
    /// What the mutation answers with.
    type Record: Clone + Serialize + DeserializeOwned + Send + Sync + 'static;
    /// What is read before it, to decide upon.
    type Before: Send + Sync + 'static;
    /// The proof that it may be sent.
    type Permit: Send + 'static;

    /// The argument that names the record, for an error that is about which record it is.
    const NAMED_BY: &'static [&'static str] = &["id"];

    /// The mutation's name in the schema.
    fn mutation(&self) -> &'static str;

    /// What is locked, and named in the audit log: the record's global id, or what a new one is made from.
    fn subject(&self) -> String;

    /// What else is locked, before the subject, since the write reaches further than its record.
    fn wider_lock(&self) -> Option<String> {
        None
    }

    /// Whether asking for the same again is safe when the outcome is unknown: not so for what makes a new record, or
    /// what may still be under way and must not run twice.
    fn is_repeatable(&self) -> bool {
        true
    }

    /// Reads, past everything older, what the decision needs; none where there is no such record.
    fn read(&self) -> impl Future<Output = Result<Option<Self::Before>, Error>> + Send;

    /// Checks the move against its rules.
    fn permit(&self, before: &Self::Before) -> Result<Self::Permit, Vec<UserError>>;

    /// Sends the request, once, and reads the record back where the answer does not hold it.
    fn perform(
        &self,
        permit: Self::Permit,
        before: &Self::Before,
    ) -> impl Future<Output = Result<Self::Record, Setback>> + Send;

    /// Reads, after an answer was lost, whether it was done all the same.
    fn look(&self, before: &Self::Before) -> impl Future<Output = Result<Look<Self::Record>, Error>> + Send;

    /// The record as it was read, to be shown where nothing was written.
    fn shown(&self, before: &Self::Before) -> Option<Self::Record>;

    /// What there is to say of a record that was written: nothing, where it is as it was meant to be.
    fn judge(&self, _record: &Self::Record) -> Vec<UserError> {
        Vec::new()
    }

    /// The record's state before, for the audit log.
    fn from(&self, _before: &Self::Before) -> Option<String> {
        None
    }

    /// The record's state afterwards, for the audit log.
    fn to(&self, _record: &Self::Record) -> Option<String> {
        None
    }
}

/// What a read showed after an answer was lost.
#[derive(Debug, Clone)]
pub(crate) enum Look<R> {
    /// It was done.
    Done(R),
    /// It was not done, or not yet; the record as it was read.
    NotDone(Option<R>),
    /// Nothing that can be read tells; the record as it was read.
    Untold(Option<R>),
}

impl<R> Look<R> {
    /// Tells by the record itself.
    pub(crate) fn at(record: Option<R>, is_done: impl FnOnce(&R) -> bool) -> Self {
        match record {
            Some(record) if is_done(&record) => Self::Done(record),
            record => Self::NotDone(record),
        }
    }
}

/// How a mutation ended.
#[derive(Debug, Clone)]
pub(crate) struct Settled<R> {
    /// The record as it is now; an error where it was written and cannot be read.
    pub(crate) record: Option<Result<R, Error>>,
    pub(crate) user_errors: Vec<UserError>,
    pub(crate) is_dry_run: bool,
    /// Whether a request was sent that may have changed something.
    pub(crate) was_sent: bool,
}

/// The arguments that every mutation has.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    pub(crate) dry_run: bool,
    pub(crate) idempotency_key: Option<String>,
}

impl Terms {
    /// The terms that a mutation's arguments set.
    pub(crate) fn new(dry_run: Option<bool>, idempotency_key: Option<String>) -> Self {
        Self { dry_run: dry_run.unwrap_or_default(), idempotency_key }
    }
}

/// What all writes of a gateway share.
#[derive(Default)]
pub struct Desk {
    locks: Locks,
    ledger: Ledger,
    audit: Audit,
    replicas: Replicas,
    live: Arc<Hub>,
    under_way: TaskTracker,
}

impl Desk {
    /// A desk whose writes are recorded here, and kept apart from those of other replicas.
    pub fn new(audit: Audit, replicas: Replicas) -> Self {
        Self { audit, replicas, ..Self::default() }
    }

    /// Where every write is told that was sent, or may have been.
    pub fn live(&self) -> &Arc<Hub> {
        &self.live
    }

    /// How many writes are under way.
    pub fn under_way(&self) -> usize {
        self.under_way.len()
    }

    /// Waits for the writes that are under way, those too whose clients have gone.
    pub async fn finish(&self) {
        self.under_way.close();
        self.under_way.wait().await;
    }
}

/// Makes a mutation's whole way.
pub(crate) async fn advance<W: Write>(ctx: &Context<'_>, write: W, terms: Terms) -> Result<Settled<W::Record>, Error> {
    let desk = ctx.data_opt::<Arc<Desk>>().ok_or(Error::Internal)?;
    let request = ctx.data_opt::<Arc<RequestContext>>().ok_or(Error::Internal)?;
    let (caller, request_id) = (request.caller().name().to_owned(), request.id().0.to_string());
    let lease = desk.replicas.lease().filter(|_| !terms.dry_run);
    let (dry_run, start) = (terms.dry_run, Instant::now());
    let attempt = Attempt { desk: Arc::clone(desk), caller, request_id, dry_run, start, lease };
    match terms.idempotency_key.filter(|_| !terms.dry_run) {
        None => desk.under_way.spawn(explain::carried(run(write, attempt))).await.map_err(|_| Error::Internal)?,
        Some(key) => {
            let key = Key { scope: request.caller().scope().to_string(), own: key };
            once(key, input_digest(ctx)?, write, attempt).await
        }
    }
}

/// An idempotency key: what the caller sent, and in whose name.
struct Key {
    scope: String,
    own: String,
}

type Ending<R> = Result<Settled<R>, Error>;

/// Makes the way at most once for a key: whoever comes second has what the first one gets.
async fn once<W: Write>(key: Key, input: [u8; 32], write: W, attempt: Attempt) -> Ending<W::Record> {
    if !(1..=LONGEST_KEY).contains(&key.own.len()) {
        return Err(Error::input(
            "idempotencyKey",
            format!("has {} bytes, which is not in 1..={LONGEST_KEY}", key.own.len()),
        ));
    }
    let desk = Arc::clone(&attempt.desk);
    let (scope, own) = (key.scope.clone(), key.own.clone());
    let mut is_first = false;
    let entry = desk.ledger.enter(&scope, &own, || {
        is_first = true;
        begin(key, input, write, attempt)
    });
    if entry.input != input {
        return Ok(of_another_input());
    }
    if !is_first {
        counter!(metric::REPLAYS).increment(1);
    }
    let outcome = entry.outcome.await;
    outcome.downcast_ref::<Ending<W::Record>>().cloned().unwrap_or(Err(Error::Internal))
}

/// Says where a write's outcome will be. It sets out when that is first waited for, and so never before its key is
/// entered: one that was refused sooner would have its key forgotten first and entered then.
fn begin<W: Write>(key: Key, input: [u8; 32], write: W, attempt: Attempt) -> Entry {
    let desk = Arc::clone(&attempt.desk);
    let outcome = async move {
        let way = Arc::clone(&desk);
        let task = desk.under_way.spawn(explain::carried(async move {
            let ending = once_among_replicas(&key, input, write, attempt).await;
            if may_have_been_sent(&ending) {
                let written = ending.as_ref().ok().and_then(stored::written);
                way.ledger.weigh(&key.scope, &key.own, written.map_or(0, |written| written.len()));
            } else {
                // Where nothing was sent the key is free again.
                way.ledger.forget(&key.scope, &key.own);
            }
            Arc::new(ending) as Outcome
        }));
        task.await.unwrap_or_else(|_| Arc::new(Error::Internal) as Outcome)
    };
    Entry::new(input, outcome.boxed().shared())
}

/// Makes the way unless another replica makes it or has made it: then its outcome is this one's.
async fn once_among_replicas<W: Write>(key: &Key, input: [u8; 32], write: W, attempt: Attempt) -> Ending<W::Record> {
    let Some(lease) = attempt.lease.clone() else {
        return run(write, attempt).await;
    };
    let known_by = [key.scope.as_bytes(), key.own.as_bytes()];
    match lease.claim(&known_by, &hex(&input), PATIENCE).await? {
        Claim::Ours => {
            let ending = run(write, attempt).await;
            write_down(&lease, &ending).await;
            ending
        }
        Claim::Done(outcome) => {
            counter!(metric::REPLAYS).increment(1);
            stored::read(&outcome)
        }
        Claim::Lost => Ok(settle::lost(&write).await),
        Claim::Other => Ok(of_another_input()),
    }
}

/// Tells whoever comes with the same key what became of the write. What broke off is left to run out.
async fn write_down<R: Clone + Serialize>(lease: &Lease, ending: &Ending<R>) {
    match ending {
        ending if !may_have_been_sent(ending) => lease.forget().await,
        Ok(settled) => match stored::written(settled) {
            Some(outcome) => lease.settle(&outcome).await,
            None => tracing::error!("what became of a write cannot be written down"),
        },
        Err(_) => {}
    }
}

fn of_another_input<R>() -> Settled<R> {
    declined(UserError::conflict(&["idempotencyKey"], "This idempotency key was used with another input."))
}

/// A mutation that nothing was written for.
fn declined<R>(error: UserError) -> Settled<R> {
    Settled { record: None, user_errors: vec![error], is_dry_run: false, was_sent: false }
}

/// What a key stands for: the mutation and every argument but the key itself, in one order.
fn input_digest(ctx: &Context<'_>) -> Result<[u8; 32], Error> {
    let field = ctx.field();
    let mut arguments = field.arguments().map_err(|_| Error::Internal)?;
    arguments.retain(|(name, _)| name != "idempotencyKey" && name != "dryRun");
    arguments.sort_by(|(one, _), (two, _)| one.cmp(two));
    let mut digest = Sha256::new();
    digest.update(field.name());
    for (name, value) in arguments {
        let value = value.into_json().map_err(|_| Error::Internal)?;
        digest.update(name.as_bytes());
        // The JSON library keeps an object's members sorted, so that their order in the request does not matter.
        digest.update(value.to_string());
    }
    Ok(digest.finalize().into())
}
