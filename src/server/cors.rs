//! Which other origins' pages may read the graph: those of the settings, and no other.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use crate::config::Origins;

/// How long a browser need not ask again.
const KEPT: Duration = Duration::from_secs(3600);

/// The layer for these origins. Cookies play no part, so a page brings no more than what its own code sends.
pub(super) fn layer(origins: &Origins) -> CorsLayer {
    let origins = origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([HeaderName::from_static("x-request-id")])
        .max_age(KEPT)
}
