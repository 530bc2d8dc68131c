//! An API in one caller's name, within one request: the only way by which a slice calls it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::sharing::Read;
use super::{Answer, Call, Credential, Upstream, Written};
use crate::context::RequestContext;
use crate::drift::{Contract, Form, Look, Seen};
use crate::error::Error;
use crate::transition::Proof;

/// What one request may do at an API.
#[derive(Clone)]
pub(crate) struct Access {
    upstream: Upstream,
    credential: Result<Arc<Credential>, Error>,
    request: Arc<RequestContext>,
}

impl Access {
    /// Access for a request, with its caller's credential, or with what there is to say where he has none.
    pub(crate) fn new(
        upstream: Upstream,
        credential: Result<Arc<Credential>, Error>,
        request: Arc<RequestContext>,
    ) -> Self {
        Self { upstream, credential, request }
    }

    /// Reads, sharing the call with whoever is asking for the same thing under the same credential right now.
    pub(crate) fn fetch(&self, call: Call) -> impl Future<Output = Result<Arc<Answer>, Error>> {
        // Those who wait are many: what they ask for is put away before they begin to.
        let read = self.read(call);
        async move {
            let read = read?;
            let _waiting = self.request.wait();
            self.upstream.fetch(read).await
        }
    }

    /// Reads with a call of its own: what a write decides upon must not be older than the decision.
    pub(crate) async fn fetch_afresh(&self, call: &Call) -> Result<Arc<Answer>, Error> {
        let _waiting = self.request.wait();
        self.traced(self.upstream.fetch_afresh(self.credential()?, call, &self.request)).await
    }

    /// Reads with a call of its own, past everything that was kept, and keeps the answer where its kind is kept. It is no
    /// request's call, and so within no request's budget.
    pub(crate) async fn fetch_anew(&self, call: Call) -> Result<Arc<Answer>, Error> {
        self.traced(self.upstream.fetch_anew(self.read(call)?)).await
    }

    /// The same access for what the gateway does by itself.
    pub(crate) fn behind(&self, id: &str) -> Self {
        Self { request: Arc::new(self.request.behind(id)), ..self.clone() }
    }

    /// What tells the credential from every other one.
    pub(crate) fn fingerprint(&self) -> Result<[u8; 32], Error> {
        Ok(self.credential()?.fingerprint)
    }

    /// Writes: sends the request once, and spends the proof that it may be sent.
    pub(crate) async fn perform(&self, proof: impl Proof, call: &Call) -> Written {
        let _waiting = self.request.wait();
        match self.credential() {
            Ok(credential) => self.traced(self.upstream.perform(proof, credential, call, &self.request)).await,
            Err(error) => Written::NotSent(error),
        }
    }

    /// How long a call takes that only asks whether somebody answers, whatever the answer.
    pub(crate) async fn probe(&self, call: &Call) -> Result<Duration, Error> {
        let _waiting = self.request.wait();
        self.traced(self.upstream.probe(self.credential()?, call, &self.request)).await
    }

    /// Reads to hold what comes against its contract, and gives it on for the ids that it holds. `nothing` says of a refusal
    /// why it means no more than that there is no such record.
    pub(crate) async fn survey(
        &self,
        call: Call,
        contract: &Contract,
        form: Form,
        nothing: fn(&Answer) -> Option<String>,
    ) -> (Look, Value) {
        let read = format!("{} {}", call.method, call.route);
        let (seen, body) = match self.fetch(call).await {
            Ok(answer) => match nothing(&answer) {
                Some(because) => (Seen::Nothing { because }, Value::Null),
                None => answer.held_against(contract, form, read),
            },
            Err(error) => (Seen::Failed { read, because: error.to_string() }, Value::Null),
        };
        (Look { kind: contract.kind, seen }, body)
    }

    /// Whether the request may still make this many calls. What it is about to make is not known here.
    pub(crate) fn has_left(&self, calls: usize) -> bool {
        self.request.spent(self.upstream.name()) + calls <= self.upstream.calls_per_operation()
    }

    /// What tells the records of this access from another credential's, for locks and the audit log.
    pub(crate) fn scope(&self) -> String {
        self.credential.as_deref().map(Credential::scope).unwrap_or_default()
    }

    /// A call as a part of the request's trace: it may be made by a loader, in a task that knows of no request.
    fn traced<F: Future>(&self, call: F) -> impl Future<Output = F::Output> + use<F> {
        self.request.trace().follow(call)
    }

    fn read(&self, call: Call) -> Result<Arc<Read>, Error> {
        let (credential, request) = (Arc::clone(self.credential()?), Arc::clone(&self.request));
        Ok(Arc::new(Read { credential, call, served: request.served(), request }))
    }

    fn credential(&self) -> Result<&Arc<Credential>, Error> {
        self.credential.as_ref().map_err(Clone::clone)
    }
}
