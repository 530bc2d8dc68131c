//! Who stands at the door: known and counted before anything of the request's body is read.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::Response;

use super::Gateway;
use super::request::Refusal;
use super::response::Responder;
use super::standing::Standing;
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
    /// Where he comes from.
    pub(super) from: Option<IpAddr>,
    /// What his request's connection is to an answer that goes on and on.
    pub(super) standing: Option<Standing>,
}

impl Visitor {
    /// Counts further requests of his.
    pub(super) async fn count(&self, gateway: &Gateway, requests: usize) -> Result<(), Refusal> {
        let requests = u32::try_from(requests).unwrap_or(u32::MAX);
        gateway.rates.count(&self.caller, self.from, requests).await.map_err(Refusal::too_often)
    }

    async fn admitted(parts: &mut Parts, gateway: &Gateway) -> Result<Self, Refusal> {
        let caller = gateway.identity.identify(&parts.headers).await.map_err(Refusal::unauthenticated)?;
        let trace = parts.extensions.get::<Trace>().cloned().unwrap_or_default();
        let asks_for_explanation = asks_for_explanation(&parts.headers);
        let standing = parts.extensions.remove::<Standing>();
        let visitor = Self { caller, id: id_of(parts), trace, asks_for_explanation, from: address_of(parts), standing };
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

/// Whether headers ask to be told the calls behind an answer.
pub(super) fn asks_for_explanation(headers: &HeaderMap) -> bool {
    headers.get(EXPLAIN).is_some_and(|value| value == "1")
}

/// Where a request comes from.
pub(super) fn address_of(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip())
}

/// Every request was given its id before.
pub(super) fn id_of(parts: &Parts) -> RequestId {
    parts.extensions.get::<RequestId>().cloned().unwrap_or_else(|| RequestId(String::new()))
}
