//! Who stands at the door: known and counted before anything of the request's body is read.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::response::Response;

use super::Gateway;
use super::request::Refusal;
use super::response::Responder;
use crate::caller::{Caller, RequestId};

/// A caller who is let in.
pub(super) struct Visitor {
    pub(super) caller: Caller,
    from: Option<IpAddr>,
}

impl Visitor {
    /// Counts further requests of his.
    pub(super) fn count(&self, gateway: &Gateway, requests: usize) -> Result<(), Refusal> {
        let requests = u32::try_from(requests).unwrap_or(u32::MAX);
        gateway.rates.count(&self.caller, self.from, requests).map_err(Refusal::too_often)
    }

    async fn admitted(parts: &Parts, gateway: &Gateway) -> Result<Self, Refusal> {
        let caller = gateway.identity.identify(&parts.headers).await.map_err(Refusal::unauthenticated)?;
        let from = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip());
        let visitor = Self { caller, from };
        visitor.count(gateway, 1)?;
        Ok(visitor)
    }
}

impl FromRequestParts<Gateway> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, Response> {
        let admitted = Self::admitted(parts, gateway).await;
        admitted.map_err(|refusal| {
            let responder = Responder::accepted(&parts.headers, gateway.statuses);
            let id = parts.extensions.get::<RequestId>().cloned().unwrap_or_else(|| RequestId(String::new()));
            responder.unwrap_or_else(|_| Responder::json()).refuse(refusal, &id)
        })
    }
}
