//! How a read is spared a call of its own: by what was kept, by a call that is under way, and, while the API is down, by
//! what was kept longer ago.

use std::sync::Arc;
use std::time::Instant;

use futures_util::FutureExt;

use super::cache::{Keeping, Kept};
use super::flight::{Boarded, Key, Outcome, Place};
use super::line::{Lane, Line, Order};
use super::{Answer, Call, Credential};
use crate::context::explain::{Served, Via};
use crate::context::{RequestContext, Stale};
use crate::error::Error;
use crate::replicas::{Recalled, View};

/// A read that may be shared: it outlives the one who wanted it first.
pub(super) struct Read {
    pub(super) credential: Arc<Credential>,
    pub(super) call: Call,
    pub(super) request: Arc<RequestContext>,
    pub(super) served: Served,
}

impl Read {
    fn order(&self, api: &'static str) -> Order<'_> {
        let Self { credential, call, request, served } = self;
        Order { api, credential, call, request, served, lane: Lane::Reads }
    }

    fn place(&self, generation: u64) -> Place {
        let (credential, method) = (self.credential.fingerprint, self.call.method.clone());
        Arc::new(Key { credential, method, url: self.call.target.clone(), generation, request: None })
    }
}

impl Line {
    /// The answer to a read, by the cheapest way that may be taken.
    pub(super) async fn share(self: &Arc<Self>, read: &Arc<Read>) -> Outcome {
        let place = read.place(self.generation());
        let kept = read.call.keeping.filter(Keeping::is_wanted).and_then(|_| self.shelf.find(&place));
        // While another replica writes, or Redis does not say whether one does, what was kept may be old.
        let is_settled = || self.view.as_ref().is_none_or(View::is_settled);
        if let Some(kept) = kept.as_ref().filter(|_| is_settled()) {
            if kept.is_fresh() {
                return Ok(self.give(read, kept, Via::Cached));
            }
            if self.shelf.serves_while_refreshing(kept) {
                self.refresh(read, place, kept);
                return Ok(self.give(read, kept, Via::Stale));
            }
        }
        let outcome = self.join(read, place).await;
        match kept {
            Some(kept) if is_down(&outcome) && is_settled() && self.shelf.serves_while_down(&kept) => {
                Ok(self.give(read, &kept, Via::Stale))
            }
            _ => outcome,
        }
    }

    /// The answer to a read by a call of its own, which is kept like any other.
    pub(super) async fn fetch_anew(&self, read: &Read) -> Outcome {
        let place = read.place(self.generation());
        let recalled = self.recall(read).await;
        self.fetch_over_network(read, place, recalled).await
    }

    /// Hands out what was kept.
    fn give(&self, read: &Read, kept: &Kept, via: Via) -> Arc<Answer> {
        self.meters.spared(&read.order(self.speech.name), via, Instant::now(), Ok(&kept.answer));
        if via == Via::Stale {
            read.request.note_stale(Stale { upstream: self.speech.name, route: read.call.route, age: kept.age() });
        }
        Arc::clone(&kept.answer)
    }

    /// Fetches a new answer behind the back of whoever gets the old one.
    fn refresh(self: &Arc<Self>, read: &Arc<Read>, place: Place, kept: &Arc<Kept>) {
        if !kept.take_refresh() {
            return;
        }
        let (line, read, kept) = (Arc::clone(self), Arc::clone(read), Arc::clone(kept));
        tokio::spawn(async move {
            // Whatever comes of it: a new answer has taken this one's place, and without one somebody else may try.
            let _ = line.join(&read, place).await;
            kept.give_up_refresh();
        });
    }

    /// Joins the same read where it is under way. While the breaker is not closed nobody is to wait for somebody's probe:
    /// a read is the next probe itself, or fails at once.
    async fn join(self: &Arc<Self>, read: &Arc<Read>, place: Place) -> Outcome {
        let depart = |place: Place| {
            // A call that is shared costs him who made it.
            read.request.spend(self.speech.name, self.settings.calls_per_operation.get())?;
            let (line, own) = (Arc::clone(self), Arc::clone(read));
            // It is large, and what makes it a part of a trace would move it about.
            let call = Box::pin(async move { line.fetch(&own, place).await });
            // Whoever polls a shared call, it is a part of the trace of him who made it. It is boxed once more, since whoever
            // waits for it would have to keep its room too.
            Ok(read.request.trace().follow(call).boxed())
        };
        if !self.is_closed() {
            return depart(place)?.await;
        }
        let flight = if self.settings.coalescing {
            Arc::clone(&place)
        } else {
            Arc::new(Key { request: Some(read.request.id().clone()), ..Key::clone(&place) })
        };
        match self.flights.join(flight, || depart(place))? {
            Boarded::Departed(flight) => flight.await,
            Boarded::Joined(flight) => {
                let start = Instant::now();
                let outcome = flight.await;
                let seen = outcome.as_deref().map_err(Error::code);
                self.meters.spared(&read.order(self.speech.name), Via::Coalesced, start, seen);
                outcome
            }
        }
    }

    /// Reads over the network what no other replica has kept, and keeps the answer where its kind is kept.
    async fn fetch(&self, read: &Read, place: Place) -> Outcome {
        let start = Instant::now();
        let recalled = self.recall(read).await;
        if let Some(answer) = self.take_up(read, &place, recalled.as_deref()) {
            self.meters.spared(&read.order(self.speech.name), Via::Cached, start, Ok(&answer));
            return Ok(Arc::new(answer));
        }
        self.fetch_over_network(read, place, recalled).await
    }

    async fn fetch_over_network(&self, read: &Read, place: Place, recalled: Option<Box<Recalled>>) -> Outcome {
        self.meters.read(Via::Network);
        let answer = self.read(&read.order(self.speech.name)).await.map_err(|lost| self.failure(&lost))?;
        if let Some(kept) = self.shelf.keep(place, &read.call, &answer) {
            self.share_out(read, &kept, recalled.as_deref());
        }
        Ok(answer)
    }
}

/// Whether a read failed because the API, or the way to it, is out of order.
fn is_down(outcome: &Outcome) -> bool {
    match outcome {
        Ok(answer) => answer.status.is_server_error(),
        Err(error) => error.is_down(),
    }
}
