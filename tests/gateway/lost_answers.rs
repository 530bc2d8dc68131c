//! What becomes of a write when something goes wrong around it: sent once at most, and the payload says no more and no
//! less than what is so. Every mutation against every fault, and what the API holds afterwards beside it.

mod leads;
mod oddities;
mod onboarding;
mod outcome;
mod verification;

use axum::http::Method;
use onramp::sandbox::{Answer, Effect, Fault, Played};
use serde_json::{Value, json};

use crate::gateway::{World, settled, writes};
use outcome::{Ending, READ_FAILED, Unread};

/// A mutation that would succeed, and all that has to be known of it to say how it ends.
struct Subject {
    /// The mutation with its arguments.
    call: String,
    /// What is selected of its payload beside user errors.
    shows: &'static str,
    /// How many reads go before the write.
    reads: u32,
    /// The write.
    write: &'static str,
    /// What is shown where nothing was written.
    before: Value,
    /// What is shown of a write that was answered.
    after: Value,
    /// What is shown of a write whose answer was lost and that reading has found; none where reading cannot tell.
    found: Option<Value>,
    /// What is told of a read that did not find it.
    unseen: &'static str,
    /// Whether the record is read again behind the write's answer.
    reads_back: bool,
    /// Whether anything is taken from the write's answer but its status.
    reads_answer: bool,
    /// Whether asking again is safe.
    is_repeatable: bool,
    /// How the vendor refuses it, and what is told of that.
    refusal: (Answer, &'static str),
    /// Where the API keeps what is written, and what stands there before and after.
    place: &'static str,
    held: [Value; 2],
}

impl Subject {
    fn name(&self) -> &str {
        self.call.split('(').next().unwrap()
    }

    fn query(&self) -> String {
        let errors = "userErrors { __typename code message path ... on UpstreamRefused { httpStatus detail }
            ... on OutcomeUnknown { retryable } }";
        let query = format!("mutation {{ {} {{ {} {errors} dryRun }} }}", self.call, self.shows);
        // Errors tell line and column, so all of it stands on one line.
        query.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn method(&self) -> Method {
        self.write.split(' ').next().unwrap().parse().unwrap()
    }

    fn on_write(&self, effect: Effect) -> Fault {
        Fault::once(effect).method(self.method())
    }

    /// Meets every read behind the write.
    fn on_later_reads(&self, effect: Effect) -> Fault {
        Fault::always(effect).method(Method::GET).after(self.reads)
    }
}

/// One API with its mutations.
struct Side<'a> {
    name: &'static str,
    api: &'a Played,
    subjects: Vec<Subject>,
    /// What the API holds, asked beside the gateway.
    held: fn(&World) -> futures_util::future::BoxFuture<'_, Value>,
}

fn sides(world: &World) -> [Side<'_>; 3] {
    [onboarding::side(world), verification::side(world), leads::side(world)]
}

/// How often a write is seen by the API, and whether it is done.
#[derive(Clone, Copy, Debug)]
struct Deed {
    is_seen: bool,
    is_done: bool,
}

const DONE: Deed = Deed { is_seen: true, is_done: true };
const SEEN: Deed = Deed { is_seen: true, is_done: false };
const UNSEEN: Deed = Deed { is_seen: false, is_done: false };

impl Side<'_> {
    /// Sends a mutation among faults; compares the whole response, the writes that came and what the API holds then.
    async fn check(&self, world: &World, subject: &Subject, faults: &[Fault], deed: Deed, ending: &Ending<'_>) {
        let told = format!("{} among {faults:?}", subject.name());
        self.api.reset();
        faults.iter().for_each(|fault| self.api.fault(fault.clone()));
        let query = subject.query();
        let response = settled(world.ask(&query).await);
        let written = writes(self.api);
        self.api.come_back().await.unwrap();
        self.api.clear_faults();
        assert_eq!(response, ending.response(self.name, subject, &query), "{told}");
        assert_eq!(written, Vec::from_iter(deed.is_seen.then(|| subject.write.to_owned())), "{told}");
        let held = (self.held)(world).await;
        let held = held.pointer(subject.place).unwrap_or(&Value::Null);
        assert_eq!(*held, subject.held[usize::from(deed.is_done)], "{told}: {}", subject.place);
    }

    /// How a write ends that was done and whose answer was lost, where reading works.
    fn lost_after<'a>(&self, subject: &'a Subject, lost: &'a str) -> Ending<'a> {
        match &subject.found {
            Some(found) => Ending::Done(found),
            None => Ending::Unknown { shown: Some(&subject.before), lost, seen: outcome::NOTHING_TELLS },
        }
    }

    /// How a write ends that was not done and whose answer was lost, where reading works.
    fn lost_before<'a>(&self, subject: &'a Subject, lost: &'a str) -> Ending<'a> {
        Ending::Unknown { shown: Some(&subject.before), lost, seen: subject.unseen }
    }
}

fn page(status: u16) -> Answer {
    Answer::html(status, "<h1>Server Error</h1>")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nothing_disturbs_is_done() {
    let world = World::start().await;
    for side in sides(&world) {
        for subject in &side.subjects {
            side.check(&world, subject, &[], DONE, &Ending::Done(&subject.after)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_whose_connection_is_refused_was_not_sent() {
    let world = World::start().await;
    let error = json!({ "code": "UPSTREAM_UNAVAILABLE", "retryable": true });
    for side in sides(&world) {
        for subject in &side.subjects {
            // The last read is answered, and after it nobody listens.
            let fault = Fault::once(Effect::GoDown).method(Method::GET).after(subject.reads - 1);
            let ending = Ending::NotSent { message: "cannot be reached.", extensions: &error };
            side.check(&world, subject, &[fault], UNSEEN, &ending).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_is_turned_away_at_the_door_was_not_done() {
    let world = World::start().await;
    let spent = json!({ "code": "UPSTREAM_RATE_LIMITED", "httpStatus": 429, "retryable": true, "retryAfterMs": 2000 });
    let denied = json!({ "code": "UPSTREAM_UNAUTHORIZED", "httpStatus": 401, "retryable": false });
    let cases = [
        (Answer::empty(429).header("retry-after", "2"), "is receiving too many requests.", spent),
        (Answer::empty(401), "did not accept the gateway's credential.", denied),
    ];
    for side in sides(&world) {
        for subject in &side.subjects {
            for (answer, message, extensions) in &cases {
                let fault = subject.on_write(Effect::Status(answer.clone()));
                side.check(&world, subject, &[fault], SEEN, &Ending::NotSent { message, extensions }).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_by_the_upstream_is_told_in_its_own_words() {
    let world = World::start().await;
    for side in sides(&world) {
        for subject in &side.subjects {
            let (answer, detail) = &subject.refusal;
            let fault = subject.on_write(Effect::Status(answer.clone()));
            let ending = Ending::Refused { shown: &subject.before, status: answer.status, detail };
            side.check(&world, subject, &[fault], SEEN, &ending).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_was_done_and_whose_answer_is_lost_is_found_by_reading() {
    let world = World::start().await;
    let cases = [
        (Effect::ResetAfter, "broke off its answer."),
        (Effect::StatusAfter(page(500)), "failed with status 500."),
        (Effect::StatusAfter(Answer::empty(503)), "failed with status 503."),
    ];
    for side in sides(&world) {
        for subject in &side.subjects {
            for (effect, lost) in &cases {
                let fault = subject.on_write(effect.clone());
                side.check(&world, subject, &[fault], DONE, &side.lost_after(subject, lost)).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_was_not_done_and_whose_answer_is_lost_is_unknown() {
    let world = World::start().await;
    let cases = [
        (Effect::ResetBefore, "broke off its answer."),
        (Effect::Status(page(500)), "failed with status 500."),
        (Effect::Status(Answer::empty(503)), "failed with status 503."),
    ];
    for side in sides(&world) {
        for subject in &side.subjects {
            for (effect, lost) in &cases {
                let fault = subject.on_write(effect.clone());
                side.check(&world, subject, &[fault], SEEN, &side.lost_before(subject, lost)).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_is_not_answered_in_time_is_looked_for_and_not_repeated() {
    const DEADLINE: &str = "600";
    let sections = ["LEADCONDUIT__TIMEOUT", "WALDUR__TIMEOUT", "WALDUR__VALIDATION_TIMEOUT", "CONNECT__TIMEOUT"];
    let names = sections.map(|name| format!("ONRAMP__{name}_MS"));
    let settings: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), DEADLINE)).collect();
    let world = World::start_with(&settings).await;
    let lost = format!("did not answer within {DEADLINE} ms.");
    // Every case takes as long as the deadline, and the three APIs do not wait for each other.
    let all = sides(&world).map(async |side| {
        for subject in &side.subjects {
            let fault = subject.on_write(Effect::HangAfter);
            side.check(&world, subject, &[fault], DONE, &side.lost_after(subject, &lost)).await;
            let fault = subject.on_write(Effect::HangBefore);
            side.check(&world, subject, &[fault], SEEN, &side.lost_before(subject, &lost)).await;
        }
    });
    futures_util::future::join_all(all).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_success_that_cannot_be_read_is_as_good_as_a_lost_answer() {
    let world = World::start().await;
    let lost = "gave an answer that cannot be read: the content type is text/html, not JSON.";
    for side in sides(&world) {
        for subject in &side.subjects {
            let fault = subject.on_write(Effect::StatusAfter(page(200)));
            let ending =
                if subject.reads_answer { side.lost_after(subject, lost) } else { Ending::Done(&subject.after) };
            side.check(&world, subject, &[fault], DONE, &ending).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_and_a_failing_read_leave_the_outcome_unknown_and_nothing_to_show() {
    let world = World::bare().await;
    for side in sides(&world) {
        for subject in &side.subjects {
            let seen = if subject.found.is_some() { READ_FAILED } else { outcome::NOTHING_TELLS };
            let ending = Ending::Unknown { shown: None, lost: "broke off its answer.", seen };
            for (effect, deed) in [(Effect::ResetAfter, DONE), (Effect::ResetBefore, SEEN)] {
                let faults = [subject.on_write(effect), subject.on_later_reads(Effect::Status(page(500)))];
                side.check(&world, subject, &faults, deed, &ending).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_was_answered_is_done_whether_or_not_it_can_be_read_back() {
    let world = World::start().await;
    let failed = json!({ "code": "UPSTREAM_UNAVAILABLE", "httpStatus": 500, "retryable": true });
    let down = json!({ "code": "UPSTREAM_UNAVAILABLE", "retryable": true });
    let gone = json!({ "code": "UPSTREAM_MALFORMED", "httpStatus": 404, "retryable": false });
    let told_gone = "gave an answer that cannot be read: the record is gone after it was written.";
    for side in sides(&world) {
        for subject in &side.subjects {
            let cases = [
                (subject.on_later_reads(Effect::Status(page(500))), "failed with status 500.", &failed),
                (subject.on_later_reads(Effect::Status(Answer::empty(404))), told_gone, &gone),
                (subject.on_write(Effect::GoDown), "cannot be reached.", &down),
            ];
            for (fault, message, extensions) in cases {
                let unread = Unread { message, extensions };
                let ending = if subject.reads_back { Ending::Unread(unread) } else { Ending::Done(&subject.after) };
                side.check(&world, subject, &[fault], DONE, &ending).await;
            }
        }
    }
}
