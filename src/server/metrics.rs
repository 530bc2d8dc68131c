//! The operator's own port: what was counted, for Prometheus to fetch.

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;

use crate::telemetry::Metrics;

/// Serves metrics, and keeps them in order, for as long as it is polled.
pub async fn serve_metrics(listener: TcpListener, metrics: Metrics) {
    let router = Router::new().route("/metrics", get(render)).with_state(metrics.clone());
    tokio::select! {
        served = axum::serve(listener, router) => {
            if let Err(error) = served {
                tracing::error!(%error, "metrics are not served any more");
            }
        }
        () = metrics.upkeep() => {}
    }
}

async fn render(State(metrics): State<Metrics>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics.render())
}
