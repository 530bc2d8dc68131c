//! A worklist: the onboards that are in progress, each with what it still lacks to be completed.

use graphql_client::{GraphQLQuery, QueryBody, Response};
use serde::{Serialize, de::DeserializeOwned};

type ObjectId = String;

/// The pages of onboards.
#[derive(GraphQLQuery)]
#[graphql(schema_path = "../../schema.graphql", query_path = "src/worklist.graphql")]
struct Onboards;

/// What completing would come to. Nothing is written.
#[derive(GraphQLQuery)]
#[graphql(schema_path = "../../schema.graphql", query_path = "src/complete.graphql")]
struct Complete;

/// An onboard that somebody has to look at, or nobody any more.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    pub id: String,
    pub flow: Option<String>,
    /// Empty where it is ready to be completed.
    pub lacks: Vec<String>,
}

/// Why there is no worklist.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error("the graph cannot be reached: {0}")]
    Unreachable(#[from] ureq::Error),
    /// The messages, as the graph gave them.
    #[error("the graph failed: {0}")]
    Failed(String),
}

/// The worklist of the graph at `url`.
pub fn worklist(url: &str) -> Result<Vec<Row>, Problem> {
    let mut rows = Vec::new();
    let mut after = None;
    loop {
        let data: onboards::ResponseData = ask(url, &Onboards::build_query(onboards::Variables { after }))?;
        let Some(page) = data.onboards else { return Ok(rows) };
        for onboard in page.nodes {
            let lacks = lacks(url, &onboard.id)?;
            rows.push(Row { id: onboard.id, flow: onboard.flow.and_then(|flow| flow.name), lacks });
        }
        if !page.page_info.has_next_page {
            return Ok(rows);
        }
        after = page.page_info.end_cursor;
    }
}

fn lacks(url: &str, id: &str) -> Result<Vec<String>, Problem> {
    use complete::CompleteOnboardCompleteUserErrorsOn::RequirementsMissing;
    let data: complete::ResponseData = ask(url, &Complete::build_query(complete::Variables { id: id.to_owned() }))?;
    let errors = data.onboard_complete.map(|payload| payload.user_errors).unwrap_or_default();
    let lacking = errors.into_iter().flat_map(|error| match error.on {
        RequirementsMissing(requirements) => requirements.missing,
        _ => vec![error.message],
    });
    Ok(lacking.collect())
}

fn ask<V: Serialize, D: DeserializeOwned>(url: &str, body: &QueryBody<V>) -> Result<D, Problem> {
    // A request that fails as a whole has a body that says why, whatever its status.
    let request = ureq::post(url).config().http_status_as_error(false).build();
    let answer: Response<D> = request.send_json(body)?.body_mut().read_json()?;
    let errors = answer.errors.unwrap_or_default();
    match answer.data {
        Some(data) if errors.is_empty() => Ok(data),
        _ => Err(Problem::Failed(errors.into_iter().map(|error| error.message).collect::<Vec<_>>().join("; "))),
    }
}
