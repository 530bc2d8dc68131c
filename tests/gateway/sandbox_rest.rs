//! The sandbox plays LeadConduit and Connect as their contracts describe them, and breaks on demand as networks do.

mod connect;
mod connect_writes;
mod control;
mod faults;
mod leadconduit;
mod leadconduit_account;
mod leadconduit_onboards;
mod outages;

use std::time::Duration;

use onramp::sandbox::{Call, Played, Ports, Sandbox, connect as leads, leadconduit as onboards};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::Value;

/// A started sandbox, and a client that knows both APIs' manners.
struct Desk {
    sandbox: Sandbox,
    http: Client,
}

/// A status and the JSON that came with it; null where there was no JSON.
type Answer = (u16, Value);

impl Desk {
    async fn open() -> Self {
        // Nothing here speaks TLS, but the client will not be built without a provider for it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let sandbox = Sandbox::start(Ports::free()).await.unwrap();
        let http = Client::new();
        Self { sandbox, http }
    }

    fn leadconduit(&self, method: &str, path: &str) -> RequestBuilder {
        self.leadconduit_as(onboards::API_KEY, method, path)
    }

    fn leadconduit_as(&self, key: &str, method: &str, path: &str) -> RequestBuilder {
        self.bare(self.sandbox.leadconduit(), method, path)
            .basic_auth("API", Some(key))
            .header("accept", "application/json")
    }

    fn connect(&self, method: &str, path: &str) -> RequestBuilder {
        self.bare(self.sandbox.connect(), method, path).header("x-api-key", leads::API_KEY)
    }

    fn bare(&self, played: &Played, method: &str, path: &str) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        self.http.request(method, format!("{}{path}", played.base_url()))
    }
}

async fn answer(request: RequestBuilder) -> Answer {
    read(request.send().await.unwrap()).await
}

async fn read(response: Response) -> Answer {
    let status = response.status().as_u16();
    let body = response.bytes().await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

fn statuses(calls: &[Call]) -> Vec<Option<u16>> {
    calls.iter().map(|call| call.status).collect()
}

/// Long enough to be sure that nothing more is coming.
const A_WHILE: Duration = Duration::from_millis(150);
