//! How this vendor says it: paths, bodies, and its ways of refusing.
//!
//! Three oddities are met here. There is no read of a single onboard, so reading one is reading all. Ids of links also
//! answer to invitation ids. And the account's body carries secrets, which no struct of ours has a member for.

mod body;
mod plain;
mod survey;
mod write;

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::AUTHORIZATION;

use super::model::{Account, AccountLink, Flow, Onboard};
use crate::error::Error;
use crate::scalar::ObjectId;
use crate::upstream::{Access, Answer, Call, Credential, Keeping, Speech, Unusable};
pub(super) use survey::CONTRACTS;
pub(super) use write::Whole;

use body::{AccountBody, FlowBody, LinkBody, OnboardBody};

/// How this API is named in errors, and where it puts its message.
pub(super) const SPEECH: Speech = Speech { name: "onboarding", problem, plain: plain::PLAIN };

fn problem(body: &serde_json::Value) -> Option<String> {
    body.get("error").or_else(|| body.get("message")).and_then(serde_json::Value::as_str).map(str::to_owned)
}

/// The credential: the key is the password of HTTP Basic, under the user name that the vendor's documents use.
pub(super) fn credential([key]: [&str; 1]) -> Result<Credential, Unusable> {
    use base64::Engine;
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("API:{key}"));
    Credential::header(AUTHORIZATION, &format!("Basic {basic}"), &[key, &basic])
}

/// For how long answers are kept, by their kind.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct KeptFor {
    pub(super) account: Duration,
    pub(super) flows: Duration,
    pub(super) onboards: Duration,
    pub(super) links: Duration,
}

/// The API under one credential.
#[derive(Clone)]
pub(super) struct Client {
    access: Access,
    kept_for: KeptFor,
}

impl Client {
    pub(super) fn new(access: Access, kept_for: KeptFor) -> Self {
        Self { access, kept_for }
    }

    /// The same API under the same credential for what the gateway does by itself.
    pub(super) fn behind(&self, id: &str) -> Self {
        Self { access: self.access.behind(id), ..self.clone() }
    }

    /// What tells the credential from every other one.
    pub(super) fn fingerprint(&self) -> Result<[u8; 32], Error> {
        self.access.fingerprint()
    }

    /// All of the account's onboards, which there is no read of fewer of, as what is made of them.
    pub(super) async fn list_onboards<M: Any + Send + Sync>(
        &self,
        make: fn(Vec<Onboard>) -> M,
    ) -> Result<Arc<M>, Error> {
        onboards_in(&*self.fetch(self.read_onboards()).await?, make)
    }

    /// The same past what was kept.
    pub(super) async fn list_onboards_anew<M: Any + Send + Sync>(
        &self,
        make: fn(Vec<Onboard>) -> M,
    ) -> Result<Arc<M>, Error> {
        onboards_in(&*self.access.fetch_anew(self.read_onboards()).await?, make)
    }

    fn read_onboards(&self) -> Call {
        Call::get("/onboards", &[]).kept(Keeping::members(self.kept_for.onboards, body::ONBOARD))
    }

    pub(super) async fn fetch_account(&self) -> Result<Arc<Account>, Error> {
        let answer =
            self.fetch(Call::get("/account", &[]).kept(Keeping::members(self.kept_for.account, body::ACCOUNT))).await?;
        answer.success()?.decode_once::<AccountBody, _>(Into::into)
    }

    /// The link with this id; the id inside the answer may be another one.
    pub(super) async fn fetch_link(&self, id: ObjectId) -> Result<Option<AccountLink>, Error> {
        let answer = self
            .fetch(Call::get("/connections/{id}", &[&id]).kept(Keeping::members(self.kept_for.links, body::LINK)))
            .await?;
        answer.found()?.map(|answer| answer.decode::<LinkBody>().map(Into::into)).transpose()
    }

    /// The same, read past everything older.
    pub(super) async fn fetch_link_afresh(&self, id: ObjectId) -> Result<Option<AccountLink>, Error> {
        let call = Call::get("/connections/{id}", &[&id]);
        let answer = self.access.fetch_afresh(&call).await?;
        answer.found()?.map(|answer| answer.decode::<LinkBody>().map(Into::into)).transpose()
    }

    pub(super) async fn fetch_flow(&self, id: ObjectId) -> Result<Option<Flow>, Error> {
        let answer = self
            .fetch(Call::get("/flows/{id}", &[&id]).kept(Keeping::members(self.kept_for.flows, body::FLOW)))
            .await?;
        answer.found()?.map(|answer| answer.decode::<FlowBody>().map(Into::into)).transpose()
    }

    /// All of the account's flows, as what is made of them.
    pub(super) async fn list_flows<M: Any + Send + Sync>(&self, make: fn(Vec<Flow>) -> M) -> Result<Arc<M>, Error> {
        let answer =
            self.fetch(Call::get("/flows", &[]).kept(Keeping::members(self.kept_for.flows, body::FLOW))).await?;
        let flows = |bodies: Vec<FlowBody>| bodies.into_iter().map(Into::into).collect();
        answer.success()?.decode_once(|bodies| make(flows(bodies)))
    }

    /// Asks for the version, which costs the vendor nothing.
    pub(super) async fn probe(&self) -> Result<Duration, Error> {
        self.access.probe(&Call::get("/status", &[])).await
    }

    /// Whether the request may still make this many calls.
    pub(super) fn has_left(&self, calls: usize) -> bool {
        self.access.has_left(calls)
    }

    fn fetch(&self, call: Call) -> impl Future<Output = Result<Arc<Answer>, Error>> {
        self.access.fetch(call)
    }
}

fn onboards_in<M: Any + Send + Sync>(answer: &Answer, make: fn(Vec<Onboard>) -> M) -> Result<Arc<M>, Error> {
    let onboards = |bodies: Vec<OnboardBody>| bodies.into_iter().filter_map(OnboardBody::into_onboard).collect();
    answer.success()?.decode_once(|bodies| make(onboards(bodies)))
}
