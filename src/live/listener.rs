//! One who listens to a record: he gets its state, and from then on every state that differs from the one he got last.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_graphql::Context;
use futures_util::Stream;
use futures_util::stream::unfold;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::Hub;
use super::places::Place;
use super::watch::{Found, Reader, State, Watch};
use crate::context::RequestContext;
use crate::error::Error;

/// Whether a subscription has come to listen to something, or was refused before.
#[derive(Debug, Default)]
pub(crate) struct Opening(AtomicBool);

impl Opening {
    /// Whether it has.
    pub(crate) fn has_succeeded(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Who opens a subscription.
pub(super) struct Subscriber<'a> {
    hub: &'a Hub,
    request: &'a RequestContext,
    opening: &'a Opening,
}

impl<'a> Subscriber<'a> {
    /// The one in whose name a field is resolved.
    pub(super) fn of(ctx: &Context<'a>) -> Result<Self, Error> {
        let hub = ctx.data_opt::<Arc<Hub>>().ok_or(Error::Internal)?;
        let request = ctx.data_opt::<Arc<RequestContext>>().ok_or(Error::Internal)?;
        let opening = ctx.data_opt::<Arc<Opening>>().ok_or(Error::Internal)?;
        Ok(Self { hub, request, opening })
    }

    pub(super) fn take_place(&self, allowed: Option<NonZeroUsize>) -> Result<Place, Error> {
        let place = self.hub.places.take(self.request.caller().scope().to_string(), allowed)?;
        self.opening.0.store(true, Ordering::Relaxed);
        Ok(place)
    }

    pub(super) fn end(&self) -> CancellationToken {
        self.hub.end.clone()
    }
}

/// What one who listens gets: a state of the record, or none where there is no such record.
pub(super) type Event<R> = Option<Result<Arc<<R as Reader>::Record>, Error>>;

/// One who listens to a record.
pub(super) struct Listener<R: Reader> {
    // It goes before the seat, which is left for good where no receiver is left.
    state: watch::Receiver<State<R::Record>>,
    _seat: Seat<R>,
    end: CancellationToken,
    last: State<R::Record>,
}

struct Seat<R: Reader> {
    watch: Arc<Watch<R>>,
    id: R::Id,
    _place: Place,
}

impl<R: Reader> Drop for Seat<R> {
    fn drop(&mut self) {
        self.watch.leave(self.id);
    }
}

impl<R: Reader> Listener<R> {
    pub(super) fn new(
        watch: Arc<Watch<R>>,
        id: R::Id,
        state: watch::Receiver<State<R::Record>>,
        place: Place,
        end: CancellationToken,
    ) -> Self {
        Self { state, _seat: Seat { watch, id, _place: place }, end, last: None }
    }

    /// What he gets: the present state, and then each that is another one. That there is no such record, or none any more,
    /// is the last thing that he gets.
    pub(super) fn events(self) -> impl Stream<Item = Event<R>> + Send + use<R> {
        unfold(self, async |mut listener| {
            let found = listener.next().await?;
            Some((found.transpose(), listener))
        })
    }

    async fn next(&mut self) -> Option<Found<R::Record>> {
        if self.end.is_cancelled() || matches!(self.last, Some(Ok(None))) {
            return None;
        }
        loop {
            let state = self.state.borrow_and_update().clone();
            if let Some(found) = state.filter(|found| self.is_news(found)) {
                self.last = Some(found.clone());
                return Some(found);
            }
            tokio::select! {
                biased;
                () = self.end.cancelled() => return None,
                changed = self.state.changed() => changed.ok()?,
            }
        }
    }

    /// A failure that will pass is none to him who knows the record, and the same failure is told once.
    fn is_news(&self, found: &Found<R::Record>) -> bool {
        match (&self.last, found) {
            (None, _) => true,
            (Some(Ok(_)), Err(error)) => !error.is_passing(),
            (Some(Err(before)), Err(now)) => before.code() != now.code(),
            (Some(before), now) => before != now,
        }
    }
}
