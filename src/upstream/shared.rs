//! The second level of the response cache: what any replica has kept, for the others.
//!
//! It is asked where this process has kept nothing itself. What stands there is what stands in this one's own: an answer
//! cut to the members that are decoded, under the credential's fingerprint and never the credential.

use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

use super::cache::{Keeping, Kept};
use super::flight::Place;
use super::line::Line;
use super::sharing::Read;
use super::{Answer, Call};
use crate::replicas::Recalled;

/// What stands before the body.
#[derive(Serialize, Deserialize)]
struct Head {
    status: u16,
    headers: Vec<(String, String)>,
}

impl Line {
    /// What other replicas have kept of a read, and under which generation they would keep a newer answer; none where
    /// nothing of its kind is kept, or there is nobody to ask.
    pub(super) async fn recall(&self, read: &Read) -> Option<Box<Recalled>> {
        let keeping = read.call.keeping.filter(Keeping::is_wanted);
        let (view, _) = self.view.as_ref().zip(keeping)?;
        // Boxed, since every read would keep its room while it waits for its turn.
        Box::pin(view.recall(&named(read))).await.map(Box::new)
    }

    /// Takes up what another replica has kept, while it is fresh.
    pub(super) fn take_up(&self, read: &Read, place: &Place, recalled: Option<&Recalled>) -> Option<Answer> {
        let (written, left) = recalled?.answer.as_ref()?;
        let answer = self.unpack(read, written)?;
        self.shelf.keep_for(Arc::clone(place), &read.call, &answer, *left).then_some(answer)
    }

    /// Gives an answer that was just read to the others, as it was kept here.
    pub(super) fn share_out(&self, read: &Read, kept: &Kept, recalled: Option<&Recalled>) {
        let Some((view, generation)) = self.view.as_ref().zip(recalled.and_then(|recalled| recalled.generation)) else {
            return;
        };
        if let Some(written) = pack(&kept.answer) {
            view.keep(generation, &named(read), written, kept.lives_for());
        }
    }

    fn unpack(&self, read: &Read, written: &[u8]) -> Option<Answer> {
        let end = written.iter().position(|byte| *byte == b'\n')?;
        let (head, body) = written.split_at_checked(end)?;
        let head: Head = serde_json::from_slice(head).ok()?;
        let header = |(name, value): &(String, String)| {
            Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?))
        };
        let headers: HeaderMap = head.headers.iter().map(header).collect::<Option<_>>()?;
        let status = StatusCode::from_u16(head.status).ok()?;
        Some(self.answer(&read.credential, status, headers, body.get(1..)?.to_vec().into()))
    }
}

/// Who asks for what.
fn named(read: &Read) -> [&[u8]; 3] {
    let Call { method, target, .. } = &read.call;
    [&read.credential.fingerprint, method.as_str().as_bytes(), target.as_bytes()]
}

fn pack(answer: &Answer) -> Option<Vec<u8>> {
    let header = |(name, value): (&HeaderName, &HeaderValue)| Some((name.to_string(), value.to_str().ok()?.to_owned()));
    let headers = answer.headers.iter().map(header).collect::<Option<_>>()?;
    let mut written = serde_json::to_vec(&Head { status: answer.status.as_u16(), headers }).ok()?;
    written.push(b'\n');
    written.extend_from_slice(&answer.body);
    Some(written)
}

/// How old an answer is that was to live so long and has so much left.
pub(super) fn age(lives_for: Duration, left: Duration) -> Duration {
    lives_for.saturating_sub(left)
}
