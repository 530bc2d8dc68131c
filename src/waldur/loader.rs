//! How many are fetched at once: one. Requests of one token run one after another upstream, so calls are saved here and
//! never sent side by side; and where one found the API out of reach, the rest of its batch is not tried.

use std::sync::Arc;

use super::model::{Checklist, ChecklistCompletion, Verification};
use super::rest::{Client, Narrowing, Page};
use crate::batch::{Batch, Loader, Outcomes, one};
use crate::error::Error;
use crate::live::{self, Reader, Reads};
use crate::scalar::Uuid;
use crate::turn::Turn;

type Found<T> = Result<Option<Arc<T>>, Error>;

/// The loaders of one request under one credential.
pub(super) struct Loaders {
    client: Client,
    verifications: Batch<Batches, VerificationId>,
    questions: Batch<Batches, Questions>,
}

impl Loaders {
    pub(super) fn new(client: Client, turn: Turn) -> Self {
        let batches = Arc::new(Batches { client: client.clone() });
        Self {
            client,
            verifications: Batch::new(Arc::clone(&batches), turn.clone()),
            questions: Batch::new(batches, turn),
        }
    }

    pub(super) async fn list(&self, page: usize, page_size: usize, narrowing: &Narrowing) -> Result<Page, Error> {
        self.client.list(page, page_size, narrowing).await
    }

    pub(super) async fn count(&self) -> Result<Option<usize>, Error> {
        self.client.count().await
    }

    pub(super) async fn find_verification(&self, id: Uuid) -> Found<Verification> {
        self.verifications.load(VerificationId(id)).await
    }

    pub(super) async fn find_checklist(&self, id: Uuid) -> Found<Checklist> {
        match self.questions.load(Questions { of: id, part: Part::Whole }).await? {
            Some(Answers::Whole(checklist)) => Ok(Some(checklist)),
            Some(Answers::Completion(_)) => Err(Error::Internal),
            None => Ok(None),
        }
    }

    pub(super) async fn find_completion(&self, id: Uuid) -> Result<Option<ChecklistCompletion>, Error> {
        Ok(self
            .questions
            .load(Questions { of: id, part: Part::Completion })
            .await?
            .and_then(|answers| answers.completion().cloned()))
    }

    /// Reads of a verification's checklist what its fields will ask for. The completion goes along with the whole, which
    /// answers for it.
    pub(super) fn start_questions(&self, of: Uuid, part: Part) {
        self.questions.start(&Questions { of, part });
        self.questions.start(&Questions { of, part: Part::Completion });
    }

    /// Whether a request may still make this many calls.
    pub(super) fn has_left(&self, calls: usize) -> bool {
        self.client.has_left(calls)
    }

    /// Lets go of everything that was read before a write.
    pub(super) fn forget(&self) {
        self.verifications.forget();
        self.questions.forget();
    }
}

struct Batches {
    client: Client,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct VerificationId(Uuid);

/// What of a verification's checklist is asked for. Both parts are one kind of key, so that they meet in one batch: there
/// the whole answers for the completion too.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Questions {
    of: Uuid,
    part: Part,
}

/// How much of a checklist is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Part {
    Whole,
    Completion,
}

#[derive(Clone)]
enum Answers {
    Whole(Arc<Checklist>),
    Completion(Arc<ChecklistCompletion>),
}

impl Answers {
    fn completion(&self) -> Option<&ChecklistCompletion> {
        match self {
            Self::Whole(checklist) => checklist.completion.as_ref(),
            Self::Completion(completion) => Some(completion),
        }
    }
}

impl Loader<VerificationId> for Batches {
    type Value = Option<Arc<Verification>>;

    async fn load(&self, keys: &[VerificationId]) -> Outcomes<VerificationId, Option<Arc<Verification>>> {
        let mut found = Outcomes::default();
        let mut down = None;
        for key in keys {
            let outcome = match &down {
                Some(error) => Err(Error::clone(error)),
                None => one(key, self.client.fetch_verification(key.0)).await.map(|found| found.map(Arc::new)),
            };
            down = down.or_else(|| out_of_reach(&outcome));
            found.insert(key.clone(), outcome);
        }
        found
    }
}

impl Loader<Questions> for Batches {
    type Value = Option<Answers>;

    async fn load(&self, keys: &[Questions]) -> Outcomes<Questions, Option<Answers>> {
        // The whole comes before the completion of the same verification, which it then answers.
        let mut keys = keys.to_vec();
        keys.sort_unstable_by_key(|key| (key.of, key.part));
        let mut found: Outcomes<Questions, Self::Value> = Outcomes::default();
        let mut down = None;
        for key in keys {
            let whole = found.get(&Questions { of: key.of, part: Part::Whole }).cloned();
            let outcome = match (whole, &down) {
                (Some(whole), _) => whole,
                (None, Some(error)) => Err(Error::clone(error)),
                (None, None) => one(&key, self.fetch(&key)).await,
            };
            down = down.or_else(|| out_of_reach(&outcome));
            found.insert(key, outcome);
        }
        found
    }
}

impl Batches {
    async fn fetch(&self, key: &Questions) -> Result<Option<Answers>, Error> {
        match key.part {
            Part::Whole => Ok(self.client.fetch_checklist(key.of).await?.map(|whole| Answers::Whole(Arc::new(whole)))),
            Part::Completion => Ok(self
                .client
                .fetch_completion(key.of)
                .await?
                .map(|completion| Answers::Completion(Arc::new(completion)))),
        }
    }
}

/// The error of a call after which the next one would only wait for the same.
fn out_of_reach<T>(outcome: &Result<T, Error>) -> Option<Error> {
    outcome.as_ref().err().filter(|error| error.is_out_of_reach()).cloned()
}

/// Reads verifications for those who listen to them.
pub(super) struct VerificationReader {
    client: Client,
}

impl VerificationReader {
    pub(super) fn new(client: &Client) -> Self {
        Self { client: client.behind("watch-verifications") }
    }
}

impl Reader for VerificationReader {
    type Id = Uuid;
    type Record = Verification;

    const KIND: &'static str = "verification";
    const READS: Reads = Reads::Some(1);

    fn credential(&self) -> Result<live::Credential, Error> {
        self.client.fingerprint()
    }

    async fn read(&self, ids: &[Uuid]) -> Vec<live::Found<Verification>> {
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            found.push(self.client.fetch_verification_anew(*id).await.map(|found| found.map(Arc::new)));
        }
        found
    }
}
