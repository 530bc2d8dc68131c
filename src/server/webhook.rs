//! Pushes of leads: `POST /webhooks/leads`.
//!
//! A push is believed to say which lead may have changed, and nothing else: neither its body is published nor is it signed,
//! and it may come twice, late, or out of order. So nothing but the id is read, what was kept is let go of, and whoever
//! listens has the lead read again. A push that changes nothing sends nothing.

use std::fmt;
use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Extension, Request, State};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use secrecy::{ExposeSecret, SecretString};
use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::Gateway;
use super::request::{LargestBody, Refusal};
use super::response::Responder;
use crate::caller::RequestId;
use crate::config::Webhooks;
use crate::error::Denial;
use crate::scalar::Uuid;

/// How pushes of leads are known.
struct Leads {
    header: HeaderName,
    secret: [u8; 32],
    largest_body: LargestBody,
}

/// Takes pushes of leads; none where there is no secret by which to know them.
pub(super) fn leads(settings: &Webhooks) -> Option<MethodRouter<Arc<Gateway>>> {
    let secret = digest(settings.leads_secret.as_ref().map(SecretString::expose_secret)?.as_bytes());
    let largest_body = LargestBody(settings.max_body_bytes.get());
    let leads = Arc::new(Leads { header: settings.leads_header.0.clone(), secret, largest_body });
    let route: MethodRouter<Arc<Gateway>> = post(push).fallback(other_method).layer(Extension(leads));
    Some(route.layer(DefaultBodyLimit::max(settings.max_body_bytes.get())))
}

async fn push(
    State(gateway): State<Arc<Gateway>>,
    Extension(leads): Extension<Arc<Leads>>,
    Extension(id): Extension<RequestId>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    match leads.read(&gateway, &headers, request).await {
        Ok(lead) => {
            gateway.graph.tell_changed("lead", lead);
            StatusCode::ACCEPTED.into_response()
        }
        Err(refusal) => Responder::json().refuse(refusal, &id),
    }
}

async fn other_method(Extension(id): Extension<RequestId>) -> Response {
    Responder::json().refuse(Refusal::method("POST", "Leads are pushed by POST."), &id)
}

impl Leads {
    /// The lead that a push is about.
    async fn read(&self, gateway: &Gateway, headers: &HeaderMap, request: Request) -> Result<Uuid, Refusal> {
        if !self.is_known(headers) {
            return Err(Refusal::unknown_push(Denial::NoSecret));
        }
        let body = self.largest_body.receive(request.into_body(), gateway.graph.limits().deadline()).await?;
        let named: Named = serde_json::from_slice(&body)
            .map_err(|error| Refusal::bad_request(format!("The body is no push of a lead: {error}.")))?;
        Ok(named.0)
    }

    /// How long this takes tells nothing of the secret, nor of how long it is.
    fn is_known(&self, headers: &HeaderMap) -> bool {
        let mut carried = headers.get_all(&self.header).iter();
        match (carried.next(), carried.next()) {
            (Some(carried), None) => digest(carried.as_bytes()).ct_eq(&self.secret).into(),
            _ => false,
        }
    }
}

fn digest(secret: &[u8]) -> [u8; 32] {
    Sha256::digest(secret).into()
}

/// The member `id` of an object, in whichever letter case, and nothing else of it.
struct Named(Uuid);

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members).map(Self)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Uuid;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the member \"id\"")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut members: M) -> Result<Uuid, M::Error> {
        let mut found = None;
        while let Some(name) = members.next_key::<String>()? {
            if !name.eq_ignore_ascii_case("id") {
                members.next_value::<IgnoredAny>()?;
                continue;
            }
            let text: String = members.next_value()?;
            let id: Uuid = text.parse().map_err(|_| M::Error::custom("the member \"id\" is no UUID"))?;
            if found.replace(id).is_some_and(|other| other != id) {
                return Err(M::Error::custom("it has two members \"id\", which differ"));
            }
        }
        found.ok_or_else(|| M::Error::custom("the member \"id\" is missing"))
    }
}
