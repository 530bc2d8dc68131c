//! How this vendor says it: paths with their trailing slash, pages by number, and messages in five shapes.
//!
//! Oddities met here: the count of rows is a header, and HEAD gives it without the rows; a country without a checklist
//! answers 400; a page past the end answers 404.

mod body;
mod plain;
mod problem;
mod survey;
mod write;

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderName, LINK};
use reqwest::{Method, StatusCode};
use serde::Deserialize;

use super::model::{Checklist, ChecklistCompletion, ChecklistTemplate, Verification};
use crate::error::Error;
use crate::scalar::Uuid;
use crate::upstream::{Access, Answer, Call, Credential, Speech, Unusable};
use body::{ChecklistBody, CompletionBody, TemplateBody, VerificationBody};

pub(super) use survey::CONTRACTS;

/// How this API is named in errors, and where it puts its message.
pub(super) const SPEECH: Speech = Speech { name: "verification", problem: problem::message, plain: plain::PLAIN };

const ALL: &str = "/api/onboarding-verifications/";
const COUNT: HeaderName = HeaderName::from_static("x-result-count");
const NO_CHECKLIST: &str = "No checklist configured for this object";

/// The credential: a token is one user, and decides what is visible.
pub(super) fn credential([token]: [&str; 1]) -> Result<Credential, Unusable> {
    Credential::header(AUTHORIZATION, &format!("Token {token}"), &[token])
}

/// One page of the list of verifications, the newest first.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) rows: Vec<Verification>,
    /// How many rows there are on all pages; the upstream may leave it out.
    pub(super) count: Option<usize>,
    pub(super) has_next: bool,
}

/// Members that the upstream may narrow the list by. Versions that do not know them ignore them.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Narrowing {
    pub(super) status: Option<&'static str>,
    pub(super) country: Option<String>,
    pub(super) legal_person_identifier: Option<String>,
}

/// The API under one credential.
#[derive(Clone)]
pub(super) struct Client {
    access: Access,
}

impl Client {
    pub(super) fn new(access: Access) -> Self {
        Self { access }
    }

    /// The same API under the same credential for what the gateway does by itself.
    pub(super) fn behind(&self, id: &str) -> Self {
        Self { access: self.access.behind(id) }
    }

    /// What tells the credential from every other one.
    pub(super) fn fingerprint(&self) -> Result<[u8; 32], Error> {
        self.access.fingerprint()
    }

    /// The page with this number, from 1 on; a page past the end is empty, and still tells the count.
    pub(super) async fn list(&self, page: usize, page_size: usize, narrowing: &Narrowing) -> Result<Page, Error> {
        let call = Call::get(ALL, &[]).query("page", page).query("page_size", page_size);
        let answer = self.fetch(narrowed(call, narrowing)).await?;
        if page > 1 && answer.found()?.is_none() {
            let head = self.fetch(narrowed(Call::new(Method::HEAD, ALL, &[]), narrowing)).await?;
            return Ok(Page { rows: Vec::new(), count: count(head.success()?), has_next: false });
        }
        let answer = answer.success()?;
        let bodies: Vec<VerificationBody> = answer.decode()?;
        let has_next = answer.header(&LINK).is_some_and(|links| links.contains("rel=\"next\""));
        Ok(Page { rows: bodies.into_iter().map(Into::into).collect(), count: count(answer), has_next })
    }

    /// How many verifications there are, without their rows.
    pub(super) async fn count(&self) -> Result<Option<usize>, Error> {
        let answer = self.fetch(Call::new(Method::HEAD, ALL, &[])).await?;
        Ok(count(answer.success()?))
    }

    pub(super) async fn fetch_verification(&self, id: Uuid) -> Result<Option<Verification>, Error> {
        verification_in(&*self.fetch(read(id)).await?)
    }

    /// The same past what is on its way to others.
    pub(super) async fn fetch_verification_anew(&self, id: Uuid) -> Result<Option<Verification>, Error> {
        verification_in(&*self.access.fetch_anew(read(id)).await?)
    }

    /// The checklist with its completion; none where the verification's country has none.
    pub(super) async fn fetch_checklist(&self, id: Uuid) -> Result<Option<Checklist>, Error> {
        let answer = self.fetch(Call::get("/api/onboarding-verifications/{uuid}/checklist/", &[&id.simple()])).await?;
        configured::<ChecklistBody>(&answer).map(|body| body.map(Into::into))
    }

    /// The completion alone, which costs the upstream less than the checklist.
    pub(super) async fn fetch_completion(&self, id: Uuid) -> Result<Option<ChecklistCompletion>, Error> {
        let answer =
            self.fetch(Call::get("/api/onboarding-verifications/{uuid}/completion_status/", &[&id.simple()])).await?;
        configured::<CompletionBody>(&answer).map(|body| body.map(Into::into))
    }

    pub(super) async fn fetch_template(&self, parent: Uuid) -> Result<Option<ChecklistTemplate>, Error> {
        let call =
            Call::get("/api/onboarding-verifications/checklist-template/", &[]).query("parent_uuid", parent.simple());
        configured::<TemplateBody>(&*self.fetch(call).await?).map(|body| body.map(Into::into))
    }

    /// Asks for the count, the cheapest question that needs the database.
    pub(super) async fn probe(&self) -> Result<Duration, Error> {
        self.access.probe(&Call::new(Method::HEAD, ALL, &[])).await
    }

    /// Whether the request may still make this many calls.
    pub(super) fn has_left(&self, calls: usize) -> bool {
        self.access.has_left(calls)
    }

    fn fetch(&self, call: Call) -> impl Future<Output = Result<Arc<Answer>, Error>> {
        self.access.fetch(call)
    }
}

fn read(id: Uuid) -> Call {
    Call::get("/api/onboarding-verifications/{uuid}/", &[&id.simple()])
}

fn verification_in(answer: &Answer) -> Result<Option<Verification>, Error> {
    answer.found()?.map(|answer| answer.decode::<VerificationBody>().map(Into::into)).transpose()
}

fn narrowed(mut call: Call, narrowing: &Narrowing) -> Call {
    if let Some(status) = narrowing.status {
        call = call.query("status", status);
    }
    if let Some(country) = &narrowing.country {
        call = call.query("country", country);
    }
    if let Some(identifier) = &narrowing.legal_person_identifier {
        call = call.query("legal_person_identifier", identifier);
    }
    call
}

fn count(answer: &Answer) -> Option<usize> {
    answer.header(&COUNT)?.trim().parse().ok()
}

/// What is there where a checklist is configured; that none is, is said by a 400.
fn configured<'a, B: Deserialize<'a>>(answer: &'a Answer) -> Result<Option<B>, Error> {
    let says_none =
        answer.status() == StatusCode::BAD_REQUEST && answer.problem().is_some_and(|words| words == NO_CHECKLIST);
    if says_none { Ok(None) } else { answer.found()?.map(Answer::decode).transpose() }
}
