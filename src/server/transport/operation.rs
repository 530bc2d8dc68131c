//! One operation, from what was asked to its answers, whatever carries them.

use std::sync::Arc;
use std::time::Instant;

use futures_util::stream::{self, BoxStream, StreamExt};

use crate::caller::RequestId;
use crate::graph::{Admitted, Answer, Operation, Reach};
use crate::server::Gateway;
use crate::server::finished::Finished;
use crate::server::protocol;
use crate::server::report::Told;
use crate::server::request::Cause;
use crate::server::visitor::Visitor;

/// What the graph made of a request, or would have.
pub(in crate::server) type Asked = Result<Admitted, Box<Answer>>;

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
pub(super) fn turned_away(cause: Cause, id: &RequestId) -> Asked {
    Err(Box::new(Answer { response: cause.response(id), reach: Reach::OverLimit }))
}

/// Begins the operation when it is first polled, and ends it when it is dropped.
pub(super) fn answers(gateway: Arc<Gateway>, visitor: Visitor, asked: Asked, transport: Transport) -> Answers {
    stream::once(async move {
        match asked {
            Ok(admitted) if admitted.is_subscription() => subscribe(&gateway, &visitor, admitted, transport),
            asked => only(answer(&gateway, &visitor, asked, transport).await),
        }
    })
    .flatten()
    .boxed()
}

fn only(finished: Arc<Finished>) -> Answers {
    stream::iter([finished]).boxed()
}

async fn answer(gateway: &Gateway, visitor: &Visitor, asked: Asked, transport: Transport) -> Arc<Finished> {
    let start = Instant::now();
    let (finished, told) = match asked {
        Ok(admitted) => protocol::execute(gateway, admitted, visitor).await,
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

fn subscribe(gateway: &Gateway, visitor: &Visitor, admitted: Admitted, transport: Transport) -> Answers {
    let (operation, context) = (admitted.operation().clone(), protocol::context(&admitted, visitor));
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
        tracing::debug!(request_id = self.id.0, transport, answers = self.answers, seconds, "a subscription ended");
    }
}
