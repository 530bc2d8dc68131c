//! What a request holds of an API: nothing, until a field asks for it.

use std::sync::{Arc, OnceLock};

use crate::context::RequestContext;
use crate::turn::Turn;

/// An API that gives each request a view of its own.
pub(crate) trait Opens {
    /// The view: loaders under the caller's credential.
    type Session;

    /// What one request needs of this API.
    fn session(&self, turn: &Turn, request: &Arc<RequestContext>) -> Self::Session;
}

/// A request's view of an API, opened by whoever first needs it: most requests are about one API.
pub(crate) struct Deferred<A: Opens> {
    api: Arc<A>,
    turn: Turn,
    request: Arc<RequestContext>,
    session: OnceLock<Arc<A::Session>>,
}

impl<A: Opens> Deferred<A> {
    pub(crate) fn new(api: &Arc<A>, turn: &Turn, request: &Arc<RequestContext>) -> Self {
        Self { api: Arc::clone(api), turn: turn.clone(), request: Arc::clone(request), session: OnceLock::new() }
    }

    pub(crate) fn get(&self) -> &Arc<A::Session> {
        self.session.get_or_init(|| Arc::new(self.api.session(&self.turn, &self.request)))
    }
}
