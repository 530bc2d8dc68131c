//! A document at an address that no API has: fetched with a deadline, no credential, and no more of it than is wanted.

use std::time::Duration;

use reqwest::header::ACCEPT;

use super::Unusable;
use super::client::{AGENT, read_body};
use super::room::{Bound, Room};

const CONNECT: Duration = Duration::from_secs(2);
const DEADLINE: Duration = Duration::from_secs(10);
/// Nothing that is read so is larger.
const LARGEST: usize = 1 << 20;

/// Where a document is found.
pub struct Document {
    #[expect(clippy::disallowed_types, reason = "this module is the one that may hold the HTTP client")]
    client: reqwest::Client,
    url: url::Url,
}

impl Document {
    /// The document at an address.
    ///
    /// # Errors
    /// Where the address is none of HTTP, or no client can be made.
    pub fn at(url: url::Url) -> Result<Self, Unusable> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Unusable::Address);
        }
        Ok(Self { client: client()?, url })
    }

    /// The document as it is now.
    ///
    /// # Errors
    /// Why there is none, in words that name no address.
    pub async fn fetch(&self) -> Result<Vec<u8>, String> {
        let fetched = tokio::time::timeout(DEADLINE, self.fetch_patiently()).await;
        fetched.unwrap_or_else(|_| Err(format!("no answer within {} s", DEADLINE.as_secs())))
    }

    async fn fetch_patiently(&self) -> Result<Vec<u8>, String> {
        let request = self.client.get(self.url.clone()).header(ACCEPT, "application/json");
        let answer = request.send().await.map_err(|error| {
            if error.is_connect() { "no connection could be made" } else { "the connection broke" }.to_owned()
        })?;
        if !answer.status().is_success() {
            return Err(format!("the answer was a {}", answer.status().as_u16()));
        }
        let body = read_body(reqwest::Body::from(answer), Bound { limit: LARGEST, room: &Room::new(LARGEST) }).await;
        body.map(Into::into).map_err(|_| format!("the answer broke off, or is larger than {LARGEST} bytes"))
    }
}

#[expect(clippy::disallowed_types, reason = "this module is the one that may hold the HTTP client")]
fn client() -> Result<reqwest::Client, Unusable> {
    // The client takes the process's provider of cryptography. That one is there already is what is wanted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .connect_timeout(CONNECT)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        // The client would ask the environment for proxies, which only the settings may.
        .no_proxy()
        .user_agent(AGENT)
        .build()
        .map_err(|error| Unusable::Client(error.to_string()))
}
