//! The protocol's methods, as far as there is anything behind them.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::http::request::Parts;
use futures_util::FutureExt;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, CustomRequest, CustomResult, ErrorCode, Implementation,
    ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::{NotificationContext, RequestContext};
use rmcp::{ErrorData, RoleServer, ServerHandler};
use serde_json::json;

use super::call::Calls;
use super::calls_of;
use crate::error::Error;
use crate::mcp::Tools;

/// What agents are told before they call anything.
const INSTRUCTIONS: &str = "Tools over one GraphQL graph. A result holds `data`, and `errors` where something failed: a field \
                            that failed is null, and the others hold good. `extensions.code` tells the kind of an error; one \
                            with `retryable` may be tried again. A tool that can write says so and does a dry run unless \
                            told otherwise; what the rules refuse stands in `userErrors`.";

/// Answers the protocol's requests.
#[derive(Clone)]
pub(super) struct Handler {
    tools: Arc<Tools>,
}

impl Handler {
    pub(super) fn new(tools: Arc<Tools>) -> Self {
        Self { tools }
    }

    /// The result of a call. Who leaves takes what he has begun along, but for writes, which have tasks of their own; a
    /// bug is answered with the id to report.
    async fn called(
        &self,
        calls: &Calls,
        request: CallToolRequestParams,
        context: &RequestContext<RoleServer>,
    ) -> Result<CallToolResult, ErrorData> {
        let called = AssertUnwindSafe(calls.call(&self.tools, &request.name, request.arguments.unwrap_or_default()));
        let called = tokio::select! {
            called = called.catch_unwind() => called,
            () = context.ct.cancelled() => return Err(ErrorData::internal_error("The call was cancelled.", None)),
        };
        match called {
            Ok(Some(result)) => Ok(result),
            Ok(None) => Err(ErrorData::invalid_params(format!("There is no tool {:?}.", request.name), None)),
            Err(_) => {
                tracing::error!(request_id = calls.id(), "a tool panicked");
                let id = json!({ "requestId": calls.id() });
                Err(ErrorData::internal_error(Error::Internal.to_string(), Some(id)))
            }
        }
    }
}

impl ServerHandler for Handler {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder().enable_tools().build();
        let own = Implementation::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")).with_title("Onramp");
        ServerConfig::new(capabilities).with_server_info(own).with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _page: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.tools.offered().cloned().collect()))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.tools.offered().find(|tool| tool.name == name).cloned()
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let calls = calls_of(context.extensions.get::<Parts>());
        // Every request was given them on its way in.
        let calls = calls.ok_or_else(|| ErrorData::internal_error(Error::Internal.to_string(), None))?;
        self.called(&calls, request, &context).await.map(Into::into)
    }

    /// A call whose parameters cannot be read is taken for a method that nobody knows.
    async fn on_custom_request(
        &self,
        request: CustomRequest,
        _context: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        match request.params_as::<CallToolRequestParams>() {
            _ if request.method != "tools/call" => Err(ErrorData::new(
                ErrorCode::METHOD_NOT_FOUND,
                format!("There is no method {:?}.", request.method),
                None,
            )),
            Ok(_) => Err(ErrorData::invalid_params("A call of a tool has parameters.", None)),
            Err(error) => Err(ErrorData::invalid_params(format!("The parameters cannot be read: {error}."), None)),
        }
    }

    async fn on_initialized(&self, _context: NotificationContext<RoleServer>) {}
}
