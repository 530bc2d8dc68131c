//! The way of a subscription: admitted like a query, opened at once or refused, and then an answer an event.
//!
//! Each event is answered as if it were asked for by itself: with loaders of its own, within the deadline of a request, and
//! within the budgets of one.

use std::collections::HashSet;
use std::pin::pin;
use std::sync::Arc;

use async_graphql::async_trait::async_trait;
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute};
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql::{Data, Pos, Positioned, Response, ServerError};
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt, stream};

use super::engine::Purpose;
use super::join::Apis;
use super::{Admitted, Answer, Graph, explain, misfits};
use crate::caller::RequestId;
use crate::context::RequestContext;
use crate::error::response;
use crate::limits::Limits;
use crate::live::Opening;
use crate::turn::Turn;

/// The answers of a subscription, each to one event. It ends where there is nothing more to come; who drops it has left.
pub type Events = BoxStream<'static, Answer>;

/// What there is to say to whoever asks for a subscription and takes one answer.
const SINGLE: &str = "A subscription has as many answers as there are events, and this request takes one. Ask with \
                      \"Accept: text/event-stream\", or over a WebSocket of the protocol graphql-transport-ws.";

impl Graph {
    /// The answer to a subscription that came in a way that has a single answer.
    pub fn refuse_single(&self, admitted: &Admitted, id: &RequestId) -> Box<Answer> {
        match self.misfit(admitted) {
            Some(misfit) => Answer::misfit(misfit, id),
            None => Answer::unfit(ServerError::new(SINGLE, None), id),
        }
    }

    /// Where a document that nobody has asked for yet does not fit the schema.
    fn misfit(&self, admitted: &Admitted) -> Option<ServerError> {
        let request = || admitted.request_for_validation();
        (!admitted.is_known).then(|| misfits(self.engines.of(Purpose::Strict), request()).into_iter().next()).flatten()
    }

    /// Opens a subscription in its caller's name. Every error of an answer has its code and the request's id.
    ///
    /// # Errors
    /// The answer to what is no subscription, does not fit the schema, or may not be listened to by this caller.
    pub fn subscribe(&self, admitted: &Admitted, context: &Arc<RequestContext>) -> Result<Events, Box<Answer>> {
        let id = context.id();
        if let Some(misfit) = self.misfit(admitted) {
            return Err(Answer::misfit(misfit, id));
        }
        self.keep(admitted);
        let mut raised = admitted.clone();
        raised.raise_root().map_err(|problem| Answer::misfit(problem, id))?;
        let opening: Arc<Opening> = Arc::default();
        let mut request = raised
            .request()
            .data(Arc::clone(context))
            .data(Arc::clone(&self.limits))
            .data(Arc::clone(self.desk.live()))
            .data(Arc::clone(&opening));
        self.apis.attach(&mut request.data, &Turn::new(), context);
        let own_id = id.clone();
        let mut events = self
            .engines
            .of(Purpose::Live)
            .execute_stream(request)
            .map(move |event| Answer::of(response::finish(event, &own_id.0)))
            .boxed();
        // Opening waits for nothing: a subscription that has not come to listen by now was refused.
        match events.next().now_or_never() {
            None => Ok(events),
            Some(first) if opening.has_succeeded() => Ok(stream::iter(first).chain(events).boxed()),
            Some(first) => Err(Box::new(first.unwrap_or_else(|| Answer::of(Response::default())))),
        }
    }
}

/// Gives each event loaders of its own, which have read nothing before it, and its share of time.
pub(super) struct PerEvent;

impl ExtensionFactory for PerEvent {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Extension for PerEvent {
    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let (Some(apis), Some(limits), Some(context)) =
            (ctx.data_opt::<Arc<Apis>>(), ctx.data_opt::<Arc<Limits>>(), ctx.data_opt::<Arc<RequestContext>>())
        else {
            return next.run(ctx, operation_name).await;
        };
        let context = Arc::new(context.anew());
        let (turn, mut data) = (Turn::new(), Data::default());
        apis.attach(&mut data, &turn, &context);
        data.insert(Arc::clone(&context));
        let answered = pin!(turn.run(next.run_with_data(ctx, operation_name, data)));
        match tokio::time::timeout(limits.deadline(), answered).await {
            Ok(mut response) => {
                explain::annotate(&mut response, &context, apis);
                response
            }
            Err(_) => response::turned_away(limits.overdue(), &context.id().0),
        }
    }
}

/// Puts the one field that a subscription has straight at the top of its operation, out of whatever fragments it stands
/// in: there alone the engine looks for it. The document is one that fits the schema.
///
/// # Errors
/// What GraphQL lets no subscription have at its top: another field beside the one, and a condition.
pub(super) fn raise_root(document: &mut ExecutableDocument, name: Option<&str>) -> Result<(), ServerError> {
    let ExecutableDocument { operations, fragments } = document;
    let meant: Vec<&mut Positioned<OperationDefinition>> = match operations {
        DocumentOperations::Single(operation) => vec![operation],
        DocumentOperations::Multiple(all) => {
            all.iter_mut().filter(|(own, _)| name.is_none_or(|name| name == own.as_str())).map(|(_, own)| own).collect()
        }
    };
    for operation in meant.into_iter().filter(|operation| operation.node.ty == OperationType::Subscription) {
        let mut fields = Vec::new();
        let mut seen = HashSet::new();
        let find = |name: &str| fragments.get(name).map(|fragment| fragment.node.selection_set.node.clone());
        collect(&operation.node.selection_set.node, &find, &mut seen, &mut fields)?;
        operation.node.selection_set.node.items = vec![merged(fields, operation.pos)?];
    }
    Ok(())
}

/// The fields at the top, wherever they stand.
fn collect(
    set: &SelectionSet,
    find: &impl Fn(&str) -> Option<SelectionSet>,
    seen: &mut HashSet<String>,
    fields: &mut Vec<Positioned<Field>>,
) -> Result<(), ServerError> {
    for selection in &set.items {
        let directives = selection.node.directives();
        if directives.iter().any(|directive| matches!(directive.node.name.node.as_str(), "skip" | "include")) {
            let message = "What stands at the top of a subscription is neither skipped nor included by a condition.";
            return Err(ServerError::new(message, Some(selection.pos)));
        }
        match &selection.node {
            Selection::Field(field) => fields.push(field.clone()),
            Selection::InlineFragment(inline) => collect(&inline.node.selection_set.node, find, seen, fields)?,
            Selection::FragmentSpread(spread) => {
                let name = spread.node.fragment_name.node.as_str();
                if seen.insert(name.to_owned())
                    && let Some(set) = find(name)
                {
                    collect(&set, find, seen, fields)?;
                }
            }
        }
    }
    Ok(())
}

/// The one field that all of them are.
fn merged(fields: Vec<Positioned<Field>>, pos: Pos) -> Result<Positioned<Selection>, ServerError> {
    let mut fields = fields.into_iter();
    let Some(mut one) = fields.next() else {
        return Err(ServerError::new("A subscription has a field.", Some(pos)));
    };
    for other in fields {
        if other.node.response_key().node != one.node.response_key().node {
            let message = "A subscription has one field at its top, and this is another.";
            return Err(ServerError::new(message, Some(other.pos)));
        }
        one.node.selection_set.node.items.extend(other.node.selection_set.node.items);
    }
    let pos = one.pos;
    Ok(Positioned::new(Selection::Field(one), pos))
}
