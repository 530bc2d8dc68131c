//! A call as a recording knows it, and what became of one in the gateway's own words.

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::Answer;
use super::line::{Line, Lost, Order};
use crate::tape::{self, Asked, Heard, Played, Player, Taking, Track};

impl Line {
    /// Has the call written down once it is over, where calls are.
    pub(super) fn taken<'a>(&'a self, order: &Order<'a>) -> Option<Taking<'a>> {
        match &self.track {
            Track::Recording(channel) => Some(channel.begin(asked(order))),
            Track::Off | Track::Playing { .. } => None,
        }
    }

    /// What became of a call once.
    pub(super) async fn play(&self, order: &Order<'_>, player: &Player, api: &str) -> Result<Answer, Lost> {
        let (heard, pause) = match player.play(api, &asked(order)) {
            Played::Again(heard, pause) => (heard, pause),
            Played::Unrecorded(what) => {
                tracing::warn!(upstream = api, what, "a call has no answer in the recording");
                return Err(Lost::Unrecorded(what.into()));
            }
        };
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        match heard {
            Heard::Answer { status, headers, body } => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                Ok(self.answer(order.credential, status, header_map(&headers), body))
            }
            Heard::Lost(lost) => Err(match lost {
                tape::Lost::Unsent => Lost::Unsent,
                tape::Lost::Broken => Lost::Broken,
                // Who gave up waiting shows no more of an API than that it did not answer.
                tape::Lost::Timeout | tape::Lost::Abandoned => Lost::Late(self.deadline(order.call)),
                tape::Lost::TooLarge => Lost::Large(self.settings.max_body_bytes.get()),
            }),
        }
    }
}

/// What is told of an outcome. What never set out is none.
pub(super) fn heard(outcome: &Result<Answer, Lost>) -> Option<Heard> {
    Some(match outcome {
        Ok(answer) => Heard::Answer {
            status: answer.status.as_u16(),
            headers: headers(&answer.headers),
            body: Bytes::clone(&answer.body),
        },
        Err(Lost::Unsent) => Heard::Lost(tape::Lost::Unsent),
        Err(Lost::Broken) => Heard::Lost(tape::Lost::Broken),
        Err(Lost::Late(_)) => Heard::Lost(tape::Lost::Timeout),
        Err(Lost::Large(_) | Lost::Crowded(_)) => Heard::Lost(tape::Lost::TooLarge),
        Err(Lost::Open(_) | Lost::Busy(_) | Lost::Unrecorded(_)) => return None,
    })
}

fn asked<'a>(order: &Order<'a>) -> Asked<'a> {
    let (call, credential) = (order.call, order.credential);
    Asked {
        method: call.method.as_str(),
        route: call.route,
        target: &call.target,
        body: call.body.as_ref(),
        header: credential.header.as_str(),
        secrets: &credential.secrets,
        place: credential.place().map(AsRef::as_ref),
        fingerprint: credential.fingerprint,
    }
}

fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let told = |(name, value): (&HeaderName, &HeaderValue)| {
        (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    headers.iter().map(told).collect()
}

/// The headers that a recording tells; one that could not be sent is none.
fn header_map(headers: &[(String, String)]) -> HeaderMap {
    let header =
        |(name, value): &(String, String)| Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?));
    headers.iter().filter_map(header).collect()
}
