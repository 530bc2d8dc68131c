//! Who calls: the key alone decides whose leads are meant, and the route has to agree with it.

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{API_KEY, PARTNER_ROUTE, SECOND_API_KEY, SECOND_PARTNER_ROUTE};

/// A partner whose key was right.
#[derive(Clone, Copy, Debug)]
pub(super) enum Partner {
    Main,
    Second,
}

impl Partner {
    fn of(headers: &HeaderMap) -> Option<Self> {
        match headers.get("x-api-key")?.to_str().ok()? {
            API_KEY => Some(Self::Main),
            SECOND_API_KEY => Some(Self::Second),
            _ => None,
        }
    }

    /// Key and route are one credential: the other partner's route is no page of this one's.
    pub(super) fn owns(self, route: &str) -> bool {
        route
            == match self {
                Self::Main => PARTNER_ROUTE,
                Self::Second => SECOND_PARTNER_ROUTE,
            }
    }
}

/// Lets known keys through, and answers the others with a bare 401.
pub(super) async fn check(mut request: Request, next: Next) -> Response {
    let Some(partner) = Partner::of(request.headers()) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    request.extensions_mut().insert(partner);
    next.run(request).await
}
