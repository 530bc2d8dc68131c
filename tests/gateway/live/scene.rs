//! The graph in the test's own process, in front of a sandbox: subscriptions as streams, and the hub in the test's hand.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::Response;
use async_graphql_value::ConstValue;
use futures_util::{FutureExt, StreamExt};
use onramp::advance::Desk;
use onramp::audit::Audit;
use onramp::caller::{Caller, Profile, RequestId, Right};
use onramp::config::{Settings, Sources};
use onramp::context::RequestContext;
use onramp::documents::{Asked, Documents, Trusted};
use onramp::graph::{Answer, Apis, Events, Graph, Parameters, Reach};
use onramp::live::Hub;
use onramp::replicas::Replicas;
use onramp::sandbox::{Ports, Sandbox};
use serde_json::{Value, json};

use crate::gateway::{bare, pointed_at, settled};
use crate::readme::sections;
use crate::redis;

/// Longer than anything takes that comes at all.
const PATIENCE: Duration = Duration::from_secs(30);

/// Listens to the stage of a lead.
pub fn stage_of(id: &str) -> String {
    format!("subscription {{ leadChanged(id: \"{id}\") {{ stage }} }}")
}

/// The event that says of a lead where it stands.
pub fn at(stage: &str) -> Value {
    json!({ "data": { "leadChanged": { "stage": stage } } })
}

/// The event that says that there is no such lead.
pub fn gone() -> Value {
    json!({ "data": { "leadChanged": null } })
}

/// A move of a lead, by its mutation's name.
pub fn moved(by: &str, id: &str) -> String {
    format!("mutation {{ {by}(id: \"{id}\") {{ lead {{ stage }} }} }}")
}

/// A graph, and the same APIs once more behind its back.
pub struct Scene {
    pub sandbox: Sandbox,
    desk: Arc<Desk>,
    graph: Graph,
    other: Graph,
}

/// One who has opened a subscription.
pub struct Listening(Events);

impl Scene {
    /// Leads are polled this often, and nothing else is.
    pub async fn polling_leads(milliseconds: &str) -> Self {
        Self::start(&[("ONRAMP__LIVE__LEADS_MS", milliseconds)]).await
    }

    /// Polls are seldom unless the settings say otherwise: what comes, comes by what was told.
    pub async fn start(settings: &[(&str, &str)]) -> Self {
        let sandbox = Sandbox::start(Ports::free()).await.unwrap();
        let seldom = ["ONBOARDS", "VERIFICATIONS", "LEADS"].map(|kind| (format!("ONRAMP__LIVE__{kind}_MS"), "3600000"));
        let mut variables = pointed_at(&sandbox);
        variables.extend(bare());
        variables.extend(seldom.map(|(name, value)| (name, value.to_owned())));
        variables.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let desk: Arc<Desk> = Arc::default();
        let graph = graph(&variables, &desk, &Replicas::default());
        let other = self::graph(&variables, &Arc::default(), &Replicas::default());
        Self { sandbox, desk, graph, other }
    }

    /// The same with the other graph as a replica of this one by that Redis.
    pub async fn by_way_of(url: &str) -> Self {
        let alone = Self::start(&[]).await;
        let mut variables = pointed_at(&alone.sandbox);
        variables.extend(redis::at(url));
        variables.push(("ONRAMP__LIVE__LEADS_MS".to_owned(), "3600000".to_owned()));
        let (desk, graph) = replica(&variables).await;
        let (_, other) = replica(&variables).await;
        Self { sandbox: alone.sandbox, desk, graph, other }
    }

    /// Reads of a lead so far.
    pub fn reads(&self, lead: &str) -> usize {
        let is_of = |query: &String| query.ends_with(lead);
        self.sandbox.connect().calls().iter().filter(|call| call.query.as_ref().is_some_and(is_of)).count()
    }

    pub fn hub(&self) -> &Hub {
        self.desk.live()
    }

    /// Opens a subscription that has to be let in.
    pub fn open(&self, query: &str) -> Listening {
        self.open_as(&everybody(), query).unwrap_or_else(|refusal| panic!("{query}: {refusal:#}"))
    }

    /// The answer to a subscription that has to be refused.
    pub fn refused(&self, query: &str) -> Value {
        self.open_as(&everybody(), query).err().unwrap_or_else(|| panic!("{query} was let in"))
    }

    pub fn open_as(&self, caller: &Caller, query: &str) -> Result<Listening, Value> {
        let id = RequestId("test".into());
        let context = Arc::new(RequestContext::new(id.clone(), caller.clone()));
        let answer = |answer: Box<Answer>| shown(*answer);
        let admitted = self.graph.admit(parameters(query), &id).map_err(answer)?;
        self.graph.subscribe(&admitted, &context).map(Listening).map_err(answer)
    }

    /// Asks the graph; the whole response comes back.
    pub async fn ask(&self, query: &str) -> Value {
        ask(&self.graph, query).await
    }

    /// The same by way of the other graph, of which this one hears nothing.
    pub async fn behind(&self, query: &str) -> Value {
        ask(&self.other, query).await
    }
}

impl Listening {
    /// The next event, which has to come.
    pub async fn next(&mut self) -> Value {
        self.last().await.expect("the subscription has ended")
    }

    /// Whether there is anything to get just now.
    pub fn has_news(&mut self) -> bool {
        self.0.next().now_or_never().is_some()
    }

    /// The next event, or that there is none any more.
    pub async fn last(&mut self) -> Option<Value> {
        let event = tokio::time::timeout(PATIENCE, self.0.next()).await.expect("no event came");
        event.map(shown)
    }
}

fn everybody() -> Caller {
    caller("", &onramp::graph::rights())
}

/// A caller with these rights alone.
pub fn caller(identity: &str, rights: &[Right]) -> Caller {
    of_profile("", identity, rights)
}

/// The same with what a profile has of its own.
pub fn of_profile(profile: &str, identity: &str, rights: &[Right]) -> Caller {
    let profile = Profile::new(profile.to_owned(), rights.to_vec(), Vec::new());
    Caller::new("name".into(), identity.into(), Arc::new(profile))
}

async fn ask(graph: &Graph, query: &str) -> Value {
    let id = RequestId("test".into());
    let context = Arc::new(RequestContext::new(id.clone(), everybody()));
    let admitted = graph.admit(parameters(query), &id).unwrap_or_else(|_| panic!("{query}"));
    shown(graph.execute(&admitted, &context).await)
}

/// An answer as a client sees it.
fn shown(answer: Answer) -> Value {
    let Response { data, errors, .. } = answer.response;
    let mut shown = json!({});
    if answer.reach == Reach::Executed {
        shown["data"] = plain(data);
    }
    if !errors.is_empty() {
        shown["errors"] = serde_json::to_value(errors).unwrap();
    }
    settled(shown)
}

/// A record that was written in one pass is JSON already.
fn plain(value: ConstValue) -> Value {
    match value {
        ConstValue::Binary(written) => serde_json::from_slice(&written).unwrap(),
        ConstValue::List(items) => items.into_iter().map(plain).collect(),
        ConstValue::Object(members) => {
            members.into_iter().map(|(name, value)| (name.to_string(), plain(value))).collect()
        }
        other => other.into_json().unwrap(),
    }
}

fn parameters(query: &str) -> Parameters {
    Parameters { document: Asked { text: Some(query.to_owned()), ..Asked::default() }, ..Parameters::default() }
}

/// A graph that shares what its settings say, and a desk that tells others and hears them.
async fn replica(variables: &[(String, String)]) -> (Arc<Desk>, Graph) {
    let settings = read(variables);
    let replicas = Replicas::join(&settings.section("redis").unwrap(), PATIENCE).await.unwrap();
    let desk = Arc::new(Desk::new(Audit::default(), replicas.clone()));
    let relaying = Arc::clone(&desk);
    tokio::spawn(async move { relaying.relay(onramp::graph::api_of).await });
    let graph = graph(variables, &desk, &replicas);
    (desk, graph)
}

/// A graph without any API.
pub fn alone() -> Graph {
    graph(&bare(), &Arc::default(), &Replicas::default())
}

fn graph(variables: &[(String, String)], desk: &Arc<Desk>, replicas: &Replicas) -> Graph {
    let settings = read(variables);
    let documents = Documents::new(&settings.section("documents").unwrap(), Trusted::default(), replicas.clone());
    let limits = settings.section("limits").unwrap();
    let own = settings.section("graph").unwrap();
    Graph::new(&own, Apis::new(&settings, &[], replicas).unwrap(), Arc::clone(desk), limits, documents)
}

fn read(variables: &[(String, String)]) -> Settings {
    Sources::new(None).with_environment(variables.iter().cloned()).read(&sections()).unwrap()
}
