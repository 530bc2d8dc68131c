//! Who stands at the door: known and counted before anything of the request's body is read.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::response::Response;

use super::Gateway;
use super::request::Refusal;
use super::response::Responder;
use crate::caller::{Caller, RequestId};
use crate::telemetry::trace::Trace;

/// Asks for the calls behind an answer.
const EXPLAIN: &str = "x-onramp-explain";

/// A caller who is let in.
pub(super) struct Visitor {
    pub(super) caller: Caller,
    /// His request's id.
    pub(super) id: RequestId,
    /// His request's trace.
    pub(super) trace: Trace,
    /// Whether he asks by a header to be told the calls behind his answer.
    pub(super) asks_for_explanation: bool,
    from: Option<IpAddr>,
}

impl Visitor {
    /// Counts further requests of his.
    pub(super) async fn count(&self, gateway: &Gateway, requests: usize) -> Result<(), Refusal> {
        let requests = u32::try_from(requests).unwrap_or(u32::MAX);
        gateway.rates.count(&self.caller, self.from, requests).await.map_err(Refusal::too_often)
    }

    async fn admitted(parts: &Parts, gateway: &Gateway) -> Result<Self, Refusal> {
        let caller = gateway.identity.identify(&parts.headers).await.map_err(Refusal::unauthenticated)?;
        let from = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip());
        let trace = parts.extensions.get::<Trace>().cloned().unwrap_or_default();
        let asks_for_explanation = parts.headers.get(EXPLAIN).is_some_and(|value| value == "1");
        let visitor = Self { caller, id: id_of(parts), trace, asks_for_explanation, from };
        visitor.count(gateway, 1).await?;
        Ok(visitor)
    }
}

impl FromRequestParts<Arc<Gateway>> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, gateway: &Arc<Gateway>) -> Result<Self, Response> {
        let admitted = Self::admitted(parts, gateway).await;
        admitted.map_err(|refusal| {
            let responder = Responder::accepted(&parts.headers, gateway.statuses);
            responder.unwrap_or_else(|_| Responder::json()).refuse(refusal, &id_of(parts))
        })
    }
}

/// Every request was given its id before.
fn id_of(parts: &Parts) -> RequestId {
    parts.extensions.get::<RequestId>().cloned().unwrap_or_else(|| RequestId(String::new()))
}
