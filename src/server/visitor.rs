//! Who stands at the door: known and counted before anything of the request's body is read.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use axum::response::Response;

use super::Gateway;
use super::request::Refusal;
use super::response::Responder;
use super::standing::Standing;
use crate::caller::{Caller, RequestId};
use crate::telemetry::trace::Trace;

/// Asks for the calls behind an answer.
const EXPLAIN: HeaderName = HeaderName::from_static("x-onramp-explain");

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

    /// Lets in whoever is known and does not come too often.
    ///
    /// # Errors
    /// The answer to everybody else.
    pub(super) async fn admit(headers: &HeaderMap, arrival: Arrival, gateway: &Gateway) -> Result<Self, Response> {
        match Self::admitted(headers, arrival.from, gateway).await {
            Ok(caller) => {
                let asks_for_explanation = asks_for_explanation(headers);
                let Arrival { id, trace, from, standing } = arrival;
                Ok(Self { caller, id, trace, asks_for_explanation, from, standing })
            }
            Err(refusal) => {
                let responder = Responder::accepted(headers, gateway.statuses);
                Err(responder.unwrap_or_else(|_| Responder::json()).refuse(refusal, &arrival.id))
            }
        }
    }

    async fn admitted(headers: &HeaderMap, from: Option<IpAddr>, gateway: &Gateway) -> Result<Caller, Refusal> {
        let caller = gateway.identity.identify(headers).await.map_err(Refusal::unauthenticated)?;
        gateway.rates.count(&caller, from, 1).await.map_err(Refusal::too_often)?;
        Ok(caller)
    }
}

/// What is known of a request before anything of it is read.
pub(super) struct Arrival {
    pub(super) id: RequestId,
    pub(super) trace: Trace,
    pub(super) from: Option<IpAddr>,
    pub(super) standing: Option<Standing>,
}

impl Arrival {
    /// What the steps before the routes left with a request.
    fn of(parts: &mut Parts) -> Self {
        Self {
            id: id_of(parts),
            trace: parts.extensions.get::<Trace>().cloned().unwrap_or_default(),
            from: address_of(parts),
            standing: parts.extensions.remove::<Standing>(),
        }
    }
}

impl FromRequestParts<Arc<Gateway>> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, gateway: &Arc<Gateway>) -> Result<Self, Response> {
        let arrival = Arrival::of(parts);
        Self::admit(&parts.headers, arrival, gateway).await
    }
}

/// Whether headers ask to be told the calls behind an answer.
pub(super) fn asks_for_explanation(headers: &HeaderMap) -> bool {
    headers.get(&EXPLAIN).is_some_and(|value| value == "1")
}

/// Where a request comes from.
pub(super) fn address_of(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip())
}

/// Every request was given its id before.
pub(super) fn id_of(parts: &Parts) -> RequestId {
    parts.extensions.get::<RequestId>().cloned().unwrap_or_else(|| RequestId("".into()))
}
