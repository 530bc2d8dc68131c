//! Spans on their way to a collector: in batches, from a thread of their own, so that no request waits for it.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use opentelemetry::trace::TracerProvider;
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_http::{HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider};
use secrecy::ExposeSecret;
use tokio::runtime::Handle;

use super::Settings;

/// How long one batch may take; the next ones wait meanwhile, and what does not fit into the queue is dropped.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How long the end waits for the last batch.
const LAST_BATCH: Duration = Duration::from_secs(5);

/// What exports spans until it is finished.
#[derive(Debug)]
pub struct Exporter {
    provider: SdkTracerProvider,
}

impl Exporter {
    /// One that exports to the settings' collector; none where they name none.
    ///
    /// # Errors
    /// Why none can be made.
    pub fn new(settings: &Settings) -> Result<Option<Self>, String> {
        let Some(endpoint) = &settings.otlp_endpoint else {
            return Ok(None);
        };
        let address = format!("{}/v1/traces", endpoint.0.as_str().trim_end_matches('/'));
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Courier::new()?)
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(address)
            .with_headers(headers(settings))
            .with_timeout(TIMEOUT)
            .build()
            .map_err(|error| error.to_string())?;
        let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(settings.sample_ratio.0)));
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_sampler(sampler)
            .with_resource(resource(settings))
            .build();
        Ok(Some(Self { provider }))
    }

    /// What makes spans for it.
    pub fn tracer(&self) -> SdkTracer {
        let scope = InstrumentationScope::builder("onramp").with_version(env!("CARGO_PKG_VERSION")).build();
        self.provider.tracer_with_scope(scope)
    }

    /// Sends what has not been sent yet.
    pub async fn finish(self) {
        // The thread that sends needs this one's runtime, which must not stand still for it.
        let sent = tokio::task::spawn_blocking(move || self.provider.shutdown_with_timeout(LAST_BATCH)).await;
        if let Ok(Err(error)) = sent {
            tracing::warn!(%error, "the last spans could not be exported");
        }
    }
}

fn resource(settings: &Settings) -> Resource {
    Resource::builder_empty()
        .with_service_name(settings.service_name.clone())
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build()
}

fn headers(settings: &Settings) -> HashMap<String, String> {
    let authorization = settings.otlp_authorization.iter();
    authorization.map(|secret| ("authorization".to_owned(), secret.expose_secret().to_owned())).collect()
}

/// The HTTP client of the exporter's thread, at work on the program's runtime.
#[derive(Debug)]
struct Courier {
    #[expect(clippy::disallowed_types, reason = "a collector is none of the APIs, and gets none of their credentials")]
    client: reqwest::Client,
    runtime: Handle,
}

impl Courier {
    fn new() -> Result<Self, String> {
        // The client takes the process's provider of cryptography. That one is there already is what is wanted.
        let _ = rustls::crypto::ring::default_provider().install_default();
        #[expect(
            clippy::disallowed_types,
            reason = "a collector is none of the APIs, and gets none of their credentials"
        )]
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(TIMEOUT)
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self { client, runtime: Handle::current() })
    }
}

#[async_trait]
impl HttpClient for Courier {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let delivery = async move {
            let response = client.execute(request.try_into()?).await?;
            let (status, headers) = (response.status(), response.headers().clone());
            let mut answer = Response::new(response.bytes().await?);
            *answer.status_mut() = status;
            *answer.headers_mut() = headers;
            Ok::<_, reqwest::Error>(answer)
        };
        let delivered = self.runtime.spawn(delivery).await?.map_err(reqwest::Error::without_url);
        if let Err(error) = &delivered {
            tracing::warn!(%error, "spans could not be exported");
        }
        Ok(delivered?)
    }
}
