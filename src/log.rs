//! The program's own log: what of it is written, and how. What is written can change while the program runs.

use std::io;

use onramp::config::{self, LogFormat, Server};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, reload};

/// The log, once it is being written.
pub(crate) struct Log {
    filter: reload::Handle<EnvFilter, Registry>,
}

impl Log {
    /// Starts to write it to standard error.
    pub(crate) fn start(server: &Server) -> Result<Self, config::Error> {
        let (filter, handle) = reload::Layer::new(filter(server)?);
        let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr);
        let is_text = match server.log_format {
            LogFormat::Auto => io::IsTerminal::is_terminal(&io::stderr()),
            LogFormat::Text => true,
            LogFormat::Json => false,
        };
        let lines = if is_text { lines.boxed() } else { lines.json().boxed() };
        tracing_subscriber::registry().with(lines.with_filter(filter)).init();
        Ok(Self { filter: handle })
    }

    /// Writes what the settings want from now on.
    pub(crate) fn follow(&self, filter: EnvFilter) {
        // The log lives as long as the program, so there is always something to change.
        let _ = self.filter.reload(filter);
    }
}

/// What is written, as the settings say.
pub(crate) fn filter(server: &Server) -> Result<EnvFilter, config::Error> {
    EnvFilter::try_new(&server.log).map_err(|error| config::unusable("server.log", error))
}
