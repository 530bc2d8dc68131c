//! Identical operations at once: one is executed, and the others get its answer.
//!
//! Queries alone, of one caller with the same credentials, and such as no write came between: an operation that starts
//! after a write has finished joins nothing that was under way before it. What is explained is never shared, nor is what
//! takes longer than the one who set it out had time for: whoever joined it goes on in the time that he has left.

use std::convert::Infallible;
use std::sync::Arc;

use metrics::counter;

use super::finished::Finished;
use crate::context::RequestContext;
use crate::flight::{Boarded, Flights};
use crate::graph::{Admitted, Graph, Reach, Sameness};
use crate::telemetry::metric;

/// The queries that are under way.
#[derive(Clone)]
pub(super) struct Operations {
    under_way: Option<Arc<UnderWay>>,
}

/// The answers that are on their way.
type UnderWay = Flights<Key, Arc<Finished>>;

/// What makes two operations the same: who asks for what, after which writes.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    scope: Arc<str>,
    epoch: u64,
    what: Sameness,
}

impl Operations {
    /// Operations that share where that is set.
    pub(super) fn new(shares: bool) -> Self {
        Self { under_way: shares.then(Arc::default) }
    }

    /// The answer to a request, executed or shared.
    pub(super) async fn answer(
        &self,
        graph: &Arc<Graph>,
        admitted: &Arc<Admitted>,
        context: &Arc<RequestContext>,
    ) -> Arc<Finished> {
        while let Some((flights, key)) = self.flights(graph, admitted, context) {
            let depart = || Ok::<_, Infallible>(executed(Arc::clone(graph), Arc::clone(admitted), Arc::clone(context)));
            let Ok(boarded) = flights.join(key, depart);
            let finished = match boarded {
                Boarded::Departed(flight) => return flight.await,
                Boarded::Joined(flight) => {
                    let _waiting = context.wait_from_the_start();
                    flight.await
                }
            };
            if finished.answer.reach != Reach::Overdue {
                if metric::is_counting() {
                    counter!(metric::OPERATIONS_SHARED).increment(1);
                }
                graph.learn(admitted, &finished.answer);
                return finished.to_another(context.id()).map_or(finished, Arc::new);
            }
        }
        executed(Arc::clone(graph), Arc::clone(admitted), Arc::clone(context)).await
    }

    /// Where the operation may be under way already, and what it is known by there.
    fn flights(&self, graph: &Graph, admitted: &Admitted, context: &RequestContext) -> Option<(&Arc<UnderWay>, Key)> {
        let flights = self.under_way.as_ref()?;
        if !admitted.is_query() || context.is_explained() {
            return None;
        }
        let key = Key { scope: Arc::clone(context.caller().scope()), epoch: graph.epoch()?, what: admitted.sameness() };
        Some((flights, key))
    }
}

async fn executed(graph: Arc<Graph>, admitted: Arc<Admitted>, context: Arc<RequestContext>) -> Arc<Finished> {
    // Whoever polls it, it is a part of the trace of him who set it out.
    let trace = context.trace().clone();
    Arc::new(Finished::new(trace.follow(graph.execute(&admitted, &context)).await))
}
