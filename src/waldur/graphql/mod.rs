//! What a client may ask of verifications and their checklists.

mod ahead;
mod change_write;
mod check_write;
mod creation;
mod input;
mod listing;
mod mutation;
mod payload;
mod rights;
mod subscription;

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, Json, Object, Result, SimpleObject};

use super::Session;
use super::model::{
    Checklist, ChecklistCompletion, ChecklistTemplate, VERIFICATION, Verification, VerificationAction,
    VerificationLifecycle, VerificationNeed, VerificationStatus,
};
use super::rules::VerificationFacts;
use crate::caller::needed;
use crate::error::Error;
use crate::node::read_id;
use crate::pagination::{Connection, More, Total, Window};
use crate::record::record;
use crate::scalar::Uuid;
use crate::transition::{Available, Basis, available};
use listing::{VerificationFilter, list};

pub use mutation::Mutation;
pub use rights::NEEDS;
pub use subscription::Subscription;

type Found<T> = Option<Result<T, Error>>;

/// The queries of this slice.
#[derive(Default)]
pub struct Query;

/// Reads of verifications.
#[Object(name = "VerificationQuery")]
impl Query {
    /// A verification by its global id or by the upstream's own id; null where there is none, or none for this caller.
    async fn verification(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id, or the upstream's own id.")] id: ID,
    ) -> Found<Arc<Verification>> {
        let verification = async {
            let session = session(ctx)?;
            let id = read_id("id", VERIFICATION, &id)?;
            session.start_for_verification(ctx, id);
            session.loaders.find_verification(id).await
        };
        verification.await.transpose()
    }

    /// The verifications that the caller may see, the newest first. The upstream takes up to 30 ms a row, so ask for few;
    /// a filter is checked on every row, over at most 200 rows a page, and then the page may be short and still have a
    /// next one.
    async fn verifications(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, 1 to 100; 25 unless told.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Only rows that match every member given.")] filter: Option<VerificationFilter>,
    ) -> Found<Connection<Verification>> {
        let page = async {
            let loaders = &session(ctx)?.loaders;
            let window = Window::read(first, after, None, None)?;
            let filter = filter.unwrap_or_default();
            if filter.is_empty() && only_the_count_is_selected(ctx) {
                let total = loaders.count().await?.map_or(Total::Unknown, Total::Known);
                return Ok(Connection::new::<()>(Vec::new(), More { before: false, behind: false }, total));
            }
            list(loaders, &filter, &window).await
        };
        // Every field of the root keeps as much room as the largest of them needs.
        Some(Box::pin(page).await)
    }

    /// The checklist that a new verification under this parent would have; null where there is none.
    async fn checklist_template(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The upstream's own id of the thing that the new one would belong to.")] parent_id: Uuid,
    ) -> Found<ChecklistTemplate> {
        Box::pin(async { session(ctx)?.client.fetch_template(parent_id).await }).await.transpose()
    }
}

record! {
    Verification {
        id, uuid, status, raw_status, country, legal_person_identifier, legal_name, validation_method,
        raw_validation_method, verified_user_roles, error_code, raw_error_code, validated_at, expires_at, has_customer,
        created_at, modified_at,
    }
}

fn only_the_count_is_selected(ctx: &Context<'_>) -> bool {
    let selected = ctx.look_ahead();
    ["edges", "nodes", "pageInfo"].into_iter().all(|field| !selected.field(field).exists())
}

/// This request's session, where its caller may have the field that is being resolved.
fn session<'a>(ctx: &Context<'a>) -> Result<&'a Session, Error> {
    let session = any_session(ctx)?;
    session.check(ctx.item.node.name.node.as_str())?;
    Ok(session)
}

/// This request's session, whatever its caller may have.
fn any_session<'a>(ctx: &Context<'a>) -> Result<&'a Session, Error> {
    super::Session::of(ctx).map(Arc::as_ref)
}

impl Session {
    /// Checks that the caller may have a field; a kind of node is had as the field of that name is.
    fn check(&self, field: &str) -> Result<(), Error> {
        self.request.caller().require(needed(NEEDS, field)?)
    }

    /// What takes a call a thing: the prefix of its ids, and the fields that name it, each with its argument.
    pub(crate) const ONE_BY_ONE: &'static [(&'static str, &'static [(&'static str, &'static str)])] =
        &[(VERIFICATION, &[("verification", "id")])];

    /// The thing behind a global id of this slice.
    pub(crate) async fn find_node(&self, argument: &'static str, id: &str) -> Result<Option<super::Node>, Error> {
        self.check(VERIFICATION)?;
        Ok(self.loaders.find_verification(read_id(argument, VERIFICATION, id)?).await?.map(super::Node::Verification))
    }
}

/// A move that is open to a client from a verification's present status.
#[derive(SimpleObject)]
pub(crate) struct VerificationTransition {
    /// The move.
    action: VerificationAction,
    /// The statuses in which it may end; none where the verification is gone afterwards.
    to: Vec<VerificationStatus>,
    /// The mutation that makes it.
    mutation: String,
    /// Whether nothing is missing.
    ready: bool,
    /// What the record lacks and the move needs, by the names of the input's or the record's members.
    missing: Vec<String>,
    /// Whether the rule is the vendor's or the gateway's.
    basis: Basis,
}

impl From<Available<VerificationLifecycle>> for VerificationTransition {
    fn from(open: Available<VerificationLifecycle>) -> Self {
        Self {
            action: open.action,
            to: open.to,
            mutation: open.mutation.to_owned(),
            ready: open.missing.is_empty(),
            missing: open.missing.into_iter().map(str::to_owned).collect(),
            basis: open.basis,
        }
    }
}

#[ComplexObject]
impl Verification {
    /// What the register answered, as it is. Needs the right verifications:sensitive.
    async fn raw_response(&self, ctx: &Context<'_>) -> Found<Json<serde_json::Value>> {
        sensitive(ctx, self.raw_response.clone().map(Json))
    }

    /// The trace of the last failed check. Needs the right verifications:sensitive.
    async fn error_traceback(&self, ctx: &Context<'_>) -> Found<String> {
        sensitive(ctx, self.error_traceback.clone())
    }

    /// The questions that the verification's country asks, with their answers; null where it asks none.
    async fn checklist(&self, ctx: &Context<'_>) -> Found<Arc<Checklist>> {
        async { session(ctx)?.loaders.find_checklist(self.uuid).await }.await.transpose()
    }

    /// How far the answers have come. Beside checklist it costs no call of its own.
    async fn completion_status(&self, ctx: &Context<'_>) -> Found<ChecklistCompletion> {
        async { session(ctx)?.loaders.find_completion(self.uuid).await }.await.transpose()
    }

    /// The moves that are open from the present status, with what each still needs. Where a customer can be created, this
    /// reads the completion of the checklist.
    async fn available_transitions(&self, ctx: &Context<'_>) -> Vec<VerificationTransition> {
        let bare = available::<VerificationLifecycle>(&VerificationFacts::new(self, &[]));
        let asks_for_checklist = bare.iter().any(|open| open.action == VerificationAction::CreateCustomer);
        let open = if asks_for_checklist && is_complete(ctx, self.uuid).await {
            available(&VerificationFacts::new(self, &[VerificationNeed::CompleteChecklist]))
        } else {
            bare
        };
        open.into_iter().map(Into::into).collect()
    }
}

/// Whether a checklist is known to be complete. Where it cannot be read, the error is told and the customer waits for it:
/// the list of moves is never null.
async fn is_complete(ctx: &Context<'_>, id: Uuid) -> bool {
    let completion = async { any_session(ctx)?.loaders.find_completion(id).await }.await;
    match completion {
        Ok(completion) => completion.is_some_and(|completion| completion.is_completed == Some(true)),
        Err(error) => {
            ctx.add_error(ctx.set_error_path(async_graphql::Error::from(error).into_server_error(ctx.item.pos)));
            false
        }
    }
}

/// A value for those alone who may see what is sensitive; where there is nothing to see, nothing is refused.
fn sensitive<T>(ctx: &Context<'_>, value: Option<T>) -> Found<T> {
    let value = value?;
    Some(session(ctx).map(|_| value))
}
