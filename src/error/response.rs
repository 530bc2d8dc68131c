//! The one place where an error becomes a GraphQL error: its `extensions`, by kind.

use async_graphql::{ErrorExtensionValues, Pos, Response, ServerError};

use super::{Breach, Error, Failure, milliseconds};

/// The engine's own errors by the moment at which they arose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The document is no GraphQL.
    Parsing,
    /// The document does not fit the schema, or the request names no operation of it.
    Validation,
    /// A resolver's argument or variable could not be read.
    Execution,
}

/// Gives every error of a response its code and the request's id.
pub fn finish(mut response: Response, request_id: &str) -> Response {
    for error in &mut response.errors {
        let stage = if error.path.is_empty() { Stage::Validation } else { Stage::Execution };
        extend(error, stage, request_id);
    }
    response
}

/// The same response for another request.
pub fn restamped(response: &Response, request_id: &str) -> Response {
    let mut errors = response.errors.clone();
    for error in &mut errors {
        error.extensions.get_or_insert_default().set("requestId", request_id);
    }
    let mut same = Response::new(response.data.clone());
    same.extensions = response.extensions.clone();
    same.cache_control = response.cache_control;
    same.http_headers = response.http_headers.clone();
    same.errors = errors;
    same
}

/// A response for a request that never came to be executed.
pub fn refused(mut error: ServerError, stage: Stage, request_id: &str) -> Response {
    extend(&mut error, stage, request_id);
    Response::from_errors(vec![error])
}

/// A response for a request that was refused for a reason of the gateway's own.
pub fn turned_away(error: impl Into<Error>, request_id: &str) -> Response {
    let error = async_graphql::Error::from(error.into()).into_server_error(Pos::default());
    refused(ServerError { locations: Vec::new(), ..error }, Stage::Execution, request_id)
}

fn extend(error: &mut ServerError, stage: Stage, request_id: &str) {
    let known = error.source::<Error>().cloned();
    let extensions = error.extensions.get_or_insert_default();
    match &known {
        Some(known) => describe(known, extensions),
        None => extensions.set("code", engine_code(stage)),
    }
    extensions.set("requestId", request_id);
}

fn engine_code(stage: Stage) -> &'static str {
    match stage {
        Stage::Parsing => "GRAPHQL_PARSE_FAILED",
        Stage::Validation => "GRAPHQL_VALIDATION_FAILED",
        Stage::Execution => "BAD_USER_INPUT",
    }
}

fn describe(error: &Error, extensions: &mut ErrorExtensionValues) {
    extensions.set("code", error.code());
    match error {
        Error::Input { argument, .. } => extensions.set("argument", argument.as_ref()),
        Error::Upstream(failure) => describe_failure(failure, extensions),
        Error::Forbidden { right } => extensions.set("right", *right),
        Error::Budget { upstream, allowed, asked } => {
            extensions.set("upstream", *upstream);
            extensions.set("allowed", *allowed);
            if let Some(asked) = asked {
                extensions.set("asked", *asked);
            }
        }
        Error::Limit(breach) => describe_breach(breach, extensions),
        Error::RateLimited { retry_after } => extensions.set("retryAfterMs", milliseconds(*retry_after)),
        Error::Uncoordinated(why) => {
            extensions.set("retryable", true);
            extensions.set("retryAfterMs", milliseconds(why.retry_after()));
        }
        Error::Document(_) | Error::Unauthenticated(_) | Error::Internal => {}
    }
}

fn describe_breach(breach: &Breach, extensions: &mut ErrorExtensionValues) {
    extensions.set("limit", breach.limit);
    extensions.set("allowed", breach.allowed);
    if let Some(asked) = breach.asked {
        extensions.set("asked", asked);
    }
}

fn describe_failure(failure: &Failure, extensions: &mut ErrorExtensionValues) {
    extensions.set("upstream", failure.upstream.as_ref());
    extensions.set("retryable", failure.kind.is_passing());
    if let Some(status) = failure.http_status {
        extensions.set("httpStatus", status);
    }
    if let Some(detail) = &failure.detail {
        extensions.set("detail", detail.as_str());
    }
    if let Some(wait) = failure.retry_after {
        extensions.set("retryAfterMs", milliseconds(wait));
    }
}
