//! One call of a tool, from its arguments to its result.

use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::{Map, Value};

use crate::error::Error;
use crate::graph::Parameters;
use crate::mcp::{Call, Tools};
use crate::server::Gateway;
use crate::server::protocol;
use crate::server::report::Told;
use crate::server::request::Cause;
use crate::server::transport::{Asked, turned_away};
use crate::server::visitor::Visitor;

/// The calls that one request makes, in its caller's name.
pub(super) struct Calls {
    gateway: Arc<Gateway>,
    visitor: Visitor,
    told: Mutex<Vec<Told>>,
}

impl Calls {
    pub(super) fn new(gateway: Arc<Gateway>, visitor: Visitor) -> Self {
        Self { gateway, visitor, told: Mutex::default() }
    }

    /// The id of the request.
    pub(super) fn id(&self) -> &str {
        &self.visitor.id.0
    }

    /// What is to be told of the operations that were executed, or refused.
    pub(super) fn told(&self) -> Vec<Told> {
        std::mem::take(&mut *self.told.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The result of a call; none where there is no such tool.
    pub(super) async fn call(
        &self,
        tools: &Tools,
        name: &str,
        arguments: Map<String, Value>,
    ) -> Option<CallToolResult> {
        Some(match tools.call(name, arguments)? {
            Ok(Call::Found(value)) => structured(value.to_string(), value, false),
            Ok(Call::Shown(text)) => CallToolResult::success(vec![ContentBlock::text(text)]),
            Ok(Call::Ask { parameters, may_write }) => self.ask(*parameters, may_write).await,
            Err(error) => self.answer(self.refused(error)).await,
        })
    }

    async fn ask(&self, parameters: Parameters, may_write: bool) -> CallToolResult {
        let asked = self.gateway.admit(parameters, &self.visitor.id).await;
        let asked = match asked {
            Ok(admitted) if !may_write && !admitted.is_query() => {
                let problem = "is no query; what else there is to do is done by tools of its own, where there are any";
                self.refused(Error::input("query", problem))
            }
            asked => asked,
        };
        self.answer(asked).await
    }

    async fn answer(&self, asked: Asked) -> CallToolResult {
        let (finished, told) = protocol::answer(&self.gateway, asked, &self.visitor).await;
        self.told.lock().unwrap_or_else(PoisonError::into_inner).push(told);
        result(&finished.body(), finished.answer.response.is_err())
    }

    fn refused(&self, error: Error) -> Asked {
        turned_away(Cause::Known(error), &self.visitor.id)
    }
}

/// The same answer that `/graphql` gives, for whoever reads text and for whoever reads JSON.
fn result(body: &Bytes, is_error: bool) -> CallToolResult {
    // What the graph answers with is JSON.
    let value = serde_json::from_slice(body).unwrap_or_default();
    structured(String::from_utf8_lossy(body).into_owned(), value, is_error)
}

fn structured(text: String, value: Value, is_error: bool) -> CallToolResult {
    let content = vec![ContentBlock::text(text)];
    let mut result = if is_error { CallToolResult::error(content) } else { CallToolResult::success(content) };
    result.structured_content = Some(value);
    result
}
