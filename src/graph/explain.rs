//! What a response says of itself besides its data: the calls behind it, where that was asked for, and what in it is older
//! than it should be.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::async_trait::async_trait;
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo};
use async_graphql::{Name, Response, ServerResult, Value, value};

use super::join::Apis;
use crate::context::explain::{Bodies, CallRecord, under};
use crate::context::{RequestContext, Stale};

/// Runs each resolver under its field's path. The engine takes a slower way where an extension is registered, so that this
/// one is in a schema of its own, which only requests that are explained are put to.
pub(super) struct Paths;

impl ExtensionFactory for Paths {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Extension for Paths {
    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        let path = info.path_node.to_string();
        match ctx.data_opt::<Arc<RequestContext>>() {
            Some(request) => under(path, Arc::clone(request), next.run(ctx, info)).await,
            None => next.run(ctx, info).await,
        }
    }
}

/// Adds to a response what there is to say of it.
pub(super) fn annotate(response: &mut Response, request: &RequestContext, apis: &Apis) {
    let stale = request.stale();
    if !stale.is_empty() {
        let stale: Vec<Value> = stale.iter().map(told_stale).collect();
        response.extensions.insert("stale".to_owned(), Value::List(stale));
    }
    if request.is_explained() {
        response.extensions.insert("onramp".to_owned(), explanation(request, apis));
    }
}

fn explanation(request: &RequestContext, apis: &Apis) -> Value {
    let (total, overhead) = request.times();
    let calls: Vec<Value> = request.calls().iter().map(|(call, paths)| told_call(call, paths)).collect();
    let spent = apis.allowances().into_iter().map(|(api, allowed)| (api, request.spent(api), allowed));
    let budget = spent.filter(|(_, used, _)| *used > 0);
    let budget: Vec<Value> =
        budget.map(|(api, used, allowed)| value!({ "api": api, "used": used, "allowed": allowed })).collect();
    value!({
        "calls": calls,
        "budget": budget,
        "totalMs": milliseconds(total),
        "upstreamMs": milliseconds(total.saturating_sub(overhead)),
        "overheadMs": milliseconds(overhead),
    })
}

fn told_call(call: &CallRecord, paths: &[Arc<str>]) -> Value {
    let paths: Vec<Value> = paths.iter().map(|path| Value::String(path.to_string())).collect();
    let mut told = value!({
        "api": call.api,
        "method": call.method,
        "route": call.route,
        "status": call.status,
        "startMs": milliseconds(call.start),
        "durationMs": milliseconds(call.duration),
        "bytes": call.bytes,
        "attempt": call.attempt,
        "via": call.via.word(),
        "error": call.error,
        "paths": paths,
        "batch": call.served.batch,
    });
    if let Value::Object(members) = &mut told {
        let Bodies { request, response } = &call.bodies;
        for (name, body) in [("request", request), ("response", response)] {
            let body = body.clone().and_then(|body| Value::from_json(body).ok());
            members.extend(body.map(|body| (Name::new(name), body)));
        }
    }
    told
}

fn told_stale(stale: &Stale) -> Value {
    let age = u64::try_from(stale.age.as_millis()).unwrap_or(u64::MAX);
    value!({ "upstream": stale.upstream, "route": stale.route, "ageMs": age })
}

/// To the microsecond, which is as far as anybody reads.
fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1_000_000.0).round() / 1000.0
}
