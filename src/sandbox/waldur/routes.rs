//! The way of a request through the played server, from its path to its response, in the real one's order.

use axum::body::{self, Body};
use axum::extract::{OriginalUri, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, Response, header};
use url::form_urlencoded;

use super::body::Unread;
use super::call::Call;
use super::justification::Decision;
use super::respond::{self, Outcome, Refusal, Rendering};
use super::world::World;
use super::{Waldur, customer, entry, justification, verification};

/// The largest body that is read.
const LARGEST_BODY: usize = 64 * 1024 * 1024;

/// One request, answered.
pub(super) async fn answer(State(waldur): State<Waldur>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    // The path decides first: without its trailing slash a request is sent on, whoever sends it.
    let place = match Place::at(&parts) {
        Ok(place) => place,
        Err(refusal) => return respond::response(Err(refusal), Rendering::Json),
    };
    let rendering = match entry::negotiate(&parts.headers) {
        Ok(rendering) => rendering,
        Err(refusal) => return respond::response(Err(refusal), Rendering::Json),
    };
    let outcome = enter(&waldur, &place, &parts, body).await;
    let mut response = respond::response(outcome, rendering);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(place.methods()));
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept, Accept-Language, Cookie"));
    if parts.method == Method::HEAD { without_body(response) } else { response }
}

/// The caller comes before the method: a stranger hears 401 where a user would hear 405.
async fn enter(waldur: &Waldur, place: &Place, parts: &Parts, body: Body) -> Outcome {
    let caller = entry::authenticate(&parts.headers, waldur.users())?;
    let media_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let bytes = body::to_bytes(body, LARGEST_BODY).await;
    let call = Call {
        caller,
        site: site(parts),
        path: parts.uri.path().to_owned(),
        query: form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect(),
        body: Unread {
            media_type: media_type.unwrap_or_default().to_owned(),
            bytes: bytes.map_err(|_| Refusal::detail("Request body is too large."))?,
        },
    };
    perform(&mut waldur.world(), place, &parts.method, &call)
}

fn perform(world: &mut World, place: &Place, method: &Method, call: &Call) -> Outcome {
    let method = if method == Method::HEAD { &Method::GET } else { method };
    match (place, method) {
        (Place::Verifications, &Method::GET) => verification::list(world, call),
        (Place::Verifications, &Method::POST) => verification::create(world, call),
        (Place::Start, &Method::POST) => verification::start(world, call),
        (Place::Template, &Method::GET) => verification::checklist_template(call),
        (Place::Verification(id), &Method::GET) => verification::retrieve(world, call, id),
        (Place::Verification(id), &Method::PUT) => verification::update(world, call, id),
        (Place::Verification(id), &Method::PATCH) => verification::partial_update(world, call, id),
        (Place::Verification(id), &Method::DELETE) => verification::destroy(world, call, id),
        (Place::Checklist(id), &Method::GET) => verification::checklist(world, call, id),
        (Place::CompletionStatus(id), &Method::GET) => verification::completion_status(world, call, id),
        (Place::SubmitAnswers(id), &Method::POST) => verification::submit_answers(world, call, id),
        (Place::RunValidation(id), &Method::POST) => verification::run_validation(world, call, id),
        (Place::CreateCustomer(id), &Method::POST) => customer::create(world, call, id),
        (Place::Justifications, &Method::GET) => justification::list(world, call),
        (Place::Justify, &Method::POST) => justification::create(world, call),
        (Place::Review(id, decision), &Method::POST) => justification::review(world, call, id, *decision),
        (Place::Countries, &Method::GET) => verification::supported_countries(world),
        (_, method) => Err(Refusal::MethodNotAllowed(method.clone())),
    }
}

/// The pages of the server that are played.
#[derive(Debug)]
enum Place {
    Verifications,
    Start,
    Template,
    Verification(String),
    Checklist(String),
    CompletionStatus(String),
    SubmitAnswers(String),
    RunValidation(String),
    CreateCustomer(String),
    Justifications,
    Justify,
    Review(String, Decision),
    Countries,
}

impl Place {
    fn at(parts: &Parts) -> Result<Self, Refusal> {
        let path = parts.uri.path();
        match path.strip_suffix('/') {
            Some(path) => Self::named(path).ok_or(Refusal::NoSuchPage),
            None if Self::named(path).is_some() => Err(Refusal::Moved(with_slash(parts))),
            None => Err(Refusal::NoSuchPage),
        }
    }

    fn named(path: &str) -> Option<Self> {
        let segments: Vec<&str> = path.strip_prefix("/api/")?.split('/').collect();
        Some(match segments.as_slice() {
            ["onboarding", "supported-countries"] => Self::Countries,
            ["onboarding-verifications"] => Self::Verifications,
            ["onboarding-verifications", "start_verification"] => Self::Start,
            ["onboarding-verifications", "checklist-template"] => Self::Template,
            ["onboarding-verifications", id] => Self::Verification((*id).to_owned()),
            ["onboarding-verifications", id, "checklist"] => Self::Checklist((*id).to_owned()),
            ["onboarding-verifications", id, "completion_status"] => Self::CompletionStatus((*id).to_owned()),
            ["onboarding-verifications", id, "submit_answers"] => Self::SubmitAnswers((*id).to_owned()),
            ["onboarding-verifications", id, "run_validation"] => Self::RunValidation((*id).to_owned()),
            ["onboarding-verifications", id, "create_customer"] => Self::CreateCustomer((*id).to_owned()),
            ["onboarding-justifications"] => Self::Justifications,
            ["onboarding-justifications", "create_justification"] => Self::Justify,
            ["onboarding-justifications", id, "approve"] => Self::Review((*id).to_owned(), Decision::Approved),
            ["onboarding-justifications", id, "reject"] => Self::Review((*id).to_owned(), Decision::Rejected),
            _ => return None,
        })
    }

    /// What the server says. A POST to the list of justifications is one thing that it takes and that is not played.
    fn methods(&self) -> &'static str {
        match self {
            Self::Verifications | Self::Justifications => "GET, POST, HEAD, OPTIONS",
            Self::Verification(_) => "GET, PUT, PATCH, DELETE, HEAD, OPTIONS",
            Self::Template | Self::Checklist(_) | Self::CompletionStatus(_) | Self::Countries => "GET, HEAD, OPTIONS",
            Self::Start | Self::SubmitAnswers(_) | Self::RunValidation(_) => "POST, OPTIONS",
            Self::CreateCustomer(_) | Self::Justify | Self::Review(..) => "POST, OPTIONS",
        }
    }
}

fn with_slash(parts: &Parts) -> String {
    let path = outer_path(parts);
    let query = parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{path}/{query}")
}

/// The site's address in the words of the request, with whatever the sandbox is mounted under.
fn site(parts: &Parts) -> String {
    let host = parts.headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or("localhost");
    let mount = outer_path(parts).strip_suffix(parts.uri.path()).unwrap_or_default();
    format!("http://{host}{mount}")
}

fn outer_path(parts: &Parts) -> &str {
    parts.extensions.get::<OriginalUri>().map_or_else(|| parts.uri.path(), |original| original.path())
}

/// What HEAD keeps of a GET: the headers, its length among them.
fn without_body(response: Response<Body>) -> Response<Body> {
    use axum::body::HttpBody as _;
    let length = response.body().size_hint().exact();
    let mut response = response.map(|_| Body::empty());
    if let Some(length) = length {
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    response
}
