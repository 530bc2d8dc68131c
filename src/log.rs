//! The program's own log, and the traces that are exported. What of the log is written can change while it runs.

mod json;
mod writer;

use std::io;

use onramp::config::{self, LogFormat, Server, Settings};
use onramp::telemetry::{self, Exporter};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, reload};
use writer::Writer;

use crate::startup::Problem;

/// The log, once it is being written, and what exports traces.
pub(crate) struct Log {
    filter: reload::Handle<EnvFilter, Registry>,
    exporter: Option<Exporter>,
    // Dropped last, so that it has the last word.
    _writer: Writer,
}

impl Log {
    /// Starts to write it to standard error.
    pub(crate) fn start(settings: &Settings) -> Result<Self, Problem> {
        let server = settings.section::<Server>("server")?;
        let exporter = Exporter::new(&settings.section("telemetry")?)
            .map_err(|problem| config::unusable("telemetry.otlp_endpoint", problem))?;
        let (filter, handle) = reload::Layer::new(filter(&server)?);
        let writer = Writer::start().map_err(Problem::Output)?;
        let is_terminal = io::IsTerminal::is_terminal(&io::stderr());
        let is_text = match server.log_format {
            LogFormat::Auto => is_terminal,
            LogFormat::Text => true,
            LogFormat::Json => false,
        };
        let lines = tracing_subscriber::fmt::layer().with_writer(writer.queue());
        // Colours are for a terminal, and there for whoever wants them.
        let lines = if is_terminal { lines } else { lines.with_ansi(false) };
        let lines = if is_text { lines.boxed() } else { lines.json().event_format(json::Lines).boxed() };
        // The spans that are exported are those of our own making, whatever of the log is written.
        let is_ours = filter_fn(|metadata| metadata.is_span() && metadata.target().starts_with("onramp"));
        let spans = exporter.as_ref().map(|exporter| telemetry::trace::layer(exporter).with_filter(is_ours));
        tracing_subscriber::registry().with(lines.with_filter(filter)).with(spans).init();
        Ok(Self { filter: handle, exporter, _writer: writer })
    }

    /// Writes what the settings want from now on.
    pub(crate) fn follow(&self, filter: EnvFilter) {
        // The log lives as long as the program, so there is always something to change.
        let _ = self.filter.reload(filter);
    }

    /// Exports what is left, and writes the last lines.
    pub(crate) async fn finish(self) {
        if let Some(exporter) = self.exporter {
            exporter.finish().await;
        }
    }
}

/// What is written, as the settings say. What agents are answered through tells of every request at the level of news, so
/// nothing but its errors is written unless it is named.
pub(crate) fn filter(server: &Server) -> Result<EnvFilter, config::Error> {
    EnvFilter::try_new(format!("rmcp=error,{}", server.log)).map_err(|error| config::unusable("server.log", error))
}
