//! One operation, from what was asked to its answers, whatever carries them.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use futures_util::stream::{self, BoxStream, StreamExt};

use crate::caller::RequestId;
use crate::error::Error;
use crate::graph::{Admitted, Answer, Operation, Reach};
use crate::server::Gateway;
use crate::server::finished::Finished;
use crate::server::protocol;
use crate::server::report::Told;
use crate::server::request::Cause;
use crate::server::visitor::Visitor;

/// What the graph made of a request, or would have.
pub(in crate::server) type Asked = Result<Arc<Admitted>, Box<Answer>>;

/// The answers to an operation, in their order.
pub(super) type Answers = BoxStream<'static, Arc<Finished>>;

/// What carries answers, by the word that the log and the metrics have for it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Transport {
    WebSocket,
    EventStream,
}

impl Transport {
    fn name(self) -> &'static str {
        match self {
            Self::WebSocket => "websocket",
            Self::EventStream => "sse",
        }
    }
}

/// Whether the operation ends only when somebody ends it.
pub(super) fn is_endless(asked: &Asked) -> bool {
    asked.as_ref().is_ok_and(|admitted| admitted.is_subscription())
}

/// The answer to an operation that is refused before the graph has seen it.
pub(in crate::server) fn turned_away(cause: Cause, id: &RequestId) -> Asked {
    Err(Box::new(Answer { response: cause.response(id), reach: Reach::OverLimit }))
}

/// Begins the operation when it is first polled, and ends it when it is dropped. A bug must not leave the client waiting
/// for ever: a panic is its last answer.
pub(super) fn answers(gateway: Arc<Gateway>, visitor: Visitor, asked: Asked, transport: Transport) -> Answers {
    let id = visitor.id.clone();
    let answers = stream::once(async move {
        match asked {
            Ok(admitted) if admitted.is_subscription() => subscribe(&gateway, &visitor, &admitted, transport),
            asked => only(answer(&gateway, &visitor, asked, transport).await),
        }
    });
    let answers = AssertUnwindSafe(answers.flatten()).catch_unwind();
    answers.map(move |answer| answer.unwrap_or_else(|_| panicked(&id))).boxed()
}

fn panicked(id: &RequestId) -> Arc<Finished> {
    tracing::error!(request_id = &*id.0, "an operation panicked");
    let response = Cause::Known(Error::Internal).response(id);
    Arc::new(Finished::new(Answer { response, reach: Reach::Invalid }))
}

fn only(finished: Arc<Finished>) -> Answers {
    stream::iter([finished]).boxed()
}

async fn answer(gateway: &Gateway, visitor: &Visitor, asked: Asked, transport: Transport) -> Arc<Finished> {
    let start = Instant::now();
    let (finished, told) = match asked {
        Ok(admitted) => protocol::execute(gateway, &admitted, visitor).await,
        Err(answer) => refused(Operation::UNKNOWN, *answer),
    };
    told.tell(&visitor.id.0, visitor.trace.id().as_deref(), transport.name(), start.elapsed());
    finished
}

/// A refusal has no data, whether it was the graph or the field itself that refused.
fn refused(operation: Operation, answer: Answer) -> (Arc<Finished>, Told) {
    let told = Told::refused(operation, &answer);
    let reach = if answer.reach == Reach::Executed { Reach::Invalid } else { answer.reach };
    (Arc::new(Finished::new(Answer { reach, ..answer })), told)
}

fn subscribe(gateway: &Gateway, visitor: &Visitor, admitted: &Admitted, transport: Transport) -> Answers {
    let (operation, context) = (admitted.operation().clone(), protocol::context(admitted, visitor));
    let (start, trace_id) = (Instant::now(), visitor.trace.id());
    let events = match gateway.graph.subscribe(admitted, &context) {
        Ok(events) => events,
        Err(answer) => {
            let (finished, told) = refused(operation, *answer);
            told.tell(&visitor.id.0, trace_id.as_deref(), transport.name(), start.elapsed());
            return only(finished);
        }
    };
    let mut going = Going::begin(visitor.id.clone(), transport);
    events
        .map(move |event| {
            // An event that could not be read is one all the same, and the next one may be.
            let answer = Answer { reach: Reach::Executed, ..event };
            // The first one tells what became of the request; the others are events.
            if going.answers == 0 {
                let told = Told::executed(operation.clone(), &answer, &context);
                told.tell(&going.id.0, trace_id.as_deref(), transport.name(), start.elapsed());
            }
            going.answers += 1;
            Arc::new(Finished::new(answer))
        })
        .boxed()
}

/// A subscription that goes on until this is dropped.
struct Going {
    id: RequestId,
    transport: Transport,
    start: Instant,
    answers: u64,
}

impl Going {
    fn begin(id: RequestId, transport: Transport) -> Self {
        Self { id, transport, start: Instant::now(), answers: 0 }
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        let seconds = self.start.elapsed().as_secs();
        let transport = self.transport.name();
        tracing::debug!(request_id = &*self.id.0, transport, answers = self.answers, seconds, "a subscription ended");
    }
}

#[cfg(test)]
mod tests {
    use std::panic::AssertUnwindSafe;

    use futures_util::{FutureExt, StreamExt, stream};

    use super::panicked;
    use crate::caller::RequestId;
    use crate::graph::Reach;
    use crate::server::finished::Finished;

    #[test]
    fn a_panic_is_an_answer_with_the_id_to_report_and_the_last_one() {
        let id = RequestId("a-1.1".into());
        let broken = stream::once(async { panic!("on purpose") });
        let broken = AssertUnwindSafe(broken).catch_unwind();
        let answers = broken.map(|answer: Result<_, _>| answer.unwrap_or_else(|_| panicked(&id)));
        let answers: Vec<_> = answers.collect().now_or_never().unwrap();
        let [answer] = answers.as_slice() else { panic!("{} answers", answers.len()) };
        let body = String::from_utf8(Finished::body(answer).to_vec()).unwrap();
        assert_eq!(
            body,
            r#"{"errors":[{"message":"Something went wrong inside the gateway.","extensions":{"code":"INTERNAL_SERVER_ERROR","requestId":"a-1.1"}}]}"#
        );
        assert!(answer.answer.reach != Reach::Executed);
    }
}
